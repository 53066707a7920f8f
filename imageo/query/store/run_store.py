"""What the runner sees of the database: it claims tasks, saves answers, and keeps its leases, all from asyncio."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from decimal import Decimal
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import psycopg

from imageo.errors import DatabaseError
from imageo.query.finished import Finished
from imageo.query.store import unsaved
from imageo.query.store.answers import AT_ONCE, Written, write_finished
from imageo.query.store.database_thread import Connect, DatabaseAway, DatabaseThread, Say
from imageo.query.store.tasks import Claim, Counts, TaskQueue
from imageo.settings import Settings


class AnswersUnsaved(DatabaseError):
    """The database did not take answers; they are kept in a file."""


@asynccontextmanager
async def open_store(
    settings: Settings,
    run_id: int,
    *,
    say: Say,
    lease_s: float = 30.0,
    patience_s: float = 600.0,
    only: tuple[int, ...] | None = None,
    connect: Connect | None = None,
) -> "AsyncIterator[RunStore]":
    """The store of one run, over a connection of its own; `connect` opens it, in autocommit mode.

    `only`: the images that this worker is after, None for all of the run. `patience_s`: how long to wait for a
    database that went away; `say` hears of it, on the event loop. At the end what waits is saved, and tasks that were
    claimed but not saved are given back. Raises DatabaseError where the database is not there in the beginning.
    """

    def connect_as_writer() -> psycopg.Connection:
        from imageo.db.engine import connect as connect_to

        return connect_to(settings, role="writer", autocommit=True, progress=lambda _message: None)

    thread = DatabaseThread(connect or connect_as_writer, patience_s=patience_s, say=say)
    try:
        await thread.open()
        run = await thread.run(lambda connection: unsaved.RunIdentity.of(connection, run_id))
        worker = uuid4()
        store = RunStore(thread, TaskQueue(run_id, worker, lease_s, only), run.file(settings.home, worker))
        try:
            yield store
        finally:
            await store.finish()
    finally:
        await thread.aclose()


class RunStore:
    """Claims and saves for one run; made by `open_store`."""

    def __init__(self, thread: DatabaseThread, queue: TaskQueue, unsaved_file: Path) -> None:
        self._thread = thread
        self._queue = queue
        self._unsaved_file = unsaved_file
        # A claim tells its own tasks, which it may not take twice, from those of a claim that was cut off.
        self._leasing = asyncio.Lock()
        self._held: dict[int, float] = {}  # image and the loop's time until which it is surely ours
        self._waiting: list[tuple[Finished, asyncio.Future[None]]] = []
        self._saving: asyncio.Task[None] | None = None
        self._heart = asyncio.create_task(self._keep_leases())

    @property
    def worker(self) -> UUID:
        """The name under which tasks are leased."""
        return self._queue.worker

    async def claim(self, n: int, *, reserve_usd: Decimal | None = None, budget_usd: Decimal | None = None) -> Claim:
        """Lease up to `n` tasks; see TaskQueue.claim. Their leases are kept until they are saved or released.

        Under a budget the run's ledger is read: some 10 ms at 20,000 images, so claim several at once.
        """
        async with self._leasing:
            asked_at = asyncio.get_running_loop().time()
            held = set(self._held)
            claim = await self._thread.run(
                lambda connection: self._queue.claim(connection, n, reserve_usd, budget_usd, held)
            )
            self._held |= {task.image_id: asked_at + self._queue.lease_s for task in claim.tasks}
            return claim

    def holds(self, image_id: int) -> bool:
        """Whether the lease is surely ours now; where it is not, another process may be asking."""
        return self._held.get(image_id, 0.0) > asyncio.get_running_loop().time()

    async def save(self, finished: Finished) -> None:
        """Return once it is committed, together with all that waited meanwhile.

        Raises AnswersUnsaved where the database did not take it: then it is in a file, for the next query of the run.
        A caller that is cancelled while it waits loses nothing.
        """
        saved: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((finished, saved))
        if self._saving is None or self._saving.done():
            self._saving = asyncio.create_task(self._save_waiting())
        await asyncio.shield(saved)

    async def release(self, image_ids: Collection[int]) -> None:
        """Give tasks back unasked."""
        async with self._leasing:
            given_back = self._held.keys() & set(image_ids)
            if given_back:
                await self._thread.run(lambda connection: self._queue.release(connection, given_back))
            for image_id in given_back:
                self._held.pop(image_id, None)

    async def counts(self) -> Counts:
        """How many tasks there are, and with whom."""
        held = set(self._held)
        return await self._thread.run(lambda connection: self._queue.counts(connection, held))

    def give_up(self) -> None:
        """Wait no longer for a database that is away: what is unsaved goes to a file."""
        self._thread.give_up()

    async def finish(self) -> None:
        """Save what waits, give back what was not asked."""
        self._heart.cancel()
        if self._saving is not None:
            await asyncio.wait([self._saving])
        with suppress(DatabaseError, psycopg.Error):  # the leases end by themselves
            # All of them: a claim that was cancelled may have leased tasks that nobody here knows of.
            await self._thread.run(partial(self._queue.release, image_ids=None))
        self._held.clear()

    async def _save_waiting(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            try:
                written = await self._thread.run(partial(self._write, [finished for finished, _saved in batch]))
            except BaseException as problem:
                # Also where the event loop is shut down: whatever is not known to be stored goes to the file.
                self._keep(batch + self._waiting, str(problem))
                self._waiting = []
                if not isinstance(problem, Exception):
                    raise
                continue
            refused = {finished.answer_key: reason for finished, reason in written.unstorable}
            for finished, saved in batch:
                if finished.answer_key in refused:
                    self._keep([(finished, saved)], refused[finished.answer_key])
                    continue
                self._held.pop(finished.image_id, None)
                if not saved.done():
                    saved.set_result(None)

    def _keep(self, batch: list[tuple[Finished, asyncio.Future[None]]], reason: str) -> None:
        try:
            unsaved.keep(self._unsaved_file, [finished for finished, _saved in batch])
            remedy = f"it is kept in {self._unsaved_file}, and the next `imageo query` of this run takes it in"
        except OSError as problem:
            remedy = f"and {self._unsaved_file} cannot be written: {problem.strerror}"
        for _finished, saved in batch:
            if not saved.done():
                saved.set_exception(AnswersUnsaved(f"the database did not take an answer: {reason}; {remedy}"))
                saved.exception()  # a caller that was cancelled does not ask

    def _write(self, finished: list[Finished], connection: psycopg.Connection) -> Written:
        return write_finished(connection, self._queue.run_id, finished, self.worker)

    async def _keep_leases(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self._queue.lease_s / 3)
            held = set(self._held)
            if not held:
                continue
            asked_at = loop.time()
            try:
                lost = await self._thread.run(partial(self._queue.extend, held=held))
            except (DatabaseAway, psycopg.Error):
                continue  # whoever saves or claims hears of it
            for image_id in held & self._held.keys():
                self._held[image_id] = 0.0 if image_id in lost else asked_at + self._queue.lease_s
