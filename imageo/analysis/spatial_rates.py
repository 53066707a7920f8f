"""Rates and mean log errors of regions, made comparable where the regions hold few and many images."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def standardised_rates(k: Floats, n: Floats) -> Floats | None:
    """Rates k/n in empirical-Bayes standard deviations: (k_i/n_i - p) / sqrt(A + p(1 - p)/n_i); None where all agree.

    p = sum k / sum n, A = max(0, sum n_i (k_i/n_i - p)^2 / sum n - p(1 - p) R / sum n), as functions.prior_variance
    has it. Source: Assuncao & Reis (1999), Statistics in Medicine 18, 2147-2162, with the binomial variance p(1 - p)/n
    of Martuzzi & Elliott (1996), Statistics in Medicine 15, 1867-1873, in place of the Poisson variance p/n, which is
    made for rare events: at p = 0.5 it gives regions of about twice the mean size a variance near 0.
    """
    mean = k.sum() / n.sum()
    spread = mean * (1 - mean)
    if spread == 0:
        return None
    rates = k / n
    between = max(0.0, (n * (rates - mean) ** 2).sum() / n.sum() - spread * len(n) / n.sum())
    standardised: Floats = (rates - mean) / np.sqrt(between + spread / n)
    return None if np.ptp(rates) == 0 else standardised


def standardised_means(means: Floats, variances: Floats, n: Floats) -> Floats | None:
    """Means of n values each, in standard deviations: (m_i - m) / sqrt(A + s^2/n_i); None where nothing varies.

    m weighs regions by n, s^2 pools the variances within regions (n_i - 1 degrees of freedom each; where no region has
    two images, the variance between them stands in), A = max(0, (sum n_i (m_i - m)^2 - (R - 1) s^2) /
    (N - sum n_i^2 / N)). Source: one-way random effects, Searle, Casella & McCulloch (1992), Variance Components, 3.5.
    """
    total, regions = n.sum(), len(n)
    mean = (n * means).sum() / total
    squares = (n * (means - mean) ** 2).sum()
    freedom = (n - 1).sum()
    within = (np.where(n > 1, variances, 0) * (n - 1)).sum() / freedom if freedom else squares / max(regions - 1, 1)
    weight = total - (n**2).sum() / total
    between = max(0.0, (squares - (regions - 1) * within) / weight) if weight > 0 else 0.0
    variance = between + within / n
    if np.ptp(means) == 0 or not (variance > 0).all():
        return None
    standardised: Floats = (means - mean) / np.sqrt(variance)
    return standardised
