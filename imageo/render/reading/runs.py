"""Read the scores of runs and the regions of their images, for commands that compute statistics."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from imageo.db.frames import read_view

if TYPE_CHECKING:
    import pandas as pd
    import psycopg

_REGION_COLUMN = {
    "continent": "continent_code",
    "country": "country_iso",
    "admin1": "admin1_code",
    "us_state": "state_code",
}


def read_scores(connection: "psycopg.Connection", run_ids: Sequence[int]) -> "pd.DataFrame":
    """`metrics.prediction_score` of some runs: one row a run and image that it was asked about."""
    return read_view(connection, "metrics.prediction_score", {"run_id": [int(run_id) for run_id in run_ids]})


def read_image_regions(connection: "psycopg.Connection", datasets: Sequence[str], level: str) -> "pd.Series[str]":
    """Code of the region of a level that each image lies in, by image_id; missing where it lies in none."""
    images = read_view(connection, "core.image", {"dataset": list(datasets)})
    return images.set_index("image_id")[_REGION_COLUMN[level]]


def read_region_names(connection: "psycopg.Connection", level: str) -> dict[str, str]:
    """Code -> name of the regions of a level that have been scored."""
    rates = read_view(connection, "bi.region_rate", {"level": level, "measure": "accuracy_25km"})
    return dict(zip(rates["region_code"], rates["region_name"], strict=True))
