"""What `imageo calibration` prints: what stated confidence is worth, by run, by level, by region."""

from typing import TYPE_CHECKING, Any

from imageo.render.tables import printable, table
from imageo.render.text.estimates import printed_rows, with_interval
from imageo.render.text.leaderboard import heading

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]


def calibration_text(frame: "pd.DataFrame", measure: str) -> str:
    """The runs of one dataset (`estimate_frame`): top level, discrimination, calibration, risk and coverage."""
    import pandas as pd

    rows = printed_rows(frame)
    by_run: dict[str, dict[str, Row]] = {}
    top: dict[str, Row] = {}
    for row in rows:
        if row["run_label"] is None:
            continue
        found = by_run.setdefault(row["run_label"], {})
        if row["grouping"] is None:
            found[row["statistic"]] = row
        elif row["grouping"] == "confidence" and row["statistic"] == "rate":
            top[row["run_label"]] = row
    cells = [
        {
            "run": run,
            "n": found["top_share"]["n"],
            "top": found["top_share"]["estimate"],
            "rate": top[run]["estimate"] if run in top and top[run]["subject"] == "5" else None,
            "auroc": with_interval(found["auroc"]),
            "error": with_interval(found["calibration_error"], scale=100, digits=1),
            "over": with_interval(found["overconfidence"], scale=100, digits=1),
            "face": with_interval(found["overconfidence_face"], scale=100, digits=1),
            "aurc": with_interval(found["aurc"]),
            "spearman": with_interval(found["spearman"]),
        }
        for run, found in by_run.items()
    ]
    columns = {
        "run": ("model", "text"),
        "n": ("answers", "count"),
        "top": ("says 5 %", "percent"),
        "rate": ("then right %", "percent"),
        "auroc": ("AUROC", "text"),
        "error": ("ECE, points", "text"),
        "over": ("overconfident", "text"),
        "aurc": ("AURC", "text"),
        "spearman": ("Spearman", "text"),
        "face": ("at face value", "text"),
    }
    dataset = rows[0]["dataset"]
    text = table(
        pd.DataFrame(cells), columns, title=f"{dataset}: confidence against {heading(measure)}, answers that state one"
    )
    worth = ", ".join(
        f"{row['subject']} = {100 * row['estimate']:.0f} %" for row in rows if row["statistic"] == "level_worth"
    )
    notes = sorted({f"{row['run_label']}: {row['note']}" for row in rows if row["note"] and row["grouping"] is None})
    text += (
        f"\nECE and overconfident: against what a level is worth over all these runs, isotonic: {worth or 'nothing'}."
        "\nAt face value: overconfidence where 1 to 5 are read as 20 to 100 %."
    )
    return "\n".join([text, *notes])


def level_table(frame: "pd.DataFrame", run_label: str) -> str:
    """Reliability of one run by stated confidence, and what is gained by answering only from a level on."""
    import pandas as pd

    run_label = printable(run_label)
    levels: dict[str, Row] = {}
    for row in printed_rows(frame):
        if row["grouping"] in ("confidence", "confidence_from") and row["run_label"] in (run_label, None):
            levels.setdefault(row["subject"], {})[row["statistic"]] = row
    cells = [
        {
            "level": level,
            "n": found["rate"]["n"],
            "k": found["rate"]["k"],
            "rate": with_interval(found["rate"], scale=100, digits=1),
            "worth": found["level_worth"]["estimate"],
            "coverage": found["coverage"]["estimate"],
            "risk": with_interval(found["risk"], scale=100, digits=1),
        }
        for level, found in sorted(levels.items())
        if "rate" in found
    ]
    if not cells:
        return f"{run_label}: no answer states a confidence."
    columns = {
        "level": ("confidence", "text"),
        "n": ("answers", "count"),
        "k": ("right", "count"),
        "rate": ("right % (95 %)", "text"),
        "worth": ("over all runs %", "percent"),
        "coverage": ("coverage from here %", "percent"),
        "risk": ("then wrong %", "text"),
    }
    return table(pd.DataFrame(cells), columns, title=f"{run_label}: by stated confidence")


def region_calibration_table(frame: "pd.DataFrame", run_label: str, level: str) -> str:
    """One run by the region of the true point: is it as sure as it should be there?"""
    import pandas as pd

    run_label = printable(run_label)
    regions: dict[str, dict[str, Row]] = {}
    for row in printed_rows(frame):
        if row["grouping"] == level and row["run_label"] == run_label and row["statistic"] != "rate":
            regions.setdefault(row["subject"], {})[row["statistic"]] = row
    few = sum(found["overconfidence"]["estimate"] is None for found in regions.values())
    cells = [
        {
            "region": found["overconfidence"]["subject_name"] or region,
            "n": found["overconfidence"]["n"],
            "rate": found["overconfidence"]["k"] / found["overconfidence"]["n"],
            "over": with_interval(found["overconfidence"], scale=100, digits=1),
            "error": with_interval(found["calibration_error"], scale=100, digits=1),
            "auroc": with_interval(found["auroc"]),
            "order": -found["overconfidence"]["estimate"],
        }
        for region, found in regions.items()
        if found["overconfidence"]["estimate"] is not None
    ]
    text = f"{few} regions with fewer than 10 answers are too thin to say." if few else ""
    if not cells:
        return text or f"{run_label}: no answer lies in a {level.replace('_', ' ')}."
    columns = {
        "region": ("region", "text"),
        "n": ("answers", "count"),
        "rate": ("right %", "percent"),
        "over": ("overconfident, points", "text"),
        "error": ("ECE, points", "text"),
        "auroc": ("AUROC", "text"),
    }
    shown = table(
        pd.DataFrame(cells).sort_values("order", kind="stable"),
        columns,
        title=f"{run_label}: by {level.replace('_', ' ')}, most overconfident first",
    )
    return f"{shown}\n{text}" if text else shown
