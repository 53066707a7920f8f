"""Many files at once: a process and a transaction each."""

import gc
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import psycopg

from imageo.db.engine import connect
from imageo.errors import ImageoError
from imageo.ingest.report import FileReport
from imageo.ingest.store_predictions import PredictionOptions, ingest_predictions
from imageo.ingest.store_truth import TruthOptions, ingest_truth
from imageo.settings import Settings

Options = TruthOptions | PredictionOptions

_ATTEMPTS = 5
_CONTENDED = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)


def ingest_files(settings: Settings, paths: Sequence[Path], options: Options, jobs: int) -> Iterator[FileReport]:
    """Read files, up to `jobs` at a time, and give the report of each as it is done.

    A file that could not be taken has its `error` set and does not stop the others.
    """
    distinct = list(dict.fromkeys(path.absolute() for path in paths))
    shown = {path.absolute(): path for path in reversed(paths)}
    if jobs == 1 or len(distinct) == 1:
        for path in distinct:
            yield ingest_file(settings, shown[path], options)
        return
    # Started afresh, not forked: a fork would share the parent's threads and sockets.
    context = multiprocessing.get_context("spawn")
    # Rows make no reference cycles: looking for some costs a sixth of the time.
    with ProcessPoolExecutor(min(jobs, len(distinct)), mp_context=context, initializer=gc.disable) as pool:
        futures = [pool.submit(ingest_file, settings, shown[path], options) for path in distinct]
        try:
            for future in as_completed(futures):
                yield future.result()
        except BrokenProcessPool:
            raise ImageoError("a reading process was killed, for want of memory perhaps; try --jobs 1") from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def ingest_file(settings: Settings, path: Path, options: Options) -> FileReport:
    """Read one file over a connection of its own; what the user can put right is in the report's `error`."""
    kind = "truth" if isinstance(options, TruthOptions) else "predictions"
    try:
        with connect(settings) as connection:
            return _until_uncontended(connection, path, options)
    except ImageoError as problem:
        return FileReport(str(path), kind, error=str(problem))
    except psycopg.Error as problem:
        message = (problem.diag.message_primary or str(problem)).partition("\n")[0]
        return FileReport(str(path), kind, error=f"{path}: the database refused: {message}; nothing was written")


def _until_uncontended(connection: psycopg.Connection, path: Path, options: Options) -> FileReport:
    # Two files that name the same runs in different order wait for each other: one is thrown out, and reads again.
    for _ in range(_ATTEMPTS - 1):
        try:
            return _ingest(connection, path, options)
        except _CONTENDED:
            connection.rollback()
    return _ingest(connection, path, options)


def _ingest(connection: psycopg.Connection, path: Path, options: Options) -> FileReport:
    if isinstance(options, TruthOptions):
        return ingest_truth(connection, path, options)
    return ingest_predictions(connection, path, options)
