"""Corrects generalised borders by finer sources: the gazetteer and, for the US, the Census Bureau.

A town that GeoNames files under one country and that the boundary file puts up to 3.5 km into the next one goes back,
with the ground around it. Natural Earth draws at 1:10 million, so that a river border can run through the towns on its
bank (Drobeta-Turnu Severin, Goma). About 600 of 235,000 places are on the wrong side.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from shapely import affinity
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points

from imageo.regions.grid import CELLS_PER_DEGREE, multipolygon

KM_PER_DEGREE = 111.2
REACH_KM = 3.5
RADIUS_KM = (0.4, 3.0)
"""The smallest is that of Vatican City, the largest that of a town of 100,000."""
GRID = 1 / CELLS_PER_DEGREE


@dataclass(frozen=True)
class Move:
    """Ground that changes its country."""

    ground: shapely.Polygon | shapely.MultiPolygon
    town: shapely.Point
    from_country: str
    to_country: str


def find_moves(
    countries: gpd.GeoDataFrame, places: gpd.GeoDataFrame, uncorrected: tuple[frozenset[str], ...]
) -> list[Move]:
    """Which ground goes to which country.

    `countries`: columns code, geometry. `places`: columns country_code, population, geometry (points), all EPSG:4326.
    """
    inside = gpd.sjoin(places, countries[["code", "geometry"]], predicate="within")
    inside = inside[~inside.index.duplicated()]
    misplaced = inside[inside["code"] != inside["country_code"]]
    shapes = dict(zip(countries["code"], countries.geometry, strict=True))
    tree = shapely.STRtree(places.geometry.to_numpy())
    moves = []
    for town in misplaced.sort_index().itertuples():
        home = shapes.get(town.country_code)
        if home is None or frozenset((town.code, town.country_code)) in uncorrected:
            continue
        near = places.iloc[tree.query(town.geometry.buffer(0.3))]
        foreign = near[near["country_code"] != town.country_code].geometry.to_numpy()
        ground = _ground(town.geometry, int(town.population), home, foreign)
        if ground is not None:
            moves.append(Move(ground, town.geometry, town.code, town.country_code))
    return moves


def census_moves(countries: gpd.GeoDataFrame, states: gpd.GeoDataFrame) -> list[Move]:
    """Ground of Canada and Mexico that lies in a US state by the Census Bureau's finer boundary."""
    neighbours = countries[countries["code"].isin(["CA", "MX"])]
    return [
        Move(state.geometry, state.geometry.representative_point(), neighbour.code, "US")
        for state in states.itertuples()
        for neighbour in neighbours.itertuples()
        if state.geometry.intersects(neighbour.geometry)
    ]


def apply_moves(units: gpd.GeoDataFrame, country_column: str, moves: list[Move]) -> gpd.GeoDataFrame:
    """The units after `moves`: of the receiving country, the one nearest to the town gains.

    `country_column`: where the code of a unit's country stands.
    """
    geometry = units.geometry.to_numpy().copy()
    country = units[country_column].to_numpy()
    for move in moves:
        donors = [i for i in np.flatnonzero(country == move.from_country) if geometry[i].intersects(move.ground)]
        receivers = np.flatnonzero(country == move.to_country)
        if not donors or not len(receivers):
            continue
        nearest = receivers[np.argmin(shapely.distance(geometry[receivers], move.town))]
        for i in donors:
            gained = multipolygon(shapely.intersection(geometry[i], move.ground, grid_size=GRID))
            geometry[nearest] = multipolygon(shapely.union(geometry[nearest], gained, grid_size=GRID))
            geometry[i] = multipolygon(shapely.difference(geometry[i], move.ground, grid_size=GRID))
    return units.set_geometry(gpd.GeoSeries(geometry, index=units.index, crs=units.crs))


def _ground(
    town: shapely.Point, population: int, home: shapely.MultiPolygon, foreign: np.ndarray
) -> shapely.Polygon | None:
    """Points around the way from `town` to its own country, nearer to the town than to any `foreign` place."""
    squeeze = float(np.cos(np.radians(town.y)))

    def flat(geometry: BaseGeometry) -> BaseGeometry:
        return affinity.scale(geometry, squeeze, 1, origin=(town.x, town.y))

    window = shapely.box(town.x - 0.3, town.y - 0.1, town.x + 0.3, town.y + 0.1)
    home_near = flat(shapely.intersection(home, window))
    if home_near.is_empty or home_near.distance(town) * KM_PER_DEGREE > REACH_KM:
        return None
    way = shapely.LineString([town, nearest_points(home_near, town)[0]])
    radius_km = float(np.clip(0.3 * np.sqrt(population / 1000), *RADIUS_KM))
    ground = way.buffer(radius_km / KM_PER_DEGREE, quad_segs=4)
    if len(foreign):
        rivals = shapely.union_all([town, *(flat(place) for place in foreign)])
        cells = shapely.get_parts(shapely.voronoi_polygons(rivals, extend_to=ground.envelope))
        own_cell = next(cell for cell in cells if cell.covers(town))
        ground = ground.intersection(own_cell)
    return affinity.scale(ground, 1 / squeeze, 1, origin=(town.x, town.y))
