"""Who is ahead, as far as the images can tell."""

from collections.abc import Sequence
from itertools import pairwise

from imageo.render.report.findings.finding import Finding, evidence, least
from imageo.render.report.words import (
    SIGNIFICANT,
    Row,
    count,
    name,
    p_value,
    percent,
    percent_interval,
    places_within,
    points,
    points_interval,
    sentence_list,
)


def standing_findings(rows: Sequence[Row], measure: str) -> list[Finding]:
    """The first, whether it is ahead of the others, then each run and the next below it.

    `rows`: estimates of kind comparison. A model is called ahead only where the p value, corrected by Holm over all
    pairs and measures, and the interval of the paired difference say so.
    """
    chosen = [row for row in rows if row["measure"] == measure and row["denominator"] == "all"]
    rates = {row["run_label"]: row for row in chosen if row["statistic"] == "rate" and row["estimate"] is not None}
    order = sorted(rates, key=lambda run: (-rates[run]["estimate"], run))
    pairs = _pairs(chosen)
    if len(order) < 2:
        return [_rate(rates[run], measure) for run in order]
    first, others = order[0], order[1:]
    near = [run for run in others if not is_ahead(pairs.get((first, run)))]
    lead = _alone(rates[first], rates[others[0]], pairs[first, others[0]], measure) if not near else None
    if lead is None:
        compared = {run: pairs[first, run] for run in near if (first, run) in pairs}
        lead = _level(rates[first], compared, len(others), measure)
    steps = [
        _step(rates[upper], rates[lower], pairs[upper, lower])
        for upper, lower in pairwise(order)
        if (upper, lower) in pairs and upper != first
    ]
    return [lead, *steps]


def is_ahead(pair: Row | None) -> bool:
    """Whether the data support that the first of a pair is better."""
    return (
        pair is not None
        and pair["p_adjusted"] is not None
        and pair["p_adjusted"] <= SIGNIFICANT
        and pair["low"] is not None
        and pair["low"] > 0
    )


def rate_findings(rows: Sequence[Row], measure: str) -> list[Finding]:
    """A sentence a run: its rate over all images."""
    chosen = [
        row for row in rows if row["statistic"] == "rate" and row["measure"] == measure and row["denominator"] == "all"
    ]
    return [_rate(row, measure) for row in chosen if row["estimate"] is not None]


def _pairs(rows: Sequence[Row]) -> dict[tuple[str, str], Row]:
    """Tested differences by (first, second), each in both directions."""
    pairs: dict[tuple[str, str], Row] = {}
    for row in rows:
        if row["statistic"] == "difference" and row["estimate"] is not None:
            first, second = row["run_label"], row["other_run_label"]
            pairs[first, second] = row
            low, high = (None if row[end] is None else -row[end] for end in ("high", "low"))
            pairs[second, first] = {**row, "estimate": -row["estimate"], "low": low, "high": high}
    return pairs


def _rate(row: Row, measure: str) -> Finding:
    return Finding("standing", f"{_told(row, measure)}.", is_claim=False, about=(row["run_label"],))


def _told(row: Row, measure: str) -> str:
    interval = percent_interval(row["low"], row["high"]) + ", " if row["low"] is not None else ""
    return (
        f"{name(row['run_label'])} {places_within(measure)} {percent(row['estimate'])} of the photos"
        f" ({interval}n = {count(row['n'])})"
    )


def _difference(pair: Row) -> str:
    return (
        f"{points(pair['estimate'])}, {points_interval(pair['low'], pair['high'])}, n = {count(pair['n'])}, "
        f"{p_value(pair['p_adjusted'])} corrected"
    )


def _uncorrected(pair: Row) -> str:
    """Why a difference is not called one: few photos show none, however large it is."""
    is_corrected_away = least(pair["low"], pair["high"]) > 0
    why = "outlasts the correction for the number of tests" if is_corrected_away else "can be told from chance"
    return f" that {why}"


def _alone(first: Row, second: Row, pair: Row, measure: str) -> Finding:
    return Finding(
        "standing",
        f"{_told(first, measure)} and is ahead of every other model; of the next, {name(second['run_label'])}, by"
        f" {_difference(pair)}.",
        is_claim=True,
        strength=evidence(pair["estimate"], pair["low"], pair["high"]),
        about=(first["run_label"], second["run_label"]),
    )


def _level(first: Row, near: dict[str, Row], n_others: int, measure: str) -> Finding:
    names = [name(run) for run in near]
    if not names:
        text = f"{_told(first, measure)}, the highest rate; whether it is ahead cannot be told, for lack of pairs."
        return Finding("standing", text, is_claim=False, about=(first["run_label"],))
    closest = next(iter(near))
    told = f"to {name(closest)}: " if len(near) > 1 else ""
    rest = n_others - len(near)
    ahead = (
        f" It is ahead of the other {_number(rest)}." if rest > 1 else " It is ahead of the other one." if rest else ""
    )
    return Finding(
        "standing",
        f"{_told(first, measure)}, the highest rate, but between it and {sentence_list(names)} the data show no"
        f" difference{_uncorrected(near[closest])} ({told}{_difference(near[closest])}).{ahead}",
        is_claim=False,
        about=(first["run_label"], *near),
    )


def _number(number: int) -> str:
    words = ("two", "three", "four", "five", "six", "seven", "eight", "nine")
    return words[number - 2] if number - 2 < len(words) else str(number)


def _step(upper: Row, lower: Row, pair: Row) -> Finding:
    about = (upper["run_label"], lower["run_label"])
    first, second = map(name, about)
    if is_ahead(pair):
        text = f"{first} is ahead of {second} ({_difference(pair)})."
        return Finding(
            "standing", text, is_claim=True, strength=evidence(pair["estimate"], pair["low"], pair["high"]), about=about
        )
    text = f"Between {first} and {second} the data show no difference{_uncorrected(pair)} ({_difference(pair)})."
    return Finding("standing", text, is_claim=False, about=about)
