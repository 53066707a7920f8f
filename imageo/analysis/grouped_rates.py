"""Rates of any groups of images, hexagons for one, by the rules by which the views count regions."""

from typing import TYPE_CHECKING

import numpy as np

from imageo.analysis.gaps_report import shrunk_rates
from imageo.analysis.hexagons import HALF_EARTH_KM, hits
from imageo.analysis.resampling_intervals import wilson
from imageo.measures import MEASURES

if TYPE_CHECKING:
    import pandas as pd

RATE_COLUMNS = (
    "n_all", "n_answered", "n_correct",
    "rate_all", "wilson_lower_all", "wilson_upper_all", "shrunk_rate_all",
    "rate_answered", "wilson_lower_answered", "wilson_upper_answered", "shrunk_rate_answered",
    "error_km_median_answered", "error_km_median_bounded",
)  # fmt: skip


def grouped_rates(answers: "pd.DataFrame", groups: "pd.Series") -> "pd.DataFrame":
    """The columns of bi.region_rate for groups of images that no table knows.

    `answers`: rows of bi.prediction_detail; `groups`: the group of each, on the same index; None and NaN are in none.
    One row a run, group (`region_code`) and measure that applies to at least one of its images. Rates of a run are
    shrunk towards the mean of its groups, as bias.region_score does it for the regions of a level.
    """
    import pandas as pd

    key = [answers["run_id"].rename("run_id"), groups.rename("region_code")]
    errors = pd.DataFrame(
        {
            "error_km_median_answered": answers["error_km"],
            "error_km_median_bounded": answers["error_km"].fillna(HALF_EARTH_KM),
        }
    )
    medians = errors.groupby(key).median()
    counted = []
    for measure in MEASURES:
        hit, counts = hits(answers, measure, "all")
        flags = {"n_all": counts, "n_answered": hits(answers, measure, "answered")[1], "n_correct": hit & counts}
        sums = pd.DataFrame(flags).astype(int).groupby(key).sum()
        counted.append(sums[sums["n_all"] > 0].assign(measure=measure))
    frame = pd.concat(counted).join(medians).reset_index()
    labels = answers.drop_duplicates("run_id")[["dataset", "provider", "model", "run_label", "run_id"]]
    return labels.merge(with_intervals(frame), on="run_id").sort_values(
        ["run_id", "region_code", "measure"], ignore_index=True
    )


def with_intervals(counts: "pd.DataFrame") -> "pd.DataFrame":
    """`counts` (run_id, measure, n_all, n_answered, n_correct) with the rate, Wilson interval and shrunk rate of both
    denominators. Rates are shrunk towards the mean of their run and measure.
    """
    frame = counts.copy()
    hit = frame["n_correct"].to_numpy(dtype=float)
    for each in ("all", "answered"):
        n = frame[f"n_{each}"].to_numpy(dtype=float)
        with np.errstate(invalid="ignore"):
            frame[f"rate_{each}"] = hit / n
        frame[f"wilson_lower_{each}"], frame[f"wilson_upper_{each}"] = wilson(hit, n)
        shrunk = np.full(len(frame), np.nan)
        for places in frame.groupby(["run_id", "measure"]).indices.values():
            if n[places].sum() > 0:
                shrunk[places] = shrunk_rates(hit[places], n[places])
        frame[f"shrunk_rate_{each}"] = shrunk
    return frame
