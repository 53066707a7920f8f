"""The figures by name: what each shows, which module draws it, which views it reads."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from imageo.errors import InputError
from imageo.measures import DENOMINATORS, LEVELS, MEASURES

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


def chosen(dataset: str, fields: Mapping[str, object]) -> Choice:
    """The `Choice` of fields that somebody typed. Raises InputError for a field or a value that there is not."""
    allowed: dict[str, Collection[str]] = {"level": LEVELS, "measure": MEASURES, "denominator": DENOMINATORS}
    for field, value in fields.items():
        if field == "minimum_n":
            if not isinstance(value, int) or value < 1:
                raise InputError(f"minimum_n={value!r}: give a whole number from 1 on")
        elif field not in allowed:
            raise InputError(f"there is no choice {field!r}; there are {', '.join([*allowed, 'minimum_n'])}")
        elif value not in allowed[field]:
            raise InputError(f"there is no {field} {value!r}; there are {', '.join(allowed[field])}")
    typed: dict[str, Any] = dict(fields)
    return Choice(dataset, **typed)


class FigureKind(NamedTuple):
    """What stands behind the name of a figure.

    `module` of imageo.render.figures has `draw(frames: Frames, choice: Choice) -> Figure`, and
    `caption(frames, choice) -> str`: one or two sentences that say dataset, n, who is counted and what the intervals
    are; they are written below the figure and serve as its description. `reads`: view -> the fields of `Choice` that
    narrow it; where a view has `run_id` it is narrowed to the chosen runs, else where it has `dataset` to that.
    `settles`: fields of `Choice` on which the figure leaves no choice. `estimates`: the kind of bi.estimate that it
    reads besides, of the whole dataset, so that what is of no single run is there too.
    """

    summary: str
    module: str
    reads: Mapping[str, tuple[str, ...]]
    settles: Mapping[str, str] = MappingProxyType({})
    estimates: str = ""


FIGURES = {
    "thresholds": FigureKind(
        "Accuracy within 1 to 2,500 km by model, with intervals.", "thresholds", {"bi.leaderboard": ()}
    ),
    "true-predicted": FigureKind(
        "True against answered latitude and longitude by model, coloured by confidence.",
        "true_predicted",
        {"bi.leaderboard": (), "bi.prediction_detail": ()},
    ),
    "errors": FigureKind(
        "Cumulative distribution of the error by model, on a log axis.",
        "errors",
        {"bi.leaderboard": (), "bi.prediction_detail": ()},
    ),
    "confidence": FigureKind(
        "Boxes of the error by stated confidence, a panel a model.",
        "confidence",
        {"bi.leaderboard": (), "bi.prediction_detail": ()},
    ),
    "reliability": FigureKind(
        "How often a model is right at each confidence that it states, with intervals and counts.",
        "reliability",
        {"bi.leaderboard": (), "bi.reliability": ()},
    ),
    "world": FigureKind(
        "Maps of the world, a panel a model: the measure by country (or --level continent, admin1).",
        "regions",
        {"bi.leaderboard": (), "bi.region_rate": ("level", "measure"), "bi.region_shape": ("level",)},
    ),
    "us": FigureKind(
        "Maps of the United States, a panel a model: the measure by state.",
        "regions",
        {"bi.leaderboard": (), "bi.region_rate": ("level", "measure"), "bi.region_shape": ("level",)},
        {"level": "us_state"},
    ),
    "dataset": FigureKind(
        "Where the images of a dataset lie (--level us_state: the United States), and what they show.",
        "dataset",
        {"bi.image_detail": (), "bi.region_shape": ("level",), "bi.regression_panel": ()},
    ),
    "funnel": FigureKind(
        "Rates of regions, and which of them chance cannot explain.",
        "funnel",
        {"bi.region_rate": ("level", "measure"), "bi.leaderboard": ()},
    ),
    "ranks": FigureKind(
        "Models ranked, with intervals, and how ranks change with who is counted.",
        "ranks",
        {"bi.leaderboard": ()},
        estimates="comparison",
    ),
    "regression": FigureKind(
        "Odds ratios of how pictures are described, with intervals.",
        "regression",
        {"bi.leaderboard": ()},
        estimates="regression",
    ),
    "pareto": FigureKind("Cost against accuracy, and the models that nothing beats.", "pareto", {"bi.leaderboard": ()}),
    "words": FigureKind(
        "Word cloud and commonest pairs of words of the models' reasons.",
        "words",
        {"bi.prediction_reasoning": (), "bi.leaderboard": ()},
    ),
    "hits-misses": FigureKind(
        "Words of the models' reasons that tell hits from misses.",
        "hits_misses",
        {"bi.prediction_reasoning": (), "bi.leaderboard": ()},
    ),
    "gaps": FigureKind(
        "Best and worst region of every model, and the gap between them.",
        "gaps",
        {"bi.leaderboard": ()},
        estimates="gap",
    ),
    "attractors": FigureKind(
        "Countries that are answered too often or too seldom.",
        "attractors",
        {"bi.leaderboard": ()},
        estimates="attractor",
    ),
}
