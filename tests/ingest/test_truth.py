"""Ground truth into a real PostGIS."""

from collections.abc import Callable

import geopandas as gpd
import psycopg
import pytest
from shapely import Point

from imageo.errors import InputError
from imageo.ingest.report import FileReport
from tests.ingest.conftest import CONTENT, Write, rows_of

Ingest = Callable[..., FileReport]

TRUTH = (
    "image_id,latitude,longitude,country,state,city,street,weather\n"
    "a.jpg,10.5,20.5,Chad,,Abéché,,hot\n"
    "sub/b.JPG.jpg,48.8,2.3,France,IDF,Paris,Rue 1,\n"
)


def test_images_labels_and_attributes(connection: psycopg.Connection, write: Write, ingest_truth_file: Ingest) -> None:
    report = ingest_truth_file(write("t.csv", TRUTH), "mine", title="My set", licence="CC0", source="me")
    assert (report.n_new, report.n_changed, report.n_unchanged, report.n_rejected) == (2, 0, 0, 0)
    assert report.notes == [
        "columns: image_id from image_id, latitude from latitude, longitude from longitude, country from country, "
        "state from state, city from city, street from street"
    ]
    assert rows_of(
        connection,
        "select image_name, st_srid(location), st_y(location), st_x(location), country_label, state_label, city_label,"
        " street_label, attributes from data.image order by image_name",
    ) == [
        ("a", 4326, 10.5, 20.5, "Chad", None, "Abéché", None, {"weather": "hot"}),
        ("b", 4326, 48.8, 2.3, "France", "IDF", "Paris", "Rue 1", {}),
    ]
    assert rows_of(connection, "select name, title, licence, source from data.dataset") == [
        ("mine", "My set", "CC0", "me")
    ]
    assert rows_of(connection, "select kind, n_new, n_changed, n_unchanged, n_rejected from data.ingest") == [
        ("truth", 2, 0, 0, 0)
    ]


def test_the_same_file_twice_changes_nothing(
    connection: psycopg.Connection, write: Write, ingest_truth_file: Ingest
) -> None:
    path = write("t.csv", TRUTH + "bad,912,1,,,,,\n")
    ingest_truth_file(path, title="My set")
    before = rows_of(connection, CONTENT)
    report = ingest_truth_file(path)
    assert (report.n_new, report.n_changed, report.n_unchanged, report.n_rejected) == (0, 0, 2, 1)
    assert rows_of(connection, CONTENT) == before


def test_a_changed_row_is_updated_and_told(
    connection: psycopg.Connection, write: Write, ingest_truth_file: Ingest
) -> None:
    path = write("t.csv", TRUTH)
    ingest_truth_file(path)
    keys = rows_of(connection, "select image_name, image_id from data.image")
    path.write_text(TRUTH.replace("Paris", "Lutetia").replace("48.8", "48.9") + "c,1,2,,,,,\n")
    report = ingest_truth_file(path)
    assert (report.n_new, report.n_changed, report.n_unchanged) == (1, 1, 1)
    assert report.changed == ["line 3: b"]
    assert rows_of(connection, "select st_y(location), city_label from data.image where image_name = 'b'") == [
        (48.9, "Lutetia")
    ]
    assert set(keys) < set(rows_of(connection, "select image_name, image_id from data.image"))
    path.write_text(TRUTH.replace(",hot", ",cold"))
    assert ingest_truth_file(path).changed == ["line 2: a", "line 3: b"]


def test_images_that_a_file_does_not_name_stay(
    connection: psycopg.Connection, write: Write, ingest_truth_file: Ingest
) -> None:
    ingest_truth_file(write("t.csv", TRUTH))
    ingest_truth_file(write("u.csv", "image_id,lat,lon\nz,1,2\n"))
    assert rows_of(connection, "select count(*) from data.image") == [(3,)]


def test_rows_that_cannot_be_taken_are_kept_with_line_and_reason(
    connection: psycopg.Connection, write: Write, ingest_truth_file: Ingest
) -> None:
    lines = [
        b"image_id,latitude,longitude,city",
        b"ok,1,2,x",
        b"out,91,181,x",
        b"west,10,-180.5,x",
        b"swapped,-122.4,37.8,San Francisco",
        b"nan,NaN,1,x",
        b"inf,1,inf,x",
        b"blank,,1,x",
        b"word,north,1,x",
        b",1,2,x",
        b"ok.jpg,3,4,again",
        b"latin,1,2,Malm\xf6",
        b"nul,1,2,a\x00b",
        b"short,1",
        b"x" * 501 + b",1,2,x",
        b"sentinel,28.64789,180,x",
        b'dms,40\xc2\xb026\'46""N,79\xc2\xb058\'56""W,x'.replace(b"40", b'"40')
        .replace(b"N,", b'N","')
        .replace(b"W,", b'W",'),
        b'cut,1,2,"x',
    ]
    path = write("t.csv", b"\xef\xbb\xbf" + b"\n".join(lines))
    report = ingest_truth_file(path)
    assert rows_of(connection, "select image_name from data.image order by 1") == [("dms",), ("ok",), ("sentinel",)]
    assert rows_of(connection, "select line, reason from data.reject order by line") == [
        (3, "out of range: latitude 91 is outside -90..90"),
        (4, "out of range: longitude -180.5 is outside -180..180"),
        (5, "coordinates swapped: latitude is -122.4, longitude is 37.8"),
        (6, "NaN: latitude is nan"),
        (7, "NaN: longitude is inf"),
        (8, "no coordinates: latitude is empty"),
        (9, "not a coordinate: latitude is 'north'"),
        (10, "no image name"),
        (11, "duplicate image: 'ok' stands on line 2 already"),
        (12, "wrong encoding: not UTF-8"),
        (13, "NUL byte"),
        (14, "malformed CSV: 2 cells under 4 column names"),
        (15, "name too long: more than 500 characters"),
        (18, "malformed CSV: unexpected end of data"),
    ]
    assert rows_of(connection, "select raw from data.reject where line in (12, 13) order by line") == [
        ("latin,1,2,Malm\\xf6",),
        ("nul,1,2,a\\x00b",),
    ]
    assert rows_of(connection, "select distinct file_name from data.reject") == [(str(path),)]
    assert report.reasons["out of range"] == 2
    assert report.rejects_told().startswith("2 out of range, ")


