"""What `imageo compare` prints: who stands where, which pairs differ, whose order depends on who is counted."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from imageo.analysis.ranks import RankFlip
from imageo.measures import DENOMINATORS
from imageo.render.tables import table
from imageo.render.text.estimates import p_text, printed_rows, with_interval
from imageo.render.text.leaderboard import flip_table, heading

if TYPE_CHECKING:
    import pandas as pd

BEYOND_CHANCE = 0.05
"""A corrected p value below this is called a difference."""

Row = dict[str, Any]


def comparison_text(frame: "pd.DataFrame", measures: Sequence[str], denominator: str) -> str:
    """The estimates of one dataset (`estimate_frame`) as text, for some measures under one denominator."""
    rows = printed_rows(frame)
    parts = [_images(rows)]
    for measure in measures:
        counted = "bounded" if measure == "error_km" and denominator == "all" else denominator
        chosen = [row for row in rows if row["measure"] == measure and row["denominator"] == counted]
        what = "median error, km" if measure == "error_km" else f"{heading(measure)} %"
        parts += [_standing(chosen, f"{what}: {_who(counted)}"), _pairs(chosen, measure)]
    parts += [_family(rows, denominator), flip_table(_flips(rows)), _repeats(rows, measures)]
    return "\n\n".join(part for part in parts if part)


def _who(counted: str) -> str:
    return "a non-answer is 20,015 km away" if counted == "bounded" else DENOMINATORS[counted]


def _images(rows: list[Row]) -> str:
    shared = _first(rows, "shared_images")
    missing = [(row["run_label"], row["k"]) for row in rows if row["statistic"] == "not_asked"]
    text = f"{shared['dataset']}: {len(missing)} runs on the same {shared['k']:,} images"
    if dropped := shared["n"] - shared["k"]:
        told = ", ".join(f"{label} was not asked about {count:,}" for label, count in missing if count)
        text += f"; {dropped:,} of {shared['n']:,} were left out: {told}"
    return text


def _standing(rows: list[Row], title: str) -> str:
    import pandas as pd

    by_run: dict[str, dict[str, Row]] = {}
    for row in rows:
        if row["other_run_label"] is None and row["grouping"] is None:
            by_run.setdefault(row["run_label"], {})[row["statistic"]] = row
    cells = []
    for run, found in by_run.items():
        rate, rank = found.get("rate"), found.get("rank")
        value = with_interval(rate, scale=100, digits=1) if rate else with_interval(found.get("median"))
        cells.append(
            {
                "run": run,
                "n": (rate or found["median"])["n"],
                "value": value,
                "rank": with_interval(rank, digits=0),
                "first": found["first_share"]["estimate"] if rank else None,
                "place": rank["estimate"] if rank else len(by_run) + 1,
            }
        )
    columns = {
        "rank": ("rank (95 %)", "text"),
        "run": ("model", "text"),
        "value": ("value (95 %)", "text"),
        "n": ("n", "count"),
        "first": ("first in % of resamples", "percent"),
    }
    return table(pd.DataFrame(cells).sort_values("place", kind="stable"), columns, title=title)


def _pairs(rows: list[Row], measure: str) -> str:
    import pandas as pd

    pairs: dict[tuple[str, str], dict[str, Row]] = {}
    for row in rows:
        if row["other_run_label"] is not None:
            pairs.setdefault((row["run_label"], row["other_run_label"]), {})[row["statistic"]] = row
    is_error = measure == "error_km"
    cells = [
        {"first": first, "second": second} | (_distance_cells(found) if is_error else _hit_cells(found))
        for (first, second), found in pairs.items()
    ]
    columns: dict[str, tuple[str, str]] = {
        "first": ("first", "text"),
        "second": ("less the second", "text"),
        "difference": ("median difference, km" if is_error else "difference, points", "text"),
        "adjusted": ("p Holm", "text"),
        "p": ("p Wilcoxon" if is_error else "p exact", "text"),
    }
    if is_error:
        columns |= {"of_medians": ("difference of medians, km", "text"), "closer": ("nearer %", "percent")}
    else:
        columns |= {"mid_p": ("mid-p", "text"), "only": ("only one right", "text")}
    columns["n"] = ("n", "count")
    who = "images that both answered" if rows[0]["denominator"] == "answered" else "all common images"
    better = "below" if is_error else "above"
    title = f"Pairs on {who}: a difference {better} 0 favours the first"
    return table(pd.DataFrame(cells).sort_values("order", kind="stable"), columns, title=title)


def _hit_cells(found: dict[str, Row]) -> Row:
    test, split, mid = (found.get(name) for name in ("difference", "discordant", "mcnemar_mid_p"))
    assert test is not None
    return _tested(test, scale=100) | {
        "only": f"{split['k']:,} : {split['n'] - split['k']:,}" if split else "-",
        "mid_p": p_text(mid["p_value"] if mid else None),
    }


def _distance_cells(found: dict[str, Row]) -> Row:
    return _tested(found["median_difference"]) | {
        "of_medians": with_interval(found.get("difference_of_medians")),
        "closer": found["closer_share"]["estimate"] if "closer_share" in found else None,
    }


def _tested(test: Row, scale: float = 1) -> Row:
    return {
        "difference": with_interval(test, scale=scale, digits=1 if scale > 1 else 2),
        "p": p_text(test["p_value"]),
        "adjusted": p_text(test["p_adjusted"]),
        "order": 2 if test["p_adjusted"] is None else test["p_adjusted"],
        "n": test["n"],
    }


def _family(rows: list[Row], denominator: str) -> str:
    families = [row for row in rows if row["statistic"] == "holm_family"]
    family = families[1 if denominator == "answered" else 0]
    counted = ("answered",) if denominator == "answered" else ("all", "bounded")
    tests = [row for row in rows if row["p_adjusted"] is not None and row["denominator"] in counted]
    beyond = sum(row["p_adjusted"] < BEYOND_CHANCE for row in tests)
    return (
        f"p Holm: corrected for {family['n']:,} tests, all pairs and all measures, {family['subject']};"
        f" {beyond:,} of them are below {BEYOND_CHANCE}."
    )


def _flips(rows: list[Row]) -> list[RankFlip]:
    place = {
        (row["run_label"], row["measure"], row["denominator"]): int(row["estimate"])
        for row in rows
        if row["statistic"] == "rank"
    }
    flips = []
    for (run, measure, denominator), rank in place.items():
        answered = place.get((run, measure, "answered"), rank)
        if denominator != "answered" and rank != answered:
            flips.append(RankFlip(run, measure, rank, answered))
    return flips


def _repeats(rows: list[Row], measures: Sequence[str]) -> str:
    import pandas as pd

    cells: dict[tuple[str, str], Row] = {}
    for row in rows:
        shown = "log_error" if "error_km" in measures else None
        if row["grouping"] == "repeats" and row["measure"] in (*measures, shown):
            name = "log error" if row["measure"] == "log_error" else heading(row["measure"])
            cell = cells.setdefault(
                (row["run_label"], row["measure"]),
                {"run": row["run_label"], "measure": name, "repeats": row["subject"], "n": row["n"]},
            )
            is_rate = row["measure"] != "log_error" and row["statistic"] in ("disagreement", "repeat_sd")
            cell[row["statistic"]] = with_interval(row, scale=100 if is_rate else 1, digits=1 if is_rate else 3)
    if not cells:
        return ""
    columns = {
        "run": ("model", "text"),
        "measure": ("measure", "text"),
        "repeats": ("repeats", "text"),
        "disagreement": ("disagree, % of images", "text"),
        "repeat_sd": ("spread by asking again", "text"),
        "repeatability": ("repeatability", "text"),
        "n": ("n", "count"),
    }
    frame = pd.DataFrame(list(cells.values())).reindex(columns=list(columns))
    return table(frame, columns, title="The same question again (spread in points for rates, else ln(1 + km))")


def _first(rows: list[Row], statistic: str) -> Row:
    return next(row for row in rows if row["statistic"] == statistic)
