"""Questions made ready before a slot wants them: claimed, read, prepared and encoded in threads, a bounded number."""

import asyncio
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal

from imageo.errors import DatabaseError
from imageo.query.images.prepare import BadImage, ImageOptions, read_image
from imageo.query.providers import Provider
from imageo.query.questions import PreparedImage, Question
from imageo.query.store.run_store import RunStore
from imageo.query.store.tasks import Claim, Task

MOST_BYTES_AHEAD = 64_000_000
POLL_S = 2.0
"""How often to look whether another process has answered, or given back, what it holds."""

Remark = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Ready:
    """A question as it is sent, or why its file cannot be; `is_without_file`: there is no file for it here."""

    image_id: int
    body: bytes = b""
    content_hash: str | None = None
    problem: str | None = None
    is_without_file: bool = False


@dataclass(frozen=True)
class Reader:
    """Makes a question ready: takes milliseconds, called in threads."""

    provider: Provider
    paths: Mapping[int, Path]
    options: ImageOptions

    def read(self, task: Task) -> Ready:
        """Read, prepare and encode."""
        try:
            image = self._image(task)
        except LookupError:
            return Ready(task.image_id, is_without_file=True)
        except BadImage as problem:
            return Ready(task.image_id, problem=str(problem))
        body = self.provider.encode(Question(task.image_id, image))
        return Ready(task.image_id, body, image.content_hash if image else None)

    def _image(self, task: Task) -> PreparedImage | None:
        limits = self.provider.image_limits
        return None if limits is None else read_image(self.paths[task.image_id], limits, self.options)


class Lookahead:
    """The next questions, in the order in which they were claimed. `ending` tells why there are no more."""

    def __init__(
        self,
        store: RunStore,
        reader: Reader,
        ahead: int,
        remark: Remark,
        reserve_usd: Decimal | None = None,
        budget_usd: Decimal | None = None,
    ) -> None:
        self.ending: Literal["done", "budget", "stopped"] = "done"
        self._store = store
        self._reader = reader
        self._ahead = self._most = ahead
        self._remark = remark
        self._reserve_usd, self._budget_usd = reserve_usd, budget_usd
        self._queue: asyncio.Queue[tuple[int, asyncio.Future[Ready]] | None] = asyncio.Queue()
        self._n_waiting = 0
        self._mean_bytes = 0.0
        self._changed = asyncio.Event()
        self._is_stopped = False
        self._pool = ThreadPoolExecutor(max(2, min(4, os.cpu_count() or 2)), "imageo-prepare")

    async def next(self) -> Ready | None:
        """The next question, once it is ready; None when there are no more."""
        taken = await self._queue.get()
        if taken is None:
            self._queue.put_nowait(None)  # for the other slots
            return None
        self._n_waiting -= 1
        self.stir()
        ready = await taken[1]
        self._bound_bytes(len(ready.body))
        return ready

    async def fill(self) -> None:
        """Claim and prepare until nothing is left, the money is at an end, or it is stopped."""
        try:
            while not self._is_stopped:
                room = self._ahead - self._n_waiting
                if room < max(1, self._ahead // 2):
                    await self._wait_for_change(None)
                    continue
                claim = await self._store.claim(room, reserve_usd=self._reserve_usd, budget_usd=self._budget_usd)
                for task in claim.tasks:
                    self._begin(task)
                if len(claim.tasks) == room:
                    continue
                if not await self._is_more_to_come(claim):
                    break
        finally:
            self._queue.put_nowait(None)

    def stir(self) -> None:
        """Look again whether there is something to claim: a question left the queue, or is done with."""
        self._changed.set()

    async def stop(self) -> None:
        """Claim no more, and give back what no slot has taken."""
        self._is_stopped = True
        self.ending = "stopped"
        self.stir()
        given_back = []
        while not self._queue.empty():
            if (waiting := self._queue.get_nowait()) is not None:
                waiting[1].cancel()
                given_back.append(waiting[0])
        self._queue.put_nowait(None)
        self._n_waiting -= len(given_back)
        with suppress(DatabaseError):  # the leases end by themselves
            await self._store.release(given_back)

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _begin(self, task: Task) -> None:
        self._n_waiting += 1
        loop = asyncio.get_running_loop()
        self._queue.put_nowait((task.image_id, loop.run_in_executor(self._pool, self._reader.read, task)))

    async def _is_more_to_come(self, claim: Claim) -> bool:
        """Wait for what may free a task, if anything may."""
        if claim.is_budget_reached:
            self.ending = "budget"
            return False
        if claim.is_short_of_money:
            self._remark("waiting to see what the questions under way cost")
            await self._wait_for_change(POLL_S)
        elif claim.n_leased_elsewhere:
            self._remark(f"waiting for {claim.n_leased_elsewhere:,} images that another process asks about")
            await self._wait_for_change(min(POLL_S, max(0.05, claim.next_free_in_s or POLL_S)))
        else:
            return False
        self._remark("")
        return True

    async def _wait_for_change(self, seconds: float | None) -> None:
        self._changed.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()

    def _bound_bytes(self, n_bytes: int) -> None:
        """Prepare fewer ahead where they are large."""
        self._mean_bytes += (n_bytes - self._mean_bytes) * (0.1 if self._mean_bytes else 1.0)
        self._ahead = max(2, min(self._most, int(MOST_BYTES_AHEAD / max(self._mean_bytes, 1))))
