"""Read a file of boundaries: any CRS and format that GDAL or GeoParquet has, into clean polygons in WGS84."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from imageo.errors import InputError
from imageo.regions.grid import to_multipolygons

CODE_COLUMNS = {
    "country": ("iso_a2_eh", "iso_a2", "iso2", "iso_3166_1", "iso3166_1", "country_code", "cntr_id"),
    "admin1": ("iso_3166_2", "iso3166_2", "shapeiso", "hasc_1", "adm1_code"),
    "us_state": ("stusps", "usps", "postal", "state_code"),
}
"""Likely names of the code's column by level, first come first served; those of any level follow."""
ANY_CODE_COLUMNS = ("code", "id", "geoid", "gid", "key", "shapeid", "fid")
NAME_COLUMNS = ("name", "name_en", "name_long", "shapename", "nam", "label", "title", "admin", "nuts_name")


@dataclass(frozen=True)
class Boundaries:
    """`frame`: code, name, geometry (valid multipolygons, EPSG:4326), one row a code; `notes`: what was done to it."""

    frame: gpd.GeoDataFrame
    notes: tuple[str, ...]


def read_boundaries(
    path: Path, level: str, code_column: str | None = None, name_column: str | None = None
) -> Boundaries:
    """Boundaries of `path` (GeoJSON, GeoPackage, Shapefile, zipped or not, GeoParquet).

    Columns that are not named are guessed. Raises InputError where the file cannot be read, a column is missing, a
    row has no code, or a geometry is no area.
    """
    frame = _read(path)
    code = _column(frame, path, code_column, (*CODE_COLUMNS.get(level, ()), *ANY_CODE_COLUMNS), "code")
    name = _column(frame, path, name_column, (*NAME_COLUMNS, code.lower()), "name")
    notes = [f"codes from column {code!r}, names from column {name!r}"]
    geometry, geometry_notes = _clean(frame, path)
    codes = frame[code].map(_text)
    if (codes == "").any():
        raise InputError(f"{path.name} row {int(np.argmax(codes == '')) + 1}: no code in column {code!r}; fill it in")
    clean = gpd.GeoDataFrame({"code": codes, "name": frame[name].map(_text)}, geometry=geometry, crs=4326)
    clean = clean[~clean.geometry.is_empty]
    if clean.empty:
        raise InputError(f"{path.name}: no areas in it; give a file with polygons")
    clean["name"] = clean["name"].where(clean["name"] != "", clean["code"])
    n_rows = len(clean)
    clean = clean.dissolve("code", aggfunc="first", as_index=False)
    if len(clean) < n_rows:
        notes.append(f"{n_rows} areas put together into {len(clean)} by their codes")
    clean["geometry"] = to_multipolygons(clean.geometry.to_numpy())
    return Boundaries(clean[["code", "name", "geometry"]], (*notes, *geometry_notes))


def _read(path: Path) -> gpd.GeoDataFrame:
    if not path.exists():
        raise InputError(f"{path}: no such file")
    try:
        if path.suffix.lower() in (".parquet", ".geoparquet"):
            return gpd.read_parquet(path)
        frame = gpd.read_file(path)
    except Exception as problem:  # GDAL and Arrow raise whatever they like.
        reason = str(problem).strip().splitlines()[0]
        raise InputError(
            f"{path.name}: cannot be read as boundaries ({reason}); give GeoJSON, GeoPackage, Shapefile or GeoParquet"
        ) from problem
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError(f"{path.name}: has no geometry; give a file with polygons")
    return frame


def _column(frame: pd.DataFrame, path: Path, wished: str | None, likely: tuple[str, ...], what: str) -> str:
    columns = {str(column).lower(): str(column) for column in frame.columns if column != frame.geometry.name}
    for candidate in (wished.lower(),) if wished else likely:
        if candidate in columns:
            return columns[candidate]
    missing = f"no column {wished!r}" if wished else f"no column that looks like a {what}"
    raise InputError(f"{path.name}: {missing}; name one of {', '.join(columns.values())} with --{what}-column")


def _clean(frame: gpd.GeoDataFrame, path: Path) -> tuple[gpd.GeoSeries, list[str]]:
    notes = []
    series = frame.geometry
    if series.crs is None:
        notes.append("no coordinate system in the file: taken for WGS84")
        series = series.set_crs(4326)
    elif not series.crs.equals("EPSG:4326", ignore_axis_order=True):
        notes.append(f"converted from {series.crs.name} to WGS84")
        series = series.to_crs(4326)
    geometry = series.to_numpy().copy()
    geometry[pd.isna(geometry)] = shapely.MultiPolygon()
    kinds = {"Polygon", "MultiPolygon"}
    wrong = [i for i, shape in enumerate(geometry) if shape.geom_type not in kinds]
    if wrong:
        raise InputError(
            f"{path.name} row {wrong[0] + 1}: a {geometry[wrong[0]].geom_type}, not an area; give polygons only"
        )
    broken = ~shapely.is_valid(geometry)
    if broken.any():
        notes.append(f"{int(broken.sum())} areas repaired (they crossed themselves)")
        geometry[broken] = shapely.make_valid(geometry[broken])
    geometry = _unwrap(to_multipolygons(shapely.force_2d(geometry)))
    west, south, east, north = shapely.total_bounds(geometry)
    if not (west >= -180 and south >= -90 and east <= 180 and north <= 90):
        raise InputError(
            f"{path.name}: coordinates reach from {west:g} {south:g} to {east:g} {north:g}, which are no degrees; "
            "state the coordinate system in the file"
        )
    return gpd.GeoSeries(geometry, index=frame.index, crs=4326), notes


def _unwrap(geometry: np.ndarray) -> np.ndarray:
    """Longitudes of 0..360, or beyond the antimeridian, brought into -180..180."""
    beyond_east, beyond_west = shapely.bounds(geometry)[:, 2] > 180, shapely.bounds(geometry)[:, 0] < -180
    for beyond, box, turn in (
        (beyond_east, shapely.box(180, -90, 540, 90), -360),
        (beyond_west, shapely.box(-540, -90, -180, 90), 360),
    ):
        inside, outside = shapely.difference(geometry[beyond], box), shapely.intersection(geometry[beyond], box)
        turned = shapely.transform(outside, partial(np.add, np.array([turn, 0.0])))
        geometry[beyond] = to_multipolygons(shapely.union(inside, turned))
    return geometry


def _text(value: object) -> str:
    """A code or a name as text: whole numbers without a decimal point, nothing for NULL."""
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
