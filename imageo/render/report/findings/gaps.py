"""Where a model is worse: the widest gap of each run, and the groups that are behind the rest."""

from collections.abc import Sequence
from typing import Any

from imageo.analysis.paired import holm
from imageo.render.labels import clean_label
from imageo.render.report.findings.finding import Finding, evidence, least
from imageo.render.report.words import (
    SIGNIFICANT,
    Row,
    count,
    name,
    p_value,
    percent,
    places_within,
    plural,
    points,
    points_interval,
    sentence_list,
)

Key = tuple[str, str, str]
"""run_label, grouping, subject."""

GROUPS = {
    "continent": "continents",
    "country": "countries",
    "admin1": "first-level regions",
    "us_state": "US states",
    "income_group": "income groups",
    "subregion": "subregions",
}
_REGIONS = ("continent", "country", "admin1", "us_state", "subregion")


def gap_findings(rows: Sequence[Row], measure: str) -> list[Finding]:
    """The widest gap of every run and grouping; those that chance explains are said together.

    `rows`: estimates of kind gap, of all groupings. A gap is stated only where its p value, corrected by Holm over all
    runs and groupings of the report, and its interval, which holds for all pairs of groups at once, say so.
    """
    counted, tested = _counted(rows), tested_gaps(rows)
    found = _Looked(counted)
    claims = [_widest(row, p, len(tested), found, measure) for row, p in tested if is_gap(row, p)]
    return [*claims, *_unproven([one for one in tested if not is_gap(*one)], found), *_untested(counted)]


def group_findings(rows: Sequence[Row], measure: str) -> list[Finding]:
    """Groups that are behind or ahead of the rest of the photos of a run, each a sentence.

    P values are corrected by Holm over all groups, groupings and runs of the report.
    """
    found, tested = _Looked(_counted(rows)), tested_groups(rows)
    return [_behind(row, p, len(tested), found, measure) for row, p in tested if is_apart(row, p)]


def tested_gaps(rows: Sequence[Row]) -> list[tuple[Row, float]]:
    """The widest gap of every run and grouping, with p corrected over all of them."""
    tested = [row for row in _counted(rows) if row["statistic"] == "gap" and row["p_value"] is not None]
    return list(zip(tested, holm([row["p_value"] for row in tested]), strict=True))


def tested_groups(rows: Sequence[Row]) -> list[tuple[Row, float]]:
    """Each group of every run and grouping against the rest, with p corrected over all of them."""
    tested = [
        row
        for row in _counted(rows)
        if row["statistic"] == "difference" and row["other_subject"] == "rest" and row["p_value"] is not None
    ]
    return list(zip(tested, holm([row["p_value"] for row in tested]), strict=True))


def is_gap(row: Row, p: float) -> bool:
    """Whether corrected p value and interval support that best and worst differ."""
    return p <= SIGNIFICANT and row["low"] is not None and bool(row["low"] > 0)


def is_apart(row: Row, p: float) -> bool:
    """Whether corrected p value and interval support that a group differs from the rest."""
    return p <= SIGNIFICANT and row["low"] is not None and least(row["low"], row["high"]) > 0


def _counted(rows: Sequence[Row]) -> list[Row]:
    """Over all images: a non-answer is wrong."""
    return [row for row in rows if row["denominator"] == "all"]


def whence(grouping: str, subject: object) -> str:
    """Photos of a group: `from Africa`, `from countries of the income group Low income`, `with setting urban`."""
    if grouping in _REGIONS:
        return f"from {name(subject)}"
    if grouping == "income_group":
        return f"from countries of the income group “{name(subject)}”"
    return f"with {grouping.replace('_', ' ')} “{name(subject)}”"


def groups_of(grouping: str, number: int | None = None) -> str:
    """`6 continents`, `countries`, `groups by weather`."""
    words = GROUPS.get(grouping, f"groups by {grouping.replace('_', ' ')}")
    return words if number is None else f"{number:,} {words}"


