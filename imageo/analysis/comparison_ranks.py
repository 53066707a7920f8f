"""Rates, median errors and ranks of all runs on the same images, and whether the order depends on who is counted."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from imageo.analysis.comparison_resampled import DENOMINATORS, Resampled
from imageo.analysis.estimate import Estimate
from imageo.analysis.paired import FEWEST, share
from imageo.analysis.paired_bootstrap import Floats, interval
from imageo.analysis.paired_scores import PairedScores
from imageo.analysis.ranks import rank_interval, ranks
from imageo.measures import MEASURES

Ranks = npt.NDArray[np.int64]


def rank_estimates(scores: PairedScores, draws: Resampled) -> list[Estimate]:
    """`rate` or `median`, `rank`, `first_share` of every run, measure and denominator, and `rank_flip` between them.

    A rate has Wilson's interval, a median and a rank the percentiles over resamples of the images, the same for all
    runs. `first_share`: share of the resamples in which the run ranks first, ties included; no p value. `rank_flip`:
    rank when non-answers count less rank over answers only, where the two differ.
    """
    estimates = []
    for measure in (*MEASURES, "error_km"):
        standing = {}
        for denominator in DENOMINATORS if measure != "error_km" else ("bounded", "answered"):
            if measure == "error_km":
                values, found = _medians(scores, draws, denominator)
                better, drawn = -values, -draws.medians[denominator]
            else:
                better, found = _rates(scores, measure, denominator)
                drawn = draws.rates[measure, denominator]
            standing[denominator] = np.where(np.isnan(better), 0, ranks(better))
            estimates += found + _ranked(scores, measure, denominator, better, ranks(drawn))
        estimates += _flips(scores, measure, *standing.values())
    return estimates


def _rates(scores: PairedScores, measure: str, denominator: str) -> tuple[Floats, list[Estimate]]:
    counted = scores.counted(measure, denominator)
    n, k = counted.sum(axis=0), (scores.hit[measure] & counted).sum(axis=0)
    rates = np.divide(k, n, out=np.full(len(n), np.nan), where=n > 0)
    nothing = "No image counts: none has a known truth, or no answer says anything to it."
    return rates, [
        replace(share("rate", int(k[i]), int(n[i]), nothing), run_id=run_id, measure=measure, denominator=denominator)
        for i, run_id in enumerate(scores.run_ids)
    ]


def _medians(scores: PairedScores, draws: Resampled, denominator: str) -> tuple[Floats, list[Estimate]]:
    errors = scores.bounded_km if denominator == "bounded" else scores.error_km
    medians, estimates = np.full(errors.shape[1], np.nan), []
    for i, run_id in enumerate(scores.run_ids):
        known = errors[~np.isnan(errors[:, i]), i]
        about = Estimate("median", None, n=int(known.size), run_id=run_id, measure="error_km", denominator=denominator)
        if known.size == 0:
            estimates.append(replace(about, note="No answer has coordinates."))
            continue
        medians[i] = np.median(known)
        few = known.size < FEWEST
        low, high = (None, None) if few else interval(draws.medians[denominator][:, i])
        note = f"Fewer than {FEWEST} images: no interval." if few else None
        estimates.append(replace(about, estimate=float(medians[i]), low=low, high=high, note=note))
    return medians, estimates


def _ranked(scores: PairedScores, measure: str, denominator: str, better: Floats, drawn: Ranks) -> list[Estimate]:
    estimates = []
    place = ranks(better)
    for i, run_id in enumerate(scores.run_ids):
        if np.isnan(better[i]):
            continue
        low, high = map(float, rank_interval(drawn[:, i]))
        first_share = float((drawn[:, i] == 1).mean())
        found = (Estimate("rank", float(place[i]), low, high), Estimate("first_share", first_share))
        if len(scores.image_ids) < FEWEST:
            note = f"Fewer than {FEWEST} images: who is first is not known."
            found = (Estimate("rank", float(place[i]), note=note), Estimate("first_share", None, note=note))
        estimates += [
            replace(part, n=len(scores.image_ids), run_id=run_id, measure=measure, denominator=denominator)
            for part in found
        ]
    return estimates


def _flips(scores: PairedScores, measure: str, counting: Ranks, answered: Ranks) -> list[Estimate]:
    return [
        Estimate(
            "rank_flip",
            float(first - second),
            n=len(scores.image_ids),
            run_id=run_id,
            measure=measure,
            note=f"Rank {first} when non-answers count, {second} over answers only.",
        )
        for run_id, first, second in zip(scores.run_ids, counting, answered, strict=True)
        if first != second and first and second
    ]
