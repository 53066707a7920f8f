"""`imageo ingest`: ground truth, predictions, region boundaries into the database."""

import dataclasses
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from imageo.errors import InputError
from imageo.settings import Settings

if TYPE_CHECKING:
    from imageo.ingest.many import Options
    from imageo.ingest.report import FileReport

_map = click.option("--map", "column_map", metavar="FIELD=COLUMN,...", help="Which column holds what.")
_json = click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
_file = click.Path(path_type=Path)


@click.group
def command() -> None:
    """Read ground truth, predictions or region boundaries into the database.

    A file is taken whole or not at all; reading it again changes nothing. Rows that cannot be taken are kept in
    data.reject with their line and the reason.
    """


@command.command
@click.argument("file", type=_file)
@click.option("--dataset", required=True, metavar="NAME", help="Name of the dataset, made where there is none.")
@click.option("--title", help="The dataset's name in full.")
@click.option("--licence", help="Licence of its images or labels.")
@click.option("--source", help="Where it comes from.")
@_map
@_json
@click.pass_obj
def truth(
    settings: Settings,
    file: Path,
    dataset: str,
    title: str | None,
    licence: str | None,
    source: str | None,
    column_map: str | None,
    as_json: bool,
) -> None:
    """Read images with known places from FILE: CSV, JSON lines, GeoJSON, GeoPackage or (Geo)Parquet.

    The files of IMAGEO-Bench are known by their columns. Fields for --map: image_id, latitude, longitude, country,
    state, city, street; every other column becomes an attribute.
    """
    from imageo.ingest.columns import TRUTH_FIELDS, parse_map
    from imageo.ingest.store_truth import TruthOptions

    columns = parse_map(column_map, TRUTH_FIELDS)
    _ingest(settings, [file], TruthOptions(_name(dataset), columns, title, licence, source), 1, as_json)


@command.command
@click.argument("files", type=_file, nargs=-1, required=True)
@click.option("--dataset", metavar="NAME", help="Dataset of the images; found by their names where it is left out.")
@click.option("--as-published", is_flag=True, help="Take the parsed answers of IMAGEO-Bench's authors as they are.")
@click.option("--model", metavar="NAME", help="Model of all rows, whatever the file says.")
@click.option("--provider", metavar="NAME", help="Provider of the model.")
@click.option("--label", metavar="TEXT", help="What sets these runs apart from others of their models.")
@click.option("--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, help="Files read at a time.")
@_map
@_json
@click.pass_obj
def predictions(
    settings: Settings,
    files: tuple[Path, ...],
    dataset: str | None,
    as_published: bool,
    model: str | None,
    provider: str | None,
    label: str | None,
    jobs: int,
    column_map: str | None,
    as_json: bool,
) -> None:
    """Read answers from FILES: IMAGEO-Bench results, CSV, JSON lines or Parquet.

    Raw answers are parsed anew. Fields for --map: image_id, model, provider, latitude, longitude, country, state, city,
    street, confidence, raw_response, error, input_tokens, output_tokens, reasoning_tokens, cached_tokens, image_tokens,
    latency_ms, cost_usd.
    """
    from imageo.ingest.columns import PREDICTION_FIELDS, parse_map
    from imageo.ingest.store_predictions import PredictionOptions

    if as_published and (label or column_map):
        raise InputError("--as-published goes neither with --label nor with --map; leave one out")
    options = PredictionOptions(
        dataset=dataset,
        columns=parse_map(column_map, PREDICTION_FIELDS),
        model=model,
        provider=provider,
        label=label or "",
        is_as_published=as_published,
    )
    _ingest(settings, files, options, jobs, as_json)


@command.command
@click.argument("file", type=_file, required=False)
@click.option("--level", metavar="LEVEL", help="country, us_state, admin1, or a level of your own.")
@click.option("--code-column", metavar="COLUMN", help="Column of the codes; guessed where it is left out.")
@click.option("--name-column", metavar="COLUMN", help="Column of the names; guessed where it is left out.")
@click.option("--source", metavar="TEXT", help="What the boundaries are and where they come from.  [default: FILE]")
@click.option("--point-of-view", metavar="TEXT", help="Whose view of disputed borders the file takes.")
@click.option("--force", is_flag=True, help="Load the shipped regions again, in place of your own boundaries too.")
@_json
@click.pass_obj
def regions(
    settings: Settings,
    file: Path | None,
    level: str | None,
    code_column: str | None,
    name_column: str | None,
    source: str | None,
    point_of_view: str | None,
    force: bool,
    as_json: bool,
) -> None:
    """Load the shipped regions, or boundaries of your own from FILE for one LEVEL, and score all runs anew."""
    from imageo.db.engine import connect
    from imageo.db.refresh import refresh_all
    from imageo.regions.boundaries import load_boundaries
    from imageo.regions.load import load_pack
    from imageo.render.tables import printable

    if (file is None) != (level is None):
        raise InputError("FILE and --level go together: `imageo ingest regions FILE --level LEVEL`")
    with connect(settings) as connection, connection.transaction():
        if file is None or level is None:
            loaded = load_pack(connection, _progress, force=force)
        else:
            loaded = load_boundaries(connection, file, level, code_column, name_column, source, point_of_view)
        for note in loaded.notes:
            _progress(printable(note))
        if loaded.changed:
            refresh_all(connection)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(loaded)))
    elif loaded.changed:
        click.echo(", ".join(f"{count} {name}" for name, count in loaded.n_regions.items()))
    else:
        click.echo("These regions are loaded already: nothing changed.")


def _name(dataset: str) -> str:
    if not dataset.strip():
        raise InputError("--dataset is empty; give the dataset a name")
    return dataset.strip()


def _ingest(settings: Settings, files: Iterable[Path], options: "Options", jobs: int, as_json: bool) -> None:
    from imageo.ingest.many import ingest_files

    reports = []
    for report in ingest_files(settings, list(files), options, jobs):
        reports.append(report)
        _tell(report, as_json)
    if as_json:
        click.echo(json.dumps(_summary(reports), ensure_ascii=False))
    if any(report.error for report in reports):
        raise SystemExit(2)


def _tell(report: "FileReport", as_json: bool) -> None:
    from imageo.render.tables import printable

    for note in report.notes:
        _progress(printable(f"{report.file}: {note}"))
    if report.error:
        _progress(printable(f"imageo: {report.error}"))
    elif not as_json:
        for line in report.lines():
            click.echo(printable(line))


def _progress(message: str) -> None:
    click.echo(message, err=True)


def _summary(reports: "list[FileReport]") -> dict[str, object]:
    return {
        "files": [report.as_json() for report in reports],
        "new": sum(report.n_new for report in reports),
        "changed": sum(report.n_changed for report in reports),
        "unchanged": sum(report.n_unchanged for report in reports),
        "rejected": sum(report.n_rejected for report in reports),
        "failed": sum(report.error is not None for report in reports),
    }
