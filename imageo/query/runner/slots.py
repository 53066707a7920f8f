"""The slots that ask: each takes a question that is ready, asks, and stores what came before it takes another."""

import asyncio
import random
import time
from collections.abc import Coroutine, Mapping
from dataclasses import replace

from imageo.errors import DatabaseError
from imageo.query.finished import Finished
from imageo.query.replies import FATAL, CallFailed, FailureKind
from imageo.query.runner.finishing import finished_asked, finished_unread, short
from imageo.query.runner.job import Job
from imageo.query.runner.lookahead import Lookahead, Reader, Ready
from imageo.query.runner.model_returned import is_same_model
from imageo.query.runner.progress import duration
from imageo.query.runner.rate_control import Turnstile
from imageo.query.runner.retry import Asked, ask_until_settled
from imageo.query.runner.summary import Ending, Tally
from imageo.query.store.run_store import RunStore

LONGEST_ROW_OF_ERRORS = 25
"""Errors in a row without an answer between them: the rest would fare no better."""
LONGEST_ROW_AT_FIRST = 5
RETRY_TOO = ", with --retry-errors to ask about them too"
ONE_SIGNAL_S = 1.0
"""Who starts the command hands the signal of a terminal on, which has sent it already: that is one Ctrl-C."""

REMEDIES: Mapping[FailureKind, str] = {
    "unauthorised": "check the key",
    "unknown_model": "check --model and --provider",
    "no_credit": "top up the account and give the same command again",
    "bad_request": "leave out or change the parameter that it names",
    "connection": "check the network and --base-url",
}


