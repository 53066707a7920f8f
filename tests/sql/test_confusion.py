"""Confusion matrix, attraction and log error by region, by hand over a small world."""

import math

import pytest

from tests.world import World

BERLIN, PARIS, MUNICH = (52.52, 13.405), (48.8566, 2.3522), (48.137, 11.575)
HONG_KONG = (22.32, 114.17)


@pytest.fixture
def run(world: World) -> int:
    """Four images of Berlin, two of Munich, two of Hong Kong; truth and answers under many names."""
    run = world.run("one")
    berlin = [world.image(f"b{i}", *BERLIN, country="Germany", city="Berlin") for i in range(4)]
    munich = [world.image(f"m{i}", *MUNICH, country="Germany", city="Munich") for i in range(2)]
    hong_kong = [world.image(f"h{i}", *HONG_KONG, country="China", city="Hong Kong") for i in range(2)]
    for image in berlin[:2]:
        world.answer(run, image, *BERLIN, country="Deutschland", city="Berlin")
    world.answer(run, berlin[2], *PARIS, country="France", city="Paris")
    world.answer(run, berlin[3], outcome="refused")
    world.answer(run, munich[0], *MUNICH, country="Germany", city="München")
    world.answer(run, munich[1], *BERLIN, country="Germany", city="Berlin")
    world.answer(run, hong_kong[0], *HONG_KONG, country="Hong Kong", city="Hong Kong")
    world.answer(run, hong_kong[1], *HONG_KONG, country="China", city="Hong Kong")
    world.score(run)
    return run


def test_confusion_matrix(world: World, run: int) -> None:
    rows = world.connection.execute(
        "select true_country_iso, predicted_country_iso, n_images, share from bi.country_confusion"
        " where evidence = 'name' and run_id = %s order by 1, 2 nulls last",
        [run],
    ).fetchall()
    # Hong Kong and China are both right for those two images: each stands on the diagonal.
    assert rows == [
        ("CN", "CN", 1, 1.0),
        ("DE", "DE", 4, pytest.approx(4 / 6)),
        ("DE", "FR", 1, pytest.approx(1 / 6)),
        ("DE", None, 1, pytest.approx(1 / 6)),
        ("HK", "HK", 1, 1.0),
    ]


def test_the_diagonal_is_the_country_match(world: World, run: int) -> None:
    for evidence, column in (("name", "is_country_match"), ("place", "is_country_match_place")):
        diagonal = world.one(
            "bi.country_confusion",
            "sum(n_images) filter (where true_country_iso = predicted_country_iso), sum(n_images)",
            run_id=run,
            evidence=evidence,
        )
        matches = world.one(
            "metrics.prediction_score", f"count(*) filter (where {column}), count({column})", run_id=run
        )
        assert diagonal == matches


def test_attraction_of_countries(world: World, run: int) -> None:
    columns = "n_images, n_true, n_predicted, n_correct, attraction, country"
    where = {"run_id": run, "evidence": "name"}
    assert world.one("bi.country_attraction", columns, **where, country_iso="DE") == (7, 5, 4, 4, 0.8, "Germany")
    assert world.one("bi.country_attraction", columns, **where, country_iso="FR") == (7, 0, 1, 0, None, "France")


def test_attraction_of_cities(world: World, run: int) -> None:
    columns = "n_images, n_true, n_predicted, n_correct, attraction"
    assert world.one("bi.city_attraction", columns, run_id=run, city="berlin") == (7, 3, 3, 2, 1.0)
    assert world.one("bi.city_attraction", columns, run_id=run, city="munich") == (7, 2, 1, 1, 0.5)
    assert world.one("bi.city_attraction", columns, run_id=run, city="paris") == (7, 0, 1, 0, None)
    doubled = world.connection.execute(
        "select city, country_iso from bi.city_attraction group by run_id, city, country_iso having count(*) > 1"
    ).fetchall()
    assert doubled == []


def test_log_error_of_a_region(world: World, run: int) -> None:
    columns = (
        "n_all, n_located, log_error_mean_answered, error_km_geometric_answered, log_error_mean_bounded,"
        " log_error_variance_bounded"
    )
    found = world.one("bi.region_error", columns, run_id=run, level="country", region_code="DE")
    errors = world.connection.execute(
        "select error_km from bi.prediction_detail where run_id = %s and true_country_iso = 'DE'", [run]
    ).fetchall()
    logs = [math.log1p(error) for (error,) in errors if error is not None]
    mean = sum(logs) / 5
    bounded = [*logs, math.log1p(20015)]
    everyone = sum(bounded) / 6
    variance = sum((one - everyone) ** 2 for one in bounded) / 5
    assert found == pytest.approx((6, 5, mean, math.exp(mean) - 1, everyone, variance))
