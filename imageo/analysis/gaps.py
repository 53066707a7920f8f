"""Gaps between groups of photos: each group against the rest or a reference, and the widest gap of all.

Rates are shares of 0 to 1; a difference is in the same unit, a ratio has none. Replicates are those of
`imageo.analysis.resampling`.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from imageo.analysis.resampling import Floats, GroupSample
from imageo.analysis.resampling_intervals import (
    Z95,
    as_normal,
    expanded_percentiles,
    mover_ratio,
    newcombe,
    t_factor,
    welch_degrees,
)

FEW_HITS = 5
"""With fewer hits, or fewer misses, in a group the replicates vary too little: a formula gives the interval."""
FEW_BLOCKS = 8
"""With fewer (effective) blocks in a group the blocks say too little of how much they differ."""

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Contrast:
    """Groups against others, one a row: difference and ratio of the rates with 95 % intervals.

    `p_value` is of no difference, `p_adjusted` corrected for the number of rows (max-T). `is_thin`: hits, misses or
    blocks are too few for replicates, and the interval is the square-and-add of Wilson limits.
    """

    difference: Floats
    low: Floats
    high: Floats
    p_value: Floats
    p_adjusted: Floats
    ratio: Floats
    ratio_low: Floats
    ratio_high: Floats
    is_thin: Flags


@dataclass(frozen=True)
class WidestGap:
    """Best against worst of the groups compared; `best` and `worst` are rows of the sample.

    `low` and `high` are of the true widest gap, `corrected` takes off what the bootstrap finds the gap to be too wide
    by. `p_value`: that all groups are alike. `reach` is the number of standard errors of the simultaneous intervals.
    """

    best: int
    worst: int
    gap: float
    low: float
    high: float
    corrected: float
    p_value: float
    ratio: float
    ratio_low: float
    ratio_high: float
    reach: float


def design_effect(sample: GroupSample) -> float:
    """How many times the variance of independent photos the rates have; at least 1.

    sum n^2 v / sum n p (1 - p) over groups with enough hits, misses and blocks, v the bootstrap variance. A sample of n
    photos says as much as n / design effect independent ones. Source: Kish (1965), Survey Sampling, 8.2.
    """
    usable = ~thin_groups(sample)
    if not usable.any():
        return 1.0
    rate, n = sample.rate[usable], sample.n[usable]
    effect = (n**2 * _variance(sample)[usable]).sum() / (n * rate * (1 - rate)).sum()
    return max(1.0, float(effect))


def contrast(first: GroupSample, second: GroupSample, effect: float) -> Contrast:
    """Each group of `first` against the group of `second` in the same row; `effect` is the design effect.

    Percentile intervals over blocks, expanded for their number; Newcombe and MOVER on n / effect where counts are
    small. The p value is of a t statistic with Welch's degrees of freedom, or there of Fisher's exact test on n /
    effect. The correction is single-step max-T over the same replicates (Westfall and Young 1993), and Sidak's for the
    rows whose counts are small: their replicates hold no tail.
    """
    from scipy.stats import norm
    from scipy.stats import t as student

    is_thin = thin_groups(first) | thin_groups(second)
    rates, others = first.rate, second.rate
    difference, drawn = rates - others, first.rate_drawn - second.rate_drawn
    degrees = welch_degrees(_variance(first), first.blocks, _variance(second), second.blocks)
    low, high = expanded_percentiles(drawn, degrees)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = rates / others
        ratio_low, ratio_high = expanded_percentiles(first.rate_drawn / second.rate_drawn, degrees)
    counts = (first.k / effect, first.n / effect, second.k / effect, second.n / effect)
    plain_low, plain_high = newcombe(*counts)
    plain_ratio_low, plain_ratio_high = mover_ratio(*counts)
    with np.errstate(invalid="ignore", divide="ignore"):
        error = np.sqrt(np.nanvar(drawn, axis=1) * (degrees + 1) / np.maximum(degrees, 1))
        size = np.abs(difference) / error
        p_value = np.where(is_thin, fisher_p(*counts), 2 * student.sf(size, np.maximum(degrees, 1)))
        # A common scale for max-T: t at few degrees of freedom as the normal deviate with its tail.
        comparable = np.where(is_thin, norm.isf(p_value / 2), as_normal(size, degrees))
        is_known = np.isfinite(difference) & (is_thin | np.isfinite(size))
        is_drawn = is_known & ~is_thin
        largest = (np.abs(drawn - difference[:, None]) / error[:, None])[is_drawn]
    reached = (np.nanmax(largest, axis=0)[None, :] >= comparable[:, None]).sum(axis=1) if is_drawn.any() else 0
    by_draws = (reached + 1) / (drawn.shape[1] + 1) if is_drawn.any() else 0.0
    by_counts = 1 - (1 - 2 * norm.sf(comparable)) ** int((is_known & is_thin).sum())
    adjusted = np.maximum(1 - (1 - by_draws) * (1 - by_counts), p_value)
    return Contrast(
        difference=difference,
        low=np.where(is_thin, plain_low, low),
        high=np.where(is_thin, plain_high, high),
        p_value=np.where(is_known, p_value, np.nan),
        p_adjusted=np.where(is_known, adjusted, np.nan),
        ratio=ratio,
        ratio_low=np.where(is_thin, plain_ratio_low, ratio_low),
        ratio_high=np.where(is_thin, plain_ratio_high, ratio_high),
        is_thin=is_thin,
    )


def fisher_p(k1: Floats, n1: Floats, k2: Floats, n2: Floats) -> Floats:
    """P of Fisher's exact test that k1 of n1 and k2 of n2 have one rate: twice the smaller tail, at most 1.

    Counts need not be whole: photos that count for less than one are rounded. Source: Fisher (1935), Journal of the
    Royal Statistical Society 98:39-82; Agresti (2013), Categorical Data Analysis, 3.5.
    """
    from scipy.stats import hypergeom

    sizes = [np.maximum(np.round(n), 1.0) for n in (n1, n2)]
    hits, others = (np.clip(np.round(k), 0, size) for k, size in zip((k1, k2), sizes, strict=True))
    among, right, drawn = sizes[0] + sizes[1], hits + others, sizes[0]
    below, above = hypergeom.cdf(hits, among, right, drawn), hypergeom.sf(hits - 1, among, right, drawn)
    p: Floats = np.minimum(1.0, 2 * np.minimum(below, above))
    return p


def widest_gap(sample: GroupSample, effect: float) -> WidestGap:
    """Best minus worst rate of at least two groups, each with photos, with an honest interval.

    The best and the worst of many are chosen by their noise: the raw gap is too wide, and an interval of just these two
    would be too sure. The interval here holds for all pairs at once: with E the 95 % quantile over replicates of the
    largest |d* - d| / se of any pair, the true widest gap lies between the largest lower and the largest upper end of
    d -+ E se, at least 95 times in 100 (max-T, Westfall and Young 1993; it is conservative where groups are alike).
    The replicates of groups with small counts hold no tail: where there are any, E is at least that of Tukey's range.
    The ratio's interval is MOVER-R at the same E. The bias correction is on squares, to which noise adds once in the
    data and again in the replicates: sqrt(2 gap^2 - mean(gap*^2)), 0 where that is negative.
    """
    from scipy.stats import norm

    rate, drawn = sample.rate, sample.rate_drawn
    # Where all are alike, two of them: a group has no gap to itself.
    best = int(np.argmax(rate))
    worst = int(np.argmin(np.where(np.arange(len(rate)) == best, np.inf, rate)))
    variance = _floored_variance(sample, effect)
    # Where counts are small the variance stands on the design effect, which is of all groups.
    together = max(FEW_BLOCKS, float(np.nansum(sample.blocks)) - len(rate))
    degrees = np.where(thin_groups(sample), together, np.maximum(sample.blocks - 1, 1))
    centred = np.nan_to_num(drawn - rate[:, None])
    covariance = np.cov(centred, bias=True).reshape(len(rate), len(rate))
    pairs = np.maximum(variance[:, None] + variance - 2 * (covariance - np.diag(np.diag(covariance))), 1e-12)
    freedom = welch_degrees(variance[:, None], degrees[:, None] + 1, variance[None, :], degrees[None, :] + 1)
    largest = np.zeros(centred.shape[1])
    for first in range(len(rate) - 1):
        apart = np.abs(centred[first] - centred[first + 1 :]) / np.sqrt(pairs[first, first + 1 :, None])
        np.maximum(largest, apart.max(axis=0), out=largest)
    is_any_thin = bool(thin_groups(sample).any())
    reach = max(Z95, float(np.quantile(largest, 0.95)), tukey_reach(len(rate)) if is_any_thin else 0.0)
    difference, error = rate[:, None] - rate, np.sqrt(pairs) * t_factor(freedom, reach)
    np.fill_diagonal(error, 0.0)
    widths = as_normal(np.abs(difference) / np.sqrt(pairs), freedom)
    gap = float(rate[best] - rate[worst])
    seen = drawn[:, ~np.isnan(drawn).all(axis=0)]
    gaps_drawn = np.nanmax(seen, axis=0) - np.nanmin(seen, axis=0)
    ends = np.array([worst, best])
    k, n = sample.k[ends] / effect, sample.n[ends] / effect
    ratio_low, ratio_high = mover_ratio(k[0], n[0], k[1], n[1], reach)
    return WidestGap(
        best=best,
        worst=worst,
        gap=gap,
        low=max(0.0, float((difference - reach * error).max())),
        high=min(1.0, float((difference + reach * error).max())),
        corrected=min(gap, max(0.0, 2 * gap**2 - float((gaps_drawn**2).mean())) ** 0.5),
        # Where blocks are few the replicates vary too little: never surer than the pair's own interval.
        p_value=max(
            (1 + int((largest >= widths.max()).sum())) / (1 + largest.size),
            float(2 * norm.sf(widths.max())),
            tukey_p(float(widths.max()), len(rate)) if is_any_thin else 0.0,
        ),
        ratio=float(rate[worst] / rate[best]) if rate[best] > 0 else float("nan"),
        ratio_low=float(ratio_low),
        ratio_high=float(ratio_high),
        reach=reach,
    )


@cache
def tukey_reach(groups: int) -> float:
    """How many standard errors the widest difference of `groups` like groups stays within, 95 times in 100.

    Source: Tukey (1953), The Problem of Multiple Comparisons; for unequal sizes Hayter (1984), Annals of Statistics 12.
    """
    from scipy.stats import studentized_range

    return float(studentized_range.ppf(0.95, groups, np.inf) / np.sqrt(2))


def tukey_p(size: float, groups: int) -> float:
    """P that the widest difference of `groups` like groups is at least `size` standard errors."""
    from scipy.stats import studentized_range

    return float(np.clip(studentized_range.sf(size * np.sqrt(2), groups, np.inf), 0.0, 1.0))


def thin_groups(sample: GroupSample) -> Flags:
    """Which groups have too few hits, misses or blocks for an interval from replicates."""
    is_thin: Flags = (np.minimum(sample.k, sample.n - sample.k) < FEW_HITS) | ~(sample.blocks >= FEW_BLOCKS)
    return is_thin


def _variance(sample: GroupSample) -> Floats:
    """Bootstrap variance of each rate, corrected for the number of blocks."""
    known = (~np.isnan(sample.rate_drawn)).sum(axis=1) > 1
    variance = np.zeros(len(sample.n))
    variance[known] = np.nanvar(sample.rate_drawn[known], axis=1)
    blocks = np.maximum(np.nan_to_num(sample.blocks, nan=1.0), 1.0)
    corrected: Floats = variance * np.where(blocks > 1.5, blocks / np.maximum(blocks - 1, 0.5), 1.0)
    return corrected


def _floored_variance(sample: GroupSample, effect: float) -> Floats:
    """The same, and where counts are small at least that of n / effect photos at the rate (k + 2) / (n + 4).

    And at the rate of all groups together: a thin group comes out as all hits or all misses by chance, and would then
    pass for the surest of all.
    """
    rate, pooled = (sample.k + 2) / (sample.n + 4), sample.k.sum() / sample.n.sum()
    floor = effect * np.maximum(rate * (1 - rate) / (sample.n + 4), pooled * (1 - pooled) / sample.n)
    variance = _variance(sample)
    floored: Floats = np.where(thin_groups(sample), np.maximum(variance, floor), variance)
    return floored