class Slots:
    """Asks all that can be claimed of a run. The first calls go alone, until one of them is answered.

    `ending` and `error` tell why it ended; `is_database_away`: the error is not the provider's. `is_abandoned`: what
    was in flight was given up.
    """

    def __init__(self, job: Job, store: RunStore) -> None:
        self.tally = Tally()
        self.remark = ""
        self.error: str | None = None
        self.is_abandoned = False
        self.is_database_away = False
        self.n_without_file = 0
        """Images without a file here."""
        self.abandoned: list[int] = []
        """Images whose calls were under way when they were given up."""
        self._job = job
        self._store = store
        self._turnstile = Turnstile(job.control)
        self._rng = random.Random(job.seed)
        # A call that may be billed twice could cost more than was set aside for it.
        self._policy = replace(job.policy, repeats_billed=job.budget_usd is None)
        # Who mistyped an address need not wait for minutes.
        self._first_policy = replace(self._policy, max_failures={**job.policy.max_failures, "connection": 4})
        self._ahead = Lookahead(
            store,
            Reader(job.provider, job.paths, job.image_options),
            job.concurrency,
            self._note,
            job.reserve_usd,
            job.budget_usd,
        )
        self._is_answered = False
        self._interrupted_at: float | None = None
        self._errors_in_a_row = 0
        self._held_back: list[tuple[Finished, FailureKind | None]] = []
        self._has_warned = False
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def ending(self) -> Ending:
        """Why it ended."""
        if self.error is not None:
            return "failed"
        if self._interrupted_at is not None:
            return "interrupted"
        return "budget" if self._ahead.ending == "budget" else "done"

    async def run(self) -> None:
        """Ask until nothing is left that may be asked. Raises InputError where the first question is refused."""
        filling = self._start(self._ahead.fill())
        try:
            await self._join(self._start(self._ask_first()))
            slots = [self._start(self._ask_all()) for _ in range(self._job.concurrency)]
            await self._join(*slots, filling)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            self._ahead.close()

    def interrupt(self) -> None:
        """Once: finish what is in flight. Twice: abandon it."""
        now = time.monotonic()
        if self._interrupted_at is None:
            self._interrupted_at = now
            self._job.progress.say(
                f"stopping: {self._job.control.in_flight} calls in flight are finished first; "
                f"once more abandons them; {self._job.resume_hint}"
            )
            self._stop()
            return
        if now < self._interrupted_at + ONE_SIGNAL_S:
            return
        self.is_abandoned = True
        self._store.give_up()
        for task in self._tasks:
            task.cancel()

    def _start(self, coroutine: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _join(self, *tasks: "asyncio.Task[None]") -> None:
        """Wait for all; the first that fails ends the others, except that a task abandoned is no failure."""
        try:
            await asyncio.gather(*tasks)
        except asyncio.CancelledError:
            if not self.is_abandoned:
                raise
        except DatabaseError as problem:
            self._fail_to_store(problem)
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _ask_first(self) -> None:
        """One question at a time, until the provider has answered one: a refused parameter costs nothing then.

        What fails meanwhile is held back, so that a run that cannot be asked leaves nothing behind.
        """
        while not self._is_answered and (ready := await self._ahead.next()) is not None:
            await self._answer(ready)
        self._is_answered = True
        for finished, kind in self._held_back if self.error is None else ():
            await self._save(finished, kind)

    async def _ask_all(self) -> None:
        while (ready := await self._ahead.next()) is not None:
            await self._answer(ready)

    async def _answer(self, ready: Ready) -> None:
        if ready.is_without_file:
            # It stays leased to the end, or it would be claimed again and again.
            self.n_without_file += 1
            return
        if ready.problem is not None:
            await self._save(finished_unread(ready.image_id, ready.problem), None)
            return
        if not self._store.holds(ready.image_id):
            # This process was away for longer than its lease: another may be asking.
            await self._store.release([ready.image_id])
            return
        try:
            asked = await ask_until_settled(
                lambda: self._job.provider.ask(ready.body),
                self._turnstile,
                self._policy if self._is_answered else self._first_policy,
                self._rng,
                self._job.timeout_s,
                self._note_retry,
            )
        except asyncio.CancelledError:
            self.abandoned.append(ready.image_id)
            raise
        self.tally.n_calls += asked.attempts
        await self._settle(ready, asked)

    async def _settle(self, ready: Ready, asked: Asked) -> None:
        failure = asked.failure
        reason = self._reason_to_stop(failure, asked) if failure is not None else None
        if failure is not None and reason is not None:
            self._fail(reason)
        is_unheard = asked.reply is None and (reason is not None or not asked.is_given_up)
        if is_unheard and not asked.billed:
            await self._store.release([ready.image_id])
            return
        if asked.reply is not None:
            self._warn_of_other_model(asked.reply.model)
            self._is_answered = True
            self._errors_in_a_row = 0
        finished = finished_asked(ready.image_id, ready.content_hash, asked, self._job.pricer)
        if finished.answer.outcome == "provider_error":
            self._errors_in_a_row += 1
        await self._save(finished, failure.kind if failure is not None else None)
        if self._errors_in_a_row >= (LONGEST_ROW_OF_ERRORS if self._is_answered else LONGEST_ROW_AT_FIRST):
            self._fail(
                f"{self._errors_in_a_row} images in a row failed, the last one with: {finished.error_message}; "
                f"see to it, then give the same command again{RETRY_TOO if self._is_answered else ''}"
            )

    async def _save(self, finished: Finished, kind: FailureKind | None) -> None:
        if not self._is_answered and not finished.calls:
            self._held_back.append((finished, kind))
            return
        try:
            await self._store.save(finished)
        except DatabaseError as problem:
            self._fail_to_store(problem)
            return
        except asyncio.CancelledError:
            self.tally.count(finished, kind)  # the store saves it all the same
            raise
        self.tally.count(finished, kind)
        self._ahead.stir()

    def _reason_to_stop(self, failure: CallFailed, asked: Asked) -> str | None:
        """Why no other image would fare better, with the remedy; None where one may."""
        said = f"{self._job.provider.name} {self._job.model}: {short(failure.message)}"
        is_fatal = failure.kind in FATAL or (
            not self._is_answered and asked.is_given_up and failure.kind in ("bad_request", "connection")
        )
        if is_fatal:
            return f"{said}; {REMEDIES[failure.kind]}"
        wait_s = failure.retry_after_s or 0.0
        if asked.is_given_up and wait_s > self._job.policy.longest_retry_after_s:
            return f"{said}; it asks to wait for {duration(wait_s)}: give the same command again then"
        return None

    def _fail(self, reason: str) -> None:
        if self.error is None:
            self.error = reason
            self._stop()

    def _fail_to_store(self, problem: DatabaseError) -> None:
        self.is_database_away = True
        self._fail(str(problem))

    def _stop(self) -> None:
        self._turnstile.close()
        self._start(self._ahead.stop())

    def _warn_of_other_model(self, returned: str | None) -> None:
        if returned and not self._has_warned and not is_same_model(self._job.model, returned):
            self._has_warned = True
            self._job.progress.say(
                f"asked for {self._job.model}, answered by {short(returned)}: "
                "the model may be retired and its name routed elsewhere"
            )

    def _note(self, remark: str) -> None:
        self.remark = remark

    def _note_retry(self, kind: FailureKind, wait_s: float) -> None:
        self.tally.retries[kind] += 1
