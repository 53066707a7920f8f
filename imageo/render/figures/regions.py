"""Choropleth panels: a rate by region, a map a model, one scale of colours for all."""

from itertools import pairwise
from typing import NamedTuple

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from imageo.errors import InputError
from imageo.measures import LEVELS
from imageo.render.figures.captions import about_data, about_denominator, counted, set_title
from imageo.render.figures.catalogue import Choice, Frames
from imageo.render.figures.geography import BORDER, Plane, draw_areas, draw_background, plane_of
from imageo.render.figures.models import Model, models_of
from imageo.render.figures.panels import grid_shape
from imageo.render.labels import LEVELS as LEVEL_NAMES
from imageo.render.labels import MEASURES
from imageo.render.maps.classes import CIVIDIS, breaks_for
from imageo.render.maps.projection import polygons_of

_HATCH = "////////"
_INK = "#8a8a8a"
# Without images: lighter than the lightest class in grey print too, and told from it by the grey border.
_BARE, _BARE_BORDER = "#f7f7f7", "#b4b8bc"
_LEGEND_INCHES = 0.42
# Of a symbol, in points: on a smaller map it is smaller; one stands for a region whose largest part is a square of
# less than half its size.
_SYMBOL_POINTS = (1.8, 4.0)
_MAP_BY_SYMBOL = 95


def draw(frames: Frames, choice: Choice) -> Figure:
    """A map a model, the chosen measure by region of the chosen level, in six classes that all maps share.

    `frames`: `bi.leaderboard`, `bi.region_rate` and `bi.region_shape` of that level. Regions with fewer images than
    `choice.minimum_n` are hatched and say no rate; a dot stands for a region too small to be seen.
    """
    runs = len(frames["bi.leaderboard"])
    rows, columns = grid_shape(runs, _most_columns(runs, choice.level)) if runs else (1, 1)
    # Beside a name stand the rate and n.
    models = models_of(frames["bi.leaderboard"], choice, length={1: 60, 2: 30}.get(columns, 19))
    rates = _rates(frames, choice)
    breaks = _breaks(rates, choice.minimum_n)
    width = mpl.rcParams["figure.figsize"][0]
    shapes = frames["bi.region_shape"]
    assert isinstance(shapes, gpd.GeoDataFrame)
    panel_width = width / columns - 0.12
    plane = plane_of(shapes, choice.level, panel_width)
    height = plane.proportion * panel_width
    figure = Figure(figsize=(width, 0.3 + rows * (height + 0.25) + _LEGEND_INCHES))
    grid = figure.add_gridspec(rows + 1, columns, height_ratios=[*[height] * rows, _LEGEND_INCHES])
    for index, model in enumerate(models):
        axes = figure.add_subplot(grid[divmod(index, columns)])
        mine = rates[rates["run_id"] == model.run_id]
        _map(axes, plane, mine, choice, breaks, 72 * panel_width)
        _head(axes, model, mine, choice)
    _legend(figure.add_subplot(grid[rows, :]), breaks, choice)
    set_title(figure, f"{MEASURES[choice.measure].label}, by {LEVEL_NAMES[choice.level][0]}")
    return figure


def caption(frames: Frames, choice: Choice) -> str:
    models = models_of(frames["bi.leaderboard"], choice)
    rates = _rates(frames, choice)
    singular, plural = LEVEL_NAMES[choice.level]
    n = rates.groupby("region_code")[f"n_{choice.denominator}"].max()
    images = int(rates.groupby("region_code")["n_all"].max().sum())
    enough = (rates[f"n_{choice.denominator}"] >= choice.minimum_n).groupby(rates["run_id"]).sum()
    least, most = int(enough.min()), int(enough.max())
    have = f"{most:,} have" if least == most else f"{least:,} to {most:,}, by model, have"
    boundless = sorted(set(n.index) - set(frames["bi.region_shape"]["region_code"]))
    undrawn = f" {counted(len(boundless), 'region')} without a boundary not drawn." if boundless else ""
    shared = "All maps share the classes. " if len(models) > 1 else ""
    return (
        f"{about_data(models, choice)} {counted(images, 'image')} lie in {len(n):,} "
        f"{singular if len(n) == 1 else plural}, of which {have} at least {choice.minimum_n}; the others are "
        f"hatched. {about_denominator(choice)} {shared}No intervals are drawn.{undrawn}"
    )


def _most_columns(maps: int, level: str) -> int:
    """The United States are half as high again as the world and stay legible when they are smaller."""
    few = 4 if level == "us_state" else 8
    return 1 if maps == 1 else 2 if maps <= few else 3


class _Looks(NamedTuple):
    """Of regions with a rate: colour by code; and those with too few images."""

    colours: dict[str, str]
    thin: set[str]


def _rates(frames: Frames, choice: Choice) -> pd.DataFrame:
    if choice.level not in LEVEL_NAMES:
        raise InputError(f"map figures know the levels {', '.join(LEVELS)}, not {choice.level!r}")
    rates = frames["bi.region_rate"]
    rates = rates[rates[f"n_{choice.denominator}"] > 0]
    if rates.empty:
        where = f"dataset {choice.dataset!r} at level {choice.level}"
        raise InputError(f"map: no image of {where} has a rate of {choice.measure}; choose another level or measure")
    return rates


