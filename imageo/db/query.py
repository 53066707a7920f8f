"""A query of the user's own."""

from typing import Any

import psycopg

from imageo.errors import InputError


def run_query(connection: psycopg.Connection, query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows of one statement. Raises InputError with what the database said, and where."""
    try:
        # Prepared: the protocol then takes a single statement, so that none can follow a `reset role`.
        cursor = connection.execute(query.encode(), prepare=True)
    except psycopg.Error as problem:
        position = problem.diag.statement_position
        where = f" at character {position}" if position else ""
        hint = f"; {problem.diag.message_hint}" if problem.diag.message_hint else ""
        raise InputError(f"query{where}: {problem.diag.message_primary or problem}{hint}") from problem
    if cursor.description is None:
        raise InputError("query: it returns no rows; `imageo sql` takes one that does, such as select")
    names = [column.name for column in cursor.description]
    if len(set(names)) < len(names):
        names = [f"{name}_{i}" if names.count(name) > 1 else name for i, name in enumerate(names, 1)]
    return names, cursor.fetchall()
