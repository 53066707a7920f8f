"""Runs on their common images: who is counted, what is corrected, what repeats tell."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from imageo.analysis.comparison import Entrant, compare, entrants
from imageo.analysis.comparison_repeats import variance_components
from imageo.analysis.estimate import Estimate
from imageo.analysis.ranks import rank_interval, ranks
from imageo.errors import InputError

A, B, C = 7, 3, 5


def _run(run_id: int, errors: Sequence[float | None], images: Sequence[int] | None = None) -> pd.DataFrame:
    """Answers with these errors in kilometres (None: no answer), country right within 750 km; no city has a truth."""
    rows: list[dict[str, Any]] = []
    for image, error in zip(images or range(len(errors)), errors, strict=True):
        is_told = error is not None
        row = {"run_id": run_id, "image_id": image, "error_km": error, "is_country_match": is_told and error <= 750}
        row |= {"is_state_match": row["is_country_match"], "is_city_match": None}
        rows.append(row | {f"is_{name}_named": is_told for name in ("country", "state", "city")})
    return pd.DataFrame(rows).astype({"error_km": float, "is_city_match": object})


def _compare(*frames: pd.DataFrame, replicates: int = 200) -> list[Estimate]:
    runs = [Entrant(int(frame["run_id"].iloc[0]), f"run {frame['run_id'].iloc[0]}") for frame in frames]
    return compare(pd.concat(frames), runs, replicates, seed=1)


def _one(estimates: list[Estimate], statistic: str, measure: str | None = None, **where: object) -> Estimate:
    found = [
        estimate
        for estimate in estimates
        if estimate.statistic == statistic
        and estimate.measure == measure
        and all(getattr(estimate, name) == value for name, value in where.items())
    ]
    assert len(found) == 1, found
    return found[0]


def test_a_non_answer_is_wrong_over_all_and_left_out_of_answers() -> None:
    first = _run(A, [1, 1, 1, None, 900, 1, 1, 1])
    second = _run(B, [900, 1, 1, 1, 1, None, None, 900])
    estimates = _compare(first, second)
    everybody = _one(estimates, "difference", "accuracy_25km", denominator="all")
    assert (everybody.estimate, everybody.n, everybody.run_id, everybody.other_run_id) == (2 / 8, 8, A, B)
    split = _one(estimates, "discordant", "accuracy_25km", denominator="all")
    assert (split.k, split.n) == (4, 6)
    # Both answered on images 0, 1, 2, 4 and 7: the first alone is right on 0 and 7, the second alone on 4.
    both = _one(estimates, "difference", "accuracy_25km", denominator="answered")
    assert (both.estimate, both.n) == (pytest.approx(1 / 5), 5)
    rate = _one(estimates, "rate", "accuracy_25km", denominator="answered", run_id=B)
    assert (rate.k, rate.n) == (4, 6)


def test_distances_are_bounded_or_of_images_that_both_located() -> None:
    estimates = _compare(_run(A, [10, 20, 30, None, 50, 60, 70]), _run(B, [11, 22, 33, 44, None, 66, 77]))
    bounded = _one(estimates, "median_difference", "error_km", denominator="bounded")
    # -1, -2, -3, 20015 - 44, 50 - 20015, -6, -7
    assert (bounded.estimate, bounded.n) == (-3, 7)
    assert (bounded.low, bounded.high) == (50 - 20015, 20015 - 44)
    both = _one(estimates, "median_difference", "error_km", denominator="answered")
    assert (both.estimate, both.n, both.low) == (-3, 5, None)
    assert both.note == "Fewer than 6 images: no interval."
    nearer = _one(estimates, "closer_share", "error_km", denominator="bounded")
    assert (nearer.k, nearer.n) == (6, 7)
    medians = _one(estimates, "difference_of_medians", "error_km", denominator="bounded")
    assert medians.estimate == 50 - 44


def test_only_common_images_count_and_the_rest_is_told() -> None:
    estimates = _compare(_run(A, [1] * 6), _run(B, [900] * 4, images=[2, 3, 4, 9]))
    shared = _one(estimates, "shared_images")
    assert (shared.k, shared.n, shared.note) == (3, 7, "4 images were not asked of every run.")
    assert _one(estimates, "not_asked", run_id=A).k == 1
    assert _one(estimates, "not_asked", run_id=B).k == 3
    assert _one(estimates, "difference", "accuracy_25km", denominator="all").n == 3


def test_a_measure_without_truth_says_so() -> None:
    estimates = _compare(_run(A, [1, 2, 900]), _run(B, [3, None, 4]))
    for denominator in ("all", "answered"):
        assert _one(estimates, "difference", "city_match", denominator=denominator).estimate is None
        assert _one(estimates, "rate", "city_match", denominator=denominator, run_id=A).note
    assert not [e for e in estimates if e.statistic == "rank" and e.measure == "city_match"]
    for estimate in estimates:
        for number in (estimate.estimate, estimate.low, estimate.high, estimate.p_value, estimate.p_adjusted):
            assert number is None or np.isfinite(number), estimate


def test_holm_is_over_all_pairs_and_measures_of_a_way_of_counting() -> None:
    generator = np.random.default_rng(2)
    frames = []
    for run_id, skill in ((A, 2.0), (B, 3.0), (C, 4.5)):
        errors = generator.lognormal(skill, 2, 120)
        frames.append(_run(run_id, [None if generator.random() < 0.1 else float(error) for error in errors]))
    estimates = _compare(*frames)
    for family, denominators in (("non-answers counted", ("all", "bounded")), ("answers only", ("answered",))):
        tests = [
            estimate
            for estimate in estimates
            if estimate.statistic in ("difference", "median_difference")
            and estimate.denominator in denominators
            and estimate.p_value is not None
        ]
        # 3 pairs by country, state, five thresholds and the distance; no city has a truth.
        assert len(tests) == 24
        corrected = multipletests([test.p_value for test in tests], method="holm")[1]
        assert [test.p_adjusted for test in tests] == pytest.approx(corrected.tolist())
        assert _one(estimates, "holm_family", subject=family).n == 24


def test_ranks_of_runs_far_apart_are_certain_and_of_twins_are_not() -> None:
    generator = np.random.default_rng(3)
    near, twin = generator.lognormal(3, 1, 400), generator.lognormal(3, 1, 400)
    estimates = _compare(_run(A, near.tolist()), _run(B, twin.tolist()), _run(C, (near + 3000).tolist()))
    last = _one(estimates, "rank", "accuracy_200km", denominator="all", run_id=C)
    assert (last.estimate, last.low, last.high) == (3, 3, 3)
    for run_id in (A, B):
        rank = _one(estimates, "rank", "accuracy_25km", denominator="all", run_id=run_id)
        assert (rank.low, rank.high) == (1, 2)


def test_a_run_that_answers_only_what_it_knows_flips() -> None:
    estimates = _compare(_run(A, [1, 1, 1, 1, 900]), _run(B, [1, 1, None, None, None]))
    flips = {e.run_id: e.note for e in estimates if e.statistic == "rank_flip" and e.measure == "accuracy_25km"}
    assert flips == {
        A: "Rank 1 when non-answers count, 2 over answers only.",
        B: "Rank 2 when non-answers count, 1 over answers only.",
    }


def test_ranks_share_the_best_place_and_put_the_unknown_last() -> None:
    assert ranks(np.array([0.2, 0.9, np.nan, 0.9])).tolist() == [3, 1, 4, 1]
    assert rank_interval(np.array([1] * 3 + [2] * 94 + [4] * 3)) == (1, 4)


def test_bootstrap_interval_of_a_rate_difference_is_as_wide_as_its_formula() -> None:
    """A paired difference of medians of shifted errors is the shift, on every resample."""
    errors = np.random.default_rng(4).lognormal(3, 1, 300)
    estimates = _compare(_run(A, errors.tolist()), _run(B, (errors + 10).tolist()))
    shift = _one(estimates, "difference_of_medians", "error_km", denominator="answered")
    assert (shift.estimate, shift.low, shift.high) == pytest.approx((-10, -10, -10))


def test_variance_components_on_shrout_and_fleiss() -> None:
    """Shrout and Fleiss 1979, table 2: 6 targets, 4 judges; one-way MSB 11.24, MSW 6.26, ICC(1,1) = .17."""
    ratings = np.array(
        [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], dtype=float
    )
    totals = ratings.sum(axis=1)
    found = variance_components(6, 4, totals.sum(), (totals**2).sum(), (ratings**2).sum())
    disagreement, within, between, repeatability, spread = found
    assert within == pytest.approx(6.26, abs=0.005)
    assert between == pytest.approx((11.24 - 6.26) / 4, abs=0.005)
    assert repeatability == pytest.approx(0.17, abs=0.005)
    assert spread == pytest.approx(np.sqrt(6.26 / 6), abs=0.001)
    assert disagreement == 2 * within


def test_repeats_disagree_as_often_as_counted_by_hand() -> None:
    """Of 4 images repeats agree on two, and one of three differs on two: 2 of 3 pairs each, 1/3 of all pairs."""
    frames = [_run(A, [1, 900, 1, 1]), _run(B, [1, 900, 900, 1]), _run(C, [1, 900, 1, 900])]
    other = _run(9, [1, 1, 900, 900])
    runs = [Entrant(A, "asked thrice", (B, C)), Entrant(9, "other")]
    estimates = compare(pd.concat([*frames, other]), runs, 200, 1)
    found = _one(estimates, "disagreement", "accuracy_25km", grouping="repeats")
    assert (found.estimate, found.n, found.subject, found.run_id) == (pytest.approx(1 / 3), 4, "3", A)
    assert _one(estimates, "difference", "accuracy_25km", denominator="all").n == 4
    alike = _one(estimates, "repeatability", "accuracy_2500km", grouping="repeats")
    assert (alike.estimate, alike.note is not None) == (None, True)


def _runs(*rows: tuple[int, str, str, int]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["run_id", "model", "run_label", "repeat"])
    return frame.assign(provider="p", variant="", prompt_hash="", parameters=[{}] * len(rows))


def test_repeats_stand_behind_the_first_unless_named_themselves() -> None:
    runs = _runs((1, "m", "m", 1), (2, "m", "m #2", 2), (4, "n", "n", 1), (5, "idle", "idle", 1))
    scores = pd.DataFrame({"run_id": [1, 2, 4]})
    assert entrants(runs, scores) == [Entrant(1, "m", (2,)), Entrant(4, "n")]
    assert entrants(runs, scores, ["n", "m"]) == [Entrant(4, "n"), Entrant(1, "m", (2,))]
    assert entrants(runs, scores, ["m", "m #2"]) == [Entrant(1, "m"), Entrant(2, "m #2")]
    assert entrants(runs, scores, ["m #2", "n"]) == [Entrant(2, "m #2"), Entrant(4, "n")]


def test_nothing_to_compare_is_said() -> None:
    with pytest.raises(InputError, match="two models or more"):
        _compare(_run(A, [1.0]))
    with pytest.raises(InputError, match="no image was asked of all of run 7, run 3"):
        _compare(_run(A, [1.0], images=[1]), _run(B, [1.0], images=[2]))


def test_five_images_rank_nobody() -> None:
    """Of one image every resample is the same: who is first on it would seem certain."""
    for n in (1, 5):
        found = _compare(_run(1, [3.0] * n), _run(2, [4000.0] * n))
        for statistic, measure, denominator in (
            ("rank", "accuracy_25km", "all"),
            ("median", "error_km", "bounded"),
            ("difference_of_medians", "error_km", "bounded"),
        ):
            one = _one(found, statistic, measure, denominator=denominator, run_id=1)
            assert one.estimate is not None
            assert (one.low, one.high) == (None, None)
            assert "Fewer than 6 images" in str(one.note)
        assert _one(found, "first_share", "error_km", denominator="bounded", run_id=1).estimate is None
    found = _compare(_run(1, [3.0] * 6), _run(2, [4000.0] * 6))
    assert _one(found, "rank", "accuracy_25km", denominator="all", run_id=1).high == 1
