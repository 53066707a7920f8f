"""Places that models answer too often: predicted over true share, over the same images."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from imageo.analysis.estimate import Estimate
from imageo.analysis.resampling_intervals import Z95, wilson

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]


def attraction_estimates(counts: "pd.DataFrame", *, run_id: int | None, grouping: str, measure: str) -> list[Estimate]:
    """Predicted over true share of each place, with interval and an exact test that both are the same.

    `counts`: code, n_true, n_predicted, n_correct, n_images (the images whose answer gives a known place). The shares
    are of the same images, so the interval is that of a ratio of paired proportions, and the test is McNemar's exact
    one: of the images where only one of truth and answer is the place, each is as likely. p corrected by
    Benjamini & Hochberg over the places of a run. A place that is never true has no ratio: see the counts in the note.
    """
    from scipy.stats import binomtest, false_discovery_control

    if counts.empty:
        return []
    true, predicted, both = (counts[name].to_numpy(dtype=float) for name in ("n_true", "n_predicted", "n_correct"))
    low, high = paired_ratio_interval(both, predicted - both, true - both)
    only_predicted, only_true = (predicted - both).astype(int), (true - both).astype(int)
    p = np.array(
        [
            binomtest(int(k), int(k + other), 0.5).pvalue if k + other else 1.0
            for k, other in zip(only_predicted, only_true, strict=True)
        ]
    )
    adjusted = false_discovery_control(p, method="bh")
    return [
        Estimate(
            "attraction",
            float(predicted[row] / true[row]) if true[row] else None,
            low=float(low[row]) if true[row] else None,
            high=float(high[row]) if true[row] else None,
            n=int(true[row]),
            k=int(predicted[row]),
            p_value=float(p[row]),
            p_adjusted=float(adjusted[row]),
            run_id=run_id,
            measure=measure,
            denominator="answered",
            grouping=grouping,
            subject=str(code),
            note=f"Answered {predicted[row]:.0f} times, true {true[row]:.0f} times, both {both[row]:.0f} times."
            + ("" if true[row] else " Never true here, so there is no ratio."),
        )
        for row, code in enumerate(counts["code"])
    ]


def paired_ratio_interval(both: Floats, only_first: Floats, only_second: Floats) -> tuple[Floats, Floats]:
    """95 % interval of (both + only_first) / (both + only_second), two proportions of the same images.

    The hybrid Wilson interval of Bonett & Price (2006), Biometrical Journal 48, 1029-1033, recommended by Fagerland,
    Lydersen & Laake (2014), Statistics in Medicine 33, 2850-2875: Wilson bounds of both proportions among the images
    that have either, with a critical value that makes up for the pairing. Images with neither do not matter.
    """
    n = both + only_first + only_second
    first, second = both + only_first, both + only_second
    with np.errstate(divide="ignore", invalid="ignore"):
        a = np.sqrt((only_first + only_second + 2) / ((first + 1) * (second + 1)))
        b = np.sqrt((1 - (first + 1) / (n + 2)) / (first + 1))
        c = np.sqrt((1 - (second + 1) / (n + 2)) / (second + 1))
        z = Z95 * a / (b + c)
        first_low, first_high = wilson(first, n, z)
        second_low, second_high = wilson(second, n, z)
        return first_low / second_high, first_high / second_low
