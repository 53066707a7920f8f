"""Accuracy at the thresholds of the field, by model."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from statsmodels.stats.proportion import proportion_confint

from imageo.measures import ACCURACY_KM, DENOMINATORS
from imageo.render.figures.catalogue import Choice, Frames
from imageo.render.labels import clean_label

_NAMES = {1: "street", 25: "city", 200: "region", 750: "country", 2500: "continent"}
_WIDTH = 0.75


def draw(frames: Frames, choice: Choice) -> Figure:
    """Share of the images within 1, 25, 200, 750 and 2,500 km, a dot a model, with Wilson's 95 % interval.

    `frames["bi.leaderboard"]`: one row a run. Models are ordered by the accuracy within 25 km.
    """
    d = choice.denominator
    board = frames["bi.leaderboard"].sort_values([f"accuracy_25km_{d}", "run_label"], ascending=[False, True])
    figure = Figure()
    axes = figure.add_subplot()
    offsets = (np.arange(len(board)) - (len(board) - 1) / 2) * _WIDTH / max(len(board), 1)
    for offset, (_, run) in zip(offsets, board.iterrows(), strict=True):
        rate = 100 * np.array([run[f"accuracy_{km}km_{d}"] for km in ACCURACY_KM], dtype=float)
        low, high = _interval(rate, int(run["n_images" if d == "all" else "n_located"]))
        axes.errorbar(
            np.arange(len(ACCURACY_KM)) + offset,
            rate,
            yerr=(rate - low, high - rate),
            fmt="o",
            capsize=2,
            label=clean_label(run["run_label"], 40),
        )
    axes.set_xticks(range(len(ACCURACY_KM)), [f"{km:,} km\n{_NAMES[km]}" for km in ACCURACY_KM])
    axes.set(ylim=(0, 100), ylabel="answers within the distance, %")
    axes.set_title(f"Accuracy by distance, {DENOMINATORS[d]}")
    axes.grid(visible=False, axis="x")
    figure.legend(loc="outside right upper")
    return figure


def _interval(percent: "np.ndarray", n: int) -> tuple["np.ndarray", "np.ndarray"]:
    low, high = proportion_confint(np.round(percent / 100 * n), n, method="wilson")
    # Rounding may put a bound of 0 or 100 % a hair beyond its rate.
    return np.minimum(100 * pd.Series(low).to_numpy(), percent), np.maximum(100 * pd.Series(high).to_numpy(), percent)
