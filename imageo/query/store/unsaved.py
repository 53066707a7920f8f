"""Answers that the database did not take: kept in files under the home, and taken in by the next query of the run."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from uuid import UUID

import psycopg

from imageo.query.answers.parse import storable
from imageo.query.finished import Finished
from imageo.query.store.answers import write_finished

if TYPE_CHECKING:
    from pydantic import TypeAdapter

FOLDER = "unsaved"


@dataclass(frozen=True)
class RunIdentity:
    """A run of one database: its number, and when it was made, which tells it from that number's run in another."""

    run_id: int
    created_at: datetime

    @classmethod
    def of(cls, connection: psycopg.Connection, run_id: int) -> "RunIdentity":
        """Look it up; raises LookupError."""
        row = connection.execute("select created_at from data.run where run_id = %s", [run_id]).fetchone()
        if row is None:
            raise LookupError(f"no run {run_id}")
        return cls(run_id, row[0])

    def file(self, home: Path, worker: UUID | str) -> Path:
        """Where a worker keeps what it cannot save."""
        return home / FOLDER / f"run-{self.run_id}-{self.created_at.timestamp() * 1e6:.0f}-{worker}.jsonl"


def keep(file: Path, finished: Sequence[Finished]) -> None:
    """Append to the file; it is on the disk when this returns."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(file, os.O_CREAT) as kept:
        kept.write(b"".join(map(_line, finished)))
        kept.flush()
        os.fsync(kept.fileno())
    _sync_folder(file.parent)


@dataclass(frozen=True)
class TakenIn:
    """How many questions were stored, and the files in which lines stayed that cannot be read or stored."""

    n_questions: int
    left: list[Path]


def take_in(connection: psycopg.Connection, home: Path, run_id: int) -> TakenIn:
    """Store what earlier processes could not save of this run; commits. A file goes once all of it is stored."""
    run = RunIdentity.of(connection, run_id)
    connection.commit()
    taken = TakenIn(0, [])
    for file in sorted((home / FOLDER).glob(run.file(home, "*").name)):
        with suppress(FileNotFoundError), _locked(file) as kept:  # another process may have taken it in
            n_questions, is_whole = _take_in_file(connection, run_id, file, kept)
            taken = TakenIn(taken.n_questions + n_questions, taken.left if is_whole else [*taken.left, file])
    return taken


def _take_in_file(connection: psycopg.Connection, run_id: int, file: Path, kept: BinaryIO) -> tuple[int, bool]:
    kept.seek(0)
    left: list[bytes] = []
    finished: list[Finished] = []
    for line in kept.read().splitlines():
        try:
            finished.append(_json().validate_json(line))
        except ValueError:
            left.append(line + b"\n")
    worker = UUID(file.stem[-36:])
    written = write_finished(connection, run_id, finished, worker)
    connection.commit()
    left += [_line(one) for one, _reason in written.unstorable]
    if left:
        _replace(file, b"".join(left))
    else:
        file.unlink()
    return len(finished) - len(written.unstorable), not left


@cache
def _json() -> "TypeAdapter[Finished]":
    from pydantic import TypeAdapter

    return TypeAdapter(Finished)


def _line(finished: Finished) -> bytes:
    try:
        return _json().dump_json(finished, warnings=False, fallback=str) + b"\n"
    except ValueError:
        values = _storable(_json().dump_python(finished, warnings=False, fallback=str))
        return _json().dump_json(_json().validate_python(values)) + b"\n"


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(_storable, value))
    return value


@contextmanager
def _locked(file: Path, flags: int = 0) -> Iterator[BinaryIO]:
    """The file, opened to be read and appended to by this process alone."""
    import fcntl

    while True:
        with os.fdopen(os.open(file, os.O_RDWR | os.O_APPEND | flags, 0o600), "r+b") as opened:
            fcntl.flock(opened, fcntl.LOCK_EX)
            # While we waited, whoever had the lock may have removed the file or put another in its place.
            if _is_at(file, opened):
                yield opened
                return


def _is_at(file: Path, opened: BinaryIO) -> bool:
    with suppress(FileNotFoundError):
        return os.path.samestat(file.stat(), os.fstat(opened.fileno()))
    return False


def _replace(file: Path, content: bytes) -> None:
    new = file.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    new.replace(file)
    _sync_folder(file.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
