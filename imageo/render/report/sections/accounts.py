"""What it cost, and what the audit found."""

from typing import TYPE_CHECKING

from imageo.render.report.blocks import Block, Paragraph, Section, section
from imageo.render.report.drawn import Drawn
from imageo.render.report.material import Material
from imageo.render.report.words import frame_table, name, plural, records, sentence_list
from imageo.render.text.audit import audit_frame

if TYPE_CHECKING:
    import pandas as pd

_AUDIT_ROWS = 5


def cost(material: Material, drawn: Drawn) -> Section:
    """What was billed, and what a right answer cost."""
    costs = material.costs
    if costs.empty or not costs["n_calls"].sum():
        return section("cost", "Cost", Paragraph("No call was billed: nothing is known of costs."))
    columns = {
        "run_label": ("model", "text"),
        "n_calls": ("calls", "count"),
        "n_unpriced_calls": ("without a price", "count"),
        "cost_usd": ("US$", "usd"),
        "cost_usd_per_image": ("US$ a photo", "usd"),
        "cost_usd_per_hit_25km": ("US$ a hit at 25 km", "usd"),
        "cost_usd_per_city_match": ("US$ a city", "usd"),
        "input_tokens": ("tokens in", "count"),
        "output_tokens": ("tokens out", "count"),
    }
    shown = {column: told for column, told in columns.items() if costs[column].notna().any()}
    front = [name(row["run_label"]) for row in records(costs) if row["is_on_frontier"]]
    any_of = "any of " if len(front) > 1 else ""
    told = (
        f"No other model is both cheaper and better than {any_of}{sentence_list(front)} (rate within 25\u00a0km"
        " over all photos, as measured: a difference in rates may be chance, see the comparison)."
        if len(front) > 0
        else ""
    )
    return section(
        "cost",
        "Cost",
        Paragraph(f"{_total(costs)} {told}".strip()),
        frame_table(costs, shown, "Cost by model"),
        drawn.blocks("pareto"),
    )


def _total(costs: "pd.DataFrame") -> str:
    calls, unpriced = int(costs["n_calls"].sum()), int(costs["n_unpriced_calls"].sum())
    if unpriced == calls:
        return f"{calls:,} calls, and no price of any is known."
    told = f"US$ {costs['cost_usd'].sum():,.2f} for {plural(calls - unpriced, 'call')}, at the prices of the day."
    return told + (f" {plural(unpriced, 'more call')} have no known price and are not in it." if unpriced else "")


def audit(material: Material) -> Section:
    """Every check, then the first rows of those that found something."""
    found = [one for one in material.audit if len(one.rows)]
    columns = {"n": ("found", "count"), "meaning": ("what", "text"), "view": ("all rows in", "text")}
    tables: list[Block] = [
        frame_table(
            one.rows,
            one.check.columns,
            f"{one.check.meaning[0].upper()}{one.check.meaning[1:]}",
            most=_AUDIT_ROWS,
            note=f"The first {_AUDIT_ROWS} of {len(one.rows):,}; all in {one.check.view}."
            if len(one.rows) > _AUDIT_ROWS
            else "",
        )
        for one in found
    ]
    return section(
        "audit",
        "Audit of the data",
        Paragraph(
            "What can mislead before any statistic is read. A finding need not be an error."
            if found
            else f"{plural(len(material.audit), 'check')} found nothing that could mislead."
        ),
        frame_table(audit_frame(material.audit), columns, "Checks and what they found"),
        tables,
    )
