"""Is one model further behind in a group than another model is? Differences of differences, over the same blocks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from imageo.analysis.estimate import Estimate
from imageo.analysis.gaps import thin_groups
from imageo.analysis.paired import holm
from imageo.analysis.resampling import GroupSample
from imageo.analysis.resampling_intervals import expanded_percentiles


@dataclass(frozen=True)
class RunSample:
    """The groups of one run that are compared, each with the rest of its photos."""

    run_id: int
    names: Sequence[str]
    groups: GroupSample
    rest: GroupSample


def model_estimates(run: RunSample, other: RunSample, grouping: str) -> Iterator[Estimate]:
    """(group - rest) of `run` minus (group - rest) of `other`, for each group that both have; shares of -2 to 2.

    Expanded percentile intervals over blocks; both runs were counted under the same draws, so that what a place does to
    both cancels. The p value is two-sided, of a t statistic with the group's effective blocks less one; `p_adjusted` is
    Holm's over the groups.
    """
    from scipy.stats import t as student

    both = [name for name in run.names if name in other.names]
    if not both:
        return
    rows = [np.array([each.names.index(name) for name in both]) for each in (run, other)]
    pairs = [(each.groups.take(row), each.rest.take(row)) for each, row in zip((run, other), rows, strict=True)]
    own, others = ((first.rate - second.rate) for first, second in pairs)
    own_drawn, others_drawn = ((first.rate_drawn - second.rate_drawn) for first, second in pairs)
    is_thin = np.any([thin_groups(sample) for pair in pairs for sample in pair], axis=0)
    blocks = np.min([sample.blocks for pair in pairs for sample in pair], axis=0)
    degrees = np.maximum(blocks - 1, 1)
    difference, drawn = own - others, own_drawn - others_drawn
    low, high = expanded_percentiles(drawn, degrees)
    with np.errstate(invalid="ignore", divide="ignore"):
        error = np.nanstd(drawn, axis=1) * np.sqrt((degrees + 1) / degrees)
        p_value = 2 * student.sf(np.abs(difference) / error, degrees)
    is_told = ~is_thin & np.isfinite(p_value)
    adjusted = np.full(len(both), np.nan)
    adjusted[is_told] = holm(p_value[is_told])
    for i, name in enumerate(both):
        told = bool(is_told[i])
        yield Estimate(
            "difference_of_differences",
            float(difference[i]) if np.isfinite(difference[i]) else None,
            float(low[i]) if told else None,
            float(high[i]) if told else None,
            n=int(pairs[0][0].n[i]),
            p_value=float(p_value[i]) if told else None,
            p_adjusted=float(adjusted[i]) if told else None,
            run_id=run.run_id,
            other_run_id=other.run_id,
            grouping=grouping,
            subject=name,
            other_subject="rest",
            note=None if told else "few hits, misses or places, or answers all alike: no interval",
        )
