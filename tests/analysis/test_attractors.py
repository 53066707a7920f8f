"""Attraction, displacement and entropy against published examples, other libraries and hand calculation."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imageo.analysis.attractor_survey import city_codes
from imageo.analysis.attractors import attraction_estimates, paired_ratio_interval
from imageo.analysis.confusion import entropy_bits, entropy_estimates
from imageo.analysis.displacement import displacement_estimates, displacement_vectors, mean_vector_p


def test_paired_ratio_interval_is_the_published_one() -> None:
    """Cavo et al. 2012, in Fagerland, Lydersen & Laake (2017), Statistical Analysis of Contingency Tables, ch. 8.

    Complete response before and after consolidation therapy, 59 6 / 16 80: the authors' R package contingencytables
    has 0.8667 (0.7579 to 0.9910) for the Bonett-Price interval.
    """
    low, high = paired_ratio_interval(np.array([59.0]), np.array([6.0]), np.array([16.0]))
    assert (round(low[0], 4), round(high[0], 4)) == (0.7579, 0.9910)


def test_paired_ratio_interval_covers() -> None:
    """Nominal 95 %: a place true in 12 % of 300 images and answered in 18 % of them."""
    rng = np.random.default_rng(3)
    cells = rng.multinomial(300, [0.08, 0.10, 0.04, 0.78], 4000).T.astype(float)
    low, high = paired_ratio_interval(cells[0], cells[1], cells[2])
    assert 0.935 < np.mean((low <= 1.5) & (high >= 1.5)) < 0.97


def test_attraction_by_hand() -> None:
    counts = pd.DataFrame(
        {
            "code": ["US", "FR", "AQ"],
            "n_true": [10, 20, 0],
            "n_predicted": [18, 10, 2],
            "n_correct": [10, 10, 0],
            "n_images": [30, 30, 30],
        }
    )
    states, france, nowhere = attraction_estimates(counts, run_id=7, grouping="country", measure="country_name")
    assert (states.estimate, states.n, states.k, states.run_id) == (1.8, 10, 18, 7)
    assert states.low is not None
    assert states.high is not None
    assert 1 < states.low < 1.8 < states.high
    # Eight images only answered, none only true: two tails of a coin thrown eight times. France: ten of ten.
    assert states.p_value == pytest.approx(2 / 2**8)
    assert france.p_value == pytest.approx(2 / 2**10)
    assert (france.p_adjusted, states.p_adjusted) == pytest.approx((3 * 2 / 2**10, 1.5 * 2 / 2**8))
    assert (nowhere.estimate, nowhere.low, nowhere.high, nowhere.p_value) == (None, None, None, 0.5)
    assert "Never true" in str(nowhere.note)


def test_attraction_p_is_mcnemar() -> None:
    from statsmodels.stats.contingency_tables import mcnemar

    counts = pd.DataFrame({"code": ["x"], "n_true": [22], "n_predicted": [15], "n_correct": [12], "n_images": [60]})
    (found,) = attraction_estimates(counts, run_id=None, grouping="city", measure="city_name")
    assert found.p_value == pytest.approx(mcnemar([[12, 3], [10, 35]], exact=True).pvalue)


def test_entropy_by_hand() -> None:
    """Counts 2, 1, 1: H = 1.5 bits, two classes above one among four give 2 / (8 ln 2); variance (2.5 - 2.25) / 4."""
    bits, error = entropy_bits(np.array([2, 1, 1, 0]))
    assert bits == pytest.approx(1.5 + 2 / (8 * np.log(2)))
    assert error == pytest.approx(0.25)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=12).filter(any))
def test_entropy_is_that_of_scipy_plus_the_correction(counts: list[int]) -> None:
    from scipy.stats import entropy

    bits, error = entropy_bits(np.array(counts))
    classes = sum(count > 0 for count in counts)
    assert bits - (classes - 1) / (2 * sum(counts) * np.log(2)) == pytest.approx(entropy(counts, base=2), abs=1e-12)
    assert error >= 0


def test_entropy_of_countries() -> None:
    confusion = pd.DataFrame(
        {
            "true_country_iso": ["DE", "DE", "DE", "FR", "PL"],
            "predicted_country_iso": ["DE", "AT", None, "FR", "DE"],
            "n_images": [10, 10, 5, 20, 3],
        }
    )
    overall, germany, france, poland = entropy_estimates(confusion, run_id=1, measure="country_name")
    assert germany.estimate == pytest.approx(1 + 1 / (40 * np.log(2)))
    assert (germany.n, germany.k) == (20, 10)
    assert (france.estimate, france.low, france.note) == (0, None, "Every answer names the same country.")
    assert (poland.estimate, poland.note) == (None, "3 answers: fewer than 10 say nothing about their spread.")
    assert germany.estimate is not None
    assert overall.estimate == pytest.approx(20 * germany.estimate / 43)
    (sure, _) = entropy_estimates(confusion[3:4], run_id=1, measure="country_name")
    assert (sure.estimate, sure.low, sure.note) == (0, None, "Every country always gets the same answer.")
    assert entropy_estimates(confusion[2:3], run_id=1, measure="country_name") == []


def test_displacement_of_a_degree() -> None:
    """A degree of longitude on the equator is a 6378.137 pi / 180 = 111.3195 km; of latitude there 110.574 km."""
    found = displacement_vectors(np.zeros(3), np.array([0, 0, 179.5]), np.array([0, 1, 0.0]), np.array([1, 0, -179.5]))
    np.testing.assert_allclose(found, [[111.3195, 0], [0, 110.5744], [111.3195, 0]], atol=1e-3)


def test_mean_vector_test_is_that_of_statsmodels() -> None:
    from statsmodels.stats.multivariate import test_mvmean as of_statsmodels

    vectors = np.random.default_rng(1).normal([0.5, 0.1], [1, 3], (25, 2))
    assert mean_vector_p(vectors) == pytest.approx(of_statsmodels(vectors, np.zeros(2)).pvalue)
    assert mean_vector_p(np.array([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]])) is None


def _answers(rng: np.random.Generator, n: int, east: float, spread: float) -> pd.DataFrame:
    """Answers `east` degrees east of true points near the equator, with a spread."""
    latitude, longitude = rng.uniform(-5, 5, n), rng.uniform(0, 10, n)
    return pd.DataFrame(
        {
            "true_latitude": latitude,
            "true_longitude": longitude,
            "answered_latitude": latitude + rng.normal(0, spread, n),
            "answered_longitude": longitude + east + rng.normal(0, spread, n),
            "error_km": 1.0,
        }
    )


def test_a_planted_displacement_is_found_and_none_where_there_is_none() -> None:
    rng = np.random.default_rng(5)
    answers = pd.concat([_answers(rng, 80, 2.0, 1.0), _answers(rng, 80, 0.0, 1.0), _answers(rng, 4, 1, 1)])
    answers = answers.reset_index(drop=True)
    answers.loc[[0, 1], "error_km"] = np.nan
    codes = pd.Series(["A"] * 80 + ["B"] * 80 + ["C"] * 4)
    found = displacement_estimates(answers, codes, run_id=1, grouping="x", seed=1)
    by = {(one.subject, one.statistic): one for one in found}
    east = by["A", "displacement_km"]
    assert (east.n, east.note) == (78, None)
    assert east.low is not None
    assert east.high is not None
    assert east.low < 222.6 < east.high
    assert east.p_adjusted is not None
    assert east.p_adjusted < 1e-6
    bearing = by["A", "displacement_bearing"]
    assert bearing.low is not None
    assert bearing.high is not None
    assert bearing.low < 90 < bearing.high < bearing.low + 40
    share = by["A", "displacement_share"].estimate
    assert share is not None
    assert 0.7 < share < 1
    assert by["B", "displacement_km"].note == "No direction beyond chance."
    assert "4 answers" in str(by["C", "displacement_km"].note)
    assert found == displacement_estimates(answers, codes, run_id=1, grouping="x", seed=1)
    assert found != displacement_estimates(answers, codes, run_id=1, grouping="x", seed=2)


def test_answers_on_the_spot_have_no_direction() -> None:
    answers = _answers(np.random.default_rng(1), 12, 0, 0)
    (only,) = displacement_estimates(answers, pd.Series(["A"] * 12), run_id=1, grouping="x", seed=1)
    assert (only.estimate, only.note) == (0.0, "Every answer is at its true point.")


def test_cities_of_one_name_are_told_apart() -> None:
    cities = pd.DataFrame({"city": ["springfield", "springfield"], "country_iso": ["US", None]})
    assert city_codes(cities).tolist() == ["springfield, US", "springfield, ?"]


def test_displacements_on_one_line_are_not_tested_and_that_is_said() -> None:
    """Half the answers at their place, half in one other town: there is no spread across to test the mean against."""
    sides = ("true_latitude", "true_longitude", "answered_latitude", "answered_longitude")
    answers = pd.DataFrame([(0.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 3.0)] * 10, columns=sides).assign(error_km=1.0)
    found = displacement_estimates(answers, pd.Series(["AF"] * 20), run_id=1, grouping="continent", seed=0)
    assert (found[0].statistic, found[0].p_value, found[0].p_adjusted) == ("displacement_km", None, None)
    assert found[0].note == "All displacements lie on one line: their mean is not tested."
