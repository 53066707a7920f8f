"""The rates of one dataset at one level, with a kind word where there is nothing to draw."""

from collections.abc import Sequence
from typing import NamedTuple

import geopandas as gpd
import pandas as pd
import psycopg

from imageo.db.frames import read_view
from imageo.errors import InputError
from imageo.render.labels import listed
from imageo.render.maps.hexagons import LEVEL as HEX
from imageo.render.maps.hexagons import hexagon_rates
from imageo.render.reading.boards import read_runs


class LevelRates(NamedTuple):
    """What a choropleth is drawn from: rows of bi.region_shape and bi.region_rate of one dataset and level.

    Of hexagons also the `answers` that they were counted from (bi.prediction_detail), the `cells` of those, and the
    outlines of countries, `backdrop`, without which nobody knows where a hexagon lies.
    """

    shapes: gpd.GeoDataFrame
    rates: pd.DataFrame
    answers: pd.DataFrame | None = None
    cells: pd.Series | None = None
    backdrop: gpd.GeoDataFrame | None = None


def read_level(
    connection: psycopg.Connection, level: str, dataset: str | None, models: Sequence[str], resolution: int
) -> LevelRates:
    """Rates and outlines at a level, of hexagons of `resolution` where that is "hex".

    `dataset` may be left out where there is only one; `models` are names of models or runs, none for all. Raises
    InputError where there is nothing to draw or a name is unknown.
    """
    if level == HEX:
        return _hexagons(connection, dataset, models, resolution)
    rates = _one_dataset(_rates(connection, level, dataset, models), level)
    shapes = read_view(connection, "bi.region_shape", {"level": level})
    if shapes.empty:
        raise InputError(f"map: there are no boundaries of level {level}; load them with `imageo ingest regions`")
    return LevelRates(shapes, rates)


def _hexagons(
    connection: psycopg.Connection, dataset: str | None, models: Sequence[str], resolution: int
) -> LevelRates:
    runs = _one_dataset(read_runs(connection, dataset=dataset, models=models), HEX)
    answers = read_view(connection, "bi.prediction_detail", {"run_id": runs["run_id"].tolist()})
    countries = read_view(connection, "bi.region_shape", {"level": "country"})
    names = dict(zip(countries["region_code"], countries["region_name"], strict=True))
    shapes, rates, cell = hexagon_rates(answers, resolution, names)
    return LevelRates(shapes, rates, answers, cell, countries)


def _rates(connection: psycopg.Connection, level: str, dataset: str | None, models: Sequence[str]) -> pd.DataFrame:
    rates = read_view(connection, "bi.region_rate", {"level": level, "dataset": dataset})
    if rates.empty:
        raise InputError(_nothing(read_view(connection, "bi.region_rate"), level, dataset))
    if not models:
        return rates
    if unknown := sorted(set(models) - set(rates["model"]) - set(rates["run_label"])):
        known = listed(sorted(rates["run_label"].unique()))
        raise InputError(f"map: there is no model or run {listed(unknown)} at level {level}; there are {known}")
    return rates[rates["model"].isin(models) | rates["run_label"].isin(models)]


def _nothing(everything: pd.DataFrame, level: str, dataset: str | None) -> str:
    wanted = f"of dataset {dataset!r} " if dataset else ""
    if everything.empty:
        return "map: there are no rates yet; load truth and predictions with `imageo ingest`, or run `imageo demo`"
    found = [f"{name} ({', '.join(sorted(rows.unique()))})" for name, rows in everything.groupby("dataset")["level"]]
    return f"map: there are no rates {wanted}at level {level}; there are {listed(found)}"


def _one_dataset(rows: pd.DataFrame, level: str) -> pd.DataFrame:
    names = sorted(rows["dataset"].unique())
    if len(names) > 1:
        raise InputError(f"map: {listed(names)} have rates at level {level}; choose one with --dataset")
    return rows
