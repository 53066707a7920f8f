"""What figures draw, read back from their artists and checked against counts by hand and scipy."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text
from scipy import stats

from imageo.errors import InputError
from imageo.render.figures.catalogue import Choice
from imageo.render.figures.dataset import _share
from imageo.render.figures.errors import steps_km
from imageo.render.figures.style import figure_style
from imageo.render.figures.write import draw_figure, figure_caption
from imageo.render.maps.classes import CIVIDIS
from tests.render.figures.world import CHOICE, board, detail, images, made, panel, rate, reliability, shapes

NAN = float("nan")


def _draw(name: str, frames: dict[str, pd.DataFrame], choice: Choice = CHOICE) -> Figure:
    with figure_style():
        return draw_figure(name, frames, choice)


def _of_images(number: int) -> dict[str, pd.DataFrame]:
    return {"bi.image_detail": images(number), "bi.region_shape": shapes(), "bi.regression_panel": panel(number)}


def _answers(*errors: list[float], confidence: list[list[float]] | None = None) -> dict[str, pd.DataFrame]:
    details = detail(errors, confidence)
    return {
        "bi.prediction_detail": details,
        "bi.leaderboard": board(details, ["abc"[run] for run in range(len(errors))]),
        "bi.reliability": reliability(details),
    }


def _words(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if isinstance(text, Text)]


def _points(axes: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    (dots,) = [each for each in axes.collections if isinstance(each, PathCollection)]
    return np.asarray(dots.get_offsets(), dtype=float)


def test_a_curve_of_errors_is_the_empirical_distribution_of_scipy() -> None:
    errors = (10 ** np.random.default_rng(3).uniform(-3, 4, 211)).tolist()
    (line, *_) = _draw("errors", _answers(errors)).axes[0].lines
    expected = 100 * stats.ecdf(errors).cdf.evaluate(steps_km())
    np.testing.assert_allclose(line.get_ydata(), expected)


def test_a_curve_over_all_images_ends_at_the_share_with_coordinates() -> None:
    frames = _answers([0.0, 0.05, 30.0, 3000.0, NAN])
    (line, *_) = _draw("errors", frames).axes[0].lines
    x, y = np.asarray(line.get_xdata(), dtype=float), np.asarray(line.get_ydata(), dtype=float)
    assert (x[0], y[0]) == (pytest.approx(0.1), pytest.approx(40))  # zero and 50 m stand at the left edge
    assert y[np.flatnonzero(x == 25)[0]] == pytest.approx(40)
    assert y[np.flatnonzero(x == 200)[0]] == pytest.approx(60)
    assert y[-1] == pytest.approx(80)
    (line, *_) = _draw("errors", frames, Choice("made", denominator="answered")).axes[0].lines
    assert np.asarray(line.get_ydata())[-1] == pytest.approx(100)


def test_a_run_without_answers_is_a_curve_at_zero() -> None:
    lines = _draw("errors", _answers([1.0, 2.0], [NAN, NAN])).axes[0].lines
    assert np.asarray(lines[1].get_ydata()).max() == 0


def test_thresholds_have_wilsons_interval() -> None:
    """8 of 10: 0.4902 to 0.9433, as in Brown, Cai and DasGupta's worked formula (centre 0.7168, half width 0.2266)."""
    figure = _draw("thresholds", _answers([1.0] * 8 + [5000.0, NAN]))
    panel = figure.axes[1]
    assert panel.get_title() == "25 km\ncity"
    assert np.asarray(panel.lines[0].get_xdata()) == pytest.approx([80])
    (interval,) = [each for each in panel.collections if isinstance(each, LineCollection)]
    assert interval.get_segments()[0][:, 0] == pytest.approx([49.02, 94.33], abs=0.01)


def test_thresholds_of_answers_leave_the_others_out() -> None:
    figure = _draw("thresholds", _answers([1.0] * 8 + [5000.0, NAN]), Choice("made", denominator="answered"))
    assert np.asarray(figure.axes[1].lines[0].get_xdata()) == pytest.approx([100 * 8 / 9])


