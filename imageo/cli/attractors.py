"""`imageo attractors`."""

import click

from imageo.measures import LEVELS
from imageo.settings import Settings

_REGION_OF_IMAGE = dict(zip(LEVELS, ("continent_code", "country_iso", "admin1_code", "state_code"), strict=True))


@click.command()
@click.option("--dataset", help="Only this dataset.")
@click.option("--model", "models", multiple=True, help="Only this model; may be given again.")
@click.option(
    "--evidence",
    type=click.Choice(["name", "place"]),
    default="name",
    show_default=True,
    help="Answered country: as written, or where the point lies.",
)
@click.option(
    "--level", type=click.Choice(LEVELS), default="continent", show_default=True, help="Regions of the displacement."
)
@click.option("--min-n", type=click.IntRange(2), default=10, show_default=True, help="Answers an entropy needs.")
@click.option("--top", type=click.IntRange(1), default=10, show_default=True, help="Rows to show of each kind.")
@click.option("--replicates", type=click.IntRange(99, 99_999), default=999, show_default=True, help="Of the bootstrap.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True, help="Of all draws.")
@click.option("--json", "as_json", is_flag=True, help="Every number, one object an estimate.")
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

    from imageo.analysis.attractor_survey import AttractorOptions, survey_attractors
    from imageo.db.engine import connect, say
    from imageo.db.estimates import store_analysis
    from imageo.db.frames import read_view
    from imageo.render.reading.boards import read_runs
    from imageo.render.tables import to_json
    from imageo.render.text.attractors import attractors_text, place_names
    from imageo.render.text.estimates import estimate_frame_of_runs, estimate_rows

    options = AttractorOptions(evidence, level, min_n, replicates, seed)
    with connect(settings, role="reader") as connection:
        runs = read_runs(connection, dataset=dataset, models=models)
        of_runs: dict[str, object] = {"run_id": runs["run_id"].tolist()}
        countries = read_view(connection, "bi.country_attraction", of_runs | {"evidence": evidence})
        cities = read_view(connection, "bi.city_attraction", of_runs)
        confusion = read_view(connection, "bi.country_confusion", of_runs | {"evidence": evidence})
        answers = read_view(connection, "bi.prediction_detail", of_runs)
        images = read_view(connection, "core.image", {"dataset": sorted(set(runs["dataset"]))})
        shapes = read_view(connection, "bi.region_shape", {"level": level})
    regions = images.set_index("image_id")[_REGION_OF_IMAGE[level]]
    names = place_names(shapes, countries, cities)
    frames = []
    with connect(settings, role="writer") as connection:
        for name, of_dataset in runs.groupby("dataset", sort=True):
            mine = sorted(of_dataset["run_id"].tolist())
            asked = answers[answers["run_id"].isin(mine)]
            found = survey_attractors(countries, cities, confusion, asked, regions, options, say)
            key = int(of_dataset["dataset_id"].iloc[0])
            store_analysis(connection, key, "attractor", options.parameters(mine), seed, estimate_rows(found))
            frame = estimate_frame_of_runs(found, runs, names)
            frames.append(frame)
            if not as_json:
                click.echo(attractors_text(frame, confusion[confusion["run_id"].isin(mine)], str(name), top))
    if as_json:
        click.echo(to_json(pd.concat(frames, ignore_index=True)))
