"""Models ranked by a measure, how sure that rank is, and how it changes with who is counted."""

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from statsmodels.stats.proportion import proportion_confint

from imageo.analysis.ranks import ranks
from imageo.errors import InputError
from imageo.render.figures.captions import about_data, about_denominator, counted, set_title
from imageo.render.figures.catalogue import Choice, Frames
from imageo.render.figures.models import Model, models_of
from imageo.render.labels import MEASURES

_ROW_INCHES = 0.25
_RISES, _FALLS, _STAYS = "C0", "C5", "0.6"
_WHO = {"all": "all images", "answered": "answers only"}
_COUNTED = {"country": "n_country", "state": "n_state", "city": "n_city"}


@dataclass(frozen=True)
class Standing:
    """A model's rate in per cent with Wilson's bounds, and its ranks, from 1, ties sharing the best.

    `rank` and `rate` are under the chosen denominator, `other_rank` under the other one; `low_rank`, `high_rank` are
    the interval that is stored, 0 where none is.
    """

    model: Model
    rate: float
    low: float
    high: float
    rank: int
    other_rank: int
    low_rank: int
    high_rank: int


def draw(frames: Frames, choice: Choice) -> Figure:
    """Rates with Wilson's interval, ranks with the interval that is stored, and a slope to the other denominator.

    `frames`: bi.leaderboard, and bi.estimate of kind comparison. Without a comparison of these very runs there is no
    panel of rank intervals.
    """
    standings = _standings(frames, choice)
    has_intervals = standings[0].low_rank > 0
    figure = Figure(figsize=(mpl.rcParams["figure.figsize"][0], 1.2 + _ROW_INCHES * max(len(standings), 2)))
    widths = (3, 2, 2) if has_intervals else (3, 2)
    panels = figure.subplots(1, len(widths), sharey=True, width_ratios=widths)
    _rates(panels[0], standings, MEASURES[choice.measure].label)
    if has_intervals:
        _ranks(panels[1], standings)
    _slopes(panels[-1], standings, choice)
    for axes in panels:
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", left=False)
    set_title(figure, "Who stands where, and how sure that is")
    return figure


def caption(frames: Frames, choice: Choice) -> str:
    standings = _standings(frames, choice)
    parts = [
        about_data([each.model for each in standings], choice),
        f"Left: rate with Wilson's 95 % interval. {about_denominator(choice)}",
    ]
    if standings[0].low_rank > 0:
        parts.append("Middle: rank with its 95 % interval, over resamples of the images that all were asked about.")
    else:
        parts.append("Of ranks of these very models no intervals are stored: `imageo compare` computes them.")
    changed = sum(each.rank != each.other_rank for each in standings)
    parts.append(
        f"Right: rank over {_WHO[choice.denominator]}, then over {_WHO[_other(choice)]} (solid: higher then, dashed: "
        f"lower); {changed:,} of {counted(len(standings), 'model')} change place."
    )
    return " ".join(parts)


def _other(choice: Choice) -> str:
    return "answered" if choice.denominator == "all" else "all"


def _standings(frames: Frames, choice: Choice) -> list[Standing]:
    measure, denominator = choice.measure, choice.denominator
    models = [
        model
        for model in models_of(frames["bi.leaderboard"], choice)
        if pd.notna(model.row[f"{measure}_all"]) and pd.notna(model.row[f"{measure}_answered"])
    ]
    if not models:
        raise InputError(
            f"figure ranks: no model of {choice.dataset!r} has a {measure} rate over all images and over answers"
        )

    def placed(which: str) -> list[int]:
        return [int(rank) for rank in ranks(np.array([model.row[f"{measure}_{which}"] for model in models], float))]

    own, other = placed(denominator), placed(_other(choice))
    stored = _stored_intervals(frames["bi.estimate"], choice, [model.run_id for model in models])
    found = []
    for model, rank, other_rank in zip(models, own, other, strict=True):
        n = int(model.row[counted_in(measure, denominator)])
        rate = float(model.row[f"{measure}_{denominator}"])
        low, high = proportion_confint(round(rate * n), n, method="wilson")
        ends = stored.get(model.run_id, (0, 0))
        found.append(Standing(model, 100 * rate, 100 * min(low, rate), 100 * max(high, rate), rank, other_rank, *ends))
    return found


