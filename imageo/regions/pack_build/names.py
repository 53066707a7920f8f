"""Normalises names by the deployed SQL function."""

import pandas as pd
import psycopg


def normalise(connection: psycopg.Connection, names: pd.Series) -> pd.Series:
    """`functions.normalise_name` of each name, in order; None where nothing is left. Leaves no trace behind."""
    distinct = names.drop_duplicates()
    with connection.transaction(force_rollback=True), connection.cursor() as cursor:
        cursor.execute("create temporary table raw_name (name text)")
        with cursor.copy("copy raw_name from stdin") as copy:
            for name in distinct:
                copy.write_row((name,))
        cursor.execute("select name, functions.normalise_name(name) from raw_name")
        return names.map(dict(cursor.fetchall()))
