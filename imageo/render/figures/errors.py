"""How far off the answers are: the cumulative distribution of the error, by model."""

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from imageo.errors import InputError
from imageo.measures import ACCURACY_KM
from imageo.render.figures.captions import about_data, set_title
from imageo.render.figures.catalogue import Choice, Frames
from imageo.render.figures.models import Model, models_of
from imageo.render.figures.panels import panel_grid, room_for_name

NEAREST_KM, FARTHEST_KM = 0.1, 20015.0
"""Ends of the axis of errors; what is nearer, zero too, stands at its beginning."""

KM_TICKS = {0.1: "0.1", 1: "1", 10: "10", 100: "100", 1000: "1,000", 10000: "10,000"}

_MOST_TOGETHER = 8
_MOST_COLUMNS = 5
# Where a curve is evaluated: finer than a printed line, so that ten thousand answers need no ten thousand vertices.
_STEPS = 480

Numbers = npt.NDArray[np.float64]


def draw(frames: Frames, choice: Choice) -> Figure:
    """Share of the images (denominator `all`) or answers placed within each distance; log axis, one curve a model.

    `frames`: `bi.leaderboard` (order, n) and `bi.prediction_detail` (error_km). Over all images a curve ends at the
    share that has coordinates. Up to eight models share one panel; more have a panel each, the others in grey.
    """
    board = frames["bi.leaderboard"]
    is_together = len(board) <= _MOST_TOGETHER
    models = models_of(board, choice, 30 if is_together else room_for_name(len(board), _MOST_COLUMNS))
    curves = _curves(frames, models, choice)
    return (_together if is_together else _apart)(models, curves, choice)


def caption(frames: Frames, choice: Choice) -> str:
    models = models_of(frames["bi.leaderboard"], choice)
    if choice.denominator == "all":
        whose = "Of all images; a non-answer is never reached, so that a curve ends at the share with coordinates."
    else:
        whose = "Of the answers with coordinates; non-answers are left out."
    return (
        f"{about_data(models, choice)} {whose} Errors below 0.1 km, zero too, stand at the left edge. "
        "No intervals are drawn."
    )


def distance_axis(axes: Axes, which: str = "x") -> None:
    """Kilometres on a log axis, in plain numbers."""
    set_scale, axis = (axes.set_xscale, axes.xaxis) if which == "x" else (axes.set_yscale, axes.yaxis)
    set_scale("log")
    axis.set_ticks(list(KM_TICKS), list(KM_TICKS.values()))
    axis.set_ticks([], minor=True)


def steps_km() -> Numbers:
    """The distances at which a curve is evaluated, the thresholds of the field among them."""
    return np.union1d(np.geomspace(NEAREST_KM, FARTHEST_KM, _STEPS), np.array(ACCURACY_KM, dtype=float))


def reached(errors_km: Numbers, images: int) -> Numbers:
    """Share of `images` whose error is at most each of `steps_km()`; those without an error are never reached."""
    share: Numbers = np.searchsorted(np.sort(errors_km), steps_km(), side="right") / images
    return share


def _curves(frames: Frames, models: list[Model], choice: Choice) -> dict[int, Numbers]:
    located = frames["bi.prediction_detail"].dropna(subset=["error_km"])
    if located.empty:
        raise InputError(f"errors: no answer over dataset {choice.dataset!r} has coordinates; nothing to draw")
    errors = {run_id: rows["error_km"].to_numpy(dtype=float) for run_id, rows in located.groupby("run_id")}
    curves = {}
    for model in models:
        distances = errors.get(model.run_id, np.array([]))
        images = int(model.row["n_images"]) if choice.denominator == "all" else len(distances)
        curves[model.run_id] = reached(distances, max(images, 1))
    return curves


def _together(models: list[Model], curves: dict[int, Numbers], choice: Choice) -> Figure:
    figure = Figure()
    axes = figure.subplots()
    marks = np.searchsorted(steps_km(), ACCURACY_KM)
    for model in models:
        axes.plot(
            steps_km(),
            100 * curves[model.run_id],
            color=model.color,
            linestyle=model.dashes,
            marker=model.marker,
            markevery=marks.tolist(),
            markersize=4.5,
            label=model.name,
            drawstyle="steps-post",
        )
    _frame(axes)
    for km in ACCURACY_KM:
        axes.text(
            km, 101, f"{km:,}{' km' if km == ACCURACY_KM[-1] else ''}", ha="center", va="bottom", fontsize="x-small"
        )
    axes.set(xlabel="error, km", ylabel=_label(choice))
    set_title(figure, "Distance between answer and truth")
    figure.legend(loc="outside right upper", handlelength=3)
    return figure


def _apart(models: list[Model], curves: dict[int, Numbers], choice: Choice) -> Figure:
    figure, panels = panel_grid(models, most_columns=_MOST_COLUMNS, height_inches=1.45)
    grey = mpl.rcParams["grid.color"]
    for axes, model in zip(panels, models, strict=True):
        for other in models:
            axes.plot(steps_km(), 100 * curves[other.run_id], color=grey, linewidth=0.7)
        axes.plot(steps_km(), 100 * curves[model.run_id], color="C0", linewidth=1.6)
        _frame(axes)
        axes.set_xticks([0.1, 10, 1000], ["0.1", "10", "1,000"])
    set_title(figure, "Distance between answer and truth")
    figure.supxlabel("error, km; the other models in grey", fontsize="small")
    figure.supylabel(_label(choice), fontsize="small")
    return figure


def _frame(axes: Axes) -> None:
    distance_axis(axes)
    axes.set(xlim=(NEAREST_KM, FARTHEST_KM), ylim=(0, 100))
    axes.grid(visible=False, axis="x")
    for km in ACCURACY_KM:
        axes.axvline(km, color=mpl.rcParams["grid.color"], linewidth=mpl.rcParams["grid.linewidth"], zorder=0.5)


def _label(choice: Choice) -> str:
    return f"{'images' if choice.denominator == 'all' else 'answers'} within the distance, %"
