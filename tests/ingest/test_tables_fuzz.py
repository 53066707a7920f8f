"""Any bytes as a file: either an error of one line, or rows and rejects that can be stored."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imageo.errors import InputError
from imageo.ingest.mapped_predictions import MappedPredictions
from imageo.ingest.rows import Reject, Row, shown
from imageo.ingest.tables import read_table
from imageo.ingest.truth import read_image

pieces = st.sampled_from(
    [
        *(
            b"image_id",
            b"lat",
            b"lon",
            b"a.jpg",
            b"1.5",
            b"-75",
            b"912",
            b"NaN",
            b"\xff",
            b"\x00",
            b"\xc3\xa9",
            b'"',
            b"'",
        ),
        *(
            b",",
            b";",
            b"\t",
            b"\n",
            b"\r\n",
            b"\r",
            b"{",
            b"}",
            b"[",
            b"]",
            b":",
            b'"image_id"',
            b'"lat"',
            b'"lon"',
            b"\\u0000",
        ),
        *(
            b"\\ud800",
            b"1e999",
            b"\xef\xbb\xbf",
            b"\xff\xfe",
            b"PAR1",
            b"SQLite format 3\x00",
            b'{"type": "FeatureCollection"',
        ),
    ]
)
contents = st.lists(pieces | st.binary(max_size=4), max_size=40).map(b"".join)
tables = st.tuples(
    st.sampled_from([b"image_id,lat,lon\n", b'{"image_id": "a", "lat": 1, "lon": 2}\n', b""]), contents
).map(b"".join)
COLUMNS = {"image_id": "image_id", "latitude": "lat", "longitude": "lon"}


def read(path: Path) -> list[Row | Reject]:
    problem = ""
    try:
        return list(read_table(path).rows)
    except InputError as error:
        problem = str(error)
    assert "\n" not in problem
    return []


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tables, st.sampled_from([".csv", ".jsonl", ".geojson"]))
def test_any_bytes(tmp_path: Path, content: bytes, suffix: str) -> None:
    path = tmp_path / f"f{suffix}"
    path.write_bytes(content)
    rows = read(path)
    lines = [row.line for row in rows]
    assert lines == sorted(set(lines))
    for row in rows:
        image = row if isinstance(row, Reject) else read_image(row, COLUMNS, None)
        if isinstance(image, Reject):
            assert "\x00" not in shown(image.reason) + shown(image.raw)
            shown(image.reason).encode()
        else:
            assert abs(image.latitude) <= 90
            assert abs(image.longitude) <= 180
            assert image.name.encode()
        if not isinstance(row, Reject):
            question = MappedPredictions(COLUMNS, model="m").identify(row)
            if not isinstance(question, Reject):
                assert "\x00" not in question.image + question.model


@pytest.mark.parametrize("head", [b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\x00\x00"])
@given(content=contents)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_behind_a_byte_order_mark(tmp_path: Path, head: bytes, content: bytes) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(head + content)
    read(path)
