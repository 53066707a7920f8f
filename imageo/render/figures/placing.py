"""Labels beside points: none stands on another, on a point, or outside its panel."""

from collections.abc import Sequence
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patheffects import withStroke
from matplotlib.textpath import text_to_path

from imageo.render.labels import clean_label

_NEAR, _FAR = 6.0, (12.0, 19.0, 27.0, 36.0)
_DIRECTIONS = [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1)]
Box = tuple[float, float, float, float]


class Labelled(NamedTuple):
    """A point in data coordinates and the name that is to stand beside it."""

    x: float
    y: float
    text: str


class Crowd(NamedTuple):
    """The labels of a panel, and all points that they are not to cover."""

    axes: Axes
    labelled: Sequence[Labelled]
    points: Sequence[tuple[float, float]]


def text_width(text: str, size: float | str, weight: str = "normal") -> float:
    """Width in points."""
    font = FontProperties(size=size, weight=weight)
    return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0])


def fitted(text: str, points: float, size: float | str, weight: str = "normal") -> str:
    """`text`, cut so that it is at most `points` wide."""
    shown = clean_label(text, 80)
    while len(shown) > 2 and text_width(shown, size, weight) > points:
        shown = shown[:-2].rstrip() + "…"
    return shown


def place_labels(figure: Figure, crowds: Sequence[Crowd], *, size: float | str = "x-small") -> None:
    """Write the labels of each panel, in the order given; one for which there is no room is left out.

    A label stands beside its point, or at the end of a short line. All else that takes room must be in the figure.
    """
    figure.draw_without_rendering()
    scale = 72 / figure.dpi
    for axes, labelled, points in crowds:
        if not labelled:
            continue
        window = axes.get_window_extent()
        frame = (scale * window.x0, scale * window.y0, scale * window.x1, scale * window.y1)
        spots = scale * axes.transData.transform(np.array([*points, *((each.x, each.y) for each in labelled)]))
        taken: list[Box] = [(x - 2.5, y - 2.5, x + 2.5, y + 2.5) for x, y in spots]
        height = 1.25 * FontProperties(size=size).get_size_in_points()
        for label, (x, y) in zip(labelled, spots[len(points) :], strict=True):
            box = _free_place(x, y, text_width(label.text, size) + 3, height, taken, frame)
            if box is not None:
                taken.append(box)
                _write(axes, label, ((box[0] + box[2]) / 2 - x, (box[1] + box[3]) / 2 - y), size)


def _write(axes: Axes, label: Labelled, offset: tuple[float, float], size: float | str) -> None:
    halo = withStroke(linewidth=1.5, foreground=mpl.rcParams["axes.facecolor"])
    line = {"arrowstyle": "-", "linewidth": 0.5, "color": "0.5", "shrinkA": 0, "shrinkB": 2}
    axes.annotate(
        label.text,
        (label.x, label.y),
        xytext=offset,
        textcoords="offset points",
        ha="center",
        va="center",
        fontsize=size,
        path_effects=[halo],
        arrowprops=line,
        zorder=5,
    ).set_in_layout(False)


def _free_place(
    x: float, y: float, width: float, height: float, taken: Sequence[Box], frame: Sequence[float]
) -> Box | None:
    for distance in (_NEAR, *_FAR):
        for right, up in _DIRECTIONS:
            centre_x = x + right * (distance + width / 2)
            centre_y = y + up * (distance + height / 2)
            if right == 0:  # above or below, as far aside as the panel makes it
                centre_x = min(max(centre_x, frame[0] + width / 2), frame[2] - width / 2)
            box = (centre_x - width / 2, centre_y - height / 2, centre_x + width / 2, centre_y + height / 2)
            is_inside = box[0] >= frame[0] and box[1] >= frame[1] and box[2] <= frame[2] and box[3] <= frame[3]
            if is_inside and not any(_overlap(box, other) for other in taken):
                return box
    return None


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
