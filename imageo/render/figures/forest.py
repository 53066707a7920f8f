"""Forest plots: ratios with intervals on a log axis, row by row, models as colours or as panels."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullFormatter

from imageo.render.figures.captions import set_title
from imageo.render.figures.models import short_names
from imageo.render.figures.panels import grid_shape
from imageo.render.figures.placing import fitted, text_width

_MOST_TOGETHER = 8
_LINE, _DODGE = 0.19, 0.078
_NAME_SIZE, _NAME_POINTS = "small", 140
_WIDEST = 60.0
"""An axis goes from 1/60 to 60 at most; what lies beyond gets an arrow."""

Row = tuple[str, str | None]


@dataclass(frozen=True)
class Trees:
    """The ratios of a model, or of all together: `terms` with field, level, estimate, low, high; NaN is unbounded."""

    name: str
    color: str
    marker: str
    terms: pd.DataFrame
    is_pooled: bool = False


def forest(fits: Sequence[Trees], title: str, label: str) -> Figure:
    """Rows grouped by field, levels by their mean; a panel for all, or one each where there are more than eight."""
    together = len(fits) <= _MOST_TOGETHER
    groups = [fits] if together else [[fit if fit.is_pooled else replace(fit, color="C0", marker="o")] for fit in fits]
    places, height = _places(fits, together)
    names = _row_names(list(places), _NAME_POINTS if together else _NAME_POINTS * 0.75)
    rows, columns = grid_shape(len(groups), 1 if together else 4 if len(groups) <= 12 else 5)
    figure = Figure(figsize=(mpl.rcParams["figure.figsize"][0], 1.0 + rows * (height + 0.3)))
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    panels = list(grid.flat)
    span = _span(fits)
    room = (72 * figure.get_figwidth() - max(text_width(name, _NAME_SIZE, "bold") for name in names)) / columns - 14
    for axes, group in zip(panels, groups, strict=False):
        _forest(axes, group, places, span)
        if not together:
            axes.set_title(fitted(group[0].name, room, "small", "bold"), fontsize="small")
            outer = 2 if span < 5 else 5 if span < 10 else 10
            axes.xaxis.set_major_locator(FixedLocator((1 / outer, 1, outer)))
    for axes in panels[len(groups) :]:
        axes.remove()
    for axes in panels[len(groups) - columns : len(groups)]:
        axes.tick_params(labelbottom=True)
    for row in grid:
        _name_rows(row[0], places, names)
    panels[0].set_ylim(height, 0)
    figure.supxlabel(label, fontsize="small")
    set_title(figure, title)
    if together and len(fits) > 1:
        panels[0].legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=min(3, len(fits)), borderaxespad=0.2)
    return figure


def _places(fits: Sequence[Trees], together: bool) -> tuple[dict[Row, float], float]:
    """Where the middle of each heading (field, None) and each (field, level) stands, and their height, in inches.

    Fields as they come in the fits, levels by their mean effect. A row is as high as the fits in it need.
    """
    terms = pd.concat([fit.terms for fit in fits])
    rows = pd.DataFrame(
        {
            "field": terms["field"],
            "level": terms["level"],
            "effect": np.log(terms["estimate"].astype(float).clip(1 / _WIDEST, _WIDEST)),
        }
    )
    means = rows.groupby(["field", "level"])["effect"].agg(["mean", "size"]).reset_index()
    places: dict[Row, float] = {}
    top, line = 0.05, _LINE if together else 0.8 * _LINE
    for field in dict.fromkeys(terms["field"]):
        places[field, None] = top + line / 2
        top += line
        of_field = means[means["field"] == field].sort_values(["mean", "level"], ascending=[False, True])
        for level, size in zip(of_field["level"], of_field["size"], strict=True):
            height = max(line, 0.1 + _DODGE * size) if together else line
            places[field, level] = top + height / 2
            top += height
    return places, top + 0.05


def _span(fits: Sequence[Trees]) -> float:
    ends = pd.concat([fit.terms[["low", "high"]] for fit in fits]).astype(float).to_numpy()
    known = ends[np.isfinite(ends) & (ends > 0)]
    return float(min(_WIDEST, max(2.2, 1.15 * np.exp(np.abs(np.log(known)).max())))) if known.size else 2.2


def has_arrows(fits: Sequence[Trees]) -> bool:
    """Whether an interval leaves the axis."""
    span = _span(fits)
    ends = pd.concat([fit.terms[["low", "high"]] for fit in fits]).astype(float)
    return bool((ends.isna().any(axis=1) | (ends["low"] < 1 / span) | (ends["high"] > span)).any())


def _forest(axes: Axes, fits: Sequence[Trees], places: dict[Row, float], span: float) -> None:
    axes.axvline(1, color="0.45", linewidth=0.8)
    keys = [list(zip(fit.terms["field"], fit.terms["level"], strict=True)) for fit in fits]
    in_row = Counter(key for own in keys for key in own)
    drawn = Counter[Row]()
    for fit, own in zip(fits, keys, strict=True):
        lines = [places[key] + _DODGE * (drawn[key] - (in_row[key] - 1) / 2) for key in own]
        drawn.update(own)
        low = fit.terms["low"].astype(float).fillna(0).clip(lower=1 / span / 1.05).to_numpy()
        high = fit.terms["high"].astype(float).fillna(np.inf).clip(upper=span * 1.05).to_numpy()
        middle = fit.terms["estimate"].astype(float).clip(1 / span, span).to_numpy()
        look: dict[str, Any] = {"color": fit.color, "linewidth": 2.4 if fit.is_pooled else 1.1}
        axes.hlines(lines, low, high, **look)
        face = mpl.rcParams["axes.facecolor"] if fit.is_pooled else fit.color
        axes.plot(
            middle, lines, fit.marker, color=fit.color, markerfacecolor=face, markersize=4.5 if fit.is_pooled else 3.8,
            label=fit.name, linestyle="none", markeredgewidth=1.2 if fit.is_pooled else 0.6,
        )  # fmt: skip
        for ends, edge, marker in ((low, 1 / span, "<"), (high, span, ">")):
            beyond = [line for line, end in zip(lines, ends, strict=True) if abs(np.log(end)) > np.log(span)]
            axes.plot([edge] * len(beyond), beyond, marker, color=fit.color, markersize=3.5, linestyle="none")
    axes.set(xscale="log", xlim=(1 / span / 1.05, span * 1.05))
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if span < 15 else (1, 3), numticks=12))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.3g}"))
    axes.grid(visible=False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", left=False)


def _row_names(rows: Sequence[Row], points: float) -> list[str]:
    """What stands beside each row, at most `points` wide."""
    models = [level for field, level in rows if field == "model" and level is not None]
    short = dict(zip(models, short_names(models, 26), strict=True))
    names = []
    for field, level in rows:
        text = field.replace("_", " ") if level is None else short[level] if field == "model" else level
        names.append(fitted(text, points, _NAME_SIZE, "bold" if level is None else "normal"))
    return names


def _name_rows(axes: Axes, places: dict[Row, float], names: Sequence[str]) -> None:
    axes.set_yticks(list(places.values()), names, fontsize=_NAME_SIZE)
    for label, (_, level) in zip(axes.get_yticklabels(), places, strict=True):
        label.set_fontweight("bold" if level is None else "normal")
