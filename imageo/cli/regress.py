"""`imageo regress`."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, cast

import click

from imageo.settings import Settings

if TYPE_CHECKING:
    import pandas as pd
    import psycopg

    from imageo.analysis.estimate import Estimate
    from imageo.analysis.regression_outcome import Described, Outcome


@dataclass(frozen=True)
class Choice:
    """What was asked for."""

    outcome: "Outcome"
    described: "Described"
    recipe: str | None
    min_count: int
    folds: int
    seed: int


@click.command()
@click.option("--outcome", default="city", show_default=True, help="city, state, country, hit@25km or log_error.")
@click.option("--model", "models", multiple=True, help="Only this model; may be given again. All are pooled.")
@click.option("--dataset", help="Only this dataset.")
@click.option(
    "--fields",
    "described",
    type=click.Choice(["model", "consensus"]),
    default="model",
    show_default=True,
    help="Pictures as each model describes them, or as most of all models do.",
)
@click.option(
    "--denominator",
    type=click.Choice(["all", "answered"]),
    default="all",
    show_default=True,
    help="Count a non-answer as a miss, or leave it out.",
)
@click.option("--recipe", type=click.Choice(["paper"]), help="IMAGEO-Bench's own: penalised, on one-hot fields.")
@click.option("--min-count", default=20, show_default=True, type=click.IntRange(2), help="Pool rarer categories.")
@click.option("--folds", default=5, show_default=True, type=click.IntRange(2), help="Folds of the held-out score.")
@click.option("--seed", default=0, show_default=True, help="Deals the images out to the folds.")
@click.option("--json", "as_json", is_flag=True, help="Every number, as a list of objects.")
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
    from imageo.db.engine import connect
    from imageo.render.reading.regression_panel import read_panel
    from imageo.render.tables import to_json

    wanted = parse_outcome(outcome, "answered" if recipe else denominator)
    choice = Choice(wanted, cast("Described", described), recipe, min_count, folds, seed)
    shown: list[pd.DataFrame] = []
    with connect(settings, role="writer") as connection:
        for name, panel, run_ids in read_panel(connection, dataset=dataset, models=models):
            estimates, text = _fit(panel, run_ids, name, choice)
            _keep(connection, int(panel["dataset_id"].iloc[0]), run_ids, choice, estimates)
            frame = pd.DataFrame([asdict(estimate) for estimate in estimates], dtype="object")
            frame.insert(0, "dataset", name)
            shown.append(frame)
            if not as_json:
                click.echo(text + "\n")
    if as_json:
        click.echo(to_json(pd.concat(shown)))


def _fit(panel: "pd.DataFrame", run_ids: list[int], dataset: str, choice: Choice) -> tuple[list["Estimate"], str]:
    """The numbers of one dataset and their table."""
    from imageo.analysis.paper_recipe import paper_estimates, paper_weights, too_few
    from imageo.analysis.regression import FIELDS, fit_regression, regression_estimates
    from imageo.analysis.regression_outcome import outcome_rows, paper_rows
    from imageo.render.text.regression import paper_table, regression_table

    run_id = run_ids[0] if len(run_ids) == 1 else None
    labels = panel.loc[panel["run_id"].isin(run_ids), "run_label"].unique()
    who = labels[0] if run_id else f"{len(run_ids)} models"
    outcome = choice.outcome
    title = f"{dataset}, {who}: {outcome.name.replace('_', ' ')}, pictures described by {choice.described}"
    # A consensus is of all models, asked for or not: describe first, choose then.
    read = paper_rows if choice.recipe else outcome_rows
    rows = read(panel, outcome, choice.described)
    rows = rows[rows["run_id"].isin(run_ids)]
    if choice.recipe:
        y, title = rows["y"].to_numpy(float), f"{title}, as IMAGEO-Bench does it ({len(rows):,} answers)"
        if lacking := too_few(y, choice.min_count, is_binary=outcome.is_hit):
            return paper_estimates([], outcome.name, run_id, lacking), f"{title}\n  {lacking}"
        weights = paper_weights(rows[list(FIELDS)], y, is_binary=outcome.is_hit)
        return paper_estimates(weights, outcome.name, run_id), paper_table(weights, title)
    fit = fit_regression(rows, outcome, minimum=choice.min_count, folds=choice.folds, seed=choice.seed)
    return regression_estimates(fit, run_id), regression_table(fit, title)


def _keep(
    connection: "psycopg.Connection", dataset_id: int, run_ids: list[int], choice: Choice, estimates: list["Estimate"]
) -> None:
    from imageo.db.estimates import store_analysis

    parameters = {
        "outcome": choice.outcome.name,
        "denominator": choice.outcome.denominator,
        "fields": choice.described,
        "recipe": choice.recipe,
        "min_count": choice.min_count,
        "folds": choice.folds,
        "run_ids": run_ids,
    }
    with connection.transaction():
        store_analysis(connection, dataset_id, "regression", parameters, choice.seed, map(asdict, estimates))
