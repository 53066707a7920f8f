"""Binary COPY into a table: the fastest way in."""

import struct
from collections.abc import Iterable, Mapping, Sequence

import psycopg
from psycopg import sql

_POINT = struct.Struct("<BIIdd")
_POINT_WITH_SRID = 0x20000001
_WGS84 = 4326


def copy_rows(
    connection: psycopg.Connection, table: str, columns: Mapping[str, str], rows: Iterable[Sequence[object]]
) -> None:
    """Copy rows into table `data.<table>`; `columns` gives the PostgreSQL type of each value of a row.

    The type "bytea" stands for bytes that are sent as they are: points (`point_bytes`) and JSON (`jsonb_bytes`).
    """
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("copy {} ({}) from stdin (format binary)").format(sql.Identifier("data", table), names)
    with connection.cursor().copy(statement) as copy:
        copy.set_types(list(columns.values()))
        for row in rows:
            copy.write_row(row)


def point_bytes(latitude: float, longitude: float) -> bytes:
    """A WGS84 point in the extended well-known binary that PostGIS reads."""
    return _POINT.pack(1, _POINT_WITH_SRID, _WGS84, longitude, latitude)


def jsonb_bytes(json_text: bytes) -> bytes:
    """JSON text in the binary form of jsonb: a version number before it."""
    return b"\x01" + json_text
