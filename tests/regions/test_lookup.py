"""From a point to its regions: inside, near, on borders, across the antimeridian, at the poles."""

from collections.abc import Callable

import psycopg
import pytest
import shapely

from imageo.regions.cut import cut

Ask = Callable[[str, float, float], str | None]

KNOWN = [
    # longitude, latitude, country, admin-1, US state; by atlas.
    (2.3522, 48.8566, "FR", "FR-75", None),
    (-0.1276, 51.5072, "GB", None, None),
    (135.7681, 35.0116, "JP", "JP-26", None),
    (-77.0369, 38.9072, "US", "US-DC", "DC"),
    (-66.1057, 18.4655, "PR", None, "PR"),
    (55.4504, -20.8789, "RE", "FR-RE", None),
    (-61.5340, 16.2411, "GP", "FR-GP", None),
    (-61.0588, 14.6161, "MQ", "FR-MQ", None),
    (-52.3260, 4.9224, "GF", "FR-GF", None),
    (45.2279, -12.7806, "YT", "FR-YT", None),
    (15.6267, 78.2232, "SJ", "NO-21", None),
    (-68.2624, 12.1443, "BQ", "NL-BQ1", None),
    (105.6275, -10.4475, "CX", None, None),
    (114.1694, 22.3193, "HK", None, None),
    (113.5439, 22.1987, "MO", None, None),
    (34.1003, 44.9521, "UA", "UA-43", None),
    (-149.9003, 61.2181, "US", "US-AK", "AK"),
    (-157.8583, 21.3069, "US", "US-HI", "HI"),
    (144.7937, 13.4443, "GU", None, "GU"),
    (21.1655, 42.6629, "XK", None, None),
]


@pytest.mark.parametrize(("longitude", "latitude", "country", "admin1", "us_state"), KNOWN)
def test_known_places(
    region_at: Ask, longitude: float, latitude: float, country: str, admin1: str | None, us_state: str | None
) -> None:
    assert region_at("country", longitude, latitude) == country
    assert region_at("us_state", longitude, latitude) == us_state
    if admin1:
        assert region_at("admin1", longitude, latitude) == admin1


@pytest.mark.parametrize(
    ("longitude", "latitude", "country"),
    [
        (180.0, 71.2, "RU"),  # Wrangel Island, through which the antimeridian runs
        (-180.0, 71.2, "RU"),
        (180.0, 68.9, "RU"),
        (-180.0, 68.9, "RU"),
        (0.0, -90.0, "AQ"),
        (180.0, -90.0, "AQ"),
        (-123.0, -89.99, "AQ"),
        (0.0, 90.0, None),
        (0.0, 0.0, None),
        (-140.0, 30.0, None),
    ],
)
def test_edges_of_the_map(region_at: Ask, longitude: float, latitude: float, country: str | None) -> None:
    assert region_at("country", longitude, latitude) == country


def _put(connection: psycopg.Connection, level: str, shapes: dict[str, shapely.Geometry]) -> None:
    for code, shape in shapes.items():
        row = connection.execute(
            "insert into data.region (level, code, name, source) values (%s, %s, %s, 'test') returning region_id",
            [level, code, code],
        ).fetchone()
        assert row is not None
        for piece in cut(shape):
            connection.execute(
                "insert into data.region_part (region_id, level, cell, geometry)"
                " values (%s, %s, %s, st_setsrid(st_geomfromwkb(%s), 4326))",
                [row[0], level, piece.cell, shapely.to_wkb(piece.geometry)],
            )


def _at(connection: psycopg.Connection, level: str, longitude: float, latitude: float) -> str | None:
    row = connection.execute(
        "select core.region_at(%s, st_setsrid(st_makepoint(%s, %s), 4326))", [level, longitude, latitude]
    ).fetchone()
    assert row is not None
    return row[0]


def test_a_common_border_belongs_to_the_first_by_code(connection: psycopg.Connection) -> None:
    _put(connection, "field", {"b": shapely.box(0, 0, 1.5, 1), "a": shapely.box(1.5, 0, 3, 1)})
    assert _at(connection, "field", 1.5, 0.5) == "a"
    assert _at(connection, "field", 1.499, 0.5) == "b"


def test_a_border_along_a_whole_degree_belongs_to_one(connection: psycopg.Connection) -> None:
    _put(connection, "field", {"west": shapely.box(0, 0, 2, 1), "east": shapely.box(2, 0, 4, 1)})
    assert _at(connection, "field", 2.0, 0.5) in ("west", "east")
    assert _at(connection, "field", 4.0, 0.5) == "east"


