"""Fill the caches from the views that define them, a run or a dataset at a time: what did not change is not redone."""

from collections.abc import Sequence

import psycopg
from psycopg import sql

# Cache and its definition, in the order in which one is made from another.
IMAGE_CACHE = ("image_place", "core.image_place_live")
RUN_CACHES = (
    ("prediction_place", "match.prediction_place_live"),
    ("score", "metrics.prediction_score_live"),
    ("run_score", "metrics.run_score_live"),
    ("region_score", "bias.region_score_live"),
    ("region_gap", "bias.region_gap_live"),
    ("confidence_score", "bias.confidence_reliability_live"),
)

_LOCK = 0x72756E  # "run": one refresh of a run at a time


def refresh_all(connection: psycopg.Connection) -> None:
    """Recompute every cache; after the regions changed. In the caller's transaction."""
    refresh_images(connection)
    refresh_runs(connection, [run_id for (run_id,) in connection.execute("select run_id from data.run")])


def refresh_images(connection: psycopg.Connection, dataset_id: int | None = None) -> None:
    """Recompute the regions of the images of one dataset, or of all. In the caller's transaction."""
    _prepare_session(connection)
    # The planner knows nothing of images that this transaction brought; its guess costs minutes.
    connection.execute("analyze data.image")
    table, view = IMAGE_CACHE
    every = sql.SQL("true")
    one = sql.SQL("dataset_id = {}").format(sql.Literal(dataset_id))
    _refill(connection, table, view, every if dataset_id is None else one)
    connection.execute("analyze data.image_place")


def refresh_runs(connection: psycopg.Connection, run_ids: Sequence[int]) -> None:
    """Recompute the scores of some runs. In the caller's transaction."""
    if not run_ids:
        return
    _prepare_session(connection)
    _analyze_where_stale(connection, "prediction", run_ids)
    for run_id in sorted(run_ids):
        connection.execute("select pg_advisory_xact_lock(%s, %s)", [_LOCK, run_id])
        for table, view in RUN_CACHES:
            _refill(connection, table, view, sql.SQL("run_id = {}").format(sql.Literal(run_id)))
            if table in ("prediction_place", "score"):
                _analyze_where_stale(connection, table, run_ids)


def refresh_where_stale(connection: psycopg.Connection, run_id: int) -> None:
    """Recompute the scores of a run that do not know its latest answers, in the caller's transaction.

    Whoever stored those may have ended before the scores were made.
    """
    row = connection.execute(
        "select exists (select from core.prediction as prediction"
        " left join data.score as score on score.image_id = prediction.image_id and score.run_id = prediction.run_id"
        " where prediction.run_id = %s and score.version is distinct from prediction.version)",
        [run_id],
    ).fetchone()
    if row == (True,):
        refresh_runs(connection, [run_id])


def _refill(connection: psycopg.Connection, table: str, view: str, chosen: sql.Composable) -> None:
    schema, _, name = view.partition(".")
    columns = [
        sql.Identifier(column)
        for (column,) in connection.execute(
            "select attname from pg_catalog.pg_attribute where attrelid = %s::regclass and attnum > 0 order by attnum",
            [view],
        )
    ]
    parts = {
        "table": sql.Identifier("data", table),
        "view": sql.Identifier(schema, name),
        "columns": sql.SQL(", ").join(columns),
        "chosen": chosen,
    }
    connection.execute(sql.SQL("delete from {table} where {chosen}").format(**parts))
    connection.execute(
        sql.SQL("insert into {table} ({columns}) select {columns} from {view} where {chosen}").format(**parts)
    )


def _prepare_session(connection: psycopg.Connection) -> None:
    connection.execute("set local work_mem = '128MB'")
    connection.execute("set local jit = off")


def _analyze_where_stale(connection: psycopg.Connection, table: str, run_ids: Sequence[int]) -> None:
    """Let the planner know of rows that this transaction brought, where they are many beside what it knew.

    Autovacuum sees them only after the commit.
    """
    name = sql.Identifier("data", table)
    known, brought = connection.execute(
        sql.SQL(
            "select (select reltuples from pg_catalog.pg_class where oid = {literal}::regclass),"
            " (select count(*) from {name} where run_id = any(%s))"
        ).format(literal=sql.Literal(f"data.{table}"), name=name),
        [list(run_ids)],
    ).fetchone() or (0, 0)
    if brought * 10 > known:
        connection.execute(sql.SQL("analyze {name}").format(name=name))
