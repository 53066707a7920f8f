"""`imageo calibration`."""

import click

from imageo.measures import LEVELS, MEASURES
from imageo.settings import Settings


@click.command()
@click.option("--dataset", help="Only this dataset.")
@click.option("--model", "models", multiple=True, help="Show every level and region of this model; may be given again.")
@click.option(
    "--measure", type=click.Choice(MEASURES), default="accuracy_25km", show_default=True, help="What counts as right."
)
@click.option("--level", type=click.Choice(LEVELS), default="continent", show_default=True, help="Kind of region.")
@click.option("--replicates", type=click.IntRange(100, 100_000), default=2000, show_default=True, help="Resamples.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True, help="Of the resampling.")
@click.option("--json", "as_json", is_flag=True, help="Every number, as a list of objects.")
@click.pass_obj
def command(
    settings: Settings,
    dataset: str | None,
    models: tuple[str, ...],
    measure: str,
    level: str,
    replicates: int,
    seed: int,
    as_json: bool,
) -> None:
    """Show what a model's stated confidence is worth.

    Does it tell right from wrong (AUROC, risk and coverage), is it as sure as it is right (expected calibration
    error), where on Earth is it too sure? Of answers that state a confidence; the results are kept in bi.estimate.
    """
    from dataclasses import asdict

    import pandas as pd

    from imageo.analysis.calibration_counts import confidences
    from imageo.analysis.calibration_report import calibrate
    from imageo.db.engine import connect, say
    from imageo.db.estimates import store_analysis
    from imageo.errors import InputError
    from imageo.render.reading.runs import read_image_regions, read_region_names, read_runs, read_scores
    from imageo.render.tables import to_json
    from imageo.render.text.calibration import calibration_text, level_table, region_calibration_table
    from imageo.render.text.estimates import estimate_frame

    with connect(settings, role="reader") as connection:
        runs = read_runs(connection, dataset, models)
        answers = {}
        for name, rows in runs.groupby("dataset", sort=True):
            scores = read_scores(connection, rows["run_id"].tolist())
            if scores.empty:
                continue
            regions = read_image_regions(connection, str(name), level)
            answers[str(name)] = scores.assign(region=scores["image_id"].map(regions))
        names = read_region_names(connection, level)
    if not answers:
        raise InputError("no run has been scored yet: `imageo query` asks a model, `imageo ingest` reads its answers")
    frames = []
    for name, scores in answers.items():
        of_dataset = runs[runs["dataset"] == name]
        say(f"{name}: confidence of {len(of_dataset)} runs, {replicates:,} resamples")
        estimates = calibrate(confidences(scores, measure), measure, level, replicates, seed)
        parameters = {"measure": measure, "level": level, "replicates": replicates}
        with connect(settings, role="writer") as connection, connection.transaction():
            dataset_id = int(of_dataset["dataset_id"].iloc[0])
            store_analysis(connection, dataset_id, "calibration", parameters, seed, map(asdict, estimates))
        labels = dict(zip(of_dataset["run_id"], of_dataset["run_label"], strict=True))
        frames.append(estimate_frame(estimates, name, labels, names))
    if as_json:
        click.echo(to_json(pd.concat(frames)))
        return
    chosen = runs[runs["model"].isin(models) | runs["run_label"].isin(models)]
    for frame in frames:
        click.echo(calibration_text(frame, measure) + "\n")
        for label in chosen.loc[chosen["dataset"] == frame["dataset"].iloc[0], "run_label"]:
            click.echo(level_table(frame, label) + "\n\n" + region_calibration_table(frame, label, level) + "\n")
    if not models:
        click.echo("`imageo calibration --model NAME` shows every level and region of a model.")
