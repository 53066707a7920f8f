"""What a file holds, told by its content; its name decides only between texts."""

import re
from pathlib import Path
from typing import Literal

import orjson

from imageo.errors import InputError
from imageo.ingest.text_lines import encoding_of

FileKind = Literal["csv", "jsonl", "parquet", "geo"]

_HEAD = 1 << 16
_FOREIGN = (
    (b"PK\x03\x04", "a ZIP archive or an office document", "save it as CSV"),
    (b"\x1f\x8b", "compressed with gzip", "unpack it"),
    (b"(\xb5/\xfd", "compressed with zstd", "unpack it"),
    (b"%PDF", "a PDF", "save its table as CSV"),
    (b"\xff\xd8\xff", "a JPEG image", "name the table that lists the images"),
    (b"\x89PNG", "a PNG image", "name the table that lists the images"),
)
_GEOJSON = re.compile(r'"type"\s*:\s*"FeatureCollection"')


def file_kind(path: Path) -> FileKind:
    """Tell CSV, one JSON a line, Parquet and geographic files (GeoJSON, GeoPackage, FlatGeobuf) apart.

    Raises InputError for what cannot be read: no file, a folder, an empty file, another kind.
    """
    head = _head(path)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith((b"SQLite format 3\x00", b"fgb\x03")):
        return "geo"
    for magic, what, remedy in _FOREIGN:
        if head.startswith(magic):
            raise InputError(f"{path}: this is {what}, not a table; {remedy}")
    encoding = encoding_of(head)
    text = head.decode(encoding, "replace")
    lines = [line.strip() for line in text.splitlines() if line.strip(" \t\x00")]
    if not lines:
        raise InputError(f"{path}: the file is empty")
    if encoding == "utf-8" and head.count(0) > len(head) // 4:
        raise InputError(f"{path}: this is no UTF-8 text (UTF-16 without a byte order mark?); save it as UTF-8")
    return _text_kind(path, text, lines)


def _head(path: Path) -> bytes:
    if path.is_dir():
        raise InputError(f"{path}: this is a folder; name the files in it")
    if path.exists() and not path.is_file():
        raise InputError(f"{path}: this is no regular file, and it is read more than once; save it first")
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except OSError as problem:
        raise InputError(f"{path}: cannot be read: {problem.strerror}") from None
    return head


def _text_kind(path: Path, head: str, lines: list[str]) -> FileKind:
    if path.suffix.lower() not in (".jsonl", ".ndjson"):
        if lines[0].startswith("["):
            raise InputError(f"{path}: this is one JSON array; write one object a line (`jq -c '.[]'` does)")
        if not any(line.startswith("{") for line in lines[:5]):
            return "csv"
    try:
        first = orjson.loads(lines[0])
    except orjson.JSONDecodeError:
        return "geo" if _GEOJSON.search(head) and lines[0].startswith("{") else "jsonl"
    is_geojson = isinstance(first, dict) and first.get("type") in ("FeatureCollection", "Feature")
    return "geo" if is_geojson else "jsonl"
