"""Lines of a text file, whatever its encoding, in bounded memory."""

import codecs
from collections.abc import Iterator
from pathlib import Path

LONGEST_LINE = 64 * 1024 * 1024
"""Characters; what a longer line holds beyond is skipped, and the line is not whole."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding_of(head: bytes) -> str:
    """The encoding that a byte order mark tells, or UTF-8."""
    return next((encoding for mark, encoding in _MARKS if head.startswith(mark)), "utf-8")


def text_lines(path: Path, newline: str) -> Iterator[tuple[str, bool]]:
    r"""Each line and whether it is whole. Bytes that are no text come as lone surrogates: `is_readable` finds them.

    `newline` as in `open`: "\n" for one JSON a line, "" for CSV.
    """
    with path.open("rb") as file:
        encoding = encoding_of(file.read(4))
    is_utf8 = encoding.startswith("utf-8")
    errors = "surrogateescape" if is_utf8 else "replace"
    with path.open(encoding=encoding, errors=errors, newline=newline) as text:
        while line := text.readline(LONGEST_LINE):
            is_whole = len(line) < LONGEST_LINE or line.endswith("\n")
            yield line if is_utf8 else line.replace("\ufffd", "\udcff"), is_whole
            while not is_whole and (rest := text.readline(LONGEST_LINE)):
                is_whole = len(rest) < LONGEST_LINE or rest.endswith("\n")


def is_readable(text: str) -> bool:
    """Whether all of the text came out of its bytes."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
