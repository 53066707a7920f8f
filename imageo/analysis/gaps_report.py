"""All that is said about gaps between groups of photos, run by run, as Estimates."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from imageo.analysis.estimate import Estimate
from imageo.analysis.gaps import WidestGap, contrast, design_effect, widest_gap
from imageo.analysis.gaps_adjusted import adjusted_estimates
from imageo.analysis.gaps_models import RunSample, model_estimates
from imageo.analysis.inequality import FUNNEL_LIMITS, beyond_chance, funnel_limits, overdispersion, unevenness
from imageo.analysis.resampling import (
    REPLICATES,
    Floats,
    GroupSample,
    Ints,
    draw_blocks,
    equal_area_cells,
    sample_groups,
)
from imageo.analysis.resampling_intervals import wilson
from imageo.errors import InputError

REST = "rest"
MOST_THIN = 100
"""More groups than this, all of them thin, are names rather than groups."""
IS_THIN = "few hits, misses or places: the interval is from Wilson limits and the design effect of all groups"


@dataclass(frozen=True)
class GapOptions:
    """What was chosen, kept with the results.

    `degrees` is the height of the cells that are drawn as blocks, `against` the run whose gaps the others' are compared
    with.
    """

    grouping: str
    measure: str = "accuracy_200km"
    reference: str | None = None
    against: int | None = None
    adjust: tuple[str, ...] = ()
    fields: str = "consensus"
    minimum_n: int = 10
    degrees: float = 5.0
    replicates: int = REPLICATES
    seed: int = 0


def number_blocks(latitude: Floats, longitude: Floats, degrees: float) -> Ints:
    """The block of each photo, counted from 0."""
    numbers: Ints = np.unique(equal_area_cells(latitude, longitude, degrees), return_inverse=True)[1]
    return numbers


def gap_estimates(
    rows: pd.DataFrame, options: GapOptions, progress: Callable[[int], None] | None = None
) -> list[Estimate]:
    """Rates, gaps, inequality, funnel and adjusted gaps of every run of one dataset, under both denominators.

    `rows`: run_id, is_hit, is_answered, group (None is in none), block (from 0), and stratum where gaps are adjusted.
    The same draws of blocks serve all of them. `progress` is told of each run before it begins.
    """
    if rows.empty:
        return []
    names = sorted(rows["group"].dropna().unique())
    if len(names) > MOST_THIN and rows.groupby(["run_id", "group"]).size().max() < options.minimum_n:
        raise InputError(
            f"{options.grouping} has {len(names):,} values, none with {options.minimum_n} photos: group by another"
        )
    if options.reference is not None and options.reference not in names:
        raise InputError(f"there is no group {options.reference!r} to compare with; there is {', '.join(names)}")
    draws = draw_blocks(int(rows["block"].max()) + 1, options.replicates, np.random.default_rng(options.seed))
    found = []
    base: dict[str, RunSample] = {}
    for run_id in sorted(rows["run_id"].unique().tolist(), key=lambda run_id: (run_id != options.against, run_id)):
        of_run = rows[rows["run_id"] == run_id]
        if progress:
            progress(run_id)
        for denominator in ("all", "answered"):
            counted = of_run if denominator == "all" else of_run[of_run["is_answered"]]
            counts = counted.groupby("group")["is_hit"].agg(n="size", k="sum")
            sample = _sample(run_id, counted, counts, draws, options.minimum_n)
            seen = list(_of_one(sample, counted, of_run, counts, draws, options))
            if run_id == options.against:
                base[denominator] = sample
            elif denominator in base:
                seen += model_estimates(sample, base[denominator], options.grouping)
            found += [replace(each, run_id=run_id, measure=options.measure, denominator=denominator) for each in seen]
    return found


def shrunk_rates(k: Floats, n: Floats) -> Floats:
    """Empirical-Bayes rates: drawn towards the pooled rate, the more the smaller n is.

    m + (k/n - m) v / (v + m (1 - m) / n), m pooled, v the variance between groups by moments, as the SQL function
    functions.shrunk_rate. Source: Marshall (1991), Applied Statistics 40:283, with the binomial variance.
    """
    known = n > 0
    mean = k.sum() / n.sum()
    between = (k[known] ** 2 / n[known]).sum() / n.sum() - mean**2 - mean * (1 - mean) * known.sum() / n.sum()
    if between <= 0:
        return np.full(len(n), mean)
    safe = np.where(known, n, 1.0)
    shrunk: Floats = np.where(known, mean + (k / safe - mean) * between / (between + mean * (1 - mean) / safe), mean)
    return shrunk


def _sample(run_id: int, counted: pd.DataFrame, counts: pd.DataFrame, draws: Floats, minimum_n: int) -> RunSample:
    """The groups with enough photos; all others are one group that no one looks at, and part of the rest of each."""
    names = list(counts.index[counts["n"] >= minimum_n])
    group = pd.Index([*names, None]).get_indexer(pd.Index(counted["group"]))
    group = np.where(counted["group"].isna(), -1, np.where(group < 0, len(names), group))
    block, is_hit = counted["block"].to_numpy(), counted["is_hit"].to_numpy(bool)
    sample = sample_groups(group, block, is_hit, len(names) + 1, draws)
    seen = np.arange(len(names))
    return RunSample(run_id, names, sample.take(seen), sample.rest().take(seen))


def _of_one(
    run: RunSample,
    counted: pd.DataFrame,
    of_run: pd.DataFrame,
    counts: pd.DataFrame,
    draws: Floats,
    options: GapOptions,
) -> Iterator[Estimate]:
    compared, rest, names, grouping = run.groups, run.rest, run.names, options.grouping
    if counts.empty:
        yield Estimate("gap", None, grouping=grouping, n=0, note=f"no photo has a {grouping}")
        return
    yield from _rates(counts, options)
    if outside := int(counted["group"].isna().sum()):
        note = f"{outside:,} of {len(counted):,} photos have no {grouping}: in no group, and not in the rest"
        yield Estimate("ungrouped", outside / len(counted), n=len(counted), k=outside, grouping=grouping, note=note)
    if len(names) < 2:
        note = f"{len(names)} of {len(counts)} groups have {options.minimum_n} photos or more: two are needed"
        n, k = (int(counts[column].sum()) for column in ("n", "k"))
        yield Estimate("gap", None, grouping=grouping, n=n, k=k, note=note)
        return
    effect = design_effect(compared)
    widest = widest_gap(compared, effect)
    yield from _contrasts(compared, rest, names, REST, effect, grouping)
    if options.reference is not None:
        yield from _to_reference(compared, names, options.reference, effect, grouping)
    yield from _widest(widest, compared, names, grouping)
    yield from _spread(compared, effect, options)
    if options.adjust:
        blocks = (compared.blocks, rest.blocks)
        yield from adjusted_estimates(counted, of_run, names, blocks, widest, draws, options.adjust, grouping)


def _to_reference(
    sample: GroupSample, names: Sequence[str], reference: str, effect: float, grouping: str
) -> Iterator[Estimate]:
    if reference not in names:
        note = f"{reference} has too few photos to be compared with"
        yield Estimate("difference", None, grouping=grouping, other_subject=reference, note=note)
        return
    base = names.index(reference)
    others = np.array([i for i in range(len(names)) if i != base])
    bases = sample.take(np.full(len(others), base))
    yield from _contrasts(sample.take(others), bases, [names[i] for i in others], reference, effect, grouping)


def _rates(counts: pd.DataFrame, options: GapOptions) -> Iterator[Estimate]:
    photos, hits = counts["n"].to_numpy(float), counts["k"].to_numpy(float)
    low, high = wilson(hits, photos)
    shrunk = shrunk_rates(hits, photos)
    pooled = float(hits.sum() / photos.sum())
    limits = {name: funnel_limits(photos, pooled, level) for name, level in FUNNEL_LIMITS.items()}
    sides = {name: beyond_chance(hits, photos, pooled, level) for name, level in FUNNEL_LIMITS.items()}
    for i, name in enumerate(counts.index):
        n, k = int(photos[i]), int(hits[i])
        few = f"fewer than {options.minimum_n} photos: not compared" if n < options.minimum_n else None
        base = Estimate("rate", k / n, float(low[i]), float(high[i]), n, k, grouping=options.grouping, subject=name)
        yield replace(base, note=few)
        yield replace(base, statistic="shrunk_rate", estimate=float(shrunk[i]), low=None, high=None)
        for level, (lower, upper) in limits.items():
            outside = {-1: "below", 0: None, 1: "above"}[int(sides[level][i])]
            note = f"{outside} what chance gives at the pooled rate" if outside else None
            yield replace(
                base,
                statistic=f"funnel_{level}",
                estimate=pooled,
                low=float(lower[i]),
                high=float(upper[i]),
                note=note,
            )


def _contrasts(
    first: GroupSample, second: GroupSample, names: Sequence[str], other: str, effect: float, grouping: str
) -> Iterator[Estimate]:
    found = contrast(first, second, effect)
    for i, name in enumerate(names):
        base = Estimate(
            "difference",
            _known(found.difference[i]),
            _known(found.low[i]),
            _known(found.high[i]),
            int(first.n[i]),
            int(first.k[i]),
            _known(found.p_value[i]),
            _known(found.p_adjusted[i]),
            grouping=grouping,
            subject=name,
            other_subject=other,
            note=IS_THIN if found.is_thin[i] else None,
        )
        if base.estimate is None:
            yield replace(base, low=None, high=None, note=f"there is no photo in {other} to compare with")
            continue
        yield base
        ratio = _known(found.ratio[i])
        ends = (_known(found.ratio_low[i]), _known(found.ratio_high[i])) if ratio is not None else (None, None)
        note = base.note if ratio is not None else f"{other} has no hit: there is no ratio"
        yield replace(base, statistic="ratio", estimate=ratio, low=ends[0], high=ends[1], note=note)


def _widest(widest: WidestGap, sample: GroupSample, names: Sequence[str], grouping: str) -> Iterator[Estimate]:
    note = (
        f"best and worst of {len(names)} groups: the interval holds for all pairs at once, "
        f"{widest.reach:.2f} standard errors wide to each side"
    )
    base = Estimate(
        "gap",
        widest.gap,
        widest.low,
        widest.high,
        int(sample.n.sum()),
        int(sample.k.sum()),
        widest.p_value,
        grouping=grouping,
        subject=names[widest.worst],
        other_subject=names[widest.best],
        note=note,
    )
    yield base
    yield replace(
        base,
        statistic="gap_corrected",
        estimate=widest.corrected,
        low=None,
        high=None,
        p_value=None,
        note="the gap without what noise adds to the widest of many, by the bootstrap",
    )
    ratio = _known(widest.ratio)
    ends = (_known(widest.ratio_low), _known(widest.ratio_high)) if ratio is not None else (None, None)
    yield replace(
        base,
        statistic="gap_ratio",
        estimate=ratio,
        low=ends[0],
        high=ends[1],
        p_value=None,
        note=note if ratio is not None else "no group has a hit: there is no ratio",
    )


def _spread(sample: GroupSample, effect: float, options: GapOptions) -> Iterator[Estimate]:
    base = Estimate("", None, n=int(sample.n.sum()), k=int(sample.k.sum()), grouping=options.grouping)
    # Its own generator: what is drawn here does not hang on how many runs came before.
    for name, found in unevenness(sample, effect, np.random.default_rng(options.seed)).items():
        if np.isnan(found.index):
            yield replace(base, statistic=name, note="no group has a hit: there is nothing to share out")
            continue
        yield replace(
            base,
            statistic=name,
            estimate=found.index,
            low=_known(found.low),
            high=_known(found.high),
            p_value=found.p_value,
            note=f"{found.by_chance:.3f} by chance alone; the interval is of what is there without noise",
        )
    yield replace(base, statistic="overdispersion", estimate=overdispersion(sample.k, sample.n))
    yield replace(base, statistic="design_effect", estimate=effect)


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
