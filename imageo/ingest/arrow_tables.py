"""Parquet, and geographic files by way of GDAL: in record batches, geometry as latitude and longitude."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely
import shapely.errors
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from imageo.errors import InputError
from imageo.ingest.rows import Reject, Row

_BATCH = 1_000
# What the decoders raise over damaged files: no common base, hence the breadth.
_UNREADABLE = (RuntimeError, ValueError, IndexError, OSError, pa.ArrowException, shapely.errors.ShapelyError)
# GDAL guesses by the suffix too, and would read a damaged GeoPackage named .csv as CSV.
_DRIVERS = ("GeoJSON", "GeoJSONSeq", "GPKG", "FlatGeobuf")


def read_parquet(path: Path) -> tuple[list[str], Iterator[Row | Reject]]:
    """Columns and rows of a Parquet or GeoParquet file."""
    try:
        file = pq.ParquetFile(path)
        geometry, described = _geometry_column(file.schema_arrow.metadata or {})
    except _UNREADABLE as problem:
        raise InputError(f"{path}: not a readable Parquet file: {_first_line(problem)}") from None
    if described.get("encoding", "WKB") != "WKB":
        raise InputError(f"{path}: geometry encoded as {described['encoding']}; write it as WKB")
    rows = _rows(path, file.iter_batches(_BATCH), geometry, described.get("crs", "OGC:CRS84"))
    return _columns(file.schema_arrow.names, geometry), _guarded(path, rows)


def _geometry_column(metadata: dict[bytes, bytes]) -> tuple[str | None, dict[str, object]]:
    """Name and description of the geometry as GeoParquet's metadata give them; None of a plain Parquet file."""
    geo = json.loads(metadata.get(b"geo", b"null"))
    if geo is None:
        return None, {}
    try:
        return geo["primary_column"], dict(geo["columns"][geo["primary_column"]])
    except (KeyError, TypeError):
        raise ValueError("its GeoParquet metadata name no geometry column") from None


def read_geo(path: Path) -> tuple[list[str], Iterator[Row | Reject]]:
    """Columns and rows of the first layer of a GeoJSON, GeoPackage or FlatGeobuf file."""
    try:
        info = pyogrio.read_info(path)
    except _UNREADABLE as problem:
        raise InputError(f"{path}: not a readable geographic file: {_first_line(problem)}") from None
    if info["driver"] not in _DRIVERS:
        raise InputError(
            f"{path}: not a readable geographic file: {info['driver']} is not one of {', '.join(_DRIVERS)}"
        )
    return _columns(list(info["fields"]), "geometry"), _guarded(path, _layer_rows(path))


def _layer_rows(path: Path) -> Iterator[Row | Reject]:
    with pyogrio.open_arrow(path, batch_size=_BATCH, use_pyarrow=True) as (meta, reader):
        geometry = meta["geometry_name"] or "wkb_geometry"
        yield from _rows(path, reader, geometry if geometry in reader.schema.names else None, meta["crs"])


def _guarded(path: Path, rows: Iterable[Row | Reject]) -> Iterator[Row | Reject]:
    number = 0
    try:
        for row in rows:
            number = row.line
            yield row
    except _UNREADABLE as problem:
        raise InputError(f"{path} row {number + 1}: the file is damaged: {_first_line(problem)}") from None


def _columns(names: list[str], geometry: str | None) -> list[str]:
    kept = [name for name in names if name != geometry]
    if geometry is not None:
        kept += [name for name in ("latitude", "longitude") if name not in kept]
    return kept


def _rows(path: Path, batches: Iterable[pa.RecordBatch], geometry: str | None, crs: object) -> Iterator[Row | Reject]:
    transformer = _transformer(path, crs) if geometry else None
    number = 0
    for batch in batches:
        points = _points(batch.column(geometry), transformer) if geometry else [None] * batch.num_rows
        kept = batch.drop_columns([geometry]) if geometry else batch
        for values, point in zip(kept.to_pylist(), points, strict=True):
            number += 1
            yield _row(number, values, point)


def _row(number: int, values: dict[str, object], point: "tuple[float, float] | str | None") -> Row | Reject:
    if isinstance(point, tuple):
        values["latitude"], values["longitude"] = point
    raw = orjson.dumps(values, default=str).decode()
    if isinstance(point, str):
        return Reject(number, "not a point", f"the geometry is a {point}", raw)
    return Row(number, values, raw)


def _points(geometries: pa.Array, transformer: Transformer | None) -> "list[tuple[float, float] | str | None]":
    """Of each geometry: latitude and longitude, its type where it is no point, None where there is none."""
    shapes = shapely.from_wkb(np.array(geometries.to_pylist(), dtype=object), on_invalid="ignore")
    shapes[shapely.is_empty(shapes)] = None
    x, y = shapely.get_x(shapes), shapely.get_y(shapes)
    if transformer is not None:
        x, y = transformer.transform(x, y)
    return [
        None if shape is None
        else (float(latitude), float(longitude)) if shape.geom_type == "Point"
        else shape.geom_type
        for shape, latitude, longitude in zip(shapes, y, x, strict=True)
    ]  # fmt: skip


def _transformer(path: Path, crs: object) -> Transformer | None:
    """None where the coordinates are longitude and latitude on WGS84 already, as GeoJSON's always are."""
    try:
        given = CRS.from_user_input(crs or "OGC:CRS84")
    except CRSError as problem:
        raise InputError(f"{path}: unknown coordinate reference system: {_first_line(problem)}") from None
    if given.to_epsg() == 4326 or given == CRS.from_user_input("OGC:CRS84"):
        return None
    return Transformer.from_crs(given, "OGC:CRS84", always_xy=True)


def _first_line(problem: Exception) -> str:
    return str(problem).partition("\n")[0]
