"""A report from the views to a file: whole or not at all."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from imageo.errors import InputError
from imageo.render.figures.catalogue import Choice
from imageo.render.files import check_place, write_text
from imageo.render.report.blocks import Figure, Report
from imageo.render.report.compose import compose
from imageo.render.report.drawn import ORDER, draw_figures
from imageo.render.report.html import html_report
from imageo.render.report.markdown import markdown_report
from imageo.render.report.material import ReportChoice, read_material, read_survey

if TYPE_CHECKING:
    import psycopg

Format = Literal["html", "md"]

_SUFFIXES: dict[str, Format] = {".html": "html", ".htm": "html", ".md": "md", ".markdown": "md"}


@dataclass(frozen=True)
class ReportSummary:
    """What was written; `left_out` are figures and analyses that are not in it, with the reason."""

    path: Path
    format: Format
    dataset: str
    sections: tuple[str, ...]
    figures: tuple[str, ...]
    left_out: dict[str, str]
    bytes: int


def format_of(path: Path, given: Format | None) -> Format:
    """What the suffix means, if it does not contradict what was `given`. Raises InputError before anything is read."""
    found = _SUFFIXES.get(path.suffix.lower())
    if found is None:
        raise InputError(f"{path}: a report is .html or .md, not {path.suffix or 'a file without suffix'}")
    if given is not None and given != found:
        raise InputError(f"{path}: --format {given} does not go with {path.suffix}; leave one out")
    check_place(path, f"report.{found}")
    return found


def write_report(
    connection: "psycopg.Connection",
    path: Path,
    choice: ReportChoice,
    *,
    format_given: Format | None = None,
    drawn_on: date | None = None,
    failed: Mapping[str, str] | None = None,
) -> ReportSummary:
    """Read, compose and write the report of one dataset from what is stored; nothing is computed here.

    Figures of a Markdown report stand in the folder `<stem>_files` beside it. Raises InputError where there is nothing
    to report, or the path cannot be written. `failed`: parts that could not be computed, and why.
    """
    kind = format_of(path, format_given)
    survey = read_survey(connection, choice)
    material = read_material(connection, survey, failed or {})
    figures = Choice(choice.dataset, measure=choice.measure, minimum_n=choice.minimum_n)
    drawn = draw_figures(connection, figures)
    report = compose(material, drawn, drawn_on)
    if kind == "html":
        write_text(path, html_report(report))
    else:
        _write_markdown(path, report)
    missing = {one.part.key: material.why(one.part) for one in survey.standings if one.analysis_id is None}
    return ReportSummary(
        path,
        kind,
        choice.dataset,
        tuple(section.anchor for section in report.sections),
        tuple(figure.name for figure in _figures(report)),
        drawn.left_out | missing,
        path.stat().st_size,
    )


def _figures(report: Report) -> list[Figure]:
    return [block for section in report.sections for block in section.blocks if isinstance(block, Figure)]


def _write_markdown(path: Path, report: Report) -> None:
    beside = path.absolute().with_name(f"{path.stem}_files")
    figures = _figures(report)
    if beside.exists() and (stranger := _stranger(beside)):
        raise InputError(f"{beside} holds {stranger}, which is no figure of a report; move it or name another file")
    with tempfile.TemporaryDirectory(dir=path.absolute().parent, prefix=".imageo-") as folder:
        drawn, old = Path(folder) / "new", Path(folder) / "old"
        drawn.mkdir()
        for figure in figures:
            (drawn / figure.file_name).write_bytes(figure.drawing)
        unfinished = Path(folder) / path.name
        unfinished.write_text(markdown_report(report, quote(beside.name)), encoding="utf-8")
        had_one = beside.exists()
        if had_one:
            beside.replace(old)
        try:
            if figures:
                drawn.replace(beside)
            unfinished.replace(path)
        except OSError:
            if beside.exists():
                beside.replace(Path(folder) / "failed")
            if had_one:
                old.replace(beside)
            raise


def _stranger(folder: Path) -> str | None:
    """A file that no report wrote, for a folder of that name may be somebody's own."""
    if not folder.is_dir():
        return folder.name
    ours = {f"{name}{suffix}" for name in ORDER for suffix in (".svg", ".png")}
    return next((each.name for each in sorted(folder.iterdir()) if each.name not in ours), None)
