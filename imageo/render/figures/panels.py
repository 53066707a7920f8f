"""Small multiples: one panel a model, as many rows as that takes, the last row not left nearly empty."""

import math
from collections.abc import Sequence

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from imageo.render.figures.models import Model

_HEAD_INCHES = 0.7
_POINTS_A_LETTER = 5.6


def grid_shape(panels: int, most_columns: int) -> tuple[int, int]:
    """Rows and columns for so many panels, rows as even as they can be."""
    rows = math.ceil(panels / most_columns)
    return rows, math.ceil(panels / rows)


def room_for_name(panels: int, most_columns: int) -> int:
    """Letters of a name that fit above a panel."""
    _, columns = grid_shape(max(panels, 1), most_columns)
    return min(int(mpl.rcParams["figure.figsize"][0] * 72 / columns / _POINTS_A_LETTER) - 2, 60)


def panel_grid(models: Sequence[Model], *, most_columns: int, height_inches: float) -> tuple[Figure, list[Axes]]:
    """A figure and one panel a model, its name above; all share their axes. `height_inches` is that of a row."""
    rows, columns = grid_shape(len(models), most_columns)
    width = mpl.rcParams["figure.figsize"][0]
    figure = Figure(figsize=(width, _HEAD_INCHES + rows * height_inches))
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    panels = list(grid.flat)
    for axes in panels[len(models) :]:
        axes.remove()
        # Whatever stands above the gap has to say what its axis is.
    for above in panels[len(models) - columns : len(models)]:
        above.tick_params(labelbottom=True)
    for axes, model in zip(panels, models, strict=False):
        axes.set_title(model.name, fontsize="small")
    return figure, panels[: len(models)]
