"""Bring the results of batches home: each answer is stored once, however often they are read."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import psycopg

from imageo.db.refresh import refresh_runs
from imageo.query.batches import BatchResult, RemoteBatch, book
from imageo.query.batches.book import BatchRow
from imageo.query.batches.custom_ids import image_of
from imageo.query.batches.job import Collecting, Tally
from imageo.query.batches.outcomes import MOST_TRIES, broken_result, finished_result
from imageo.query.finished import Finished
from imageo.query.replies import FATAL, RETRYABLE
from imageo.query.store.answers import write_finished
from imageo.query.store.tasks import enqueue

AT_ONCE = 200
"""Results that are stored in one transaction."""
DOWNLOADS = 3
"""How often results are fetched where a line is broken."""


def collect_batches(connection: psycopg.Connection, job: Collecting, tally: Tally) -> None:
    """Ask for all batches that were handed over, and store the results of those that ended. Within `book.only_here`.

    Requests that expired, were cancelled, or have no result are free to be asked again, and so are those that failed
    in a way that may pass, up to `MOST_TRIES` times.
    """
    for batch in book.batches_of(connection, job.run_id, "submitted", "ended"):
        assert batch.provider_batch is not None
        remote = job.client.poll(batch.provider_batch)
        if not remote.has_ended:
            job.say(f"batch {batch.batch_id}: {_progress(remote)}")
        elif remote.failure is not None:
            n_freed = book.failed(connection, batch, remote.failure)
            tally.n_requeued += n_freed
            tally.stopped_by.append(f"batch {batch.batch_id} failed: {remote.failure}")
        else:
            book.ended(connection, batch)
            _collect(connection, job, batch, remote, tally)


def _progress(remote: RemoteBatch) -> str:
    counts = ", ".join(f"{n:,} {word}" for word, n in (remote.counts or {}).items() if n)
    return f"{remote.status} ({counts})" if counts else remote.status


@dataclass
class _Reading:
    """Results of one batch as they are read.

    `missing`: images of whom nothing was read yet; `unasked`: those of them that the provider says it did not ask.
    `fatal`: errors that no other request would escape.
    """

    connection: psycopg.Connection
    job: Collecting
    batch: BatchRow
    at: datetime
    tally: Tally
    missing: set[int]
    unasked: set[int] = field(default_factory=set)
    n_unknown: int = 0
    broken: list[bytes] = field(default_factory=list)
    fatal: set[str] = field(default_factory=set)
    done: list[Finished] = field(default_factory=list)
    again: list[int] = field(default_factory=list)


def _collect(
    connection: psycopg.Connection, job: Collecting, batch: BatchRow, remote: RemoteBatch, tally: Tally
) -> None:
    at = batch.submitted_at or batch.created_at
    reading = _Reading(connection, job, batch, at, tally, book.open_images(connection, batch))
    for _ in range(DOWNLOADS):
        reading.broken.clear()
        reading.n_unknown = 0
        with tempfile.TemporaryDirectory(prefix="imageo-results-") as folder:
            for path in job.client.download(remote.name, Path(folder)):
                _read_file(reading, path)
        if not reading.broken:
            break
    for line in reading.broken:
        _take_broken(reading, line)
    _store(reading)
    n_lost = 0 if remote.is_cut_short else len(reading.missing - reading.unasked)
    with connection.transaction():
        n_freed = book.collected(connection, batch)
        refresh_runs(connection, [job.run_id])
    tally.n_requeued += n_freed
    _report(reading, n_freed, n_lost)


def _read_file(reading: _Reading, path: Path) -> None:
    with path.open("rb") as lines:
        for line in lines:
            if not line.strip():
                continue
            try:
                result = reading.job.client.read(line)
            except (ValueError, KeyError, TypeError, AttributeError):
                reading.broken.append(line)
                continue
            _take(reading, result)
    _store(reading)


def _take(reading: _Reading, result: BatchResult) -> None:
    image_id = image_of(reading.batch.token, result.custom_id)
    if image_id is None:
        reading.n_unknown += 1
        return
    failure = result.failure
    # Stored already, read twice, or never part of this batch: the first reading counts.
    if image_id not in reading.missing:
        return
    if result.reply is None and (failure is None or failure.kind in FATAL):
        reading.unasked.add(image_id)
        if failure is not None:
            reading.fatal.add(failure.message)
        return
    reading.missing.discard(image_id)
    job = reading.job
    n_before = _n_failures(reading, image_id) if failure is not None else 0
    finished = finished_result(reading.batch.token, image_id, result, job.pricer, reading.at, n_before + 1)
    reading.done.append(finished)
    if failure is None:
        reading.tally.n_answers += 1
    else:
        reading.tally.n_failures += 1
        if failure.kind in RETRYABLE and n_before + 1 < MOST_TRIES:
            reading.again.append(image_id)
    if len(reading.done) >= AT_ONCE:
        _store(reading)


def _take_broken(reading: _Reading, line: bytes) -> None:
    """A line that stays broken: the provider has worked, so its cost is noted as unknown, and nobody asks by itself."""
    for image_id in _images_named(reading, line):
        reading.missing.discard(image_id)
        reading.tally.n_failures += 1
        reading.done.append(broken_result(reading.batch.token, image_id, line, reading.job.pricer, reading.at))


def _images_named(reading: _Reading, line: bytes) -> Iterator[int]:
    prefix = reading.batch.token.hex.encode() + b"-"
    _, found, rest = line.partition(prefix)
    number, quote, _ = rest.partition(b'"')
    image_id = image_of(reading.batch.token, (prefix + number).decode("ascii", "replace"))
    if found and quote and image_id in reading.missing:
        yield image_id


def _store(reading: _Reading) -> None:
    if not reading.done:
        return
    run_id = reading.job.run_id
    with reading.connection.transaction():
        write_finished(reading.connection, run_id, reading.done, batch_id=reading.batch.batch_id)
        if reading.again:
            enqueue(reading.connection, run_id, reading.again, retry_errors=True)
    reading.tally.n_requeued += len(reading.again)
    reading.done.clear()
    reading.again.clear()


def _n_failures(reading: _Reading, image_id: int) -> int:
    """How often this question has failed."""
    row = reading.connection.execute(
        "select count(*) from data.prediction where run_id = %s and image_id = %s and outcome = 'provider_error'",
        [reading.job.run_id, image_id],
    ).fetchone()
    return int(row[0]) if row else 0


def _report(reading: _Reading, n_freed: int, n_lost: int) -> None:
    name, say = f"batch {reading.batch.batch_id}", reading.job.say
    say(f"{name}: collected; {n_freed:,} questions without a result are free again")
    if reading.n_unknown:
        say(f"{name}: warning: {reading.n_unknown:,} results belong to no request of ours and were left out")
    if reading.broken:
        say(f"{name}: warning: {len(reading.broken):,} lines of results are broken; their cost is stored as unknown")
    if n_lost:
        # Asked again without end they would be paid without end.
        reading.tally.stopped_by.append(
            f"{name}: {n_lost:,} requests have no result; the provider may have billed them"
        )
    reading.tally.stopped_by.extend(f"{name}: {message}" for message in sorted(reading.fatal))
