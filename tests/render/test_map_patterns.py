"""Which stored local statistics a map takes, and what it says of them."""

import pandas as pd
import psycopg
import pytest

from imageo.db.estimates import store_analysis
from imageo.render.reading.map_patterns import read_patterns
from tests.world import World


@pytest.fixture
def world(region_connection: psycopg.Connection) -> World:
    return World.make(region_connection)


def store(world: World, *rows: dict[str, object], grouping: str = "country", **parameters: object) -> int:
    chosen = {"level": "country", "measure": "city_match", "denominator": "all", "weights": "contiguity",
              "minimum_n": 5, "resolution": 2} | parameters  # fmt: skip
    usual = {
        "measure": chosen["measure"], "denominator": chosen["denominator"], "grouping": grouping, "subject": "FR",
        "statistic": "local_moran", "estimate": 1.0, "p_value": 0.001, "p_adjusted": 0.01, "note": "High among high",
    }  # fmt: skip
    found = [usual | row for row in rows]
    return store_analysis(world.connection, world.dataset_id, "spatial", chosen, 0, found)


def told(world: World, *runs: str, level: str = "country", resolution: int | None = None) -> tuple[pd.DataFrame, str]:
    return read_patterns(world.connection, dataset="world", level=level, runs=runs, resolution=resolution)


def test_only_tested_regions_of_the_level_and_runs(world: World) -> None:
    one, two = world.run("one"), world.run("two")
    store(
        world,
        {"run_id": one},
        {"run_id": one, "subject": "DE", "p_adjusted": 0.7},
        {"run_id": one, "subject": "HI", "p_adjusted": None, "note": "An island"},
        {"run_id": one, "subject": None, "statistic": "moran_i"},
        {"run_id": one, "subject": "XX", "grouping": "us_state"},
        {"run_id": two},
        {"run_id": one, "measure": "log_error", "denominator": "bounded", "statistic": "getis_ord_z"},
    )
    rows, sentence = told(world, "one")
    assert sorted(zip(rows["statistic"], rows["subject"], strict=True)) == [
        ("getis_ord_z", "FR"),
        ("local_moran", "DE"),
        ("local_moran", "FR"),
    ]
    assert set(rows["run_label"]) == {"one"}
    assert "City match over all images, neighbours by a shared border, at least 5 images, computed 20" in sentence
    assert "Not computed for" not in sentence


def test_the_latest_analysis_counts_and_each_measure_has_its_own(world: World) -> None:
    one = world.run("one")
    store(world, {"run_id": one}, {"run_id": one, "subject": "DE"})
    store(world, {"run_id": one, "estimate": 2.0}, weights="nearest", k=4)
    store(world, {"run_id": one, "estimate": 3.0}, measure="country_match", denominator="answered")
    rows, sentence = told(world, "one", "two")
    assert sorted(zip(rows["measure"], rows["subject"], rows["estimate"], strict=True)) == [
        ("city_match", "FR", 2.0),
        ("country_match", "FR", 3.0),
    ]
    assert "the 4 nearest" in sentence
    assert "Country match over answers only" in sentence
    assert sentence.endswith("Not computed for two.")


def test_answers_that_came_later_are_said(world: World) -> None:
    one, image = world.run("one"), world.image("here", 48.9, 2.4)
    world.answer(one, image, 48.9, 2.4)
    store(world, {"run_id": one})
    assert "out of date" not in told(world, "one")[1]
    world.connection.execute("update data.prediction set created_at = now() + interval '1 hour'")
    rows, sentence = told(world, "one")
    assert rows["subject"].tolist() == ["FR"]
    assert sentence.endswith("imageo have changed since: outlines may be out of date.")


def test_hexagons_of_another_size_do_not_count(world: World) -> None:
    one = world.run("one")
    store(world, {"run_id": one, "subject": "821f9ffffffffff"}, grouping="hexagon", resolution=2)
    rows, sentence = told(world, "one", level="hex", resolution=3)
    assert rows.empty
    assert "`imageo spatial --resolution 3 --dataset world` computes them" in sentence
    rows, _ = told(world, "one", level="hex", resolution=2)
    assert rows["subject"].tolist() == ["821f9ffffffffff"]


def test_where_nothing_is_stored_the_command_is_named(world: World) -> None:
    rows, sentence = told(world, "one", level="admin1")
    assert rows.empty
    assert sentence == (
        "No region is outlined: its local statistics are not stored; "
        "`imageo spatial --level admin1 --dataset world` computes them."
    )
