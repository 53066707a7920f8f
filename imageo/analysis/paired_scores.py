"""What several runs made of the same images, as arrays of images by runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from imageo.measures import ACCURACY_KM

if TYPE_CHECKING:
    import pandas as pd

BOUND_KM = 20015.0
"""A non-answer counts as half the Earth's circumference away, as in `metrics.run_distance`."""

NAMED = ("country", "state", "city")
"""What an answer may name; `city` gives the measure `city_match`."""

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PairedScores:
    """Images that all of the runs were asked about; nothing else is compared.

    `error_km[image, run]`: kilometres, NaN without coordinates. By measure: `hit[image, run]` is right,
    `said[image, run]` says something to it (a name, a point), `known[image]` has a truth to it. `n_union`: images that
    any of the runs was asked about; `n_not_asked[run_id]`: of these, images that this run was not.
    """

    run_ids: tuple[int, ...]
    n_union: int
    n_not_asked: Mapping[int, int]
    image_ids: npt.NDArray[np.int64]
    error_km: Floats
    hit: Mapping[str, Bools]
    said: Mapping[str, Bools]
    known: Mapping[str, Bools]

    @property
    def located(self) -> Bools:
        """`located[image, run]`: the answer has usable coordinates."""
        return ~np.isnan(self.error_km)

    @property
    def bounded_km(self) -> Floats:
        """`error_km` with a non-answer at 20,015 km."""
        return np.where(self.located, self.error_km, BOUND_KM)

    def counted(self, measure: str, denominator: str) -> Bools:
        """`[image, run]` whom a rate counts: `all` with a known truth, or of these `answered` that say something."""
        known = self.known[measure][:, None]
        return known & self.said[measure] if denominator == "answered" else known & np.ones_like(self.said[measure])


def paired_scores(scores: "pd.DataFrame", run_ids: Sequence[int]) -> PairedScores:
    """Line up rows of `metrics.prediction_score` (one a run and image) of the runs on their common images."""
    chosen = scores[scores["run_id"].isin(run_ids)]
    run = np.searchsorted(np.sort(run_ids), chosen["run_id"].to_numpy(dtype=np.int64))
    run = np.argsort(run_ids, kind="stable")[run]
    image_ids, image = np.unique(chosen["image_id"].to_numpy(dtype=np.int64), return_inverse=True)
    is_asked = np.zeros((len(image_ids), len(run_ids)), dtype=bool)
    is_asked[image, run] = True
    is_shared = is_asked.all(axis=1)

    def spread(column: str) -> Floats:
        values = np.full(is_asked.shape, np.nan)
        values[image, run] = chosen[column].to_numpy(dtype=float, na_value=np.nan)
        return np.asarray(values[is_shared])

    error_km = spread("error_km")
    with np.errstate(invalid="ignore"):
        hit: dict[str, Bools] = {f"accuracy_{km}km": np.asarray(error_km <= km) for km in ACCURACY_KM}
    said: dict[str, Bools] = dict.fromkeys(hit, ~np.isnan(error_km))
    known: dict[str, Bools] = dict.fromkeys(hit, np.ones(len(error_km), dtype=bool))
    for name in NAMED:
        match, measure = spread(f"is_{name}_match"), f"{name}_match"
        hit[measure] = np.asarray(match == 1)
        said[measure] = np.asarray(spread(f"is_{name}_named") == 1)
        # Whether there is a truth is a matter of the image: the same for all runs.
        known[measure] = np.asarray(~np.isnan(match).any(axis=1))
    return PairedScores(
        run_ids=tuple(run_ids),
        n_union=len(image_ids),
        n_not_asked={run_id: int((~is_asked[:, i]).sum()) for i, run_id in enumerate(run_ids)},
        image_ids=image_ids[is_shared],
        error_km=error_km,
        hit=hit,
        said=said,
        known=known,
    )
