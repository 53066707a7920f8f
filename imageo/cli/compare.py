"""`imageo compare`."""

import click

from imageo.measures import DENOMINATORS, MEASURES
from imageo.settings import Settings


@click.command()
@click.argument("models", nargs=-1)
@click.option("--dataset", help="Only this dataset.")
@click.option(
    "--measure",
    "measures",
    type=click.Choice([*MEASURES, "error_km"]),
    multiple=True,
    default=("accuracy_25km", "error_km"),
    show_default=True,
    help="What to print; may be given again. All are computed, corrected for, stored.",
)
@click.option(
    "--denominator",
    type=click.Choice(list(DENOMINATORS)),
    default="all",
    show_default=True,
    help="Count a non-answer as wrong and 20,015 km away, or leave it out.",
)
@click.option("--replicates", type=click.IntRange(100, 100_000), default=2000, show_default=True, help="Resamples.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True, help="Of the resampling.")
@click.option("--json", "as_json", is_flag=True, help="Every number, as a list of objects.")
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
    from dataclasses import asdict

    import pandas as pd

    from imageo.analysis.comparison import compare, entrants
    from imageo.db.engine import connect, say
    from imageo.db.estimates import store_analysis
    from imageo.errors import InputError
    from imageo.render.reading.runs import read_runs, read_scores
    from imageo.render.tables import to_json
    from imageo.render.text.comparison import comparison_text
    from imageo.render.text.estimates import estimate_frame

    with connect(settings, role="reader") as connection:
        runs = read_runs(connection, dataset, models)
        if models:
            runs = runs[runs["model"].isin(models) | runs["run_label"].isin(models)]
        scores = {str(name): read_scores(connection, rows["run_id"].tolist()) for name, rows in runs.groupby("dataset")}
    chosen = {name: entrants(runs[runs["dataset"] == name], scores[name], models) for name in sorted(scores)}
    pairable = {name: found for name, found in chosen.items() if len(found) > 1}
    if not pairable:
        raise InputError("a comparison needs two models or more of one dataset; `imageo leaderboard` lists them")
    frames = []
    for name, found in pairable.items():
        say(f"{name}: {len(found)} runs, {len(found) * (len(found) - 1) // 2} pairs, {replicates:,} resamples")
        estimates = compare(scores[name], found, replicates, seed)
        parameters = {"run_ids": [entrant.run_id for entrant in found], "replicates": replicates}
        dataset_id = int(runs.loc[runs["dataset"] == name, "dataset_id"].iloc[0])
        with connect(settings, role="writer") as connection, connection.transaction():
            store_analysis(connection, dataset_id, "comparison", parameters, seed, map(asdict, estimates))
        frames.append(estimate_frame(estimates, name, {entrant.run_id: entrant.label for entrant in found}))
    if as_json:
        click.echo(to_json(pd.concat(frames)))
        return
    click.echo("\n\n".join(comparison_text(frame, measures, denominator) for frame in frames))
