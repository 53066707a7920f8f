"""The leaderboard, and which of its differences are real."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from imageo.analysis.paired import share
from imageo.measures import MEASURES
from imageo.render.report.blocks import Heading, Note, Paragraph, Points, Section, Table, section
from imageo.render.report.drawn import Drawn
from imageo.render.report.findings.standing import is_ahead, standing_findings
from imageo.render.report.material import Material
from imageo.render.report.words import (
    Row,
    count,
    hit,
    name,
    number_cell,
    p_cell,
    percent,
    records,
    share_cell,
    text_table,
)
from imageo.render.tables import format_value
from imageo.render.text.leaderboard import heading

_MOST_PAIRS = 45


def leaderboard(material: Material, drawn: Drawn) -> Section:
    """Rates with intervals under both denominators, then every measure."""
    board, measure = records(material.survey.board), material.choice.measure
    return section(
        "leaderboard",
        "Leaderboard",
        Paragraph(
            "Rates in percent with Wilson's 95\u00a0% interval. Over all photos a non-answer is wrong; over answers it"
            " is left out, and a model that answers only the easy ones looks better than it is."
        ),
        _rates(board, measure),
        _measures(board),
        _distances(board),
        drawn.blocks("thresholds", "ranks", "errors", "true-predicted"),
    )


def comparison(material: Material) -> Section | None:
    """Every pair on the same images; None where there is one model only."""
    rows, measure = material.rows("comparison"), material.choice.measure
    if not rows:
        return None
    findings = standing_findings(rows, measure)
    return section(
        "comparison",
        "Which differences are real",
        Paragraph(
            "Models answered the same photos, so they are compared photo by photo. A difference is called real only"
            " where the p value of McNemar's exact test, corrected by Holm over all pairs and all measures, is at most"
            " 0.05."
        ),
        Points(tuple(finding.text for finding in findings)),
        _pairs(rows, measure),
        _flips(rows, measure),
        *_repeats(rows, measure),
    )


def counted(run: Row, measure: str, denominator: str) -> int:
    """Among how many photos a rate of bi.leaderboard is."""
    if measure.startswith("accuracy_"):
        column = "n_images" if denominator == "all" else "n_located"
    else:
        place = measure.removesuffix("_match")
        column = f"n_{place}" if denominator == "all" else f"n_{place}_answered"
    return int(run[column] or 0)


def board_rate(run: Row, measure: str, denominator: str) -> dict[str, Any]:
    """A rate of bi.leaderboard with Wilson's interval, as a row of estimates."""
    rate, n = run[f"{measure}_{denominator}"], counted(run, measure, denominator)
    found = share("rate", round((rate or 0.0) * n), n if rate is not None else 0)
    about = {"run_label": run["run_label"], "measure": measure, "denominator": denominator}
    return asdict(found) | about


def rate_cell(run: Row, measure: str, denominator: str) -> str:
    """`69.7 (68.0 to 71.4)` of a rate of bi.leaderboard."""
    return share_cell(board_rate(run, measure, denominator))


def _rates(board: Sequence[Row], measure: str) -> Table:
    rows = [
        (
            _rank(run, board, f"{measure}_all"),
            name(run["run_label"]),
            rate_cell(run, measure, "all"),
            count(counted(run, measure, "all")),
            rate_cell(run, measure, "answered"),
            count(counted(run, measure, "answered")),
        )
        for run in board
    ]
    columns = [
        ("rank", True),
        ("model", False),
        ("all photos, % (95 %)", True),
        ("n", True),
        ("answers only, % (95 %)", True),
        ("n", True),
    ]
    return text_table(f"Rate {hit(measure)}, under both denominators", columns, rows)


def _rank(run: Row, board: Sequence[Row], column: str) -> str:
    """Place by a rate, ties sharing the best; a dash for a run without one."""
    if run[column] is None:
        return "-"
    return str(1 + sum(other[column] is not None and other[column] > run[column] for other in board))


def _measures(board: Sequence[Row]) -> Table:
    known = [measure for measure in MEASURES if any(run[f"{measure}_all"] is not None for run in board)]
    rows = [
        (name(run["run_label"]), *(format_value(run[f"{measure}_all"], "percent") for measure in known))
        for run in board
    ]
    columns = [("model", False), *((heading(measure), True) for measure in known)]
    largest = {measure: max(counted(run, measure, "all") for run in board) for measure in known}
    same = set(largest.values())
    note = (
        f"n = {max(same):,} photos."
        if len(same) == 1
        else "n: "
        + ", ".join(f"{heading(measure)} {n:,}" for measure, n in largest.items())
        + " photos with a known truth."
    )
    return text_table("Every measure over all photos, %", columns, rows, note)


