"""Logistic regression where the categories tell the outcome too well: found, and fitted with Firth's penalty."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]

_CHI2_95 = 3.841458820694124
_TOLERANCE = 1e-7

Separation = Literal["none", "quasi-complete", "complete"]


def separation(matrix: Matrix, hit: Matrix) -> Separation:
    """Whether some combination of the columns tells hits from misses without error, so that no estimate is finite.

    A linear program looks for b with (2y - 1) x'b >= 0 in every row, and > 0 in some ("quasi-complete") or in all
    ("complete"); the maximum-likelihood estimate exists if and only if there is none. `matrix` has full rank.
    Source: Albert & Anderson (1984), Biometrika 71:1-10; Konis (2007), thesis, Oxford, ch. 4.
    """
    from scipy.optimize import linprog

    signed = _patterns(matrix * (2 * hit - 1)[:, None])[0]
    n_rows, n_columns = signed.shape
    found = linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(n_rows), bounds=[(-1, 1)] * n_columns)
    if -found.fun < _TOLERANCE:
        return "none"
    margin = linprog(
        np.r_[np.zeros(n_columns), -1],
        A_ub=np.column_stack([-signed, np.ones(n_rows)]),
        b_ub=np.zeros(n_rows),
        bounds=[(-1, 1)] * n_columns + [(0, 1)],
    )
    return "complete" if -margin.fun > _TOLERANCE else "quasi-complete"


@dataclass(frozen=True)
class Patterns:
    """Rows with the same columns taken together: `rows` patterns with `n` rows, of which `k` are hits."""

    rows: Matrix
    n: Matrix
    k: Matrix

    @classmethod
    def of(cls, matrix: Matrix, hit: Matrix) -> "Patterns":
        """The patterns of a matrix and its outcomes, 0 or 1."""
        rows, which = _patterns(matrix)
        n = np.bincount(which).astype(np.float64)
        return cls(rows, n, np.bincount(which, weights=hit).astype(np.float64))

    def in_terms_of(self, contrast: Matrix) -> "Patterns":
        """The same model with coefficients of which the first is `contrast`'s weighted sum of the present ones."""
        pivot = int(np.argmax(np.abs(contrast)))
        others = np.delete(np.arange(len(contrast)), pivot)
        lead = self.rows[:, pivot] / contrast[pivot]
        return Patterns(
            np.column_stack([lead, self.rows[:, others] - np.outer(lead, contrast[others])]), self.n, self.k
        )


@dataclass(frozen=True)
class FirthFit:
    """Coefficients, their covariance (inverse Fisher information) and the penalised log likelihood."""

    coefficients: Matrix
    covariance: Matrix
    likelihood: float


def firth(patterns: Patterns, fixed: float | None = None, start: Matrix | None = None) -> FirthFit:
    """Logistic regression that maximises log L + log det(I) / 2; finite under separation.

    `fixed` holds the first coefficient at that value; `start` is where the others begin. Newton steps of
    X'(y - p + h (1/2 - p)) with h the leverages, halved until the likelihood rises. Source: Firth (1993), Biometrika
    80:27-38; Heinze & Schemper (2002), Statistics in Medicine 21:2409-2419.
    """
    rows, n, k = patterns.rows, patterns.n, patterns.k
    beta = np.zeros(rows.shape[1]) if start is None else start.copy()
    free = slice(None)
    if fixed is not None:
        beta[0], free = fixed, slice(1, None)
    likelihood, information, probability = _penalised(patterns, beta)
    for _ in range(200):
        inverse = np.linalg.inv(information)
        weight = n * probability * (1 - probability)
        leverage = weight * np.einsum("ij,jk,ik->i", rows, inverse, rows)
        score = rows.T @ (k - n * probability + leverage * (0.5 - probability))
        if np.abs(score[free]).max(initial=0) < 1e-8:
            break
        step = np.zeros_like(beta)
        step[free] = np.linalg.solve(information[free, free], score[free])
        step *= min(1, 5 / max(np.abs(step).max(), 1e-300))
        for _ in range(30):
            trial = _penalised(patterns, beta + step)
            if trial[0] >= likelihood - 1e-12:
                break
            step /= 2
        beta = beta + step
        likelihood, information, probability = trial
        if np.abs(step).max() < 1e-10:
            break
    return FirthFit(beta, np.asarray(np.linalg.inv(information), dtype=np.float64), likelihood)


def profile_interval(patterns: Patterns, fit: FirthFit, contrast: Matrix) -> tuple[float, float, float]:
    """95 % interval of a weighted sum of coefficients from the profile of the penalised likelihood, and its p value.

    Where 2 (l_max - l(theta)) = 3.84, l(theta) the maximum with the sum held at theta; p from the same at theta = 0.
    An estimate after separation is skewed, and estimate +- 2 standard errors is wrong for it.
    Source: Heinze & Schemper (2002).
    """
    from scipy.optimize import brentq
    from scipy.stats import chi2

    turned = patterns.in_terms_of(contrast)
    whole = firth(turned)
    theta = float(whole.coefficients[0])
    spread = float(np.sqrt(contrast @ fit.covariance @ contrast))

    def excess(value: float) -> float:
        return 2 * (fit.likelihood - firth(turned, fixed=value, start=whole.coefficients).likelihood) - _CHI2_95

    ends = []
    for direction in (-1, 1):
        width = spread
        while excess(theta + direction * width) < 0 and width < 1e4 * spread:
            width *= 1.6
        ends.append(brentq(excess, theta, theta + direction * width, xtol=1e-7))
    p_value = float(chi2.sf(max(excess(0.0) + _CHI2_95, 0), 1))
    return ends[0], ends[1], p_value


def _penalised(patterns: Patterns, beta: Matrix) -> tuple[float, Matrix, Matrix]:
    """Penalised log likelihood, Fisher information and probabilities."""
    linear = patterns.rows @ beta
    probability = 1 / (1 + np.exp(-np.clip(linear, -500, 500)))
    weight = patterns.n * probability * (1 - probability)
    information = patterns.rows.T @ (weight[:, None] * patterns.rows)
    sign, log_determinant = np.linalg.slogdet(information)
    if sign <= 0:
        return -np.inf, information, probability
    log_likelihood = float(patterns.k @ linear - patterns.n @ np.logaddexp(0, linear))
    return log_likelihood + float(log_determinant) / 2, information, probability


def _patterns(matrix: Matrix) -> tuple[Matrix, npt.NDArray[np.intp]]:
    """The different rows of a matrix, and which of them each row is; by hashing, not by sorting."""
    import pandas as pd

    groups = pd.DataFrame(matrix).groupby(list(range(matrix.shape[1])), sort=False)
    which = np.asarray(groups.ngroup(), dtype=np.intp)
    return matrix[np.unique(which, return_index=True)[1]], which
