"""Frames as text: a table for people, JSON or CSV for programs."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

Format = str
"""How a column is shown: `text`, `count`, `percent` (of a share), `km`, `score`, `usd`, `ratio`, `p` (a p value)."""


def table(frame: "pd.DataFrame", columns: Mapping[str, tuple[str, Format]], *, title: str = "") -> str:
    """The named columns as an aligned text table: column -> (heading, format). A missing value is a dash.

    The most important columns come first: those that do not fit into the terminal are left out, and it is said.
    """
    from io import StringIO

    from rich.console import Console

    width = _terminal_width()
    console = Console(file=StringIO(), width=10_000, color_system=None)
    fitting = list(columns)
    while len(fitting) > 1 and console.measure(_rich_table(frame, columns, fitting)).maximum > width:
        fitting.pop()
    console.width = width
    console.print(_rich_table(frame, columns, fitting, title))
    stream = console.file
    assert isinstance(stream, StringIO)
    text = "\n".join(line.rstrip() for line in stream.getvalue().splitlines()).strip("\n")
    left_out = [columns[name][0].strip() for name in columns if name not in fitting]
    return text + (f"\nno room here for {', '.join(left_out)}: widen the terminal, or --json" if left_out else "")


def _rich_table(
    frame: "pd.DataFrame", columns: Mapping[str, tuple[str, Format]], chosen: Sequence[str], title: str = ""
) -> "Table":
    from rich import box
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=box.SIMPLE, title=Text(title) if title else None, title_justify="left", pad_edge=False)
    for name in chosen:
        heading, kind = columns[name]
        shown.add_column(heading, justify="left" if kind == "text" else "right", overflow="fold")
    for row in frame[list(chosen)].itertuples(index=False):
        cells = [format_value(value, columns[name][1]) for value, name in zip(row, chosen, strict=True)]
        # Text, never markup: names of models and regions come from files.
        shown.add_row(*(Text(cell) for cell in cells))
    return shown


def format_value(value: Any, kind: Format) -> str:
    """One cell; a dash where there is nothing to say."""
    import pandas as pd

    if value is None or value is pd.NA or value != value:
        return "-"
    if kind == "percent":
        return f"{100 * value:.1f}"
    if kind == "count":
        return f"{int(value):,}"
    if kind == "km":
        return f"{value:,.1f}" if value < 100 else f"{value:,.0f}"
    if kind == "score":
        return f"{value:,.0f}"
    if kind == "ratio":
        return f"{value:.3f}"
    if kind == "p":
        return f"{value:.3f}" if value >= 0.001 else "<0.001"
    if kind == "usd":
        return f"{value:,.2f}" if value >= 1 else f"{value:.4f}"
    return printable(str(value))


def printable(text: str) -> str:
    """The text without control characters: a name from a file must not drive the terminal."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def to_json(frame: "pd.DataFrame") -> str:
    """The frame as a list of objects; a missing value, NaN and infinity are null, a geometry is GeoJSON."""
    import orjson

    return orjson.dumps(
        frame.to_dict("records"), default=_plain, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY
    ).decode()


def to_csv(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Rows as CSV with a header; a missing value is empty."""
    import csv
    from io import StringIO

    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return stream.getvalue()


def _plain(value: Any) -> Any:
    import pandas as pd

    if value is pd.NA:
        return None
    if hasattr(value, "__geo_interface__"):
        return value.__geo_interface__
    return str(value)


def _terminal_width() -> int:
    import shutil

    return shutil.get_terminal_size((160, 24)).columns
