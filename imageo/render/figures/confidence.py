"""The error of answers by the confidence that they state, by model."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from imageo.errors import InputError
from imageo.render.figures.captions import about_data, set_title
from imageo.render.figures.catalogue import Choice, Frames
from imageo.render.figures.errors import FARTHEST_KM, NEAREST_KM, distance_axis
from imageo.render.figures.models import models_of
from imageo.render.figures.panels import panel_grid, room_for_name

LEVELS = (1, 2, 3, 4, 5)
_MOST_COLUMNS = 4
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_FEWEST_OF_A_BOX = 5


def draw(frames: Frames, choice: Choice) -> Figure:
    """A box of the error (km, log axis) for each stated confidence, a panel a model; fewer than five are dots.

    `frames`: `bi.leaderboard` and `bi.prediction_detail` (confidence, error_km). Whiskers are the 5th and 95th
    percentile. Answers without a confidence have a box of their own.
    """
    board = frames["bi.leaderboard"]
    models = models_of(board, choice, room_for_name(len(board), _MOST_COLUMNS))
    located = _located(frames, choice)
    errors = located["error_km"].to_numpy(dtype=float).clip(NEAREST_KM, FARTHEST_KM)
    stated = located["confidence"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    figure, panels = panel_grid(models, most_columns=_MOST_COLUMNS, height_inches=1.75)
    has_silent = bool(np.isnan(stated).any())
    for axes, model in zip(panels, models, strict=True):
        mine = (located["run_id"] == model.run_id).to_numpy()
        for position, level in enumerate([*LEVELS, np.nan] if has_silent else LEVELS):
            of_level = mine & (np.isnan(stated) if np.isnan(level) else stated == level)
            _column(axes, position, errors[of_level])
        distance_axis(axes, "y")
        axes.set(ylim=(NEAREST_KM / 3.5, 30000), xlim=(-0.6, 4.6 + has_silent))
        axes.set_xticks(range(5 + has_silent), [*map(str, LEVELS), *(["none"] if has_silent else [])])
        axes.tick_params(axis="x", labelsize="x-small")
        axes.grid(visible=False, axis="x")
    set_title(figure, "Error by stated confidence")
    figure.supxlabel("stated confidence, 1 (low) to 5 (high)", fontsize="small")
    figure.supylabel("error, km", fontsize="small")
    return figure


def caption(frames: Frames, choice: Choice) -> str:
    models = models_of(frames["bi.leaderboard"], choice)
    located = len(_located(frames, choice))
    return (
        f"{about_data(models, choice)} {located:,} answers with coordinates; non-answers are left out. "
        "Boxes: quartiles; whiskers: 5th and 95th percentile; below: number of answers, dots where fewer than five. "
        "Errors below 0.1 km are drawn at 0.1 km."
    )


def _located(frames: Frames, choice: Choice) -> pd.DataFrame:
    located = frames["bi.prediction_detail"].dropna(subset=["error_km"])
    if located["confidence"].notna().any():
        return located
    raise InputError(f"confidence: no answer over dataset {choice.dataset!r} states one beside coordinates")


def _column(axes: Axes, position: int, errors: "np.ndarray[Any, np.dtype[np.float64]]") -> None:
    if len(errors) >= _FEWEST_OF_A_BOX:
        low, first, middle, third, high = np.quantile(errors, _QUANTILES)
        box = {"whislo": low, "q1": first, "med": middle, "q3": third, "whishi": high}
        axes.bxp(
            [box],
            positions=[position],
            widths=0.62,
            showfliers=False,
            patch_artist=True,
            boxprops={"facecolor": "C4", "linewidth": 0.6},
            medianprops={"color": "black", "linewidth": 1.6},
            whiskerprops={"linewidth": 0.6},
            capprops={"linewidth": 0.6},
            manage_ticks=False,
        )
    else:
        axes.plot([position] * len(errors), errors, "o", color="black", markersize=2.5)
    axes.text(position, NEAREST_KM / 1.6, short_count(len(errors)), ha="center", va="top", fontsize=5.5)


def short_count(number: int) -> str:
    """A count in the little room below a column."""
    return f"{number:,}" if number < 10_000 else f"{number / 1000:.0f}k"
