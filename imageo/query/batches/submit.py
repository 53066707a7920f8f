"""Hand the open questions of a run over: prepared and written down first, then brought to the provider."""

import tempfile
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import psycopg

from imageo.query.answer import Answer
from imageo.query.answer_store import write_finished
from imageo.query.batches import BatchRefused, BatchUnclear, book
from imageo.query.batches.book import BatchRow
from imageo.query.batches.custom_ids import answer_key, custom_id
from imageo.query.batches.job import Collecting, Requests, Tally
from imageo.query.batches.request_file import Encoded, RequestFile, encode_all
from imageo.query.finished import Finished
from imageo.query.task_queue import Claim, TaskQueue

AT_ONCE = 64
"""Images that are prepared, and in memory, together."""


def submit_batches(connection: psycopg.Connection, job: Collecting, requests: Requests, tally: Tally) -> None:
    """Hand over all free tasks of the run that the budget admits, in as many batches as the limits want.

    Within `book.only_here`. Bad images get their outcome and are not sent. Raises BatchRefused where the provider
    takes no batch, with the tasks free again; BatchUnclear where it is not known: `settle` finds that out later.
    """
    worker = uuid4()
    with ThreadPoolExecutor(requests.threads, thread_name_prefix="prepare") as threads:
        while True:
            with tempfile.TemporaryDirectory(prefix="imageo-batch-") as folder:
                batch, file = _fill(connection, job, requests, Path(folder), worker, threads, tally)
                if batch is None:
                    return
                if file.n_requests:
                    _hand_over(connection, job, requests.model, batch, file)
                    tally.n_batches_submitted += 1
                    tally.n_requests_submitted += file.n_requests


def _fill(
    connection: psycopg.Connection,
    job: Collecting,
    requests: Requests,
    folder: Path,
    worker: UUID,
    threads: Executor,
    tally: Tally,
) -> tuple[BatchRow | None, RequestFile]:
    """A batch and the file of its requests; no batch where there is nothing to ask."""
    batch, claim = _begin(connection, job.run_id, requests, worker)
    tally.is_short_of_money = claim.is_short_of_money
    token = batch.token if batch else worker
    with RequestFile(folder / f"imageo-{token.hex}.jsonl", job.client, token) as file:
        if batch is None:
            return None, file
        image_ids = [task.image_id for task in claim.tasks]
        while image_ids:
            has_room = _write_requests(connection, job, requests, batch, file, image_ids, threads, tally)
            image_ids = _claim_more(connection, requests, batch, worker, tally) if has_room else []
        file.close()
    book.close_file(connection, batch, file.n_requests)
    return batch, file


def _begin(
    connection: psycopg.Connection, run_id: int, requests: Requests, worker: UUID
) -> tuple[BatchRow | None, Claim]:
    with connection.transaction():
        claim = _claim(connection, run_id, requests, worker)
        if not claim.tasks:
            return None, claim
        batch = book.begin(connection, run_id)
        book.add_tasks(connection, batch, [task.image_id for task in claim.tasks], worker)
    return batch, claim


def _claim_more(
    connection: psycopg.Connection, requests: Requests, batch: BatchRow, worker: UUID, tally: Tally
) -> list[int]:
    with connection.transaction():
        claim = _claim(connection, batch.run_id, requests, worker)
        tally.is_short_of_money = claim.is_short_of_money
        image_ids = [task.image_id for task in claim.tasks]
        book.add_tasks(connection, batch, image_ids, worker)
    return image_ids


def _claim(connection: psycopg.Connection, run_id: int, requests: Requests, worker: UUID) -> Claim:
    return TaskQueue(run_id, worker).claim(connection, AT_ONCE, requests.reserve_usd, requests.budget_usd)


def _write_requests(
    connection: psycopg.Connection,
    job: Collecting,
    requests: Requests,
    batch: BatchRow,
    file: RequestFile,
    image_ids: Sequence[int],
    threads: Executor,
    tally: Tally,
) -> bool:
    """Write the requests of some images; those that find no room are free again. Whether there is room for more."""
    bad: list[Encoded] = []
    hashes: dict[int, str] = {}
    n_done = 0
    for encoded in encode_all(requests, image_ids, threads):
        if encoded.body is None:
            bad.append(encoded)
        else:
            try:
                if not file.add(encoded.image_id, encoded.body):
                    break
                hashes[encoded.image_id] = encoded.content_hash or ""
            except ValueError as problem:
                bad.append(Encoded(encoded.image_id, content_hash=encoded.content_hash, problem=str(problem)))
        n_done += 1
    book.free_tasks(connection, batch, image_ids[n_done:])
    book.note_hashes(connection, hashes)
    write_finished(connection, job.run_id, [_bad_image(batch, encoded) for encoded in bad])
    tally.n_bad_images += len(bad)
    return n_done == len(image_ids) and not file.is_full


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
