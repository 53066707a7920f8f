"""For whom models fail, where on the map, and which places they answer too often."""

from collections.abc import Sequence

from imageo.render.report.blocks import Block, Commands, Heading, Paragraph, Points, Section, Table, section
from imageo.render.report.drawn import Drawn
from imageo.render.report.findings.finding import strongest_first
from imageo.render.report.findings.gaps import (
    gap_findings,
    group_findings,
    groups_of,
    is_apart,
    tested_gaps,
    tested_groups,
)
from imageo.render.report.findings.limits import thin_groups
from imageo.render.report.findings.places import (
    attractor_findings,
    pattern_findings,
    silent_pattern,
    spot_findings,
    spots,
)
from imageo.render.report.material import Material
from imageo.render.report.parts import GAP_GROUPINGS, typed
from imageo.render.report.words import Row, count, hit, name, p_cell, share_cell, text_table

_MOST_GROUPS = 12
_MOST_ROWS = 25
_MOST_SENTENCES = 12
_FIRST = 5


def gaps(material: Material, drawn: Drawn) -> Section | None:
    """Gaps between groups of photos, in words and tables; None where nothing could be grouped."""
    rows, measure = material.gap_rows(), material.choice.measure
    if not rows:
        return None
    apart = strongest_first(group_findings(rows, measure))
    told = [finding.whole for finding in strongest_first(gap_findings(rows, measure))]
    return section(
        "gaps",
        "For whom models fail",
        Paragraph(
            "Photos are grouped by where they were taken. The widest gap of many groups is wide by chance too: its"
            " interval holds for all pairs at once, its p value is corrected for all gaps of this report, and photos of"
            " one place count as one draw. What is not told apart here may still differ: too few photos show nothing."
        ),
        Points(tuple(told)),
        _widest(rows),
        Heading("Groups behind and ahead of the rest"),
        Points(
            tuple(finding.whole for finding in apart[: _MOST_SENTENCES if len(apart) <= _MOST_SENTENCES else _FIRST])
        )
        if apart
        else Paragraph("No group of any model differs from the rest of its photos by more than chance explains."),
        _apart(rows, measure),
        [table for key in material.estimates if key.startswith("gap ") for table in _matrix(material, key)],
        drawn.blocks("funnel"),
    )


def maps(material: Material, drawn: Drawn) -> Section:
    """Static maps, patterns and spots; how to draw the interactive map."""
    rows = material.rows("spatial")
    found = [*strongest_first(pattern_findings(rows)), *strongest_first(spot_findings(rows))]
    blocks: list[Block] = []
    if found:
        blocks.append(Points(tuple(finding.text for finding in found)))
    elif told := silent_pattern(rows):
        blocks.append(Paragraph(told))
    elif not rows:
        blocks.append(Paragraph("Too few regions have enough photos for a pattern on the map to be tested."))
    return section(
        "maps",
        "Where models fail",
        blocks,
        drawn.blocks("world", "us"),
        _spots(rows),
        Paragraph(
            "The interactive map shows every model, measure and region with n, interval and examples, as one file that"
            " opens without a network:"
        ),
        Commands(
            (f"imageo map --dataset {typed(material.choice.dataset)} --measure {material.choice.measure} -o bias.html",)
        ),
    )


def attractors(material: Material) -> Section | None:
    """Countries and cities that are answered too often or too seldom."""
    rows = material.rows("attractor")
    if not rows:
        return None
    found = strongest_first(attractor_findings(rows))
    n_tests = sum(row["statistic"] == "attraction" and row["p_value"] is not None for row in rows)
    return section(
        "attractors",
        "Places answered too often",
        Paragraph(
            "How often a place is answered, over how often photos were taken there, among the photos whose answer names"
            f" a known place. {n_tests:,} places of all models were tested; the false discovery rate is held at"
            " 5\u00a0%."
        ),
        Points(tuple(finding.text for finding in found[:_MOST_SENTENCES]))
        if found
        else Paragraph("No country and no city is answered too often or too seldom by more than chance explains."),
        Paragraph(f"{len(found) - _MOST_SENTENCES} more are in bi.estimate.") if len(found) > _MOST_SENTENCES else None,
        _scatter(rows),
    )


def _widest(rows: Sequence[Row]) -> Table:
    adjusted = {
        (row["run_label"], row["grouping"]): row
        for row in rows
        if row["statistic"] == "adjusted_gap" and row["denominator"] == "all"
    }
    names = {(row["grouping"], row["subject"]): row["subject_name"] for row in rows if row["subject_name"]}
    tested = sorted(
        tested_gaps(rows), key=lambda one: (GAP_GROUPINGS.index(one[0]["grouping"]), -(one[0]["estimate"] or 0))
    )
    cells = [
        (
            name(row["run_label"]),
            groups_of(row["grouping"]),
            *(name(names.get((row["grouping"], row[key]), row[key])) for key in ("subject", "other_subject")),
            share_cell(row),
            p_cell(p),
            share_cell(adjusted.get((row["run_label"], row["grouping"]))),
            count(row["n"]),
        )
        for row, p in tested
    ]
    columns = [
        ("model", False),
        ("between", False),
        ("worst", False),
        ("best", False),
        ("gap, points (95 %)", True),
        ("p corrected", True),
        ("over the same scenes", True),
        ("n", True),
    ]
    note = "Over the same scenes: both groups with the mix of scenes of all photos; a dash where that cannot be said."
    kept = [i for i in range(len(columns)) if i != 6 or any(row[6] != "-" for row in cells)]
    return text_table(
        "Widest gap of each model, over all photos",
        [columns[i] for i in kept],
        [[row[i] for i in kept] for row in cells],
        note if 6 in kept else "",
    )


