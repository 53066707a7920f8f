"""Funnel plot of the rates of regions: which of them chance cannot explain."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from scipy.stats import binom

from imageo.analysis.inequality import beyond_chance, funnel_limits, overdispersion
from imageo.errors import InputError
from imageo.render.figures.captions import about_data, about_denominator, set_title
from imageo.render.figures.catalogue import Choice, Frames
from imageo.render.figures.models import Model, models_of
from imageo.render.figures.panels import panel_grid
from imageo.render.figures.placing import Crowd, Labelled, fitted, place_labels
from imageo.render.labels import LEVELS, MEASURES

_LIMITS = {0.95: (0, (4, 2)), 0.998: "solid"}
_BELOW, _ABOVE = "C5", "C0"
_MOST_NAMED = {1: 12, 2: 7, 3: 4, 4: 3}
"""Outliers named in a panel, by how many panels stand side by side."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Funnel:
    """The regions of one model: `rates` with n, k, rate and `side` of the 99.8 % limits (-1, 0, 1), widest first."""

    model: Model
    rates: pd.DataFrame
    overall: float
    scatter: float


def draw(frames: Frames, choice: Choice) -> Figure:
    """A panel a model: rate of each region against its images, within the limits that chance alone gives.

    `frames`: bi.region_rate and bi.leaderboard. Limits: exact binomial, interpolated, around the model's overall rate
    (Spiegelhalter 2005, Statistics in Medicine 24:1185, doi:10.1002/sim.1970).
    """
    funnels = _funnels(frames, choice)
    columns = _columns(len(funnels))
    figure, panels = panel_grid(
        [funnel.model for funnel in funnels], most_columns=columns, height_inches={1: 3.9, 2: 2.6}.get(columns, 2.1)
    )
    most = max(float(funnel.rates["n"].max()) for funnel in funnels)
    least = min(float(funnel.rates["n"].min()) for funnel in funnels)
    crowds = []
    for axes, funnel in zip(panels, funnels, strict=True):
        _limits(axes, funnel, least / 1.3, most * 1.3)
        _points(axes, funnel)
        far = funnel.rates[funnel.rates["side"] != 0].head(_MOST_NAMED[columns])
        names = [
            Labelled(n, 100 * rate, fitted(name, 72 if columns > 3 else 84, "x-small")) for n, rate, name in _cells(far)
        ]
        crowds.append(Crowd(axes, names, [(n, 100 * rate) for n, rate, _ in _cells(funnel.rates)]))
    figure.supxlabel("images of the region (log scale)", fontsize="small")
    figure.supylabel(f"{MEASURES[choice.measure].label}, %", fontsize="small")
    set_title(figure, f"Rates by {LEVELS[choice.level][0]} and what chance explains")
    place_labels(figure, crowds)
    return figure


def caption(frames: Frames, choice: Choice) -> str:
    funnels = _funnels(frames, choice)
    outside = sum(int((funnel.rates["side"] != 0).sum()) for funnel in funnels)
    points = sum(len(funnel.rates) for funnel in funnels)
    return (
        f"{about_data([funnel.model for funnel in funnels], choice)} Each point is a {LEVELS[choice.level][0]}; line: "
        "the model's overall rate; dashed and solid: 95 % and 99.8 % limits by chance alone, exact binomial "
        "(Spiegelhalter 2005), where a count of hits can lie outside. "
        f"Triangles: outside 99.8 %, {outside:,} of {points:,} points (by chance at most {0.002 * points:,.1f}), the "
        "farthest named. φ: how many times the scatter is that of chance, a tenth winsorised each side (by chance "
        f"alone about 0.7). {about_denominator(choice)}"
    )


def _funnels(frames: Frames, choice: Choice) -> list[Funnel]:
    d, found = choice.denominator, []
    rates = frames["bi.region_rate"]
    board = frames["bi.leaderboard"]
    for model in models_of(board, choice, 80 // _columns(len(board))):
        own = rates[(rates["run_id"] == model.run_id) & (rates[f"n_{d}"].fillna(0) > 0)]
        if own.empty:
            continue
        n, k = own[f"n_{d}"].to_numpy(float), own["n_correct"].to_numpy(float)
        overall = float(k.sum() / n.sum())
        spread = np.sqrt(np.maximum(overall * (1 - overall), 1e-12) / n)
        points = pd.DataFrame(
            {
                "name": own["region_name"].fillna(own["region_code"]).to_numpy(),
                "n": n,
                "k": k,
                "rate": k / n,
                "side": beyond_chance(k, n, overall),
                "distance": np.abs(k / n - overall) / spread,
            }
        ).sort_values(["distance", "name"], ascending=[False, True], ignore_index=True)
        found.append(Funnel(model, points, overall, overdispersion(k, n)))
    if not found:
        level = choice.level.replace("_", " ")
        raise InputError(
            f"figure funnel: no image of {choice.dataset!r} lies in a {level} and has a {choice.measure}; "
            "choose another --level or --measure"
        )
    return found


def drawn_limits(n: Floats, overall: float, level: float) -> tuple[Floats, Floats]:
    """The limits in per cent, missing where no count of hits out of n can lie outside."""
    lower, upper = funnel_limits(n, overall, level)
    tail = (1 - level) / 2
    lower = np.where(binom.pmf(0, n, overall) < tail, lower, np.nan)
    upper = np.where(binom.pmf(n, n, overall) < tail, upper, np.nan)
    return np.asarray(100 * lower, float), np.asarray(100 * upper, float)


def _columns(panels: int) -> int:
    return 1 if panels == 1 else 2 if panels <= 4 else 3 if panels <= 9 else 4


def _cells(rates: pd.DataFrame) -> list[tuple[float, float, str]]:
    return list(zip(rates["n"], rates["rate"], rates["name"].map(str), strict=True))


def _limits(axes: Axes, funnel: Funnel, least: float, most: float) -> None:
    n = np.unique(np.round(np.geomspace(max(1, least), most, 200)))
    axes.axhline(100 * funnel.overall, color="0.45", linewidth=0.8)
    for level, dashes in _LIMITS.items():
        for limit in drawn_limits(n, funnel.overall, level):
            axes.plot(n, limit, color="0.45", linewidth=0.8, linestyle=dashes)
    axes.set(xscale="log", xlim=(least, most), ylim=(-4, 104))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_major_locator(LogLocator(subs=(1,) if most / least > 80 else (1, 2, 5), numticks=12))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def _points(axes: Axes, funnel: Funnel) -> None:
    for side, marker, color, size in ((0, "o", "0.55", 8), (-1, "v", _BELOW, 18), (1, "^", _ABOVE, 18)):
        some = funnel.rates[funnel.rates["side"] == side]
        axes.scatter(
            some["n"],
            100 * some["rate"],
            s=size,
            marker=marker,
            color=color,
            alpha=0.9 if side else 0.6,
            linewidths=0,
            zorder=3,
        )
    axes.text(
        0.98, 0.02, f"φ {funnel.scatter:.1f}", transform=axes.transAxes, ha="right", va="bottom", fontsize="x-small"
    )
