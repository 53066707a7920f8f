"""True against answered latitude and longitude, by model."""

import math

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from imageo.errors import InputError
from imageo.render.figures.captions import about_data, about_denominator, set_title
from imageo.render.figures.catalogue import Choice, Frames
from imageo.render.figures.models import Model, models_of
from imageo.render.figures.panels import grid_shape, room_for_name
from imageo.render.labels import MEASURES

_SIDES = {"latitude": 90, "longitude": 180}
_STEP_DEGREES = 30
_PLACES_A_DEGREE = {"latitude": 8, "longitude": 4}
_MOST_COLUMNS = 5
_MOST_AS_VECTORS = 4000
"""More dots than this are stored as a picture inside the file: as vectors they would make it slow and large."""


def draw(frames: Frames, choice: Choice) -> Figure:
    """Two square panels a model, latitude above longitude, answered over true, degrees; the diagonal is right.

    `frames`: `bi.leaderboard` and `bi.prediction_detail` (true_ and answered_ latitude and longitude, confidence).
    Above each pair: answers with coordinates of images asked, the chosen measure, the median error of the answers.
    """
    board = frames["bi.leaderboard"]
    models = models_of(board, choice, room_for_name(len(board), _MOST_COLUMNS))
    located = _located(frames, choice)
    limits = {name: _limits(located, name, most) for name, most in _SIDES.items()}
    figure, pairs = _pairs(len(models))
    small = 5.6 if len(models) >= _MOST_COLUMNS else "x-small"
    for index, (model, pair) in enumerate(zip(models, pairs, strict=True)):
        mine = located[located["run_id"] == model.run_id]
        for name, axes in zip(_SIDES, pair, strict=True):
            _dots(axes, mine, name, rasterized=len(located) > _MOST_AS_VECTORS)
            _frame(axes, name, limits[name], is_first=index % _columns(len(models)) == 0)
        _head(pair[0], model, choice, small)
    set_title(figure, "True and answered place")
    figure.supxlabel("true, degrees", fontsize="small")
    figure.supylabel("answered, degrees", fontsize="small")
    looks = {"title_fontsize": "small", "handletextpad": 0.1, "columnspacing": 0.8}
    handles = _legend(located)
    figure.legend(handles=handles, title="stated confidence", ncols=6, loc="outside upper right", **looks)
    return figure


def caption(frames: Frames, choice: Choice) -> str:
    models = models_of(frames["bi.leaderboard"], choice)
    located = len(_located(frames, choice))
    return (
        f"{about_data(models, choice)} {located:,} answers with coordinates (placed, of images asked) are drawn, "
        f"non-answers are not. On the diagonal latitude or longitude is right. {about_denominator(choice)} "
        "Medians are those of the answers drawn. No intervals are drawn."
    )


def confidence_colours() -> list[str]:
    """A colour for each confidence from 1, dark, to 5, of the style's colour map; the first, of none stated, is red."""
    shades = mpl.colormaps[mpl.rcParams["image.cmap"]](np.linspace(0.0, 0.95, 5))
    return ["C5", *(to_hex(shade) for shade in shades)]


def _located(frames: Frames, choice: Choice) -> pd.DataFrame:
    located = frames["bi.prediction_detail"].dropna(subset=["answered_latitude", "answered_longitude"])
    # Dots lie one on another: which is on top must not depend on the order in which rows arrive.
    located = located.sort_values(["run_id", "image_id"], ignore_index=True)
    if located.empty:
        raise InputError(f"true-predicted: no answer over dataset {choice.dataset!r} has coordinates; nothing to draw")
    return located


def _columns(models: int) -> int:
    return grid_shape(models, _MOST_COLUMNS)[1]


