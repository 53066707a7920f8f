"""Boundaries of the user's own, for a level that imageo ships or for a new one."""

import hashlib
from pathlib import Path

import numpy as np
import orjson
import psycopg
import shapely
from psycopg import sql

from imageo.db.copy import copy_rows, jsonb_bytes
from imageo.errors import InputError
from imageo.regions.boundary_file import read_boundaries
from imageo.regions.cut import cut
from imageo.regions.drawing import label_points, simplify
from imageo.regions.load import REGION, REGION_PART, RegionSummary

DRAWN_DETAIL = 1 / 2000
"""Of the extent's side: what is smaller is not drawn."""

INHERITED = ("parent_code", "sovereign_code", "iso_a3", "subregion", "income_group", "population")


def load_boundaries(
    connection: psycopg.Connection,
    path: Path,
    level: str,
    code_column: str | None = None,
    name_column: str | None = None,
    source: str | None = None,
    point_of_view: str | None = None,
) -> RegionSummary:
    """Make the areas of a file the regions of `level`, in place of those that stood there.

    A region whose code stood there before keeps what the file does not tell (parent, population, ...) and its names.
    In the caller's transaction, as the owner of the tables. The very same file again changes nothing. The caches are
    then out of date: `imageo.db.refresh.refresh_all`. Raises InputError where the file cannot be used.
    """
    if not level.replace("_", "").isalnum() or level != level.lower():
        raise InputError(f"level {level!r}: use lower-case letters, digits and _ only")
    read = read_boundaries(path, level, code_column, name_column)
    frame = read.frame
    digest = _digest(path, code_column, name_column, source, point_of_view)
    origin = {"file": path.name, "digest": digest}
    standing = _standing(connection, level)
    if any(attributes.get("digest") == digest for _, attributes in standing.values()):
        return RegionSummary(path.name, changed=False)

    exact = frame.geometry.to_numpy()
    west, south, east, north = shapely.total_bounds(exact)
    detail = float(np.sqrt((east - west) * (north - south))) * DRAWN_DETAIL
    drawn = shapely.to_wkb(simplify(exact, detail, detail**2))
    labels = shapely.to_wkb(label_points(exact))
    connection.execute("delete from data.region where level = %s", [level])
    rows = []
    for code, name, label, outline in zip(frame["code"], frame["name"], labels, drawn, strict=True):
        inherited, attributes = standing.get(code, ((None,) * len(INHERITED), {}))
        values = dict(zip(INHERITED, inherited, strict=True)) | {
            "level": level,
            "code": code,
            "name": name,
            "attributes": jsonb_bytes(orjson.dumps(attributes | origin)),
            "source": source or path.name,
            "point_of_view": point_of_view,
            "label_location": label,
            "geometry": outline,
        }
        rows.append([values[column] for column in REGION])
    copy_rows(connection, "region", REGION, rows)
    n_pieces = _copy_pieces(connection, level, dict(zip(frame["code"], exact, strict=True)))
    n_names = _copy_names(connection, level)
    connection.execute("analyze data.region, data.region_part, data.region_alias")
    connection.execute(
        "insert into data.ingest (kind, file_name, file_digest, n_new, n_changed, n_unchanged, n_rejected)"
        " values ('regions', %s, %s, %s, %s, 0, 0)",
        [path.name, digest, len(set(frame["code"]) - set(standing)), len(set(frame["code"]) & set(standing))],
    )
    notes = (*read.notes, _replaced(level, set(standing), set(frame["code"])))
    return RegionSummary(path.name, True, {level: len(frame)}, n_pieces, n_names, notes=notes)


def _digest(path: Path, *options: str | None) -> str:
    return hashlib.sha256(path.read_bytes() + repr(options).encode()).hexdigest()


def _standing(connection: psycopg.Connection, level: str) -> dict[str, tuple[tuple[object, ...], dict[str, object]]]:
    """Code -> what can be inherited, and the attributes."""
    columns = sql.SQL(", ").join(map(sql.Identifier, INHERITED))
    found = connection.execute(
        sql.SQL("select code, attributes, {} from data.region where level = %s").format(columns), [level]
    )
    return {code: (tuple(values), attributes) for code, attributes, *values in found}


def _copy_pieces(connection: psycopg.Connection, level: str, shapes: dict[str, shapely.MultiPolygon]) -> int:
    keys = connection.execute("select code, region_id from data.region where level = %s", [level]).fetchall()
    rows = [
        (region_id, level, piece.cell, shapely.to_wkb(piece.geometry))
        for code, region_id in keys
        for piece in cut(shapes[code])
    ]
    copy_rows(connection, "region_part", REGION_PART, rows)
    return len(rows)


def _copy_names(connection: psycopg.Connection, level: str) -> int:
    """Drop names of codes that are gone; add each region's own name and code where they mean nothing yet."""
    connection.execute(
        "delete from data.region_alias as alias where level = %s and not exists"
        " (select from data.region where level = alias.level and code = alias.code)",
        [level],
    )
    added = connection.execute(
        """
        insert into data.region_alias (level, country_code, name_normalised, code)
        select region.level,
            case when region.level in ('admin1', 'us_state') then coalesce(region.parent_code, '') else '' end,
            functions.normalise_name(own.name),
            min(region.code)
        from data.region as region
        cross join lateral (values (region.name), (region.code)) as own (name)
        where region.level = %s and functions.normalise_name(own.name) is not null
        group by 1, 2, 3
        on conflict do nothing
        """,
        [level],
    )
    return added.rowcount


def _replaced(level: str, before: set[str], now: set[str]) -> str:
    if not before:
        return f"{level} is a new level with {len(now)} regions"
    gone, new = sorted(before - now), sorted(now - before)
    told = [f"{len(now & before)} of the {len(before)} regions of level {level} have new boundaries"]
    told += [f"{len(gone)} are gone ({_some(gone)})"] if gone else []
    told += [f"{len(new)} are new ({_some(new)})"] if new else []
    return ", ".join(told)


def _some(codes: list[str]) -> str:
    return ", ".join(codes[:5]) + (", ..." if len(codes) > 5 else "")
