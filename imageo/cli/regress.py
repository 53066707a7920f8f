"""`imageo regress`."""

from typing import TYPE_CHECKING, cast

import click

from imageo.cli import option
from imageo.settings import Settings

if TYPE_CHECKING:
    from imageo.analysis.regression_outcome import Described


@click.command()
@click.option("--outcome", default="city", show_default=True, help="city, state, country, hit@25km or log_error.")
@option.models("Only this model; may be given again. All are pooled.")
@option.dataset
@click.option(
    "--fields",
    "described",
    type=click.Choice(["model", "consensus"]),
    default="model",
    show_default=True,
    help="Pictures as each model describes them, or as most of all models do.",
)
@option.denominator("Count a non-answer as a miss, or leave it out.")
@click.option("--recipe", type=click.Choice(["paper"]), help="IMAGEO-Bench's own: penalised, on one-hot fields.")
@click.option("--min-count", default=20, show_default=True, type=click.IntRange(2), help="Pool rarer categories.")
@click.option("--folds", default=5, show_default=True, type=click.IntRange(2), help="Folds of the held-out score.")
@option.seed("Deals the images out to the folds.")
@option.as_json("Every number, as a list of objects.")
@click.pass_obj
def command(
    settings: Settings,
    outcome: str,
    models: tuple[str, ...],
    dataset: str | None,
    described: str,
    denominator: str,
    recipe: str | None,
    min_count: int,
    folds: int,
    seed: int,
    as_json: bool,
) -> None:
    """Explain hits or errors by how a picture is described.

    Odds ratios of environment, scene type, setting and a named landmark, each level against the mean of its field;
    with several models a field "model", and standard errors by image. Results are kept: see bi.estimate.
    """
    import pandas as pd

    from imageo.analysis.regression_outcome import parse_outcome
    from imageo.render.tables import to_json
    from imageo.surveys.regression import RegressionOptions, keep_regression

    wanted = parse_outcome(outcome, "answered" if recipe else denominator)
    options = RegressionOptions(wanted, cast("Described", described), recipe, min_count, folds, seed)
    explained = keep_regression(settings, options, dataset=dataset, models=models)
    if not as_json:
        for each in explained:
            click.echo(each.text + "\n")
        return
    click.echo(to_json(pd.concat(each.estimates for each in explained)))
