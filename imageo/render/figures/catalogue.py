"""The figures by name: what each shows, which module draws it, which views it reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

Frames = Mapping[str, "pd.DataFrame"]
"""The rows of each view that a figure reads, by the name of the view."""


@dataclass(frozen=True)
class Choice:
    """What a figure is to show, where it has a choice."""

    dataset: str
    level: str = "country"
    measure: str = "accuracy_25km"
    denominator: str = "all"
    minimum_n: int = 10


class FigureKind(NamedTuple):
    """`module` of imageo.render.figures has `draw(frames: Frames, choice: Choice) -> Figure`.

    `reads`: view -> the fields of `Choice` that narrow it, beside dataset and runs.
    """

    summary: str
    module: str
    reads: Mapping[str, tuple[str, ...]]


FIGURES = {
    "thresholds": FigureKind(
        "Accuracy within 1 to 2,500 km by model, with intervals.", "thresholds", {"bi.leaderboard": ()}
    ),
}
