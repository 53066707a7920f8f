"""`imageo map`."""

import dataclasses
import json
from pathlib import Path

import click

from imageo.settings import Settings


@click.command()
@click.option(
    "--level",
    type=click.Choice(["country", "us_state", "admin1"]),
    default="country",
    show_default=True,
    help="Regions to draw.",
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
@click.option(
    "-o",
    "--output",
    "path",
    type=click.Path(path_type=Path),
    default="bias.html",
    show_default=True,
    help="File to write.",
)
@click.option("--json", "as_json", is_flag=True, help="Tell what was drawn as a JSON object.")
@click.pass_obj
def command(
    settings: Settings,
    level: str,
    dataset: str | None,
    models: tuple[str, ...],
    measure: str | None,
    denominator: str,
    minimum_n: int,
    path: Path,
    as_json: bool,
) -> None:
    """Draw a bias map: one HTML file that holds every run and measure and opens without a network."""
    from datetime import UTC, datetime

    from imageo.db.engine import connect
    from imageo.render.maps.write import check_html_path, write_map

    check_html_path(path)
    with connect(settings, role="reader") as connection:
        summary = write_map(
            connection,
            path,
            level=level,
            dataset=dataset,
            models=models,
            measure=measure,
            denominator=denominator,
            minimum_n=minimum_n,
            drawn_on=datetime.now(UTC).date(),
        )
    click.echo(json.dumps(dataclasses.asdict(summary), default=str) if as_json else str(path))
