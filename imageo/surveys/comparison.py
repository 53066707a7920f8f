"""All runs of a dataset against each other, on the same images."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from imageo.analysis.comparison import compare, entrants
from imageo.db.engine import Progress, connect, say
from imageo.db.estimates import store_analysis
from imageo.errors import InputError
from imageo.render.reading.boards import read_runs
from imageo.render.reading.runs import read_scores
from imageo.render.text.estimates import estimate_frame
from imageo.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

REPLICATES = 2000


def keep_comparison(
    settings: Settings,
    *,
    dataset: str | None = None,
    models: Sequence[str] = (),
    replicates: int = REPLICATES,
    seed: int = 0,
    progress: Progress = say,
) -> "list[pd.DataFrame]":
    """Compare the runs of each dataset, keep the estimates (kind `comparison`), and give them as frames.

    Raises InputError where no dataset has two models.
    """
    with connect(settings, role="reader") as connection:
        runs = read_runs(connection, dataset=dataset, models=models)
        scores = {str(name): read_scores(connection, rows["run_id"].tolist()) for name, rows in runs.groupby("dataset")}
    chosen = {name: entrants(runs[runs["dataset"] == name], scores[name], models) for name in sorted(scores)}
    pairable = {name: found for name, found in chosen.items() if len(found) > 1}
    if not pairable:
        raise InputError("a comparison needs two models or more of one dataset; `imageo leaderboard` lists them")
    frames = []
    for name, found in pairable.items():
        progress(f"{name}: {len(found)} runs, {len(found) * (len(found) - 1) // 2} pairs, {replicates:,} resamples")
        estimates = compare(scores[name], found, replicates, seed)
        parameters = {"run_ids": [entrant.run_id for entrant in found], "replicates": replicates}
        dataset_id = int(runs.loc[runs["dataset"] == name, "dataset_id"].iloc[0])
        with connect(settings, role="writer") as connection, connection.transaction():
            store_analysis(connection, dataset_id, "comparison", parameters, seed, map(asdict, estimates))
        frames.append(estimate_frame(estimates, name, runs))
    return frames
