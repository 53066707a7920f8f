"""Cutting along whole degrees: same ground, one cell a piece, no gap between pieces."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from imageo.regions.cut import MAX_VERTICES, cell_number, cut


def _star(x: float, y: float, radius: float, n_vertices: int) -> shapely.Polygon:
    turns = np.linspace(0, 2 * math.pi, n_vertices, endpoint=False)
    reach = radius * np.where(np.arange(n_vertices) % 2, 1.0, 0.6)
    return shapely.Polygon(np.column_stack([x + reach * np.cos(turns), y + reach * np.sin(turns)]))


def test_a_box_over_four_cells() -> None:
    pieces = {piece.cell: piece.geometry for piece in cut(shapely.box(9.5, -0.5, 10.5, 0.5))}
    assert pieces.keys() == {89 * 360 + 189, 89 * 360 + 190, 90 * 360 + 189, 90 * 360 + 190}
    assert all(shape.equals(shape.envelope) and math.isclose(shape.area, 0.25) for shape in pieces.values())


def test_the_last_cells_hold_the_edges_of_the_map() -> None:
    (piece,) = cut(shapely.box(179.5, 89.5, 180, 90))
    assert piece.cell == cell_number(180, 90) == 179 * 360 + 359


def test_a_piece_has_no_more_vertices_than_allowed() -> None:
    pieces = list(cut(_star(0.5, 0.5, 0.4, 1000)))
    assert len(pieces) > 1000 / MAX_VERTICES
    assert max(shapely.get_num_coordinates(piece.geometry) for piece in pieces) <= MAX_VERTICES
    assert {piece.cell for piece in pieces} == {cell_number(0.5, 0.5)}


@settings(max_examples=30, deadline=None)
@given(
    st.floats(-170, 170),
    st.floats(-80, 80),
    st.floats(0.01, 9),
    st.integers(4, 400).map(lambda half: half * 2),
)
def test_pieces_are_the_shape(x: float, y: float, radius: float, n_vertices: int) -> None:
    shape = _star(x, y, radius, n_vertices)
    pieces = list(cut(shape))
    areas = [piece.geometry.area for piece in pieces]
    assert sum(areas) == pytest.approx(shape.area, rel=1e-9)
    assert shapely.union_all([piece.geometry for piece in pieces]).symmetric_difference(shape).area < 1e-9
    for cell, piece in pieces:
        middle = piece.representative_point()
        assert cell == cell_number(middle.x, middle.y)


def test_holes_and_islands_stay() -> None:
    ring = shapely.box(0.2, 0.2, 2.8, 2.8) - shapely.box(0.9, 0.9, 2.1, 2.1)
    shape = shapely.MultiPolygon([ring, shapely.box(1.2, 1.2, 1.8, 1.8)])
    whole = shapely.union_all([piece.geometry for piece in cut(shape)])
    assert whole.symmetric_difference(shape).area < 1e-12
    assert not whole.covers(shapely.Point(1.0, 1.0))


def test_touching_a_cut_leaves_no_lines() -> None:
    # Its left edge lies on the cut at 1, its tip at 2.
    pieces = list(cut(shapely.Polygon([(1, 0.2), (2, 0.5), (1, 0.8)])))
    assert [piece.geometry.geom_type for piece in pieces] == ["Polygon"]
