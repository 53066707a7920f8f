"""Ground truth into the database: one transaction a file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from imageo.db.copy import copy_rows, jsonb_bytes, point_bytes
from imageo.db.refresh import refresh_images, refresh_runs
from imageo.errors import InputError
from imageo.ingest.columns import TRUTH_FIELDS, choose_columns, told
from imageo.ingest.datasets import Dataset, make_dataset
from imageo.ingest.reading_log import ReadingLog, open_log
from imageo.ingest.report import FileReport
from imageo.ingest.rows import Reject, Row, batches
from imageo.ingest.tables import Table, read_table
from imageo.ingest.truth import TruthImage, read_image
from imageo.ingest.truth_formats import TruthFormat, known_format

_IMAGE = {
    "dataset_id": "int4",
    "image_name": "text",
    "location": "bytea",
    "country_label": "text",
    "state_label": "text",
    "city_label": "text",
    "street_label": "text",
    "attributes": "bytea",
    "row_digest": "int8",
}


@dataclass(frozen=True)
class TruthOptions:
    """`columns` as given by --map. Without `is_refreshed` the caches are left to a later `refresh_all`."""

    dataset: str
    columns: Mapping[str, str] = field(default_factory=dict)
    title: str | None = None
    licence: str | None = None
    source: str | None = None
    is_refreshed: bool = True


def ingest_truth(connection: psycopg.Connection, path: Path, options: TruthOptions) -> FileReport:
    """Read a truth file into `data.image`, all or nothing, and bring the caches up to date.

    Known images are updated where their row changed; images that the file no longer names stay. Raises InputError
    where the file cannot be read or holds no valid row: then nothing is written.
    """
    report = FileReport(str(path), "truth", options.dataset)
    table = read_table(path)
    known = None if options.columns else known_format(table.columns)
    columns = _columns(path, table, options, known, report)
    with connection.transaction():
        dataset = make_dataset(
            connection,
            options.dataset,
            title=options.title,
            licence=options.licence,
            source=options.source,
            default_title=known.title if known else None,
        )
        log = open_log(connection, path, "truth")
        _store(connection, dataset, _images(table.rows, columns, known), log, report)
        if not report.has_valid_row:
            raise InputError(f"{path}: no valid row ({report.rejects_told()}); nothing was written")
        log.close(report)
        if options.is_refreshed and (report.n_new or report.n_changed):
            _refresh(connection, dataset)
    return report


def _columns(
    path: Path, table: Table, options: TruthOptions, known: TruthFormat | None, report: FileReport
) -> Mapping[str, str]:
    if known:
        report.notes.append(f"known format: {known.title}")
        return known.columns
    required = ("image_id", "latitude", "longitude")
    columns = choose_columns(path, table.columns, options.columns, TRUTH_FIELDS, required)
    report.notes.append(f"columns: {told(columns)}")
    return columns


def _images(
    rows: Iterable[Row | Reject], columns: Mapping[str, str], known: TruthFormat | None
) -> Iterable[list[TruthImage | Reject]]:
    for batch in batches(rows):
        yield [row if isinstance(row, Reject) else read_image(row, columns, known) for row in batch]


def _store(
    connection: psycopg.Connection,
    dataset: Dataset,
    images: Iterable[list[TruthImage | Reject]],
    log: ReadingLog,
    report: FileReport,
) -> None:
    stored = _known_images(connection, dataset)
    lines: dict[str, int] = {}
    for batch in images:
        rejects: list[Reject] = []
        new: list[TruthImage] = []
        changed: list[tuple[int, TruthImage]] = []
        for image in batch:
            if isinstance(image, Reject):
                rejects.append(image)
            elif image.name in lines:
                detail = f"{image.name!r} stands on line {lines[image.name]} already"
                rejects.append(Reject(image.line, "duplicate image", detail, image.name))
            else:
                lines[image.name] = image.line
                _sort(image, stored.get(image.name), new, changed, report)
        copy_rows(connection, "image", _IMAGE, (_values(dataset, image) for image in new))
        _update(connection, changed)
        log.add_rejects(rejects, report)


def _sort(
    image: TruthImage,
    stored: tuple[int, int] | None,
    new: list[TruthImage],
    changed: list[tuple[int, TruthImage]],
    report: FileReport,
) -> None:
    if stored is None:
        new.append(image)
        report.n_new += 1
    elif stored[1] == image.digest:
        report.n_unchanged += 1
    else:
        changed.append((stored[0], image))
        report.add_change(image.line, image.name)


def _known_images(connection: psycopg.Connection, dataset: Dataset) -> dict[str, tuple[int, int]]:
    rows = connection.execute(
        "select image_name, image_id, row_digest from data.image where dataset_id = %s", [dataset.dataset_id]
    )
    return {name: (image_id, digest) for name, image_id, digest in rows}


def _values(dataset: Dataset, image: TruthImage) -> tuple[object, ...]:
    return (
        dataset.dataset_id,
        image.name,
        point_bytes(image.latitude, image.longitude),
        image.country,
        image.state,
        image.city,
        image.street,
        jsonb_bytes(image.attributes),
        image.digest,
    )


def _update(connection: psycopg.Connection, changed: list[tuple[int, TruthImage]]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "update data.image set location = st_setsrid(st_point(%s, %s), 4326), country_label = %s,"
            " state_label = %s, city_label = %s, street_label = %s, attributes = %s::jsonb, row_digest = %s"
            " where image_id = %s",
            [
                (
                    i.longitude,
                    i.latitude,
                    i.country,
                    i.state,
                    i.city,
                    i.street,
                    i.attributes.decode(),
                    i.digest,
                    image_id,
                )
                for image_id, i in changed
            ],
        )


def _refresh(connection: psycopg.Connection, dataset: Dataset) -> None:
    refresh_images(connection, dataset.dataset_id)
    runs = connection.execute("select run_id from data.run where dataset_id = %s", [dataset.dataset_id])
    refresh_runs(connection, [run_id for (run_id,) in runs])
