"""Ask a model about all images of a run that are still without an answer, many at a time, and lose nothing paid for."""

import asyncio
import math
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal

import psycopg

from imageo.db.engine import connect
from imageo.db.refresh import refresh_runs, refresh_where_stale
from imageo.errors import DatabaseError, InputError
from imageo.outcome import FAILED
from imageo.query.runner.job import Job
from imageo.query.runner.progress import State
from imageo.query.runner.slots import Slots
from imageo.query.runner.summary import Summary, sum_up
from imageo.query.store.answers import note_abandoned
from imageo.query.store.run_store import RunStore, open_store

ENDING = ("SIGINT", "SIGTERM", "SIGHUP")
"""Signals that ask a process to end: Ctrl-C, a service manager, a terminal that is gone. Windows has not all."""
COUNT_EVERY_S = 5.0
TURN_S = 0.0005


def run_to_end(job: Job) -> Summary:
    """`run_questions` for callers without an event loop; Ctrl-C, SIGTERM and SIGHUP end it in an orderly way."""
    with _quick_turns():
        return asyncio.run(run_questions(job, is_interruptible=True))


async def run_questions(job: Job, *, is_interruptible: bool = False) -> Summary:
    """Ask all that is left of a run, then refresh its scores.

    Raises InputError where the first question is refused for a reason that holds for all: nothing is stored then. An
    error later on ends the run, and the summary tells it. Raises DatabaseError where the database is away and no answer
    could be stored. `is_interruptible`: SIGINT, SIGTERM and SIGHUP finish what is in flight; a second one abandons it.
    The provider is closed at the end.
    """
    start = time.monotonic()
    try:
        spent_before = await asyncio.to_thread(_spent, job)
        async with open_store(
            job.settings, job.run_id, say=job.progress.say, lease_s=job.lease_s, only=job.only, connect=job.connect
        ) as store:
            slots = Slots(job, store)
            showing = asyncio.create_task(_show(job, store, slots, spent_before))
            try:
                with _signals(slots.interrupt if is_interruptible else None):
                    await slots.run()
            finally:
                showing.cancel()
                await asyncio.gather(showing, return_exceptions=True)
    finally:
        job.progress.close()
        await job.provider.aclose()
    if slots.error is not None and not slots.tally.n_finished:
        raise (DatabaseError if slots.is_database_away else InputError)(slots.error)
    try:
        n_left, n_failed = await asyncio.to_thread(_conclude, job, slots)
    except DatabaseError as problem:
        # What is known of the answers says more than that the database is away.
        raise DatabaseError(slots.error or str(problem)) from problem
    return sum_up(
        job.run_id,
        slots.tally,
        slots.ending,
        seconds=time.monotonic() - start,
        n_left=n_left,
        n_without_file=slots.n_without_file,
        budget_left_usd=_left(job, spent_before + slots.tally.cost_usd),
        error=slots.error,
        n_failed_in_run=n_failed,
        n_abandoned=len(slots.abandoned),
        reserve_usd=job.reserve_usd,
    )


async def _show(job: Job, store: RunStore, slots: Slots, spent_before: Decimal) -> None:
    """Tell how it is going, as often as the sink wants to hear."""
    n_total, counted_at = 0, -math.inf
    try:
        while True:
            if time.monotonic() >= counted_at + COUNT_EVERY_S:
                # Other processes may be at the same run.
                n_total, counted_at = slots.tally.n_finished + (await store.counts()).n_open, time.monotonic()
            job.progress.show(_state(job, slots, n_total, spent_before), time.monotonic())
            await asyncio.sleep(job.progress.every_s)
    finally:
        job.progress.show(_state(job, slots, n_total, spent_before), time.monotonic())


def _state(job: Job, slots: Slots, n_total: int, spent_before: Decimal) -> State:
    tally = slots.tally
    return State(
        tally.n_finished,
        n_total,
        job.control.in_flight,
        tally.cost_usd,
        tally.n_unpriced,
        _left(job, spent_before + tally.cost_usd),
        {**tally.retries},
        {**tally.failures},
        slots.remark,
    )


def _left(job: Job, spent_usd: Decimal) -> Decimal | None:
    return None if job.budget_usd is None else max(Decimal(0), job.budget_usd - spent_usd)


def _open(job: Job) -> psycopg.Connection:
    return job.connect() if job.connect else connect(job.settings, role="writer", autocommit=True)


def _spent(job: Job) -> Decimal:
    """What the run has cost before, US dollars."""
    with _open(job) as connection:
        row = connection.execute(
            "select coalesce(sum(cost_usd), 0) from data.cost where run_id = %s", [job.run_id]
        ).fetchone()
    return Decimal(row[0]) if row else Decimal(0)


def _conclude(job: Job, slots: Slots) -> tuple[int, int]:
    """Refresh the scores where there are new answers, of this process or of one that died; how many are left, failed.

    What was abandoned goes into the ledger: the provider may bill it.
    """
    with _open(job) as connection:
        with connection.transaction():
            if slots.abandoned:
                note_abandoned(connection, job.run_id, slots.abandoned)
            if slots.tally.n_finished or slots.abandoned:
                refresh_runs(connection, [job.run_id])
            else:
                refresh_where_stale(connection, job.run_id)
        row = connection.execute(
            "select (select count(*) from data.task where run_id = %(run)s),"
            " (select count(*) from core.prediction where run_id = %(run)s and outcome = any(%(failed)s))",
            {"run": job.run_id, "failed": list(FAILED)},
        ).fetchone()
    return row or (0, 0)


@contextmanager
def _quick_turns() -> Iterator[None]:
    """Let threads take turns more often than every 5 ms.

    An answer on its way into the database waits for its turn several times, while others prepare images.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(TURN_S)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


@contextmanager
def _signals(interrupt: Callable[[], None] | None) -> Iterator[None]:
    if interrupt is None:
        yield
        return
    loop = asyncio.get_running_loop()
    taken = []
    for number in (getattr(signal, name) for name in ENDING if hasattr(signal, name)):
        if signal.getsignal(number) is signal.SIG_IGN:  # as under nohup
            continue
        with suppress(NotImplementedError, RuntimeError):  # on Windows, and outside the main thread
            loop.add_signal_handler(number, interrupt)
            taken.append(number)
    try:
        yield
    finally:
        for number in taken:
            loop.remove_signal_handler(number)
