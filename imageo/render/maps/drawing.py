"""Regions as SVG paths on a grid of whole numbers: small to ship, and drawn by the browser as they are."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from imageo.render.maps.projection import Backdrop, Coordinates, Geometries, polygons_of

GRID_WIDTH = 16384
"""Cells along the longer side of a map: a cell stays below a pixel until 1280 pixels are enlarged 12 times."""

# Triangles of a border smaller than this square of cells are dropped (Visvalingam-Whyatt, shared borders kept).
_TOLERANCE_CELLS = 2.0
# Of more than a thousand regions the borders are most of the page: they lose what is below a quarter of a pixel.
_MANY = 1000
_TOLERANCE_CELLS_OF_MANY = 2.8


@dataclass(frozen=True)
class Drawing:
    """What a page needs to draw regions; all numbers are cells, x to the east and y to the south.

    `paths`: the SVG path of each region. `symbols`: where its symbol stands when it is too small to be seen.
    `reach`: the square root of the area of its largest part. `areas`, `lines`, `land`: what lies behind.
    `size`: cells from west to east and from north to south.
    `view`: west, north, east, south of what is worth seeing first.
    """

    paths: list[str]
    symbols: list[tuple[int, int]]
    reach: list[int]
    areas: list[str]
    lines: list[str]
    land: list[str]
    size: tuple[int, int]
    view: tuple[int, int, int, int]


def draw(
    regions: Geometries, backdrop: Backdrop, in_view: npt.NDArray[np.bool_], tolerance: float | None = None
) -> Drawing:
    """Simplify regions, borders kept shared, and lay them on the grid.

    `regions` are areas in a plane in metres, none of them empty; `in_view` says which ones the first view holds.
    `tolerance`: side of the square of cells below which a triangle of a border is dropped; by their number if None.
    """
    left, bottom, right, top = shapely.total_bounds([*regions, *backdrop.globe, *backdrop.frames, *backdrop.land])
    cell = max(right - left, top - bottom) / GRID_WIDTH

    def to_cells(points: Coordinates) -> Coordinates:
        cells: Coordinates = np.column_stack([points[:, 0] - left, top - points[:, 1]]) / cell
        return cells

    scaled = shapely.transform(regions, to_cells)
    if tolerance is None:
        tolerance = _TOLERANCE_CELLS if len(regions) <= _MANY else _TOLERANCE_CELLS_OF_MANY
    simplified = shapely.coverage_simplify(scaled, tolerance)
    largest = [max(polygons_of(region), key=lambda polygon: polygon.area) for region in scaled]
    places = shapely.get_coordinates(shapely.point_on_surface(largest)).round().astype(int)
    globe, graticule, frames = (shapely.simplify(shapely.transform(each, to_cells), 0.5) for each in backdrop[:3])
    land = shapely.coverage_simplify(
        shapely.transform(np.array(backdrop.land, dtype=object), to_cells), 2 * _TOLERANCE_CELLS
    )
    view = shapely.total_bounds([*scaled[in_view], *frames])
    return Drawing(
        paths=[_area_path(region) or _one_cell(place) for region, place in zip(simplified, places, strict=True)],
        symbols=[(int(x), int(y)) for x, y in places],
        reach=[int(polygon.area**0.5) for polygon in largest],
        areas=[_area_path(area) for area in globe],
        lines=[_path(shapely.get_coordinates(line), "") for line in [*graticule, *frames]],
        land=[path for path in map(_area_path, land) if path],
        size=(int(np.ceil((right - left) / cell)), int(np.ceil((top - bottom) / cell))),
        view=(int(view[0]), int(view[1]), int(view[2]), int(view[3])),
    )


def _area_path(area: BaseGeometry) -> str:
    rings = [ring for polygon in polygons_of(area) for ring in shapely.get_rings(polygon)]
    return "".join(_path(shapely.get_coordinates(ring)[:-1], "z") for ring in rings)


def _path(points: Coordinates, end: str) -> str:
    """`M x y l dx dy ...` on whole numbers; empty when fewer than three points (two of a line) differ."""
    cells = points.round().astype(int)
    moved = np.any(np.diff(cells, axis=0) != 0, axis=1)
    cells = cells[np.concatenate([[True], moved])]
    if len(cells) < (3 if end else 2):
        return ""
    start, steps = cells[0], np.diff(cells, axis=0).ravel()
    # A minus sign parts two numbers as well as a space does.
    return f"M{start[0]} {start[1]}l{' '.join(map(str, steps))}{end}".replace(" -", "-")


def _one_cell(place: Coordinates) -> str:
    return f"M{place[0]} {place[1]}h1v1h-1z"
