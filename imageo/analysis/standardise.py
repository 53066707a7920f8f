"""Gaps adjusted for scene mix: what they would be if every group had the same scenes.

A region with more indoor photos looks worse for a reason that is not its place. Direct standardisation takes the rate
of each group within each stratum (a combination of scene fields) and weighs the strata as the pooled photos have them:
adjusted rate = sum_s w_s k_gs / n_gs, over strata in which both groups compared have enough photos, w_s scaled to sum
to 1 there. Strata without support are left out, and their share is said.
Source: Rothman, Greenland, Lash (2008), Modern Epidemiology, ch. 3 and 15; weights are taken as fixed.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imageo.analysis.gaps import FEW_BLOCKS, FEW_HITS
from imageo.analysis.resampling import Floats, GroupSample
from imageo.analysis.resampling_intervals import expanded_percentiles, t_factor, welch_degrees

LEAST_IN_STRATUM = 5
"""Photos that a stratum needs in each of the two groups to be compared."""
LEAST_SHARE = 0.5
"""With less of all photos in strata that both have, there is no adjusted gap to speak of."""


@dataclass(frozen=True)
class AdjustedGap:
    """One group against another over the same scenes; rates, difference and interval are shares of 0 to 1.

    `supported`: share of all photos in strata that both have; `left_out`: the strata (rows) that they do not share.
    Numbers are None where that is too little, and the ends of the interval where hits, misses or blocks are too few for
    replicates.
    """

    rate: float | None
    other_rate: float | None
    difference: float | None
    low: float | None
    high: float | None
    n: int
    supported: float
    left_out: npt.NDArray[np.intp]


def adjusted_gap(
    first: GroupSample, second: GroupSample, weights: Floats, blocks: tuple[float, float], reach: float = 0.0
) -> AdjustedGap:
    """Compare two groups over the strata that both have; rows of both samples, and `weights`, are strata, and
    `blocks` the effective numbers of blocks of the two groups.

    The interval is the expanded percentile interval over blocks; with `reach`, that many standard errors (times t over
    z), for groups that were chosen as the best and worst of many.
    """
    weights = weights / weights.sum()
    has_both = (first.n >= LEAST_IN_STRATUM) & (second.n >= LEAST_IN_STRATUM)
    left_out = np.flatnonzero(~has_both & (weights > 0))
    supported = float(weights[has_both].sum())
    n = int(first.n[has_both].sum())
    if not has_both.any() or supported < LEAST_SHARE:
        return AdjustedGap(None, None, None, None, None, n, supported, left_out)
    rows = np.flatnonzero(has_both)
    one, other, weight = first.take(rows), second.take(rows), weights[rows]
    rate, other_rate = (float((weight * each.rate).sum() / supported) for each in (one, other))
    # A stratum that one of the two lacks in a replicate has no say in it.
    present = (one.n_drawn > 0) & (other.n_drawn > 0)
    share = np.where(present, weight[:, None], 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = share / share.sum(axis=0)
    drawn = np.stack([np.where(present, np.nan_to_num(each.rate_drawn), 0.0) for each in (one, other)])
    rates_drawn = (share * drawn).sum(axis=1)
    variance = np.nanvar(rates_drawn, axis=1)
    degrees = welch_degrees(*(np.atleast_1d(x) for x in (variance[0], blocks[0], variance[1], blocks[1])))
    difference, apart = rate - other_rate, rates_drawn[0] - rates_drawn[1]
    hits = [min(each.k.sum(), (each.n - each.k).sum()) for each in (one, other)]
    if min(hits) < FEW_HITS or not min(blocks) >= FEW_BLOCKS:
        return AdjustedGap(rate, other_rate, difference, None, None, n, supported, left_out)
    if reach:
        error = float(np.nanstd(apart) * np.sqrt((degrees[0] + 1) / degrees[0]) * t_factor(degrees, reach)[0])
        low, high = difference - reach * error, difference + reach * error
    else:
        low, high = (float(end[0]) for end in expanded_percentiles(apart[None, :], degrees))
    return AdjustedGap(rate, other_rate, difference, max(-1.0, low), min(1.0, high), n, supported, left_out)
