"""What the confidence that models state is worth."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from imageo.analysis.calibration_counts import confidences
from imageo.analysis.calibration_report import calibrate
from imageo.db.engine import Progress, connect, say
from imageo.db.estimates import store_analysis
from imageo.render.reading.boards import read_runs
from imageo.render.reading.runs import read_image_regions, read_region_names, read_scores
from imageo.render.text.estimates import estimate_frame
from imageo.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

REPLICATES = 2000


def keep_calibration(
    settings: Settings,
    *,
    measure: str,
    level: str,
    dataset: str | None = None,
    models: Sequence[str] = (),
    replicates: int = REPLICATES,
    seed: int = 0,
    progress: Progress = say,
) -> "tuple[list[pd.DataFrame], pd.DataFrame]":
    """Calibrate all runs of each dataset and keep the estimates (kind `calibration`): frames, and the runs of `models`.

    What a level is worth is learnt from all runs, named or not. Raises InputError where no run has a score.
    """
    with connect(settings, role="reader") as connection:
        runs = read_runs(connection, dataset=dataset)
        chosen = read_runs(connection, dataset=dataset, models=models) if models else runs[:0]
        answers = {}
        for name, rows in runs.groupby("dataset", sort=True):
            scores = read_scores(connection, rows["run_id"].tolist())
            regions = read_image_regions(connection, [str(name)], level)
            answers[str(name)] = scores.assign(region=scores["image_id"].map(regions))
        names = {(level, code): name for code, name in read_region_names(connection, level).items()}
    frames = []
    for name, scores in answers.items():
        of_dataset = runs[runs["dataset"] == name]
        progress(f"{name}: confidence of {len(of_dataset)} runs, {replicates:,} resamples")
        estimates = calibrate(confidences(scores, measure), measure, level, replicates, seed)
        parameters = {"measure": measure, "level": level, "replicates": replicates}
        with connect(settings, role="writer") as connection, connection.transaction():
            dataset_id = int(of_dataset["dataset_id"].iloc[0])
            store_analysis(connection, dataset_id, "calibration", parameters, seed, map(asdict, estimates))
        frames.append(estimate_frame(estimates, name, of_dataset, names))
    return frames, chosen