def counted_in(measure: str, denominator: str) -> str:
    """The column of bi.leaderboard that says over how many images a rate is."""
    name = _COUNTED.get(measure.removesuffix("_match"))
    if name is None:
        return "n_images" if denominator == "all" else "n_located"
    return name if denominator == "all" else f"{name}_answered"


def _stored_intervals(estimates: pd.DataFrame, choice: Choice, run_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """run_id -> interval of its rank, of the newest comparison of these very runs; empty where there is none."""
    of_measure = estimates[
        (estimates["statistic"] == "rank")
        & (estimates["measure"] == choice.measure)
        & (estimates["denominator"] == choice.denominator)
        & estimates["low"].notna()
    ].sort_values(["created_at", "analysis_id"], ascending=False, kind="stable")
    for _, rows in of_measure.groupby("analysis_id", sort=False):
        if sorted(rows["run_id"]) == sorted(run_ids):
            ends = zip(rows["run_id"], rows["low"], rows["high"], strict=True)
            return {int(run_id): (int(low), int(high)) for run_id, low, high in ends}
    return {}


def _rates(axes: Axes, standings: Sequence[Standing], label: str) -> None:
    lines = np.arange(len(standings))
    axes.hlines(lines, [each.low for each in standings], [each.high for each in standings], color="C0", linewidth=1.6)
    axes.plot([each.rate for each in standings], lines, "o", color="C0", markersize=5)
    axes.set_yticks(lines, [each.model.name for each in standings])
    axes.set_ylim(len(standings) - 0.4, -0.6)
    axes.set_title(f"{label}, %", fontsize="small")
    axes.grid(visible=False, axis="y")


def _ranks(axes: Axes, standings: Sequence[Standing]) -> None:
    for line, each in enumerate(standings):
        axes.hlines(line, each.low_rank, each.high_rank, color="0.5", linewidth=4, alpha=0.5)
        axes.plot(each.rank, line, "o", color=mpl.rcParams["text.color"], markersize=5)
    last = max(each.high_rank for each in standings)
    axes.set(xlim=(0.5, last + 0.5), xticks=range(1, last + 1, 1 + (last - 1) // 8))
    axes.set_title("rank", fontsize="small")
    axes.grid(visible=False, axis="y")


def _slopes(axes: Axes, standings: Sequence[Standing], choice: Choice) -> None:
    # Ties share a rank but not a line: each model keeps a row of its own at both ends.
    order = sorted(range(len(standings)), key=lambda line: (standings[line].other_rank, line))
    row_then = {line: row for row, line in enumerate(order)}
    for line, each in enumerate(standings):
        change = each.other_rank - each.rank
        color = _STAYS if change == 0 else _FALLS if change > 0 else _RISES
        dashes = (0, (3, 1.5)) if change > 0 else "solid"
        axes.plot((0, 1), (line, row_then[line]), color=color, linewidth=1.0 if change == 0 else 1.8, linestyle=dashes)
        for x, y, rank, side in ((-0.06, line, each.rank, "right"), (1.06, row_then[line], each.other_rank, "left")):
            axes.text(x, y, str(rank), ha=side, va="center", fontsize="x-small")
    axes.set(xlim=(-0.3, 1.3), xticks=(0, 1))
    axes.set_xticklabels([_WHO[choice.denominator], _WHO[_other(choice)]])
    axes.set_title("rank, by who is counted", fontsize="small")
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="x", bottom=False)
    axes.grid(visible=False)
