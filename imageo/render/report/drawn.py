"""The figures of `imageo figure` as parts of a report."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from imageo.errors import InputError
from imageo.render.figures.catalogue import Choice
from imageo.render.labels import clean_label
from imageo.render.report.blocks import Block, Figure, Note

if TYPE_CHECKING:
    import psycopg
    from matplotlib.figure import Figure as Drawing

ORDER = (
    "dataset",
    "thresholds",
    "ranks",
    "errors",
    "true-predicted",
    "funnel",
    "world",
    "us",
    "confidence",
    "reliability",
    "regression",
    "words",
    "hits-misses",
    "pareto",
)
"""Names of the catalogue that a report shows."""

LARGEST_SVG = 600_000
"""A drawing of more bytes, of many outlines or points, is put in as an image of dots."""


@dataclass(frozen=True)
class Drawn:
    """Figures by name, and why others are not there."""

    figures: dict[str, Figure] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    def blocks(self, *names: str) -> list[Block]:
        """The named figures, or a note where one could not be drawn; nothing where there is no such figure."""
        found: list[Block] = [self.figures[name] for name in names if name in self.figures]
        for name in names:
            if name in self.left_out:
                found.append(Note(f"Figure “{name}” is left out: {self.left_out[name]}"))
        return found


def draw_figures(connection: "psycopg.Connection", choice: Choice, names: tuple[str, ...] = ORDER) -> Drawn:
    """Draw the named figures of the catalogue, light on white so that they can be read on any page."""
    from imageo.render.figures.style import figure_style
    from imageo.render.figures.write import draw_figure, figure_caption, read_frames, reason

    drawn = Drawn()
    with figure_style(), tempfile.TemporaryDirectory(prefix="imageo-") as folder:
        for name in names:
            try:
                frames = read_frames(connection, name, choice)
                # Without the caption that `imageo figure` writes below it: here it is text.
                kind, drawing = _saved(draw_figure(name, frames, choice, caption=""), Path(folder) / name)
            except InputError as nothing:
                drawn.left_out[name] = clean_label(reason(name, nothing), 300)
                continue
            told = clean_label(figure_caption(name, frames, choice), 1000)
            drawn.figures[name] = Figure(name, told, drawing, kind)
    return drawn


def _saved(drawing: "Drawing", path: Path) -> tuple[str, bytes]:
    """`svg`, or `png` where that is too large, and its bytes."""
    from imageo.render.figures.style import save_figure

    kind = "svg"
    save_figure(drawing, path.with_suffix(".svg"))
    if path.with_suffix(".svg").stat().st_size > LARGEST_SVG:
        kind = "png"
        save_figure(drawing, path.with_suffix(".png"))
    return kind, path.with_suffix(f".{kind}").read_bytes()
