"""Whether models are as sure as they are right."""

from collections.abc import Sequence

from imageo.analysis.corrections import p_of_interval
from imageo.analysis.paired import holm
from imageo.render.report.findings.finding import Finding, evidence, least
from imageo.render.report.words import (
    SIGNIFICANT,
    Row,
    count,
    hit,
    name,
    p_value,
    percent,
    percent_interval,
    points,
    points_interval,
)

TOP = "5"
MOSTLY = 0.5


def confidence_findings(rows: Sequence[Row], measure: str) -> list[Finding]:
    """What the highest confidence is worth by run, then where a model is surer, or less sure, than it is right.

    `rows`: estimates of kind calibration. P values are those that the intervals imply, corrected by Holm over the runs,
    and apart from these over all runs and regions.
    """
    of_runs = [row for row in rows if row["grouping"] is None]
    return [*_top(rows, measure), *_over(of_runs), *_blind(of_runs), *_regional(rows)]


def _regional(rows: Sequence[Row]) -> list[Finding]:
    """Regions are tested all together; those that are as the whole run is are told with it."""
    apart = {(row["run_label"], row["subject"]) for row in _apart(rows)}
    of_regions = [row for row in rows if row["grouping"] not in (None, "confidence", "confidence_from")]
    named = {(row["run_label"], row["subject"]): str(row.get("subject_name") or row["subject"]) for row in of_regions}
    kept = {(run, named[run, subject]) for run, subject in apart}
    return [finding for finding in _over(of_regions) if finding.about in kept]


def _top(rows: Sequence[Row], measure: str) -> list[Finding]:
    rates = {
        row["run_label"]: row
        for row in rows
        if row["statistic"] == "rate" and row["grouping"] == "confidence" and row["subject"] == TOP
    }
    findings = []
    for row in rows:
        if row["statistic"] != "top_share" or row["grouping"] is not None or row["run_label"] not in rates:
            continue
        # Who states it for most answers says little with it; of the others the table tells.
        if row["estimate"] < MOSTLY and len(rates) > 1:
            continue
        rate = rates[row["run_label"]]
        text = (
            f"{name(row['run_label'])} states the highest confidence for {percent(row['estimate'])} of the"
            f" {count(row['n'])} answers that state one; of those, {percent(rate['estimate'])} are right,"
            f" {hit(measure)} ({percent_interval(rate['low'], rate['high'])}, n = {count(rate['n'])})."
        )
        findings.append(Finding("confidence", text, is_claim=False, about=(row["run_label"],)))
    return findings


def _over(rows: Sequence[Row]) -> list[Finding]:
    tested = [row for row in rows if row["statistic"] == "overconfidence" and row["low"] is not None]
    # What a level is worth is learnt from all runs: of a single one there is nothing to compare it with.
    if len({row["run_label"] for row in tested}) < 2:
        return []
    p_values = holm([p_of_interval(row["estimate"], row["low"], row["high"]) for row in tested])
    return [
        _surer(row, p)
        for row, p in zip(tested, p_values, strict=True)
        if p <= SIGNIFICANT and least(row["low"], row["high"]) > 0
    ]


def _surer(row: Row, p: float) -> Finding:
    region = (row.get("subject_name") or row["subject"]) if row["grouping"] else None
    where = f" in {name(region)}" if region else ""
    side, often, sign = ("surer", "less", 1) if row["estimate"] > 0 else ("less sure", "more", -1)
    low, high = sorted((sign * row["low"], sign * row["high"]))
    text = (
        f"{name(row['run_label'])} is {side} than it is right{where}: its answers are right"
        f" {points(sign * row['estimate'])} {often} often than answers of the same confidence are over all models"
        f" ({points_interval(low, high)}, n = {count(row['n'])}, {p_value(p)} corrected)."
    )
    about = (row["run_label"], *([str(region)] if region else []))
    return Finding(
        "regional confidence" if region else "confidence",
        text,
        is_claim=True,
        strength=evidence(row["estimate"], low, high),
        about=about,
    )


def _apart(rows: Sequence[Row]) -> list[Row]:
    """Regions in which a run's confidence is worth something else than in all."""
    overall = {
        row["run_label"]: row["estimate"]
        for row in rows
        if row["statistic"] == "overconfidence" and row["grouping"] is None and row["estimate"] is not None
    }
    return [
        row
        for row in rows
        if row["grouping"] not in (None, "confidence", "confidence_from")
        and row["statistic"] == "overconfidence"
        and row["low"] is not None
        and not row["low"] <= overall.get(row["run_label"], row["low"]) <= row["high"]
    ]


def _blind(rows: Sequence[Row]) -> list[Finding]:
    """Runs whose confidence does not tell right from wrong, as far as can be seen, or tells it the wrong way round."""
    findings = []
    for row in rows:
        if row["statistic"] != "auroc" or row["estimate"] is None:
            continue
        if row["low"] is not None and row["low"] > 0.5:
            continue
        interval = "" if row["low"] is None else f"{row['low']:.2f} to {row['high']:.2f}, "
        is_turned = row["high"] is not None and row["high"] < 0.5
        said = (
            "is higher for wrong answers than for right ones"
            if is_turned
            else "does not tell right answers from wrong ones beyond chance"
        )
        text = (
            f"The confidence of {name(row['run_label'])} {said}"
            f" (AUROC {row['estimate']:.2f}, {f'95 % interval {interval}' if interval else ''}n = {count(row['n'])})."
            + (f" {name(row['note'])}" if row["note"] else "")
        )
        findings.append(Finding("confidence", text, is_claim=False, about=(row["run_label"],)))
    return findings
