"""`imageo report`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from imageo.measures import MEASURES
from imageo.settings import Settings

if TYPE_CHECKING:
    from imageo.render.report.write import Format


@click.command()
@click.option(
    "-o",
    "--output",
    "path",
    type=click.Path(path_type=Path),
    help="File to write: .html or .md.  [default: report.html, or report.md]",
)
@click.option("--format", "format_given", type=click.Choice(["html", "md"]), help="As the suffix says, else html.")
@click.option("--dataset", default="", help="Whose images; may be left out where there is only one dataset.")
@click.option(
    "--measure", type=click.Choice(MEASURES), default="accuracy_25km", show_default=True, help="What counts as right."
)
@click.option(
    "--min-n",
    "minimum_n",
    type=click.IntRange(min=2),
    default=10,
    show_default=True,
    help="Photos that a group needs to be compared.",
)
@click.option("--stored", is_flag=True, help="Compute nothing: only what is in bi.estimate, and say what is missing.")
@click.option("--json", "as_json", is_flag=True, help="Tell what was written as a JSON object.")
@click.pass_obj
def command(
    settings: Settings,
    path: Path | None,
    format_given: str | None,
    dataset: str,
    measure: str,
    minimum_n: int,
    stored: bool,
    as_json: bool,
) -> None:
    """Write a report: what was measured, who is better, for whom models fail, in words, tables and figures.

    One page that opens without a network and prints well. Statistics that are missing or older than the data are
    computed first, as imageo compare, bias, spatial, attractors, calibration and regress do, and kept in bi.estimate.
    """
    import dataclasses
    from datetime import UTC, datetime

    from imageo.db.engine import connect, say
    from imageo.render.figures.catalogue import Choice
    from imageo.render.figures.write import one_dataset
    from imageo.render.report.material import ReportChoice
    from imageo.render.report.write import format_of, write_report
    from imageo.surveys.report import bring_up_to_date

    chosen_format = cast("Format | None", format_given)
    path = path or Path(f"report.{format_given or 'html'}")
    format_of(path, chosen_format)
    with connect(settings, role="reader") as connection:
        choice = ReportChoice(one_dataset(connection, Choice(dataset)).dataset, measure, minimum_n)
    failed = {} if stored else bring_up_to_date(settings, choice)
    with connect(settings, role="reader") as connection:
        say(f"{choice.dataset}: writing the report")
        summary = write_report(
            connection,
            path,
            choice,
            format_given=chosen_format,
            drawn_on=datetime.now(UTC).date(),
            failed=failed,
        )
    click.echo(json.dumps(dataclasses.asdict(summary), default=str) if as_json else str(path))
