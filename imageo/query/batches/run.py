"""`imageo query --batch`: the same command again goes on where the last one stopped."""

import time
from collections.abc import Callable
from datetime import timedelta

import psycopg

from imageo.db.refresh import refresh_where_stale
from imageo.query.batches import BatchRefused, BatchUnclear, book
from imageo.query.batches.collect import collect_batches
from imageo.query.batches.job import Collecting, Requests, Tally
from imageo.query.batches.settle import SETTLED_AFTER, settle
from imageo.query.batches.submit import submit_batches

POLL_S = 60.0


def run_batches(
    connection: psycopg.Connection,
    job: Collecting,
    requests: Requests,
    *,
    tally: Tally | None = None,
    is_waiting: bool = False,
    poll_s: float = POLL_S,
    settled_after: timedelta = SETTLED_AFTER,
    sleep: Callable[[float], None] = time.sleep,
) -> Tally:
    """Settle what a crash left open, collect what ended, hand over what is still to be asked; what was done is added
    to `tally`.

    With `is_waiting` until nothing runs any more; else the tally tells what still does. The connection is in
    autocommit mode. A batch that failed as a whole, or an error that no other request would escape, ends it.
    """
    tally = Tally() if tally is None else tally
    with book.only_here(connection, job.run_id):
        while True:
            try:
                _advance(connection, job, tally, settled_after)
                if not tally.stopped_by:
                    _submit(connection, job, requests, tally)
            except BatchUnclear as problem:
                # Whoever waits for a day sees the network fail for a while.
                if not is_waiting or not _n_running(connection, job.run_id):
                    raise
                job.say(str(problem))
            tally.n_running = _n_running(connection, job.run_id)
            if not is_waiting or not tally.n_running:
                break
            sleep(poll_s)
        with connection.transaction():
            refresh_where_stale(connection, job.run_id)
    return tally


def collect_run(
    connection: psycopg.Connection, job: Collecting, tally: Tally, settled_after: timedelta = SETTLED_AFTER
) -> None:
    """Settle and collect, and hand nothing over."""
    with book.only_here(connection, job.run_id):
        _advance(connection, job, tally, settled_after)
        tally.n_running = _n_running(connection, job.run_id)


def _advance(connection: psycopg.Connection, job: Collecting, tally: Tally, settled_after: timedelta) -> None:
    settle(connection, job, settled_after)
    collect_batches(connection, job, tally)


def _submit(connection: psycopg.Connection, job: Collecting, requests: Requests, tally: Tally) -> None:
    try:
        submit_batches(connection, job, requests, tally)
    except BatchRefused as problem:
        # What is under way is worth more than a clean end.
        if not _n_running(connection, job.run_id):
            raise
        tally.stopped_by.append(str(problem))


def _n_running(connection: psycopg.Connection, run_id: int) -> int:
    return len(book.batches_of(connection, run_id, "prepared", "submitted", "ended"))
