"""A view as a data frame; as a GeoDataFrame where it has a geometry."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from imageo.db.digest import LAYERS
from imageo.errors import InputError

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from pandas import DataFrame


def read_view(
    connection: psycopg.Connection, view: str, where: Mapping[str, object] | None = None
) -> "DataFrame | GeoDataFrame":
    """Read `schema.view`, rows in the order the view gives.

    `where`: column -> value, a list of values, or None for no condition. Geometry is WGS84 (EPSG:4326). Raises
    InputError where the view or a column does not exist.
    """
    columns = view_columns(connection, view)
    conditions = {name: value for name, value in (where or {}).items() if value is not None}
    if unknown := sorted(set(conditions) - set(columns)):
        raise InputError(f"{view} has no column {', '.join(unknown)}; it has {', '.join(columns)}")
    schema, _, name = view.partition(".")
    query = sql.SQL("select {columns} from {view} where {conditions}").format(
        columns=sql.SQL(", ").join(_selected(column, kind) for column, kind in columns.items()),
        view=sql.Identifier(schema, name),
        conditions=sql.SQL(" and ").join(
            [sql.SQL("true")]
            + [
                sql.SQL("{} = any({})" if isinstance(value, list | tuple | set) else "{} = {}").format(
                    sql.Identifier(column), sql.Placeholder(column)
                )
                for column, value in conditions.items()
            ]
        ),
    )
    parameters = {
        column: list(value) if isinstance(value, tuple | set) else value for column, value in conditions.items()
    }
    try:
        rows = connection.execute(query, parameters, binary=True).fetchall()
    except psycopg.DataError as problem:
        raise InputError(f"{view}: {problem.diag.message_primary}; see the condition given") from problem
    return _frame(rows, columns)


def list_views(connection: psycopg.Connection) -> list[str]:
    """Names of all views, lowest layer first."""
    rows = connection.execute(
        """
        select n.nspname || '.' || c.relname
        from pg_catalog.pg_class as c
        inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
        where c.relkind = 'v' and n.nspname = any(%(layers)s)
        order by array_position(%(layers)s, n.nspname::text), c.relname
        """,
        {"layers": list(LAYERS)},
    )
    return [name for (name,) in rows]


def view_columns(connection: psycopg.Connection, view: str) -> dict[str, str]:
    """Name -> type of the columns of a view. Raises InputError where it does not exist."""
    if view not in list_views(connection):
        raise InputError(f"there is no view {view}; `imageo export --list` shows them all")
    rows = connection.execute(
        """
        select attname, pg_catalog.format_type(atttypid, null)
        from pg_catalog.pg_attribute
        where attrelid = %s::regclass and attnum > 0
        order by attnum
        """,
        [view],
    )
    return dict(rows.fetchall())


def _selected(column: str, kind: str) -> sql.Composable:
    name = sql.Identifier(column)
    if kind.endswith("geometry"):
        return sql.SQL("public.st_asbinary({}) as {}").format(name, name)
    if kind == "numeric":
        return sql.SQL("{}::double precision").format(name)
    return name


def _frame(rows: list[tuple[object, ...]], columns: Mapping[str, str]) -> "DataFrame | GeoDataFrame":
    import pandas as pd

    frame = pd.DataFrame(rows, columns=list(columns))
    for column, kind in columns.items():
        if kind in ("bigint", "integer", "smallint") and frame[column].isna().any():
            frame[column] = frame[column].astype("Int64")
        elif kind in ("double precision", "numeric", "real"):
            frame[column] = frame[column].astype("float64")
    geometries = [column for column, kind in columns.items() if kind.endswith("geometry")]
    if not geometries:
        return frame
    import geopandas as gpd

    for column in geometries:
        frame[column] = gpd.GeoSeries.from_wkb(frame[column], crs=4326)
    main = "geometry" if "geometry" in geometries else geometries[0]
    return gpd.GeoDataFrame(frame, geometry=main, crs=4326)
