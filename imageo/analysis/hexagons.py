"""Hexagons in place of countries and states: a pattern that hangs on the borders is gone with them.

H3 cells are nearly equal in area, not exactly: at resolution 2 hexagons measure 86,802 km2 on average, the smallest
65 %, the largest 121 % of that; at resolution 3 12,393 km2, 62 % to 121 %. Countries differ by a factor of millions.
What H3 has before an equal-area grid in a projection: shapes and neighbours that are right at the date line and near
the poles. The rates do not depend on area, only on who is put together with whom. Source: https://h3geo.org.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from imageo.analysis.weights import KINDS, Neighbours, adjacent, nearest
from imageo.measures import ACCURACY_KM

if TYPE_CHECKING:
    import pandas as pd

HALF_EARTH_KM = 20_015.0
"""What an answer without coordinates counts as: half the circumference of the Earth."""


def cells(latitude: "Iterable[float]", longitude: "Iterable[float]", resolution: int) -> list[str]:
    """The H3 cell of each point (degrees, WGS84)."""
    import h3

    return [h3.latlng_to_cell(lat, lon, resolution) for lat, lon in zip(latitude, longitude, strict=True)]


def hexagon_units(answers: "pd.DataFrame", cell: "pd.Series", measure: str, denominator: str) -> "pd.DataFrame":
    """Rows of bi.prediction_detail of one run, counted per cell: the columns that `spatial_pattern` wants.

    The same rules as bias.region_score: an answer that names no city is left out of the answered ones for
    `city_match`; one without coordinates for a distance. Over `all` it is wrong, and 20,015 km away.
    """
    import pandas as pd

    hit, is_counted = hits(answers, measure, denominator)
    error = answers["error_km"]
    log_error = np.log1p(error.fillna(HALF_EARTH_KM) if denominator == "all" else error)
    frame = pd.DataFrame(
        {"code": cell, "n": is_counted.astype(int), "k": (hit & is_counted).astype(int), "log_error": log_error}
    )
    units = frame.groupby("code", sort=True).agg(
        n=("n", "sum"),
        k=("k", "sum"),
        n_error=("log_error", "count"),
        log_error_mean=("log_error", "mean"),
        log_error_variance=("log_error", "var"),
    )
    return units.reset_index()


def hits(answers: "pd.DataFrame", measure: str, denominator: str) -> "tuple[pd.Series, pd.Series]":
    """Whether each answer is right, and whether it counts, by the rules of bias.region_score."""
    if measure.startswith("accuracy_"):
        within = int(measure.removeprefix("accuracy_").removesuffix("km"))
        assert within in ACCURACY_KM
        is_answered = answers["error_km"].notna()
        return answers["error_km"] <= within, is_answered | (denominator == "all")
    verdict = answers[f"is_{measure}"]
    is_known = verdict.notna()
    if denominator == "answered":
        is_known &= answers[f"answered_{measure.removesuffix('_match')}"].notna()
    return verdict.eq(True), is_known


def hexagon_neighbours(codes: "Sequence[str]", kind: str, k: int) -> Neighbours:
    """Cells that share an edge, or the k nearest by great circle between centres."""
    import h3

    assert kind in KINDS
    if kind == "contiguity":
        return adjacent({code: h3.grid_disk(code, 1) for code in codes})
    centres = np.array([h3.cell_to_latlng(code) for code in codes]).reshape(-1, 2)
    return nearest(codes, centres[:, 0], centres[:, 1], k)


def centre_names(codes: "Iterable[str]") -> list[tuple[str, str]]:
    """Each cell with its centre as people write it: 37.8 N 122.4 W."""
    import h3

    def written(code: str) -> str:
        latitude, longitude = h3.cell_to_latlng(code)
        north, east = "N" if latitude >= 0 else "S", "E" if longitude >= 0 else "W"
        return f"{abs(latitude):.1f} {north} {abs(longitude):.1f} {east}"

    return [(code, written(code)) for code in sorted(codes)]
