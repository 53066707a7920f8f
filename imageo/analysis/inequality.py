"""How unevenly rates are spread over groups: Gini and Theil, and the funnel that chance alone would fill."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imageo.analysis.resampling import Floats, GroupSample
from imageo.analysis.resampling_intervals import expanded_percentiles

FUNNEL_LIMITS = {"95": 0.95, "99.8": 0.998}
"""About two and three standard errors, the two lines of Spiegelhalter (2005)."""


@dataclass(frozen=True)
class Inequality:
    """An index over groups with its 95 % interval; `by_chance` is its mean where all groups have the pooled rate.

    `p_value`: share of such draws that are at least as uneven.
    """

    index: float
    low: float
    high: float
    by_chance: float
    p_value: float


def gini(rates: Floats) -> Floats:
    """Gini coefficient of the rates along the first axis, every group counting once: 0 is equal, 1 - 1/m one has all.

    G = sum_i (2 i - m - 1) x_(i) / (m sum x), x sorted upwards. NaN where all are 0.
    Source: Gini (1912), in the form of Sen (1973), On Economic Inequality.
    """
    m = len(rates)
    rank = (2 * np.arange(1, m + 1) - m - 1).reshape(-1, *([1] * (rates.ndim - 1)))
    with np.errstate(invalid="ignore", divide="ignore"):
        index: Floats = (rank * np.sort(rates, axis=0)).sum(axis=0) / (m * rates.sum(axis=0))
    return index


def theil(rates: Floats) -> Floats:
    """Theil's T of the rates along the first axis: 0 is equal, ln m one has all. NaN where all are 0.

    T = sum_i s_i ln(m s_i), s_i = x_i / sum x, and 0 ln 0 = 0. Source: Theil (1967), Economics and Information Theory.
    """
    from scipy.special import xlogy

    with np.errstate(invalid="ignore", divide="ignore"):
        share = rates / rates.sum(axis=0)
    index: Floats = xlogy(share, len(rates) * share).sum(axis=0)
    return index


def unevenness(sample: GroupSample, effect: float, rng: np.random.Generator) -> dict[str, Inequality]:
    """Gini and Theil of the groups' rates, 0 to 1, with bootstrap intervals, and what chance alone would give.

    Noise makes rates uneven, once in the data and again in the replicates. It adds up in Theil and in the square of
    Gini, which grow as a variance does: there 2 index - mean(index*) takes it off, and the interval is the expanded
    percentile interval moved to that middle, cut at 0. Chance: binomial draws of n / effect photos at the pooled rate.
    """
    rates = sample.rate
    n = np.maximum(np.round(sample.n / effect), 1).astype(np.int64)
    pooled = float(sample.k.sum() / sample.n.sum())
    alike = rng.binomial(n[:, None], pooled, (len(n), sample.n_drawn.shape[1])) / n[:, None]
    drawn = sample.rate_drawn[:, ~np.isnan(sample.rate_drawn).any(axis=0)]
    degrees = np.atleast_1d(np.mean(np.nan_to_num(sample.blocks, nan=1.0)) - 1)
    found = {}
    for name, index_of, power in (("gini", gini, 2), ("theil", theil, 1)):
        index = float(index_of(rates))
        spread, chance = index_of(drawn), index_of(alike)
        spread, chance = spread[~np.isnan(spread)], chance[~np.isnan(chance)]
        if not spread.size:
            spread = np.full(1, np.nan)
        true = max(0.0, 2 * index**power - float((spread**power).mean())) ** (1 / power)
        ends = expanded_percentiles(spread[None, :], degrees)
        low, high = (max(0.0, true + float(end[0]) - float(spread.mean())) for end in ends)
        p_value = float((1 + (chance >= index - 1e-12).sum()) / (1 + chance.size))
        found[name] = Inequality(
            index=index,
            # An unevenness that chance explains may be none.
            low=low if p_value <= 0.05 else 0.0,
            high=high,
            by_chance=float(chance.mean()) if chance.size else float("nan"),
            p_value=p_value,
        )
    return found


def funnel_limits(n: Floats, pooled: float, level: float) -> tuple[Floats, Floats]:
    """Between which rates n photos of hit rate `pooled` fall with probability `level`: exact binomial, interpolated.

    With r the smallest count whose P(R <= r) is at least p, the limit is (r - a) / n, a = (P(R <= r) - p) / P(R = r).
    Source: Spiegelhalter (2005), Funnel plots for comparing institutional performance, Statistics in Medicine
    24:1185, appendix A.1.1.
    """
    from scipy.stats import binom

    limits = []
    for p in ((1 - level) / 2, (1 + level) / 2):
        r = binom.ppf(p, n, pooled)
        with np.errstate(invalid="ignore", divide="ignore"):
            over = (binom.cdf(r, n, pooled) - p) / binom.pmf(r, n, pooled)
        limits.append(np.clip((r - np.nan_to_num(over)) / n, 0.0, 1.0))
    return limits[0], limits[1]


def beyond_chance(k: Floats, n: Floats, pooled: float, level: float = 0.998) -> npt.NDArray[np.int64]:
    """-1 where so few hits, 1 where so many have a chance below (1 - level) / 2 at the pooled rate, else 0.

    By the tails themselves: the interpolated limit of a group with one photo lies below 100 %, and it would call
    every single hit an outlier.
    """
    from scipy.stats import binom

    tail = (1 - level) / 2
    too_few, too_many = binom.cdf(k, n, pooled) < tail, binom.sf(k - 1, n, pooled) < tail
    return np.where(too_few, -1, np.where(too_many, 1, 0))


def overdispersion(k: Floats, n: Floats) -> float:
    """How many times wider than chance the rates scatter in the funnel: the mean of z^2, a tenth winsorised each side.

    z = (k/n - p) / sqrt(p (1 - p) / n), p pooled. By chance alone it is about 0.7 (so much the winsorising
    takes off), and well above 1 where groups differ.
    Source: Spiegelhalter (2005), section 3.2 and appendix A.3.
    """
    pooled = k.sum() / n.sum()
    if pooled in (0.0, 1.0):
        return 1.0
    z = (k / n - pooled) / np.sqrt(pooled * (1 - pooled) / n)
    low, high = np.quantile(z, [0.1, 0.9])
    return float((np.clip(z, low, high) ** 2).mean())
