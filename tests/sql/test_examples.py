"""Answers of a region, worst first, beside what the model said."""

import json
from typing import Any

import pytest

from tests.world import World

BERLIN, PARIS, MUNICH = (52.52, 13.405), (48.8566, 2.3522), (48.137, 11.575)
TEXAS = (31.0, -99.0)


def examples(world: World, columns: str, **where: Any) -> list[tuple[Any, ...]]:
    conditions = " and ".join(f"{name} = %({name})s" for name in where)
    query = f"select {columns} from bi.region_example where {conditions} order by worst_rank"
    return world.connection.execute(query.encode(), where).fetchall()


def test_the_farthest_answer_is_the_worst_and_one_without_a_point_comes_last(world: World) -> None:
    run, other = world.run("one"), world.run("other")
    photos = [world.image(f"b{i}", *BERLIN, country="Germany", city="Berlin") for i in range(4)]
    world.answer(run, photos[0], *BERLIN, country="Germany", city="Berlin")
    world.answer(run, photos[1], country="Germany")
    world.answer(run, photos[2], *PARIS, country="France", city="Paris", confidence=4)
    world.answer(run, photos[3], *MUNICH, country="Germany", city="Munich")
    world.answer(other, photos[0], *MUNICH)
    world.score(run, other)
    columns = "image_name, worst_rank, outcome, true_city, answered_city, answered_country, confidence"
    assert examples(world, columns, run_id=run, level="country", region_code="DE") == [
        ("b2", 1, "answered", "Berlin", "Paris", "France", 4),
        ("b3", 2, "answered", "Berlin", "Munich", "Germany", None),
        ("b0", 3, "answered", "Berlin", "Berlin", "Germany", None),
        ("b1", 4, "no_coordinates", "Berlin", None, "Germany", None),
    ]
    # Berlin to Paris is 878 to 880 km on any globe.
    errors = [error for (error,) in examples(world, "error_km", run_id=run, level="country", region_code="DE")]
    assert errors[0] == pytest.approx(879, abs=1)
    assert errors[2:] == [0, None]
    assert examples(world, "image_name", run_id=other, level="country") == [("b0",)]


def test_every_level_has_its_own_ranks_and_keys(world: World) -> None:
    run = world.run("one")
    texas = world.image("t", *TEXAS, country="USA", state="Texas")
    berlin = world.image("b", *BERLIN, country="Germany")
    world.answer(run, texas, 31.0, -98.0)
    world.answer(run, berlin, *PARIS)
    world.score(run)
    found = examples(world, "level, region_code, worst_rank, image_name", run_id=run)
    assert sorted(found) == [
        ("admin1", "DE-BE", 1, "b"),
        ("admin1", "US-TX", 1, "t"),
        ("continent", "EU", 1, "b"),
        ("continent", "NA", 1, "t"),
        ("country", "DE", 1, "b"),
        ("country", "US", 1, "t"),
        ("us_state", "TX", 1, "t"),
    ]
    keys = [key for (key,) in examples(world, "example_id", run_id=run)]
    assert len(set(keys)) == 7


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"reasoning": {"spatial_context": " Palms. ", "landmark_recognition": "None."}}, "Palms. None."),
        ({"reasoning": {"spatial_context": "x" * 500}}, "x" * 400),
        ({"reasoning": {"spatial_context": ""}, "raw_response": "I give up."}, "I give up."),
        ({"reasoning": ["a", "b"], "raw_response": "I give up."}, "I give up."),
        ({"reasoning": "a", "raw_response": None}, None),
        ({"outcome": "refused", "raw_response": "I cannot help with that."}, "I cannot help with that."),
        ({"outcome": "provider_error", "raw_response": "<html>502"}, None),
    ],
)
def test_what_the_model_said(world: World, given: dict[str, Any], words: str | None) -> None:
    run, image = world.run("one"), world.image("b", *BERLIN, country="Germany")
    if "reasoning" in given:
        given = given | {"reasoning": json.dumps(given["reasoning"])}
    world.answer(run, image, **given)
    world.score(run)
    assert world.one("bi.answer", "reasoning", run_id=run) == (words,)
    assert world.one("bi.region_example", "reasoning", run_id=run, level="country") == (words,)


def test_only_the_latest_version_of_an_answer_is_told(world: World) -> None:
    run, image = world.run("one"), world.image("b", *BERLIN, country="Germany")
    world.answer(run, image, *PARIS, city="Paris")
    world.answer(run, image, *MUNICH, city="Munich", version=2)
    world.score(run)
    assert world.one("bi.region_example", "answered_city", run_id=run, level="country") == ("Munich",)
