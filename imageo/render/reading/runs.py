"""Read runs, their scores and the regions of their images, for commands that compute statistics."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from imageo.db.frames import read_view
from imageo.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    import psycopg

_REGION_COLUMN = {
    "continent": "continent_code",
    "country": "country_iso",
    "admin1": "admin1_code",
    "us_state": "state_code",
}


def read_runs(
    connection: "psycopg.Connection", dataset: str | None = None, names: Sequence[str] = ()
) -> "pd.DataFrame":
    """`core.run`, of one dataset or all. Raises InputError where the dataset or one of `names` is unknown."""
    runs = read_view(connection, "core.run")
    if runs.empty:
        raise InputError("there is no run yet: `imageo demo` shows an example, `imageo ingest` reads your files")
    if dataset is not None:
        if dataset not in set(runs["dataset"]):
            raise InputError(
                f"there is no dataset {dataset!r} here; there is {', '.join(sorted(set(runs['dataset'])))}"
            )
        runs = runs[runs["dataset"] == dataset]
    known = set(runs["model"]) | set(runs["run_label"])
    for name in names:
        if name not in known:
            raise InputError(f"there is no model {name!r} here; there is {', '.join(sorted(known))}")
    return runs.reset_index(drop=True)


def read_scores(connection: "psycopg.Connection", run_ids: Sequence[int]) -> "pd.DataFrame":
    """`metrics.prediction_score` of some runs: one row a run and image that it was asked about."""
    return read_view(connection, "metrics.prediction_score", {"run_id": [int(run_id) for run_id in run_ids]})


def read_image_regions(connection: "psycopg.Connection", dataset: str, level: str) -> "pd.Series[str]":
    """Code of the region of a level that each image lies in, by image_id; missing where it lies in none."""
    images = read_view(connection, "core.image", {"dataset": dataset})
    return images.set_index("image_id")[_REGION_COLUMN[level]]


def read_region_names(connection: "psycopg.Connection", level: str) -> dict[str, str]:
    """Code -> name of the regions of a level that have been scored."""
    rates = read_view(connection, "bi.region_rate", {"level": level, "measure": "accuracy_25km"})
    return dict(zip(rates["region_code"], rates["region_name"], strict=True))
