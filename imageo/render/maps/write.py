"""From the views of `bi` to a map in a file."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import psycopg

from imageo import __version__
from imageo.db.frames import read_view
from imageo.errors import InputError
from imageo.render.labels import LEVELS, MEASURES, clean_label, listed
from imageo.render.maps.choropleth import choropleth


@dataclass(frozen=True)
class MapSummary:
    """What was drawn: `regions` are all that have a boundary, `regions_with_images` those that have a rate."""

    path: Path
    dataset: str
    level: str
    runs: tuple[str, ...]
    measures: tuple[str, ...]
    regions: int
    regions_with_images: int
    bytes: int


def write_map(
    connection: psycopg.Connection,
    path: Path,
    *,
    level: str,
    dataset: str | None = None,
    models: Sequence[str] = (),
    measure: str | None = None,
    denominator: str = "all",
    minimum_n: int = 10,
    drawn_on: date | None = None,
) -> MapSummary:
    """Draw the rates of one dataset at one level, all runs and measures in one HTML file.

    `dataset` may be left out where there is only one. `models`: names of models or runs, none for all.
    `measure` and `denominator` are what the page shows first; without `measure` that is the match of states for
    `us_state` and the match of countries elsewhere. `drawn_on` is printed below the map. The file is written
    whole or not at all. Raises InputError when there is nothing to draw.
    """
    check_html_path(path)
    rates = _one_dataset(_rates(connection, level, dataset, models), level)
    shapes = read_view(connection, "bi.region_shape", {"level": level})
    if shapes.empty:
        raise InputError(f"map: there are no boundaries of level {level}; load them with `imageo ingest regions`")
    name = str(rates["dataset"].iloc[0])
    runs = tuple(sorted(rates["run_label"].unique()))
    drawn = choropleth(
        shapes,
        rates,
        title=_title(name, level),
        subtitle=_subtitle(level),
        provenance=_provenance(name, runs, shapes, drawn_on),
        minimum_n=minimum_n,
        measure=measure or _first_measure(rates, level),
        denominator=denominator,
    )
    _write_whole(path, drawn.get_root().render())
    return MapSummary(
        path=path,
        dataset=name,
        level=level,
        runs=runs,
        measures=tuple(known for known in MEASURES if (rates["measure"] == known).any()),
        regions=len(shapes),
        regions_with_images=int(shapes["region_code"].isin(rates["region_code"]).sum()),
        bytes=path.stat().st_size,
    )


def check_html_path(path: Path) -> None:
    """Raise InputError where no page can be written, before anything is read for it."""
    if path.is_dir():
        raise InputError(f"{path} is a folder; name a file such as {path / 'map.html'}")
    if not path.absolute().parent.is_dir():
        raise InputError(f"{path}: there is no folder {path.parent}; make it first")


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


def _one_dataset(rates: pd.DataFrame, level: str) -> pd.DataFrame:
    names = sorted(rates["dataset"].unique())
    if len(names) > 1:
        raise InputError(f"map: {listed(names)} have rates at level {level}; choose one with --dataset")
    return rates


def _first_measure(rates: pd.DataFrame, level: str) -> str:
    preferred = "state_match" if level == "us_state" else "country_match"
    known = [measure for measure in MEASURES if (rates["measure"] == measure).any()]
    return preferred if preferred in known or not known else known[0]


def _title(dataset: str, level: str) -> str:
    _, plural = LEVELS.get(level, ("", level))
    return f"Where models know the place of a photo: {plural}, dataset {clean_label(dataset)}"


def _subtitle(level: str) -> str:
    singular, _ = LEVELS.get(level, (level, ""))
    return f"Each {singular} is coloured by how often a model places the photos taken there correctly; darker is worse."


def _provenance(dataset: str, runs: Sequence[str], shapes: gpd.GeoDataFrame, drawn_on: date | None) -> str:
    named = listed([clean_label(run) for run in runs])
    what = f"Dataset {clean_label(dataset)}, {len(runs)} run{'s' if len(runs) > 1 else ''}: {named}."
    drawn = f", {drawn_on.isoformat()}" if drawn_on else ""
    return f"{what} {_boundaries(shapes)} Drawn by imageo {__version__}{drawn}."


def _boundaries(shapes: gpd.GeoDataFrame) -> str:
    """Most regions of a level have one source and one point of view; the others are counted."""
    source, view = (
        listed([clean_label(text, 160) for text in shapes[column].dropna().value_counts().index], most=1)
        for column in ("source", "point_of_view")
    )
    disputed = f"; disputed borders: {view}" if view else ""
    return f"Boundaries: {source}, simplified for drawing{disputed}."


def _write_whole(path: Path, text: str) -> None:
    # Beside the target, so that the last step is a rename and a failure leaves an older file as it was.
    with tempfile.TemporaryDirectory(dir=path.absolute().parent, prefix=".imageo-") as folder:
        unfinished = Path(folder) / path.name
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
