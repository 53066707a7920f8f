"""Projections keep areas and places, and cut what crosses 180 degrees."""

import numpy as np
import pytest
import shapely
from pyproj import Geod

from imageo.render.maps.projection import US_INSETS, AlbersUsa, EqualEarth, cut_at_antimeridian

FIJI = shapely.MultiPolygon([shapely.box(177, -19, 180, -16), shapely.box(-180, -19, -178, -16)])


def project(projection: EqualEarth | AlbersUsa, code: str, geometry: shapely.Geometry) -> shapely.Geometry:
    return projection.project([code], np.array([geometry], dtype=object))[0]


@pytest.mark.parametrize(
    ("longitude", "latitude", "x", "y"),
    # PROJ's own regression test of +proj=eqearth +ellps=WGS84.
    [(0, 0, 0, 0), (180, 0, 17243959.06, 0), (0, 90, 0, 8392927.6), (180, 90, 10216474.79, 8392927.6)],
)
def test_equal_earth_agrees_with_proj(longitude: float, latitude: float, x: float, y: float) -> None:
    point = project(EqualEarth(), "", shapely.Point(longitude, latitude))
    assert (point.x, point.y) == pytest.approx((x, y), abs=0.01)


@pytest.mark.parametrize("south", [-60, 0, 45, 70])
def test_equal_earth_keeps_areas(south: float) -> None:
    box = shapely.segmentize(shapely.box(100, south, 110, south + 10), 0.01)
    area, _ = Geod(ellps="WGS84").geometry_area_perimeter(box)
    assert project(EqualEarth(), "", box).area == pytest.approx(abs(area), rel=2e-3)


@pytest.mark.parametrize(
    "spelled",
    [
        FIJI,
        shapely.box(177, -19, 182, -16),
        shapely.box(-183, -19, -178, -16),
        shapely.Polygon([(177, -19), (-178, -19), (-178, -16), (177, -16)]),
        shapely.Polygon([(-178, -16), (-178, -19), (177, -19), (177, -16)]),
    ],
    ids=["parted already", "beyond 180", "beyond -180", "jumping", "jumping the other way"],
)
def test_every_spelling_of_a_region_across_180_is_cut_alike(spelled: shapely.Geometry) -> None:
    assert cut_at_antimeridian(spelled).symmetric_difference(FIJI).area == pytest.approx(0, abs=1e-9)


def test_hole_across_180_stays_a_hole() -> None:
    atoll = shapely.Polygon(
        [(170, -10), (-170, -10), (-170, 10), (170, 10)], [[(178, -2), (-178, -2), (-178, 2), (178, 2)]]
    )
    cut = cut_at_antimeridian(atoll)
    assert cut.area == pytest.approx(20 * 20 - 4 * 4)
    assert not cut.intersects(shapely.Point(179, 0))
    assert not cut.intersects(shapely.Point(-179, 0))


@pytest.mark.parametrize("direction", [1, -1])
def test_ring_around_a_pole_covers_the_pole(direction: int) -> None:
    cap = shapely.Polygon([(direction * longitude, -70) for longitude in (-150, -90, -30, 30, 90, 150)])
    cut = cut_at_antimeridian(cap)
    assert cut.area == pytest.approx(360 * 20)
    assert cut.bounds == pytest.approx((-180, -90, 180, -70))


@pytest.mark.parametrize(
    "whole",
    [
        shapely.box(-180, -90, 180, 90),
        # Antarctica as Natural Earth draws it: along both edges of the map and its foot.
        shapely.Polygon([(-180, -90), (180, -90), (180, -80), (0, -65), (-180, -80)]),
    ],
)
def test_edge_from_one_side_of_the_map_to_the_other_is_no_jump(whole: shapely.Polygon) -> None:
    assert cut_at_antimeridian(whole).equals(whole)


def test_contiguous_states_keep_their_areas() -> None:
    colorado = shapely.segmentize(shapely.box(-109.05, 37, -102.05, 41), 0.01)
    area, _ = Geod(ellps="GRS80").geometry_area_perimeter(colorado)
    assert project(AlbersUsa(), "CO", colorado).area == pytest.approx(abs(area), rel=1e-3)


@pytest.mark.parametrize(
    ("code", "box", "scale"),
    [
        ("AK", (-165, 58, -141, 70), 0.33),
        ("US-AK", (172, 52, 174, 53), 0.33),
        ("HI", (-156, 19, -155, 20), 1),
        ("PR", (-67.2, 17.9, -65.6, 18.5), 2),
        ("VI", (-65.1, 17.7, -64.6, 18.4), 2),
        ("GU", (144.6, 13.2, 145, 13.7), 1.5),
        ("AS", (-170.9, -14.4, -170.5, -14.2), 1.5),
    ],
)
def test_insets_stand_in_their_frames_at_their_scale(
    code: str, box: tuple[float, float, float, float], scale: float
) -> None:
    geometry = shapely.segmentize(shapely.box(*box), 0.01)
    placed = project(AlbersUsa(), code, geometry)
    (frame,) = AlbersUsa().backdrop([code]).frames
    assert shapely.Polygon(frame).contains(placed)
    area, _ = Geod(ellps="GRS80").geometry_area_perimeter(geometry)
    assert placed.area / scale**2 == pytest.approx(abs(area), rel=5e-3)


def test_frames_of_insets_do_not_overlap_each_other_or_a_contiguous_state() -> None:
    frames = [shapely.box(*inset.frame) for inset in US_INSETS]
    corners = {"Brownsville": (-97.14, 25.84), "Key West": (-81.8, 24.5), "Big Bend": (-103.1, 28.97)}
    south = [project(AlbersUsa(), "TX", shapely.Point(place)) for place in corners.values()]
    assert not any(frame.intersects(point) for frame in frames for point in south)
    assert not any(a.intersects(b) for index, a in enumerate(frames) for b in frames[index + 1 :])
