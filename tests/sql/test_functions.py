"""The formulas, against other people's numbers."""

import math

import psycopg
import pytest
from geographiclib.geodesic import Geodesic
from geographiclib.test import test_geodesic as karney
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

MILLIMETRE = 1e-6  # kilometres

latitudes = st.floats(-90, 90)
longitudes = st.floats(-180, 180)


def _distance(connection: psycopg.Connection, name: str, a: tuple[float, float], b: tuple[float, float]) -> float:
    query = f"select functions.{name}(st_setsrid(st_makepoint(%s, %s), 4326), st_setsrid(st_makepoint(%s, %s), 4326))"
    row = connection.execute(query.encode(), [a[1], a[0], b[1], b[0]]).fetchone()
    assert row
    return float(row[0])


# GeographicLib's own test set: lat1, lon1, azi1, lat2, lon2, azi2, s12 (metres), ... Source: Karney (2013).
@pytest.mark.parametrize("case", karney.GeodesicTest.testcases)
def test_geodesic_distance_is_geographiclibs_to_a_millimetre(connection: psycopg.Connection, case: list[float]) -> None:
    lat1, lon1, _, lat2, lon2, _, metres = case[:7]
    found = _distance(connection, "geodesic_km", (lat1, lon1), (lat2, lon2))
    assert found == pytest.approx(metres / 1000, abs=MILLIMETRE)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(latitudes, longitudes, latitudes, longitudes)
def test_geodesic_distance_agrees_everywhere(
    connection: psycopg.Connection, lat1: float, lon1: float, lat2: float, lon2: float
) -> None:
    expected = Geodesic.WGS84.Inverse(lat1, lon1, lat2, lon2)["s12"] / 1000
    assert _distance(connection, "geodesic_km", (lat1, lon1), (lat2, lon2)) == pytest.approx(expected, abs=MILLIMETRE)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((0, 179.9999), (0, -179.9999)),
        ((65.5, 180), (65.5, -180)),
        ((90, 0), (90, 120)),
        ((90, 0), (-90, 0)),
        ((-89.9999, 10), (-89.9999, -170)),
        ((0, 0), (0, 180)),
        ((10, 20), (10, 20)),
    ],
)
def test_geodesic_distance_over_the_antimeridian_and_poles(
    connection: psycopg.Connection, a: tuple[float, float], b: tuple[float, float]
) -> None:
    expected = Geodesic.WGS84.Inverse(*a, *b)["s12"] / 1000
    assert _distance(connection, "geodesic_km", a, b) == pytest.approx(expected, abs=MILLIMETRE)


def test_haversine_on_a_quarter_and_a_half_of_the_sphere(connection: psycopg.Connection) -> None:
    assert _distance(connection, "haversine_km", (0, 0), (0, 90)) == pytest.approx(math.pi / 2 * 6371)
    assert _distance(connection, "haversine_km", (90, 0), (-90, 0)) == pytest.approx(math.pi * 6371)
    assert _distance(connection, "haversine_km", (0, 179.5), (0, -179.5)) == pytest.approx(math.pi / 180 * 6371)


@pytest.mark.parametrize(("k", "n"), [(0, 1), (1, 1), (5, 10), (3, 3), (0, 40), (264, 269), (1, 6152), (999, 1000)])
def test_wilson_interval_is_statsmodels(connection: psycopg.Connection, k: int, n: int) -> None:
    row = connection.execute(
        "select functions.wilson_lower(%s::bigint, %s::bigint), functions.wilson_upper(%s::bigint, %s::bigint)",
        [k, n, k, n],
    ).fetchone()
    assert row == pytest.approx(proportion_confint(k, n, method="wilson"), abs=1e-12)


def test_wilson_interval_of_nothing_is_null(connection: psycopg.Connection) -> None:
    row = connection.execute("select functions.wilson_lower(0, 0), functions.wilson_upper(0, 0)").fetchone()
    assert row == (None, None)


def test_geoscore_at_the_scale_length(connection: psycopg.Connection) -> None:
    row = connection.execute("select functions.geoscore(0), functions.geoscore(1492.7)").fetchone()
    assert row == pytest.approx((5000, 5000 / math.e))


def test_shrinkage_by_hand(connection: psycopg.Connection) -> None:
    """Three regions: 1 of 2, 30 of 40, 10 of 50.

    p = 41/92 = 0.4456522; sum k^2/n = 0.5 + 22.5 + 2 = 25; variance = 25/92 - p^2 - p(1 - p) 3/92
    = 0.2717391 - 0.1986059 - 0.2470463 * 0.0326087 = 0.0650774. The first region: 0.5 is drawn to
    p + (0.5 - p) * 0.0650774 / (0.0650774 + 0.2470463 / 2) = 0.4644051.
    """
    row = connection.execute(
        "select functions.prior_variance(41, 92, 25, 3),"
        " functions.shrunk_rate(1, 2, 41.0 / 92, functions.prior_variance(41, 92, 25, 3))"
    ).fetchone()
    assert row == pytest.approx((0.0650774, 0.4644051), abs=1e-6)


def test_without_variance_between_regions_all_shrink_to_the_mean(connection: psycopg.Connection) -> None:
    row = connection.execute("select functions.prior_variance(10, 20, 5, 10), functions.shrunk_rate(2, 2, 0.5, 0)")
    assert row.fetchone() == (0, 0.5)


@pytest.mark.parametrize(
    ("given_text", "cleaned"),
    [
        ("  Paris ", "Paris"),
        ("", None),
        ("Unknown", None),
        ("N/A", None),
        ("not visible.", None),
        ("None", None),
        ("Nonesuch", "Nonesuch"),
        ("Nan", None),
        ("Unknown Pass", "Unknown Pass"),
    ],
)
def test_words_for_nothing_are_nothing(connection: psycopg.Connection, given_text: str, cleaned: str | None) -> None:
    assert connection.execute("select functions.clean_text(%s)", [given_text]).fetchone() == (cleaned,)
