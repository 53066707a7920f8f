"""Accuracy at the thresholds of the field, by model."""

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from statsmodels.stats.proportion import proportion_confint

from imageo.measures import ACCURACY_KM
from imageo.render.figures.captions import WILSON, about_data, about_denominator, set_title
from imageo.render.figures.catalogue import Choice, Frames
from imageo.render.figures.models import Model, models_of

_NAMES = {1: "street", 25: "city", 200: "region", 750: "country", 2500: "continent"}
_ROW_INCHES = 0.24


def draw(frames: Frames, choice: Choice) -> Figure:
    """Share of the images within 1, 25, 200, 750 and 2,500 km: a panel a distance, a line a model, Wilson's interval.

    `frames["bi.leaderboard"]`: one row a run. Models are ordered by the chosen measure, best on top.
    """
    models = models_of(frames["bi.leaderboard"], choice)
    width = mpl.rcParams["figure.figsize"][0]
    figure = Figure(figsize=(width, 1.0 + _ROW_INCHES * max(len(models), 2)))
    panels = figure.subplots(1, len(ACCURACY_KM), sharey=True)
    lines = np.arange(len(models))
    for axes, km in zip(panels, ACCURACY_KM, strict=True):
        rate, low, high = _rates(models, km, choice.denominator)
        axes.hlines(lines, low, high, color="C0", alpha=0.4, linewidth=5)
        axes.plot(rate, lines, "o", color="black", markersize=2.5)
        axes.set(xlim=(-3, 103), xticks=(0, 50, 100), ylim=(len(models) - 0.5, -0.5))
        axes.set_title(f"{km:,} km\n{_NAMES[km]}", loc="center", fontweight="normal", fontsize="small")
        axes.tick_params(left=False)
        axes.spines["left"].set_visible(False)
    panels[0].set_yticks(lines, [model.name for model in models])
    set_title(figure, "Accuracy by distance")
    whose = "images" if choice.denominator == "all" else "answers"
    figure.supxlabel(f"{whose} placed within the distance, %", fontsize="small")
    return figure


def caption(frames: Frames, choice: Choice) -> str:
    models = models_of(frames["bi.leaderboard"], choice)
    return (
        f"{about_data(models, choice)} How many are placed within 1 to 2,500 km. {about_denominator(choice)} {WILSON}"
    )


Numbers = npt.NDArray[np.float64]


def _rates(models: list[Model], km: int, denominator: str) -> tuple[Numbers, Numbers, Numbers]:
    """Rate, lower and upper bound, in per cent; a run without an answer has none."""
    rate = np.array([model.row[f"accuracy_{km}km_{denominator}"] for model in models], dtype=float)
    n = np.array([model.row["n_images" if denominator == "all" else "n_located"] for model in models], dtype=float)
    known = np.isfinite(rate) & (n > 0)
    low, high = np.full(len(n), np.nan), np.full(len(n), np.nan)
    low[known], high[known] = proportion_confint(np.round(rate[known] * n[known]), n[known], method="wilson")
    # Rounding may put a bound of 0 or 100 % a hair beyond its rate.
    return 100 * rate, 100 * np.minimum(low, rate), 100 * np.maximum(high, rate)
