"""Answers with their confidence as counts by run, region and level, of the images and of their resamples."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from imageo.analysis.calibration import LEVELS, Floats, calibration_error, face_value, isotonic_value, overconfidence
from imageo.analysis.discrimination import ErrorOrder, aurc, auroc, excess_aurc
from imageo.analysis.paired_bootstrap import resamples

if TYPE_CHECKING:
    import pandas as pd

Integers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

EVERYWHERE = ""
"""The block of all answers, among those of the regions."""


@dataclass(frozen=True)
class Confidences:
    """Answers with a confidence, one a row: number of its image and run, region ('' unknown), level 1-5, hit, error."""

    run_ids: tuple[int, ...]
    n_images: int
    image: Integers
    run: Integers
    region: npt.NDArray[np.object_]
    level: Integers
    is_hit: Bools
    error_km: Floats
    n_said: Integers


def confidences(answers: "pd.DataFrame", measure: str) -> Confidences:
    """Rows of `metrics.prediction_score`, with a column `region`, that say something to the measure.

    As everywhere under `answered`: a point for `accuracy_{d}km`, a name (and a known truth) for `country_match`, ...
    `n_said`: such answers of each run, with a confidence or without.
    """
    if measure.endswith("_match"):
        verdict = answers[f"is_{measure}"]
        said = answers[f"is_{measure.removesuffix('_match')}_named"].to_numpy(dtype=bool) & verdict.notna().to_numpy()
        hit = verdict.to_numpy(dtype=float, na_value=0) == 1
    else:
        error = answers["error_km"].to_numpy(dtype=float, na_value=np.nan)
        said, hit = ~np.isnan(error), error <= float(measure.removeprefix("accuracy_").removesuffix("km"))
    run_ids, run = np.unique(answers["run_id"].to_numpy(dtype=np.int64), return_inverse=True)
    images, image = np.unique(answers["image_id"].to_numpy(dtype=np.int64), return_inverse=True)
    level = answers["confidence"].to_numpy(dtype=float, na_value=np.nan)
    kept = said & np.isin(level, LEVELS)
    return Confidences(
        run_ids=tuple(int(run_id) for run_id in run_ids),
        n_images=len(images),
        image=image[kept],
        run=run[kept],
        region=answers["region"].fillna("").to_numpy(dtype=object)[kept],
        level=level[kept].astype(np.int64),
        is_hit=hit[kept],
        error_km=answers["error_km"].to_numpy(dtype=float, na_value=np.nan)[kept],
        n_said=np.bincount(run[said], minlength=len(run_ids)),
    )


def blocks(answers: Confidences) -> dict[str, Bools]:
    """Rows of all answers (EVERYWHERE), then of each region."""
    regions = sorted({str(region) for region in answers.region} - {EVERYWHERE})
    return {EVERYWHERE: np.ones(len(answers.image), dtype=bool)} | {
        region: answers.region == region for region in regions
    }


def counts(answers: Confidences, rows: Bools) -> tuple[Floats, Floats]:
    """Answers and hits, runs by levels."""
    shape = (len(answers.run_ids), len(LEVELS))
    cell = answers.run[rows] * len(LEVELS) + answers.level[rows] - 1
    n = np.bincount(cell, minlength=shape[0] * shape[1])
    k = np.bincount(cell, weights=answers.is_hit[rows], minlength=shape[0] * shape[1])
    return n.reshape(shape).astype(float), k.reshape(shape).astype(float)


def summaries(n: Floats, k: Floats, worth: Floats) -> dict[str, Floats]:
    """All that is told of counts by level (last axis) in one number; `worth`: what each level is worth."""
    face = face_value()
    return {
        "calibration_error": calibration_error(n, k, worth),
        "overconfidence": overconfidence(n, k, worth),
        "calibration_error_face": calibration_error(n, k, face),
        "overconfidence_face": overconfidence(n, k, face),
        "auroc": auroc(n, k),
        "aurc": aurc(n, k),
        "excess_aurc": excess_aurc(n, k),
    }


def resampled_summaries(
    answers: Confidences, rows_of: Mapping[str, Bools], replicates: int, seed: int
) -> dict[str, dict[str, Floats]]:
    """By block and summary: resamples by runs. What a level is worth is learnt anew in every resample."""
    shape = (len(answers.run_ids), len(LEVELS))
    tables = {}
    for region, rows in rows_of.items():
        # A region's answers are of its images: only these are multiplied.
        images, image = np.unique(answers.image[rows], return_inverse=True)
        cells: npt.NDArray[np.float32] = np.zeros((len(images), 2, shape[0] * shape[1]), dtype=np.float32)
        cell = answers.run[rows] * len(LEVELS) + answers.level[rows] - 1
        cells[image, 0, cell] = 1
        cells[image, 1, cell] = answers.is_hit[rows]
        tables[region] = images, cells.reshape(len(images), 2 * shape[0] * shape[1])
    orders = [error_order(answers, i) for i in range(len(answers.run_ids))]
    found: dict[str, dict[str, list[Floats]]] = {region: {} for region in rows_of}
    for weights in resamples(answers.n_images, replicates, seed):
        worth = np.empty(0)
        for region, (images, cells) in tables.items():
            table = (np.take(weights, images, axis=1) @ cells).astype(float).reshape(len(weights), 2, *shape)
            n, k = table[:, 0], table[:, 1]
            worth = worth if region != EVERYWHERE else isotonic_value(n.sum(axis=1), k.sum(axis=1))[:, None]
            for name, values in summaries(n, k, worth).items():
                found[region].setdefault(name, []).append(values)
        correlations = np.column_stack([order.spearman(weights) for order in orders])
        found[EVERYWHERE].setdefault("spearman", []).append(correlations)
    return {region: {name: np.concatenate(v) for name, v in values.items()} for region, values in found.items()}


def error_order(answers: Confidences, i: int) -> ErrorOrder:
    """The answers of run number i that have an error, in its order."""
    rows = (answers.run == i) & ~np.isnan(answers.error_km)
    return ErrorOrder(answers.image[rows], answers.level[rows], answers.error_km[rows], LEVELS)