def _distances(board: Sequence[Row]) -> Table:
    columns = {
        "error_km_median_bounded": ("median km, all", "km"),
        "error_km_median_answered": ("median km, answers", "km"),
        "error_km_mean_answered": ("mean km, answers", "km"),
        "error_km_p90_answered": ("90th percentile km, answers", "km"),
        "geoscore_mean_all": ("GeoScore, all", "score"),
        "contradiction_rate_answered": ("name and point disagree, %", "percent"),
    }
    rows = [
        (
            name(run["run_label"]),
            *(format_value(run[column], kind) for column, (_, kind) in columns.items()),
            count(run["n_images"]),
            count(run["n_located"]),
        )
        for run in board
    ]
    headings = [("model", False), *((text, True) for text, _ in columns.values()), ("n all", True), ("n answers", True)]
    note = "Over all photos a non-answer is 20,015 km away: half the Earth's circumference."
    return text_table("Distances", headings, rows, note)


def _pairs(rows: Sequence[Row], measure: str) -> Table:
    pairs: dict[tuple[str, str], dict[str, Row]] = {}
    for row in rows:
        if row["other_run_label"] and row["measure"] == measure and row["denominator"] == "all":
            pairs.setdefault((row["run_label"], row["other_run_label"]), {})[row["statistic"]] = row
    tested = sorted(
        ((names, found) for names, found in pairs.items() if found["difference"]["p_adjusted"] is not None),
        key=lambda one: (one[1]["difference"]["p_adjusted"], -abs(one[1]["difference"]["estimate"]), one[0]),
    )
    cells = [
        (
            name(first),
            name(second),
            share_cell(found["difference"]),
            p_cell(found["difference"]["p_adjusted"]),
            _only(found.get("discordant")),
            count(found["difference"]["n"]),
            "yes" if is_ahead(found["difference"]) or is_ahead(_turned(found["difference"])) else "no",
        )
        for (first, second), found in tested[:_MOST_PAIRS]
    ]
    columns = [
        ("first", False),
        ("second", False),
        ("first less second, points (95 %)", True),
        ("p corrected", True),
        ("only one right, first : second", True),
        ("n", True),
        ("real", False),
    ]
    more = len(tested) - len(cells)
    note = f"{more} more pairs are in bi.estimate." if more > 0 else ""
    return text_table(f"Pairs on the same photos, {hit(measure)}, over all photos", columns, cells, note)


def _turned(row: Row) -> dict[str, Any]:
    low, high = (None if row[end] is None else -row[end] for end in ("high", "low"))
    return {**row, "low": low, "high": high}


def _only(row: Row | None) -> str:
    return f"{count(row['k'])} : {count(row['n'] - row['k'])}" if row and row["n"] else "-"


def _flips(rows: Sequence[Row], measure: str) -> Table | None:
    flips = [row for row in rows if row["statistic"] == "rank_flip" and row["measure"] == measure]
    ranks = {
        (row["run_label"], row["denominator"]): row
        for row in rows
        if row["statistic"] == "rank" and row["measure"] == measure
    }
    cells = [
        (
            name(row["run_label"]),
            number_cell(ranks.get((row["run_label"], "all")), 0),
            number_cell(ranks.get((row["run_label"], "answered")), 0),
            count(row["n"]),
        )
        for row in flips
    ]
    columns = [("model", False), ("rank, all (95 %)", True), ("rank, answers only (95 %)", True), ("n", True)]
    return text_table("Ranks that hang on who is counted", columns, cells) if cells else None


def _repeats(rows: Sequence[Row], measure: str) -> list[Heading | Points | Note]:
    told = [
        f"{name(row['run_label'])}, asked {row['subject']} times: two repeats give another verdict on"
        f" {percent(row['estimate'])} of n = {count(row['n'])} photos (95\u00a0% interval {percent(row['low'])} to"
        f" {percent(row['high'])})."
        for row in rows
        if row["grouping"] == "repeats"
        and row["statistic"] == "disagreement"
        and row["measure"] == measure
        and row["low"] is not None
    ]
    return [Heading("The same question again"), Points(tuple(told))] if told else []
