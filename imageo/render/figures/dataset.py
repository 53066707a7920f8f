"""What a dataset is made of: where its images lie, and what they show."""

from collections.abc import Mapping

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, LogNorm
from matplotlib.figure import Figure

from imageo.analysis.consensus import TIE, consensus
from imageo.errors import InputError
from imageo.render.figures.captions import counted, set_title
from imageo.render.figures.catalogue import Choice, Frames
from imageo.render.figures.geography import BORDER, LAND, Plane, draw_areas, draw_background, plane_of
from imageo.render.labels import clean_label

_MOST_DOTS = 1500
"""More images than this are counted by hexagon: dots would lie one on another."""

_MOST_BARS = 10
_OTHERS = "others"
_SCENES = ("environment", "setting", "scene_type")
_LEVELS = {"country": "country_name", "us_state": "state_name"}


def draw(frames: Frames, choice: Choice) -> Figure:
    """A map of the images (dots, or counts by hexagon), bars by continent and country, bars of what is seen.

    `frames`: `bi.image_detail` of the dataset, `bi.regression_panel` and `bi.region_shape` of the level: `country` for
    the world, `us_state` for the United States with bars by state. What is seen is what most models say, one vote each;
    left out where none does.
    """
    images = _images(frames, choice)
    width = mpl.rcParams["figure.figsize"][0]
    shapes = frames["bi.region_shape"]
    assert isinstance(shapes, gpd.GeoDataFrame)
    map_width = width - 1.0
    plane = plane_of(shapes, choice.level, map_width)
    height = plane.proportion * map_width
    figure = Figure(figsize=(width, height + 2.9))
    upper = figure.add_gridspec(2, 1, height_ratios=[height, 2.2])
    _map(figure, figure.add_subplot(upper[0]), plane, images)
    bars = _bars(images, _seen(frames, images), choice)
    lower = upper[1].subgridspec(1, len(bars), width_ratios=[1.0] * len(bars))
    rows = max(len(counts) for counts in bars.values())
    for column, (title, counts) in enumerate(bars.items()):
        _draw_bars(figure.add_subplot(lower[column]), title, counts, images=len(images), rows=rows)
    set_title(figure, f"Images of dataset {clean_label(choice.dataset, 40)}")
    return figure


def caption(frames: Frames, choice: Choice) -> str:
    images = _images(frames, choice)
    everything = len(frames["bi.image_detail"])
    shown = "" if len(images) == everything else f", {len(images):,} of them in a US state"
    drawn = "A dot is an image" if len(images) <= _MOST_DOTS else "Hexagons count images, on a log scale"
    described = int(_seen(frames, images).notna().any(axis=1).sum())
    seen = f" What is seen: as most models say, known of {counted(described, 'image')}." if described else ""
    return (
        f"Dataset {clean_label(choice.dataset, 60)}, {counted(everything, 'image')}{shown}. "
        f"{drawn}; the map keeps areas. Bars: images and their share.{seen}"
    )


# Between bars that are not shares of one whole.
_GAP = pd.Series({"": 0})


def _images(frames: Frames, choice: Choice) -> pd.DataFrame:
    if choice.level not in _LEVELS:
        raise InputError(f"dataset: choose level {' or '.join(_LEVELS)} instead of {choice.level}")
    images = frames["bi.image_detail"].sort_values("image_id")
    if choice.level == "us_state":
        images = images[images["state_code"].notna()]
    if images.empty:
        where = " in a US state" if choice.level == "us_state" else ""
        raise InputError(f"dataset: {choice.dataset!r} has no image{where}; load them with `imageo ingest truth`")
    return images


def _seen(frames: Frames, images: pd.DataFrame) -> pd.DataFrame:
    """What most models see in each of `images`, a column a scene field; missing where none says."""
    panel = frames["bi.regression_panel"]
    model = panel["provider"] + "/" + panel["model"]
    agreed = consensus(panel.assign(model_id=model), _SCENES).replace(TIE, "undecided")
    return agreed.reindex(images["image_id"])


