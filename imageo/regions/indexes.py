"""Fill a table without its indexes and make them afterwards, which is several times faster than keeping them up."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

_CONSTRAINTS = """
    select conname, pg_get_constraintdef(oid)
    from pg_catalog.pg_constraint
    where conrelid = %s::regclass and contype in ('p', 'u', 'f')
    order by contype = 'f'
"""
_OTHER_INDEXES = """
    select indexrelid::regclass::text, pg_get_indexdef(indexrelid)
    from pg_catalog.pg_index
    where indrelid = %(table)s::regclass
        and not exists (select from pg_catalog.pg_constraint where conrelid = indrelid and conindid = indexrelid)
"""


@contextmanager
def without_indexes(connection: psycopg.Connection, table: str) -> Iterator[None]:
    """Drop the keys and indexes of table `data.<table>` and make the very same again at the end.

    For its owner, in a transaction; an error inside leaves it to the transaction to put them back.
    """
    name = sql.Identifier("data", table)
    constraints = connection.execute(_CONSTRAINTS, [f"data.{table}"]).fetchall()
    indexes = connection.execute(_OTHER_INDEXES, {"table": f"data.{table}"}).fetchall()
    for constraint, _ in reversed(constraints):
        connection.execute(sql.SQL("alter table {} drop constraint {}").format(name, sql.Identifier(constraint)))
    for index, _ in indexes:
        connection.execute(f"drop index {index}".encode())
    yield
    for _, definition in indexes:
        connection.execute(definition.encode())
    for constraint, definition in constraints:
        connection.execute(
            sql.SQL("alter table {} add constraint {} ").format(name, sql.Identifier(constraint)) + sql.SQL(definition)
        )
