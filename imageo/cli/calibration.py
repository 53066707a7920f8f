"""`imageo calibration`."""

import click

from imageo.cli import option
from imageo.settings import Settings


@click.command()
@option.dataset
@option.models("Show every level and region of this model; may be given again.")
@option.measure("accuracy_25km", "What counts as right.")
@option.level("continent")
@option.replicates(100, 100_000, help="Resamples.")
@option.seed("Of the resampling.")
@option.as_json("Every number, as a list of objects.")
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
    import pandas as pd

    from imageo.render.tables import to_json
    from imageo.render.text.calibration import calibration_text, level_table, region_calibration_table
    from imageo.surveys.calibration import keep_calibration

    frames, chosen = keep_calibration(
        settings, measure=measure, level=level, dataset=dataset, models=models, replicates=replicates, seed=seed
    )
    if as_json:
        click.echo(to_json(pd.concat(frames)))
        return
    for frame in frames:
        click.echo(calibration_text(frame, measure) + "\n")
        for label in chosen.loc[chosen["dataset"] == frame["dataset"].iloc[0], "run_label"]:
            click.echo(level_table(frame, label) + "\n\n" + region_calibration_table(frame, label, level) + "\n")
    if not models:
        click.echo("`imageo calibration --model NAME` shows every level and region of a model.")
