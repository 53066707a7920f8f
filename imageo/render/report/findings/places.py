"""Patterns on the map, and places that models answer too often."""

from collections.abc import Mapping, Sequence
from math import log

from imageo.analysis.corrections import false_discovery
from imageo.render.labels import clean_label
from imageo.render.report.findings.finding import Finding, evidence
from imageo.render.report.findings.gaps import groups_of
from imageo.render.report.words import SIGNIFICANT, Row, count, name, p_value, plural, sentence_list

_SPOTS = {
    ("getis_ord_z", True): "hot spots, with larger errors than elsewhere",
    ("getis_ord_z", False): "cold spots, with smaller errors than elsewhere",
}
_MOST = 6


def pattern_findings(rows: Sequence[Row]) -> list[Finding]:
    """Runs whose hits or errors lie together on the map. `rows`: estimates of kind spatial, of regions and hexagons."""
    findings = []
    for row in rows:
        if row["statistic"] != "moran_i" or row["subject"] is not None or row["p_adjusted"] is None:
            continue
        if row["p_adjusted"] > SIGNIFICANT or row["estimate"] <= 0:
            continue
        what = "Errors" if row["measure"] == "log_error" else "Hits"
        over = "equal hexagons" if row["grouping"] == "hexagon" else groups_of(row["grouping"])
        text = (
            f"{what} of {name(row['run_label'])} lie together on the map: Moran's I over {over} is"
            f" {row['estimate']:.2f} ({p_value(row['p_adjusted'])} corrected over the models, by permutation;"
            f" n = {count(row['n'])})."
        )
        findings.append(
            Finding("pattern", text, is_claim=True, strength=row["estimate"], about=(row["run_label"], row["grouping"]))
        )
    return findings


def silent_pattern(rows: Sequence[Row]) -> str:
    """That no pattern was found, over what and on how many photos, or why none could be looked for."""
    whole = [row for row in rows if row["statistic"] in ("moran_i", "getis_ord_z") and row["subject"] is None]
    tested = [row for row in whole if row["p_adjusted"] is not None]
    if not tested:
        notes = dict.fromkeys(clean_label(row["note"], 200).rstrip(".") for row in whole if row["note"])
        return f"No pattern on the map could be tested: {'; '.join(list(notes)[:2])}." if notes else ""
    over = sentence_list(["equal hexagons" if g == "hexagon" else groups_of(g) for g in _groupings(tested)])
    least_n, most_n = (pick(row["n"] for row in tested) for pick in (min, max))
    n = count(most_n) if least_n == most_n else f"{count(least_n)} to {count(most_n)}"
    return (
        f"Neither hits nor errors of any model that could be tested lie together on the map by more than chance"
        f" (Moran's I over {over}, n = {n} photos, corrected over the models)."
    )


def _groupings(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(row["grouping"] for row in rows))


def spots(rows: Sequence[Row]) -> list[tuple[Row, float]]:
    """Local statistics that are beyond chance, with p corrected over all units and runs: false discovery rate."""
    tested = [row for row in rows if row["subject"] is not None and row["p_value"] is not None]
    adjusted = false_discovery([row["p_value"] for row in tested])
    return [(row, p) for row, p in zip(tested, adjusted, strict=True) if p <= SIGNIFICANT]


def spot_findings(rows: Sequence[Row]) -> list[Finding]:
    """Hot and cold spots of error by run, over regions; hexagons are in the table."""
    n_tests = sum(row["subject"] is not None and row["p_value"] is not None for row in rows)
    found: dict[tuple[str, str, bool], list[tuple[Row, float]]] = {}
    for row, p in spots(rows):
        if row["statistic"] == "getis_ord_z" and row["grouping"] != "hexagon":
            found.setdefault((row["run_label"], row["grouping"], row["estimate"] > 0), []).append((row, p))
    findings = []
    for (run, grouping, is_hot), local in found.items():
        local = sorted(local, key=lambda one: -abs(one[0]["estimate"]))
        names = [name(row.get("subject_name") or row["subject"]) for row, _ in local]
        photos = sum(row["n"] for row, _ in local)
        text = (
            f"For {name(run)}, {len(names)} {groups_of(grouping)} and what surrounds them are"
            f" {_SPOTS['getis_ord_z', is_hot]}: {sentence_list(names, _MOST)} (n = {count(photos)} photos in them; Gi*,"
            f" false discovery rate 5\u00a0% over {n_tests:,} tests of the report)."
        )
        if len(names) == 1:
            text = text.replace(
                f"1 {groups_of(grouping)} and what surrounds them are", "one region and what surrounds it are", 1
            )
        strongest = abs(local[0][0]["estimate"])
        findings.append(Finding("spots", text, is_claim=True, strength=strongest, about=(run, *names)))
    return findings


def attractor_findings(rows: Sequence[Row]) -> list[Finding]:
    """Countries and cities that a run answers more often, or less, than photos were taken there.

    `rows`: estimates of kind attractor. P values of all places and runs of the report are corrected together.
    """
    tested = [row for row in rows if row["statistic"] == "attraction" and row["p_value"] is not None]
    adjusted = false_discovery([row["p_value"] for row in tested])
    findings = []
    for row, p in zip(tested, adjusted, strict=True):
        has_interval = row["low"] is not None
        if p > SIGNIFICANT or (has_interval and row["low"] <= 1 <= row["high"]):
            continue
        side = "too often" if row["k"] > row["n"] else "too seldom"
        place = name(row.get("subject_name") or _city(row))
        ratio = (
            f"ratio {row['estimate']:.2f}, 95\u00a0% interval {row['low']:.2f} to {row['high']:.2f}"
            if has_interval
            else "never true here, so there is no ratio"
        )
        text = (
            f"{name(row['run_label'])} answers {place} {side}: {plural(int(row['k']), 'time')} where n ="
            f" {count(row['n'])} photos were taken there ({ratio}, {p_value(p)} corrected over {len(tested):,} places)."
        )
        has_logs = has_interval and row["low"] > 0
        strength = evidence(*(log(row[end]) for end in ("estimate", "low", "high"))) if has_logs else 0.0
        findings.append(Finding("attractor", text, is_claim=True, strength=strength, about=(row["run_label"], place)))
    return findings


def _city(row: Mapping[str, object]) -> str:
    """`springfield, US` -> Springfield, US."""
    city, comma, country = str(row["subject"]).rpartition(", ")
    return f"{city.title()}{comma}{country}"
