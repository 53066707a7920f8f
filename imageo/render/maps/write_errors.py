"""From `bi.error_vector` to a map of errors in a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import psycopg

from imageo import __version__
from imageo.db.frames import read_view
from imageo.errors import InputError
from imageo.render.files import write_text
from imageo.render.labels import clean_label, listed
from imageo.render.maps.error_map import error_map, error_sentence
from imageo.render.maps.write import check_html_path
from imageo.render.reading.boards import read_leaderboard


@dataclass(frozen=True)
class ErrorMapSummary:
    """What was drawn: `vectors` of all `answers` to be had; `unlocated` answers or non-answers have no coordinates,
    `outside` are nearer or farther than asked for.
    """

    path: Path
    dataset: str
    runs: tuple[str, ...]
    vectors: int
    outside: int
    unlocated: int
    bytes: int


def write_errors(
    connection: psycopg.Connection,
    path: Path,
    *,
    dataset: str | None = None,
    models: Sequence[str] = (),
    min_km: float = 0.0,
    max_km: float | None = None,
    drawn_on: date | None = None,
) -> ErrorMapSummary:
    """Draw the errors of one dataset, all its runs or some, as vectors and flows in one HTML file.

    `dataset` may be left out where there is only one. `models`: names of models or runs, none for all. `min_km`,
    `max_km`: leave out answers nearer than the one, and as far as the other or farther. `drawn_on` is printed below
    the map. The file is written whole or not at all. Raises InputError when there is nothing to draw.
    """
    check_html_path(path)
    if max_km is not None and max_km <= min_km:
        raise InputError(f"map: nothing is at least {min_km:g} km and less than {max_km:g} km away; raise --max-km")
    runs = _runs(connection, dataset, models)
    vectors = read_view(connection, "bi.error_vector", {"run_id": runs["run_id"].tolist()})
    near = vectors["error_km"] < min_km
    far = vectors["error_km"] >= max_km if max_km is not None else near & False
    drawn = vectors[~near & ~far]
    if drawn.empty:
        raise InputError(_nothing(len(vectors), min_km, max_km, runs))
    unlocated = int(runs["n_images"].sum()) - len(vectors)
    outside = int((near | far).sum())
    shapes = read_view(connection, "bi.region_shape", {"level": "country"})
    name = str(runs["dataset"].iloc[0])
    page = error_map(
        drawn,
        None if shapes.empty else shapes,
        subtitle=_subtitle(drawn, unlocated, outside, min_km, max_km),
        provenance=_provenance(name, sorted(drawn["run_label"].unique()), shapes, drawn_on),
    )
    write_text(path, page.get_root().render())
    return ErrorMapSummary(
        path=path,
        dataset=name,
        runs=tuple(sorted(drawn["run_label"].unique())),
        vectors=len(drawn),
        outside=outside,
        unlocated=unlocated,
        bytes=path.stat().st_size,
    )


def _runs(connection: psycopg.Connection, dataset: str | None, models: Sequence[str]) -> pd.DataFrame:
    """The rows of the leaderboard to draw, of one dataset."""
    board = read_leaderboard(connection, dataset=dataset)
    if unknown := sorted(set(models) - set(board["model"]) - set(board["run_label"])):
        known = listed(sorted(board["run_label"].unique()))
        raise InputError(f"map: there is no model or run {listed(unknown)} here; there are {known}")
    if models:
        board = board[board["model"].isin(models) | board["run_label"].isin(models)]
    names = sorted(board["dataset"].unique())
    if len(names) > 1:
        raise InputError(f"map: {listed(names)} have answers; choose one with --dataset")
    return board


def _nothing(located: int, min_km: float, max_km: float | None, runs: pd.DataFrame) -> str:
    labels = listed(sorted(runs["run_label"].unique()))
    if located == 0:
        return f"map: no answer of {labels} has coordinates, so there is no error to draw; see `imageo leaderboard`"
    limit = f" and less than {max_km:g} km" if max_km is not None else ""
    return f"map: none of {located:,} answers is {min_km:g} km or more{limit} away; widen --min-km and --max-km"


def _subtitle(drawn: pd.DataFrame, unlocated: int, outside: int, min_km: float, max_km: float | None) -> str:
    """What the lines are, and what has no line: nothing goes missing silently."""
    left_out = {
        _limits(min_km, max_km): outside,
        "refused or without coordinates": unlocated,
    }
    told = [f"{count:,} more, {reason}, {_has(count)} no line." for reason, count in left_out.items() if count]
    return " ".join([error_sentence(len(drawn), drawn["run_label"].nunique()), *told])


def _limits(min_km: float, max_km: float | None) -> str:
    nearer = [f"nearer than {min_km:,g} km"] if min_km > 0 else []
    farther = [f"{max_km:,g} km away or farther"] if max_km is not None else []
    return " or ".join(nearer + farther)


def _has(count: int) -> str:
    return "has" if count == 1 else "have"


def _provenance(dataset: str, runs: Sequence[str], shapes: pd.DataFrame, drawn_on: date | None) -> str:
    named = listed([clean_label(run) for run in runs])
    what = f"Dataset {clean_label(dataset)}, {len(runs)} run{'s' if len(runs) > 1 else ''}: {named}."
    sources = [clean_label(text, 160) for text in shapes["source"].dropna().value_counts().index]
    outlines = f" Outlines: {listed(sources, most=1)}, simplified." if sources else ""
    drawn = f", {drawn_on.isoformat()}" if drawn_on else ""
    return f"{what}{outlines} Drawn by imageo {__version__}{drawn}."
