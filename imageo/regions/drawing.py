"""Boundaries for drawing: simplified with shared borders kept, and the points where labels stand."""

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from imageo.regions.grid import Geometries, to_grid


def simplify(exact: Geometries, tolerance: float, islet: float) -> Geometries:
    """Simplified multipolygons, borders shared as before.

    `tolerance`: degrees; the square of it is the area of the largest detail that goes (Visvalingam and Whyatt, as
    GEOS's coverage simplifier does it). `islet`: square degrees; smaller islands go, unless a region would lose all.
    """
    parts, region = shapely.get_parts(exact, return_index=True)
    area = shapely.area(parts)
    largest = pd.Series(area).groupby(region).transform("max").to_numpy()
    kept = (area >= islet) | (area == largest)
    drawn = shapely.coverage_simplify(parts[kept], tolerance)
    whole = [shapely.multipolygons(drawn[region[kept] == i]) for i in range(len(exact))]
    return to_grid(np.array(whole, dtype=object))


def label_points(geometries: Geometries, wished: Geometries | None = None) -> Geometries:
    """A point inside each geometry: the wished one where that is inside, else the middle of the largest part."""
    points = np.array([_middle(geometry) for geometry in geometries], dtype=object)
    if wished is None:
        return points
    return np.where(shapely.contains(geometries, wished), wished, points)


def _middle(geometry: shapely.MultiPolygon) -> BaseGeometry:
    largest = max(shapely.get_parts(geometry), key=shapely.area)
    tolerance = max(np.sqrt(largest.area) / 50, 1e-6)
    middle: BaseGeometry = shapely.get_point(shapely.maximum_inscribed_circle(largest, tolerance), 0)
    return middle