def _apart(rows: Sequence[Row], measure: str) -> Table | None:
    rates = {
        (row["run_label"], row["grouping"], row["subject"]): row
        for row in rows
        if row["statistic"] == "rate" and row["denominator"] == "all"
    }
    proven = [(row, p) for row, p in tested_groups(rows) if is_apart(row, p)]
    proven.sort(key=lambda one: (one[0]["estimate"], one[0]["run_label"]))
    if len(proven) <= _MOST_SENTENCES:
        return None
    cells = []
    for row, p in proven[:_MOST_ROWS]:
        rate = rates[row["run_label"], row["grouping"], row["subject"]]
        cells.append(
            (
                name(row["run_label"]),
                name(row["subject_name"] or row["subject"]),
                count(rate["n"]),
                share_cell(rate),
                share_cell(row),
                p_cell(p),
            )
        )
    columns = [
        ("model", False),
        ("group", False),
        ("n", True),
        (f"{hit(measure)}, % (95 %)", True),
        ("to the rest, points (95 %)", True),
        ("p corrected", True),
    ]
    more = len(proven) - len(cells)
    note = f"{more} more, the best ones, are in bi.estimate." if more else ""
    return text_table("Groups that differ from the rest beyond chance, furthest behind first", columns, cells, note)


def _matrix(material: Material, key: str) -> list[Block]:
    """Rates of all models by group, for groupings of few groups; else how many are too thin."""
    rows = [row for row in material.rows(key) if row["denominator"] == "all" and row["statistic"] == "rate"]
    enough = [row for row in rows if row["note"] is None]
    grouping = key.removeprefix("gap ")
    thin = thin_groups(rows, material.choice.minimum_n)
    groups = {row["subject"]: row for row in enough}
    if not 1 < len(groups) <= _MOST_GROUPS:
        return [Paragraph(thin)] if thin else []
    runs = material.survey.board["run_label"].tolist()
    by_key = {(row["subject"], row["run_label"]): row for row in enough}
    cells = [
        (
            name(row["subject_name"] or subject),
            count(row["n"]),
            *(share_cell(by_key.get((subject, run))) for run in runs),
        )
        for subject, row in sorted(groups.items(), key=lambda item: str(item[1]["subject_name"] or item[0]))
    ]
    columns = [("group", False), ("n", True), *((name(run), True) for run in runs)]
    caption = f"Rate {hit(material.choice.measure)} by {grouping.replace('_', ' ')}, over all photos, % (Wilson 95 %)"
    return [text_table(caption, columns, cells, thin)]


def _spots(rows: Sequence[Row]) -> Table | None:
    found = sorted(spots(rows), key=lambda one: (one[1], -abs(one[0]["estimate"])))
    if not found:
        return None
    cells = [
        (
            name(row["run_label"]),
            "hexagons" if row["grouping"] == "hexagon" else groups_of(row["grouping"]),
            name(row["subject_name"] or row["subject"]),
            "Gi* z" if row["statistic"] == "getis_ord_z" else "local Moran",
            f"{row['estimate']:.2f}",
            p_cell(p),
            count(row["n"]),
            str(row["note"]).partition(";")[0].rstrip("."),
        )
        for row, p in found[:_MOST_ROWS]
        if row["grouping"] != "hexagon"
    ]
    columns = [
        ("model", False),
        ("over", False),
        ("where", False),
        ("statistic", False),
        ("value", True),
        ("p corrected", True),
        ("n", True),
        ("what", False),
    ]
    tests = sum(row["subject"] is not None and row["p_value"] is not None for row in rows)
    in_hexagons = sum(row["grouping"] == "hexagon" for row, _ in found)
    note = (
        f"{len(found):,} of {tests:,} local tests of all models are beyond chance at a false discovery rate of"
        f" 5\u00a0%, {in_hexagons:,} of them in equal hexagons, which know no border; all of them are in bi.estimate."
    )
    if not cells:
        return None
    return text_table("Regions that stand out with their neighbours", columns, cells, note)


def _scatter(rows: Sequence[Row]) -> Table | None:
    entropy = [row for row in rows if row["statistic"] == "conditional_entropy_bits" and row["estimate"] is not None]
    if not entropy:
        return None
    cells = [
        (
            name(row["run_label"]),
            f"{row['estimate']:.2f}" + ("" if row["low"] is None else f" ({row['low']:.2f} to {row['high']:.2f})"),
            count(row["n"]),
        )
        for row in entropy
    ]
    columns = [("model", False), ("bits (95 %)", True), ("n answers", True)]
    note = "0 is always the same answer for photos of one country, right or wrong; 1 bit is as open as a coin."
    return text_table("How scattered the answered countries are, given the true one", columns, cells, note)
