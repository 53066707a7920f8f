"""Cut boundaries along whole degrees, so that the cell of a point is the key to the pieces around it.

A lookup by cell is one step in a B-tree (or a hash join, for many points), where a GiST index compares hundreds of
boxes: see tests/bench/bench_matching.py.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

MAX_VERTICES = 128
"""A piece with more is halved, within its cell."""

SLIVER = 1e-9
"""Degrees, a tenth of a millimetre: what a piece may stick out of its cell, since thinner cuts would not end."""


class Piece(NamedTuple):
    """A part of a boundary within one cell."""

    cell: int
    geometry: shapely.Polygon


def cell_number(x: float, y: float) -> int:
    """Number of the square of one degree that a point lies in, as functions.degree_cell has it."""
    return int((min(np.floor(y), 89) + 90) * 360 + min(np.floor(x), 179) + 180)


def cut(geometry: BaseGeometry) -> Iterator[Piece]:
    """The polygons of `geometry` (EPSG:4326, valid, longitudes -180..180), cut into pieces.

    Together they cover the same ground; neighbours share the cut, so that no point falls between them.
    """
    for part in shapely.get_parts(shapely.get_parts(geometry)):
        # Cutting leaves lines and points where a polygon only touches the cut.
        if part.geom_type == "Polygon" and not part.is_empty:
            yield from _cut_polygon(part)


def _cut_polygon(polygon: shapely.Polygon) -> Iterator[Piece]:
    west, south, east, north = polygon.bounds
    width, height = east - west, north - south
    across, down = _whole_degree(west, east), _whole_degree(south, north)
    if across is None and down is None:
        if shapely.get_num_coordinates(polygon) <= MAX_VERTICES or max(width, height) < SLIVER:
            yield Piece(cell_number(west + width / 2, south + height / 2), polygon)
            return
        across, down = west + width / 2, south + height / 2
    if across is not None and (down is None or width >= height):
        halves = [shapely.box(west, south, across, north), shapely.box(across, south, east, north)]
    else:
        assert down is not None
        halves = [shapely.box(west, south, east, down), shapely.box(west, down, east, north)]
    for half in halves:
        yield from cut(shapely.intersection(polygon, half))


def _whole_degree(low: float, high: float) -> float | None:
    """The whole number nearest to the middle of an interval that is well inside it; None where there is none."""
    for line in (round((low + high) / 2), np.floor(high), np.ceil(low)):
        if low + SLIVER < line < high - SLIVER:
            return float(line)
    return None
