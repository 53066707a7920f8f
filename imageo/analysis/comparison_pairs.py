"""Every pair of runs on the same images: who hits more often, who is nearer."""

from dataclasses import replace
from itertools import combinations

import numpy as np

from imageo.analysis.comparison_resampled import DENOMINATORS, Resampled
from imageo.analysis.estimate import Estimate
from imageo.analysis.paired import FEWEST, holm, mcnemar, median_interval, paired_difference_interval, share, wilcoxon
from imageo.analysis.paired_bootstrap import Floats, interval
from imageo.analysis.paired_scores import PairedScores
from imageo.measures import MEASURES

FAMILIES = {"non-answers counted": ("all", "bounded"), "answers only": ("answered",)}
"""Over which tests p values are corrected: all pairs and measures under one way of counting non-answers."""

TESTED = ("difference", "median_difference")
"""Statistics whose p value is corrected: the exact McNemar test, and Wilcoxon's."""


def pair_estimates(scores: PairedScores, draws: Resampled) -> list[Estimate]:
    """All pairs, all measures, first less second: a positive difference of rates, a negative one of errors is better.

    `p_adjusted`: Holm, over the tests of one of FAMILIES.
    """
    return _corrected([*_hit_estimates(scores), *_distance_estimates(scores, draws)])


def _hit_estimates(scores: PairedScores) -> list[Estimate]:
    estimates = []
    for measure in MEASURES:
        for denominator in DENOMINATORS:
            counted = scores.counted(measure, denominator)
            hit = (scores.hit[measure] & counted).astype(np.float64)
            miss = counted - hit
            both, only_first = counted.T.astype(np.float64) @ counted, hit.T @ miss
            for i, j in combinations(range(len(scores.run_ids)), 2):
                estimates += [
                    replace(
                        estimate,
                        run_id=scores.run_ids[i],
                        other_run_id=scores.run_ids[j],
                        measure=measure,
                        denominator=denominator,
                    )
                    for estimate in hit_difference(int(both[i, j]), int(only_first[i, j]), int(only_first[j, i]))
                ]
    return estimates


def hit_difference(n: int, only_first: int, only_second: int) -> list[Estimate]:
    """Of n images, those that only the first or only the second run has right: difference of rates and McNemar's test.

    `difference`: (b - c) / n with the interval of Agresti and Min and the exact p value. `discordant`: share of the
    b + c images that only one has right that went to the first, with Wilson's interval. `mcnemar_mid_p` and
    `mcnemar_chi2` are the same test in its other forms.
    """
    from scipy.stats import chi2

    if n == 0:
        return [Estimate("difference", None, n=0, note="No image to compare the two on.")]
    test = mcnemar(only_first, only_second)
    low, high = paired_difference_interval(only_first, only_second, n)
    n_differ = only_first + only_second
    none = "No image is right in one and wrong in the other." if n_differ == 0 else None
    return [
        Estimate("difference", (only_first - only_second) / n, low, high, n=n, p_value=test.p_exact, note=none),
        share("discordant", only_first, n_differ, none),
        Estimate("mcnemar_mid_p", test.p_mid, n=n, p_value=test.p_mid),
        Estimate("mcnemar_chi2", test.chi2, n=n, p_value=float(chi2.sf(test.chi2, 1))),
    ]


def _distance_estimates(scores: PairedScores, draws: Resampled) -> list[Estimate]:
    estimates = []
    errors, bounded = scores.error_km, scores.bounded_km
    for i, j in combinations(range(len(scores.run_ids)), 2):
        is_both = ~np.isnan(errors[:, i] + errors[:, j])
        medians = draws.medians["bounded"]
        for denominator, first, second, resampled in (
            ("bounded", bounded[:, i], bounded[:, j], medians[:, i] - medians[:, j]),
            ("answered", errors[is_both, i], errors[is_both, j], -np.diff(draws.pair_medians[i, j], axis=1)[:, 0]),
        ):
            estimates += [
                replace(
                    estimate,
                    run_id=scores.run_ids[i],
                    other_run_id=scores.run_ids[j],
                    measure="error_km",
                    denominator=denominator,
                )
                for estimate in distance_difference(first, second, resampled)
            ]
    return estimates


def distance_difference(first: Floats, second: Floats, resampled: Floats) -> list[Estimate]:
    """Two runs' errors in kilometres on the same images; `resampled`: differences of their medians over resamples.

    `difference_of_medians`: of the two medians, paired bootstrap interval. `median_difference`: median over the images
    of the difference, distribution-free interval, p value of Wilcoxon's signed-rank test. `closer_share`: share of the
    images with a difference on which the first is nearer, Wilson's interval.
    """
    n = len(first)
    if n == 0:
        return [Estimate("median_difference", None, n=0, note="No image that both located.")]
    differences = first - second
    n_differ, n_closer = int(np.count_nonzero(differences)), int(np.count_nonzero(differences < 0))
    middle = median_interval(differences)
    none = "The two are equally far off on every image." if n_differ == 0 else None
    few = f"Fewer than {FEWEST} images: no interval." if n < FEWEST else None
    return [
        Estimate(
            "difference_of_medians",
            float(np.median(first) - np.median(second)),
            *((None, None) if few else interval(resampled)),
            n=n,
            note=few,
        ),
        Estimate(
            "median_difference",
            float(np.median(differences)),
            *middle,
            n=n,
            p_value=wilcoxon(differences),
            note=none or few,
        ),
        share("closer_share", n_closer, n_differ, none),
    ]


def _corrected(estimates: list[Estimate]) -> list[Estimate]:
    corrected = list(estimates)
    for family, denominators in FAMILIES.items():
        tests = [
            (at, estimate.p_value)
            for at, estimate in enumerate(estimates)
            if estimate.statistic in TESTED and estimate.denominator in denominators and estimate.p_value is not None
        ]
        for (at, _), adjusted in zip(tests, holm([p for _, p in tests]), strict=True):
            corrected[at] = replace(estimates[at], p_adjusted=float(adjusted))
        corrected.append(
            Estimate(
                "holm_family",
                float(len(tests)),
                n=len(tests),
                grouping="family",
                subject=family,
                note=f"p values are corrected for {len(tests)} tests: all pairs and measures, {family}.",
            )
        )
    return corrected
