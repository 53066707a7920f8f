"""Regions as SVG paths on a grid."""

import re

import numpy as np
import shapely

from imageo.render.maps.drawing import GRID_WIDTH, draw
from imageo.render.maps.projection import Backdrop

NOTHING = Backdrop([], [], [])


def areas(*regions: shapely.Geometry) -> np.ndarray:
    return np.array(regions, dtype=object)


def corners(path: str) -> list[list[tuple[int, int]]]:
    """The absolute corners of each ring of a path, as a browser would walk it."""
    rings = []
    for start, steps in re.findall(r"M([\d -]+)l([\d -]+)z", path):
        x, y = map(int, re.findall(r"-?\d+", start))
        ring = [(x, y)]
        numbers = list(map(int, re.findall(r"-?\d+", steps)))
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            ring.append((ring[-1][0] + dx, ring[-1][1] + dy))
        rings.append(ring)
    return rings


def test_path_of_a_square_by_hand() -> None:
    # 1000 m a cell: the west is 0, the north is 0.
    square = shapely.Polygon([(0, 0), (0, 4_096_000), (4_096_000, 4_096_000), (4_096_000, 0)])
    far = shapely.box(GRID_WIDTH * 1000 - 1000, 0, GRID_WIDTH * 1000, 1000)
    drawing = draw(areas(square, far), NOTHING, np.array([True, False]))
    assert drawing.paths[0] == "M0 4096l0-4096 4096 0 0 4096z"
    assert drawing.size == (16384, 4096)
    assert drawing.view == (0, 0, 4096, 4096)
    assert drawing.reach == [4096, 1]


def test_shared_border_stays_shared_when_simplified() -> None:
    border = [(5e5 + 2e3 * np.sin(y / 9e3), float(y)) for y in range(0, 1_000_001, 1000)]
    west = shapely.Polygon([(0, 0), *border, (0, 1e6)])
    east = shapely.Polygon([*border, (1e6, 1e6), (1e6, 0)])
    drawing = draw(areas(west, east), NOTHING, np.array([True, True]))
    (left,), (right,) = (corners(path) for path in drawing.paths)
    shared = set(left) & set(right)
    assert 2 < len(shared) < len(border)
    assert set(left) - shared == {(0, 16384), (0, 0)}
    assert set(right) - shared == {(16384, 16384), (16384, 0)}


def test_region_below_a_cell_keeps_one() -> None:
    speck = shapely.box(5e5, 5e5, 5e5 + 1, 5e5 + 1)
    drawing = draw(areas(shapely.box(0, 0, 1e6, 1e5), speck, shapely.box(0, 9e5, 1e6, 1e6)), NOTHING, np.ones(3, bool))
    assert drawing.paths[1] == "M8192 8192h1v1h-1z"
    assert drawing.symbols[1] == (8192, 8192)


def test_symbol_stands_on_the_largest_part() -> None:
    islands = shapely.MultiPolygon([shapely.box(0, 0, 1e4, 1e4), shapely.box(8e5, 8e5, 1e6, 1e6)])
    drawing = draw(areas(islands), NOTHING, np.array([True]))
    assert shapely.box(0.8 * 16384, 0, 16384, 0.2 * 16384).contains(shapely.Point(drawing.symbols[0]))


def test_hole_is_a_ring_of_its_own() -> None:
    frame = shapely.box(0, 0, 1e6, 1e6).difference(shapely.box(4e5, 4e5, 6e5, 6e5))
    assert len(corners(draw(areas(frame), NOTHING, np.array([True])).paths[0])) == 2


def test_overlapping_regions_are_drawn_all_the_same() -> None:
    drawing = draw(areas(shapely.box(0, 0, 6e5, 1e6), shapely.box(4e5, 0, 1e6, 1e6)), NOTHING, np.ones(2, bool))
    assert all(drawing.paths)


def test_first_view_holds_the_frames() -> None:
    frame = shapely.box(0, -5e5, 1e5, -4e5).exterior
    drawing = draw(areas(shapely.box(0, 0, 1e6, 1e6)), Backdrop([], [], [frame]), np.array([True]))
    assert drawing.view[3] == drawing.size[1]
    assert drawing.lines[0].startswith("M")
