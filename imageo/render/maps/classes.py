"""Class breaks and colours of a choropleth: the same for every run, so that colours can be compared."""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

CIVIDIS = ("#083370", "#4a536c", "#737475", "#9e9676", "#cebc63", "#fee838")
"""Six colours from worst to best: matplotlib's cividis at 0.1, 0.28 .. 1, whose lightness rises evenly for readers
with and without colour vision deficiency (Nunez, Anderton and Renslow 2018, doi:10.1371/journal.pone.0199239)."""

SCHEMES = (
    (0.1, 0.3, 0.5, 0.7, 0.9),
    (0.5, 0.7, 0.8, 0.9, 0.95),
    (0.05, 0.1, 0.2, 0.3, 0.5),
)
"""Class boundaries of a rate, round ones to be read and quoted: for rates all over 0..1, high ones, low ones."""

DISTANCE_SCHEMES = (
    (10, 30, 100, 300, 1000),
    (30, 100, 300, 1000, 3000),
    (100, 300, 1000, 3000, 10000),
    (3, 10, 30, 100, 300),
    (1, 3, 10, 30, 100),
    (1, 10, 100, 1000, 10000),
)
"""Class boundaries of a median error in kilometres, half an order of magnitude from the next or, where errors are all
over the Earth, a whole one."""

Scheme = tuple[float, ...]


def breaks_for(numbers: Iterable[float], schemes: Sequence[Scheme] = SCHEMES) -> Scheme:
    """The scheme that spreads `numbers` (of all runs, pooled) most evenly over its classes.

    Evenness is Shannon's entropy of the class counts; the first scheme wins a tie and where there is no number.
    """
    pooled = list(numbers)
    return max(schemes, key=lambda scheme: round(_entropy(class_counts(pooled, scheme)), 9))


def class_counts(numbers: Iterable[float], breaks: Scheme) -> list[int]:
    """How many numbers fall in each class; a class holds its lower boundary, the last one has no upper one."""
    edges = (-math.inf, *breaks, math.inf)
    pooled = list(numbers)
    return [sum(lower <= number < upper for number in pooled) for lower, upper in pairwise(edges)]


def _entropy(counts: list[int]) -> float:
    total = sum(counts)
    return -sum(count / total * math.log(count / total) for count in counts if count)
