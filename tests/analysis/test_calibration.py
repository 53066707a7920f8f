"""Calibration and discrimination from counts, against scikit-learn, scipy and sums by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu, spearmanr
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import roc_auc_score

from imageo.analysis.calibration import LEVELS, calibration_error, face_value, isotonic_value, overconfidence
from imageo.analysis.calibration_counts import confidences
from imageo.analysis.calibration_report import calibrate
from imageo.analysis.discrimination import ErrorOrder, aurc, auroc, excess_aurc
from imageo.analysis.paired_bootstrap import resamples

_COUNTS = st.lists(
    st.integers(0, 30).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), min_size=5, max_size=5
)


def _answers(counts: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    """The answers that counts by level are counts of: confidences and hits."""
    confidence = np.repeat(LEVELS, [n for n, _ in counts])
    hits = [np.arange(n) < k for n, k in counts]
    return confidence, np.concatenate(hits)


def _arrays(counts: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    n, k = np.array(counts, dtype=float).T
    return n, k


@given(_COUNTS)
def test_auroc_as_scikit_learn_and_mann_whitney(counts: list[tuple[int, int]]) -> None:
    confidence, hit = _answers(counts)
    assume(0 < hit.sum() < hit.size)
    ours = float(auroc(*_arrays(counts)))
    assert ours == pytest.approx(roc_auc_score(hit, confidence))
    u = mannwhitneyu(confidence[hit], confidence[~hit]).statistic
    assert ours == pytest.approx(u / (hit.sum() * (~hit).sum()))


def test_auroc_needs_hits_and_misses() -> None:
    assert np.isnan(auroc(np.array([0.0, 3]), np.array([0.0, 3])))


@given(_COUNTS)
def test_isotonic_value_as_scikit_learn(counts: list[tuple[int, int]]) -> None:
    confidence, hit = _answers(counts)
    assume(hit.size)
    theirs = IsotonicRegression(out_of_bounds="clip").fit(confidence, hit.astype(float))
    stated = sorted(set(confidence.tolist()))
    ours = isotonic_value(*_arrays(counts))
    assert ours[np.array(stated) - 1] == pytest.approx(theirs.predict(stated))
    assert (np.diff(ours) >= -1e-12).all()


def test_isotonic_value_of_many_tables_at_once_is_that_of_each() -> None:
    generator = np.random.default_rng(0)
    n = generator.integers(0, 9, (40, 5)).astype(float)
    k = np.floor(n * generator.random((40, 5)))
    together = isotonic_value(n, k)
    for row in range(40):
        np.testing.assert_allclose(together[row], isotonic_value(n[row], k[row]))


def test_calibration_error_by_hand() -> None:
    """10 answers of level 1 with 4 hits, 30 of level 5 with 21: .25 |.4 - .2| + .75 |.7 - 1| = .275 at face value."""
    n, k = np.array([10.0, 0, 0, 0, 30]), np.array([4.0, 0, 0, 0, 21])
    assert calibration_error(n, k, face_value()) == pytest.approx(0.275)
    # Promised (10 * .2 + 30) / 40 = .8, kept 25 / 40 = .625.
    assert overconfidence(n, k, face_value()) == pytest.approx(0.175)
    assert calibration_error(n, k, isotonic_value(n, k)) == pytest.approx(0)


def test_aurc_by_hand() -> None:
    """Most confident first: hit, miss, hit, all of other levels: risks 0, 1/2, 1/3, mean 5/18."""
    n, k = np.array([0.0, 0, 1, 1, 1]), np.array([0.0, 0, 1, 0, 1])
    assert aurc(n, k) == pytest.approx(5 / 18)
    # Best order hit, hit, miss: risks 0, 0, 1/3.
    assert excess_aurc(n, k) == pytest.approx(5 / 18 - 1 / 9)


def test_aurc_takes_the_mean_over_orders_within_a_level() -> None:
    """One hit and one miss at the same level: first the miss (1, 1/2) or first the hit (0, 1/2)."""
    assert aurc(np.array([2.0]), np.array([1.0])) == pytest.approx((3 / 4 + 1 / 4) / 2)


@given(_COUNTS)
def test_aurc_is_the_mean_over_shuffles(counts: list[tuple[int, int]]) -> None:
    """Within a level of m answers the expected risk after N + j is (E + j e / m) / (N + j): summed in the open."""
    assume(sum(n for n, _ in counts))
    risks, answers, misses = [], 0, 0.0
    for n, k in reversed(counts):
        risks += [(misses + j * (n - k) / n) / (answers + j) for j in range(1, n + 1)]
        answers, misses = answers + n, misses + n - k
    assert aurc(*_arrays(counts)) == pytest.approx(np.mean(risks))
    assert excess_aurc(*_arrays(counts)) >= -1e-12


def test_without_information_aurc_is_the_share_of_misses() -> None:
    assert aurc(np.array([0.0, 50]), np.array([0.0, 30])) == pytest.approx(0.4)


@pytest.mark.parametrize("decimals", [9, 0])
def test_spearman_as_scipy_on_every_resample(decimals: int) -> None:
    """With decimals = 0 many errors are equal; images drawn twice are equal anyway."""
    generator = np.random.default_rng(decimals)
    image = generator.permutation(200)[:150]
    level = generator.integers(1, 6, 150)
    error = (generator.lognormal(4, 2, 150) / level).round(decimals)
    order = ErrorOrder(image, level, error, LEVELS)
    for weights in resamples(200, 25, seed=1):
        for row, ours in zip(weights, order.spearman(weights), strict=True):
            drawn = np.repeat(np.arange(150), row[image].astype(int))
            assert ours == pytest.approx(spearmanr(level[drawn], np.log1p(error[drawn])).statistic, abs=1e-5)


def test_spearman_of_one_level_is_unknown() -> None:
    order = ErrorOrder(np.arange(20), np.full(20, 5), np.arange(20.0), LEVELS)
    assert np.isnan(order.spearman(np.ones((1, 20), dtype=np.float32))).all()


@pytest.mark.parametrize("is_right", [True, False])
def test_answers_that_are_all_right_or_all_wrong_have_no_interval(is_right: bool) -> None:
    """Every resample is all right too: an interval of no width round 0 would claim certainty from twelve answers."""
    answers = pd.DataFrame(
        {
            "run_id": np.repeat([1, 2], 12),
            "image_id": np.tile(np.arange(12), 2),
            "confidence": [*([5] * 8 + [4] * 4), *range(1, 6), *range(1, 6), 1, 5],
            "error_km": [0.5 if is_right else 900.0] * 12 + [0.5, 900.0] * 6,
            "region": "EU",
        }
    )
    found = calibrate(confidences(answers, "accuracy_25km"), "accuracy_25km", "continent", 200, 0)
    summed_up = (
        "calibration_error",
        "overconfidence",
        "calibration_error_face",
        "overconfidence_face",
        "auroc",
        "aurc",
    )
    alike = [one for one in found if one.run_id == 1 and one.statistic in summed_up]
    assert len(alike) == 12, "of the run, and of its only region"
    assert {(one.low, one.high) for one in alike} == {(None, None)}
    assert all("All right or all wrong" in str(one.note) for one in alike)
    mixed = [one for one in found if one.run_id == 2 and one.statistic in summed_up]
    assert all(one.low < one.high for one in mixed)
