"""From longitude and latitude to the plane of a map: Equal Earth for the world, Albers with insets for the US.

Both keep areas, so that no region looks more important than it is. Planes are in metres, y to the north.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

Coordinates = npt.NDArray[np.float64]
Geometries = npt.NDArray[np.object_]

# A straight edge in degrees is a curve on the map: no edge is longer than this before it is projected.
_STEP_DEGREES = 1.0


class Backdrop(NamedTuple):
    """What lies behind the regions, in the plane: the globe, a graticule, the frames of insets, land."""

    globe: Sequence[BaseGeometry]
    graticule: Sequence[BaseGeometry]
    frames: Sequence[BaseGeometry]
    land: Sequence[BaseGeometry] = ()


class Projection(Protocol):
    """Projects the geometry of many regions at once; `codes` say which region each geometry belongs to."""

    def project(self, codes: Iterable[str], geometries: Geometries) -> Geometries:
        """Geometries in EPSG:4326 -> geometries in the plane, in metres."""
        ...

    def backdrop(self, codes: Iterable[str]) -> Backdrop:
        """What to draw behind the regions `codes`."""
        ...


def projection_for(level: str) -> Projection:
    """Albers with insets for `us_state`, Equal Earth for every other level."""
    return AlbersUsa() if level == "us_state" else EqualEarth()


class EqualEarth:
    """The world in Equal Earth (EPSG:8857; Savric, Patterson and Jenny 2018), cut at 180 degrees."""

    def __init__(self) -> None:
        self._plane = _to_plane("EPSG:8857")

    def project(self, codes: Iterable[str], geometries: Geometries) -> Geometries:
        """Geometries in EPSG:4326 -> Equal Earth metres; whatever crosses 180 degrees is cut there."""
        del codes
        cut = np.array([cut_at_antimeridian(geometry) for geometry in geometries], dtype=object)
        return _projected(cut, self._plane)

    def project_points(self, longitude: Coordinates, latitude: Coordinates) -> Coordinates:
        """Degrees -> Equal Earth metres, one row (x, y) a point."""
        return self._plane(np.column_stack([longitude, latitude]))

    def backdrop(self, codes: Iterable[str]) -> Backdrop:
        """The outline of the globe and a graticule of 30 degrees."""
        del codes
        globe = _projected(np.array([shapely.box(-180, -90, 180, 90)]), self._plane)
        meridians = [shapely.LineString([(x, -90), (x, 90)]) for x in range(-150, 180, 30)]
        parallels = [shapely.LineString([(-180, y), (180, y)]) for y in range(-60, 90, 30)]
        return Backdrop(list(globe), list(_projected(np.array([*meridians, *parallels]), self._plane)), [])


class Inset(NamedTuple):
    """States drawn away from their place: `window` (degrees) is what is drawn of them, `frame` (metres in the
    main plane) is where, `scale` how much larger than the contiguous states.
    """

    codes: frozenset[str]
    crs: str
    window: tuple[float, float, float, float]
    frame: tuple[float, float, float, float]
    scale: float


_ALBERS = "+proj=aea +datum=NAD83 +units=m"
_AZIMUTHAL = "+proj=laea +datum=NAD83 +units=m"
# Hawaii's window leaves out the uninhabited north-west, that of the Marianas the islands north of Saipan.
US_INSETS = (
    Inset(frozenset({"AK"}), "EPSG:3338", (-188, 51, -129.9, 71.5), (-2.45e6, -0.10e6, -1.13e6, 0.78e6), 0.33),
    Inset(
        frozenset({"HI"}),
        f"{_ALBERS} +lat_1=19 +lat_2=22 +lat_0=20.5 +lon_0=-157.4",
        (-160.6, 18.7, -154.6, 22.4),
        (-1.08e6, -0.10e6, -0.38e6, 0.38e6),
        1.0,
    ),
    Inset(
        frozenset({"PR", "VI"}),
        f"{_AZIMUTHAL} +lat_0=18.1 +lon_0=-66.05",
        (-68, 17.5, -64.3, 18.7),
        (0.15e6, -0.10e6, 1.00e6, 0.24e6),
        2.0,
    ),
    Inset(
        frozenset({"GU", "MP"}),
        f"{_AZIMUTHAL} +lat_0=14.3 +lon_0=145.3",
        (144.4, 13.0, 146.1, 15.5),
        (1.68e6, -0.10e6, 1.98e6, 0.38e6),
        1.5,
    ),
    Inset(
        frozenset({"AS"}),
        f"{_AZIMUTHAL} +lat_0=-14.25 +lon_0=-170.2",
        (-171.2, -14.7, -169.2, -13.8),
        (2.03e6, -0.10e6, 2.40e6, 0.18e6),
        1.5,
    ),
)


class AlbersUsa:
    """The United States in Conus Albers (EPSG:5070); Alaska, Hawaii and the territories stand in frames below."""

    def __init__(self) -> None:
        self._conus = _to_plane("EPSG:5070")

    def project(self, codes: Iterable[str], geometries: Geometries) -> Geometries:
        """Geometries in EPSG:4326 and their postal codes (`AK`, `US-AK`) -> metres, insets moved and scaled."""
        states = np.array([_postal(code) for code in codes])
        projected = _projected(geometries, self._conus)
        for inset in US_INSETS:
            inside = np.isin(states, list(inset.codes))
            if inside.any():
                projected[inside] = _into_frame(geometries[inside], inset)
        return projected

    def backdrop(self, codes: Iterable[str]) -> Backdrop:
        """The frames of the insets that are in use."""
        states = {_postal(code) for code in codes}
        frames = [shapely.box(*inset.frame).exterior for inset in US_INSETS if states & inset.codes]
        return Backdrop([], [], frames)


def cut_at_antimeridian(geometry: BaseGeometry) -> BaseGeometry:
    """`geometry` with longitudes in -180..180, parted where it crosses 180 degrees.

    Understands rings that jump from 179 to -179, rings that run on to 181, and rings around a pole.
    """
    west, _, east, _ = geometry.bounds if not geometry.is_empty else (0, 0, 0, 0)
    if geometry.geom_type == "Point" or (west >= -180 and east <= 180 and not _jumps(geometry)):
        return geometry
    pieces = [
        shapely.affinity.translate(shapely.intersection(whole, shapely.box(turn - 180, -90, turn + 180, 90)), -turn)
        for whole in map(_unwrapped, polygons_of(geometry))
        for turn in (-360, 0, 360)
    ]
    return shapely.MultiPolygon([polygon for piece in pieces for polygon in polygons_of(piece)])


def polygons_of(geometry: BaseGeometry) -> list[shapely.Polygon]:
    """The polygons of a polygon, a multipolygon or a collection of them; lines and points are left out."""
    flat = shapely.get_parts(shapely.get_parts(geometry))
    return [part for part in flat if part.geom_type == "Polygon"]


def _jumps(geometry: BaseGeometry) -> bool:
    rings = shapely.get_rings(geometry)
    return any(bool(_turns(shapely.get_coordinates(ring)[:, 0]).any()) for ring in rings)


def _turns(longitude: Coordinates) -> Coordinates:
    """The full turns, in degrees, that each vertex has made since the one before it.

    An edge between the two sides of the map (the foot of Antarctica, a box around the world) is no jump.
    """
    step = np.diff(longitude, prepend=longitude[:1])
    on_both_sides = np.abs(step) > 360 - 1e-6
    return np.where((np.abs(step) > 180) & ~on_both_sides, -np.sign(step) * 360.0, 0.0)


def _unwrapped(polygon: shapely.Polygon) -> BaseGeometry:
    """`polygon` with continuous longitudes, possibly beyond 180; a ring around a pole is led over the pole."""
    shell, *holes = (_unwrapped_ring(shapely.get_coordinates(ring)) for ring in shapely.get_rings(polygon))
    area = shapely.make_valid(shapely.Polygon(shell))
    for hole in holes:
        # A hole may have been unwrapped to the other side of the shell.
        for turn in (-360, 0, 360):
            area = area.difference(shapely.make_valid(shapely.Polygon(hole + np.array([turn, 0]))))
    return area


def _unwrapped_ring(ring: Coordinates) -> Coordinates:
    unwrapped = ring + np.column_stack([np.cumsum(_turns(ring[:, 0])), np.zeros(len(ring))])
    if abs(unwrapped[-1, 0] - unwrapped[0, 0]) < 180:
        return unwrapped
    pole = np.copysign(90.0, ring[:, 1].mean())
    return np.vstack([unwrapped, [unwrapped[-1, 0], pole], [unwrapped[0, 0], pole], unwrapped[:1]])


def _to_plane(crs: str) -> Callable[[Coordinates], Coordinates]:
    transformer = Transformer.from_crs("EPSG:4326", crs, always_xy=True)

    def transform(coordinates: Coordinates) -> Coordinates:
        return np.column_stack(transformer.transform(coordinates[:, 0], coordinates[:, 1]))

    return transform


def _projected(geometries: Geometries, plane: Callable[[Coordinates], Coordinates]) -> Geometries:
    projected: Geometries = shapely.transform(shapely.segmentize(geometries, _STEP_DEGREES), plane)
    return projected


def _into_frame(geometries: Geometries, inset: Inset) -> Geometries:
    window = shapely.box(*inset.window)
    # Alaska's window runs on beyond 180 degrees, where its last islands have eastern longitudes.
    windows = shapely.union(window, shapely.affinity.translate(window, 360))
    plane = _projected(shapely.intersection(geometries, windows), _to_plane(inset.crs))
    seen = shapely.total_bounds(_projected(np.array([window]), _to_plane(inset.crs)))
    middle = np.array([(seen[0] + seen[2]) / 2, (seen[1] + seen[3]) / 2])
    left, bottom, right, top = inset.frame
    centre = np.array([(left + right) / 2, (bottom + top) / 2])
    placed: Geometries = shapely.transform(plane, lambda points: (points - middle) * inset.scale + centre)
    return placed


def _postal(code: str) -> str:
    return code.removeprefix("US-")
