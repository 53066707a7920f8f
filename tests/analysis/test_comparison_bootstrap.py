"""The shortcut through resampled medians gives what sorting every resample gives."""

import numpy as np
import pytest

from imageo.analysis.paired_bootstrap import MedianPlan, interval, resamples


@pytest.mark.parametrize("n", [1, 2, 7, 50, 900])
def test_medians_of_resamples_are_those_of_the_drawn_values(n: int) -> None:
    generator = np.random.default_rng(n)
    whole = generator.lognormal(3, 2, n).round(1)
    holed = np.where(generator.random(n) < 0.4, np.nan, whole)
    plan = MedianPlan.make([whole, holed])
    for weights in resamples(n, 60, seed=3):
        for row, medians in zip(weights, plan.medians(weights), strict=True):
            drawn = np.repeat(np.arange(n), row.astype(int))
            for column, median in zip((whole, holed), medians, strict=True):
                known = column[drawn][~np.isnan(column[drawn])]
                assert median == (pytest.approx(np.median(known)) if known.size else pytest.approx(np.nan, nan_ok=True))


def test_a_median_outside_the_window_is_found_too() -> None:
    values = np.arange(1000.0)
    plan = MedianPlan.make([values])
    weights = np.zeros((2, 1000), dtype=np.float32)
    weights[0, 3], weights[1, 990:] = 1000, 100
    assert plan.medians(weights)[:, 0].tolist() == [3.0, 994.5]


def test_resamples_draw_as_many_images_and_repeat_under_a_seed() -> None:
    first, again, other = (np.vstack(list(resamples(3000, 1500, seed))) for seed in (1, 1, 2))
    assert first.shape == (1500, 3000)
    assert (first.sum(axis=1) == 3000).all()
    assert (first == again).all()
    assert (first != other).any()
    # How often an image is drawn is nearly Poisson: mean and variance 1.
    assert first.var() == pytest.approx(1 - 1 / 3000, abs=0.01)


def test_interval_of_the_median_agrees_with_scipys_bootstrap() -> None:
    from scipy.stats import bootstrap

    values = np.random.default_rng(5).lognormal(2, 1, 300)
    plan = MedianPlan.make([values])
    ours = interval(np.concatenate([plan.medians(weights)[:, 0] for weights in resamples(300, 6000, 1)]))
    theirs = bootstrap((values,), np.median, n_resamples=6000, method="percentile", rng=2).confidence_interval
    assert ours == pytest.approx(tuple(theirs), rel=0.03)


def test_an_interval_needs_values_in_half_of_the_resamples() -> None:
    assert interval(np.array([1.0, np.nan, np.nan])) == (None, None)
    assert interval(np.array([1.0, 1.0, np.nan])) == (1.0, 1.0)
