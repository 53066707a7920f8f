"""Whether hits and errors hang together on the map."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from imageo.analysis.hexagons import centre_names
from imageo.analysis.spatial_survey import SpatialOptions, survey_spatial
from imageo.db.engine import Progress, connect, say
from imageo.db.estimates import store_analysis
from imageo.db.frames import read_view
from imageo.render.reading.boards import read_rates
from imageo.render.text.estimates import estimate_frame
from imageo.settings import Settings

if TYPE_CHECKING:
    import pandas as pd


def keep_spatial(
    settings: Settings,
    options: SpatialOptions,
    *,
    dataset: str | None = None,
    models: Sequence[str] = (),
    progress: Progress = say,
) -> "dict[str, pd.DataFrame]":
    """Compute the spatial pattern of each dataset and keep it (kind `spatial`); the estimates by name of dataset."""
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
    frames = {}
    for name, of_dataset in runs.groupby("dataset", sort=True):
        mine = sorted(of_dataset["run_id"].tolist())
        found = survey_spatial(rates, errors, shapes, answers[answers["run_id"].isin(mine)], options, progress)
        key, parameters = int(of_dataset["dataset_id"].iloc[0]), options.parameters(mine)
        with connect(settings, role="writer") as connection:
            store_analysis(connection, key, "spatial", parameters, options.seed, map(asdict, found))
        cells = {one.subject for one in found if one.grouping == "hexagon" and one.subject}
        places = names | {("hexagon", cell): at for cell, at in centre_names(cells)}
        frames[str(name)] = estimate_frame(found, str(name), of_dataset, places)
    return frames
