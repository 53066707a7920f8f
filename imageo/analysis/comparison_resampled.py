"""Rates and median errors of all runs in every resample of their common images."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from imageo.analysis.paired_bootstrap import Floats, MedianPlan, resamples
from imageo.analysis.paired_scores import PairedScores
from imageo.measures import MEASURES

DENOMINATORS = ("all", "answered")


@dataclass(frozen=True)
class Resampled:
    """`rates[measure, denominator]` and `medians[denominator]`: resamples by runs, NaN where nobody is counted.

    `pair_medians[i, j]`: resamples by two, median errors in kilometres of runs number i and j over the images that
    both located.
    """

    rates: Mapping[tuple[str, str], Floats]
    medians: Mapping[str, Floats]
    pair_medians: Mapping[tuple[int, int], Floats]


def resampled(scores: PairedScores, replicates: int, seed: int) -> Resampled:
    """Draw the images with replacement, `replicates` times; every run is scored on the same draws."""
    n_runs = len(scores.run_ids)
    pairs = list(combinations(range(n_runs), 2))
    hits = np.hstack([scores.hit[measure] & scores.counted(measure, "all") for measure in MEASURES])
    groups = {measure: _group(measure) for measure in MEASURES}
    counted = {
        (group, denominator): scores.counted(group, denominator)
        for group in dict.fromkeys(groups.values())
        for denominator in DENOMINATORS
    }
    columns = np.hstack([hits, *counted.values()]).astype(np.float32)
    plan = MedianPlan.make(_error_columns(scores, pairs))
    sums, medians = [], []
    for weights in resamples(len(scores.image_ids), replicates, seed):
        sums.append(weights @ columns)
        medians.append(plan.medians(weights))
    totals = np.hsplit(np.vstack(sums).astype(float), columns.shape[1] // n_runs)
    k = dict(zip(MEASURES, totals, strict=False))
    n = dict(zip(counted, totals[len(MEASURES) :], strict=True))
    with np.errstate(invalid="ignore", divide="ignore"):
        rates = {
            (measure, denominator): k[measure] / n[groups[measure], denominator]
            for measure in MEASURES
            for denominator in DENOMINATORS
        }
    errors = np.vstack(medians)
    beyond = errors[:, 2 * n_runs :]
    return Resampled(
        rates=rates,
        medians={"bounded": errors[:, :n_runs], "answered": errors[:, n_runs : 2 * n_runs]},
        pair_medians={pair: beyond[:, 2 * at : 2 * at + 2] for at, pair in enumerate(pairs)},
    )


def _group(measure: str) -> str:
    """A measure that counts the same images and answers: all thresholds ask for a point."""
    return measure if measure.endswith("_match") else "accuracy_25km"


def _error_columns(scores: PairedScores, pairs: list[tuple[int, int]]) -> list[Floats]:
    errors = scores.error_km
    columns = [*scores.bounded_km.T, *errors.T]
    for i, j in pairs:
        is_both = ~np.isnan(errors[:, i] + errors[:, j])
        columns += [np.where(is_both, errors[:, i], np.nan), np.where(is_both, errors[:, j], np.nan)]
    return columns
