"""`imageo bias`."""

import click

from imageo.measures import DENOMINATORS, LEVELS, MEASURES
from imageo.settings import Settings


@click.command()
@click.option("--level", type=click.Choice(LEVELS), default="continent", show_default=True, help="Kind of region.")
@click.option(
    "--measure", type=click.Choice(MEASURES), default="accuracy_200km", show_default=True, help="What counts."
)
@click.option(
    "--denominator",
    type=click.Choice(list(DENOMINATORS)),
    default="all",
    show_default=True,
    help="Count a non-answer as wrong, or leave it out.",
)
@click.option("--dataset", help="Only this dataset.")
@click.option("--model", "models", multiple=True, help="Show every region of this model; may be given again.")
@click.option("--min-n", default=10, show_default=True, help="Regions with fewer images are counted, not shown.")
@click.option("--json", "as_json", is_flag=True, help="Every region of every run, thin ones too.")
@click.pass_obj
def command(
    settings: Settings,
    level: str,
    measure: str,
    denominator: str,
    dataset: str | None,
    models: tuple[str, ...],
    min_n: int,
    as_json: bool,
) -> None:
    """Show where on Earth a model is better or worse.

    Best against worst region of every run; with --model, every region of that model, worst first. Rates carry n, the
    Wilson 95 % interval, and an empirical-Bayes rate that thin regions are shrunk into.
    """
    from imageo.db.engine import connect
    from imageo.render.boards import read_gaps, read_rates
    from imageo.render.leaderboard import gap_table, region_table
    from imageo.render.tables import to_json

    with connect(settings, role="reader") as connection:
        rates = read_rates(connection, level=level, measure=measure, dataset=dataset, models=models)
        gaps = read_gaps(connection, level=level, measure=measure, run_ids=rates["run_id"].unique().tolist())
    if as_json:
        click.echo(to_json(rates))
        return
    what = f"{measure.replace('_', ' ')} by {level.replace('_', ' ')}"
    if not models:
        for dataset_name, runs in gaps.groupby("dataset", sort=True):
            click.echo(gap_table(runs, f"{dataset_name}: {what}, {DENOMINATORS['all']}") + "\n")
        if gaps.empty:
            click.echo(f"No run has two regions of 10 images or more to compare ({what}).")
        click.echo("`imageo bias --model NAME` shows every region of a model.")
        return
    for (name, label), regions in rates.groupby(["dataset", "run_label"], sort=True):
        enough = regions[regions[f"n_{denominator}"] >= min_n].sort_values([f"rate_{denominator}", "region_name"])
        title = f"{name}, {label}: {what}, {DENOMINATORS[denominator]}"
        if not enough.empty:
            click.echo(region_table(enough, denominator, title))
        thin = len(regions) - len(enough)
        whose = "" if len(enough) else f"{name}, {label}: "
        click.echo(f"{whose}{thin} regions with fewer than {min_n} images are too thin to say.\n" if thin else "")
