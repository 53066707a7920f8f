"""The same resampled images for all runs: rates and medians of every resample, without a loop over resamples."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Weights = npt.NDArray[np.float32]
Bounds = tuple[float | None, float | None]

_CELLS_AT_ONCE = 2_000_000


def resamples(n_images: int, replicates: int, seed: int) -> Iterator[Weights]:
    """How often each image was drawn: blocks of rows (resamples) by images, `replicates` rows in all.

    Each row draws n_images images with replacement (Efron 1979, Annals of Statistics 7); an image brings the answers
    of all runs with it, so that what the runs have in common cancels in their differences. The seed and the numbers
    of images and replicates fix every draw.
    """
    generator = np.random.default_rng(seed)
    at_once = max(1, _CELLS_AT_ONCE // max(n_images, 1))
    for start in range(0, replicates, at_once):
        rows = min(at_once, replicates - start)
        drawn = generator.integers(0, n_images, (rows, n_images), dtype=np.int64)
        drawn += np.arange(rows)[:, None] * n_images
        counts = np.bincount(drawn.ravel(), minlength=rows * n_images)
        yield counts.reshape(rows, n_images).astype(np.float32)


def interval(replicates: Floats) -> Bounds:
    """Percentile 95 % interval over resamples; no bounds where fewer than half of them have a value."""
    known = replicates[np.isfinite(replicates)]
    if known.size == 0 or known.size < replicates.size / 2:
        return None, None
    low, high = np.quantile(known, (0.025, 0.975))
    return float(low), float(high)


@dataclass(frozen=True)
class MedianPlan:
    """Columns of values, sorted once, whose medians are taken in every resample.

    The median of a resample of m values lies among the few values about the middle one: its place has the standard
    deviation sqrt(m) / 2. Whatever lies below a window of eight of them needs only to be counted, which is a matrix
    product; what lies in it is summed up in order. Where a resample leaves the window, all values are used.
    """

    rows: list[npt.NDArray[np.intp]]
    values: list[Floats]
    windows: list[tuple[int, int]]
    below: Weights
    among: Weights

    @classmethod
    def make(cls, columns: Sequence[Floats]) -> "MedianPlan":
        """A column has one value an image; NaN is left out."""
        rows, values, windows = [], [], []
        n_images = len(columns[0])
        below, among = (np.zeros((n_images, len(columns)), dtype=np.float32) for _ in range(2))
        for i, column in enumerate(columns):
            order = np.argsort(column, kind="stable")[: np.count_nonzero(~np.isnan(column))]
            half = int(4 * np.sqrt(order.size)) + 8
            window = max(0, order.size // 2 - half), min(order.size, order.size // 2 + half)
            below[order[: window[0]], i] = 1
            among[order, i] = 1
            rows.append(order)
            values.append(column[order])
            windows.append(window)
        return cls(rows, values, windows, below, among)

    def medians(self, weights: Weights) -> Floats:
        """Resamples by columns; NaN where a resample has no value of a column."""
        total, below = weights @ self.among, weights @ self.below
        return np.column_stack([self._median(weights, total[:, i], below[:, i], i) for i in range(len(self.rows))])

    def _median(self, weights: Weights, total: Weights, below: Weights, i: int) -> Floats:
        start, stop = self.windows[i]
        first, second = np.floor((total - 1) / 2), np.floor(total / 2)
        upto = below[:, None] + np.cumsum(np.take(weights, self.rows[i][start:stop], axis=1), axis=1)
        is_outside = (total > 0) & ((first < below) | (second >= (upto[:, -1] if stop > start else below)))
        if is_outside.any():
            start, stop = 0, self.rows[i].size
            upto = np.cumsum(np.take(weights, self.rows[i], axis=1), axis=1)
        medians = np.full(len(weights), np.nan)
        some = total > 0
        if some.any():
            inside = self.values[i][start:stop]
            at = [(upto[some] <= place[some, None]).sum(axis=1) for place in (first, second)]
            medians[some] = (inside[at[0]] + inside[at[1]]) / 2
        return medians
