"""What every figure keeps to: it fits its paper, survives any name, tells what it shows, honours a style."""

import re
import warnings
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from imageo.errors import InputError
from imageo.render.figures.style import figure_style, save_figure
from imageo.render.figures.write import draw_figure, figure_caption
from tests.render.figures.world import CHOICE, HOSTILE, made, without_duplicates

NAMES = ("thresholds", "true-predicted", "errors", "confidence", "reliability", "world", "dataset")
OF_MODELS = NAMES[:-1]


def _drawn(name: str, labels: list[str]) -> Figure:
    figure = draw_figure(name, made(labels), CHOICE)
    FigureCanvasAgg(figure).draw()
    return figure


def _visible(figure: Figure) -> list[Text]:
    return [text for text in figure.findobj(Text) if isinstance(text, Text) and text.get_text() and text.get_visible()]


@pytest.mark.parametrize("name", OF_MODELS)
def test_a_figure_grows_with_its_models_and_keeps_its_width(name: str) -> None:
    with figure_style():
        figures = [draw_figure(name, made(without_duplicates([], models)), CHOICE) for models in (1, 2, 7, 10, 20)]
    sizes = [figure.get_size_inches() for figure in figures]
    assert {width for width, _ in sizes} == {7.0}
    heights = [height for _, height in sizes]
    assert min(heights) > 1.3
    assert max(heights) < 20
    assert heights[-1] == max(heights)
    panels = [len(figure.axes) for figure in figures]
    each = {"true-predicted": 2}.get(name, 1)
    expected = {
        "thresholds": [5] * 5,
        "errors": [1, 1, 1, 10, 20],
        "world": [2, 3, 8, 11, 21],
    }
    assert panels == expected.get(name, [each * models for models in (1, 2, 7, 10, 20)])


@pytest.mark.parametrize("name", NAMES)
def test_no_name_raises_or_prints_or_leaves_the_paper(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    with figure_style(), warnings.catch_warnings(record=True) as caught:
        figure = _drawn(name, HOSTILE)
        renderer = FigureCanvasAgg(figure).get_renderer()
        paper = figure.bbox
        for text in _visible(figure):
            box = text.get_window_extent(renderer)
            if text.axes is not None and not text.axes.bbox.overlaps(box) and text.get_clip_on():
                continue
            assert box.x0 >= -2, text
            assert box.x1 <= paper.x1 + 2, text
    assert [str(each.message) for each in caught] == []
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["true-predicted", "confidence", "reliability", "world", "errors"])
def test_names_above_panels_do_not_run_into_each_other(name: str) -> None:
    labels = [f"{letter * 200}{number}" for number, letter in enumerate("MWNOmwnoQGHK")]
    with figure_style():
        figure = _drawn(name, labels)
        renderer = FigureCanvasAgg(figure).get_renderer()
        boxes = [
            text.get_window_extent(renderer)
            for text in _visible(figure)
            if re.match(r"([A-Za-z])\1+…", text.get_text())
        ]
    assert len(boxes) == 12
    for index, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:index])


def test_a_name_is_drawn_as_it_is_and_not_as_a_formula() -> None:
    with figure_style():
        shown = {text.get_text() for text in _visible(_drawn("thresholds", ["$x_1$", "b"]))}
        assert "$x_1$" in shown
        assert not any(text.get_parse_math() for text in _visible(_drawn("thresholds", ["$x_1$", "b"])))


@pytest.mark.parametrize("name", NAMES)
def test_the_caption_says_what_was_measured_and_stands_below_everything(name: str) -> None:
    frames = made(["one", "two"])
    with figure_style():
        words = figure_caption(name, frames, CHOICE)
        assert words.startswith("Dataset made, 40 images")
        assert "$" not in words
        figure = draw_figure(name, frames, CHOICE)
        FigureCanvasAgg(figure).draw()
        renderer = FigureCanvasAgg(figure).get_renderer()
        below = figure.texts[-1]
        assert below.get_text().replace("\n", " ").replace("\u00a0", " ") == words
        box = below.get_window_extent(renderer)
        assert box.x1 <= figure.bbox.x1
        assert box.y0 >= 0
        for axes in figure.axes:
            assert axes.get_tightbbox(renderer).y0 >= box.y1 - 1, axes  # type: ignore[union-attr]


@pytest.mark.parametrize("name", OF_MODELS)
def test_the_caption_says_who_is_counted_and_which_intervals(name: str) -> None:
    words = figure_caption(name, made(["one", "two"]), CHOICE)
    assert "2 models" in words
    assert re.search(r"non-answer|without coordinates", words)
    assert re.search(r"Wilson, 95 %|No intervals|quartiles", words)


