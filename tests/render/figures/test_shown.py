"""Every figure of this kind with one to twenty models and hostile names: it draws, nothing overlaps, bytes repeat."""

import os
import subprocess
import sys
import warnings
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Annotation

from imageo.errors import InputError
from imageo.render.figures.catalogue import Choice
from imageo.render.figures.style import figure_style, save_figure
from imageo.render.figures.write import draw_figure, figure_caption
from tests.conftest import ROOT
from tests.render.figures.made_frames import frames

NAMES = ("funnel", "ranks", "regression", "pareto", "words", "hits-misses", "gaps", "attractors")
CHOICE = Choice("made")


@pytest.mark.parametrize("count", [1, 2, 10])
@pytest.mark.parametrize("name", NAMES)
def test_draws_any_number_of_models_with_any_names(name: str, count: int) -> None:
    with warnings.catch_warnings(), figure_style():
        warnings.filterwarnings("error", category=RuntimeWarning)
        figure = draw_figure(name, frames(name, count), CHOICE)
        _stays_within(figure)
    assert figure.get_figwidth() == pytest.approx(7.0)
    assert figure.get_figheight() < 16


@pytest.mark.parametrize("name", NAMES)
def test_captions_are_sentences_with_the_dataset(name: str) -> None:
    text = figure_caption(name, frames(name, 3), CHOICE)
    assert text.startswith("Dataset made")
    assert text.endswith(".")
    assert "nan" not in text.lower().split()


@pytest.mark.parametrize("name", ["funnel", "pareto"])
def test_no_label_stands_on_another(name: str) -> None:
    with figure_style():
        figure = draw_figure(name, frames(name, 10), CHOICE)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        for axes in figure.axes:
            # A hair smaller, since the boxes of letters hold some air.
            texts = [text for text in axes.texts if isinstance(text, Annotation)]
            # The line to the point is part of an annotation: what counts are the letters.
            boxes = [mpl.text.Text.get_window_extent(text, canvas.get_renderer()).shrunk(0.95, 0.8) for text in texts]
            assert boxes or name == "pareto"
            assert not [1 for i, box in enumerate(boxes) if box.count_overlaps(boxes[i + 1 :])]


@pytest.mark.parametrize("name", NAMES)
def test_a_style_is_respected(name: str, tmp_path: Path) -> None:
    style = tmp_path / "own.mplstyle"
    style.write_text("figure.figsize: 5, 3\naxes.facecolor: 102030\ntext.color: ffffff\n")
    with figure_style(style):
        figure = draw_figure(name, frames(name, 2), CHOICE)
    assert figure.get_figwidth() == 5
    assert {mpl.colors.to_hex(axes.get_facecolor()) for axes in figure.axes} == {"#102030"}


@pytest.mark.parametrize("name", ["ranks", "regression", "gaps", "attractors", "funnel", "words", "hits-misses"])
def test_nothing_to_draw_is_told_with_the_remedy(name: str) -> None:
    empty = {view: frame.iloc[:0] if view != "bi.leaderboard" else frame for view, frame in frames(name, 2).items()}
    remedies = {
        "regression": "imageo regress --outcome hit@25km --denominator all",
        "gaps": "imageo bias --gaps --level country --measure accuracy_25km",
        "attractors": "imageo attractors",
        "funnel": "choose another --level or --measure",
        "words": "imageo query",
        "hits-misses": "imageo query",
    }
    with figure_style():
        if name == "ranks":  # rank intervals are one panel of three
            assert len(draw_figure(name, empty, CHOICE).axes) == 2
            assert "imageo compare" in figure_caption(name, empty, CHOICE)
            return
        with pytest.raises(InputError, match="made") as told:
            draw_figure(name, empty, CHOICE)
    assert remedies[name] in str(told.value)
    assert "\n" not in str(told.value)


def test_no_price_is_told() -> None:
    board = frames("pareto", 2)["bi.leaderboard"].assign(cost_usd_per_image=float("nan"))
    with figure_style(), pytest.raises(InputError, match="imageo costs"):
        draw_figure("pareto", {"bi.leaderboard": board}, CHOICE)


@pytest.mark.parametrize("name", NAMES)
def test_rows_in_another_order_are_the_same_figure(name: str) -> None:
    made = frames(name, 3)
    shuffled = {view: rows.sample(frac=1, random_state=3) for view, rows in made.items()}
    with figure_style():
        pictures = [_picture(draw_figure(name, each, CHOICE)) for each in (made, shuffled)]
    assert pictures[0] == pictures[1]


SCRIPT = """
import sys
from pathlib import Path
from imageo.render.figures.catalogue import Choice
from imageo.render.figures.style import figure_style, save_figure
from imageo.render.figures.write import draw_figure, figure_caption
from tests.render.figures.made_frames import frames
for name in sys.argv[2].split(","):
    for suffix in ("svg", "pdf", "png"):
        with figure_style():
            made = frames(name, 4)
            path = Path(sys.argv[1]) / f"{name}.{suffix}"
            save_figure(draw_figure(name, made, Choice("made")), path, figure_caption(name, made, Choice("made")))
"""


@pytest.mark.slow
def test_another_process_with_another_hash_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    for seed in ("1", "2"):
        (tmp_path / seed).mkdir()
        subprocess.run(
            [sys.executable, "-c", SCRIPT, str(tmp_path / seed), ",".join(NAMES)],
            check=True,
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        )
    for first in sorted((tmp_path / "1").iterdir()):
        assert first.read_bytes() == (tmp_path / "2" / first.name).read_bytes(), first.name
    assert len(list((tmp_path / "1").iterdir())) == 3 * len(NAMES)


def test_words_are_outlines_and_hostile_text_is_text(tmp_path: Path) -> None:
    with figure_style():
        save_figure(draw_figure("words", frames("words", 2), CHOICE), tmp_path / "words.svg", "a <b> & c")
    svg = (tmp_path / "words.svg").read_text()
    assert "<image" not in svg
    assert "<script" not in svg


def _stays_within(figure: Figure) -> None:
    """No letter beyond the figure, save for a hair, as it is saved."""
    figure.set_dpi(mpl.rcParams["savefig.dpi"])
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    whole = figure.bbox
    texts = [*figure.texts]
    for axes in figure.axes:
        # Ticks that are numbers may lie beyond the axis: those are not drawn.
        texts += [
            *axes.texts,
            axes.title,
            *(each for each in axes.get_yticklabels() if not _is_number(each.get_text())),
        ]
    for text in texts:
        if text.get_visible() and text.get_text().strip():
            box = text.get_window_extent(canvas.get_renderer())
            assert box.x0 > whole.x0 - 4, text.get_text()
            assert box.x1 < whole.x1 + 4, text.get_text()
            assert box.y0 > whole.y0 - 4, text.get_text()
            assert box.y1 < whole.y1 + 4, text.get_text()


def _is_number(text: str) -> bool:
    return text.lstrip("\N{MINUS SIGN}").replace(".", "").isdigit()


def _picture(figure: Figure) -> bytes:
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return bytes(canvas.buffer_rgba())
