"""Sort the answers of a file into new, changed, known and rejected, and COPY what is to be written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import psycopg

from imageo.db.copy import copy_rows
from imageo.ingest.prediction import PredictionFormat, Question
from imageo.ingest.prediction_rows import COST, PREDICTION, cost_row, prediction_row
from imageo.ingest.report import FileReport
from imageo.ingest.rows import Reject, Row, rejected
from imageo.ingest.runs import Run, RunBook


@dataclass
class Filing:
    """State of one reading. `unknown_images` are the first of the names that the dataset does not have."""

    connection: psycopg.Connection
    source: PredictionFormat
    book: RunBook
    image_ids: Mapping[str, int]
    price_source: str
    report: FileReport
    unknown_images: list[str] = field(default_factory=list)

    def add(self, batch: Sequence[Row | Reject]) -> list[Reject]:
        """Write the answers of some rows; give back the rows that were not taken."""
        rejects: list[Reject] = []
        predictions: list[Sequence[object]] = []
        costs: list[Sequence[object]] = []
        for row in batch:
            placed = row if isinstance(row, Reject) else self._place(row)
            if isinstance(placed, Reject):
                rejects.append(placed)
            elif placed is not None and isinstance(row, Row):
                image_id, run_id, version, digest = placed
                prediction = self.source.read(row)
                predictions.append(prediction_row(image_id, run_id, version, digest, prediction))
                cost = cost_row(image_id, run_id, version, self.price_source, prediction)
                if cost is not None:
                    costs.append(cost)
        copy_rows(self.connection, "prediction", PREDICTION, predictions)
        copy_rows(self.connection, "cost", COST, costs)
        return rejects

    def _place(self, row: Row) -> tuple[int, int, int, int] | Reject | None:
        """Keys, version and digest of an answer that is to be written; None where it is known as it is."""
        question = self.source.identify(row)
        if isinstance(question, Reject):
            return question
        image_id = self.image_ids.get(question.image)
        if image_id is None:
            if len(self.unknown_images) < 3:
                self.unknown_images.append(question.image)
            return rejected(row, "unknown image", f"{question.image!r} is not in dataset {self.book.dataset.name}")
        run = self.book.run_of(question.provider, question.model)
        first_line = run.lines.setdefault(image_id, row.line)
        if first_line != row.line:
            return rejected(row, "duplicate image", f"{question.image!r} stands on line {first_line} already")
        version = self._version(row, question, run, image_id)
        return None if version is None else (image_id, run.run_id, version, question.digest)

    def _version(self, row: Row, question: Question, run: Run, image_id: int) -> int | None:
        version, digest = run.answers.get(image_id, (0, None))
        if digest == question.digest:
            self.report.n_unchanged += 1
            return None
        run.is_changed = True
        if version:
            self.report.add_change(row.line, question.image)
        else:
            self.report.n_new += 1
        return version + 1
