"""The line below a figure: what was measured, on how much, who is counted, and what its intervals are."""

import re
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from matplotlib.font_manager import FontProperties
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.textpath import TextToPath

from imageo.measures import DENOMINATORS
from imageo.render.figures.catalogue import Choice
from imageo.render.figures.models import Model
from imageo.render.labels import clean_label

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WILSON = "Intervals: Wilson, 95 %."

_SIZE = "x-small"
_MARGIN_INCHES = 0.1
_LINE_HEIGHT = 1.3


def about_data(models: Sequence[Model], choice: Choice) -> str:
    """`Dataset pcw, 270 images, 7 models.`"""
    asked = sorted({int(model.row["n_images"]) for model in models})
    images = counted(asked[0], "image") if len(asked) == 1 else f"{asked[0]:,} to {asked[-1]:,} images"
    return f"Dataset {clean_label(choice.dataset, 60)}, {images}, {counted(len(models), 'model')}."


def about_denominator(choice: Choice) -> str:
    """`Rates over all images; a non-answer is wrong.`"""
    return f"Rates {DENOMINATORS[choice.denominator]}."


class _AboveCaption(ConstrainedLayoutEngine):
    """Constrained layout of what stands above `below` (0..1 of the figure)."""

    def __init__(self, below: float) -> None:
        super().__init__(rect=(0, below, 1, 1 - below))
        self._below = below

    def execute(self, fig: "Figure") -> None:
        super().execute(fig)
        # The solver's last digits differ from process to process, and ids in an SVG are made of them.
        for axes in fig.axes:
            axes._set_position([round(side, 7) for side in axes.get_position(original=True).bounds])  # type: ignore[attr-defined]
        # The label of all x axes is laid out at the foot of the figure, whatever the rectangle.
        if label := next((text for text in fig.texts if text is getattr(fig, "_supxlabel", None)), None):
            x, y = label.get_position()
            label.set_position((x, y + self._below))


def counted(number: int, thing: str) -> str:
    """`1 image`, `2,796 images`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def set_title(figure: "Figure", text: str) -> None:
    """The title of a figure of several panels, at the left like that of one."""
    figure.suptitle(text, x=_MARGIN_INCHES / figure.get_size_inches()[0], ha="left", fontweight="bold", fontsize=10)


def set_caption(figure: "Figure", text: str) -> None:
    """Write `text`, if any, below `figure`, wrapped; the figure grows by what that takes."""
    if not text:
        figure.set_layout_engine(_AboveCaption(0.0))
        return
    font = FontProperties(size=_SIZE)
    points: float = font.get_size_in_points()
    width, height = figure.get_size_inches()
    lines = _wrapped(text, font, 72 * (width - 2 * _MARGIN_INCHES))
    room = len(lines) * points * _LINE_HEIGHT / 72 + _MARGIN_INCHES
    figure.set_size_inches(width, height + room)
    figure.set_layout_engine(_AboveCaption(room / (height + room)))
    figure.text(
        _MARGIN_INCHES / width,
        room / (height + room),
        "\n".join(lines),
        size=_SIZE,
        color=mpl.rcParams["xtick.color"],
        verticalalignment="top",
        linespacing=_LINE_HEIGHT,
        in_layout=False,
    )


def _wrapped(text: str, font: FontProperties, points: float) -> list[str]:
    """Lines of at most `points`; a number stays with its unit."""
    text = re.sub(r"(?<=\d) (?=%|km\b)", "\u00a0", text)
    measure = TextToPath()
    most = len(text)
    while True:
        lines = textwrap.wrap(text, most, break_on_hyphens=False)
        widths = [measure.get_text_width_height_descent(line, font, ismath=False)[0] for line in lines]
        if np.max(widths) <= points or most <= 10:
            return lines
        most = int(min(most - 1, most * points / np.max(widths)))
