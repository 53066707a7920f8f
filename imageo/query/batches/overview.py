"""All batches of all runs: how they stand, what came back, and how to stop one."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psycopg

from imageo.errors import ImageoError, InputError
from imageo.query.batches import BatchClient, BatchRefused, BatchUnclear, RemoteBatch, book
from imageo.query.batches.clients import open_batches
from imageo.query.batches.job import Collecting, Tally
from imageo.query.batches.run import POLL_S, collect_run
from imageo.query.batches.settle import SETTLED_AFTER, settle
from imageo.query.keys import find_key
from imageo.query.money.price_file import read_prices
from imageo.query.money.prices import Pricer
from imageo.query.providers import Endpoint
from imageo.settings import Settings

OPEN = ("prepared", "submitted", "ended")
"""States of a batch that something is still to be done about."""

_RUNS = """
select distinct run.run_id, run.dataset || ': ' || run.run_label, run.provider, run.model, run.parameters ->> 'base_url'
from core.batch as batch
inner join core.run as run on run.run_id = batch.run_id
where batch.state = any (%s)
order by run.run_id
"""


@dataclass(frozen=True)
class BatchRun:
    """A run that has open batches, and where it asks. `label` as the leaderboard shows it."""

    run_id: int
    label: str
    provider: str
    model: str
    base_url: str | None

    @contextmanager
    def client(self) -> Iterator[BatchClient]:
        """Its provider. Raises InputError where there is no key."""
        client = open_batches(self.provider, Endpoint(find_key(self.provider), self.base_url))
        try:
            yield client
        finally:
            client.close()


def open_runs(connection: psycopg.Connection) -> list[BatchRun]:
    """The runs that have open batches."""
    return [BatchRun(*row) for row in connection.execute(_RUNS, [list(OPEN)])]


def poll_all(connection: psycopg.Connection, warn: Callable[[str], None]) -> dict[int, RemoteBatch]:
    """What the providers tell of all batches that they have; `warn` hears of those that do not answer."""
    polled: dict[int, RemoteBatch] = {}
    for run in open_runs(connection):
        rows = connection.execute(
            "select batch_id, provider_batch from core.batch"
            " where run_id = %s and state = any (%s) and provider_batch is not null order by batch_id",
            [run.run_id, list(OPEN)],
        ).fetchall()
        try:
            with run.client() as client:
                polled |= {batch_id: client.poll(name) for batch_id, name in rows}
        except ImageoError as problem:
            warn(f"{run.label}: {problem}")
    return polled


def collect_all(
    connection: psycopg.Connection,
    settings: Settings,
    prices: Path | None,
    say: Callable[[str], None],
    *,
    is_waiting: bool = False,
    poll_s: float = POLL_S,
    settled_after: timedelta = SETTLED_AFTER,
) -> list[tuple[str, Tally]]:
    """Store what came back, run by run, with `is_waiting` until nothing runs; the connection is in autocommit mode.

    A run whose provider does not answer, or that another process is at, does not keep the others from it: it tells so
    in its tally.
    """
    own_prices = read_prices(prices, settings.home)
    tallies: dict[BatchRun, Tally] = {}
    while True:
        for run in open_runs(connection):
            tally = tallies.setdefault(run, Tally())
            pricer = Pricer(run.provider, run.model, own_prices, base_url=run.base_url, warn=say)
            try:
                with run.client() as client:
                    collect_run(connection, Collecting(run.run_id, client, pricer, say), tally, settled_after)
            except BatchUnclear as problem:
                # Whoever waits for a day sees the network fail for a while.
                if not is_waiting or not tally.n_running:
                    tally.stopped_by.append(str(problem))
                say(str(problem))
            except ImageoError as problem:
                tally.stopped_by.append(str(problem))
                tally.n_running = 0
        if not is_waiting or not any(tally.n_running for tally in tallies.values()):
            return [(run.label, tally) for run, tally in tallies.items()]
        time.sleep(poll_s)


def cancel(
    connection: psycopg.Connection, batch_id: int, say: Callable[[str], None], *, is_forgotten: bool = False
) -> None:
    """Ask the provider to stop a batch; what is done by then is billed, and collected as ever.

    With `is_forgotten` the provider is not asked: the questions are free again, and results never stored. The
    connection is in autocommit mode. Raises InputError where there is no such open batch.
    """
    run = _run_of(connection, batch_id)
    with book.only_here(connection, run.run_id):
        if is_forgotten:
            n_freed = book.failed(connection, _row(connection, run, batch_id), "given up")
            say(f"batch {batch_id} is given up; {n_freed:,} questions are free again")
            return
        with run.client() as client:
            settle(connection, Collecting(run.run_id, client, Pricer(run.provider, run.model), say))
            name = _row(connection, run, batch_id).provider_batch
            if name is None:
                raise InputError(f"batch {batch_id}: it is not known yet whether the provider has it; try again later")
            try:
                client.cancel(name)
            except BatchRefused as problem:
                raise InputError(f"{problem}; `imageo batch cancel {batch_id} --forget` gives it up here") from None
    say(f"batch {batch_id} is being cancelled; `imageo batch collect` stores what was done by then")


def _run_of(connection: psycopg.Connection, batch_id: int) -> BatchRun:
    row = connection.execute("select run_id, state from core.batch where batch_id = %s", [batch_id]).fetchone()
    if row is None:
        raise InputError(f"there is no batch {batch_id}; `imageo batch status` lists them")
    found = next((run for run in open_runs(connection) if run.run_id == row[0]), None)
    if found is None or row[1] not in OPEN:
        raise InputError(f"batch {batch_id} is {row[1]}: there is nothing to cancel")
    return found


def _row(connection: psycopg.Connection, run: BatchRun, batch_id: int) -> book.BatchRow:
    rows = book.batches_of(connection, run.run_id, *OPEN)
    found = next((row for row in rows if row.batch_id == batch_id), None)
    if found is None:
        raise InputError(f"batch {batch_id} never came to the provider; its questions are free again")
    return found
