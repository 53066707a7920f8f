"""95 % intervals of rates, their differences and ratios, from formulas and from replicates.

Intervals from replicates are percentile intervals, expanded for the number of blocks (Hesterberg 2015, What Teachers
Should Know About the Bootstrap, 4.5.3): a percentile interval of m blocks is too narrow by sqrt((m - 1) / m) and by z
in the place of t. BCa was not taken: its acceleration comes from single blocks left out, which is unstable where one
block holds much of a group, and rates are nearly unbiased, so that it has little to correct.
"""

import numpy as np

from imageo.analysis.resampling import Floats

Z95 = 1.959963984540054
"""97.5 % quantile of the normal distribution."""


def wilson(k: Floats | float, n: Floats | float, z: Floats | float = Z95) -> tuple[Floats, Floats]:
    """Wilson interval of k hits among n, shares of 0 to 1; `n` may be an effective number, NaN of none.

    In counts, so that it ends at 0 and at 1 exactly where no hit or nothing else was seen. Source: Wilson (1927),
    Journal of the American Statistical Association 22:209-212.
    """
    k, n, z = np.asarray(k, dtype=float), np.asarray(n, dtype=float), np.asarray(z, dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        half = z * np.sqrt(z**2 + 4 * k * (1 - k / n))
        low, high = ((2 * k + z**2 + side) / (2 * (n + z**2)) for side in (-half, half))
    return np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)


def newcombe(k1: Floats, n1: Floats, k2: Floats, n2: Floats, z: Floats | float = Z95) -> tuple[Floats, Floats]:
    """Interval of k1/n1 - k2/n2 of independent groups. Source: Newcombe (1998), Statistics in Medicine 17:873, no. 10.

    Square-and-add of the Wilson limits (MOVER): it has a width where a group has no hit, or nothing else.
    """
    (low1, high1), (low2, high2) = wilson(k1, n1, z), wilson(k2, n2, z)
    first, second = k1 / n1, k2 / n2
    difference = first - second
    low = difference - np.hypot(first - low1, high2 - second)
    high = difference + np.hypot(high1 - first, second - low2)
    return low, high


def mover_ratio(k1: Floats, n1: Floats, k2: Floats, n2: Floats, z: Floats | float = Z95) -> tuple[Floats, Floats]:
    """Interval of (k1/n1) / (k2/n2) of independent groups from their Wilson limits; the upper end may be infinite.

    Source: Donner and Zou (2012), Closed-form confidence intervals for functions of the normal mean and standard
    deviation, Statistical Methods in Medical Research 21:347, equation 9.
    """
    (low1, high1), (low2, high2) = wilson(k1, n1, z), wilson(k2, n2, z)
    first, second = k1 / n1, k2 / n2
    product = first * second
    with np.errstate(invalid="ignore", divide="ignore"):
        under = product**2 - low1 * high2 * (2 * first - low1) * (2 * second - high2)
        over = product**2 - high1 * low2 * (2 * first - high1) * (2 * second - low2)
        # Equation 9 multiplied out by its conjugate: nothing is divided by 2 p2 - u2, which may be 0.
        low = low1 * (2 * first - low1) / (product + np.sqrt(np.maximum(under, 0)))
        high = (product + np.sqrt(np.maximum(over, 0))) / (low2 * (2 * second - low2))
    low = np.where(low1 > 0, low, 0.0)
    high = np.where((low2 > 0) & (second > 0), high, np.inf)
    return low, high


def t_factor(degrees: Floats, z: float = Z95) -> Floats:
    """The point of t whose tail is the normal's beyond `z`, over `z`: how much wider an interval of few blocks is."""
    from scipy.stats import norm, t

    factor: Floats = t.isf(norm.sf(z), np.maximum(degrees, 1.0)) / z
    return factor


def as_normal(size: Floats, degrees: Floats) -> Floats:
    """The normal deviate with the tail of |t| = `size`, so that sizes of unequal degrees of freedom can be compared."""
    from scipy.stats import norm, t

    deviate: Floats = np.minimum(norm.isf(t.sf(size, np.maximum(degrees, 1.0))), size)
    return deviate


def expanded_percentiles(drawn: Floats, degrees: Floats) -> tuple[Floats, Floats]:
    """The percentile interval of each row of replicates, expanded for `degrees` of freedom (blocks - 1).

    Quantiles at Phi(-+ t sqrt(m / (m - 1))), m = degrees + 1, interpolated; replicates without a value are left out.
    """
    from scipy.stats import norm

    degrees = np.maximum(degrees, 1.0)
    reach = norm.cdf(-Z95 * t_factor(degrees) * np.sqrt((degrees + 1) / degrees))
    ordered = np.sort(drawn, axis=1)
    last = np.maximum((~np.isnan(drawn)).sum(axis=1) - 1, 0)
    low, high = (_at(ordered, share * last) for share in (reach, 1 - reach))
    return low, high


def welch_degrees(variance1: Floats, blocks1: Floats, variance2: Floats, blocks2: Floats) -> Floats:
    """Degrees of freedom of a difference of two groups. Source: Satterthwaite (1946), Welch (1947)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = variance1**2 / np.maximum(blocks1 - 1, 1) + variance2**2 / np.maximum(blocks2 - 1, 1)
        degrees: Floats = np.where(parts > 0, (variance1 + variance2) ** 2 / parts, 1.0)
    return degrees


def _at(ordered: Floats, place: Floats) -> Floats:
    below = np.floor(place).astype(np.intp)
    above = np.minimum(below + 1, ordered.shape[1] - 1)
    rows = np.arange(len(ordered))
    value: Floats = ordered[rows, below] + (place - below) * (ordered[rows, above] - ordered[rows, below])
    return value
