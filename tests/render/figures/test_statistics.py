"""The numbers behind the figures, counted again by hand."""

import math

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from imageo.analysis.inequality import beyond_chance
from imageo.errors import InputError
from imageo.render.figures.catalogue import Choice
from imageo.render.figures.funnel import drawn_limits
from imageo.render.figures.hits_misses import verdicts
from imageo.render.figures.pareto import pareto_front
from imageo.render.figures.style import figure_style
from imageo.render.figures.write import draw_figure, figure_caption
from tests.render.figures.made_frames import START, board, frames, reasons

CHOICE = Choice("made")


def _drawn(name: str, count: int = 3, choice: Choice = CHOICE) -> Figure:
    with figure_style():
        return draw_figure(name, frames(name, count), choice)


def _binomial(n: int, p: float) -> list[float]:
    """P(R = 0), P(R = 1), ... by the definition."""
    return [math.comb(n, r) * p**r * (1 - p) ** (n - r) for r in range(n + 1)]


def test_funnel_limits_are_spiegelhalters_by_hand() -> None:
    """A.1.1: r the smallest with P(R <= r) >= p, the limit is (r - (P(R <= r) - p) / P(R = r)) / n."""
    n, rate = 40, 0.3
    chances = _binomial(n, rate)
    expected = []
    for p in (0.001, 0.999):
        r = next(r for r in range(n + 1) if sum(chances[: r + 1]) >= p)
        expected.append(100 * (r - (sum(chances[: r + 1]) - p) / chances[r]) / n)
    lower, upper = drawn_limits(np.array([float(n)]), rate, 0.998)
    assert [lower[0], upper[0]] == pytest.approx(expected)
    # And near what the normal distribution gives for many images: 0.3 -+ 3.09 sqrt(0.3 0.7 / n).
    many = drawn_limits(np.array([4000.0]), rate, 0.998)
    assert [many[0][0], many[1][0]] == pytest.approx(
        [100 * (0.3 + side * 3.0902 * math.sqrt(0.21 / 4000)) for side in (-1, 1)], abs=0.05
    )


def test_no_limit_where_no_count_can_lie_outside() -> None:
    # At 0.7, ten of ten have a chance of 2.8 %: above 0.1 %, so nothing can be too many; none of ten is 0.0006 %.
    lower, upper = drawn_limits(np.array([10.0]), 0.7, 0.998)
    assert np.isnan(upper[0])
    assert 0 < lower[0] < 30


@pytest.mark.parametrize(("n", "rate"), [(1, 0.7), (12, 0.5), (60, 0.1), (90, 0.5)])
def test_outliers_by_the_tails_themselves(n: int, rate: float) -> None:
    chances = _binomial(n, rate)
    for k in range(n + 1):
        expected = -1 if sum(chances[: k + 1]) < 0.001 else 1 if sum(chances[k:]) < 0.001 else 0
        assert beyond_chance(np.array([float(k)]), np.array([float(n)]), rate)[0] == expected


def test_a_single_hit_is_no_outlier() -> None:
    assert beyond_chance(np.array([1.0]), np.array([1.0]), 0.5)[0] == 0


def test_funnel_counts_outliers() -> None:
    # Per model regions 0 (5 of 90) and 1 (85 of 90) are outside, all else is half right.
    text = figure_caption("funnel", frames("funnel", 3), CHOICE)
    assert "6 of 180 points" in text


def test_pareto_front_by_comparing_all() -> None:
    random = np.random.default_rng(5)
    prices, rates = random.integers(0, 6, 40).astype(float), random.integers(0, 6, 40).astype(float)
    expected = [
        not any(
            prices[j] <= prices[i] and rates[j] >= rates[i] and (prices[j] < prices[i] or rates[j] > rates[i])
            for j in range(40)
        )
        for i in range(40)
    ]
    assert pareto_front(prices, rates).tolist() == expected
    assert 0 < sum(expected) < 40


def test_pareto_tells_free_and_unpriced_models_apart() -> None:
    # Of four models one has no price, one is free and best of the priced ones.
    figure = _drawn("pareto", 4)
    free, paid = figure.axes
    assert [label.get_text() for label in free.get_xticklabels()] == ["free"]
    assert paid.get_xscale() == "log"
    text = figure_caption("pareto", frames("pareto", 4), CHOICE)
    assert "Without a known price, and so not drawn: $\\alpha_{x}$ & 100% #1." in text


def test_ranks_under_both_denominators() -> None:
    """Third model: 176 of 200 but 100 asked half: rates are made so that it stands elsewhere among the answers."""
    made = board(3)
    rate = {"all": made["accuracy_25km_all"].tolist(), "answered": made["accuracy_25km_answered"].tolist()}
    changed = sum(
        sorted(rate["all"], reverse=True).index(a) != sorted(rate["answered"], reverse=True).index(b)
        for a, b in zip(rate["all"], rate["answered"], strict=True)
    )
    assert f"{changed} of 3 models change place" in figure_caption("ranks", frames("ranks", 3), CHOICE)


def test_rank_intervals_of_other_runs_are_not_taken() -> None:
    some = frames("ranks", 3)
    some["bi.leaderboard"] = some["bi.leaderboard"].iloc[:2]
    with figure_style():
        assert len(draw_figure("ranks", some, CHOICE).axes) == 2
    assert len(_drawn("ranks", 3).axes) == 3


