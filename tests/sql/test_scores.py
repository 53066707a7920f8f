"""Denominators, caches and regions, over a world small enough to count by hand."""

import psycopg
import pytest

from imageo.db.refresh import RUN_CACHES, refresh_all, refresh_runs
from tests.world import World

BERLIN = (52.52, 13.405)
MUNICH = (48.1374, 11.5755)
PARIS = (48.8566, 2.3522)


@pytest.fixture
def scored(world: World) -> tuple[World, int]:
    """Five images in two countries: right, 504 km off, no coordinates, refused, provider error; one never asked."""
    berlin = [world.image(f"b{i}", *BERLIN, country="Germany", city="Berlin") for i in range(3)]
    paris = [world.image(f"p{i}", *PARIS, country="France", city="Paris") for i in range(3)]
    run = world.run("m")
    world.answer(run, berlin[0], *BERLIN, country="Germany", city="Berlin", confidence=5, input_tokens=10)
    world.answer(run, berlin[1], *MUNICH, country="Germany", city="Munich", confidence=5, output_tokens=7)
    world.answer(run, berlin[2], country="Deutschland", confidence=2)
    world.answer(run, paris[0], outcome="refused")
    world.answer(run, paris[1], outcome="provider_error")
    world.score(run)
    return world, run


def test_every_denominator(scored: tuple[World, int]) -> None:
    world, run = scored
    columns = "n_images, n_missing, n_answered, n_located, n_city, n_city_answered"
    assert world.one("metrics.run_score", columns, run_id=run) == (5, 1, 3, 2, 5, 2)
    rates = "country_match_answered, country_match_all, city_match_answered, city_match_all"
    assert world.one("metrics.run_score", rates, run_id=run) == pytest.approx((1, 3 / 5, 1 / 2, 1 / 5))
    accuracy = "accuracy_1km_answered, accuracy_1km_all, accuracy_750km_answered, accuracy_750km_all"
    assert world.one("metrics.run_score", accuracy, run_id=run) == pytest.approx((1 / 2, 1 / 5, 1, 2 / 5))
    strict = "country_match_strict_answered, city_match_strict_answered"
    assert world.one("metrics.run_score", strict, run_id=run) == pytest.approx((2 / 3, 1 / 2))
    assert world.one("metrics.run_score", "tokens_total, cost_usd", run_id=run) == (17, None)


def test_a_non_answer_is_half_the_earth_away(scored: tuple[World, int]) -> None:
    world, run = scored
    # Berlin to Munich on the WGS84 ellipsoid by GeographicLib.
    from geographiclib.geodesic import Geodesic

    off = Geodesic.WGS84.Inverse(*BERLIN, *MUNICH)["s12"] / 1000
    columns = "error_km_median_answered, error_km_mean_answered, error_km_median_bounded, error_km_mean_bounded"
    expected = (off / 2, off / 2, 20015, (off + 3 * 20015) / 5)
    assert world.one("metrics.run_score", columns, run_id=run) == pytest.approx(expected, abs=1e-6)


def test_regions_by_the_true_place(scored: tuple[World, int]) -> None:
    world, run = scored
    columns = "n_all, n_answered, n_correct, rate_all, rate_answered"
    germany = {"run_id": run, "level": "country", "region_code": "DE"}
    france = {"run_id": run, "level": "country", "region_code": "FR"}
    assert world.one("bias.region_score", columns, **germany, measure="country_match") == (3, 3, 3, 1, 1)
    assert world.one("bias.region_score", columns, **germany, measure="accuracy_1km") == (3, 2, 1, 1 / 3, 1 / 2)
    assert world.one("bias.region_score", columns, **france, measure="country_match") == (2, 0, 0, 0, None)
    continent = {"run_id": run, "level": "continent", "region_code": "EU", "measure": "country_match"}
    assert world.one("bias.region_score", "n_all, n_correct", **continent) == (5, 3)


def test_confidence(scored: tuple[World, int]) -> None:
    world, run = scored
    columns = "n_answered, n_located, n_correct_25km, accuracy_25km, share_of_answers"
    assert world.one("bias.confidence_reliability", columns, run_id=run, confidence=5) == pytest.approx(
        (2, 2, 1, 0.5, 2 / 3)
    )
    assert world.one("bias.confidence_reliability", columns, run_id=run, confidence=2) == pytest.approx(
        (1, 0, 0, 0, 1 / 3)
    )


def test_the_latest_version_counts(world: World) -> None:
    image, run = world.image("a", *PARIS, country="France"), world.run("m")
    world.answer(run, image, country="Spain")
    world.answer(run, image, *PARIS, country="France", version=2)
    world.score(run)
    assert world.one("metrics.run_score", "n_images, country_match_all, accuracy_1km_all", run_id=run) == (1, 1, 1)


