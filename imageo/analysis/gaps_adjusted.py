"""Gaps over the same scenes, as Estimates that stand beside the raw ones."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from imageo.analysis.estimate import Estimate
from imageo.analysis.gaps import WidestGap
from imageo.analysis.resampling import Floats, GroupSample, sample_groups
from imageo.analysis.standardise import LEAST_SHARE, AdjustedGap, adjusted_gap

MOST_NAMED = 5


def adjusted_estimates(
    counted: pd.DataFrame,
    of_run: pd.DataFrame,
    names: Sequence[str],
    blocks: tuple[Floats, Floats],
    widest: WidestGap,
    draws: Floats,
    fields: Sequence[str],
    grouping: str,
) -> Iterator[Estimate]:
    """Each group against the rest, then the raw best against the raw worst, standardised to the scenes of `of_run`.

    `counted`: the rows that count, with group, stratum, block, is_hit; `of_run`: all rows of the run, whose mix of
    strata gives the weights. `names`: the groups compared, `blocks` their effective numbers of blocks and those of the
    rest of each, `widest` their raw gap.
    """
    grouped = counted[counted["group"].notna()]
    mix = of_run.loc[of_run["group"].notna(), "stratum"].value_counts().sort_index()
    weights: Floats = np.asarray(mix, dtype=np.float64)
    code = mix.index.get_indexer(pd.Index(grouped["stratum"]))
    block, is_hit = grouped["block"].to_numpy(), grouped["is_hit"].to_numpy(bool)

    def of(groups: np.ndarray) -> GroupSample:
        return sample_groups(np.where(groups, code, -1), block, is_hit, len(mix), draws)

    group = grouped["group"].to_numpy()
    told = [str(name) for name in mix.index]
    together = of(np.ones(len(group), bool))
    for i, name in enumerate(names):
        first = of(group == name)
        second = together.minus(first)
        found = adjusted_gap(first, second, weights, (float(blocks[0][i]), float(blocks[1][i])))
        yield from _told(found, Estimate("", None, grouping=grouping, subject=name), "rest", fields, told, weights)
    worst, best = of(group == names[widest.worst]), of(group == names[widest.best])
    ends = (float(blocks[0][widest.best]), float(blocks[0][widest.worst]))
    found = adjusted_gap(best, worst, weights, ends, reach=widest.reach)
    base = Estimate(
        "adjusted_gap",
        found.difference,
        found.low,
        found.high,
        found.n,
        grouping=grouping,
        subject=names[widest.worst],
        other_subject=names[widest.best],
        note=_note(found, fields, told, weights) + "; of the groups whose raw rates are the worst and the best",
    )
    yield base


def _told(
    found: AdjustedGap, base: Estimate, other: str, fields: Sequence[str], told: Sequence[str], weights: Floats
) -> Iterator[Estimate]:
    from dataclasses import replace

    note = _note(found, fields, told, weights)
    yield replace(base, statistic="adjusted_rate", estimate=found.rate, n=found.n, note=note)
    yield replace(
        base,
        statistic="adjusted_difference",
        estimate=found.difference,
        low=found.low,
        high=found.high,
        n=found.n,
        other_subject=other,
        note=note,
    )
    yield replace(
        base, statistic="adjusted_support", estimate=found.supported, n=found.n, other_subject=other, note=note
    )


def _note(found: AdjustedGap, fields: Sequence[str], told: Sequence[str], weights: Floats) -> str:
    """What was adjusted for, and which scenes could not be."""
    note = f"adjusted for {', '.join(fields)}"
    if found.difference is None:
        note += f": only {found.supported:.0%} of the photos are of scenes that both have, {LEAST_SHARE:.0%} are needed"
        return note
    if found.low is None:
        note += " (few hits, misses or places: no interval)"
    if not found.left_out.size:
        return note + ": both have all scenes"
    largest = found.left_out[np.argsort(-weights[found.left_out], kind="stable")]
    share = weights / weights.sum()
    named = ", ".join(f"{told[i]} ({share[i]:.1%})" for i in largest[:MOST_NAMED])
    more = f" and {len(largest) - MOST_NAMED} more" if len(largest) > MOST_NAMED else ""
    return f"{note}: {1 - found.supported:.1%} of the photos left out, as one has too few such scenes: {named}{more}"
