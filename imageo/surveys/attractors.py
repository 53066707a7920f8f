"""Places that models answer too often, and which way their answers go."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from imageo.analysis.attractor_survey import AttractorOptions, survey_attractors
from imageo.db.engine import Progress, connect, say
from imageo.db.estimates import store_analysis
from imageo.db.frames import read_view
from imageo.render.reading.boards import read_runs
from imageo.render.reading.runs import read_image_regions
from imageo.render.text.attractors import place_names
from imageo.render.text.estimates import estimate_frame
from imageo.settings import Settings

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Attractors:
    """Of one dataset: its estimates, and the rows of bi.country_confusion."""

    dataset: str
    estimates: "pd.DataFrame"
    confusion: "pd.DataFrame"


def keep_attractors(
    settings: Settings,
    options: AttractorOptions,
    *,
    dataset: str | None = None,
    models: Sequence[str] = (),
    progress: Progress = say,
) -> list[Attractors]:
    """Compute attractors, displacement and entropy of each dataset, and keep them (kind `attractor`)."""
    with connect(settings, role="reader") as connection:
        runs = read_runs(connection, dataset=dataset, models=models)
        of_runs: dict[str, object] = {"run_id": runs["run_id"].tolist()}
        countries = read_view(connection, "bi.country_attraction", of_runs | {"evidence": options.evidence})
        cities = read_view(connection, "bi.city_attraction", of_runs)
        confusion = read_view(connection, "bi.country_confusion", of_runs | {"evidence": options.evidence})
        answers = read_view(connection, "bi.prediction_detail", of_runs)
        regions = read_image_regions(connection, sorted(set(runs["dataset"])), options.level)
        shapes = read_view(connection, "bi.region_shape", {"level": options.level})
    names = place_names(shapes, countries, cities)
    surveyed = []
    for name, of_dataset in runs.groupby("dataset", sort=True):
        mine = sorted(of_dataset["run_id"].tolist())
        asked = answers[answers["run_id"].isin(mine)]
        found = survey_attractors(countries, cities, confusion, asked, regions, options, progress)
        key, parameters = int(of_dataset["dataset_id"].iloc[0]), options.parameters(mine)
        with connect(settings, role="writer") as connection:
            store_analysis(connection, key, "attractor", parameters, options.seed, map(asdict, found))
        frame = estimate_frame(found, str(name), of_dataset, names)
        surveyed.append(Attractors(str(name), frame, confusion[confusion["run_id"].isin(mine)]))
    return surveyed