def test_cost_and_frontier(scored: tuple[World, int]) -> None:
    world, run = scored
    world.connection.execute(
        "insert into data.cost (image_id, run_id, call, cost_usd, price_source)"
        " select image_id, run_id, 1, case when outcome = 'answered' then 0.5 end, 'hand' from data.prediction"
    )
    refresh_runs(world.connection, [run])
    columns = "cost_usd, n_unpriced_calls, cost_usd_per_image, cost_usd_per_hit_25km, is_on_frontier"
    # Three of five prices are unknown: what the others cost says nothing of an image.
    assert world.one("bi.cost", columns, run_id=run) == (1.0, 3, None, None, None)
    world.connection.execute("update data.cost set cost_usd = 0 where cost_usd is null")
    refresh_runs(world.connection, [run])
    assert world.one("bi.cost", columns, run_id=run) == (1.0, 0, 0.2, 1.0, True)


def test_error_vectors_are_lines(scored: tuple[World, int]) -> None:
    world, run = scored
    rows = world.connection.execute(
        "select st_astext(geometry) from bi.error_vector where run_id = %s order by error_km desc", [run]
    ).fetchall()
    assert rows[0] == ("LINESTRING(13.405 52.52,11.5755 48.1374)",)
    assert len(rows) == 2


def test_each_grain_is_unique(scored: tuple[World, int]) -> None:
    """The columns that a view names as its grain are a key of its rows."""
    import re

    world, _ = scored
    for view, comment in _grains(world.connection):
        grain = re.search(r"Grain: one (?:\w+, which is one )?(\([\w, ]+\)|\w+)", comment)
        assert grain
        columns = grain[1].strip("()")
        total, distinct = world.one(view, f"count(*), count(distinct ({columns}))")
        assert total == distinct, (view, columns)


def test_each_cache_is_its_definition_row_for_row(scored: tuple[World, int]) -> None:
    world, _ = scored
    assert _differences(world.connection) == dict.fromkeys(_caches(), 0)


def test_a_stale_cache_is_seen_by_that_comparison(scored: tuple[World, int]) -> None:
    world, run = scored
    world.connection.execute("update data.score set error_km = error_km + 1 where run_id = %s", [run])
    assert _differences(world.connection)["score"] > 0


def test_refreshing_all_changes_nothing(scored: tuple[World, int]) -> None:
    world, _ = scored
    refresh_all(world.connection)
    assert _differences(world.connection) == dict.fromkeys(_caches(), 0)


def test_a_run_that_did_not_change_is_not_touched(scored: tuple[World, int]) -> None:
    world, first = scored
    before = world.connection.execute("select ctid, xmin from data.score where run_id = %s", [first]).fetchall()
    second = world.run("n")
    world.answer(second, world.image("z", *PARIS), *PARIS)
    world.score(second)
    after = world.connection.execute("select ctid, xmin from data.score where run_id = %s", [first]).fetchall()
    assert after == before


def _caches() -> dict[str, str]:
    return {"image_place": "core.image_place_live", **dict(RUN_CACHES)}


def _differences(connection: psycopg.Connection) -> dict[str, int]:
    """Rows that stand in a cache or in its definition but not in both."""
    found = {}
    for table, view in _caches().items():
        columns = ", ".join(
            name
            for (name,) in connection.execute(
                "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0", [view]
            )
        )
        row = connection.execute(
            f"with cached as (select {columns} from data.{table}), live as (select {columns} from {view})"
            " select (select count(*) from (table cached except all table live) as a)"
            " + (select count(*) from (table live except all table cached) as b)".encode()
        ).fetchone()
        assert row
        found[table] = int(row[0])
    return found


def _grains(connection: psycopg.Connection) -> list[tuple[str, str]]:
    return connection.execute(
        "select c.oid::regclass::text, obj_description(c.oid, 'pg_class') from pg_class as c"
        " inner join pg_namespace as n on n.oid = c.relnamespace"
        " where c.relkind = 'v' and n.nspname in ('core', 'match', 'metrics', 'bias', 'bi')"
    ).fetchall()


def test_runs_that_differ_in_their_prompt_only_have_labels_of_their_own(connection: psycopg.Connection) -> None:
    world = World.make(connection)
    runs = [world.run("m"), world.run("m", repeat=2), world.run("n", prompt_hash="a"), world.run("n", prompt_hash="b")]
    labels = dict(connection.execute("select run_id, run_label from core.run").fetchall())
    assert [labels[run] for run in runs] == ["m", "m #2", f"n [run {runs[2]}]", f"n [run {runs[3]}]"]