def test_ranks_draw_wilsons_interval() -> None:
    """190 of 200, by hand: (p + z^2/2n -+ z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n)."""
    z, n, p = 1.959964, 200, 0.95
    centre, spread = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    expected = [100 * (centre + side * spread) / (1 + z * z / n) for side in (-1, 1)]
    (bars,) = (each for each in _drawn("ranks").axes[0].collections if isinstance(each, mpl.collections.LineCollection))
    (low, _), (high, _) = bars.get_segments()[0]
    assert [low, high] == pytest.approx(expected, abs=1e-4)


def test_regression_takes_the_newest_fit_of_the_chosen_runs() -> None:
    made = frames("regression", 2)
    newer = made["bi.estimate"][made["bi.estimate"]["run_id"] == 1].copy()
    newer["estimate"], newer["low"], newer["high"], newer["analysis_id"] = 7.0, 3.0, 14.0, 99
    newer["created_at"] = START + pd.Timedelta(days=1)
    foreign = newer.assign(run_id=9, analysis_id=100)
    foreign["parameters"] = [{"fields": "model", "min_count": 20, "run_ids": [9]}] * len(foreign)
    made["bi.estimate"] = pd.concat([made["bi.estimate"], newer, foreign], ignore_index=True)
    with figure_style():
        (axes,) = draw_figure("regression", made, CHOICE).axes
    drawn = {line.get_label(): line.get_xdata() for line in axes.lines if not line.get_label().startswith("_")}
    assert set(drawn) == {"model-00-of-many", "model-01-of-many", "2 models together"}
    assert list(drawn["model-00-of-many"]) == [7.0] * 4
    assert sorted(drawn["model-01-of-many"]) == pytest.approx([0.4, 0.8, 1.2, 1.6])


def test_regression_of_another_measure_names_what_is_stored() -> None:
    with (
        figure_style(),
        pytest.raises(InputError, match=r"there is accuracy_25km \(all\): `imageo regress --outcome city"),
    ):
        draw_figure("regression", frames("regression", 2), Choice("made", measure="city_match"))


def test_attractors_by_place_are_not_told_as_names() -> None:
    made = frames("attractors", 2)
    told = figure_caption("attractors", made, CHOICE)
    by_place = made["bi.estimate"].assign(
        measure="country_place", p_adjusted=0.01, analysis_id=99, created_at=START + pd.Timedelta(days=1)
    )
    made["bi.estimate"] = pd.concat([made["bi.estimate"], by_place], ignore_index=True)
    assert "how often a country is named" in told
    assert figure_caption("attractors", made, CHOICE) == told


def test_gaps_keep_worst_and_best_apart() -> None:
    rates, gap = _drawn("gaps", 1).axes
    assert [line.get_xdata()[0] for line in rates.lines] == pytest.approx([20.0, 60.0])
    assert gap.lines[-1].get_xdata()[0] == pytest.approx(40.0)


def test_words_of_gaps_say_how_many_images_every_model_was_asked_for() -> None:
    made = frames("gaps", 2)
    rows = made["bi.estimate"]
    assert "with at least 10 images" in figure_caption("gaps", made, CHOICE)
    rows["parameters"] = [{"minimum_n": 30 if run_id == 2 else 10} for run_id in rows["run_id"]]
    assert "with at least 10 or 30 images" in figure_caption("gaps", made, CHOICE)


def test_verdicts_by_measure_and_denominator() -> None:
    told = reasons(1, images=4).astype({"is_city_match": object})
    told["is_located"] = [True, True, True, False]
    told.loc[3, "error_km"] = math.nan
    told.loc[0, "is_city_match"] = None
    told["is_city_named"] = [True, False, True, True]
    # Images 1 and 3 are hits of run 1; the last has no point, and so is a miss by distance.
    hit, counts = verdicts(told, Choice("made"))
    assert (hit.tolist(), counts.tolist()) == ([False, True, False, False], [True] * 4)
    assert verdicts(told, Choice("made", denominator="answered"))[1].tolist() == [True, True, True, False]
    hit, counts = verdicts(told, Choice("made", measure="city_match"))
    assert (hit.tolist(), counts.tolist()) == ([False, True, False, True], [False, True, True, True])
    counts = verdicts(told, Choice("made", measure="city_match", denominator="answered"))[1]
    assert counts.tolist() == [False, False, True, True]


def test_names_of_the_place_are_no_words_of_it() -> None:
    for name in ("words", "hits-misses"):
        figure = _drawn(name)
        texts = " ".join(text.get_text() for axes in figure.axes for text in axes.texts)
        assert "berlin" not in texts
        assert "street signs" in texts


def test_hits_and_misses_stand_on_their_sides() -> None:
    words = _drawn("hits-misses").axes[0]
    ends = {text.get_text().split(" (")[0]: text.get_horizontalalignment() for text in words.texts}
    assert ends["tower"] == "right"
    assert ends["suburban"] == "left"
    # Three models, 20 images: 30 answers on either side, each with its own sentence.
    assert "tower (30 : 0)" in {text.get_text() for text in words.texts}
    assert "30 hits and 30 misses by 3 models" in figure_caption("hits-misses", frames("hits-misses", 3), CHOICE)


def test_only_hits_cannot_be_told_from_misses() -> None:
    made = frames("hits-misses", 2)
    made["bi.prediction_reasoning"] = made["bi.prediction_reasoning"].assign(error_km=1.0)
    with figure_style(), pytest.raises(InputError, match="is a miss by accuracy_25km"):
        draw_figure("hits-misses", made, CHOICE)
