"""Numbers in sentences, names from outside, rows of estimates."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from imageo.render.labels import clean_label
from imageo.render.report.blocks import Column, Table
from imageo.render.tables import format_value

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[str, Any]
"""One row of bi.estimate; a missing value is None."""

SIGNIFICANT = 0.05
"""A corrected p value below this, or at it, carries a statement."""

LONGEST_NAME = 60

_TEXT = {
    "country_match": ("names the right country for", "with the right country"),
    "state_match": ("names the right state for", "with the right state"),
    "city_match": ("names the right city for", "with the right city"),
}


def name(text: object) -> str:
    """A name from outside as part of a line."""
    return clean_label(text, LONGEST_NAME) if text is not None else "-"


def records(frame: "pd.DataFrame") -> list[dict[str, Any]]:
    """Rows as mappings in which every missing value is None."""
    import pandas as pd

    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{str(key): None if value is pd.NA else value for key, value in row.items()} for row in rows]


def places_within(measure: str) -> str:
    """What a model that hits does: `places within 25 km`, `names the right country for`."""
    if measure in _TEXT:
        return _TEXT[measure][0]
    return f"places within {distance(measure)}"


def hit(measure: str) -> str:
    """What goes with a rate: `within 25 km`, `with the right country`."""
    return _TEXT[measure][1] if measure in _TEXT else f"within {distance(measure)}"


def is_right(measure: str) -> str:
    """When an answer is right: where it `is within 25 km of the true place`, `names the right country`."""
    if measure in _TEXT:
        return _TEXT[measure][0].removesuffix(" for")
    return f"is within {distance(measure)} of the true place"


def distance(measure: str) -> str:
    """accuracy_2500km -> 2,500 km."""
    return f"{int(measure.removeprefix('accuracy_').removesuffix('km')):,}\u00a0km"


def percent(share: float) -> str:
    """0.711 -> 71.1 %, the two bound together."""
    return f"{_one_decimal(100 * share)}\u00a0%"


def points(share: float) -> str:
    """0.012 -> 1.2 points; 0.01 -> 1.0 points."""
    return f"{_one_decimal(100 * share)} points"


def percent_interval(low: float, high: float) -> str:
    """`95 % interval 66.0 to 76.1 %`."""
    return f"95\u00a0% interval {_one_decimal(100 * low)} to {percent(high)}"


def points_interval(low: float, high: float) -> str:
    """`95 % interval -0.8 to 3.2`."""
    return f"95\u00a0% interval {_one_decimal(100 * low)} to {_one_decimal(100 * high)}"


def p_value(p: float | None) -> str:
    """`p < 0.001`, `p = 0.310`, with what it is corrected for left to the reader of the sentence."""
    if p is None:
        return "no p value"
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def count(number: float | None) -> str:
    """2796 -> 2,796."""
    return "-" if number is None else f"{int(number):,}"


def sentence_list(names: Sequence[str], most: int = 8) -> str:
    """`a, b and c`; `a, b and 12 more`."""
    if len(names) > most:
        return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def plural(number: int, singular: str, many: str | None = None) -> str:
    """`1 photo`, `2 photos`."""
    return f"{number:,} {singular if number == 1 else many or singular + 's'}"


def share_cell(row: Row | None) -> str:
    """`69.7 (68.0 to 71.4)` of an estimate that is a share, in percent."""
    if row is None or row["estimate"] is None:
        return "-"
    number = _one_decimal(100 * row["estimate"])
    if row["low"] is None:
        return number
    return f"{number} ({_one_decimal(100 * row['low'])} to {_one_decimal(100 * row['high'])})"


def number_cell(row: Row | None, digits: int = 2) -> str:
    """`0.71 (0.66 to 0.76)` of an estimate."""
    if row is None or row["estimate"] is None:
        return "-"
    number = f"{row['estimate']:,.{digits}f}"
    return number if row["low"] is None else f"{number} ({row['low']:,.{digits}f} to {row['high']:,.{digits}f})"


def p_cell(p: float | None) -> str:
    """A p value in a table."""
    return format_value(p, "p")


def frame_table(
    frame: "pd.DataFrame",
    columns: Mapping[str, tuple[str, str]],
    caption: str,
    *,
    most: int | None = None,
    note: str = "",
) -> Table:
    """The named columns of a frame, column -> (heading, format of imageo.render.tables); the first `most` rows."""
    shown = frame[list(columns)] if most is None else frame[list(columns)].head(most)
    rows = tuple(
        tuple(
            clean_label(format_value(value, kind), 160) for value, (_, kind) in zip(row, columns.values(), strict=True)
        )
        for row in shown.itertuples(index=False)
    )
    headings = tuple(Column(heading.strip(), kind != "text") for heading, kind in columns.values())
    return Table(caption, headings, rows, note)


def text_table(
    caption: str, columns: Iterable[tuple[str, bool]], rows: Iterable[Sequence[str]], note: str = ""
) -> Table:
    """A table of ready cells; columns are (heading, whether it holds numbers)."""
    return Table(caption, tuple(Column(*column) for column in columns), tuple(map(tuple, rows)), note)


def _one_decimal(value: float) -> str:
    text = f"{value:,.1f}"
    return "0.0" if text == "-0.0" else text