def test_true_and_answered_places_are_the_dots() -> None:
    frames = _answers([0.0, 1110.0, NAN], confidence=[[5, 1, 3]])
    latitude, longitude = _draw("true-predicted", frames).axes
    assert _points(latitude).tolist() == [[-40, -40], [-33, -33]]
    assert _points(longitude).tolist() == [[-100, -100], [-87, -77]]
    assert latitude.get_aspect() == longitude.get_aspect() == 1
    assert np.asarray(longitude.lines[0].get_xdata()).tolist() == np.asarray(longitude.lines[0].get_ydata()).tolist()
    assert latitude.get_title(loc="left").split("\n")[2:] == [
        "2 / 3 placed",
        "33.3 % within 25 km",
        "median error 555 km",
    ]


def test_confidence_is_the_colour_and_none_has_its_own() -> None:
    figure = _draw("true-predicted", _answers([1.0] * 6, confidence=[[1, 2, 3, 4, 5, NAN]]))
    (dots,) = [each for each in figure.axes[0].collections if isinstance(each, PathCollection)]
    colours = [to_hex(colour) for colour in np.asarray(dots.get_facecolor())]
    assert len(set(colours)) == 6
    lightness = [
        np.dot([int(colour[i : i + 2], 16) for i in (1, 3, 5)], [0.2126, 0.7152, 0.0722]) for colour in colours
    ]
    assert np.all(np.diff(lightness[:5]) > 15)  # told apart without colour too
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["1", "2", "3", "4", "5", "none"]


@pytest.mark.parametrize(("answers", "is_picture"), [(4000, False), (4001, True)])
def test_thousands_of_dots_are_a_picture_inside_the_file(answers: int, is_picture: bool) -> None:
    dots = [each for axes in _draw("true-predicted", _answers([1.0] * answers)).axes for each in axes.collections]
    assert {bool(each.get_rasterized()) for each in dots} == {is_picture}


def test_of_thousands_in_one_place_the_last_is_seen() -> None:
    """80 latitudes are true; the colour of a place is that of its last image."""
    confidence = [[1.0] * 2500 + [5.0] * 2500]
    figure = _draw("true-predicted", _answers([0.0] * 5000, confidence=confidence))
    (dots,) = [each for each in figure.axes[0].collections if isinstance(each, PathCollection)]
    assert len(np.asarray(dots.get_offsets())) == 80
    sure = _draw("true-predicted", _answers([0.0], confidence=[[5]])).axes[0].collections[0]
    assert {to_hex(each) for each in np.asarray(dots.get_facecolor())} == {to_hex(np.asarray(sure.get_facecolor())[0])}


def test_boxes_are_quartiles_and_few_answers_are_dots() -> None:
    errors = [*map(float, range(1, 102)), 7.0, 9.0, 0.0, NAN]
    confidence = [[5.0] * 101 + [2.0, 2.0, 3.0, 3.0]]
    axes = _draw("confidence", _answers(errors, confidence=confidence)).axes[0]
    (box,) = axes.patches
    heights = box.get_path().vertices
    assert (np.min(heights[:, 1]), np.max(heights[:, 1])) == (26, 76)
    horizontal = sorted(
        float(np.asarray(line.get_ydata())[0]) for line in axes.lines if len(set(np.asarray(line.get_ydata()))) == 1
    )
    assert 51 in horizontal  # the median
    assert (6 in horizontal, 96 in horizontal) == (True, True)  # caps: 5th and 95th percentile
    dots = {tuple(np.asarray(line.get_ydata()).tolist()) for line in axes.lines if line.get_marker() == "o"}
    assert dots == {(), (7.0, 9.0), (0.1,)}  # zero is drawn at 0.1 km, the non-answer not at all
    assert [text.get_text() for text in axes.texts] == ["0", "2", "1", "0", "101"]


def test_reliability_has_wilsons_interval_n_and_the_rate_of_all() -> None:
    confidence = [[5.0] * 10 + [1.0] * 10]
    frames = _answers([1.0] * 8 + [900.0, NAN] + [900.0] * 10, confidence=confidence)
    axes = _draw("reliability", frames).axes[0]
    (intervals,) = [each for each in axes.collections if isinstance(each, LineCollection)]
    assert intervals.get_segments()[1][:, 1] == pytest.approx([49.02, 94.33], abs=0.01)
    # Of none of ten: 0 to z^2 / (n + z^2).
    assert intervals.get_segments()[0][:, 1] == pytest.approx([0, 100 * 3.8415 / 13.8415], abs=0.01)
    assert np.asarray(axes.lines[0].get_ydata()) == pytest.approx([40, 40])
    assert np.asarray(axes.lines[1].get_ydata()) == pytest.approx([0, 80])
    assert [text.get_text() for text in axes.texts] == ["10", "10"]