@pytest.mark.parametrize("name", NAMES)
def test_without_data_it_says_what_is_missing(name: str) -> None:
    frames = {view: rows.iloc[:0] for view, rows in made(["one"]).items()}
    with figure_style(), pytest.raises(InputError, match="made"):
        draw_figure(name, frames, CHOICE)


@pytest.mark.parametrize("name", ["true-predicted", "errors", "confidence"])
def test_a_dataset_without_a_single_answer_has_no_figure(name: str) -> None:
    frames = made(["one"])
    empty = frames["bi.prediction_detail"].assign(error_km=np.nan, answered_latitude=np.nan, answered_longitude=np.nan)
    with figure_style(), pytest.raises(InputError, match="coordinates"):
        draw_figure(name, frames | {"bi.prediction_detail": empty}, CHOICE)


@pytest.mark.parametrize("name", NAMES)
def test_letters_travel_with_the_file(name: str, tmp_path: Path) -> None:
    frames = made(["one", "two"])
    with figure_style():
        for suffix in ("svg", "pdf"):
            save_figure(draw_figure(name, frames, CHOICE), tmp_path / f"x.{suffix}", "described & told")
    pdf = (tmp_path / "x.pdf").read_bytes()
    assert b"/FontFile2" in pdf
    assert b"/Type3" not in pdf
    assert b"CreationDate" not in pdf
    svg = (tmp_path / "x.svg").read_text()
    assert "<text" not in svg
    assert "font-family" not in svg
    assert "described &amp; told" in svg
    assert re.search(r"<title>[A-Z][^<]+</title>", svg)


@pytest.mark.parametrize("name", NAMES)
def test_a_style_file_has_the_last_word(name: str, tmp_path: Path) -> None:
    frames = made(["one", "two"])
    style = tmp_path / "mine.mplstyle"
    style.write_text("figure.facecolor: ffeedd\nsavefig.facecolor: ffeedd\nfont.size: 11\nfigure.figsize: 5.5, 4\n")
    files = []
    for chosen in (None, style):
        with figure_style(chosen):
            figure = draw_figure(name, frames, CHOICE)
            assert figure.get_size_inches()[0] == (5.5 if chosen else 7.0)
            save_figure(figure, tmp_path / "x.svg")
        files.append((tmp_path / "x.svg").read_text())
    assert "#ffeedd" in files[1]
    assert "#ffeedd" not in files[0]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("axes.facecolor: white\nfont.size: big\n", r"line 2: bad value: Key font\.size"),
        ("no.such.key: 3\n", r"line 1: bad key in 'no\.such\.key: 3'"),
        ("hello\n", "line 1: missing colon in 'hello'"),
    ],
)
def test_a_bad_style_file_is_one_line_with_file_line_and_key(text: str, complaint: str, tmp_path: Path) -> None:
    style = tmp_path / "mine.mplstyle"
    style.write_text(text)
    with pytest.raises(InputError, match=complaint) as told, figure_style(style):
        pass
    assert str(told.value).startswith(str(style))
    assert "\n" not in str(told.value)
    assert "github" not in str(told.value)


def test_a_style_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a style file that can be read"), figure_style(tmp_path / "none.mplstyle"):
        pass


@pytest.mark.parametrize("name", NAMES)
def test_rows_in_another_order_are_the_same_figure(name: str) -> None:
    frames = made(["one", "two", "three"])
    shuffled = {view: rows.sample(frac=1, random_state=3) for view, rows in frames.items()}
    with figure_style():
        first, second = (_picture(draw_figure(name, each, CHOICE)) for each in (frames, shuffled))
    assert np.array_equal(first, second)


def _picture(figure: Figure) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())


@pytest.mark.parametrize("name", NAMES)
def test_a_drawing_is_well_formed_whatever_names_hold(name: str, tmp_path: Path) -> None:
    hostile = "".join(map(chr, (*range(0x20), 0x7F, 0x85, 0x2028, 0xFDD0, 0xFFFE, 0xFFFF, 0x1FFFF))) + "--x-->]]>"
    choice, frames = replace(CHOICE, dataset=f"d{hostile}"), made([f"model{hostile}", "b"])
    path = tmp_path / "drawn.svg"
    with figure_style():
        caption = figure_caption(name, frames, choice)
        save_figure(draw_figure(name, frames, choice, caption), path, caption)
    assert ElementTree.parse(path).getroot().tag.endswith("svg")
