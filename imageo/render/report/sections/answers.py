"""What confidence is worth, what makes a photo hard, what models say."""

from collections.abc import Sequence

from imageo.render.report.blocks import Block, Note, Paragraph, Points, Section, Table, section
from imageo.render.report.drawn import Drawn
from imageo.render.report.findings.confidence import confidence_findings
from imageo.render.report.findings.finding import strongest_first
from imageo.render.report.findings.scenes import RATIOS, fit_note, scene_findings
from imageo.render.report.material import Material
from imageo.render.report.words import Row, count, is_right, name, number_cell, p_cell, percent, share_cell, text_table

_MOST_SENTENCES = 12


def calibration(material: Material, drawn: Drawn) -> Section | None:
    """Confidence against being right; None where it was not computed."""
    rows, measure = material.rows("calibration"), material.choice.measure
    if not rows:
        return None
    found = confidence_findings(rows, measure)
    claims = strongest_first(one for one in found if one.is_claim)
    return section(
        "calibration",
        "Is stated confidence worth anything?",
        Paragraph(
            f"Of answers that state a confidence of 1 to 5; right is one that {is_right(measure)}. What a level is"
            " worth is read off all models together: a model is compared with how others use the same words."
        ),
        Points(tuple(one.text for one in [*claims[:_MOST_SENTENCES], *(one for one in found if not one.is_claim)])),
        _summary(rows),
        drawn.blocks("confidence", "reliability"),
    )


def regression(material: Material, drawn: Drawn) -> Section | None:
    """Odds ratios of scenes; None where it was not computed."""
    rows = material.rows("regression")
    if not rows:
        return None
    found = strongest_first(scene_findings(rows))
    terms = [row for row in rows if row["statistic"] in RATIOS and row["estimate"] is not None]
    blocks: list[Block] = []
    if found:
        blocks.append(Points(tuple(one.text for one in found)))
    elif terms:
        blocks.append(Paragraph("No kind of scene is easier or harder than the mean of its field beyond chance."))
    if terms:
        blocks.append(_terms(terms))
    note = fit_note(rows)
    return section(
        "regression",
        "What makes a photo hard to place",
        Paragraph(
            "All models together, each level of a field against the mean of its levels; photos described as most models"
            " describe them. Standard errors know that the models saw the same photos."
        )
        if terms
        else None,
        blocks,
        Note(note) if note else None,
        drawn.blocks("regression"),
    )


def words(drawn: Drawn) -> Section | None:
    """The words of the models' reasons; None where no figure shows them."""
    blocks = drawn.blocks("words", "hits-misses")
    return section("words", "What models say", blocks) if blocks else None


def _summary(rows: Sequence[Row]) -> Table:
    by_run: dict[str, dict[str, Row]] = {}
    top: dict[str, Row] = {}
    for row in rows:
        if row["run_label"] and row["grouping"] is None:
            by_run.setdefault(row["run_label"], {})[row["statistic"]] = row
        elif row["grouping"] == "confidence" and row["subject"] == "5" and row["statistic"] == "rate":
            top[row["run_label"]] = row
    # What a level is worth would be learnt from a single model's own answers: its error would be 0 whatever it says.
    is_alone = sum("calibration_error" in found and found["top_share"]["n"] > 0 for found in by_run.values()) < 2
    cells = [
        (
            name(run),
            count(found["top_share"]["n"]),
            share_cell(found["top_share"]),
            share_cell(top.get(run)),
            number_cell(found["auroc"]),
            share_cell(None if is_alone else found["calibration_error"]),
            share_cell(None if is_alone else found["overconfidence"]),
        )
        for run, found in by_run.items()
        if "top_share" in found and "auroc" in found
    ]
    columns = [
        ("model", False),
        ("answers with one", True),
        ("states 5, % (95 %)", True),
        ("then right, % (95 %)", True),
        ("AUROC (95 %)", True),
        ("calibration error, points", True),
        ("overconfident, points", True),
    ]
    worth = ", ".join(
        f"{row['subject']} = {percent(row['estimate'])}" for row in rows if row["statistic"] == "level_worth"
    )
    note = f"What a level is worth over all models: {worth}." if worth else ""
    if is_alone and worth:
        note += " One model alone cannot be compared with how others use these words: it has no calibration error."
    return text_table("Confidence by model", columns, cells, note)


def _terms(terms: Sequence[Row]) -> Table:
    is_odds = terms[0]["statistic"] == "odds_ratio"
    cells = []
    for row in terms:
        field, _, level = str(row["subject"]).partition(": ")
        hits = share_cell({"estimate": row["k"] / row["n"], "low": None}) if row["k"] is not None and row["n"] else "-"
        cells.append(
            (
                name(field.replace("_", " ")),
                name(level),
                count(row["n"]),
                hits,
                number_cell(row),
                p_cell(row["p_value"]),
                p_cell(row["p_adjusted"]),
            )
        )
    columns = [
        ("field", False),
        ("level", False),
        ("answers", True),
        ("right, %", True),
        ("odds ratio (95 %)" if is_odds else "ratio of errors (95 %)", True),
        ("p", True),
        ("p corrected", True),
    ]
    return text_table("Every level against the mean of its field", columns, cells)
