"""Regions as matplotlib draws them: projected, simplified to what print can show, cut where the view ends."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.path import Path
from shapely.geometry.base import BaseGeometry

from imageo.errors import InputError
from imageo.render.maps.projection import Geometries, Projection, polygons_of, projection_for

LAND, SEA, BORDER = "#e4e4e4", "#fbfcfd", "#ffffff"

# Antarctica is left out of the view, as on the page.
_SOUTHERNMOST_DEGREES = -58.0
_TOLERANCE_POINTS = 0.35


@dataclass(frozen=True)
class Plane:
    """The regions of one level in the plane of their projection, in metres.

    `outlines` and `codes` belong together. `view`: left, bottom, right, top of what is shown.
    """

    level: str
    projection: Projection
    codes: tuple[str, ...]
    outlines: Geometries
    view: tuple[float, float, float, float]

    @property
    def proportion(self) -> float:
        """Height by width of the view."""
        left, bottom, right, top = self.view
        return (top - bottom) / (right - left)

    def points(self, codes: Sequence[str], longitude: Iterable[float], latitude: Iterable[float]) -> "Numbers":
        """Degrees -> x and y in the plane, a row a point; `codes` are the regions that they lie in."""
        placed = self.projection.project(codes, shapely.points(list(longitude), list(latitude)))
        inside: Numbers = np.array([shapely.get_coordinates(point)[0] for point in placed if not point.is_empty])
        return inside.reshape(-1, 2)


Numbers = npt.NDArray[np.float64]


def plane_of(shapes: gpd.GeoDataFrame, level: str, width_inches: float) -> Plane:
    """Rows of `bi.region_shape` of one level, fit for a map of that width. Raises InputError where there is none."""
    projection = projection_for(level)
    bounded = shapes[shapely.area(shapes.geometry.to_numpy()) > 0].sort_values("region_code")
    outlines = projection.project(bounded["region_code"].tolist(), bounded.geometry.to_numpy())
    seen = shapely.area(outlines) > 0
    if not seen.any():
        raise InputError(f"figure: there are no boundaries of level {level}; load them with `imageo ingest regions`")
    codes = tuple(bounded["region_code"].to_numpy()[seen])
    outlines = outlines[seen]
    if level == "us_state":
        frames = projection.backdrop(codes).frames
        left, bottom, right, top = shapely.total_bounds([*outlines, *frames])
    else:
        corners = shapely.points([-180.0, 180.0, 0.0, 0.0], [0.0, 0.0, 84.0, _SOUTHERNMOST_DEGREES])
        left, bottom, right, top = shapely.total_bounds(projection.project(["", "", "", ""], corners))
    cell = (right - left) / (width_inches * 72) * _TOLERANCE_POINTS
    simplified = np.array([_without_specks(each, cell**2) for each in shapely.coverage_simplify(outlines, cell)])
    return Plane(level, projection, codes, simplified, (float(left), float(bottom), float(right), float(top)))


def draw_background(axes: Axes, plane: Plane) -> None:
    """The globe with its graticule, or the frames of insets; no axes but the map."""
    backdrop = plane.projection.backdrop(plane.codes)
    if backdrop.globe:
        draw_areas(axes, backdrop.globe, facecolor=SEA, linewidth=0, zorder=0.1)
    for line in [*backdrop.graticule, *backdrop.frames]:
        x, y = shapely.get_coordinates(line).T
        axes.plot(x, y, color="#d4d8dc", linewidth=0.3, zorder=0.2)
    left, bottom, right, top = plane.view
    margin = 0.01 * (right - left)
    axes.set(xlim=(left - margin, right + margin), ylim=(bottom - margin, top + margin), aspect="equal")
    axes.set_axis_off()


def draw_areas(axes: Axes, areas: Iterable[BaseGeometry], **looks: Any) -> None:
    """Areas of one look, each a path of its own."""
    paths = [_path(area) for area in areas]
    axes.add_collection(PathCollection([path for path in paths if path is not None], **({"zorder": 0.5} | looks)))


def _without_specks(area: BaseGeometry, smallest: float) -> BaseGeometry:
    """Without the islands that print cannot show; the largest part stays, whatever its size."""
    parts = sorted(polygons_of(area), key=lambda part: -part.area)
    return shapely.MultiPolygon(parts[:1] + [part for part in parts[1:] if part.area >= smallest])


def _path(area: BaseGeometry) -> Path | None:
    rings = [shapely.get_coordinates(ring) for polygon in polygons_of(area) for ring in shapely.get_rings(polygon)]
    if not rings:
        return None
    codes = [np.r_[Path.MOVETO, np.full(len(ring) - 2, Path.LINETO), Path.CLOSEPOLY] for ring in rings]
    return Path(np.concatenate(rings), np.concatenate(codes).astype(np.uint8))
