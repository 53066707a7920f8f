"""Categories as columns of a regression: effect coding, rare ones pooled, and how entangled the columns are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

Matrix = npt.NDArray[np.float64]

POOLED = "other"
"""Name of the level that rare ones are pooled into."""


@dataclass(frozen=True)
class Factor:
    """A field with its levels; all but the last have a column of their own, from column `first` on."""

    name: str
    levels: tuple[str, ...]
    first: int

    @property
    def columns(self) -> range:
        """Columns of the matrix that code the factor."""
        return range(self.first, self.first + len(self.levels) - 1)


@dataclass(frozen=True)
class Design:
    """`matrix` (rows x columns, first the intercept) of the rows `kept`; `notes` say in sentences what was left out."""

    matrix: Matrix
    factors: tuple[Factor, ...]
    values: "pd.DataFrame"
    kept: npt.NDArray[np.bool_]
    notes: tuple[str, ...]

    def contrast(self, factor: Factor, level: str) -> Matrix:
        """Weights of the coefficients that give the effect of a level against the mean of all levels of its factor.

        The last level has no column: its effect is minus the sum of the others.
        """
        weights = np.zeros(self.matrix.shape[1])
        place = factor.levels.index(level)
        if place < len(factor.levels) - 1:
            weights[factor.first + place] = 1
        else:
            weights[list(factor.columns)] = -1
        return weights


def effect_design(frame: "pd.DataFrame", fields: Sequence[str], minimum: int) -> Design:
    """Effect (deviation) coding of `fields`: 1 for a level's own column, -1 in all columns for the last level.

    The intercept is then the unweighted mean over the levels and a coefficient the deviation of a level from it.
    A row without a value in any field is left out. Levels with fewer than `minimum` rows are pooled into "other";
    where even that stays below `minimum` its rows are left out. A field that does not vary is left out, and one whose
    columns follow from those before it.
    """
    values = frame[list(fields)].astype("object")
    kept = values.notna().all(axis=1).to_numpy(copy=True)
    notes = [f"{(~kept).sum():,} answers without a description are left out"] if not kept.all() else []
    pooled, said = _pooled(values[kept].astype(str), minimum)
    rows = pooled.notna().all(axis=1).to_numpy()
    kept[kept] = rows
    pooled = pooled[rows]
    # Rows that go may thin out another field: pool again until nothing moves.
    while not rows.all():
        pooled, more = _pooled(pooled, minimum)
        rows = pooled.notna().all(axis=1).to_numpy()
        kept[np.flatnonzero(kept)] = rows
        pooled, said = pooled[rows], said + more
    notes += said
    columns, factors = [np.ones(len(pooled))], []
    for field in fields:
        levels = tuple(sorted(pooled[field].unique()))
        if len(levels) < 2:
            notes.append(f"{field} does not vary among these answers: left out")
            continue
        coded = [
            (pooled[field] == level).to_numpy(float) - (pooled[field] == levels[-1]).to_numpy(float)
            for level in levels[:-1]
        ]
        joined = np.column_stack([*columns, *coded])
        # The cross product has the rank of the matrix, and is small.
        if np.linalg.matrix_rank(joined.T @ joined, hermitian=True) < joined.shape[1]:
            notes.append(f"{field} follows from the fields before it: left out")
            continue
        factors.append(Factor(field, levels, len(columns)))
        columns += coded
    return Design(np.column_stack(columns), tuple(factors), pooled, kept, tuple(dict.fromkeys(notes)))


def _pooled(values: "pd.DataFrame", minimum: int) -> tuple["pd.DataFrame", list[str]]:
    pooled, notes = values.copy(), []
    for field in values.columns:
        counts = values[field].value_counts()
        rare = sorted(counts.index[counts < minimum])
        if not rare:
            continue
        together = set(rare) | {POOLED}
        n_together = int(counts[counts.index.isin(together)].sum())
        is_rare = values[field].isin(together)
        told = f"{field}: {', '.join(rare)} (each in fewer than {minimum} answers)"
        if n_together < minimum:
            pooled[field] = values[field].where(~is_rare)
            notes.append(f"{told} left out, {n_together} together")
        else:
            pooled[field] = values[field].where(~is_rare, POOLED)
            notes.append(f"{told} pooled into {POOLED}")
    return pooled, notes


def generalised_vif(columns: Matrix, groups: Sequence[Sequence[int]]) -> list[float]:
    """Generalised variance inflation factor of each group of columns (a factor, or a single number).

    det(R11) det(R22) / det(R): R the correlations of all columns without the intercept, R11 those within the group,
    R22 those of the rest. For a group of one column it is the common VIF, 1 / (1 - R2); GVIF^(1 / (2 df)) compares
    groups of different size. 1 where nothing is entangled. Source: Fox & Monette (1992), JASA 87:178-183, eq. 9.
    """
    correlation = np.atleast_2d(np.corrcoef(columns, rowvar=False))
    whole = np.linalg.slogdet(correlation)[1]
    inflation = []
    for group in groups:
        rest = [column for column in range(correlation.shape[0]) if column not in set(group)]
        parts = [np.linalg.slogdet(correlation[np.ix_(part, part)])[1] for part in (list(group), rest) if part]
        inflation.append(float(np.exp(sum(parts) - whole)))
    return inflation
