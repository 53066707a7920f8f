"""Country, state and city, by name and by place, over answers written out here."""

from typing import Any

import pytest

from tests.world import World

PARIS = (48.8566, 2.3522)
CHICAGO = (41.8781, -87.6298)
SPRINGFIELD_IL = (39.7817, -89.6501)
HONG_KONG = (22.2793, 114.1628)


def _country(world: World, labels: dict[str, str], truth: tuple[float, float], answer: dict[str, Any]) -> Any:
    image, run = world.image("a", *truth, **labels), world.run("m")
    world.answer(run, image, **answer)
    world.score(run)
    return world.one("match.prediction_country", "is_country_match_strict, is_country_match, is_country_match_place")


@pytest.mark.parametrize(
    ("label", "answer", "expected"),
    [
        ("USA", {"country": "usa"}, (True, True, False)),
        ("USA", {"country": "United States", "latitude": 41.9, "longitude": -87.6}, (False, True, True)),
        ("USA", {"country": "Vereinigte Staaten"}, (False, True, False)),
        ("USA", {"country": "Canada", "latitude": 41.9, "longitude": -87.6}, (False, False, True)),
        ("USA", {"country": "", "latitude": 43.7, "longitude": -79.4}, (False, False, False)),
        ("USA", {"country": None}, (None, False, False)),
        ("USA", {"country": "Unknown"}, (False, False, False)),
        ("USA", {"country": "Atlantis"}, (False, False, False)),
        (None, {"country": "United States of America"}, (None, True, False)),
    ],
)
def test_country(world: World, label: str | None, answer: dict[str, Any], expected: tuple[Any, ...]) -> None:
    assert _country(world, {"country": label} if label else {}, CHICAGO, answer) == expected


@pytest.mark.parametrize("written", ["China", "Hong Kong", "Hong Kong SAR"])
def test_a_territory_goes_by_its_own_name_or_its_labels(world: World, written: str) -> None:
    answer = {"country": written, "latitude": 22.3, "longitude": 114.17}
    assert _country(world, {"country": "China"}, HONG_KONG, answer)[1:] == (True, True)
    assert world.one("match.prediction_contradiction", "is_contradictory") == (False,)


def test_name_and_point_that_disagree(world: World) -> None:
    _country(world, {}, PARIS, {"country": "France", "latitude": 40.4, "longitude": -3.7})
    assert world.one("match.prediction_contradiction", "is_contradictory") == (True,)


def test_a_point_at_sea_contradicts_nothing(world: World) -> None:
    _country(world, {}, PARIS, {"country": "France", "latitude": 30.0, "longitude": -40.0})
    assert world.one("match.prediction_contradiction", "is_contradictory") == (None,)


@pytest.mark.parametrize(
    ("truth", "labels", "answer", "expected"),
    [
        (CHICAGO, {"state": "IL"}, {"state": "Illinois"}, (True, True, False)),
        (CHICAGO, {"state": "IL"}, {"state": "il", "latitude": 41.0, "longitude": -88.0}, (True, True, True)),
        (CHICAGO, {"state": "IL"}, {"state": "Main"}, (False, False, False)),
        (CHICAGO, {"state": "IL"}, {"state": ""}, (None, False, False)),
        (CHICAGO, {}, {"state": "Illinois"}, (None, True, False)),
        ((38.8899, -77.0091), {"state": "DC"}, {"state": "D.C."}, (False, True, False)),
        ((35.0116, 135.7681), {"state": "Kyoto"}, {"state": "Kyoto Prefecture"}, (False, True, False)),
        (PARIS, {}, {"state": "Texas"}, (None, None, None)),
    ],
)
def test_state(
    world: World,
    truth: tuple[float, float],
    labels: dict[str, str],
    answer: dict[str, Any],
    expected: tuple[Any, ...],
) -> None:
    image, run = world.image("a", *truth, **labels), world.run("m")
    world.answer(run, image, **answer)
    world.score(run)
    assert (
        world.one("match.prediction_state", "is_state_match_strict, is_state_match, is_state_match_place") == expected
    )


@pytest.mark.parametrize(
    ("truth", "city", "answer", "expected"),
    [
        (PARIS, "Paris", {"city": "paris", "country": "France"}, (True, True, True, True)),
        (PARIS, "Paris", {"city": "PARÍS"}, (False, True, True, True)),
        (PARIS, "Paris", {"city": "Paris", "country": "USA"}, (True, False, False, True)),
        (PARIS, "Paris", {"city": "Lutetia"}, (False, False, True, True)),
        (PARIS, "Paris", {"city": "Boulogne-Billancourt"}, (False, False, False, True)),
        (PARIS, "Paris", {"city": "Lyon"}, (False, False, False, False)),
        (PARIS, "Paris", {"city": None}, (None, False, False, False)),
        (SPRINGFIELD_IL, "Springfield", {"city": "Springfield", "state": "MO"}, (True, False, False, True)),
        (SPRINGFIELD_IL, "Springfield", {"city": "Springfield", "state": "IL"}, (True, True, True, True)),
    ],
)
def test_city(
    world: World, truth: tuple[float, float], city: str, answer: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    image, run = world.image("a", *truth, city=city), world.run("m")
    world.answer(run, image, **answer)
    world.score(run)
    columns = "is_city_match_strict, is_city_match_normalised, is_city_match, is_city_match_locality"
    assert world.one("match.prediction_city", columns) == expected


def test_an_image_without_a_city_is_in_no_city_rate(world: World) -> None:
    image, run = world.image("a", *PARIS), world.run("m")
    world.answer(run, image, city="Paris")
    world.score(run)
    assert world.one("match.prediction_city", "is_city_match_strict, is_city_match, is_city_match_locality") == (
        None,
        None,
        None,
    )


def test_a_city_across_the_border_is_in_no_us_state(world: World) -> None:
    windsor, run = (42.3149, -83.0364), world.run("m")  # Ontario, 2 km from Detroit
    image = world.image("a", *windsor, country="Canada")
    world.answer(run, image, *windsor)
    world.score(run)
    assert world.one("core.image", "country_place_iso, state_place") == ("CA", None)
    assert world.one("match.prediction_place", "country_iso, state_code") == ("CA", None)


def test_a_point_just_off_the_coast_is_in_its_state(world: World) -> None:
    off_miami, run = (25.77, -80.10), world.run("m")
    image = world.image("a", *off_miami)
    world.answer(run, image, *off_miami)
    world.score(run)
    assert world.one("core.image", "country_place_iso, state_place") == ("US", "FL")
    assert world.one("match.prediction_place", "country_iso, state_code") == ("US", "FL")
