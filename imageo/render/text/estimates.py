"""Estimates as frames, JSON and cells of a table."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from imageo.analysis.estimate import Estimate
from imageo.render.tables import printable

if TYPE_CHECKING:
    import pandas as pd


def estimate_frame(
    estimates: Iterable[Estimate],
    dataset: str,
    runs: "pd.DataFrame",
    names: Mapping[tuple[str, str], str] | None = None,
) -> "pd.DataFrame":
    """One row an estimate, with dataset, model, the labels of its runs and the names of its subjects.

    `runs`: run_id, model, run_label. `names`: (grouping, subject) -> what people call it; others keep their code.
    """
    import pandas as pd

    frame = pd.DataFrame([asdict(estimate) for estimate in estimates], columns=list(Estimate.__dataclass_fields__))
    known = runs.set_index("run_id")
    named: dict[str, Any] = {
        "dataset": dataset,
        "model": frame["run_id"].map(known["model"]),
        "run_label": frame["run_id"].map(known["run_label"]),
        "other_run_label": frame["other_run_id"].map(known["run_label"]),
    }
    for column in ("subject", "other_subject"):
        keys = zip(frame["grouping"], frame[column], strict=True)
        named[f"{column}_name"] = [(names or {}).get(key, key[1]) for key in keys]
    # The same types whatever is missing: a count stays whole.
    types = dict.fromkeys(("n", "k", "run_id", "other_run_id"), "Int64")
    types |= dict.fromkeys(("estimate", "low", "high", "p_value", "p_adjusted"), "float64")
    return frame.astype(types).assign(**named)[[*named, *frame.columns]]


def printed_rows(frame: "pd.DataFrame") -> list[dict[str, Any]]:
    """The rows of `estimate_frame` for a text, None for what is missing.

    Names come from files and must not drive the terminal.
    """
    shown = frame.astype(object).where(frame.notna(), None)
    return [
        {str(name): printable(value) if isinstance(value, str) else value for name, value in row.items()}
        for row in shown.to_dict("records")
    ]


def p_text(value: float | None) -> str:
    """A p value as people write it; a dash without one."""
    if value is None:
        return "-"
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def with_interval(row: Mapping[str, object] | None, *, scale: float = 1, digits: int = 2) -> str:
    """`0.71 (0.66 to 0.76)`; the number alone without an interval, a dash without a number."""
    if row is None or row["estimate"] is None:
        return "-"
    number, low, high = (row[name] for name in ("estimate", "low", "high"))

    def shown(value: object) -> str:
        assert isinstance(value, float)
        text = f"{scale * value:,.{digits}f}"
        return text if text.strip("-0.,") else text.removeprefix("-")

    return shown(number) + (f" ({shown(low)} to {shown(high)})" if low is not None else "")
