"""Gaps between groups of photos: each group against the rest or a reference, and the widest gap of all.

Rates are shares of 0 to 1; a difference is in the same unit, a ratio has none. Replicates are those of
`imageo.analysis.resampling`.
"""

from dataclasses import dataclass

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
    small. The p value is of a t statistic with Welch's degrees of freedom, or of the score test of two proportions
    on n / effect. The correction is single-step max-T over the same replicates (Westfall and Young 1993).
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
    pooled = (first.k + second.k) / (first.n + second.n)
    with np.errstate(invalid="ignore", divide="ignore"):
        score_error = np.sqrt(pooled * (1 - pooled) * effect * (1 / first.n + 1 / second.n))
        spread = np.sqrt(np.nanvar(drawn, axis=1) * (degrees + 1) / np.maximum(degrees, 1))
        error = np.where(is_thin, score_error, spread)
        # A common scale for max-T: t at few degrees of freedom as the normal deviate with its tail.
        size = np.abs(difference) / error
        comparable = np.where(is_thin, size, as_normal(size, degrees))
        largest = np.nanmax(
            np.where(is_thin[:, None], 0.0, np.abs(drawn - difference[:, None]) / error[:, None]), axis=0
        )
    p_value = np.where(is_thin, 2 * norm.sf(size), 2 * student.sf(size, np.maximum(degrees, 1)))
    exceeded = (largest[None, :] >= comparable[:, None]).sum(axis=1)
    adjusted = np.maximum((exceeded + 1) / (largest.size + 1), p_value)
    is_known = np.isfinite(size)
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


def widest_gap(sample: GroupSample, effect: float) -> WidestGap:
    """Best minus worst rate of at least two groups, each with photos, with an honest interval.

    The best and the worst of many are chosen by their noise: the raw gap is too wide, and an interval of just these two
    would be too sure. The interval here holds for all pairs at once: with E the 95 % quantile over replicates of the
    largest |d* - d| / se of any pair, the true widest gap lies between the largest lower and the largest upper end of
    d -+ E se, at least 95 times in 100 (max-T, Westfall and Young 1993; it is conservative where groups are alike).
    The ratio's interval is MOVER-R at the same E. The bias correction is on squares, to which noise adds once in the
    data and again in the replicates: sqrt(2 gap^2 - mean(gap*^2)), 0 where that is negative.
    """
    from scipy.stats import norm

    rate, drawn = sample.rate, sample.rate_drawn
    best, worst = int(np.argmax(rate)), int(np.argmin(rate))
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
    reach = max(Z95, float(np.quantile(largest, 0.95)))
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
        p_value=max((1 + int((largest >= widths.max()).sum())) / (1 + largest.size), float(2 * norm.sf(widths.max()))),
        ratio=float(rate[worst] / rate[best]) if rate[best] > 0 else float("nan"),
        ratio_low=float(ratio_low),
        ratio_high=float(ratio_high),
        reach=reach,
    )


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
    """The same, and where counts are small at least that of n / effect photos at the rate (k + 2) / (n + 4)."""
    rate = (sample.k + 2) / (sample.n + 4)
    floor = effect * rate * (1 - rate) / (sample.n + 4)
    variance = _variance(sample)
    floored: Floats = np.where(thin_groups(sample), np.maximum(variance, floor), variance)
    return floored
