"""What these data cannot say: told before anything else."""

from collections.abc import Mapping, Sequence
from math import floor

from imageo.render.labels import listed
from imageo.render.report.findings.gaps import groups_of
from imageo.render.report.words import Row, count, name, percent, plural, sentence_list

FEW_ANSWERS = 0.97
"""A run that gave coordinates for fewer of the photos is named."""


def limits(
    board: Sequence[Row],
    country_counts: Mapping[str, int],
    comparison: Sequence[Row],
    measure: str,
    minimum_n: int,
) -> list[str]:
    """Sentences about spread, thin regions, non-answers, missing answers, and ranks that hang on the denominator.

    `board`: rows of bi.leaderboard; `country_counts`: photos by name of country, most first; `comparison`: estimates.
    """
    told = [
        *spread(country_counts, minimum_n),
        *non_answers(board),
        *missing(board),
        *rank_flips(comparison, measure),
    ]
    return [one for one in told if one]


def spread(country_counts: Mapping[str, int], minimum_n: int) -> list[str]:
    """How the photos are spread over countries, and how many of these are too thin to be told apart."""
    total = sum(country_counts.values())
    if not total:
        return ["No photo lies in a known country: nothing can be said by place."]
    largest = sorted(country_counts.items(), key=lambda item: (-item[1], item[0]))[:3]
    share = sum(n for _, n in largest) / total
    names = sentence_list([name(country) for country, _ in largest])
    if len(country_counts) <= 3:
        return [f"All n = {total:,} photos are from {names}: nothing here speaks for other countries."]
    thin = {country: n for country, n in country_counts.items() if n < minimum_n}
    text = [f"{percent(share)} of the n = {total:,} photos are from {names}."]
    if thin:
        have, they, them = ("has", "it counts", "it") if len(thin) == 1 else ("have", "they count", "them")
        text.append(
            f"{len(thin):,} of {len(country_counts):,} countries {have} fewer than {minimum_n} photos, together n ="
            f" {sum(thin.values()):,}: {they} in the whole, and no gap of {them} is told."
        )
    return text


def non_answers(board: Sequence[Row]) -> list[str]:
    """Runs that often gave no coordinates."""
    shares = sorted((row["n_located"] / row["n_images"], name(row["run_label"]), row["n_images"]) for row in board)
    few = [one for one in shares if one[0] < FEW_ANSWERS]
    if not shares:
        return []
    if not few:
        least, _, n = shares[0]
        # Rounded down: "at least" is to be true.
        some = "every photo" if least == 1 else f"at least {percent(floor(1000 * least) / 1000)} of its photos"
        return [f"Every run gave coordinates for {some} (n = {n:,})."]
    counts = {n for _, _, n in few}
    each = "" if len(counts) == 1 else " of n = {:,}"
    told = listed([f"{run} {percent(1 - share)}{each.format(n)}" for share, run, n in few])
    among = f" (n = {counts.pop():,})" if not each else ""
    return [f"Without coordinates: {told} of the photos{among}. These count as wrong unless a table says “answers”."]


def missing(board: Sequence[Row]) -> list[str]:
    """Runs that were not asked about every photo."""
    asked = [f"{name(row['run_label'])} about {count(row['n_missing'])}" for row in board if row["n_missing"]]
    return (
        [f"Not asked: {listed(asked)} of the photos. Comparisons are over the photos that all runs share."]
        if asked
        else []
    )


def rank_flips(comparison: Sequence[Row], measure: str) -> list[str]:
    """Runs whose rank hangs on whether non-answers count."""
    flips = [row for row in comparison if row["statistic"] == "rank_flip" and row["measure"] == measure]
    if not flips:
        return []
    widest = max(flips, key=lambda row: abs(row["estimate"]))
    note = str(widest["note"]).rstrip(".")
    runs = f"{plural(len(flips), 'run')} of those compared {'stands' if len(flips) == 1 else 'stand'}"
    return [
        f"Who is counted decides ranks: {runs} elsewhere over answers only; most of all {name(widest['run_label'])}:"
        f" {note[0].lower()}{note[1:]} (n = {count(widest['n'])})."
    ]


def thin_groups(rows: Sequence[Row], minimum_n: int) -> str:
    """How many groups of a grouping are not compared; empty where all are."""
    first = next((row["run_label"] for row in rows), None)
    rates = [
        row for row in rows if row["statistic"] == "rate" and row["denominator"] == "all" and row["run_label"] == first
    ]
    thin = [row for row in rates if row["n"] < minimum_n]
    if not thin:
        return ""
    have, are = ("has", "is") if len(thin) == 1 else ("have", "are")
    return (
        f"{len(thin):,} of {groups_of(rates[0]['grouping'], len(rates))} {have} fewer than {minimum_n} photos"
        f" (n = {sum(row['n'] for row in thin):,} in all) and {are} not compared."
    )
