"""What a report is made of: text, numbers as text, and drawn figures; how it looks is the writers' affair."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Paragraph:
    """Running text."""

    text: str


@dataclass(frozen=True)
class Note:
    """What a reader must know before going on: set apart from the text."""

    text: str


@dataclass(frozen=True)
class Heading:
    """A heading within a section."""

    text: str


@dataclass(frozen=True)
class Points:
    """A list of sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Beside:
    """Two lists of sentences, of equal weight: next to each other where there is room."""

    first_title: str
    first: tuple[str, ...]
    second_title: str
    second: tuple[str, ...]


@dataclass(frozen=True)
class Commands:
    """Lines to be typed, as they are."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class KeyNumber:
    """A large number and what it says, in a few words."""

    number: str
    meaning: str


@dataclass(frozen=True)
class KeyNumbers:
    """Large numbers beside each other."""

    items: tuple[KeyNumber, ...]


@dataclass(frozen=True)
class Column:
    """Heading of a column; numbers stand at its right edge."""

    heading: str
    is_number: bool = True


@dataclass(frozen=True)
class Table:
    """Cells as text, a row each; the caption says what they are and among whom. `note` stands below."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class Figure:
    """A drawing and what it shows in words; `name` is that of `imageo figure`, `kind` is svg or png."""

    name: str
    caption: str
    drawing: bytes
    kind: str = "svg"

    @property
    def file_name(self) -> str:
        """Name of the file, where it stands beside a document."""
        return f"{self.name}.{self.kind}"


Block = Paragraph | Note | Heading | Points | Beside | Commands | KeyNumbers | Table | Figure


@dataclass(frozen=True)
class Section:
    """A chapter; `anchor` is what links name."""

    anchor: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Report:
    """A document; `footer` tells where it comes from."""

    title: str
    subtitle: str
    sections: tuple[Section, ...]
    footer: str


def section(anchor: str, title: str, *blocks: "Block | Sequence[Block] | None") -> Section:
    """A section of blocks and lists of blocks; None and empty lists fall away."""
    kept: list[Block] = []
    for block in blocks:
        if isinstance(block, Sequence):
            kept += block
        elif block is not None:
            kept.append(block)
    return Section(anchor, title, tuple(kept))
