"""A database of any size for measurements: gazetteer places as images, answers scattered around them."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from imageo.db.cluster import open_cluster
from imageo.db.engine import prepare
from imageo.db.refresh import RUN_CACHES, refresh_images, refresh_runs


@contextmanager
def scratch_database() -> Iterator[psycopg.Connection]:
    """A deployed database with regions on a server of its own, with production settings, gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="imageo-bench-"))
    home.chmod(0o755)
    cluster = open_cluster(home, progress=lambda _: None)
    try:
        with psycopg.connect(cluster.up()) as connection:
            prepare(connection, lambda _: None)
            yield connection
    finally:
        cluster.down()
        shutil.rmtree(home, ignore_errors=True)


def add_images(connection: psycopg.Connection, count: int) -> int:
    """A dataset of the most populous places of the gazetteer, its id."""
    row = connection.execute("insert into data.dataset (name) values ('bench') returning dataset_id").fetchone()
    assert row
    connection.execute(
        """
        insert into data.image (dataset_id, image_name, location, country_label, city_label, row_digest)
        select %s, 'image ' || place_id || '/' || copy, location, country_code, name, 0
        from data.place, generate_series(0, %s / 200000) as copy
        order by copy, population desc, place_id limit %s
        """,
        [row[0], count, count],
    )
    refresh_images(connection, row[0])
    return int(row[0])


def add_run(connection: psycopg.Connection, dataset_id: int, number: int) -> int:
    """One model's answers to every image: 8 in 10 near, some far, some without a point or refused."""
    row = connection.execute(
        """
        with added as (
            insert into data.model (provider, name) values ('bench', 'model ' || %(number)s) returning model_id
        )

        insert into data.run (dataset_id, model_id) select %(dataset)s, model_id from added returning run_id
        """,
        {"number": number, "dataset": dataset_id},
    ).fetchone()
    assert row
    connection.execute("select setseed(%s)", [(number % 1000) / 1000])
    connection.execute(
        """
        insert into data.prediction (
            image_id, run_id, outcome, parse_stage, location, country, city, confidence,
            raw_response, input_tokens, output_tokens, row_digest
        )
        select
            image_id, %(run)s,
            case when luck < 0.9 then 'answered' when luck < 0.95 then 'no_coordinates' else 'refused' end, 'strict',
            case when luck < 0.9 then st_setsrid(st_makepoint(
                greatest(-180, least(180, st_x(location) + spread * (random() - 0.5))),
                greatest(-90, least(90, st_y(location) + spread * (random() - 0.5)))
            ), 4326) end,
            case when luck < 0.95 then country_label end,
            case when luck < 0.6 then city_label end,
            1 + floor(random() * 5), repeat('an answer of the usual length, ', 10), 1500, 500, 0
        from (
            select image_id, location, country_label, city_label, random() as luck, exp(6 * random() - 3) as spread
            from data.image where dataset_id = %(dataset)s
        ) as drawn
        """,
        {"run": row[0], "dataset": dataset_id},
    )
    return int(row[0])


def add_scored_runs(connection: psycopg.Connection, dataset_id: int, count: int) -> None:
    """`count` runs with their caches: one is answered and scored, the others repeat its rows."""
    first = add_run(connection, dataset_id, 0)
    refresh_runs(connection, [first])
    connection.execute("set local session_replication_role = replica")  # foreign keys hold: the rows are copies
    connection.execute(
        """
        with added as (
            insert into data.model (provider, name)
            select 'bench', 'model ' || number from generate_series(1, %s - 1) as number returning model_id
        )

        insert into data.run (dataset_id, model_id) select %s, model_id from added
        """,
        [count, dataset_id],
    )
    for table in ("prediction", *(table for table, _ in RUN_CACHES)):
        columns = ", ".join(
            name
            for (name,) in connection.execute(
                "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and attidentity = ''"
                " and attname <> 'run_id' and not attisdropped",
                [f"data.{table}"],
            )
        )
        connection.execute(
            f"insert into data.{table} (run_id, {columns}) select copy.id, {columns} from data.{table},"
            " (select run_id as id from data.run where run_id <> %(first)s and dataset_id = %(dataset)s) as copy"
            " where run_id = %(first)s order by copy.id".encode(),
            {"first": first, "dataset": dataset_id},
        )
    connection.commit()
    connection.autocommit = True
    connection.execute("vacuum analyze")
    connection.autocommit = False
