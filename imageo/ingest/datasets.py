"""Datasets by name, and their images by the name that files call them."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import psycopg

from imageo.errors import InputError

_LOCK = 0x64617461  # "data": one writer of a dataset's images at a time


@dataclass(frozen=True)
class Dataset:
    """A dataset that stands in the database."""

    dataset_id: int
    name: str


def make_dataset(
    connection: psycopg.Connection,
    name: str,
    *,
    title: str | None = None,
    licence: str | None = None,
    source: str | None = None,
    default_title: str | None = None,
) -> Dataset:
    """The dataset of that name, made where there is none; its images are locked until the transaction ends."""
    row = connection.execute(
        "insert into data.dataset as known (name, title, licence, source)"
        " values (%(name)s, coalesce(%(title)s::text, %(default_title)s), %(licence)s, %(source)s)"
        " on conflict (name) do update set title = coalesce(%(title)s::text, known.title),"
        " licence = coalesce(%(licence)s::text, known.licence), source = coalesce(%(source)s::text, known.source)"
        " returning dataset_id",
        {"name": name, "title": title, "default_title": default_title, "licence": licence, "source": source},
    ).fetchone()
    assert row is not None
    connection.execute("select pg_advisory_xact_lock(%s, %s)", [_LOCK, row[0]])
    return Dataset(row[0], name)


def find_dataset(connection: psycopg.Connection, path: Path, name: str | None, images: Collection[str]) -> Dataset:
    """The dataset of that name; without a name the only one that has any of the images.

    Raises InputError where there is none, or more than one.
    """
    known = [Dataset(*row) for row in connection.execute("select dataset_id, name from data.dataset order by name")]
    if not known:
        raise InputError(
            f"{path}: there is no ground truth yet; read it with `imageo ingest truth FILE --dataset NAME`"
        )
    names = ", ".join(dataset.name for dataset in known)
    if name is not None:
        found = next((dataset for dataset in known if dataset.name == name), None)
        if found is None:
            raise InputError(f"{path}: no dataset {name!r}; the datasets are {names}")
        return found
    matches = {dataset: count for dataset in known if (count := _count_known(connection, dataset, images))}
    if len(matches) == 1:
        return next(iter(matches))
    if not matches:
        example = ", ".join(sorted(images)[:3]) or "none"
        raise InputError(f"{path}: no dataset has its images ({example}); datasets: {names}")
    told = ", ".join(f"{dataset.name} ({count} of {len(images)})" for dataset, count in matches.items())
    raise InputError(f"{path}: its image names match more than one dataset: {told}; choose with --dataset")


def image_ids(connection: psycopg.Connection, dataset: Dataset) -> dict[str, int]:
    """Key of each image of a dataset by its name."""
    with connection.cursor(binary=True) as cursor:
        cursor.execute("select image_name, image_id from data.image where dataset_id = %s", [dataset.dataset_id])
        return dict(cursor.fetchall())


def _count_known(connection: psycopg.Connection, dataset: Dataset, images: Collection[str]) -> int:
    row = connection.execute(
        "select count(*) from data.image where dataset_id = %s and image_name = any(%s)",
        [dataset.dataset_id, list(images)],
    ).fetchone()
    return row[0] if row else 0
