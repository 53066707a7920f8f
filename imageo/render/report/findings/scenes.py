"""What makes a photo easier or harder to place, from the regression."""

from collections.abc import Sequence
from math import log

from imageo.render.labels import clean_label
from imageo.render.report.findings.finding import Finding, evidence, least
from imageo.render.report.words import SIGNIFICANT, Row, count, name, p_value

RATIOS = ("odds_ratio", "error_ratio")


def scene_findings(rows: Sequence[Row]) -> list[Finding]:
    """Levels of a field beyond chance (Holm over all levels of the fit); the field "model" is told elsewhere."""
    findings = []
    for row in rows:
        if row["statistic"] not in RATIOS or row["estimate"] is None or row["p_adjusted"] is None:
            continue
        field, _, level = str(row["subject"]).partition(": ")
        if field == "model" or row["p_adjusted"] > SIGNIFICANT or row["low"] is None or row["low"] <= 0:
            continue
        if not least(log(row["low"]), log(row["high"])):
            continue
        is_odds = row["statistic"] == "odds_ratio"
        easier = (row["estimate"] > 1) == is_odds
        ratio = "odds of a hit" if is_odds else "errors"
        text = (
            f"Photos with {name(field.replace('_', ' '))} “{name(level)}” are {'easier' if easier else 'harder'} to"
            f" place: the {ratio} are {row['estimate']:.2f} times those of the mean level of the field (95\u00a0%"
            f" interval {row['low']:.2f} to {row['high']:.2f}, n = {count(row['n'])} answers,"
            f" {p_value(row['p_adjusted'])} corrected). An association, not a cause."
        )
        strength = evidence(*(log(row[end]) for end in ("estimate", "low", "high")))
        findings.append(Finding("scene", text, is_claim=True, strength=strength, about=(field, level)))
    return findings


def fit_note(rows: Sequence[Row]) -> str:
    """How the fit was made, or why there is none."""
    told = [row for row in rows if row["statistic"] in ("auc", "r2")]
    if told:
        row = told[0]
        held_out = "" if row["estimate"] is None else f" On images that the fit has not seen: {_score(row)}."
        return f"Fitted: {clean_label(row['note'], 600)}.{held_out}"
    lacking = next((str(row["note"]) for row in rows if row["estimate"] is None and row["note"]), "")
    # The first part tells the method, of which there is none; what follows the reason are fields left out.
    reasons = lacking.split("; ")[1:3]
    return f"There is no regression: {clean_label('; '.join(reasons), 600)}." if reasons else ""


def _score(row: Row) -> str:
    return f"{'AUC' if row['statistic'] == 'auc' else 'R2'} {row['estimate']:.3f}"
