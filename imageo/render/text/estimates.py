"""Estimates as frames, JSON and cells of a table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from imageo.analysis.estimate import Estimate
from imageo.render.tables import printable

if TYPE_CHECKING:
    import pandas as pd


def estimate_frame(
    estimates: Iterable[Estimate],
    dataset: str,
    labels: Mapping[int, str],
    subjects: Mapping[str, str] | None = None,
) -> "pd.DataFrame":
    """One row an estimate, with the names of its dataset, its runs and the region that is its subject."""
    import pandas as pd

    rows = []
    for estimate in estimates:
        row = asdict(estimate)
        rows.append(
            {
                "dataset": dataset,
                "run_label": labels.get(row["run_id"]),
                "other_run_label": labels.get(row["other_run_id"]),
                "subject_name": (subjects or {}).get(row["subject"]),
            }
            | row
        )
    # Objects, so that a missing number stays None and a count stays whole.
    return pd.DataFrame(rows, dtype=object)


def estimate_frame_of_runs(
    estimates: Sequence[Estimate], runs: "pd.DataFrame", names: Mapping[tuple[str, str], str]
) -> "pd.DataFrame":
    """The fields of each estimate, with dataset, model and run_label (from core.run) and subject_name.

    `names`: (grouping, subject) -> what people call it.
    """
    import pandas as pd

    frame = pd.DataFrame([asdict(one) for one in estimates], columns=list(Estimate.__dataclass_fields__))
    frame = frame.merge(runs[["run_id", "dataset", "model", "run_label"]], on="run_id", how="left")
    keys = zip(frame["grouping"], frame["subject"], strict=True)
    frame["subject_name"] = [names.get(key, key[1]) for key in keys]
    for column in ("n", "k", "run_id", "other_run_id"):
        frame[column] = frame[column].astype("Int64")
    return frame


def estimate_rows(estimates: Sequence[Estimate]) -> list[dict[str, object]]:
    """The estimates as mappings, as `imageo.db.estimates.store_analysis` takes them."""
    return [asdict(one) for one in estimates]


def printed_rows(frame: "pd.DataFrame") -> list[dict[str, Any]]:
    """The rows of `estimate_frame` for a text; names come from files and must not drive the terminal."""
    return [
        {str(name): printable(value) if isinstance(value, str) else value for name, value in row.items()}
        for row in frame.to_dict("records")
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
