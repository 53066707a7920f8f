"""IMAGEO-Bench's own regression, so that its figures can be compared: penalised, on one-hot scene fields."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from imageo.analysis.estimate import Estimate

if TYPE_CHECKING:
    import pandas as pd

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Weight:
    """Coefficient of one value of a field, minus the mean over the values of that field."""

    field: str
    level: str
    n: int
    coefficient: float


def one_hot(values: "pd.DataFrame") -> tuple[Matrix, list[tuple[str, str]]]:
    """A column of 0 and 1 for every value of every column, none left out; its (field, value) beside it."""
    names = [(field, level) for field in values.columns for level in sorted(values[field].unique())]
    columns = [(values[field] == level).to_numpy(float) for field, level in names]
    return np.column_stack(columns), names


def l2_logistic(matrix: Matrix, hit: Matrix, c: float = 1.0) -> tuple[Matrix, float]:
    """Coefficients and intercept that minimise w'w / 2 + C sum log(1 + exp(-(2y - 1)(x'w + b))); the intercept is free.

    scikit-learn's `LogisticRegression(C=c)`, by Newton's method.
    """
    columns = np.column_stack([matrix, np.ones(len(matrix))])
    penalty = np.r_[np.ones(matrix.shape[1]), 0.0]
    weights = np.zeros(columns.shape[1])

    def loss(at: Matrix) -> float:
        linear = columns @ at
        return float(penalty @ at**2 / 2 + c * (np.logaddexp(0, linear).sum() - hit @ linear))

    for _ in range(100):
        probability = 1 / (1 + np.exp(-(columns @ weights)))
        gradient = penalty * weights + c * columns.T @ (probability - hit)
        curvature = c * (columns.T * (probability * (1 - probability))) @ columns + np.diag(penalty)
        # A hair of curvature: the free intercept has none where all rows are hits.
        step = np.linalg.solve(curvature + 1e-12 * np.eye(len(weights)), gradient)
        size, before = 1.0, loss(weights)
        # A sum over many rows is no more exact than this.
        blur = 1e-13 * (1 + abs(before))
        while loss(weights - size * step) > before + blur and size > 1e-6:
            size /= 2
        weights = weights - size * step
        if np.abs(step).max() < 1e-10 or gradient @ step < blur:
            break
    return weights[:-1], float(weights[-1])


def ridge(matrix: Matrix, outcome: Matrix, alpha: float = 1.0) -> tuple[Matrix, float]:
    """Coefficients and intercept that minimise |y - Xw - b|^2 + alpha w'w; the intercept is free.

    scikit-learn's `Ridge(alpha=alpha)`, in closed form.
    """
    centre, level = matrix.mean(axis=0), outcome.mean()
    centred = matrix - centre
    weights = np.linalg.solve(centred.T @ centred + alpha * np.eye(matrix.shape[1]), centred.T @ (outcome - level))
    return weights, float(level - centre @ weights)


def paper_weights(values: "pd.DataFrame", outcome: Matrix, *, is_binary: bool) -> list[Weight]:
    """The recipe: L2 logistic regression (C = 1) of a hit, or ridge (alpha = 1) of a distance, on one-hot fields.

    `values`: one row an answer, one column a field, nothing missing. Coefficients are centred within each field, so
    that a field's values are compared with each other. Source: IMAGEO-Bench, arXiv 2508.01608.
    """
    matrix, names = one_hot(values)
    weights, _ = l2_logistic(matrix, outcome) if is_binary else ridge(matrix, outcome)
    return [
        Weight(field, level, int(matrix[:, place].sum()), float(weights[place] - _mean(weights, names, field)))
        for place, (field, level) in enumerate(names)
    ]


def too_few(outcome: Matrix, minimum: int, *, is_binary: bool) -> str | None:
    """What is too little for the recipe, in a sentence."""
    k = int(outcome.sum()) if is_binary else len(outcome)
    if is_binary and min(k, len(outcome) - k) < minimum:
        return (
            f"too little data: {k:,} hits among {len(outcome):,} answers; at least {minimum} hits and misses are wanted"
        )
    return None if k >= minimum else f"too little data: {k:,} answers; at least {minimum} are wanted"


def paper_estimates(
    weights: Sequence[Weight], measure: str, run_id: int | None = None, note: str | None = None
) -> list[Estimate]:
    """The coefficients as rows of data.estimate: grouping `term`, subject `field: level`; penalised, so no interval.

    Without weights one row that says why, the `note`.
    """
    if not weights:
        empty = Estimate("paper_coefficient", None, measure=measure, denominator="answered", run_id=run_id, note=note)
        return [empty]
    return [
        Estimate(
            "paper_coefficient", weight.coefficient, n=weight.n, measure=measure, denominator="answered",
            run_id=run_id, grouping="term", subject=f"{weight.field}: {weight.level}",
        )
        for weight in weights
    ]  # fmt: skip


def _mean(weights: Matrix, names: Sequence[tuple[str, str]], field: str) -> float:
    return float(np.mean([weight for weight, name in zip(weights, names, strict=True) if name[0] == field]))
