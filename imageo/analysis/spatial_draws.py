"""Permutation tests of local statistics, for all units at once and from one seed.

esda draws from global random state, differently with and without numba, and doubles no tail; here the statistics are
esda's and the draws are ours. Source of the tests: Anselin (1995), Geographical Analysis 27; of (r + 1)/(P + 1):
Phipson & Smyth (2010), Statistical Applications in Genetics 9.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_ROUNDING = 1e-9


def draw_distinct(n: int, size: int, draws: int, rng: np.random.Generator) -> Integers:
    """`draws` ordered samples (draws, size) of `size` distinct numbers below n, each as likely."""
    # Draws with a repetition are drawn again, which is quick as long as these are few.
    if size * size > 4 * n:
        found = [
            np.argsort(rng.random((min(5000, draws - start), n)), axis=1)[:, :size] for start in range(0, draws, 5000)
        ]
        return np.concatenate(found)
    numbers = rng.integers(0, n, (draws, size))
    while True:
        ordered = np.sort(numbers, axis=1)
        repeated = np.flatnonzero((ordered[:, 1:] == ordered[:, :-1]).any(axis=1))
        if not len(repeated):
            return numbers
        numbers[repeated] = rng.integers(0, n, (len(repeated), size))


def conditional_p(values: Floats, matrix: "csr_array", draws: Integers) -> Floats:
    """Two-sided p of each unit's sum over its neighbours, where the unit keeps its value and all others are shuffled.

    The test of a local Moran: I_i is that sum times a constant. `draws` (P, at least most neighbours + 1) come from
    `draw_distinct`. The sum over c neighbours is that of the first c numbers drawn; in the few draws that hold the
    unit itself among these, the next number takes its place.
    """
    cardinality = np.diff(matrix.indptr)
    observed = matrix @ values
    slack = _ROUNDING * (1 + np.abs(values).sum())
    sums = np.cumsum(values[draws], axis=1)
    above, below = _tails(observed, cardinality, sums, slack)
    for position in range(int(cardinality.max())):
        unit = draws[:, position]
        row = np.flatnonzero(cardinality[unit] > position)
        unit = unit[row]
        count = cardinality[unit]
        with_self = sums[row, count - 1]
        without = with_self - values[unit] + values[draws[row, count]]
        for tail, sign in ((above, 1), (below, -1)):
            limit = sign * observed[unit] - slack
            change = (sign * without >= limit).astype(float) - (sign * with_self >= limit)
            tail += np.bincount(unit, weights=change, minlength=len(values))
    return two_sided(above, below, len(draws))


def total_p(values: Floats, matrix: "csr_array", draws: Integers) -> Floats:
    """Two-sided p of each unit's sum over itself and its neighbours, where all values are shuffled: of a Gi*."""
    cardinality = np.diff(matrix.indptr) + 1
    slack = _ROUNDING * (1 + np.abs(values).sum())
    above, below = _tails(matrix @ values + values, cardinality, np.cumsum(values[draws], axis=1), slack)
    return two_sided(above, below, len(draws))


def two_sided(above: npt.NDArray[Any], below: npt.NDArray[Any], draws: int) -> Floats:
    """Twice the smaller of (draws at or above + 1)/(P + 1) and (draws at or below + 1)/(P + 1), at most 1."""
    p: Floats = np.minimum(1.0, 2 * (np.minimum(above, below) + 1) / (draws + 1))
    return p


def p_of_draws(drawn: npt.NDArray[Any], observed: float) -> float:
    """The two-sided p of one statistic among its draws."""
    slack = _ROUNDING * (1 + abs(observed))
    above, below = np.sum(drawn >= observed - slack), np.sum(drawn <= observed + slack)
    return float(two_sided(np.array([above]), np.array([below]), len(drawn))[0])


def _tails(observed: Floats, cardinality: Integers, sums: Floats, slack: float) -> tuple[Floats, Floats]:
    """How many draws are at or above, and at or below, what was observed."""
    above, below = np.zeros(len(observed)), np.zeros(len(observed))
    for count in np.unique(cardinality[cardinality > 0]):
        units = np.flatnonzero(cardinality == count)
        ordered = np.sort(sums[:, count - 1])
        above[units] = len(ordered) - np.searchsorted(ordered, observed[units] - slack, side="left")
        below[units] = np.searchsorted(ordered, observed[units] + slack, side="right")
    return above, below