def _map(figure: Figure, axes: Axes, plane: Plane, images: pd.DataFrame) -> None:
    draw_background(axes, plane)
    draw_areas(axes, plane.outlines, facecolor=LAND, edgecolor=BORDER, linewidth=0.3)
    codes = images["state_code" if plane.level == "us_state" else "country_iso"].fillna("").tolist()
    points = plane.points(codes, images["longitude"].astype(float), images["latitude"].astype(float))
    x, y = points.T
    if len(points) <= _MOST_DOTS:
        axes.scatter(x, y, s=9, color="C0", edgecolors="white", linewidths=0.3, alpha=0.75, zorder=2)
        return
    left, bottom, right, top = plane.view
    across = 90
    # A hexagon as high as it is wide: rows lie closer than columns by the square root of three.
    down = max(int(across * plane.proportion / np.sqrt(3)), 1)
    cells = axes.hexbin(
        x, y, gridsize=(across, down), extent=(left, right, bottom, top), mincnt=1, cmap=_counts_map(),
        norm=LogNorm(vmin=1), linewidths=0.1, edgecolors="white", zorder=2,
    )  # fmt: skip
    most = int(np.max(np.asarray(cells.get_array())))
    cells.set_norm(LogNorm(vmin=1, vmax=max(most, 2)))
    bar = figure.colorbar(cells, ax=axes, shrink=0.6, aspect=18, pad=0.01)
    ticks = [tick for tick in (1, 3, 10, 30, 100, 300, 1000, 3000, 10_000) if tick <= most]
    bar.set_ticks(ticks, labels=[f"{tick:,}" for tick in ticks])
    bar.minorticks_off()
    bar.set_label("images", fontsize="small")


def _counts_map() -> LinearSegmentedColormap:
    """Light to dark in one hue: few images must not catch the eye as many do."""
    return LinearSegmentedColormap.from_list("counts", mpl.colormaps["Blues"](np.linspace(0.4, 1.0, 9)))


def _bars(images: pd.DataFrame, seen: pd.DataFrame, choice: Choice) -> Mapping[str, "pd.Series[int]"]:
    """Title -> counts, in the order in which they are drawn."""
    bars = {}
    if choice.level == "country":
        bars["continent"] = images["continent_name"].fillna("none").value_counts()
    bars[choice.level.replace("us_", "US ")] = _top(images[_LEVELS[choice.level]].fillna("none"))
    counted_words = [seen[field].dropna().value_counts() for field in _SCENES]
    if groups := [counts for counts in counted_words if not counts.empty]:
        bars["what is seen"] = pd.concat([each for counts in groups for each in (counts, _GAP)][:-1])
    return bars


def _top(names: "pd.Series[str]") -> "pd.Series[int]":
    counts = names.value_counts()
    counts = counts.iloc[np.lexsort((counts.index.to_numpy(dtype=str), -counts.to_numpy()))]
    if len(counts) <= _MOST_BARS:
        return counts
    rest = counts.iloc[_MOST_BARS - 1 :]
    others = pd.Series({f"{len(rest)} {_OTHERS}": int(rest.sum())})
    return pd.concat([counts.iloc[: _MOST_BARS - 1], others])


def _draw_bars(axes: Axes, title: str, counts: "pd.Series[int]", *, images: int, rows: int) -> None:
    """As thick as those of the panel of `rows`, which has most."""
    places = np.arange(len(counts))
    bars = axes.barh(places, counts.to_numpy(dtype=float), color="C0", height=0.72)
    if counts.index[-1].endswith(_OTHERS):
        bars[-1].set_facecolor("#c4c8cc")
    axes.set_yticks(places, [clean_label(name, 22) for name in counts.index])
    axes.set(ylim=(max(rows, 4) - 0.4, -0.6), xlim=(0, 1.5 * float(counts.max())), xticks=[])
    for place, count in enumerate(counts.tolist()):
        if count:
            axes.text(count, place, f" {count:,} ({_share(count, images)})", va="center", fontsize="x-small")
    axes.set_title(title, fontsize="small")
    axes.tick_params(left=False, labelsize="x-small")
    axes.grid(visible=False)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def _share(count: int, images: int) -> str:
    """In whole per cent, half a one upwards; never 0 for some, nor 100 for not all."""
    if 100 * count < images:
        return "<1 %"
    if 100 * (images - count) < images and count < images:
        return ">99 %"
    return f"{(200 * count + images) // (2 * images)} %"
