"""The record of one reading of one file: `data.ingest`, and `data.reject` for what was not taken."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from imageo.db.copy import copy_rows
from imageo.ingest.report import FileReport
from imageo.ingest.rows import Reject, shown

_REJECT = {"file_name": "text", "line": "int4", "reason": "text", "raw": "text", "ingest_id": "int4"}


@dataclass(frozen=True)
class ReadingLog:
    """Writes in the transaction of the file's data: they stand or fall together."""

    connection: psycopg.Connection
    file_name: str
    ingest_id: int

    def add_rejects(self, rejects: Sequence[Reject], report: FileReport) -> None:
        """Store and count rows that were not taken."""
        if not rejects:
            return
        report.reasons.update(reject.kind for reject in rejects)
        rows = ((self.file_name, r.line, shown(r.reason), shown(r.raw), self.ingest_id) for r in rejects)
        copy_rows(self.connection, "reject", _REJECT, rows)

    def close(self, report: FileReport) -> None:
        """Store the counts."""
        self.connection.execute(
            "update data.ingest set n_new = %s, n_changed = %s, n_unchanged = %s, n_rejected = %s where ingest_id = %s",
            [report.n_new, report.n_changed, report.n_unchanged, report.n_rejected, self.ingest_id],
        )


def open_log(connection: psycopg.Connection, path: Path, kind: str) -> ReadingLog:
    """Begin a reading; the rejects of the file's last one go."""
    file_name = shown(str(path.resolve()))
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    connection.execute("delete from data.reject where file_name = %s", [file_name])
    row = connection.execute(
        "insert into data.ingest (kind, file_name, file_digest, n_new, n_changed, n_unchanged, n_rejected)"
        " values (%s, %s, %s, 0, 0, 0, 0) returning ingest_id",
        [kind, file_name, digest],
    ).fetchone()
    assert row is not None
    return ReadingLog(connection, file_name, row[0])
