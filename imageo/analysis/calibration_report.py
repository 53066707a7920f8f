"""All that a dataset's runs say with their confidence: by level, by run, by region."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from imageo.analysis.calibration import LEVELS, Floats, isotonic_value
from imageo.analysis.calibration_counts import (
    EVERYWHERE,
    Confidences,
    blocks,
    counts,
    error_order,
    resampled_summaries,
    summaries,
)
from imageo.analysis.estimate import Estimate
from imageo.analysis.paired import share
from imageo.analysis.paired_bootstrap import interval

MIN_N = 10
"""Fewer answers get their counts and no summary."""

_TOO_FEW = f"Fewer than {MIN_N} answers: too few to say."
_ALL_ALIKE = "All right or all wrong: nothing to tell apart, and resamples say nothing of the doubt."
_ONE_LEVEL = "One confidence for all answers: it tells nothing."
_LEARNT = ("calibration_error", "overconfidence")
_ONE_RUN = "The only run: what a level is worth was learnt from these very answers."


def calibrate(answers: Confidences, measure: str, grouping: str, replicates: int, seed: int) -> list[Estimate]:
    """Reliability, calibration error, discrimination and top level of every run, and of every run in every region.

    `level_worth`: hit rate of a level over all the runs, isotonic. `calibration_error`, `overconfidence` are against
    it, `..._face` against level / 5. `grouping`: kind of the regions. Shares have Wilson's interval, all else the
    percentiles over resampled images, the same for all runs.
    """
    rows_of = blocks(answers)
    tables = {region: counts(answers, rows) for region, rows in rows_of.items()}
    n_level, k_level = (table.sum(axis=0) for table in tables[EVERYWHERE])
    worth = isotonic_value(n_level, k_level)
    drawn = resampled_summaries(answers, rows_of, replicates, seed)
    estimates = [
        Estimate("level_worth", float(value), n=int(n), k=int(k), grouping="confidence", subject=str(level))
        for level, value, n, k in zip(LEVELS, worth, n_level, k_level, strict=True)
        if n
    ]
    for i, run_id in enumerate(answers.run_ids):
        n, k = (table[i] for table in tables[EVERYWHERE])
        found = _stated(n, int(answers.n_said[i])) + _risk_coverage(n, k) + [_spearman(answers, i, drawn)]
        for region, (n_all, k_all) in tables.items():
            n, k = n_all[i], k_all[i]
            bounds = {name: rows[:, i] for name, rows in drawn[region].items()}
            if region == EVERYWHERE:
                found += _reliability(n, k) + _summed_up(n, k, worth, bounds)
            elif n.any():
                found += [
                    replace(estimate, grouping=grouping, subject=region, other_subject=estimate.subject)
                    for estimate in _reliability(n, k) + _summed_up(n, k, worth, bounds)
                ]
        if len(answers.run_ids) == 1:
            found = [replace(e, note=e.note or _ONE_RUN) if e.statistic in _LEARNT else e for e in found]
        estimates += [replace(estimate, run_id=run_id) for estimate in found]
    return [replace(estimate, measure=measure, denominator="answered") for estimate in estimates]


def _stated(n: Floats, n_said: int) -> list[Estimate]:
    """`stated_share` of the answers that carry a confidence; `top_share` of these at the top of the scale."""
    n_stated, n_top = int(n.sum()), int(n[-1])
    return [
        share("stated_share", n_stated, n_said, "No answer says anything to this measure."),
        share("top_share", n_top, n_stated, "No answer states a confidence."),
    ]


def _reliability(
    n: Floats,
    k: Floats,
) -> list[Estimate]:
    """`rate` of hits at each level that is stated at all."""
    return [
        replace(share("rate", int(k_level), int(n_level)), grouping="confidence", subject=str(level))
        for level, n_level, k_level in zip(LEVELS, n, k, strict=True)
        if n_level
    ]


def _risk_coverage(n: Floats, k: Floats) -> list[Estimate]:
    """The curve: answering only from a confidence on, `coverage` of the answers and `risk`, the share of misses."""
    found: list[Estimate] = []
    for at, level in enumerate(LEVELS):
        if n[at]:
            n_kept, misses = int(n[at:].sum()), int((n - k)[at:].sum())
            found += [
                replace(part, grouping="confidence_from", subject=str(level))
                for part in (
                    share("coverage", n_kept, int(n.sum())),
                    share("risk", misses, n_kept),
                )
            ]
    return found


def _summed_up(n: Floats, k: Floats, worth: Floats, drawn: Mapping[str, Floats]) -> list[Estimate]:
    n_all, k_all = int(n.sum()), int(k.sum())
    is_few, is_one_level = n_all < MIN_N, np.count_nonzero(n) == 1
    found = []
    for statistic, value in summaries(n, k, worth).items():
        is_known = not is_few and bool(np.isfinite(value))
        # Where no answer is wrong, or none right, neither is any in the resamples: they would tell of no doubt at all.
        note = _TOO_FEW if is_few else _ALL_ALIKE if k_all in (0, n_all) else None
        if is_known and is_one_level and statistic == "auroc":
            note = _ONE_LEVEL
        low, high = interval(drawn[statistic]) if note is None else (None, None)
        found.append(Estimate(statistic, float(value) if is_known else None, low, high, n=n_all, k=k_all, note=note))
    return found


def _spearman(answers: Confidences, i: int, drawn: Mapping[str, Mapping[str, Floats]]) -> Estimate:
    """Of the confidence with the logarithm of the error: below 0 where the surer is the nearer."""
    n = int(np.count_nonzero((answers.run == i) & ~np.isnan(answers.error_km)))
    value = float(error_order(answers, i).spearman(np.ones((1, answers.n_images), dtype=np.float32))[0])
    if n < MIN_N or not np.isfinite(value):
        return Estimate("spearman", None, n=n, note=_TOO_FEW if n < MIN_N else _ONE_LEVEL)
    return Estimate("spearman", value, *interval(drawn[EVERYWHERE]["spearman"][:, i]), n=n)
