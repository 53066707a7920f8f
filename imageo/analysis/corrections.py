"""P values corrected over everything that one report shows: a page that looks at many models finds more by chance."""

from collections.abc import Sequence

import numpy as np


def false_discovery(p_values: Sequence[float]) -> list[float]:
    """Benjamini & Hochberg's: among places that are named, at most this share is there by chance.

    Source: Benjamini & Hochberg (1995), JRSS B 57:289-300.
    """
    from scipy.stats import false_discovery_control

    return [float(p) for p in false_discovery_control(np.asarray(p_values, dtype=float))] if len(p_values) else []


def p_of_interval(estimate: float, low: float, high: float) -> float:
    """The two-sided p value of no effect that a 95 % interval implies, its half width taken for 1.96 standard errors.

    Source: Altman & Bland (2011), How to obtain the P value from a confidence interval, BMJ 343:d2304. They convert by
    a formula; this is the normal distribution itself.
    """
    from scipy.stats import norm

    error = (high - low) / (2 * norm.ppf(0.975))
    if error <= 0:
        return 0.0 if estimate else 1.0
    return float(2 * norm.sf(abs(estimate) / error))
