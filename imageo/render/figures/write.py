"""From the views of `bi` to a figure in a file."""

import importlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import psycopg

from imageo.db.frames import read_view, view_columns
from imageo.errors import InputError
from imageo.render.figures.captions import set_caption
from imageo.render.figures.catalogue import FIGURES, Choice, FigureKind, Frames
from imageo.render.figures.style import check_figure_path, figure_style, save_figure
from imageo.render.reading.boards import read_runs

if TYPE_CHECKING:
    from matplotlib.figure import Figure


_CHANGED = "The data have changed since these statistics were computed."


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
    frames = read_frames(connection, name, choice, models)
    caption = figure_caption(name, frames, choice)
    with figure_style(style):
        save_figure(draw_figure(name, frames, choice, caption), path, caption)


def write_all_figures(
    connection: psycopg.Connection,
    folder: Path,
    choice: Choice,
    *,
    models: Sequence[str] = (),
    style: Path | None = None,
    suffix: str = ".svg",
    skipped: Callable[[str, str], None],
) -> list[Path]:
    """Draw every figure into `folder`, which is made if need be; `skipped` hears of those that have nothing to show.

    Raises InputError where that is true of every figure.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file; name a folder for all figures")
    if not folder.absolute().parent.is_dir():
        raise InputError(f"{folder}: there is no folder {folder.parent}; make it first")
    read_runs(connection, dataset=choice.dataset, models=models)
    folder.mkdir(exist_ok=True)
    written = []
    for name in FIGURES:
        path = folder / f"{name}{suffix}"
        try:
            write_figure(connection, name, path, choice, models=models, style=style)
            written.append(path)
        except InputError as problem:
            skipped(name, reason(name, problem))
    if not written:
        raise InputError(f"dataset {choice.dataset!r} has nothing that a figure could show; see `imageo leaderboard`")
    return written


def reason(name: str, problem: InputError) -> str:
    """Why the figure `name` is not drawn, for whoever has told its name already."""
    why = str(problem)
    for prefix in ("figure ", f"{name}: ", "map: "):
        why = why.removeprefix(prefix)
    return why


def draw_figure(name: str, frames: Frames, choice: Choice, caption: str | None = None) -> "Figure":
    """The figure `name`; within `figure_style`. `caption` stands below it: that of `figure_caption` where None."""
    drawn: Figure = _module(name).draw(frames, _settled(name, choice))
    set_caption(drawn, figure_caption(name, frames, choice) if caption is None else caption)
    return drawn


def figure_caption(name: str, frames: Frames, choice: Choice) -> str:
    """One or two sentences: what the figure `name` shows, of which images, who is counted, which intervals.

    And that its statistics are older than the data, where they are.
    """
    text: str = _module(name).caption(frames, _settled(name, choice))
    return f"{text} {_CHANGED}" if _is_outdated(frames, choice) else text


def read_frames(connection: psycopg.Connection, name: str, choice: Choice, models: Sequence[str] = ()) -> Frames:
    """What the figure `name` reads, of the chosen runs of one dataset, rows in the order of the views' keys."""
    kind, settled = _kind(name), _settled(name, choice)
    run_ids = read_runs(connection, dataset=choice.dataset, models=models)["run_id"].tolist()
    frames = {}
    for view, fields in kind.reads.items():
        columns = view_columns(connection, view)
        narrowed = {field: getattr(settled, field) for field in fields}
        rows = read_view(connection, view, _whose(columns, run_ids, choice.dataset) | narrowed)
        # A view promises no order, and equal rows are to give equal figures. Its key stands first.
        frames[view] = rows.sort_values(next(iter(columns)), ignore_index=True)
    if kind.estimates:
        narrowed = {"dataset": choice.dataset, "kind": kind.estimates}
        rows = read_view(connection, "bi.estimate", narrowed)
        frames["bi.estimate"] = rows.sort_values("estimate_id", ignore_index=True)
        frames["bi.dataset"] = read_view(connection, "bi.dataset", {"dataset": choice.dataset})
    return frames


def _is_outdated(frames: Frames, choice: Choice) -> bool:
    """Whether answers, images, regions or definitions changed after the newest statistics of the measure, or of all."""
    if "bi.dataset" not in frames or frames["bi.estimate"].empty:
        return False
    stored = frames["bi.estimate"]
    of_measure = stored[stored["measure"] == choice.measure]
    computed = (stored if of_measure.empty else of_measure)["created_at"].max()
    return bool(computed < frames["bi.dataset"]["last_change_at"].max())


def _whose(columns: Collection[str], run_ids: list[int], dataset: str) -> dict[str, object]:
    if "run_id" in columns:
        return {"run_id": run_ids}
    return {"dataset": dataset} if "dataset" in columns else {}


def _kind(name: str) -> FigureKind:
    if name not in FIGURES:
        raise InputError(f"there is no figure {name!r}; there are {', '.join(FIGURES)}")
    return FIGURES[name]


def _settled(name: str, choice: Choice) -> Choice:
    settles: dict[str, Any] = dict(_kind(name).settles)
    return replace(choice, **settles)


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"imageo.render.figures.{_kind(name).module}")


def one_dataset(connection: psycopg.Connection, choice: Choice) -> Choice:
    """The choice with the only dataset there is, where it names none."""
    if choice.dataset:
        return choice
    names = sorted(set(read_runs(connection)["dataset"]))
    if len(names) > 1:
        raise InputError(f"there are {len(names)} datasets, {', '.join(names)}; choose one with --dataset")
    return replace(choice, dataset=names[0])