class _Looked:
    """The rows of other statistics that a sentence needs, by run, grouping and subject."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rates: dict[Key, Row] = {}
        self.names: dict[tuple[str, str], str] = {}
        self.adjusted: dict[tuple[Any, ...], Row] = {}
        for row in rows:
            run, grouping, subject = row["run_label"], row["grouping"], row["subject"]
            if row["statistic"] == "rate":
                self.rates[run, grouping, subject] = row
                self.names[grouping, subject] = row.get("subject_name") or subject
            elif row["statistic"] in ("adjusted_gap", "adjusted_difference"):
                self.adjusted[row["statistic"], run, grouping, subject] = row

    def compared(self, run: str, grouping: str) -> int:
        """How many groups have enough photos."""
        return sum(key[:2] == (run, grouping) and row["note"] is None for key, row in self.rates.items())

    def whose(self, runs: Sequence[str]) -> str:
        """Names of runs; where it is all of them, how many they are."""
        everyone = {run for run, _, _ in self.rates}
        if len(runs) > 2 and set(runs) == everyone:
            return f"any of the {len(runs)} models"
        return sentence_list([name(run) for run in runs], 6)

    def label(self, grouping: str, subject: str) -> str:
        """Name of a group."""
        return self.names.get((grouping, subject), subject)


def _widest(row: Row, p: float, n_tests: int, found: _Looked, measure: str) -> Finding:
    run, grouping, worst, best = (row[key] for key in ("run_label", "grouping", "subject", "other_subject"))
    low, high = (found.rates[run, grouping, subject] for subject in (worst, best))
    worst_name, best_name = (found.label(grouping, subject) for subject in (worst, best))
    text = (
        f"{name(run)} {places_within(measure)} {percent(low['estimate'])} of the photos {whence(grouping, worst_name)}"
        f" (n = {count(low['n'])}) and {percent(high['estimate'])} of those {whence(grouping, best_name)}"
        f" (n = {count(high['n'])}), a gap of {points(row['estimate'])}"
        f" ({points_interval(row['low'], row['high'])} over all pairs of"
        f" {groups_of(grouping, found.compared(run, grouping))}, {p_value(p)} corrected for {plural(n_tests, 'gap')})."
    )
    scenes = _scenes(found.adjusted.get(("adjusted_gap", run, grouping, worst)), "gap")
    strength = evidence(row["estimate"], row["low"], row["high"])
    return Finding("gap", text, True, strength, (run, worst_name, best_name), scenes)


def _behind(row: Row, p: float, n_tests: int, found: _Looked, measure: str) -> Finding:
    run, grouping, subject = row["run_label"], row["grouping"], row["subject"]
    label, rate = found.label(grouping, subject), found.rates[run, grouping, subject]
    side, sign = ("fewer", -1) if row["estimate"] < 0 else ("more", 1)
    text = (
        f"Photos {whence(grouping, label)}: {name(run)} {places_within(measure)} {percent(rate['estimate'])} of them"
        f" (n = {count(rate['n'])}), {points(abs(row['estimate']))} {side} than of all others"
        f" ({points_interval(*_ends(row, sign))}, {p_value(p)} corrected for {n_tests:,} tests)."
    )
    scenes = _scenes(found.adjusted.get(("adjusted_difference", run, grouping, subject)), "difference", sign)
    strength = evidence(row["estimate"], row["low"], row["high"])
    return Finding("group", text, True, strength, (run, label), scenes)


def _ends(row: Row, sign: int) -> tuple[float, float]:
    """The interval, turned round where a shortfall is told as a positive number."""
    return (row["low"], row["high"]) if sign > 0 else (-row["high"], -row["low"])


def _scenes(row: Row | None, what: str, sign: int = 1) -> str:
    """What is left of it over the same scenes, in a sentence; nothing where that was not asked."""
    if row is None:
        return ""
    if row["estimate"] is None:
        note = str(row["note"] or "").partition(": ")[2].partition(";")[0]
        return f"Whether scenes explain it cannot be told: {note or 'too little data'}."
    if row["low"] is None:
        return "Whether scenes explain it cannot be told: too few hits, misses or places of the same scenes."
    low, high = _ends(row, sign)
    told = f"{points(sign * row['estimate'])}, {points_interval(low, high)}, n = {count(row['n'])}"
    if low > 0:
        return f"Over the same mix of scenes the {what} stays ({told})."
    return f"Over the same mix of scenes the {what} may be none ({told})."


def _unproven(silent: Sequence[tuple[Row, float]], found: _Looked) -> list[Finding]:
    findings = []
    for grouping in dict.fromkeys(row["grouping"] for row, _ in silent):
        mine = [(row, p) for row, p in silent if row["grouping"] == grouping]
        row, p = max(mine, key=lambda one: one[0]["estimate"] or 0.0)
        runs = [one["run_label"] for one, _ in mine]
        worst, best = (name(found.label(grouping, row[key])) for key in ("subject", "other_subject"))
        of_run = f"{name(row['run_label'])}, " if len(runs) > 1 else ""
        text = (
            f"Between {groups_of(grouping)} the photos show no gap that can be told from chance for"
            f" {found.whose(runs)} (widest: {of_run}{worst} below {best}, {points(row['estimate'])},"
            f" {points_interval(row['low'], row['high'])}, n = {count(row['n'])}, {p_value(p)} corrected)."
        )
        findings.append(Finding("gap", text, is_claim=False, about=tuple(runs)))
    return findings


def _untested(rows: Sequence[Row]) -> list[Finding]:
    """Groupings in which nothing could be compared, each reason once."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row["statistic"] == "gap" and row["p_value"] is None:
            key = (row["grouping"], str(row["note"] or "too little data"))
            reasons.setdefault(key, []).append(name(row["run_label"]))
    return [
        Finding(
            "gap",
            f"Gaps between {groups_of(grouping)}, {sentence_list(runs)}: {clean_label(note, 300)}.",
            is_claim=False,
        )
        for (grouping, note), runs in reasons.items()
    ]
