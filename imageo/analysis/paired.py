"""Tests and intervals for two runs on the same images."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imageo.analysis.estimate import Estimate
from imageo.analysis.paired_bootstrap import Bounds
from imageo.analysis.resampling_intervals import Z95, wilson

Floats = npt.NDArray[np.float64]

FEWEST = 6
"""Images that an interval of medians or ranks needs: of fewer, 95 % lie within no two of the values, and resamples of
one or two images differ in nothing."""


@dataclass(frozen=True)
class McNemar:
    """`p_exact` and `p_mid` are two-sided; `chi2` is the asymptotic statistic (1 degree of freedom, no correction)."""

    only_first: int
    only_second: int
    p_exact: float
    p_mid: float
    chi2: float


def mcnemar(only_first: int, only_second: int) -> McNemar:
    """Are two runs equally often right? From the images that only one of them has right.

    Of b + c such images b is binomial(b + c, 1/2) where the runs are equally good. Exact: 2 P(X <= min(b, c)), valid
    for few images too; mid-p: half the probability of the observed table less on each side; chi2 = (b - c)^2 / (b + c).
    No such image: p = 1. Sources: McNemar 1947, Psychometrika 12; Agresti, Categorical Data Analysis, ch. 10.1;
    Fagerland, Lydersen and Laake 2013, BMC Med Res Methodol 13:91 (mid-p).
    """
    from scipy.stats import binom

    b, c = only_first, only_second
    if b + c == 0:
        return McNemar(b, c, 1.0, 1.0, 0.0)
    observed = float(binom.pmf(min(b, c), b + c, 0.5))
    tail = 2 * float(binom.cdf(min(b, c), b + c, 0.5))
    p_mid = 1 - observed / 2 if b == c else tail - observed
    return McNemar(b, c, min(1.0, tail), min(1.0, p_mid), (b - c) ** 2 / (b + c))


def paired_difference_interval(only_first: int, only_second: int, n: int) -> tuple[float, float]:
    """95 % interval of the difference of two rates on the same n images, first less second.

    Wald interval after half a pair was added to each of the four cells: d = (b - c) / N, N = n + 2,
    d +- z sqrt((b + c + 1) / N - d^2) / sqrt(N), cut at -1 and 1. Source: Agresti and Min 2005, Statistics in
    Medicine 24:729-740.
    """
    total = n + 2
    middle = (only_first - only_second) / total
    half = Z95 * np.sqrt(((only_first + only_second + 1) / total - middle**2) / total)
    return max(-1.0, float(middle - half)), min(1.0, float(middle + half))


def wilcoxon(differences: Floats) -> float | None:
    """Two-sided p value of Wilcoxon's signed-rank test that paired differences are symmetric about zero.

    Equal pairs are dropped, as Wilcoxon did; exact for 50 pairs or fewer without ties, else normal (scipy decides).
    None where no pair differs. Source: Wilcoxon 1945, Biometrics Bulletin 1.
    """
    from scipy import stats

    differing = differences[differences != 0]
    if differing.size == 0:
        return None
    return float(stats.wilcoxon(differing).pvalue)


def median_interval(values: Floats) -> Bounds:
    """Distribution-free 95 % interval of the median: two order statistics; no bounds below 6 values.

    The j-th smallest and j-th largest value with the largest j for which 2 P(B < j) <= 0.05, B binomial(n, 1/2).
    Source: Hollander and Wolfe, Nonparametric Statistical Methods, ch. 3.6; it inverts the sign test.
    """
    from scipy.stats import binom

    n = values.size
    j = int(binom.ppf(0.025, n, 0.5)) if n else 0
    while j > 0 and 2 * binom.cdf(j - 1, n, 0.5) > 0.05:
        j -= 1
    if j < 1:
        return None, None
    ordered = np.partition(values, [j - 1, n - j])
    return float(ordered[j - 1]), float(ordered[n - j])


def holm(p_values: Sequence[float] | Floats) -> Floats:
    """Correct p values for their number, family-wise: max over j <= i of (m - j + 1) p_(j), at most 1.

    Source: Holm 1979, Scandinavian Journal of Statistics 6:65-70.
    """
    given = np.asarray(p_values, dtype=float)
    order = np.argsort(given, kind="stable")
    steps = (given.size - np.arange(given.size)) * given[order]
    adjusted = np.empty_like(given)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return adjusted


def share(statistic: str, k: int, n: int, note: str | None = None) -> Estimate:
    """K of n with Wilson's interval; without any n there is no share, and `note` says why."""
    if n == 0:
        return Estimate(statistic, None, n=0, k=0, note=note)
    low, high = wilson(k, n)
    return Estimate(statistic, k / n, float(low), float(high), n=n, k=k)
