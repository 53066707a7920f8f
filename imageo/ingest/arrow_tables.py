"""Parquet, and geographic files by way of GDAL: in record batches, geometry as latitude and longitude."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyogrio.errors
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from imageo.errors import InputError
from imageo.ingest.rows import Reject, Row

_BATCH = 1_000


def read_parquet(path: Path) -> tuple[list[str], Iterator[Row | Reject]]:
    """Columns and rows of a Parquet or GeoParquet file."""
    try:
        file = pq.ParquetFile(path)
        geo = json.loads((file.schema_arrow.metadata or {}).get(b"geo", b"{}"))
    except (pa.ArrowException, OSError, ValueError) as problem:
        raise InputError(f"{path}: not a readable Parquet file: {_first_line(problem)}") from None
    geometry = geo.get("primary_column")
    described = geo.get("columns", {}).get(geometry, {})
    if described.get("encoding", "WKB") != "WKB":
        raise InputError(f"{path}: geometry encoded as {described['encoding']}; write it as WKB")
    rows = _rows(path, file.iter_batches(_BATCH), geometry, described.get("crs", "OGC:CRS84"))
    return _columns(file.schema_arrow.names, geometry), rows


def read_geo(path: Path) -> tuple[list[str], Iterator[Row | Reject]]:
    """Columns and rows of the first layer of a GeoJSON, GeoPackage or FlatGeobuf file."""
    try:
        info = pyogrio.read_info(path)
    except pyogrio.errors.DataSourceError as problem:
        raise InputError(f"{path}: not a readable geographic file: {_first_line(problem)}") from None
    return _columns(list(info["fields"]), "geometry"), _layer_rows(path)


def _layer_rows(path: Path) -> Iterator[Row | Reject]:
    with pyogrio.open_arrow(path, batch_size=_BATCH, use_pyarrow=True) as (meta, reader):
        geometry = meta["geometry_name"] or "wkb_geometry"
        yield from _rows(path, reader, geometry if geometry in reader.schema.names else None, meta["crs"])


def _columns(names: list[str], geometry: str | None) -> list[str]:
    kept = [name for name in names if name != geometry]
    if geometry is not None:
        kept += [name for name in ("latitude", "longitude") if name not in kept]
    return kept


def _rows(path: Path, batches: Iterable[pa.RecordBatch], geometry: str | None, crs: object) -> Iterator[Row | Reject]:
    transformer = _transformer(path, crs) if geometry else None
    number = 0
    try:
        for batch in batches:
            points = _points(batch.column(geometry), transformer) if geometry else [None] * batch.num_rows
            kept = batch.drop_columns([geometry]) if geometry else batch
            for values, point in zip(kept.to_pylist(), points, strict=True):
                number += 1
                yield _row(number, values, point)
    except (pa.ArrowException, pyogrio.errors.DataLayerError, OSError) as problem:
        raise InputError(f"{path} row {number + 1}: the file is damaged: {_first_line(problem)}") from None


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
