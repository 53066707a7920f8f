"""From the views of `bi` to a figure in a file."""

import importlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from imageo.db.frames import read_view
from imageo.errors import InputError
from imageo.render.figures.catalogue import FIGURES, Choice, Frames
from imageo.render.figures.style import check_figure_path, figure_style, save_figure
from imageo.render.reading.boards import read_runs

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def write_figure(
    connection: psycopg.Connection,
    name: str,
    path: Path,
    choice: Choice,
    *,
    models: Sequence[str] = (),
    style: Path | None = None,
) -> None:
    """Draw the figure `name` of one dataset into `path` (.svg, .pdf, .png), in the looks of a style file if given.

    Raises InputError where there is nothing to draw or a name is unknown.
    """
    check_figure_path(path)
    with figure_style(style):
        save_figure(draw_figure(name, read_frames(connection, name, choice, models), choice), path)


def draw_figure(name: str, frames: Frames, choice: Choice) -> "Figure":
    """The figure `name`; within `figure_style`."""
    drawn: Figure = importlib.import_module(f"imageo.render.figures.{FIGURES[name].module}").draw(frames, choice)
    return drawn


def read_frames(connection: psycopg.Connection, name: str, choice: Choice, models: Sequence[str] = ()) -> Frames:
    """What the figure `name` reads, of the chosen runs of one dataset."""
    if name not in FIGURES:
        raise InputError(f"there is no figure {name!r}; there are {', '.join(FIGURES)}")
    run_ids = read_runs(connection, dataset=choice.dataset, models=models)["run_id"].tolist()
    return {
        view: read_view(connection, view, {"run_id": run_ids} | {field: getattr(choice, field) for field in fields})
        for view, fields in FIGURES[name].reads.items()
    }


def one_dataset(connection: psycopg.Connection, choice: Choice) -> Choice:
    """The choice with the only dataset there is, where it names none."""
    if choice.dataset:
        return choice
    names = sorted(set(read_runs(connection)["dataset"]))
    if len(names) > 1:
        raise InputError(f"there are {len(names)} datasets, {', '.join(names)}; choose one with --dataset")
    return replace(choice, dataset=names[0])