def _breaks(rates: pd.DataFrame, minimum_n: int) -> tuple[float, ...]:
    """Class boundaries for all models and both denominators, as on the page."""
    pooled: list[float] = []
    for each in ("all", "answered"):
        enough = rates[rates[f"n_{each}"] >= minimum_n]
        pooled.extend((enough["n_correct"] / enough[f"n_{each}"]).astype(float).tolist())
    return breaks_for(pooled)


def _looks(rates: pd.DataFrame, choice: Choice, breaks: tuple[float, ...]) -> _Looks:
    n = rates[f"n_{choice.denominator}"].to_numpy(dtype=float)
    classes = np.searchsorted(breaks, rates["n_correct"].to_numpy(dtype=float) / n, side="right")
    codes = rates["region_code"].tolist()
    enough = n >= choice.minimum_n
    return _Looks(
        {code: CIVIDIS[index] for code, index, is_known in zip(codes, classes, enough, strict=True) if is_known},
        {code for code, is_known in zip(codes, enough, strict=True) if not is_known},
    )


def _map(
    axes: Axes, plane: Plane, rates: pd.DataFrame, choice: Choice, breaks: tuple[float, ...], width_points: float
) -> None:
    looks = _looks(rates, choice, breaks)
    draw_background(axes, plane)
    outlines = dict(zip(plane.codes, plane.outlines, strict=True))
    bare = [outline for code, outline in outlines.items() if code not in looks.colours and code not in looks.thin]
    draw_areas(axes, bare, facecolor=_BARE, edgecolor=_BARE_BORDER, linewidth=0.2)
    thin = [outline for code, outline in outlines.items() if code in looks.thin]
    draw_areas(axes, thin, facecolor="white", edgecolor=_INK, linewidth=0.2, hatch=_HATCH)
    for colour in CIVIDIS:
        areas = [outline for code, outline in outlines.items() if looks.colours.get(code) == colour]
        draw_areas(axes, areas, facecolor=colour, edgecolor=BORDER, linewidth=0.2)
    symbol = float(np.clip(width_points / _MAP_BY_SYMBOL, *_SYMBOL_POINTS))
    if plane.level == "admin1":
        symbol /= 2  # hundreds of them would bury the map
    metres = (plane.view[2] - plane.view[0]) / width_points * symbol / 2
    for code, outline in outlines.items():
        largest = max(polygons_of(outline), key=lambda polygon: polygon.area)
        if largest.area >= metres**2 or not (code in looks.colours or code in looks.thin):
            continue
        place = shapely.point_on_surface(largest)
        axes.plot(
            place.x,
            place.y,
            "o",
            color=looks.colours.get(code, "white"),
            markeredgecolor=_INK if code in looks.thin else "black",
            markeredgewidth=symbol / 8,
            markersize=symbol,
            zorder=2 if code in looks.thin else 2.1,
        )


def _head(axes: Axes, model: Model, rates: pd.DataFrame, choice: Choice) -> None:
    # A given height: matplotlib would make room for the ticks that the map does not have.
    axes.set_title(model.name, fontsize="small", y=1.0, pad=3)
    n = int(rates[f"n_{choice.denominator}"].sum())
    if n:
        overall = f"{100 * rates['n_correct'].sum() / n:.1f} %, n = {n:,}"
        axes.set_title(overall, loc="right", fontsize="x-small", fontweight="normal", y=1.0, pad=3)


def _legend(axes: Axes, breaks: tuple[float, ...], choice: Choice) -> None:
    axes.set_axis_off()
    bounds = [0.0, *breaks, 1.0]
    labels = [f"{100 * low:.0f} to {100 * high:.0f} %" for low, high in pairwise(bounds)]
    labels[0], labels[-1] = f"below {100 * breaks[0]:.0f} %", f"{100 * breaks[-1]:.0f} % and more"
    classes = [Patch(facecolor=colour, label=label) for colour, label in zip(CIVIDIS, labels, strict=True)]
    few = f"fewer than {counted(choice.minimum_n, 'image')}"
    others = [
        Patch(facecolor="white", edgecolor=_INK, linewidth=0.4, hatch=_HATCH, label=few),
        Patch(facecolor=_BARE, edgecolor=_BARE_BORDER, linewidth=0.4, label="no images"),
        Line2D([], [], marker="o", linestyle="none", color="white", markeredgecolor="black", markeredgewidth=0.5,
               markersize=3, label="region too small to be seen"),
    ]  # fmt: skip
    looks = {"handlelength": 1.4, "columnspacing": 1.2, "handletextpad": 0.5, "borderpad": 0, "fontsize": "x-small"}
    first = axes.legend(handles=classes, ncols=6, loc="upper center", **looks)
    axes.add_artist(first)
    axes.legend(handles=others, ncols=3, loc="upper center", bbox_to_anchor=(0.5, 0.5), **looks)
