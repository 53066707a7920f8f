"""`imageo attractors`."""

import click

from imageo.cli import option
from imageo.settings import Settings


@click.command()
@option.dataset
@option.models()
@click.option(
    "--evidence",
    type=click.Choice(["name", "place"]),
    default="name",
    show_default=True,
    help="Answered country: as written, or where the point lies.",
)
@option.level("continent", "Regions of the displacement.")
@click.option("--min-n", type=click.IntRange(2), default=10, show_default=True, help="Answers an entropy needs.")
@click.option("--top", type=click.IntRange(1), default=10, show_default=True, help="Rows to show of each kind.")
@option.replicates(99, 99_999, 999)
@option.seed("Of all draws.")
@option.as_json("Every number, one object an estimate.")
@click.pass_obj
def command(
    settings: Settings,
    dataset: str | None,
    models: tuple[str, ...],
    evidence: str,
    level: str,
    min_n: int,
    top: int,
    replicates: int,
    seed: int,
    as_json: bool,
) -> None:
    """Show which places models answer too often, and which way their answers go.

    Countries and cities by predicted over true share, countries taken for others, mean displacement by region, and
    the entropy of the answered country given the true one. Results are kept in bi.estimate.
    """
    import pandas as pd

    from imageo.analysis.attractor_survey import AttractorOptions
    from imageo.render.tables import to_json
    from imageo.render.text.attractors import attractors_text
    from imageo.surveys.attractors import keep_attractors

    options = AttractorOptions(evidence, level, min_n, replicates, seed)
    surveyed = keep_attractors(settings, options, dataset=dataset, models=models)
    if as_json:
        click.echo(to_json(pd.concat([each.estimates for each in surveyed], ignore_index=True)))
        return
    for each in surveyed:
        click.echo(attractors_text(each.estimates, each.confusion, each.dataset, top))
