"""Blocks, draws and intervals, against statsmodels, published tables and plain loops."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, t
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from imageo.analysis.resampling import draw_blocks, equal_area_cells, sample_groups
from imageo.analysis.resampling_intervals import expanded_percentiles, mover_ratio, newcombe, t_factor, wilson

COUNTS = [(0, 1), (0, 12), (3, 3), (5, 10), (1, 40), (333, 1000)]


def _newcombe(k1: int, n1: int, k2: int, n2: int) -> tuple[float, float]:
    low, high = newcombe(*(np.array([float(each)]) for each in (k1, n1, k2, n2)))
    return float(low[0]), float(high[0])


def _ratio(k1: int, n1: int, k2: int, n2: int) -> tuple[float, float]:
    low, high = mover_ratio(*(np.array([float(each)]) for each in (k1, n1, k2, n2)))
    return float(low[0]), float(high[0])


@pytest.mark.parametrize(("k", "n"), COUNTS)
def test_wilson_is_that_of_statsmodels(k: int, n: int) -> None:
    low, high = wilson(np.array([float(k)]), np.array([float(n)]))
    assert (low[0], high[0]) == pytest.approx(proportion_confint(k, n, method="wilson"), abs=1e-12)


@pytest.mark.parametrize(
    ("counts", "published"),
    [
        ((56, 70, 48, 80), (0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.1705, 0.8090)),
        ((5, 56, 0, 29), (-0.0381, 0.1926)),
        ((10, 10, 0, 10), (0.6075, 1.0000)),
    ],
)
def test_newcombe_gives_his_table(counts: tuple[int, int, int, int], published: tuple[float, float]) -> None:
    # Newcombe (1998), Statistics in Medicine 17:873, table II, method 10.
    assert _newcombe(*counts) == pytest.approx(published, abs=1e-4)
    theirs = confint_proportions_2indep(*counts, method="newcomb", compare="diff")
    assert _newcombe(*counts) == pytest.approx(theirs, abs=1e-9)


def test_ratio_interval_stands_on_its_published_equation() -> None:
    # Donner and Zou (2012), equation 9, worked out as it is printed.
    p1, p2 = 0.3, 0.6
    (l1, u1), (l2, u2) = (proportion_confint(k, 40, method="wilson") for k in (12, 24))
    under = (p1 * p2) ** 2 - l1 * u2 * (2 * p1 - l1) * (2 * p2 - u2)
    over = (p1 * p2) ** 2 - u1 * l2 * (2 * p1 - u1) * (2 * p2 - l2)
    printed = ((p1 * p2 - under**0.5) / (u2 * (2 * p2 - u2)), (p1 * p2 + over**0.5) / (l2 * (2 * p2 - l2)))
    assert _ratio(12, 40, 24, 40) == pytest.approx(printed, rel=1e-12)
    assert _ratio(12, 40, 24, 40) == pytest.approx(
        confint_proportions_2indep(12, 40, 24, 40, compare="ratio", method="score"), rel=0.03
    )


def test_ratio_interval_where_nothing_or_all_was_hit() -> None:
    low, high = _ratio(0, 20, 15, 20)
    assert low == 0
    assert 0 < high < 0.35
    low, high = _ratio(15, 20, 0, 20)
    assert low > 1
    assert high == np.inf
    assert _ratio(20, 20, 20, 20) == pytest.approx((0.84, 1.19), abs=0.01)


@given(k=st.lists(st.integers(0, 30), min_size=2, max_size=2))
def test_intervals_hold_their_estimate_and_turn_round(k: list[int]) -> None:
    low, high = _newcombe(k[0], 30, k[1], 30)
    assert low >= -1 - 1e-12
    assert low <= (k[0] - k[1]) / 30 <= high
    assert _newcombe(k[1], 30, k[0], 30) == pytest.approx((-high, -low), abs=1e-12)
    if min(k) > 0:
        low, high = _ratio(k[0], 30, k[1], 30)
        assert low <= k[0] / k[1] * (1 + 1e-12)
        assert high >= k[0] / k[1] * (1 - 1e-12)
        assert _ratio(k[1], 30, k[0], 30) == pytest.approx((1 / high, 1 / low), rel=1e-9)


def test_cells_are_equal_in_area_and_meet_at_the_date_line() -> None:
    rng = np.random.default_rng(4)
    latitude, longitude = np.degrees(np.arcsin(rng.uniform(-1, 1, 400_000))), rng.uniform(-180, 180, 400_000)
    counts = np.unique(equal_area_cells(latitude, longitude, 30.0), return_counts=True)[1]
    # 6 bands of 30 degrees hold 3, 8, 12, 12, 8, 3 cells; a cell's share of the sphere by hand: band area / cells.
    edges = np.sin(np.radians([-90, -60, -30, 0, 30, 60, 90]))
    expected = np.repeat(np.diff(edges) / 2 / [3, 8, 12, 12, 8, 3], [3, 8, 12, 12, 8, 3])
    assert sorted(counts / 400_000) == pytest.approx(sorted(expected), rel=0.05)
    west, east = equal_area_cells(np.array([10.0, 10.0]), np.array([-180.0, 180.0]), 5.0)
    assert west == east
    poles = equal_area_cells(np.array([90.0, 90.0, -90.0]), np.array([0.0, 1.0, 0.0]), 5.0)
    assert poles[0] == poles[1] != poles[2]


def test_a_draw_has_as_many_blocks_as_there_are() -> None:
    draws = draw_blocks(7, 300, np.random.default_rng(1))
    assert draws.shape == (7, 300)
    assert (draws.sum(axis=0) == 7).all()
    assert draws.mean(axis=1) == pytest.approx(np.ones(7), abs=0.25)
    assert draws.var() == pytest.approx(6 / 7, abs=0.1)
    assert (draws == draw_blocks(7, 300, np.random.default_rng(1))).all()


def test_replicates_are_those_of_a_plain_loop() -> None:
    rng = np.random.default_rng(3)
    group, block, is_hit = rng.integers(-1, 3, 90), rng.integers(0, 11, 90), rng.random(90) < 0.5
    draws = draw_blocks(11, 40, rng)
    sample = sample_groups(group, block, is_hit, 3, draws)
    for replicate in range(40):
        times = draws[block, replicate]
        for one in range(3):
            assert sample.n_drawn[one, replicate] == times[group == one].sum()
            assert sample.k_drawn[one, replicate] == times[(group == one) & is_hit].sum()
    sizes = pd.Series(1.0, pd.MultiIndex.from_arrays([group, block])).groupby(level=[0, 1]).sum()
    for one in range(3):
        assert sample.blocks[one] == pytest.approx(sizes[one].sum() ** 2 / (sizes[one] ** 2).sum())
    rest = sample.rest()
    assert rest.n.tolist() == [(group >= 0).sum() - (group == one).sum() for one in range(3)]
    assert (rest.k_drawn[0] == sample.k_drawn[1] + sample.k_drawn[2]).all()


def test_bootstrap_spread_is_the_cluster_robust_one_of_statsmodels() -> None:
    rng = np.random.default_rng(8)
    block = np.repeat(np.arange(150), 8)
    group = rng.integers(0, 2, 1200)  # groups share their blocks: the difference is a paired one
    is_hit = rng.random(1200) < np.clip(0.5 + 0.15 * group + rng.normal(0, 0.25, 150)[block], 0, 1)
    sample = sample_groups(group, block, is_hit, 2, draw_blocks(150, 6000, rng))
    frame = pd.DataFrame({"hit": is_hit.astype(float), "group": group, "block": block})
    fitted = smf.ols("hit ~ group", frame).fit(cov_type="cluster", cov_kwds={"groups": frame["block"]})
    apart = sample.rate_drawn[1] - sample.rate_drawn[0]
    assert sample.rate[1] - sample.rate[0] == pytest.approx(fitted.params["group"])
    assert apart.std() == pytest.approx(fitted.bse["group"], rel=0.04)


def test_percentiles_of_many_blocks_are_plain_and_of_few_wider() -> None:
    drawn = np.random.default_rng(2).normal(size=(1, 200_000))
    low, high = expanded_percentiles(drawn, np.array([1e9]))
    assert (low[0], high[0]) == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])), abs=1e-3)
    low, high = expanded_percentiles(drawn, np.array([9.0]))
    # Hesterberg (2015), 4.5.3: t with 9 degrees, times sqrt(10 / 9), as a quantile of the normal.
    reach = t.ppf(0.975, 9) * (10 / 9) ** 0.5
    assert high[0] == pytest.approx(reach, abs=0.03)
    assert low[0] == pytest.approx(-reach, abs=0.03)
    assert float(t_factor(np.array([9.0]))[0]) == pytest.approx(t.ppf(0.975, 9) / norm.ppf(0.975))


def test_percentiles_leave_out_replicates_without_a_value() -> None:
    drawn = np.array([[1.0, np.nan, 3.0, 2.0, np.nan]])
    low, high = expanded_percentiles(drawn, np.array([1e9]))
    assert (low[0], high[0]) == pytest.approx((1.05, 2.95))