def _pairs(models: int) -> tuple[Figure, list[tuple[Axes, Axes]]]:
    """The panels of each model: latitude above longitude, or beside it where there is but one model."""
    width = mpl.rcParams["figure.figsize"][0]
    if models == 1:
        figure = Figure(figsize=(width, width / 2 + 1.0))
        left, right = figure.subplots(1, 2)
        return figure, [(left, right)]
    bands, columns = grid_shape(models, _MOST_COLUMNS)
    side = (width - 0.9) / max(columns, 3)
    figure = Figure(figsize=(width, 0.8 + bands * (2 * side + 0.85)))
    grid = figure.subplots(2 * bands, columns, squeeze=False)
    pairs = [(grid[2 * band, column], grid[2 * band + 1, column]) for band in range(bands) for column in range(columns)]
    for upper, lower in pairs[models:]:
        upper.remove()
        lower.remove()
    return figure, pairs[:models]


def _limits(located: pd.DataFrame, name: str, most: int) -> tuple[int, int]:
    """Whole steps around everything true and answered, so that all panels share one scale."""
    values = np.concatenate([located[f"true_{name}"], located[f"answered_{name}"]]).astype(float)
    low = math.floor(values.min() / _STEP_DEGREES) * _STEP_DEGREES
    high = math.ceil(values.max() / _STEP_DEGREES) * _STEP_DEGREES
    return max(low, -most), min(max(high, low + _STEP_DEGREES), most)


def _dots(axes: Axes, mine: pd.DataFrame, name: str, *, rasterized: bool) -> None:
    if rasterized:
        # Of dots in one place, a quarter of a pixel wide, the last hides the others: only that one is drawn.
        places = (mine[[f"true_{name}", f"answered_{name}"]].astype(float) * _PLACES_A_DEGREE[name]).round()
        mine = mine[~places.duplicated(keep="last")]
    levels = mine["confidence"].astype("Float64").fillna(0).to_numpy(dtype=int)
    # In the order of the images: sorted by confidence, the last level would hide the others.
    axes.scatter(
        mine[f"true_{name}"].to_numpy(dtype=float),
        mine[f"answered_{name}"].to_numpy(dtype=float),
        s=6,
        c=np.array([to_rgb(colour) for colour in confidence_colours()])[levels],
        edgecolors="black",
        linewidths=0.15,
        rasterized=rasterized,
        clip_on=False,
        zorder=3,
    )


def _frame(axes: Axes, name: str, limits: tuple[int, int], *, is_first: bool) -> None:
    axes.plot(limits, limits, color="black", linewidth=0.6, zorder=1)
    step = 60 if limits[1] - limits[0] <= 180 else 120
    ticks = [tick for tick in range(-180, 181, step // 2) if limits[0] <= tick <= limits[1] and tick % step == 0]
    axes.set(xlim=limits, ylim=limits, xticks=ticks, yticks=ticks, aspect="equal")
    axes.tick_params(labelsize="x-small", labelleft=is_first)
    if is_first:
        axes.set_ylabel(name, fontsize="small")


def _head(axes: Axes, model: Model, choice: Choice, size: str | float) -> None:
    rate, median = model.row[f"{choice.measure}_{choice.denominator}"], model.row["error_km_median_answered"]
    # The two empty lines are the room of the name, which is bold.
    lines = [" ", " ", f"{int(model.row['n_located']):,} / {int(model.row['n_images']):,} placed"]
    if pd.notna(rate):
        lines.append(f"{100 * rate:.1f} % {MEASURES[choice.measure].label.lower()}")
    if pd.notna(median):
        lines.append(f"median error {_kilometres(median)} km")
    axes.set_title("\n".join(lines), fontsize=size, fontweight="normal", linespacing=1.25)
    axes.annotate(
        model.name,
        (0, 1),
        xycoords="axes fraction",
        xytext=(0, 33),
        textcoords="offset points",
        fontsize="small",
        fontweight="bold",
        in_layout=False,
    )


def _kilometres(distance: float) -> str:
    return f"{distance:.2f}" if distance < 1 else f"{distance:.1f}" if distance < 100 else f"{distance:,.0f}"


def _legend(located: pd.DataFrame) -> list[Line2D]:
    present = set(located["confidence"].astype("Int64").fillna(0))
    colours = confidence_colours()
    return [
        Line2D([], [], marker="o", linestyle="none", color=colours[level], markeredgecolor="black",
               markeredgewidth=0.3, label=str(level) if level else "none")
        for level in (1, 2, 3, 4, 5, 0)
        if level or 0 in present
    ]  # fmt: skip
