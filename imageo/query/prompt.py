"""The question that is put under every image: a versioned file of the package, or the user's own."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from imageo.errors import InputError

DEFAULT = "locate-1"
"""A prompt that was ever released is never changed: answers under it would not compare. Add the next number."""

LARGEST = 100_000
"""Bytes of a prompt file."""

_FOLDER = Path(__file__).parent / "prompts"


@dataclass(frozen=True)
class Prompt:
    """`name` is that of the file, without suffix. `sha256` is that of the text, hexadecimal."""

    name: str
    text: str = field(repr=False)
    sha256: str


def load_prompt(path: Path | None = None) -> Prompt:
    """Read a prompt file; without one the default prompt of the package.

    Line ends become LF, and blank lines around the text go, so that one text has one hash whatever editor and system
    saved it. Raises InputError where the file cannot be read, or is no text.
    """
    if path is None:
        path = _FOLDER / f"{DEFAULT}.md"
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as problem:
        raise InputError(f"{path}: the prompt cannot be read ({problem.strerror}); give a text file") from problem
    if len(data) > LARGEST:
        raise InputError(f"{path}: a prompt of more than {LARGEST:,} bytes; is this the right file?")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise InputError(f"{path} line {line}: the prompt is not UTF-8; save it as UTF-8") from problem
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError(f"{path} line {line}: the prompt holds a NUL character; is this a text file?")
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text:
        raise InputError(f"{path}: the prompt is empty")
    return Prompt(path.stem, text, hashlib.sha256(text.encode()).hexdigest())


def list_prompts() -> list[Prompt]:
    """The prompts of the package, by name."""
    return [load_prompt(path) for path in sorted(_FOLDER.glob("*.md"))]