def test_a_second_reading_replaces_the_rejects_of_its_file_only(
    connection: psycopg.Connection, write: Write, ingest_truth_file: Ingest
) -> None:
    first, other = write("t.csv", TRUTH + "bad,912,1,,,,,\n"), write("u.csv", TRUTH + "bad,913,1,,,,,\n")
    ingest_truth_file(first)
    ingest_truth_file(other)
    first.write_text(TRUTH + "good,12,1,,,,,\n\nworse,1,912,,,,,\n")
    ingest_truth_file(first)
    assert rows_of(connection, "select file_name, line, reason from data.reject order by 1") == [
        (str(first), 6, "out of range: longitude 912 is outside -180..180"),
        (str(other), 4, "out of range: latitude 913 is outside -90..90"),
    ]


@pytest.mark.parametrize("content", ["image_id,lat,lon\n", "image_id,lat,lon\na,912,1\nb,,\n"])
def test_a_file_without_a_valid_row_writes_nothing(
    connection: psycopg.Connection, write: Write, ingest_truth_file: Ingest, content: str
) -> None:
    with pytest.raises(InputError, match="no valid row"):
        ingest_truth_file(write("t.csv", content))
    assert rows_of(connection, CONTENT) == []
    assert rows_of(connection, "select count(*) from data.ingest") == [(0,)]


def test_columns_may_be_mapped(connection: psycopg.Connection, write: Write, ingest_truth_file: Ingest) -> None:
    path = write("t.csv", "photo;where_y;where_x;country\n1;10,5;20,5;Chad\n")
    ingest_truth_file(path, columns={"image_id": "photo", "latitude": "where_y", "longitude": "where_x"})
    assert rows_of(connection, "select image_name, st_y(location), st_x(location), country_label from data.image") == [
        ("1", 10.5, 20.5, "Chad")
    ]


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "parquet"])
def test_geographic_files(connection: psycopg.Connection, write: Write, ingest_truth_file: Ingest, suffix: str) -> None:
    path = write(f"t.{suffix}", "")
    path.unlink()
    frame = gpd.GeoDataFrame(
        {"photo": ["a", "b"], "country": ["Chad", None], "n": [1, 2]}, geometry=[Point(20, 10), None]
    )
    frame = frame.set_crs(4326)
    frame.to_parquet(path) if suffix == "parquet" else frame.to_file(path)
    report = ingest_truth_file(path)
    assert (report.n_new, dict(report.reasons)) == (1, {"no coordinates": 1})
    assert rows_of(connection, "select image_name, st_y(location), country_label, attributes from data.image") == [
        ("a", 10.0, "Chad", {"n": 1})
    ]


def test_json_lines_with_what_jsonb_cannot_hold(
    connection: psycopg.Connection, write: Write, ingest_truth_file: Ingest
) -> None:
    deep: dict[str, object] = {}
    for _ in range(600):
        deep = {"d": deep}
    good = {"image_id": "a", "lat": 1, "lon": 2, "tags": ["x", {"y": None}], "score": float("nan"), "place": {"z": 1}}
    bad = [{"city": "a\x00"}, {"note": "a\x00"}, {"city": "\ud800"}, {"note": [deep]}]
    path = write("t.jsonl", [good, *({"image_id": str(n), "lat": 1, "lon": 2, **row} for n, row in enumerate(bad))])
    report = ingest_truth_file(path)
    assert (report.n_new, dict(report.reasons)) == (1, {"NUL byte": 2, "not storable": 2})
    assert rows_of(connection, "select attributes from data.image") == [
        ({"tags": ["x", {"y": None}], "score": None, "place.z": 1},)
    ]


def test_a_given_title_stays_when_the_file_is_read_again(
    connection: psycopg.Connection, write: Write, ingest_truth_file: Ingest
) -> None:
    header = "image_id,gmap_id,address,street,city,state,latitude,longitude\n"
    upc = header + 'x,g,"Main St, Rome, NY 13440, United States",s,NY 13440,,43,-75\n'
    path = write("upc.csv", upc)
    ingest_truth_file(path, "a")
    ingest_truth_file(path, "b", title="Mine")
    ingest_truth_file(path, "b")
    assert rows_of(connection, "select name, title from data.dataset order by 1") == [
        ("a", "IMAGEO-Bench UPC: points of interest in the USA"),
        ("b", "Mine"),
    ]
    assert rows_of(connection, "select distinct city_label, state_label from data.image") == [("Rome", "NY")]
