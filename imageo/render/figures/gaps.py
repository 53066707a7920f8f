"""The gap between the best and the worst region of every model."""

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from imageo.errors import InputError
from imageo.render.figures.captions import about_data, about_denominator, set_title
from imageo.render.figures.catalogue import Choice, Frames
from imageo.render.figures.models import Model, models_of
from imageo.render.labels import LEVELS, MEASURES, clean_label

_ROW_INCHES = 0.4
_WORST, _BEST = "C5", "C0"


@dataclass(frozen=True)
class Gap:
    """`worst` and `best`: name, rate, lower and upper bound of a region in per cent; `gap`, `low`, `high` in points."""

    model: Model
    worst: tuple[str, float, float, float]
    best: tuple[str, float, float, float]
    gap: float
    low: float
    high: float
    minimum_n: int


def draw(frames: Frames, choice: Choice) -> Figure:
    """Left the rates of the worst and the best region with Wilson's intervals, right the gap with its own.

    `frames`: bi.leaderboard, and bi.estimate of kind gap. The interval of the gap holds for all pairs of regions at
    once, since the widest of many gaps is wide by noise too.
    """
    gaps = _gaps(frames, choice)
    figure = Figure(figsize=(mpl.rcParams["figure.figsize"][0], 1.2 + _ROW_INCHES * max(len(gaps), 2)))
    rates, widths = figure.subplots(1, 2, sharey=True, width_ratios=(3, 2))
    _rates(rates, gaps)
    lines = np.arange(len(gaps))
    widths.axvline(0, color="0.45", linewidth=0.8)
    widths.hlines(lines, [each.low for each in gaps], [each.high for each in gaps], color="C0", linewidth=1.6)
    widths.plot([each.gap for each in gaps], lines, "o", color="C0", markersize=5)
    widths.set_title("gap, points", fontsize="small")
    rates.set_title("worst and best, %", fontsize="small")
    rates.set_ylim(len(gaps) - 0.4, -0.6)
    for axes in (rates, widths):
        axes.grid(visible=False, axis="y")
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", left=False)
    set_title(figure, f"{MEASURES[choice.measure].label}: the worst and the best {LEVELS[choice.level][0]}")
    return figure


def caption(frames: Frames, choice: Choice) -> str:
    gaps = _gaps(frames, choice)
    least = " or ".join(f"{number:,}" for number in sorted({each.minimum_n for each in gaps}))
    return (
        f"{about_data([each.model for each in gaps], choice)} Of each {LEVELS[choice.level][0]} with at least "
        f"{least} images; triangles down: worst, up: best, with Wilson's 95 % interval. Gap: 95 % interval "
        "that holds for all pairs at once, from resamples of whole areas; where it reaches 0 the order may be chance. "
        f"{about_denominator(choice)}"
    )


def _gaps(frames: Frames, choice: Choice) -> list[Gap]:
    """Widest first. Raises InputError where none is stored."""
    stored = frames["bi.estimate"]
    stored = stored[
        (stored["measure"] == choice.measure)
        & (stored["denominator"] == choice.denominator)
        & (stored["grouping"] == choice.level)
    ]
    stored = stored.sort_values(["created_at", "analysis_id", "estimate_id"], ascending=[False, False, True])
    found = []
    for model in models_of(frames["bi.leaderboard"], choice):
        own = stored[stored["run_id"] == model.run_id]
        widest = own[(own["statistic"] == "gap") & own["estimate"].notna() & own["low"].notna()]
        if widest.empty:
            continue
        gap = widest.iloc[0]
        rates = own[(own["statistic"] == "rate") & (own["analysis_id"] == gap["analysis_id"])].set_index("subject")
        found.append(
            Gap(
                model,
                _region(rates, gap["subject"]),
                _region(rates, gap["other_subject"]),
                100 * float(gap["estimate"]),
                100 * float(gap["low"]),
                100 * float(gap["high"]),
                int(gap["parameters"].get("minimum_n", 0)),
            )
        )
    if not found:
        raise InputError(
            f"figure gaps: no gap of {choice.measure} by {choice.level} is stored for {choice.dataset!r}: "
            f"`imageo bias --gaps --level {choice.level} --measure {choice.measure}` computes it"
        )
    return sorted(found, key=lambda each: (-each.gap, each.model.name))


def _region(rates: pd.DataFrame, code: str) -> tuple[str, float, float, float]:
    row = rates.loc[[code]].iloc[0]
    name = row["subject_name"] if isinstance(row["subject_name"], str) else code
    return clean_label(name, 28), 100 * float(row["estimate"]), 100 * float(row["low"]), 100 * float(row["high"])


def _rates(axes: Axes, gaps: Sequence[Gap]) -> None:
    for line, each in enumerate(gaps):
        axes.hlines(line, each.worst[1], each.best[1], color="0.6", linewidth=0.8, linestyle=(0, (1, 1.5)))
        for (name, rate, low, high), color, marker, side in (
            (each.worst, _WORST, "v", "left"),
            (each.best, _BEST, "^", "right"),
        ):
            axes.hlines(line, low, high, color=color, linewidth=1.4, alpha=0.7)
            axes.plot(rate, line, marker, color=color, markersize=5.5)
            # Below the line, from the outer ends of the panel: two names never meet in the middle.
            x = -2 if side == "left" else 102
            axes.text(x, line + 0.36, name, ha=side, va="center", fontsize="x-small")
    axes.set(xlim=(-3, 103), xticks=(0, 25, 50, 75, 100))
    axes.set_yticks(range(len(gaps)), [each.model.name for each in gaps])
