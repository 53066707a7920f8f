"""`imageo bias`."""

from typing import TYPE_CHECKING

import click

from imageo.cli import option
from imageo.errors import InputError
from imageo.measures import DENOMINATORS
from imageo.settings import Settings

if TYPE_CHECKING:
    from imageo.analysis.gaps_report import GapOptions


@click.command()
@option.level("continent")
@option.measure("accuracy_200km")
@option.denominator()
@option.dataset
@option.models("Show every region of this model; may be given again.")
@click.option("--min-n", default=10, show_default=True, help="Regions with fewer images are counted, not shown.")
@click.option("--gaps", is_flag=True, help="Test the gaps between the regions of --level.")
@click.option(
    "--by",
    metavar="NAME",
    help="Test the gaps between groups: income_group, subregion, population, environment, scene_type, setting, a column"
    " of the truth file, or a level.",
)
@click.option(
    "--adjust",
    multiple=True,
    metavar="NAME",
    help="Gaps over the same mix of these too; may be given again. `scene`: all scene fields.",
)
@click.option(
    "--fields",
    type=click.Choice(["consensus", "model"]),
    default="consensus",
    show_default=True,
    help="Scene fields: what most models say of a photo, or each model's own words.",
)
@click.option("--reference", metavar="GROUP", help="Compare each group with this one too, not only with the rest.")
@click.option("--against", metavar="MODEL", help="Compare the gaps of all models with those of this one.")
@click.option("--cell", "degrees", type=click.FloatRange(0.01, 45), help="Height of resampled cells, degrees.")
@option.replicates(200, 20_000)
@option.seed("Of the bootstrap.")
@click.option("--spatial", is_flag=True, help="Show the spatial pattern instead, as `imageo spatial` does.")
@click.option("--keep/--no-keep", default=True, show_default=True, help="Write tested gaps to bi.estimate.")
@option.as_json("Every region of every run, thin ones too.")
@click.pass_obj
def command(
    settings: Settings,
    level: str,
    measure: str,
    denominator: str,
    dataset: str | None,
    models: tuple[str, ...],
    min_n: int,
    gaps: bool,
    by: str | None,
    adjust: tuple[str, ...],
    fields: str,
    reference: str | None,
    against: str | None,
    degrees: float | None,
    replicates: int,
    seed: int,
    spatial: bool,
    keep: bool,
    as_json: bool,
) -> None:
    """Show where on Earth a model is better or worse.

    Best against worst region of every run; with --model, every region of that model, worst first. Rates carry n, the
    Wilson 95 % interval, and an empirical-Bayes rate that thin regions are shrunk into.

    --gaps, --by, --adjust or --against test gaps: differences and ratios with spatially blocked bootstrap intervals,
    inequality over the groups, gaps adjusted for scene mix. --json then gives parameters and estimates.
    """
    if spatial:
        from imageo.analysis.spatial_survey import SpatialOptions
        from imageo.cli.spatial import show

        if gaps or by or adjust or against:
            raise InputError("--spatial goes with none of --gaps, --by, --adjust, --against; leave one out")
        # Continents are too few for a pattern.
        units = SpatialOptions(
            level="country" if level == "continent" else level, measure=measure, denominator=denominator, seed=seed
        )
        show(settings, units, dataset=dataset, models=models, as_json=as_json)
        return
    if not (gaps or by or adjust or against):
        _print_rates(settings, level, measure, denominator, dataset, models, min_n, as_json)
        return
    from imageo.analysis.gaps_report import GapOptions
    from imageo.surveys.gaps import cell_degrees

    grouping = by or level
    options = GapOptions(
        grouping=grouping,
        measure=measure,
        reference=reference,
        adjust=adjust,
        fields=fields,
        minimum_n=min_n,
        degrees=degrees or cell_degrees(grouping),
        replicates=replicates,
        seed=seed,
    )
    _print_gaps(settings, options, denominator, dataset, models, against, keep, as_json)


def _print_gaps(
    settings: Settings,
    options: "GapOptions",
    denominator: str,
    dataset: str | None,
    models: tuple[str, ...],
    against: str | None,
    keep: bool,
    as_json: bool,
) -> None:
    from imageo.render.text.gaps import gaps_json, gaps_text
    from imageo.surveys.gaps import keep_gaps

    frames, options, parameters = keep_gaps(
        settings, options, dataset=dataset, models=models, against=against, keep=keep
    )
    if as_json:
        click.echo(gaps_json(frames, parameters | {"seed": options.seed}))
        return
    for frame in frames:
        click.echo(gaps_text(frame, options, denominator, each_group=bool(models)) + "\n")
    if not models:
        click.echo("With --model NAME every group of that model is shown, against the rest.")


def _print_rates(
    settings: Settings,
    level: str,
    measure: str,
    denominator: str,
    dataset: str | None,
    models: tuple[str, ...],
    min_n: int,
    as_json: bool,
) -> None:
    from imageo.db.engine import connect
    from imageo.render.reading.boards import read_gaps, read_rates
    from imageo.render.tables import to_json
    from imageo.render.text.leaderboard import gap_table, region_table

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
        click.echo("`imageo bias --model NAME` shows every region of a model, `--gaps` says which gaps are real.")
        return
    for (name, label), regions in rates.groupby(["dataset", "run_label"], sort=True):
        enough = regions[regions[f"n_{denominator}"] >= min_n].sort_values([f"rate_{denominator}", "region_name"])
        title = f"{name}, {label}: {what}, {DENOMINATORS[denominator]}"
        if not enough.empty:
            click.echo(region_table(enough, denominator, title))
        thin = len(regions) - len(enough)
        whose = "" if len(enough) else f"{name}, {label}: "
        click.echo(f"{whose}{thin} regions with fewer than {min_n} images are too thin to say.\n" if thin else "")
