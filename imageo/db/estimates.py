"""Keep what statistics found out, so that SQL and dashboards see it too."""

from collections.abc import Iterable, Mapping

import psycopg
from psycopg.types.json import Jsonb

from imageo import __version__
from imageo.db.copy import copy_rows

_COLUMNS = {
    "run_id": "int4",
    "other_run_id": "int4",
    "measure": "text",
    "denominator": "text",
    "grouping": "text",
    "subject": "text",
    "other_subject": "text",
    "statistic": "text",
    "n": "int8",
    "k": "int8",
    "estimate": "float8",
    "low": "float8",
    "high": "float8",
    "p_value": "float8",
    "p_adjusted": "float8",
    "note": "text",
}


def store_analysis(
    connection: psycopg.Connection,
    dataset_id: int,
    kind: str,
    parameters: Mapping[str, object],
    seed: int,
    estimates: Iterable[Mapping[str, object]],
) -> int:
    """Store the estimates of one analysis in place of those of the same kind, parameters and seed; its analysis_id.

    `estimates`: mappings with the columns of data.estimate, such as `dataclasses.asdict` gives. In the caller's
    transaction. A number that is not finite is stored as NULL.
    """
    key = [dataset_id, kind, Jsonb(dict(parameters)), seed]
    # Two commands may find out the same at the same time: the later one waits, and then takes its place.
    connection.execute(
        "select pg_advisory_xact_lock(hashtextextended(concat_ws(' ', %s::int, %s::text, %s::jsonb, %s::int), 4))", key
    )
    connection.execute(
        "delete from data.analysis where dataset_id = %s and kind = %s and parameters = %s and seed = %s", key
    )
    row = connection.execute(
        "insert into data.analysis (dataset_id, kind, parameters, seed, version) values (%s, %s, %s, %s, %s)"
        " returning analysis_id",
        [*key, __version__],
    ).fetchone()
    assert row is not None
    analysis_id = int(row[0])
    copy_rows(
        connection,
        "estimate",
        {"analysis_id": "int4"} | _COLUMNS,
        ([analysis_id, *(_storable(estimate.get(name)) for name in _COLUMNS)] for estimate in estimates),
    )
    return analysis_id


def _storable(value: object) -> object:
    is_unknown = isinstance(value, float) and not -float("inf") < value < float("inf")
    return None if is_unknown else value
