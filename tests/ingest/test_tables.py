"""Reading files as tables: every kind, every damage, without a database."""

import json
import os
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from shapely import LineString, Point

from imageo.errors import InputError
from imageo.ingest import tables, text_lines
from imageo.ingest.rows import Reject, Row
from imageo.ingest.tables import flattened, read_table
from tests.ingest.conftest import Write

CSV = "name,lat,lon\na,1.5,2.5\nb,3.5,4.5\n"
VALUES = [{"name": "a", "lat": "1.5", "lon": "2.5"}, {"name": "b", "lat": "3.5", "lon": "4.5"}]


def rows(path: Path) -> list[Row | Reject]:
    return list(read_table(path).rows)


def values(path: Path) -> list[dict[str, object]]:
    return [row.values for row in rows(path) if isinstance(row, Row)]


def reasons(path: Path) -> list[tuple[int, str]]:
    return [(row.line, row.reason) for row in rows(path) if isinstance(row, Reject)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_csv_of_any_delimiter_and_line_end(write: Write, delimiter: str, end: str) -> None:
    assert values(write("f.csv", CSV.replace(",", delimiter).replace("\n", end))) == VALUES


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_csv_and_json_lines_in_any_marked_encoding(write: Write, encoding: str) -> None:
    assert values(write("f.csv", CSV.replace("a", "\u00e4").encode(encoding)))[0]["n\u00e4me"] == "\u00e4"
    lines = "".join(json.dumps(value, ensure_ascii=False) + "\r\n" for value in [{"n": "\u00e4"}, {"n": "\U0001f30d"}])
    path = write("f.jsonl", lines.encode(encoding))
    assert values(path) == [{"n": "\u00e4"}, {"n": "\U0001f30d"}]
    assert reasons(path) == []


def test_csv_cells_may_hold_delimiters_quotes_and_lines(write: Write) -> None:
    path = write("f.csv", 'name,note\n"a,b","say ""hi""\nand; go"\n\nc,d\n')
    assert [(row.line, row.values["note"]) for row in rows(path) if isinstance(row, Row)] == [
        (2, 'say "hi"\nand; go'),
        (5, "d"),
    ]


def test_damaged_csv_rows_are_rejected_one_by_one(write: Write) -> None:
    content = b'name,lat\nok,1\nshort\nlong,1,2\nlatin-\xe9,1\nnul\x00,1\n"a" b,1\n"caf\xc3\xa9",2\n'
    path = write("f.csv", content)
    assert [row["name"] for row in values(path)] == ["ok", "caf\u00e9"]
    assert reasons(path) == [
        (3, "malformed CSV: 1 cells under 2 column names"),
        (4, "malformed CSV: 3 cells under 2 column names"),
        (5, "wrong encoding: not UTF-8"),
        (6, "NUL byte"),
        (7, "malformed CSV: ',' expected after '\"'"),
    ]


def test_a_quote_that_is_not_closed_is_told_with_its_lines(write: Write) -> None:
    told = "lines 3 to 5 were read as one row: is a quote not closed?"
    path = write("f.csv", 'name,lat,lon\nok,1,2\n"open,1,2\nx,1,2\ny,1,2\n')
    assert reasons(path) == [(3, f"malformed CSV: unexpected end of data; {told}")]
    path = write("f.csv", 'name,lat,lon\nok,1,2\nopen,1,"2\nx,1,2\ny,1,2\n')
    assert reasons(path) == [(3, f"malformed CSV: unexpected end of data; {told}")]
    assert values(path) == [{"name": "ok", "lat": "1", "lon": "2"}]
    path = write("f.csv", 'name,lat,lon\n"open,1\nx,1,2\ny"\nok,1,2\n')
    assert reasons(path) == [(2, f"malformed CSV: 1 cells under 3 column names; {told.replace('3 to 5', '2 to 4')}")]
    assert len(values(path)) == 1


def test_column_names_that_cannot_be_used_are_an_error(write: Write) -> None:
    with pytest.raises(InputError, match="column 'a' stands twice"):
        read_table(write("f.csv", "a,b,a\n1,2,3\n"))
    with pytest.raises(InputError, match="column names are no UTF-8 text"):
        read_table(write("f.csv", b"caf\xe9,b\n1,2\n"))
    assert read_table(write("f.csv", "a,,b\n1,2,3\n")).columns == ["a", "column_2", "b"]


def test_damaged_json_lines_are_rejected_one_by_one(write: Write) -> None:
    content = (
        b'{"a": 1}\n\n{"a": \n[1]\n"text"\n{"a": "\xff"}\n{"a": "x\x00"}\n'
        b'{"a": NaN}\n{"a": "\\ud800"}\n{"a": "\\u0000"}\n' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b'\n{"a": "cut'
    )
    path = write("f.jsonl", content)
    taken = values(path)
    assert taken[0] == {"a": 1}
    assert taken[1]["a"] != taken[1]["a"]
    assert taken[2:] == [{"a": "\ud800"}, {"a": "\x00"}]
    told = reasons(path)
    assert [line for line, _ in told] == [3, 4, 5, 6, 7, 11, 12]
    assert [reason.partition(":")[0] for _, reason in told] == [
        *["malformed JSON"] * 3,
        "wrong encoding",
        "NUL byte",
        "malformed JSON",
        "malformed JSON",
    ]
    assert told[-1] == (12, "malformed JSON: the file ends within this line")


def test_ten_megabyte_lines_are_taken(write: Write) -> None:
    big = "x" * 10_000_000
    assert values(write("f.jsonl", [{"a": big}, {"a": 1}])) == [{"a": big}, {"a": 1}]
    assert values(write("f.csv", f"a,b\n{big},1\nc,2\n"))[1] == {"a": "c", "b": "2"}


def test_longer_lines_are_rejected_and_the_next_is_read(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_lines, "LONGEST_LINE", 1_000)
    assert reasons(write("f.jsonl", '{"a": "' + "x" * 5_000 + '"}\n{"a": 1}\n')) == [
        (1, "line too long: more than 64 MiB")
    ]
    assert values(write("g.jsonl", '{"a": "' + "x" * 5_000 + '"}\n{"a": 1}\n')) == [{"a": 1}]
    monkeypatch.setattr(tables, "LONGEST_CELL", 500)
    path = write("f.csv", "a,b\n" + "x" * 5_000 + ",1\nc,2\n")
    assert values(path) == [{"a": "c", "b": "2"}]
    assert reasons(path) == [(2, "malformed CSV: field larger than field limit (500)")]


def test_parquet(write: Write, tmp_path: Path) -> None:
    path = tmp_path / "f.dat"  # the content tells, not the name
    pq.write_table(pa.table({"name": ["a", None], "n": [1, 2], "deep": [{"x": 1}, {"x": 2}]}), path)
    assert read_table(path).columns == ["name", "n", "deep"]
    assert values(path)[1] == {"name": None, "n": 2, "deep": {"x": 2}}
    pq.write_table(pa.table({"n": [1]}).replace_schema_metadata({"geo": "[]"}), tmp_path / "odd.parquet")
    with pytest.raises(InputError, match="GeoParquet metadata name no geometry column"):
        read_table(tmp_path / "odd.parquet")
    damaged = write("g.parquet", path.read_bytes()[:-20])
    with pytest.raises(InputError, match=r"g\.parquet: not a readable Parquet file"):
        read_table(damaged)


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "parquet", "fgb"])
@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857"])
def test_geometry_becomes_latitude_and_longitude(tmp_path: Path, suffix: str, crs: str) -> None:
    frame = gpd.GeoDataFrame(
        {"name": ["a", "b"], "extra": ["x", None]}, geometry=[Point(2.5, 1.5), Point(-75.25, 40.5)], crs="EPSG:4326"
    ).to_crs(crs)
    path = tmp_path / f"f.{suffix}"
    if suffix == "parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path)
    table = read_table(path)
    assert set(table.columns) == {"name", "extra", "latitude", "longitude"}
    found = {row.values["name"]: row.values for row in table.rows if isinstance(row, Row)}
    assert (found["a"]["latitude"], found["a"]["longitude"]) == pytest.approx((1.5, 2.5))
    assert (found["b"]["latitude"], found["b"]["longitude"]) == pytest.approx((40.5, -75.25))


