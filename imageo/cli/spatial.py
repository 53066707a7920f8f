"""`imageo spatial`."""

from typing import TYPE_CHECKING

import click

from imageo.cli import option
from imageo.settings import Settings

if TYPE_CHECKING:
    from imageo.analysis.spatial_survey import SpatialOptions


@click.command()
@option.level("country")
@option.measure("accuracy_200km")
@option.denominator()
@option.dataset
@option.models()
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
@option.seed("Of all draws.")
@option.as_json("Every number, one object an estimate.")
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
    import pandas as pd

    from imageo.render.tables import to_json
    from imageo.render.text.spatial import spatial_text
    from imageo.surveys.spatial import keep_spatial

    frames = keep_spatial(settings, options, dataset=dataset, models=models)
    if as_json:
        click.echo(to_json(pd.concat(frames.values(), ignore_index=True)))
        return
    for name, frame in frames.items():
        click.echo(spatial_text(frame, name, options))
