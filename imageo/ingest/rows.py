"""What every source of rows gives: a row to take, or a reject with its reason."""

import hashlib
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

# Lone surrogates that do not stand for an unreadable byte.
_NOT_ESCAPED = re.compile("[\ud800-\udc7f\udd00-\udfff]")

RAW_SHOWN = 10_000
"""Characters of a rejected row that are kept."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file: its line (or number, in a file without lines), its values by column, its text."""

    line: int
    values: dict[str, Any]
    raw: str


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that is not taken. `kind` is one of few, `detail` says what is wrong with this very row."""

    line: int
    kind: str
    detail: str
    raw: str = field(repr=False)

    @property
    def reason(self) -> str:
        """Kind and detail as they are stored."""
        return f"{self.kind}: {self.detail}" if self.detail else self.kind


def rejected(row: Row, kind: str, detail: str = "") -> Reject:
    """The reject of a row that was read but cannot be taken."""
    return Reject(row.line, kind, detail, row.raw)


def shown(raw: str) -> str:
    """A rejected row as it can be stored: cut, with bytes that are no text escaped."""
    cut = _NOT_ESCAPED.sub("\ufffd", raw[:RAW_SHOWN].rstrip("\r\n")).encode("utf-8", "surrogateescape")
    return cut.decode("utf-8", "backslashreplace").replace("\x00", "\\x00")


def row_digest(content: bytes) -> int:
    """A 64-bit digest as PostgreSQL's bigint."""
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "big", signed=True)


def batches(
    rows: Iterable[Row | Reject], size: int = 2_000, characters: int = 16_000_000
) -> Iterator[list[Row | Reject]]:
    """Rows in lists of bounded length and bounded text: memory stays flat whatever the file."""
    batch: list[Row | Reject] = []
    weight = 0
    for row in rows:
        batch.append(row)
        weight += len(row.raw)
        if len(batch) >= size or weight >= characters:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


def peek(rows: Iterator[Row | Reject]) -> tuple[list[Row | Reject], Iterator[Row | Reject]]:
    """The first rows, up to a thousand, and all rows, the first ones included."""
    first = next(batches(rows, size=1_000), [])
    return first, itertools.chain(first, rows)
