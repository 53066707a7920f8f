"""The spatial pattern as text."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from imageo.analysis.spatial_survey import SpatialOptions
from imageo.measures import DENOMINATORS
from imageo.render.tables import table

if TYPE_CHECKING:
    import pandas as pd

SIGNIFICANT = 0.05


def spatial_text(frame: "pd.DataFrame", dataset: str, options: SpatialOptions) -> str:
    """All that is shown of one dataset: `frame` of `estimate_frame`."""
    what = options.measure.replace("_", " ")
    parts = [
        pattern_table(frame, f"{dataset}: Moran's I of {what}, {DENOMINATORS[options.denominator]}"),
        join_table(frame, f"{dataset}: joins of neighbouring images over those expected by chance"),
        spot_table(frame, f"{dataset}: clusters and hot spots beyond chance"),
        island_line(frame),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def pattern_table(frame: "pd.DataFrame", title: str) -> str:
    """Moran's I of rate and of error of one dataset, a row for each run and kind of unit."""
    moran = frame[frame["subject"].isna() & frame["statistic"].isin(["moran_i", "getis_ord_z"])]
    rows = []
    for (run, grouping), both in moran.groupby(["run_label", "grouping"], sort=False):
        row: dict[str, object] = {"run": run, "over": str(grouping).replace("_", " ")}
        for one in both.itertuples():
            which = "error" if one.measure == "log_error" else "rate"
            row |= {f"{which}_i": one.estimate, f"{which}_p": one.p_value, f"{which}_corrected": one.p_adjusted}
        rows.append(row)
    columns = {
        "run": ("model", "text"),
        "over": ("over", "text"),
        "rate_i": ("I of rate", "number"),
        "rate_p": ("p", "number"),
        "rate_corrected": ("p corrected", "number"),
        "error_i": ("I of error", "number"),
        "error_p": ("p ", "number"),
        "error_corrected": ("p corrected ", "number"),
    }
    return "\n".join([_table(rows, columns, title), *_remarks(moran)])


def join_table(frame: "pd.DataFrame", title: str) -> str:
    """Joins of neighbouring images over those expected by chance, a row for each run."""
    joins = frame[frame["grouping"] == "image"]
    rows = []
    for run, of_run in joins.groupby("run_label", sort=False):
        row: dict[str, object] = {"run": run}
        for one in of_run.itertuples():
            kind = str(one.statistic).removeprefix("join_ratio_")
            row |= {kind: one.estimate, f"{kind}_p": one.p_adjusted, "joins": one.n}
        rows.append(row)
    columns = {"run": ("model", "text"), "joins": ("joins", "count")}
    for pad, kind in enumerate(("hit_hit", "miss_miss", "hit_miss")):
        columns |= {kind: (kind.replace("_", "-"), "number"), f"{kind}_p": ("p corrected" + " " * pad, "number")}
    return "\n".join([_table(rows, columns, title), *_remarks(joins[joins["p_value"].isna()])])


def spot_table(frame: "pd.DataFrame", title: str) -> str:
    """The units whose local statistic is beyond chance after correction, and how many were so before it."""
    local = frame[frame["subject"].notna() & frame["p_value"].notna()]
    found = local[local["p_adjusted"] <= SIGNIFICANT].sort_values(["run_label", "grouping", "p_adjusted", "subject"])
    before = int((local["p_value"] <= SIGNIFICANT).sum())
    said = f"{len(local):,} local tests: {before:,} with p <= {SIGNIFICANT}, {len(found):,} after correction."
    if found.empty:
        return said
    found = found.assign(statistic=found["statistic"].map({"getis_ord_z": "Gi* z", "local_moran": "local I"}))
    columns = {
        "run_label": ("model", "text"),
        "grouping": ("over", "text"),
        "subject_name": ("where", "text"),
        "statistic": ("statistic", "text"),
        "estimate": ("value", "number"),
        "p_value": ("p", "number"),
        "p_adjusted": ("p corrected", "number"),
        "n": ("n", "count"),
        "note": ("remark", "text"),
    }
    return _table(found, columns, title) + "\n" + said


def island_line(frame: "pd.DataFrame") -> str:
    """Which units have no neighbour, by kind of unit; empty where all have one."""
    islands = frame[frame["subject"].notna() & frame["p_value"].isna()]
    lines = []
    for grouping, rows in islands.groupby("grouping", sort=False):
        names = sorted(set(rows["subject_name"]))
        shown = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
        lines.append(f"islands, left out of the {str(grouping).replace('_', ' ')} pattern: {shown}")
    return "\n".join(lines)


def _remarks(frame: "pd.DataFrame") -> list[str]:
    """Each note once, with the kind of unit, and with the models where it is not true of all."""
    lines = []
    models = frame["run_label"].nunique()
    for (grouping, note), rows in frame.dropna(subset=["note"]).groupby(["grouping", "note"], sort=False):
        whose = sorted(set(rows["run_label"]))
        said = "" if len(whose) == models else f" ({', '.join(whose)})"
        lines.append(f"{str(grouping).replace('_', ' ')}: {note}{said}")
    return lines


def _table(
    rows: "pd.DataFrame | Sequence[Mapping[str, object]]", columns: Mapping[str, tuple[str, str]], title: str
) -> str:
    """A table of the columns that have something to say, numbers with three decimals."""
    import pandas as pd

    frame = pd.DataFrame(rows)
    known = {name: column for name, column in columns.items() if name in frame and frame[name].notna().any()}
    for name, (_, kind) in known.items():
        if kind == "number":
            frame[name] = [_number(value) for value in frame[name]]
    return table(frame, known, title=title)


def _number(value: object) -> str | None:
    """Three decimals; `imageo.render.tables` has a format for every unit, and these numbers have none."""
    if not isinstance(value, float) or value != value:
        return None
    return "< 0.001" if 0 < value < 0.0005 else f"{value:.3f}"
