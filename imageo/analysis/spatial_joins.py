"""Join counts of hits: do right answers stand beside right ones, image by image, whatever the borders?"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imageo.analysis.estimate import Estimate
from imageo.analysis.spatial_draws import p_of_draws

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

LEAST_IMAGES = 20


@dataclass(frozen=True)
class JoinCount:
    """Joins of one kind: how many there are, how many chance gives on average, and the two-sided p by permutation."""

    kind: str
    observed: int
    expected: float
    p_value: float


def join_counts(is_hit: Flags, pairs: Integers, permutations: int, seed: int) -> list[JoinCount]:
    """Joins hit-hit, miss-miss and hit-miss among neighbouring images, against hits shuffled over the images.

    BB = sum over joins of x_i x_j, WW of (1 - x_i)(1 - x_j), BW the rest, as esda.Join_Counts has them. `pairs` (m, 2)
    unordered. The expectations are those of sampling without replacement: J b(b - 1)/(n(n - 1)). Source: Cliff & Ord
    (1981), Spatial Processes, 1.4.
    """
    n, b, joins = len(is_hit), int(is_hit.sum()), len(pairs)
    chance = n * (n - 1)
    expected = {
        "hit_hit": joins * b * (b - 1) / chance,
        "miss_miss": joins * (n - b) * (n - b - 1) / chance,
        "hit_miss": 2 * joins * b * (n - b) / chance,
    }
    observed = _count(is_hit[None, :], pairs)
    rng = np.random.default_rng([seed, 3])
    drawn: dict[str, list[Integers]] = {kind: [] for kind in observed}
    for start in range(0, permutations, 50):
        shuffled = rng.permuted(np.tile(is_hit, (min(50, permutations - start), 1)), axis=1)
        for kind, counts in _count(shuffled, pairs).items():
            drawn[kind].append(counts)
    return [
        JoinCount(kind, int(found[0]), expected[kind], p_of_draws(np.concatenate(drawn[kind]), int(found[0])))
        for kind, found in observed.items()
    ]


def join_estimates(
    is_hit: Flags,
    pairs: Integers,
    *,
    run_id: int | None,
    measure: str,
    denominator: str,
    permutations: int,
    seed: int,
) -> list[Estimate]:
    """Observed over expected joins of each kind, 1 where hits are strewn at random; n joins, k of this kind."""
    form = {"run_id": run_id, "measure": measure, "denominator": denominator, "grouping": "image"}
    if len(is_hit) < LEAST_IMAGES or is_hit.all() or not is_hit.any():
        note = (
            f"{len(is_hit)} images: fewer than {LEAST_IMAGES} show no pattern."
            if len(is_hit) < LEAST_IMAGES
            else "Every image has the same verdict: there is nothing to map."
        )
        return [Estimate("join_ratio_hit_hit", None, n=len(is_hit), note=note, **form)]  # type: ignore[arg-type]
    return [
        Estimate(
            f"join_ratio_{found.kind}",
            found.observed / found.expected if found.expected else None,
            n=len(pairs),
            k=found.observed,
            p_value=found.p_value,
            note=f"{found.observed:,} joins, {found.expected:,.1f} expected by chance.",
            **form,  # type: ignore[arg-type]
        )
        for found in join_counts(is_hit, pairs, permutations, seed)
    ]


def _count(hits: Flags, pairs: Integers) -> dict[str, Integers]:
    """Joins of each kind, a row of `hits` each."""
    first, second = hits[:, pairs[:, 0]], hits[:, pairs[:, 1]]
    both = np.count_nonzero(first & second, axis=1)
    neither = len(pairs) - np.count_nonzero(first | second, axis=1)
    return {"hit_hit": both, "miss_miss": neither, "hit_miss": len(pairs) - both - neither}
