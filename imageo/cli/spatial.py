"""`imageo spatial`."""

from typing import TYPE_CHECKING

import click

from imageo.measures import DENOMINATORS, LEVELS, MEASURES
from imageo.settings import Settings

if TYPE_CHECKING:
    from imageo.analysis.spatial_survey import SpatialOptions


@click.command()
@click.option("--level", type=click.Choice(LEVELS), default="country", show_default=True, help="Kind of region.")
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
@click.option("--model", "models", multiple=True, help="Only this model; may be given again.")
@click.option(
    "--weights",
    type=click.Choice(["contiguity", "nearest"]),
    default="contiguity",
    show_default=True,
    help="Who is a neighbour.",
)
@click.option("--k", type=click.IntRange(1, 50), default=5, show_default=True, help="Neighbours, for nearest.")
@click.option("--min-n", type=click.IntRange(1), default=5, show_default=True, help="Images that a region needs.")
@click.option(
    "--resolution", type=click.IntRange(0, 5), default=2, show_default=True, help="Of the H3 hexagons: 2 is 87,000 km2."
)
@click.option("--permutations", type=click.IntRange(99, 99_999), default=999, show_default=True, help="Global draws.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True, help="Of all draws.")
@click.option("--json", "as_json", is_flag=True, help="Every number, one object an estimate.")
@click.pass_obj
def command(
    settings: Settings,
    level: str,
    measure: str,
    denominator: str,
    dataset: str | None,
    models: tuple[str, ...],
    weights: str,
    k: int,
    min_n: int,
    resolution: int,
    permutations: int,
    seed: int,
    as_json: bool,
) -> None:
    """Show whether hits and errors hang together on the map.

    Moran's I of the rate and of the error, clusters and hot spots of single regions with p before and after the
    correction for their number, and joins of right answers; beside the regions over hexagons, which know no border.
    Results are kept in bi.estimate.
    """
    from imageo.analysis.spatial_survey import SpatialOptions

    show(
        settings,
        SpatialOptions(
            level, measure, denominator, weights, k, min_n, resolution, permutations=permutations, seed=seed
        ),
        dataset=dataset,
        models=models,
        as_json=as_json,
    )


def show(
    settings: Settings,
    options: "SpatialOptions",
    *,
    dataset: str | None = None,
    models: tuple[str, ...] = (),
    as_json: bool = False,
) -> None:
    """Compute, keep and print the spatial pattern; `imageo bias --spatial` comes here too."""
    from imageo.analysis.hexagons import centre_names
    from imageo.analysis.spatial_survey import survey_spatial
    from imageo.db.engine import connect, say
    from imageo.db.estimates import store_analysis
    from imageo.db.frames import read_view
    from imageo.render.reading.boards import read_rates
    from imageo.render.tables import to_json
    from imageo.render.text.estimates import estimate_frame_of_runs, estimate_rows
    from imageo.render.text.spatial import spatial_text

    chosen = {"level": options.level}
    with connect(settings, role="reader") as connection:
        rates = read_rates(connection, level=options.level, measure=options.measure, dataset=dataset, models=models)
        run_ids = sorted(rates["run_id"].unique().tolist())
        runs = read_view(connection, "core.run", {"run_id": run_ids})
        errors = read_view(connection, "bi.region_error", chosen | {"run_id": run_ids})
        answers = read_view(connection, "bi.prediction_detail", {"run_id": run_ids})
        shapes = read_view(connection, "bi.region_shape", chosen)
    names = {
        (options.level, code): name for code, name in zip(shapes["region_code"], shapes["region_name"], strict=True)
    }
    frames = []
    with connect(settings, role="writer") as connection:
        for name, of_dataset in runs.groupby("dataset", sort=True):
            mine = sorted(of_dataset["run_id"].tolist())
            asked = answers[answers["run_id"].isin(mine)]
            found = survey_spatial(rates, errors, shapes, asked, options, say)
            parameters = options.parameters(mine)
            store_analysis(
                connection,
                int(of_dataset["dataset_id"].iloc[0]),
                "spatial",
                parameters,
                options.seed,
                estimate_rows(found),
            )
            cells = {one.subject for one in found if one.grouping == "hexagon" and one.subject}
            frame = estimate_frame_of_runs(
                found, runs, names | {("hexagon", cell): at for cell, at in centre_names(cells)}
            )
            frames.append(frame)
            if not as_json:
                click.echo(spatial_text(frame, str(name), options))
    if as_json:
        import pandas as pd

        click.echo(to_json(pd.concat(frames, ignore_index=True)))
