"""Does the order of the models depend on who is counted?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd


@dataclass(frozen=True)
class RankFlip:
    """A run that stands elsewhere when non-answers are left out; ranks count from 1, ties share the best."""

    run: str
    measure: str
    rank_all: int
    rank_answered: int


def rank_flips(frame: "pd.DataFrame", measures: Sequence[str], run: str = "run_label") -> list[RankFlip]:
    """Runs whose rank differs between `<measure>_all` and `<measure>_answered`; one dataset a frame.

    A higher value ranks first; a run without a value in either is left out.
    """
    flips = []
    for measure in measures:
        known = frame.dropna(subset=[f"{measure}_all", f"{measure}_answered"])
        ranks_all = known[f"{measure}_all"].rank(method="min", ascending=False).astype(int)
        ranks_answered = known[f"{measure}_answered"].rank(method="min", ascending=False).astype(int)
        flips += [
            RankFlip(name, measure, first, second)
            for name, first, second in zip(known[run], ranks_all, ranks_answered, strict=True)
            if first != second
        ]
    return flips


def ranks(values: "npt.NDArray[np.float64]") -> "npt.NDArray[np.int64]":
    """Ranks along the last axis, from 1, highest value first; ties share the best, an unknown value ranks last."""
    import numpy as np

    known = np.where(np.isnan(values), -np.inf, values)
    return np.asarray(1 + (known[..., None, :] > known[..., :, None]).sum(axis=-1))


def rank_interval(replicates: "npt.NDArray[np.int64]") -> tuple[int, int]:
    """Percentile 95 % interval of ranks over resamples of the images: whole ranks that did occur.

    Source: Goldstein and Spiegelhalter 1996, JRSS A 159:385-443, for ranks with bootstrap intervals.
    """
    import numpy as np

    low, high = np.quantile(replicates, (0.025, 0.975), method="inverted_cdf")
    return int(low), int(high)