def test_reliability_of_answers_leaves_those_without_coordinates_out() -> None:
    frames = _answers([1.0] * 8 + [900.0, NAN], confidence=[[5.0] * 10])
    axes = _draw("reliability", frames, Choice("made", denominator="answered")).axes[0]
    assert np.asarray(axes.lines[1].get_ydata()) == pytest.approx([100 * 8 / 9])


def test_reliability_of_a_measure_that_is_not_kept_says_which_are() -> None:
    with pytest.raises(InputError, match="no accuracy_1km over all by confidence; there is accuracy_25km over all"):
        _draw("reliability", made(["a"]), Choice("made", measure="accuracy_1km"))


def _maps(*rates: dict[str, Any], runs: int = 1) -> dict[str, pd.DataFrame]:
    return made(["abc"[run] for run in range(runs)]) | {"bi.region_rate": pd.DataFrame(rates)}


def _fills(axes: Any) -> list[str]:
    """Colours of the areas of a map, hatched ones marked; without globe and land."""
    found = []
    for each in axes.collections:
        for colour in np.asarray(each.get_facecolor()):
            found += [to_hex(colour) + ("/" if each.get_hatch() else "")] * len(each.get_paths())
    return [colour for colour in found if colour.startswith(CIVIDIS) or colour.endswith("/")]


def test_a_region_has_the_colour_of_its_class() -> None:
    """Rates 0.05, 0.2, 0.6 and 0.95 lie in four classes of 10, 30, 50, 70, 90 %; three images are hatched."""
    frames = _maps(rate(0, "AA", 1, 20), rate(0, "BB", 4, 20), rate(0, "CC", 12, 20), rate(0, "DD", 2, 3))
    assert sorted(_fills(_draw("world", frames).axes[0])) == sorted([*(CIVIDIS[i] for i in (0, 1, 3)), "#ffffff/"])


def test_a_bound_belongs_to_the_upper_class_as_on_the_page() -> None:
    frames = _maps(rate(0, "AA", 6, 20), rate(0, "BB", 1, 20), rate(0, "CC", 18, 20), rate(0, "DD", 12, 20))
    assert CIVIDIS[2] in _fills(_draw("world", frames).axes[0])  # 30 %


def test_words_of_maps_say_how_many_regions_are_hatched_of_each_model() -> None:
    rows = [rate(0, "AA", 1, 20), rate(0, "BB", 4, 20), rate(1, "AA", 1, 20), rate(1, "BB", 2, 20, answered=4)]
    frames = _maps(*rows, runs=2)
    told = figure_caption("world", frames, CHOICE)
    assert "lie in 2 countries, of which 2 have at least 10; the others are hatched" in told
    told = figure_caption("world", frames, replace(CHOICE, denominator="answered"))
    assert "of which 1 to 2, by model, have at least 10" in told


def test_all_maps_share_their_classes() -> None:
    """0.9, 0.95, 0.95 and 0.6 alone lie in classes of 50, 70, 80, 90, 95 %; beside low rates in 10, 30, 50, 70, 90."""
    low = [rate(0, code, k, 20) for code, k in (("AA", 1), ("BB", 3), ("CC", 7), ("DD", 11))]
    high = [rate(1, code, k, 20) for code, k in (("AA", 18), ("BB", 19), ("CC", 19), ("DD", 12))]
    alone = _draw("world", _maps(*[each | {"run_id": 0} for each in high])).axes[0]
    assert sorted(_fills(alone)) == sorted(CIVIDIS[index] for index in (1, 4, 5, 5))
    beside = [sorted(_fills(axes)) for axes in _draw("world", _maps(*low, *high, runs=2)).axes[:2]]
    assert sorted(beside) == sorted(sorted(CIVIDIS[i] for i in each) for each in ((0, 1, 2, 3), (3, 5, 5, 5)))


