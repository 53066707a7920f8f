"""Frames that somebody brings, made rows of bi.region_shape and bi.region_rate."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from imageo.analysis.grouped_rates import with_intervals
from imageo.errors import InputError
from imageo.render.labels import MEASURES, listed
from imageo.render.maps.hexagons import MOST_RESOLUTION

_COMPUTED = tuple(
    f"{name}_{each}" for each in ("all", "answered") for name in ("wilson_lower", "wilson_upper", "shrunk_rate")
)
_ANSWER_COLUMNS = (
    "dataset", "provider", "model", "run_label", "run_id", "image_id", "true_country_iso", "true_latitude",
    "true_longitude", "answered_country", "answered_state", "answered_city", "error_km", "is_country_match",
    "is_state_match", "is_city_match",
)  # fmt: skip


def shapes_of(frame: gpd.GeoDataFrame, level: str | None) -> gpd.GeoDataFrame:
    """One row a region, in EPSG:4326. Raises InputError where the frame does not tell its coordinates' meaning."""
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError("map: a GeoDataFrame is needed, as imageo.open().frame('bi.country_map') gives it")
    if frame.empty:
        raise InputError("map: the frame has no row; see imageo.open().frame('bi.leaderboard') for what there is")
    if frame.crs is None:
        raise InputError("map: the geometry has no CRS; say what its coordinates are with frame.set_crs(4326)")
    shapes = frame.drop_duplicates("region_code").to_crs(4326)
    if shapes.geometry.name != "geometry":
        shapes = shapes.rename_geometry("geometry")
    given = {"region_name": shapes["region_code"], "parent_code": None, "source": None, "point_of_view": None}
    shapes = shapes.assign(**{name: value for name, value in given.items() if name not in shapes})
    if level is not None or "level" not in shapes:
        shapes = shapes.assign(level=level or _level_of(shapes))
    return shapes.reset_index(drop=True)


def rates_of(frame: gpd.GeoDataFrame, measure: str | None) -> pd.DataFrame:
    """Rows of bi.region_rate, with all that can be computed where it is missing."""
    rates = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    if "measure" not in rates:
        if measure is None:
            raise InputError(f"map: say what was counted with measure=..., one of {', '.join(MEASURES)}")
        rates["measure"] = measure
    given: dict[str, Any] = {"run_label": "all answers", "dataset": "of your own", "n_answered": rates["n_all"]}
    given |= {f"error_km_median_{each}": np.nan for each in ("answered", "bounded")}
    for name in given.keys() - set(rates.columns):
        rates[name] = given[name]
    if "run_id" not in rates:
        rates["run_id"] = pd.factorize(rates["run_label"], sort=True)[0] + 1
    datasets = sorted(map(str, rates["dataset"].unique()))
    if len(datasets) > 1:
        raise InputError(f"map: the frame holds {listed(datasets)}; choose one with frame[frame.dataset == ...]")
    _refuse_bad_counts(rates)
    if any(name not in rates for name in _COMPUTED):
        computed = with_intervals(rates)
        rates = rates.assign(**{name: computed[name] for name in _COMPUTED if name not in rates})
    return rates.reset_index(drop=True)


def first_measure(rates: pd.DataFrame, level: str) -> str:
    """What a map shows first: the match of states for US states, of countries elsewhere, else what there is."""
    preferred = "state_match" if level == "us_state" else "country_match"
    known = [measure for measure in MEASURES if (rates["measure"] == measure).any()]
    return preferred if preferred in known or not known else known[0]


def check_answers(answers: pd.DataFrame, resolution: int) -> None:
    """Raise InputError where hexagons cannot be counted."""
    if not 0 <= resolution <= MOST_RESOLUTION:
        raise InputError(f"map: resolution {resolution} of hexagons is outside 0..{MOST_RESOLUTION}")
    if missing := [name for name in _ANSWER_COLUMNS if name not in answers]:
        raise InputError(f"map: the frame has no column {', '.join(missing)}; bi.prediction_detail has them all")
    if answers.empty:
        raise InputError("map: the frame has no answer; see imageo.open().frame('bi.leaderboard') for what there is")


def _level_of(shapes: gpd.GeoDataFrame) -> str:
    """US states have postal codes below US, first-level regions codes with a hyphen or underscore: FR-IDF."""
    codes = shapes["region_code"].astype(str)
    if (shapes["parent_code"] == "US").all() and (codes.str.len() == 2).all():
        return "us_state"
    return "admin1" if codes.str.contains("-").mean() > 0.5 else "country"


def _refuse_bad_counts(rates: pd.DataFrame) -> None:
    n, answered, correct = (pd.to_numeric(rates[name]) for name in ("n_all", "n_answered", "n_correct"))
    bad = rates[~((correct >= 0) & (correct <= answered) & (answered <= n) & (n > 0))]
    if not bad.empty:
        row = bad.iloc[0]
        raise InputError(
            f"map: region {row['region_code']!r} has {row['n_correct']} right of {row['n_answered']} answers and "
            f"{row['n_all']} images; n_correct <= n_answered <= n_all is needed, and an image"
        )
