"""Geometry as the pack stores it: polygons on a fine binary grid."""

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

CELLS_PER_DEGREE = 2**20
"""Coordinates are rounded to 2^-20 degree (at most 8 cm off): the doubles then end in zero bits, which zstd packs well.
No vertex is dropped, and neighbours round alike, so shared borders stay shared."""

Geometries = npt.NDArray[Any]


def to_grid(geometries: Geometries) -> Geometries:
    """Round to the grid and repair: valid multipolygons of the same shape."""
    rounded = shapely.transform(
        geometries, lambda coordinates: np.round(coordinates * CELLS_PER_DEGREE) / CELLS_PER_DEGREE
    )
    broken = ~shapely.is_valid(rounded)
    rounded[broken] = shapely.make_valid(rounded[broken])
    return to_multipolygons(rounded)


def to_multipolygons(geometries: Geometries) -> Geometries:
    """The polygons in each geometry, as one multipolygon; lines and points that a repair left are dropped."""
    return np.array([multipolygon(geometry) for geometry in geometries], dtype=object)


def multipolygon(geometry: BaseGeometry) -> shapely.MultiPolygon:
    """The polygons of any geometry."""
    # Twice, since a repair can put a multipolygon into a collection.
    parts = shapely.get_parts(shapely.get_parts(geometry))
    return shapely.MultiPolygon([part for part in parts if part.geom_type == "Polygon" and not part.is_empty])
