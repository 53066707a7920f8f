"""Predictions into the database: one transaction a file, answers append-only."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from imageo.db.refresh import refresh_runs
from imageo.errors import InputError
from imageo.ingest.columns import PREDICTION_FIELDS, choose_columns, told
from imageo.ingest.datasets import Dataset, find_dataset, image_ids
from imageo.ingest.filing import Filing
from imageo.ingest.imageo_bench import ImageoBench, is_imageo_bench
from imageo.ingest.mapped_predictions import MappedPredictions
from imageo.ingest.prediction import PredictionFormat, Question
from imageo.ingest.reading_log import open_log
from imageo.ingest.report import FileReport
from imageo.ingest.rows import Reject, Row, batches, peek
from imageo.ingest.runs import RunBook
from imageo.ingest.tables import Table, no_valid_row, read_table

AS_PUBLISHED = "as published"


@dataclass(frozen=True)
class PredictionOptions:
    """`columns` as given by --map. Without `is_refreshed` the caches are left to a later `refresh_runs`."""

    dataset: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    model: str | None = None
    provider: str | None = None
    label: str = ""
    is_as_published: bool = False
    is_refreshed: bool = True


def ingest_predictions(connection: psycopg.Connection, path: Path, options: PredictionOptions) -> FileReport:
    """Read a file of predictions into `data.prediction` and `data.cost`, all or nothing, and refresh its runs.

    An answer that changed is appended as the next version. Raises InputError where the file cannot be read, holds
    no valid row, or its dataset is not to be told: then nothing is written.
    """
    report = FileReport(str(path), "predictions")
    table = read_table(path)
    source = _format(path, table, options, report)
    first, rows = peek(table.rows)
    with connection.transaction():
        dataset = _dataset(connection, path, options.dataset, source, first, report)
        log = open_log(connection, path, "predictions")
        book = RunBook(connection, dataset, AS_PUBLISHED if options.is_as_published else options.label)
        filing = Filing(connection, source, book, image_ids(connection, dataset), f"file {path.name}", report)
        for batch in batches(rows):
            log.add_rejects(filing.add(batch), report)
        if not report.has_valid_row:
            raise InputError(_nothing_valid(path, filing))
        log.close(report)
        report.runs = sorted(run.label for run in book.runs.values())
        if options.is_refreshed:
            refresh_runs(connection, [run.run_id for run in book.runs.values() if run.is_changed])
    return report


def _format(path: Path, table: Table, options: PredictionOptions, report: FileReport) -> PredictionFormat:
    if is_imageo_bench(table.columns) and not options.columns:
        report.notes.append("known format: IMAGEO-Bench results")
        return ImageoBench(options.is_as_published, options.model, options.provider)
    if options.is_as_published:
        raise InputError(f"{path}: --as-published is for IMAGEO-Bench's result files; leave it out")
    columns = choose_columns(path, table.columns, options.columns, PREDICTION_FIELDS, ["image_id"])
    has_point = "latitude" in columns and "longitude" in columns
    if not has_point and "raw_response" not in columns:
        raise InputError(
            f"{path}: no columns for latitude and longitude, nor for raw_response; name them with --map "
            f"latitude=COLUMN,longitude=COLUMN (columns: {', '.join(table.columns)})"
        )
    if "model" not in columns and options.model is None:
        raise InputError(f"{path}: no column for the model; name it with --map model=COLUMN, or say --model NAME")
    report.notes.append(f"columns: {told(columns)}")
    return MappedPredictions(columns, options.model, options.provider)


def _dataset(
    connection: psycopg.Connection,
    path: Path,
    name: str | None,
    source: PredictionFormat,
    rows: Sequence[Row | Reject],
    report: FileReport,
) -> Dataset:
    questions = [source.identify(row) if isinstance(row, Row) else row for row in rows]
    images = {question.image for question in questions if isinstance(question, Question)}
    if not images:
        raise InputError(no_valid_row(path, (question for question in questions if isinstance(question, Reject))))
    dataset = find_dataset(connection, path, name, images)
    report.dataset = dataset.name
    if name is None:
        report.notes.append(f"dataset {dataset.name}: the only one that has these images")
    return dataset


def _nothing_valid(path: Path, filing: Filing) -> str:
    message = f"{path}: no valid row ({filing.report.rejects_told()}); nothing was written"
    if not filing.unknown_images:
        return message
    theirs, ours = ", ".join(filing.unknown_images), ", ".join(itertools.islice(filing.image_ids, 3)) or "no image"
    return f"{message}. Images here are named like {theirs}; in dataset {filing.book.dataset.name} like {ours}"
