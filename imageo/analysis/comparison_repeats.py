"""The same question asked again: how much of the spread is the model's own."""

from dataclasses import replace

import numpy as np

from imageo.analysis.estimate import Estimate
from imageo.analysis.paired_bootstrap import Floats, interval, resamples
from imageo.analysis.paired_scores import PairedScores
from imageo.measures import MEASURES

_STATISTICS = ("disagreement", "variance_within_image", "variance_between_images", "repeatability", "repeat_sd")


def repeat_estimates(scores: PairedScores, replicates: int, seed: int) -> list[Estimate]:
    """Variance components of one model's repeats (two runs or more), by measure, under the first run's id.

    Hits over all images with a known truth, a non-answer is wrong; `log_error` is ln(1 + km) of the images that every
    repeat located. Intervals: percentiles over resampled images.
    """
    panels = {measure: ("all", scores.hit[measure][scores.known[measure]].astype(float)) for measure in MEASURES} | {
        "log_error": ("answered", np.log1p(scores.error_km[scores.located.all(axis=1)]))
    }
    return [
        estimate
        for measure, (denominator, values) in panels.items()
        for estimate in _components(values, measure, denominator, scores.run_ids[0], replicates, seed)
    ]


def variance_components(n: int, repeats: int, sums: Floats, squared_sums: Floats, squares: Floats) -> Floats:
    """Of n images asked `repeats` times each: the rows of `_STATISTICS`, one-way random effects by image.

    `sums`: sum over images of the image's total s; `squared_sums`: of s^2; `squares`: of all values squared. Within:
    MSW = (squares - squared_sums / R) / (n (R - 1)); between: (MSB - MSW) / R, at least 0; `repeatability` (ICC(1,1)):
    between / (between + within); `repeat_sd` = sqrt(MSW / n): how far a run's mean moves by asking again;
    `disagreement`: for hits, the chance that two repeats give an image another verdict, = 2 MSW. Source: Searle,
    Casella and McCulloch, Variance Components, ch. 3; Shrout and Fleiss 1979, Psychological Bulletin 86.
    """
    within = (squares - squared_sums / repeats) / (n * (repeats - 1))
    mean_square = (squared_sums / repeats - sums**2 / (n * repeats)) / (n - 1)
    within = np.maximum(within, 0)
    between = np.maximum((mean_square - within) / repeats, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        repeatability = between / (between + within)
    return np.stack([2 * within, within, between, repeatability, np.sqrt(within / n)])


def _components(
    values: Floats, measure: str, denominator: str, run_id: int, replicates: int, seed: int
) -> list[Estimate]:
    n, repeats = values.shape
    about = Estimate(
        "variance_within_image",
        None,
        n=n,
        run_id=run_id,
        measure=measure,
        denominator=denominator,
        grouping="repeats",
        subject=str(repeats),
    )
    if n < 2:
        note = "Fewer than two images that every repeat was asked about and that have a truth to this."
        return [replace(about, note=note)]
    totals = values.sum(axis=1)
    columns = np.column_stack([totals, totals**2, (values**2).sum(axis=1)])
    found = variance_components(n, repeats, *columns.sum(axis=0))
    drawn = [
        variance_components(n, repeats, *(weights.astype(float) @ columns).T)
        for weights in resamples(n, replicates, seed)
    ]
    bounds = np.concatenate(drawn, axis=1)
    estimates = []
    for statistic, value, row in zip(_STATISTICS, found, bounds, strict=True):
        if statistic == "disagreement" and measure == "log_error":
            continue
        if not np.isfinite(value):
            note = "All answers alike: nothing to divide between images and repeats."
            estimates.append(replace(about, statistic=statistic, note=note))
            continue
        low, high = interval(row)
        estimates.append(replace(about, statistic=statistic, estimate=float(value), low=low, high=high))
    return estimates
