"""What an image's labels mean: core.image_place_live over images by hand."""

import psycopg
import pytest


@pytest.fixture
def dataset_id(region_connection: psycopg.Connection) -> int:
    row = region_connection.execute("insert into data.dataset (name) values ('t') returning dataset_id").fetchone()
    assert row is not None
    return int(row[0])


def _place(
    connection: psycopg.Connection,
    dataset_id: int,
    longitude: float,
    latitude: float,
    country: str | None = None,
    state: str | None = None,
    city: str | None = None,
) -> dict[str, object]:
    """The view's row for one image."""
    row = connection.execute(
        "insert into data.image (dataset_id, image_name, location, country_label, state_label, city_label, row_digest)"
        " values (%s, 'x', st_setsrid(st_makepoint(%s, %s), 4326), %s, %s, %s, 0) returning image_id",
        [dataset_id, longitude, latitude, country, state, city],
    ).fetchone()
    assert row is not None
    cursor = connection.execute("select * from core.image_place_live where image_id = %s", row)
    found = cursor.fetchall()
    assert len(found) == 1
    return dict(zip([column.name for column in cursor.description or ()], found[0], strict=True))


def test_all_columns(region_connection: psycopg.Connection, dataset_id: int) -> None:
    place = _place(region_connection, dataset_id, -87.63, 41.88, "USA", "Illinois", "Chicago")
    del place["image_id"], place["dataset_id"]
    assert place == {
        "country_label_iso": "US",
        "country_place_iso": "US",
        "admin1_place_code": "US-IL",
        "state_label_code": "IL",
        "state_place_code": "IL",
        "city_place_id": 4887398,
    }


def test_columns_are_those_of_the_cache(region_connection: psycopg.Connection) -> None:
    columns = [
        [name for (name,) in region_connection.execute(
            "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 order by attnum", [relation]
        )]
        for relation in ("core.image_place_live", "data.image_place")
    ]  # fmt: skip
    assert columns[0] == columns[1]


@pytest.mark.parametrize(
    ("longitude", "latitude", "country", "state", "label", "found"),
    [
        (-77.0369, 38.9072, "United States", "D.C.", "DC", "DC"),
        (-77.0369, 38.9072, None, "District of Columbia", "DC", "DC"),
        (-69.78, 44.31, "US", "Main", None, "ME"),
        (-69.78, 44.31, "US", "ME", "ME", "ME"),
        (-66.1057, 18.4655, "Puerto Rico", "PR", "PR", "PR"),
        (115.86, -31.95, "Australia", "WA", None, None),
        (115.86, -31.95, None, "WA", None, None),
        (44.78, 41.71, "Georgia", "Georgia", None, None),
        (-83.03, 42.30, "Canada", "Ontario", None, None),  # Windsor, 2 km from Detroit
        (-106.5075, 31.7687, None, "TX", "TX", "TX"),  # El Paso, 1 km from Mexico
        (-140.0, 30.0, "USA", "CA", "CA", None),  # at sea
    ],
)
def test_us_states(
    region_connection: psycopg.Connection,
    dataset_id: int,
    longitude: float,
    latitude: float,
    country: str | None,
    state: str,
    label: str | None,
    found: str | None,
) -> None:
    place = _place(region_connection, dataset_id, longitude, latitude, country, state)
    assert (place["state_label_code"], place["state_place_code"]) == (label, found)


@pytest.mark.parametrize(
    ("longitude", "latitude", "city", "place_id"),
    [
        (2.35, 48.86, "Paris", 2988507),
        (-95.55, 33.66, "Paris", 4717560),  # Texas
        (10.0, 48.86, "Paris", None),
        (-74.0, 40.7, "NYC", 5128581),
        (-74.0, 40.7, "City of New York", 5128581),
        (-77.04, 38.9, "D.C.", 4140963),
        (-90.2, 38.63, "Saint Louis", 4407066),
        (11.58, 48.14, "München", 2867714),
        (11.58, 48.14, "Munich", 2867714),
        (139.69, 35.69, "東京", 1850147),
        (-110.93, 31.34, "Nogales", 5306611),  # Arizona, 300 m from its twin in Mexico
        (-110.945, 31.30, "Nogales", 4004886),
        (2.35, 48.86, "Sealand-on-Nowhere", None),
    ],
)
def test_cities(
    region_connection: psycopg.Connection,
    dataset_id: int,
    longitude: float,
    latitude: float,
    city: str,
    place_id: int | None,
) -> None:
    assert _place(region_connection, dataset_id, longitude, latitude, city=city)["city_place_id"] == place_id


def test_an_image_without_labels(region_connection: psycopg.Connection, dataset_id: int) -> None:
    place = _place(region_connection, dataset_id, -140.0, 30.0)
    del place["image_id"], place["dataset_id"]
    assert set(place.values()) == {None}
