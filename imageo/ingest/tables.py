"""A file as a table: its columns, and its rows one after another."""

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from imageo.errors import InputError
from imageo.ingest.file_kind import FileKind, file_kind
from imageo.ingest.rows import Reject, Row, peek, shown
from imageo.ingest.text_lines import is_readable, text_lines

LONGEST_CELL = 16 * 1024 * 1024


@dataclass(frozen=True)
class Table:
    """`columns` as the file names them; of JSON lines, those of the first thousand rows."""

    kind: FileKind
    columns: list[str]
    rows: Iterator[Row | Reject]


def read_table(path: Path) -> Table:
    """Open a CSV (any delimiter), JSON lines, Parquet, GeoJSON, GeoPackage or FlatGeobuf file.

    Geometry becomes the columns latitude and longitude. Raises InputError where the file is none of these.
    """
    kind = file_kind(path)
    if kind == "csv":
        return _read_csv(path)
    if kind == "jsonl":
        return _read_json_lines(path)
    from imageo.ingest import arrow_tables

    read = arrow_tables.read_parquet if kind == "parquet" else arrow_tables.read_geo
    columns, rows = read(path)
    return Table(kind, columns, rows)


def flattened(values: dict[str, object], prefix: str = "") -> dict[str, object]:
    """Objects within objects as columns with dots in their names: `{"a": {"b": 1}}` is `{"a.b": 1}`."""
    flat: dict[str, object] = {}
    for name, value in values.items():
        if isinstance(value, dict) and prefix.count(".") < 4:
            flat.update(flattened(value, f"{prefix}{name}."))
        else:
            flat[f"{prefix}{name}"] = value
    return flat


def _read_json_lines(path: Path) -> Table:
    first, rows = peek(_json_rows(path))
    columns = dict.fromkeys(name for row in first if isinstance(row, Row) for name in flattened(row.values))
    if not columns:
        raise InputError(no_valid_row(path, first))
    return Table("jsonl", list(columns), rows)


def no_valid_row(path: Path, rows: Iterable[Row | Reject]) -> str:
    """Say so, with the first reject as an example."""
    first = next((row for row in rows if isinstance(row, Reject)), None)
    return f"{path}: no valid row" + (f": line {first.line}: {shown(first.reason)}" if first else "")


def _json_rows(path: Path) -> Iterator[Row | Reject]:
    for number, (line, is_whole) in enumerate(text_lines(path, newline="\n"), 1):
        if line.isspace():
            continue
        problem = _text_problem(line, is_whole)
        if problem:
            yield Reject(number, *problem, line)
            continue
        try:
            values = _json_value(line)
        except (ValueError, RecursionError) as error:
            where = "the file ends within this line" if not line.endswith("\n") else str(error)
            yield Reject(number, "malformed JSON", where, line)
            continue
        if isinstance(values, dict):
            yield Row(number, values, line)
        else:
            yield Reject(number, "malformed JSON", "not an object", line)


def _json_value(line: str) -> object:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        # Python itself writes NaN and lone surrogates, which are no JSON.
        return json.loads(line)


def _text_problem(text: str, is_whole: bool = True) -> tuple[str, str] | None:
    if not is_whole:
        return "line too long", "more than 64 MiB"
    if "\x00" in text:
        return "NUL byte", ""
    if not is_readable(text):
        return "wrong encoding", "not UTF-8"
    return None


def _read_csv(path: Path) -> Table:
    csv.field_size_limit(LONGEST_CELL)
    header_line, _ = next(text_lines(path, newline=""))
    if _text_problem(header_line):
        raise InputError(f"{path} line 1: the column names are no UTF-8 text; save the file as UTF-8")
    delimiter = max(",;\t|", key=_outside_quotes(header_line).count)
    try:
        header = next(csv.reader(_csv_lines(path, []), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise InputError(f"{path} line 1: the column names cannot be read: {error}") from None
    columns = [name.strip() or f"column_{number}" for number, name in enumerate(header, 1)]
    repeated = {name for name in columns if columns.count(name) > 1}
    if repeated:
        raise InputError(f"{path} line 1: column {sorted(repeated)[0]!r} stands twice; rename one of them")
    return Table("csv", columns, _csv_rows(path, columns, delimiter))


def _csv_lines(path: Path, row: list[str]) -> Iterator[str]:
    """The lines of the file, each added to the text of the row that is being read.

    A line that is not whole gives too few cells or one that is too long: its row is rejected for that.
    """
    for line, _ in text_lines(path, newline=""):
        row.append(line)
        yield line


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def _csv_rows(path: Path, columns: list[str], delimiter: str) -> Iterator[Row | Reject]:
    text: list[str] = []
    reader = csv.reader(_csv_lines(path, text), delimiter=delimiter, strict=True)
    next(reader)
    while True:
        text.clear()
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _unread(line, str(error), text)
            continue
        if len(cells) == len(columns):
            yield _csv_row(line, dict(zip(columns, cells, strict=True)), "".join(text))
        elif cells:
            yield _unread(line, f"{len(cells)} cells under {len(columns)} column names", text)


def _unread(line: int, problem: str, text: list[str]) -> Reject:
    if len(text) > 1:
        problem += f"; lines {line} to {line + len(text) - 1} were read as one row: is a quote not closed?"
    return Reject(line, "malformed CSV", problem, "".join(text))


def _csv_row(line: int, values: dict[str, object], raw: str) -> Row | Reject:
    problem = _text_problem(raw)
    return Reject(line, *problem, raw) if problem else Row(line, values, raw)