def test_the_nearest_within_ten_kilometres(connection: psycopg.Connection) -> None:
    # On the equator a degree of longitude is 111.320 km: 0.0898 degrees are 9.997 km, 0.0899 are 10.008.
    _put(connection, "field", {"a": shapely.box(10, -1, 11, 1), "b": shapely.box(11.1, -1, 12, 1)})
    assert _at(connection, "field", 10 - 0.0898, 0) == "a"
    assert _at(connection, "field", 10 - 0.0899, 0) is None
    assert _at(connection, "field", 11.04, 0) == "a"
    assert _at(connection, "field", 11.06, 0) == "b"


def test_the_nearest_across_the_antimeridian(connection: psycopg.Connection) -> None:
    _put(connection, "field", {"fiji": shapely.box(179.5, 0, 179.98, 1), "samoa": shapely.box(-179, 0, -178, 1)})
    assert _at(connection, "field", -179.97, 0.5) == "fiji"  # 0.05 degrees, 5.6 km
    assert _at(connection, "field", -179.92, 0.5) is None  # 0.10 degrees, 11.1 km
    assert _at(connection, "field", 180.0, 0.5) == "fiji"
    assert _at(connection, "field", -179.01, 0.5) == "samoa"


@pytest.mark.parametrize("pole", [1, -1])
def test_the_nearest_over_a_pole(connection: psycopg.Connection, pole: int) -> None:
    low, high = sorted((pole * 89.9, pole * 89.96))
    _put(connection, "field", {"ice": shapely.box(0, low, 10, high)})
    # Along the meridian: 0.04 degrees to the pole and 0.03 beyond it, at 111.69 km a degree: 7.8 km.
    assert _at(connection, "field", -175, pole * 89.97) == "ice"
    # 0.04 + 0.06 degrees: 11.2 km.
    assert _at(connection, "field", -175, pole * 89.94) is None
    assert _at(connection, "field", 123, pole * 90.0) == "ice"


@pytest.mark.parametrize(
    ("longitude", "latitude", "cell"),
    [
        (-180, -90, 0),
        (-179.001, -90, 0),
        (0, 0, 90 * 360 + 180),
        (-0.001, -0.001, 89 * 360 + 179),
        (179.999, 89.999, 179 * 360 + 359),
        (180, 90, 179 * 360 + 359),
        (180, 10.5, 100 * 360 + 359),
    ],
)
def test_degree_cell(regions: psycopg.Connection, longitude: float, latitude: float, cell: int) -> None:
    row = regions.execute(
        "select functions.degree_cell(st_setsrid(st_makepoint(%s, %s), 4326))", [longitude, latitude]
    ).fetchone()
    assert row == (cell,)


@pytest.mark.parametrize("latitude", [0.0, 0.05, 47.95, -66.02, 79.97, 88.995, 89.95, -89.999, 90.0])
@pytest.mark.parametrize("longitude", [0.0, 0.05, -179.99, 179.99, 180.0, 12.93])
def test_cells_near_are_all_that_ten_kilometres_reach(
    regions: psycopg.Connection, longitude: float, latitude: float
) -> None:
    """Against points at 10 km in 72 directions and inwards, found by geodesics."""
    reached = regions.execute(
        """
        with point as (select st_setsrid(st_makepoint(%s, %s), 4326) as location),
        around as (
            select st_project(location::geography, distance * 1000, radians(azimuth * 5))::geometry as location
            from point, generate_series(0, 71) as azimuth, generate_series(0, 10) as distance
        )
        select
            array_agg(distinct functions.degree_cell(around.location)),
            functions.degree_cells_near(point.location, 10)
        from around, point
        group by point.location
        """,
        [longitude, latitude],
    ).fetchone()
    assert reached is not None
    by_geodesics, near = reached
    assert set(by_geodesics) <= set(near)
    # Near a pole every longitude counts, elsewhere at most the cells around.
    assert len(near) <= 4 or abs(latitude) > 79


def test_many_points_by_join_are_where_each_is_alone(regions: psycopg.Connection) -> None:
    differing = regions.execute(
        """
        with point as (
            select place_id, location, functions.degree_cell(location) as cell
            from data.place
            where place_id % 97 = 0
        ),
        joined as (
            select point.place_id, min(piece.code) as code
            from point
            inner join core.region_piece as piece
                on piece.level = 'country'
                and piece.cell = point.cell
                and functions.is_inside(point.location, piece.geometry)
            group by point.place_id
        )
        select count(*), count(*) filter (where core.region_at('country', point.location) <> joined.code)
        from point
        inner join joined on joined.place_id = point.place_id
        """
    ).fetchone()
    assert differing is not None
    n_points, n_differing = differing
    assert n_points > 2000
    assert n_differing == 0


def test_the_reader_may_ask(region_connection: psycopg.Connection) -> None:
    region_connection.execute("set role imageo_reader")
    assert _at(region_connection, "country", 2.35, 48.86) == "FR"
    assert region_connection.execute("select count(*) from core.region where level = 'us_state'").fetchone() == (56,)
