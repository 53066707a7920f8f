"""Which of several runs is better, on the same images, and is the difference real?

Images count as independent draws: where many are of one place, the intervals are too narrow. The tests are of these
answers; how far a model's own answers move when it is asked again is told apart, from its repeats.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from imageo.analysis.comparison_pairs import pair_estimates
from imageo.analysis.comparison_ranks import rank_estimates
from imageo.analysis.comparison_repeats import repeat_estimates
from imageo.analysis.comparison_resampled import resampled
from imageo.analysis.estimate import Estimate
from imageo.analysis.paired_scores import paired_scores
from imageo.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Entrant:
    """One model in a comparison: the run that stands for it, and further runs of the very same question."""

    run_id: int
    label: str
    repeats: tuple[int, ...] = ()

    @property
    def run_ids(self) -> tuple[int, ...]:
        """All runs of the entrant."""
        return (self.run_id, *self.repeats)


def entrants(runs: "pd.DataFrame", scores: "pd.DataFrame", names: Sequence[str] = ()) -> list[Entrant]:
    """Who is compared, of rows of `core.run` of one dataset: all, or those named by model or run label, in that order.

    Runs of one model, variant, prompt and parameters are repeats: the first stands for them all, unless a repeat is
    named by its own label. A run without a row in `scores` (`metrics.prediction_score`) was never answered: left out.
    """
    alone = set(names) - set(runs["model"])
    groups: dict[tuple[object, ...], list[tuple[int, int, str]]] = {}
    row: Any
    for row in runs[runs["run_id"].isin(scores["run_id"])].sort_values("run_id").itertuples(index=False):
        named = [at for at, name in enumerate(names) if name in (row.model, row.run_label)]
        if names and not named:
            continue
        question = (row.provider, row.model, row.variant, row.prompt_hash, repr(row.parameters))
        key = (row.run_id,) if row.run_label in alone else question
        groups.setdefault((min(named, default=0), *key), []).append((row.repeat, row.run_id, row.run_label))
    found = []
    for _, group in sorted(groups.items(), key=lambda item: (item[0][0], item[1][0][1])):
        (_, run_id, label), *others = sorted(group)
        found.append(Entrant(int(run_id), label, tuple(int(other) for _, other, _ in others)))
    return found


def compare(scores: "pd.DataFrame", runs: Sequence[Entrant], replicates: int, seed: int) -> list[Estimate]:
    """All that can be said of two runs or more from rows of `metrics.prediction_score`, on their common images.

    Counts of images (`shared_images`, `not_asked`), then `rate`, `median`, `rank`, `first_share`, `rank_flip` of every
    run, then every pair, then the repeats of a run. Raises InputError where there is nothing to compare.
    """
    if len(runs) < 2:
        raise InputError("a comparison needs two models or more; `imageo leaderboard` lists them")
    panel = paired_scores(scores, [run.run_id for run in runs])
    n = len(panel.image_ids)
    if n == 0:
        raise InputError(
            f"no image was asked of all of {', '.join(run.label for run in runs)}: name those to compare, or --dataset"
        )
    counts = [
        Estimate(
            "shared_images",
            n / panel.n_union,
            n=panel.n_union,
            k=n,
            note=f"{panel.n_union - n} images were not asked of every run." if n < panel.n_union else None,
        )
    ] + [
        Estimate("not_asked", missing / panel.n_union, n=panel.n_union, k=missing, run_id=run_id)
        for run_id, missing in panel.n_not_asked.items()
    ]
    draws = resampled(panel, replicates, seed)
    estimates = counts + rank_estimates(panel, draws) + pair_estimates(panel, draws)
    for run in runs:
        if run.repeats:
            again = paired_scores(scores, run.run_ids)
            estimates += [
                replace(estimate, other_subject=run.label) for estimate in repeat_estimates(again, replicates, seed)
            ]
    return estimates
