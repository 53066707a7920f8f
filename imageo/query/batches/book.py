"""The batches of a run in the database: each step is committed before the provider hears of the next one."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from imageo.errors import DatabaseError, InputError

LOCK = 0x626174  # "bat": one process at a time hands over and collects the batches of a run

_COLUMNS = "batch_id, run_id, token, state, n_requests, provider_batch, created_at, submitted_at"

# Locked in order: another run over the same images may note them at the same time.
_HASHES = """
with seen as (
    select image.image_id, file.content_hash
    from unnest(%(image_ids)s::bigint[], %(hashes)s::text[]) as file (image_id, content_hash)
    inner join data.image as image on image.image_id = file.image_id
    where image.content_hash is distinct from file.content_hash
    order by image.image_id
    for no key update of image
)
update data.image as image
set content_hash = seen.content_hash
from seen
where image.image_id = seen.image_id
"""


@dataclass(frozen=True)
class BatchRow:
    """One batch. `submitted_at` is set just before the provider is called: without it nothing was handed over."""

    batch_id: int
    run_id: int
    token: UUID
    state: str
    n_requests: int
    provider_batch: str | None
    created_at: datetime
    submitted_at: datetime | None


@contextmanager
def only_here(connection: psycopg.Connection, run_id: int) -> Iterator[None]:
    """Keep other processes off the batches of a run. Raises InputError where one is at them.

    The connection must be in autocommit mode: what is written here counts as soon as it is written. A database that
    goes away inside becomes a DatabaseError.
    """
    assert connection.autocommit
    if connection.execute("select pg_try_advisory_lock(%s, %s)", [LOCK, run_id]).fetchone() != (True,):
        raise InputError(f"another process is at the batches of run {run_id}; try again when it is done")
    try:
        yield
    except psycopg.OperationalError as problem:
        reason = str(problem).strip().splitlines()[-1]
        raise DatabaseError(f"the database went away: {reason}; give the same command again to go on") from problem
    finally:
        if not connection.closed:
            connection.execute("select pg_advisory_unlock(%s, %s)", [LOCK, run_id])


def begin(connection: psycopg.Connection, run_id: int) -> BatchRow:
    """A batch without requests."""
    query = f"insert into data.batch (run_id, n_requests) values (%s, 0) returning {_COLUMNS}"  # noqa: S608
    with connection.cursor(row_factory=class_row(BatchRow)) as cursor:
        row = cursor.execute(query.encode(), [run_id]).fetchone()
    assert row is not None
    return row


def add_tasks(connection: psycopg.Connection, batch: BatchRow, image_ids: Collection[int], worker: UUID) -> None:
    """Put tasks that the worker has leased into the batch; what is set aside for them stays so."""
    connection.execute(
        "update data.task set batch_id = %s, leased_by = null, leased_until = null"
        " where run_id = %s and image_id = any (%s) and leased_by = %s",
        [batch.batch_id, batch.run_id, list(image_ids), worker],
    )


def free_tasks(connection: psycopg.Connection, batch: BatchRow, image_ids: Collection[int] | None = None) -> int:
    """Take tasks, or all that are left, out of the batch: anybody may ask them again. How many they were."""
    return connection.execute(
        "update data.task set batch_id = null, reserved_usd = null"
        " where batch_id = %(batch)s and (%(images)s::bigint[] is null or image_id = any (%(images)s))",
        {"batch": batch.batch_id, "images": None if image_ids is None else list(image_ids)},
    ).rowcount


def open_images(connection: psycopg.Connection, batch: BatchRow) -> set[int]:
    """The images of the batch that have no answer yet."""
    rows = connection.execute("select image_id from data.task where batch_id = %s", [batch.batch_id])
    return {image_id for (image_id,) in rows}


def note_hashes(connection: psycopg.Connection, hashes: Mapping[int, str]) -> None:
    """Note the digests of image files: when the answers come, the files are not looked at again."""
    connection.execute(_HASHES, {"image_ids": list(hashes), "hashes": list(hashes.values())})


def close_file(connection: psycopg.Connection, batch: BatchRow, n_requests: int) -> None:
    """Note how many requests there are; a batch without any is forgotten."""
    if n_requests:
        connection.execute("update data.batch set n_requests = %s where batch_id = %s", [n_requests, batch.batch_id])
    else:
        connection.execute("delete from data.batch where batch_id = %s", [batch.batch_id])


def about_to_submit(connection: psycopg.Connection, batch: BatchRow, input_file: str | None) -> None:
    """Note that the provider is called now: from here on only the provider knows whether it has the batch."""
    connection.execute(
        "update data.batch set input_file = %s, submitted_at = clock_timestamp() where batch_id = %s",
        [input_file, batch.batch_id],
    )


def submitted(connection: psycopg.Connection, batch: BatchRow, provider_batch: str) -> None:
    """Note the provider's name of it."""
    connection.execute(
        "update data.batch set state = 'submitted', provider_batch = %s where batch_id = %s",
        [provider_batch, batch.batch_id],
    )


def ended(connection: psycopg.Connection, batch: BatchRow) -> None:
    """Note that the provider is done with it."""
    connection.execute(
        "update data.batch set state = 'ended', ended_at = clock_timestamp()"
        " where batch_id = %s and state = 'submitted'",
        [batch.batch_id],
    )


def collected(connection: psycopg.Connection, batch: BatchRow) -> int:
    """Note that all results are stored; tasks without one are free again: how many."""
    with connection.transaction():
        n_freed = free_tasks(connection, batch)
        connection.execute(
            "update data.batch set state = 'collected', collected_at = clock_timestamp() where batch_id = %s",
            [batch.batch_id],
        )
    return n_freed


def failed(connection: psycopg.Connection, batch: BatchRow, message: str) -> int:
    """Note that nothing came or will come of it; its tasks are free again: how many."""
    with connection.transaction():
        n_freed = free_tasks(connection, batch)
        connection.execute(
            "update data.batch set state = 'failed', error_message = %s, ended_at = clock_timestamp()"
            " where batch_id = %s",
            [message, batch.batch_id],
        )
    return n_freed


def batches_of(connection: psycopg.Connection, run_id: int, *states: str) -> list[BatchRow]:
    """The batches of a run in some states, the oldest first."""
    query = f"select {_COLUMNS} from data.batch where run_id = %s and state = any (%s) order by batch_id"  # noqa: S608
    with connection.cursor(row_factory=class_row(BatchRow)) as cursor:
        return cursor.execute(query.encode(), [run_id, list(states)]).fetchall()


def claimed_names(connection: psycopg.Connection) -> frozenset[str]:
    """The providers' names of all batches that are known."""
    rows = connection.execute("select provider_batch from data.batch where provider_batch is not null")
    return frozenset(name for (name,) in rows)


def n_free_tasks(connection: psycopg.Connection, run_id: int) -> int:
    """Tasks that are in no batch."""
    row = connection.execute(
        "select count(*) from data.task where run_id = %s and batch_id is null", [run_id]
    ).fetchone()
    return int(row[0]) if row else 0
