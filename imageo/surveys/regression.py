"""Hits or errors explained by how a picture is described."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from imageo.analysis.paper_recipe import paper_estimates, paper_weights, too_few
from imageo.analysis.regression import FIELDS, FOLDS, MINIMUM_COUNT, fit_regression, regression_estimates
from imageo.analysis.regression_outcome import Described, Outcome, outcome_rows, paper_rows
from imageo.db.engine import Progress, connect, say
from imageo.db.estimates import store_analysis
from imageo.render.reading.regression_panel import read_panel
from imageo.render.text.estimates import estimate_frame
from imageo.render.text.regression import paper_table, regression_table
from imageo.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from imageo.analysis.estimate import Estimate


@dataclass(frozen=True)
class RegressionOptions:
    """What was asked for."""

    outcome: Outcome
    described: Described = "model"
    recipe: str | None = None
    min_count: int = MINIMUM_COUNT
    folds: int = FOLDS
    seed: int = 0

    def parameters(self, run_ids: list[int]) -> dict[str, object]:
        """As they are stored: all but the seed, which has a column of its own."""
        return {
            "outcome": self.outcome.name,
            "denominator": self.outcome.denominator,
            "fields": self.described,
            "recipe": self.recipe,
            "min_count": self.min_count,
            "folds": self.folds,
            "run_ids": run_ids,
        }


@dataclass(frozen=True)
class Explained:
    """Of one dataset: the numbers, and their table."""

    dataset: str
    estimates: "pd.DataFrame"
    text: str


def keep_regression(
    settings: Settings,
    options: RegressionOptions,
    *,
    dataset: str | None = None,
    models: Sequence[str] = (),
    progress: Progress = say,
) -> list[Explained]:
    """Fit the runs of each dataset together and keep the estimates (kind `regression`)."""
    explained = []
    with connect(settings, role="reader") as connection:
        panels = list(read_panel(connection, dataset=dataset, models=models))
    for name, panel, run_ids in panels:
        progress(f"{name}: regression of {options.outcome.name}, {len(run_ids)} runs")
        estimates, text = _fit(panel, run_ids, name, options)
        with connect(settings, role="writer") as connection, connection.transaction():
            key, parameters = int(panel["dataset_id"].iloc[0]), options.parameters(run_ids)
            store_analysis(connection, key, "regression", parameters, options.seed, map(asdict, estimates))
        labels = panel[["run_id", "model", "run_label"]].drop_duplicates()
        explained.append(Explained(name, estimate_frame(estimates, name, labels), text))
    return explained


def _fit(
    panel: "pd.DataFrame", run_ids: list[int], dataset: str, options: RegressionOptions
) -> "tuple[list[Estimate], str]":
    """The numbers of one dataset and their table."""
    run_id = run_ids[0] if len(run_ids) == 1 else None
    labels = panel.loc[panel["run_id"].isin(run_ids), "run_label"].unique()
    who = labels[0] if run_id else f"{len(run_ids)} models"
    outcome = options.outcome
    title = f"{dataset}, {who}: {outcome.name.replace('_', ' ')}, pictures described by {options.described}"
    # A consensus is of all models, asked for or not: describe first, choose then.
    read = paper_rows if options.recipe else outcome_rows
    rows = read(panel, outcome, options.described)
    rows = rows[rows["run_id"].isin(run_ids)]
    if options.recipe:
        y, title = rows["y"].to_numpy(float), f"{title}, as IMAGEO-Bench does it ({len(rows):,} answers)"
        if lacking := too_few(y, options.min_count, is_binary=outcome.is_hit):
            return paper_estimates([], outcome.name, run_id, lacking), f"{title}\n  {lacking}"
        weights = paper_weights(rows[list(FIELDS)], y, is_binary=outcome.is_hit)
        return paper_estimates(weights, outcome.name, run_id), paper_table(weights, title)
    fit = fit_regression(rows, outcome, minimum=options.min_count, folds=options.folds, seed=options.seed)
    return regression_estimates(fit, run_id), regression_table(fit, title)
