"""Gaps between groups as text: best against worst of every run, and every group of one run."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from imageo.measures import DENOMINATORS
from imageo.render.tables import printable, table, to_json

if TYPE_CHECKING:
    import pandas as pd

    from imageo.analysis.gaps_report import GapOptions

_KEY = ["run_id", "run_label"]


def widest_table(estimates: "pd.DataFrame", title: str) -> str:
    """One line a run: widest gap with its simultaneous interval, adjusted gap, ratio, Gini and Theil, widest first."""
    lines = _one(estimates, "gap", ["subject_name", "other_subject_name", "estimate", "low", "high", "p_value"])
    lines = lines.dropna(subset=["estimate"])
    for statistic, wanted in {
        "gap_corrected": ["estimate"],
        "gap_ratio": ["estimate", "low", "high"],
        "adjusted_gap": ["estimate", "low", "high"],
        "gini": ["estimate", "low", "high"],
        "theil": ["estimate", "low", "high"],
    }.items():
        more = _one(estimates, statistic, wanted).drop(columns="run_label")
        lines = lines.merge(more, how="left", on="run_id", suffixes=("", f"_{statistic}"))
    columns = {
        "run_label": ("model", "text"),
        "subject_name": ("worst", "text"),
        "other_subject_name": ("best", "text"),
        "estimate": ("gap", "percent"),
        "low": ("from", "percent"),
        "high": ("to", "percent"),
        "estimate_gap_corrected": ("less noise", "percent"),
    }
    if lines["estimate_adjusted_gap"].notna().any():
        columns |= {
            "estimate_adjusted_gap": ("adjusted", "percent"),
            "low_adjusted_gap": ("from ", "percent"),
            "high_adjusted_gap": ("to ", "percent"),
        }
    columns |= {
        "p_value": ("p", "p"),
        "estimate_gap_ratio": ("worst/best", "ratio"),
        "low_gap_ratio": ("from  ", "ratio"),
        "high_gap_ratio": ("to  ", "ratio"),
        "estimate_gini": ("Gini", "ratio"),
        "low_gini": ("from   ", "ratio"),
        "high_gini": ("to   ", "ratio"),
        "estimate_theil": ("Theil", "ratio"),
    }
    for note in sorted(set(estimates.loc[estimates["statistic"] == "ungrouped", "note"])):
        title += f"\n{note}"
    ordered = lines.sort_values(["estimate", "run_id"], ascending=[False, True], ignore_index=True)
    text = table(ordered, columns, title=title) if len(ordered) else title
    for statistic in ("gap", "adjusted_gap"):
        missing = _one(estimates, statistic, ["estimate", "note"])
        missing = missing[missing["estimate"].isna()]
        for label, note in zip(missing["run_label"], missing["note"], strict=True):
            text += f"\n{label}: no {statistic.replace('_', ' ')}: {note}"
    return text


def group_table(estimates: "pd.DataFrame", title: str, reference: str | None = None) -> str:
    """The groups of one run and denominator, worst first: rate, shrunk rate, difference to the rest or a reference."""
    lines = _one(estimates, "rate", ["subject", "subject_name", "n", "k", "estimate", "low", "high"])
    lines["note"] = _one(estimates, "rate", ["note"])["note"]
    thin = lines["note"].notna().sum()
    lines = lines[lines["note"].isna()]
    other = reference or "rest"
    against = estimates[(estimates["other_subject"] == other)]
    for statistic, frame, wanted in (
        ("shrunk_rate", estimates, ["estimate"]),
        ("funnel_99.8", estimates, ["low", "high"]),
        ("difference", against, ["estimate", "low", "high", "p_adjusted", "note"]),
        ("ratio", against, ["estimate", "low", "high"]),
        ("adjusted_difference", estimates, ["estimate", "low", "high", "note"]),
        ("adjusted_support", estimates, ["estimate"]),
    ):
        more = _one(frame, statistic, ["subject", *wanted]).drop(columns=_KEY)
        lines = lines.merge(more, how="left", on="subject", suffixes=("", f"_{statistic}"))
    name = other if other == "rest" else against["other_subject_name"].iloc[0] if len(against) else other
    lines["funnel"] = [_side(*row) for row in lines[["estimate", "low_funnel_99.8", "high_funnel_99.8"]].to_numpy()]
    columns = {
        "subject_name": ("group", "text"),
        "n": ("n", "count"),
        "k": ("correct", "count"),
        "estimate": ("rate %", "percent"),
        "low": ("from %", "percent"),
        "high": ("to %", "percent"),
        "estimate_difference": (f"to {name}", "percent"),
        "low_difference": ("from", "percent"),
        "high_difference": ("to", "percent"),
    }
    if lines["estimate_adjusted_difference"].notna().any():
        columns |= {
            "estimate_adjusted_difference": ("adjusted to rest", "percent"),
            "low_adjusted_difference": ("from ", "percent"),
            "high_adjusted_difference": ("to ", "percent"),
            "estimate_adjusted_support": ("support %", "percent"),
        }
    columns |= {
        "p_adjusted": ("p adj.", "p"),
        "estimate_shrunk_rate": ("shrunk %", "percent"),
        "estimate_ratio": ("ratio", "ratio"),
        "low_ratio": ("from  ", "ratio"),
        "high_ratio": ("to  ", "ratio"),
        "funnel": ("funnel", "text"),
    }
    ordered = lines.sort_values(["estimate", "subject"], ignore_index=True)
    title = "\n".join([title, *against.loc[against["subject"].isna(), "note"]])
    text = table(ordered, columns, title=title) if len(ordered) else f"{title}: no group has enough photos"
    text += f"\n{thin} groups with too few photos are not compared." if thin else ""
    return text + _notes(ordered)


def against_table(estimates: "pd.DataFrame", title: str) -> str:
    """Differences of differences, largest first."""
    columns = {
        "run_label": ("model", "text"),
        "subject_name": ("group", "text"),
        "estimate_difference": ("to rest", "percent"),
        "estimate_difference_other": ("of the other", "percent"),
        "estimate": ("difference", "percent"),
        "low": ("from", "percent"),
        "high": ("to", "percent"),
        "p_adjusted": ("p adj.", "p"),
        "other_run_label": ("other", "text"),
    }
    lines = estimates[estimates["statistic"] == "difference_of_differences"]
    rest = estimates[(estimates["statistic"] == "difference") & (estimates["other_subject"] == "rest")]
    rest = rest[["run_id", "subject", "estimate"]]
    lines = lines.merge(rest, how="left", on=["run_id", "subject"], suffixes=("", "_difference"))
    other = rest.rename(columns={"run_id": "other_run_id"})
    lines = lines.merge(other, how="left", on=["other_run_id", "subject"], suffixes=("", "_difference_other"))
    ordered = lines.sort_values("estimate", key=abs, ascending=False, kind="stable")
    text = table(ordered, columns, title=title)
    for note, of_note in ordered.dropna(subset=["note"]).groupby("note", sort=False):
        text += f"\n{', '.join(of_note['run_label'] + ' ' + of_note['subject_name'])}: {note}"
    return text


def gaps_text(estimates: "pd.DataFrame", options: "GapOptions", denominator: str, *, each_group: bool) -> str:
    """The estimates of one dataset under one denominator, and what stands behind them."""
    if estimates.empty:
        return f"No photo has a {options.grouping} and an answer yet."
    counted = estimates[estimates["denominator"] == denominator]
    what = f"{options.measure.replace('_', ' ')} by {options.grouping.replace('_', ' ')}, {DENOMINATORS[denominator]}"
    dataset = counted["dataset"].iloc[0]
    parts = [widest_table(counted, f"{dataset}: widest gap, {what}")]
    if each_group:
        parts += [
            group_table(of_run, f"{dataset}, {label}: {what}", options.reference)
            for label, of_run in counted.groupby("run_label", sort=True)
        ]
    if (counted["statistic"] == "difference_of_differences").any():
        parts.append(against_table(counted, f"{dataset}: groups against the rest, model against model; {what}"))
    text = "\n\n".join([*parts, _method(options)])
    # Names of groups come from files, and stand in notes too.
    return "\n".join(printable(line) for line in text.split("\n"))


def gaps_json(frames: Sequence["pd.DataFrame"], parameters: Mapping[str, object]) -> str:
    """Parameters and every estimate of every dataset."""
    import json

    import pandas as pd

    rows = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    return f'{{"parameters": {json.dumps(parameters)},\n"estimates": {to_json(rows.astype(object))}}}'


def _method(options: "GapOptions") -> str:
    lines = [
        f"95 % intervals: {options.replicates:,} replicates of whole cells {options.degrees:g}° high, "
        f"the same for all groups and models (seed {options.seed}).",
        "The widest gap of many is wide by noise too: its interval holds for all pairs at once; `less noise` is the "
        "bootstrap's correction. Gini and Theil hold noise too, their interval does not: it may lie below them.",
    ]
    if options.adjust:
        lines.append(
            f"Adjusted: the same two groups, both with the pooled mix of {', '.join(options.adjust)} "
            "(direct standardisation)."
        )
    return "\n".join(lines)


def _one(estimates: "pd.DataFrame", statistic: str, columns: Sequence[str]) -> "pd.DataFrame":
    found: pd.DataFrame = estimates.loc[estimates["statistic"] == statistic, [*_KEY, *columns]].reset_index(drop=True)
    return found


def _side(rate: float, low: float, high: float) -> str:
    return "below" if rate < low else "above" if rate > high else "within"


def _notes(lines: "pd.DataFrame") -> str:
    text = ""
    for column in ("note_difference", "note_adjusted_difference"):
        told = lines.dropna(subset=[column])
        for note, of_note in told.groupby(column, sort=False):
            text += f"\n{', '.join(of_note['subject_name'])}: {note}"
    return text
