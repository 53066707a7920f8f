"""`imageo compare`."""

import click

from imageo.cli import option
from imageo.measures import MEASURES
from imageo.settings import Settings


@click.command()
@click.argument("models", nargs=-1)
@option.dataset
@click.option(
    "--measure",
    "measures",
    type=click.Choice([*MEASURES, "error_km"]),
    multiple=True,
    default=("accuracy_25km", "error_km"),
    show_default=True,
    help="What to print; may be given again. All are computed, corrected for, stored.",
)
@option.denominator("Count a non-answer as wrong and 20,015 km away, or leave it out.")
@option.replicates(100, 100_000, help="Resamples.")
@option.seed("Of the resampling.")
@option.as_json("Every number, as a list of objects.")
@click.pass_obj
def command(
    settings: Settings,
    models: tuple[str, ...],
    dataset: str | None,
    measures: tuple[str, ...],
    denominator: str,
    replicates: int,
    seed: int,
    as_json: bool,
) -> None:
    """Compare MODELS (or all runs) on the same images: is the difference real?

    McNemar's test for hits, Wilcoxon's and a paired bootstrap for distances, Holm's correction over all pairs and
    measures, ranks with intervals. The results are kept: `imageo sql "select * from bi.estimate"`.
    """
    import pandas as pd

    from imageo.render.tables import to_json
    from imageo.render.text.comparison import comparison_text
    from imageo.surveys.comparison import keep_comparison

    frames = keep_comparison(settings, dataset=dataset, models=models, replicates=replicates, seed=seed)
    if as_json:
        click.echo(to_json(pd.concat(frames)))
        return
    click.echo("\n\n".join(comparison_text(frame, measures, denominator) for frame in frames))