def test_the_map_of_a_model_says_its_rate_and_n_of_these_regions() -> None:
    figure = _draw("world", _maps(rate(0, "AA", 5, 20), rate(0, "BB", 5, 30)))
    assert figure.axes[0].get_title(loc="right") == "20.0 %, n = 50"


def test_a_region_too_small_to_be_seen_is_a_dot_and_only_where_it_has_images() -> None:
    def dots(*rates: dict[str, Any]) -> list[str]:
        lines = _draw("world", _maps(*rates)).axes[0].lines
        return [to_hex(line.get_color()) for line in lines if line.get_marker() == "o"]

    assert dots(rate(0, "AA", 5, 20)) == []
    assert dots(rate(0, "AA", 5, 20), rate(0, "TV", 1, 20)) == [CIVIDIS[0]]
    assert dots(rate(0, "AA", 5, 20), rate(0, "TV", 1, 2)) == ["#ffffff"]


def test_a_region_without_a_boundary_is_told() -> None:
    words = figure_caption("world", _maps(rate(0, "AA", 5, 20), rate(0, "ZZ", 5, 9)), CHOICE)
    assert "29 images lie in 2 countries, of which 1 have at least 10" in words
    assert "1 region without a boundary not drawn" in words


def test_few_images_are_dots_at_their_place_and_many_are_counted() -> None:
    few = _draw("dataset", _of_images(40))
    dots = [each for each in few.axes[0].collections if len(each.get_offsets()) == 40]
    assert len(dots) == 1
    many = _draw("dataset", _of_images(2000))
    (cells,) = [each for each in many.axes[0].collections if each.get_array() is not None]
    assert np.asarray(cells.get_array()).sum() == 2000


def test_bars_count_every_image_once() -> None:
    figure = _draw("dataset", _of_images(42))
    words = _words(figure)
    assert {" 28 (67 %)", " 14 (33 %)"} <= set(words)
    assert "5 others" in words  # 14 countries of 3 images each: nine bars and the rest
    assert " 15 (36 %)" in words
    assert words.count(" 3 (7 %)") == 9


def test_what_is_seen_is_left_out_where_no_model_says() -> None:
    silent = panel(5, environment=None, scene_type=None, setting=None)
    frames = {"bi.image_detail": images(5), "bi.region_shape": shapes(), "bi.regression_panel": silent}
    assert "what is seen" not in _words(_draw("dataset", frames))
    assert "What is seen" not in figure_caption("dataset", frames, CHOICE)


def test_what_is_seen_is_what_most_models_say_however_often_one_was_asked() -> None:
    indoor = panel(4, environment="indoor", model="often")
    often = pd.concat([panel(4, models=2), indoor, indoor, indoor], ignore_index=True)
    frames = {"bi.image_detail": images(8), "bi.region_shape": shapes(), "bi.regression_panel": often}
    words = _words(_draw("dataset", frames))
    assert "outdoor" in words
    assert "indoor" not in words
    assert "known of 4 images" in figure_caption("dataset", frames, CHOICE)
    two = pd.concat([panel(4), indoor], ignore_index=True)
    assert "undecided" in _words(_draw("dataset", frames | {"bi.regression_panel": two}))


def test_the_dataset_in_the_united_states_is_that_part_of_it() -> None:
    frames = _of_images(5)
    with pytest.raises(InputError, match="'made' has no image in a US state"):
        _draw("dataset", frames, Choice("made", level="us_state"))
    with pytest.raises(InputError, match="choose level country or us_state"):
        _draw("dataset", frames, Choice("made", level="admin1"))


@pytest.mark.parametrize(
    ("count", "images", "told"),
    [
        *((1, 2796, "<1 %"), (1, 200, "<1 %"), (27, 2796, "<1 %"), (28, 2796, "1 %"), (1, 40, "3 %")),
        *((199, 200, ">99 %"), (200, 200, "100 %"), (198, 200, "99 %"), (1, 1, "100 %")),
    ],
)
def test_shares_of_a_dataset_are_not_rounded_to_none_or_all(count: int, images: int, told: str) -> None:
    assert _share(count, images) == told
