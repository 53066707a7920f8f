"""Hand the open questions of a run over: prepared and written down first, then brought to the provider."""

import tempfile
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import psycopg

from imageo.query.answers.parse import Answer
from imageo.query.batches import BatchRefused, BatchUnclear, book
from imageo.query.batches.book import BatchRow
from imageo.query.batches.custom_ids import answer_key, custom_id
from imageo.query.batches.job import Collecting, Requests, Tally
from imageo.query.batches.request_file import Encoded, RequestFile, encode_all
from imageo.query.finished import Finished
from imageo.query.store.answers import write_finished
from imageo.query.store.tasks import TaskQueue

AT_ONCE = 64
"""Tasks that are claimed together."""


def submit_batches(connection: psycopg.Connection, job: Collecting, requests: Requests, tally: Tally) -> None:
    """Hand over all free tasks of the run that the budget admits, in as many batches as the limits want.

    Within `book.only_here`. Bad images get their outcome and are not sent; tasks whose image is not here stay free.
    Raises BatchRefused where the provider takes no batch, with its tasks free again; BatchUnclear where it is not known
    whether it did: `settle` finds that out later.
    """
    with ThreadPoolExecutor(requests.threads, thread_name_prefix="prepare") as threads:
        submission = _Submission(connection, job, requests, tally, threads)
        try:
            while batch := submission.begin():
                with tempfile.TemporaryDirectory(prefix="imageo-batch-") as folder:
                    submission.fill_and_hand_over(batch, Path(folder))
        finally:
            submission.release()


@dataclass
class _Submission:
    """State of one submission. `not_here`: tasks that are kept leased, so that they are not claimed again."""

    connection: psycopg.Connection
    job: Collecting
    requests: Requests
    tally: Tally
    threads: Executor
    worker: UUID = field(default_factory=uuid4)
    claimed: list[int] = field(default_factory=list)
    not_here: set[int] = field(default_factory=set)

    def begin(self) -> BatchRow | None:
        """A batch with its first tasks, all written down; None where there is nothing to ask."""
        with self.connection.transaction():
            self._claim()
            if not self.claimed:
                return None
            batch = book.begin(self.connection, self.job.run_id)
            book.add_tasks(self.connection, batch, self.claimed, self.worker)
        return batch

    def fill_and_hand_over(self, batch: BatchRow, folder: Path) -> None:
        """Write requests until the file is full or no task is left, then bring them to the provider."""
        with RequestFile(folder / f"imageo-{batch.token.hex}.jsonl", self.job.client, batch.token) as file:
            while self.claimed:
                has_room = self._write(batch, file)
                self.claimed = []
                if has_room:
                    self._claim_more(batch)
            file.close()
        book.close_file(self.connection, batch, file.n_requests)
        if file.n_requests:
            _hand_over(self.connection, self.job, self.requests.model, batch, file)
            self.tally.n_batches_submitted += 1
            self.tally.n_requests_submitted += file.n_requests

    def release(self) -> None:
        """Give back what nobody here can ask."""
        if self.not_here and not self.connection.closed:
            self._queue.release(self.connection, self.not_here)
            self.job.say(f"{len(self.not_here):,} questions are left: their images are not here")

    @property
    def _queue(self) -> TaskQueue:
        return TaskQueue(self.job.run_id, self.worker)

    def _claim(self) -> None:
        if self.not_here:
            self._queue.extend(self.connection, self.not_here)
        claim = self._queue.claim(
            self.connection, AT_ONCE, self.requests.reserve_usd, self.requests.budget_usd, self.not_here
        )
        self.tally.is_short_of_money = claim.is_short_of_money
        self.claimed = [task.image_id for task in claim.tasks]

    def _claim_more(self, batch: BatchRow) -> None:
        with self.connection.transaction():
            self._claim()
            book.add_tasks(self.connection, batch, self.claimed, self.worker)

    def _write(self, batch: BatchRow, file: RequestFile) -> bool:
        """Write the requests of the claimed tasks; those without room are free again. Whether there is more room."""
        bad: list[Encoded] = []
        hashes: dict[int, str] = {}
        not_here: list[int] = []
        n_done = 0
        for encoded in encode_all(self.requests, self.claimed, self.threads):
            written = encoded if encoded.body is None else _add(file, encoded)
            if written is None:
                break
            n_done += 1
            if written.problem is not None:
                bad.append(written)
            elif written.body is None:
                not_here.append(written.image_id)
            elif written.content_hash is not None:
                hashes[written.image_id] = written.content_hash
        self._put_back(batch, self.claimed[n_done:], not_here)
        book.note_hashes(self.connection, hashes)
        finished = [_bad_image(batch, encoded) for encoded in bad]
        write_finished(self.connection, self.job.run_id, finished, batch_id=batch.batch_id)
        self.tally.n_bad_images += len(bad)
        return n_done == len(self.claimed) and not file.is_full

    def _put_back(self, batch: BatchRow, left_over: Sequence[int], not_here: Sequence[int]) -> None:
        with self.connection.transaction():
            book.free_tasks(self.connection, batch, [*left_over, *not_here])
            if not_here:
                self._queue.extend(self.connection, not_here)
        self.not_here.update(not_here)


def _add(file: RequestFile, encoded: Encoded) -> Encoded | None:
    """The image as it was written, or with the reason why it cannot be; None where the file is full."""
    try:
        return encoded if file.add(encoded.image_id, encoded.body or b"") else None
    except ValueError as problem:
        return Encoded(encoded.image_id, content_hash=encoded.content_hash, problem=str(problem))


def _bad_image(batch: BatchRow, encoded: Encoded) -> Finished:
    return Finished(
        image_id=encoded.image_id,
        answer_key=answer_key(batch.token, custom_id(batch.token, encoded.image_id)),
        answer=Answer("bad_image"),
        error_message=encoded.problem,
        content_hash=encoded.content_hash,
        attempts=0,
    )


def _hand_over(connection: psycopg.Connection, job: Collecting, model: str, batch: BatchRow, file: RequestFile) -> None:
    job.say(f"batch {batch.batch_id}: handing over {file.n_requests:,} requests")
    try:
        input_file = job.client.upload(batch.token, file.path)
    except (BatchRefused, BatchUnclear) as problem:
        book.failed(connection, batch, str(problem))
        raise
    book.about_to_submit(connection, batch, input_file)
    try:
        name = job.client.create(batch.token, model, input_file, file.path)
    except BatchRefused as problem:
        book.failed(connection, batch, str(problem))
        raise
    book.submitted(connection, batch, name)
    job.say(f"batch {batch.batch_id}: the provider has it as {name}")