def test_geometry_that_is_no_point_is_rejected_and_none_is_left_to_the_columns(tmp_path: Path) -> None:
    path = tmp_path / "f.gpkg"
    geometry = [LineString([(0, 0), (1, 1)]), None, Point()]
    frame = gpd.GeoDataFrame({"name": ["a", "b", "c"], "latitude": [7.5, 8.5, 9.5]}, geometry=geometry, crs=4326)
    frame.to_file(path)
    assert reasons(path) == [(1, "not a point: the geometry is a LineString")]
    assert [row["latitude"] for row in values(path)] == [8.5, 9.5]


def test_json_objects_within_objects_are_columns_with_dots(write: Write) -> None:
    path = write("f.jsonl", [{"a": {"b": {"c": 1}}, "d": [1]}])
    assert read_table(path).columns == ["a.b.c", "d"]
    assert flattened({"a": {"b": {"c": 1}}, "d": [1]}) == {"a.b.c": 1, "d": [1]}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("f.csv", b"", "the file is empty"),
        ("f.jsonl", b" \n\n\t", "the file is empty"),
        ("f.csv", b"\x00" * 100, "the file is empty"),
        ("f.xlsx", b"PK\x03\x04rest", "this is a ZIP archive or an office document, not a table; save it as CSV"),
        ("f.csv", b"\x1f\x8b\x08rest", "this is compressed with gzip, not a table; unpack it"),
        ("f.csv", b"\xff\xd8\xff\xe0rest", "this is a JPEG image"),
        ("f.json", b'[{"a": 1}]', "this is one JSON array"),
        ("f.csv", "a,b\n1,2\n".encode("utf-16-le"), "this is no UTF-8 text"),
        ("f.geojson", b'{"type": "FeatureCollection", "features": [{', "not a readable geographic file"),
        ("f.gpkg", b"SQLite format 3\x00rest", "not a readable geographic file"),
    ],
)
def test_what_is_no_table_is_an_error_of_one_line(write: Write, name: str, content: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message) as raised:
        list(read_table(write(name, content)).rows)
    assert "\n" not in str(raised.value)


def test_what_cannot_be_opened_is_an_error_of_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_table(tmp_path / "absent.csv")
    with pytest.raises(InputError, match="this is a folder; name the files in it"):
        read_table(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="this is no regular file"):
        read_table(tmp_path / "pipe")


def test_pandas_writes_what_we_read(tmp_path: Path) -> None:
    frame = pd.DataFrame({"image": ["a", "b"], "lat": [1.5, None]})
    frame.to_csv(tmp_path / "f.csv", index=False)
    frame.to_json(tmp_path / "f.jsonl", orient="records", lines=True)
    frame.to_parquet(tmp_path / "f.parquet")
    assert [row["lat"] for row in values(tmp_path / "f.csv")] == ["1.5", ""]
    assert [row["lat"] for row in values(tmp_path / "f.jsonl")] == [1.5, None]
    assert [row["lat"] for row in values(tmp_path / "f.parquet")] == [1.5, None]
