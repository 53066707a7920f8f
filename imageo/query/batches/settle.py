"""Find out what became of batches whose handing over was cut short: by a crash, or a connection that ended."""

from datetime import datetime, timedelta

import psycopg

from imageo.query.batches import BatchClient, Handover, Sought, book
from imageo.query.batches.book import BatchRow
from imageo.query.batches.job import Collecting

SETTLED_AFTER = timedelta(minutes=2)
"""A batch that the provider does not list so long after the call is taken for one that never came."""


def settle(connection: psycopg.Connection, job: Collecting, settled_after: timedelta = SETTLED_AFTER) -> None:
    """Go on with the batches that the provider has; free the tasks of those that it has not. Within `book.only_here`.

    What is not certain stays as it is, and is asked again by the next call.
    """
    for batch in book.batches_of(connection, job.run_id, "prepared"):
        if batch.submitted_at is None:
            book.failed(connection, batch, "stopped before it was handed over")
            continue
        sought = _seek(connection, job.client, batch, batch.submitted_at)
        if sought.name is not None:
            book.submitted(connection, batch, sought.name)
            job.say(f"batch {batch.batch_id}: found at the provider as {sought.name}")
        elif sought.verdict == "absent" and _age(connection, batch.submitted_at) >= settled_after:
            book.failed(connection, batch, "it never came to the provider")
            job.say(f"batch {batch.batch_id}: it never came to the provider; its questions are free again")
        else:
            why = "its batches that run will tell when they end" if sought.verdict == "unclear" else "too early to say"
            job.say(f"batch {batch.batch_id}: whether the provider has it is not known yet: {why}")


def _seek(connection: psycopg.Connection, client: BatchClient, batch: BatchRow, sent_at: datetime) -> Sought:
    return client.seek(Handover(batch.token, batch.n_requests, sent_at, book.claimed_names(connection)))


def _age(connection: psycopg.Connection, since: datetime) -> timedelta:
    row = connection.execute("select clock_timestamp() - %s", [since]).fetchone()
    assert row is not None
    age: timedelta = row[0]
    return age
