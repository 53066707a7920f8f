"""`imageo map`."""

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from imageo.errors import InputError
from imageo.settings import Settings

if TYPE_CHECKING:
    from imageo.render.maps.write import MapSummary

_OF_REGIONS = ("level", "resolution", "measure", "denominator", "minimum_n", "examples", "images")


@click.command()
@click.option(
    "--level",
    type=click.Choice(["country", "us_state", "admin1", "hex"]),
    default="country",
    show_default=True,
    help="Regions to draw; hex are hexagons, which know no border.",
)
@click.option(
    "--resolution",
    type=click.IntRange(0, 5),
    default=2,
    show_default=True,
    help="Of the H3 hexagons: 2 is 87,000 km2, 3 a seventh of that.",
)
@click.option("--dataset", help="Whose images; may be left out where there is only one dataset.")
@click.option("--model", "models", multiple=True, help="Only this model or run; may be given more than once.")
@click.option("--measure", help="What the page shows first: country_match, city_match, accuracy_25km, ...")
@click.option(
    "--denominator",
    type=click.Choice(["all", "answered"]),
    default="all",
    show_default=True,
    help="What the page shows first: a non-answer is wrong, or left out.",
)
@click.option(
    "--min-n", "minimum_n", type=click.IntRange(min=1), default=10, show_default=True, help="Hatch regions with fewer."
)
@click.option("--errors", "draws_errors", is_flag=True, help="Draw lines from truth to answer, and flows, instead.")
@click.option("--min-km", type=click.FloatRange(min=0), default=0.0, help="--errors: leave out nearer answers.")
@click.option("--max-km", type=click.FloatRange(min=0), help="--errors: leave out answers that far and farther.")
@click.option(
    "--examples",
    type=click.IntRange(0, 100),
    help="Largest errors to tell of each run and region, 0 for none.  [default: up to 3, as the page can carry]",
)
@click.option(
    "--images",
    type=click.Path(path_type=Path),
    help="Folder of image files: the page carries thumbnails of the examples. Without it no image leaves its place.",
)
@click.option(
    "-o",
    "--output",
    "path",
    type=click.Path(path_type=Path),
    help="File to write; bias.html, or errors.html with --errors.",
)
@click.option("--json", "as_json", is_flag=True, help="Tell what was drawn as a JSON object.")
@click.pass_context
def command(
    ctx: click.Context,
    level: str,
    resolution: int,
    dataset: str | None,
    models: tuple[str, ...],
    measure: str | None,
    denominator: str,
    minimum_n: int,
    draws_errors: bool,
    min_km: float,
    max_km: float | None,
    path: Path | None,
    examples: int | None,
    images: Path | None,
    as_json: bool,
) -> None:
    """Draw a bias map: one HTML file that holds every run and measure and opens without a network.

    With --errors, a map of every answer instead: a line from where each photo was taken to where a model put it,
    and their sums as flows between countries.
    """
    from datetime import UTC, datetime

    from imageo.db.engine import connect, say
    from imageo.render.maps.write import check_folder, check_html_path, write_map
    from imageo.render.maps.write_errors import write_errors

    settings: Settings = ctx.obj
    today = datetime.now(UTC).date()
    path = path or Path("errors.html" if draws_errors else "bias.html")
    check_html_path(path)
    if draws_errors:
        _refuse(ctx, _OF_REGIONS, "draws regions; --errors draws every answer")
        with connect(settings, role="reader") as connection:
            drawn = write_errors(
                connection, path, dataset=dataset, models=models, min_km=min_km, max_km=max_km, drawn_on=today
            )
        click.echo(json.dumps(dataclasses.asdict(drawn), default=str) if as_json else str(path))
        return
    _refuse(ctx, ("min_km", "max_km"), "goes with --errors; a bias map draws regions")
    if level != "hex":
        _refuse(ctx, ("resolution",), "goes with --level hex; other regions have their size")
    check_folder(images)
    with connect(settings, role="reader") as connection:
        summary = write_map(
            connection,
            path,
            level=level,
            resolution=resolution,
            dataset=dataset,
            models=models,
            measure=measure,
            denominator=denominator,
            minimum_n=minimum_n,
            examples=examples,
            images=images,
            drawn_on=today,
        )
    if images is not None:
        say(_pictures(summary))
    click.echo(json.dumps(dataclasses.asdict(summary), default=str) if as_json else str(path))


def _refuse(ctx: click.Context, names: Sequence[str], why: str) -> None:
    """Raise InputError where one of the options was given that the other kind of map takes."""
    for name in names:
        if ctx.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT:
            raise InputError(f"--{'min-n' if name == 'minimum_n' else name.replace('_', '-')} {why}")


def _pictures(summary: "MapSummary") -> str:
    """What became of the images, for whoever gave their folder."""
    n_images = summary.thumbnails + len(summary.images_missing) + len(summary.images_unreadable)
    from imageo.render.labels import clean_label

    said = [
        f"thumbnails of {summary.thumbnails:,} of {n_images:,} example images, {summary.thumbnail_bytes / 1e6:.2f} MB"
    ]
    for what, names in (("without a file", summary.images_missing), ("cannot be shown", summary.images_unreadable)):
        if names:
            said.append(f"{len(names):,} {what}, such as {clean_label(names[0])}")
    return "; ".join(said)
