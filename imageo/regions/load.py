"""Put the shipped region pack into the database: boundaries, names, gazetteer."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from imageo.db.copy import copy_rows, jsonb_bytes, point_bytes
from imageo.errors import ImageoError
from imageo.regions.indexes import without_indexes

PACK = Path(__file__).parent / "pack"
PACK_NAME = "shipped region pack"
SHIPPED_LEVELS = ("continent", "country", "admin1", "us_state")


@dataclass(frozen=True)
class RegionSummary:
    """What a loading did; `n_regions` is by level, `notes` are lines for the user."""

    source: str
    changed: bool
    n_regions: Mapping[str, int] = field(default_factory=dict)
    n_pieces: int = 0
    n_names: int = 0
    n_places: int = 0
    notes: tuple[str, ...] = ()


def load_pack(
    connection: psycopg.Connection,
    progress: Callable[[str], None] = lambda _: None,
    *,
    force: bool = False,
    folder: Path = PACK,
) -> RegionSummary:
    """Replace the shipped regions, their names and the gazetteer; levels with boundaries of the user's own stay.

    In the caller's transaction, as the owner of the tables. Where this very pack was loaded before, nothing is done
    unless `force`, which also puts back shipped levels that boundaries of the user's own stand in for.
    The caches are then out of date: `imageo.db.refresh.refresh_all`. Raises ImageoError where the pack is missing.
    """
    digest = pack_digest(folder)
    if not force and _is_loaded(connection, digest):
        return RegionSummary(PACK_NAME, changed=False)
    progress("loading the regions that imageo comes with")
    connection.execute("select set_config('maintenance_work_mem', '256MB', true)")
    levels = [level for level in SHIPPED_LEVELS if force or not _is_own(connection, level)]
    connection.execute("delete from data.region where level = any(%s)", [levels])
    connection.execute("delete from data.region_alias where level = any(%s)", [levels])
    connection.execute("truncate data.place, data.place_alias")
    n_regions = _copy_regions(connection, folder, levels)
    with (
        without_indexes(connection, "region_part"),
        without_indexes(connection, "region_alias"),
        without_indexes(connection, "place_alias"),
    ):
        n_pieces = _copy_pieces(connection, folder, levels)
        names = _rows(folder, "region_alias", *REGION_ALIAS)
        n_names = _copy(connection, "region_alias", REGION_ALIAS, (row for row in names if row[0] in levels))
        n_places = _copy(connection, "place", PLACE, _places(folder))
        n_names += _copy(connection, "place_alias", PLACE_ALIAS, _rows(folder, "place_alias", *PLACE_ALIAS))
    connection.execute("analyze data.region, data.region_part, data.region_alias, data.place, data.place_alias")
    connection.execute(
        "insert into data.ingest (kind, file_name, file_digest, n_new, n_changed, n_unchanged, n_rejected)"
        " values ('regions', %s, %s, %s, 0, 0, 0)",
        [PACK_NAME, digest, sum(n_regions.values())],
    )
    return RegionSummary(PACK_NAME, True, n_regions, n_pieces, n_names, n_places)


def pack_digest(folder: Path = PACK) -> str:
    """SHA-256 over the files of the pack. Raises ImageoError where there are none."""
    files = sorted(folder.glob("*.parquet"))
    if not files:
        raise ImageoError(f"no region pack in {folder}: install imageo again, or build it (imageo.regions.build_pack)")
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()


REGION = {
    "level": "text",
    "code": "text",
    "name": "text",
    "parent_code": "text",
    "sovereign_code": "text",
    "iso_a3": "text",
    "subregion": "text",
    "income_group": "text",
    "population": "int8",
    "attributes": "bytea",
    "source": "text",
    "point_of_view": "text",
    "label_location": "bytea",
    "geometry": "bytea",
}
REGION_PART = {"region_id": "int4", "level": "text", "cell": "int4", "geometry": "bytea"}
REGION_ALIAS = {"level": "text", "country_code": "text", "name_normalised": "text", "code": "text"}
PLACE = {
    "place_id": "int4",
    "name": "text",
    "country_code": "text",
    "admin1_code": "text",
    "population": "int4",
    "location": "bytea",
}
PLACE_ALIAS = {"name_normalised": "text", "place_id": "int4"}


def _is_loaded(connection: psycopg.Connection, digest: str) -> bool:
    found = connection.execute(
        "select file_digest from data.ingest where kind = 'regions' and file_name = %s order by ingest_id desc limit 1",
        [PACK_NAME],
    ).fetchone()
    return found is not None and found[0] == digest


def _is_own(connection: psycopg.Connection, level: str) -> bool:
    """Whether the level holds boundaries of the user's own (load_boundaries notes their file)."""
    found = connection.execute(
        "select 1 from data.region where level = %s and jsonb_exists(attributes, 'file') limit 1", [level]
    )
    return found.fetchone() is not None


def _copy_regions(connection: psycopg.Connection, folder: Path, levels: list[str]) -> dict[str, int]:
    n_regions: Counter[str] = Counter()

    def rows() -> Iterator[tuple[Any, ...]]:
        attributes = list(REGION).index("attributes")
        for level, *values in _rows(folder, "region", *REGION):
            if level in levels:
                n_regions[level] += 1
                values[attributes - 1] = jsonb_bytes(values[attributes - 1].encode())
                yield (level, *values)

    copy_rows(connection, "region", REGION, rows())
    return dict(n_regions)


def _copy_pieces(connection: psycopg.Connection, folder: Path, levels: list[str]) -> int:
    regions = connection.execute("select level, code, region_id from data.region where level = any(%s)", [levels])
    keys = {(level, code): region_id for level, code, region_id in regions}
    rows = (
        (keys[level, code], level, cell, geometry)
        for level, code, cell, geometry in _rows(folder, "piece_*", "level", "code", "cell", "geometry")
        if level in levels
    )
    return _copy(connection, "region_part", REGION_PART, rows)


def _places(folder: Path) -> Iterator[tuple[Any, ...]]:
    columns = (*list(PLACE)[:-1], "longitude_e5", "latitude_e5")
    for *values, longitude, latitude in _rows(folder, "place", *columns):
        yield (*values, point_bytes(latitude / 1e5, longitude / 1e5))


def _rows(folder: Path, pattern: str, *columns: str) -> Iterator[tuple[Any, ...]]:
    """Rows of the pack files of that name, in the order of `columns`."""
    import pyarrow.parquet as pq

    for file in sorted(folder.glob(f"{pattern}.parquet")):
        table = pq.read_table(file, columns=list(columns))
        yield from zip(*(table[column].to_pylist() for column in columns), strict=True)


def _copy(
    connection: psycopg.Connection, table: str, columns: Mapping[str, str], rows: Iterator[tuple[Any, ...]]
) -> int:
    """Number of rows copied."""
    n_rows = 0

    def counted() -> Iterator[tuple[Any, ...]]:
        nonlocal n_rows
        for row in rows:
            n_rows += 1
            yield row

    copy_rows(connection, table, columns, counted())
    return n_rows
