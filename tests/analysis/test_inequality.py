"""Gini, Theil and the funnel, against the `inequality` package, hand calculations and exact binomial sums."""

from math import comb, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inequality.gini import Gini
from inequality.theil import Theil

from imageo.analysis.inequality import funnel_limits, gini, overdispersion, theil, unevenness
from imageo.analysis.resampling import GroupSample, draw_blocks, sample_groups


@given(st.lists(st.floats(0.001, 1.0), min_size=2, max_size=30))
def test_indices_are_those_of_the_inequality_package(rates: list[float]) -> None:
    values = np.array(rates)
    assert float(gini(values)) == pytest.approx(Gini(values).g, abs=1e-12)
    assert float(theil(values)) == pytest.approx(float(Theil(values).T), abs=1e-12)


def test_indices_by_hand() -> None:
    # Mean absolute difference of 1, 2, 3, 4 over all 16 pairs: 20 / 16 = 1.25; G = 1.25 / (2 * 2.5).
    assert float(gini(np.array([1.0, 2.0, 3.0, 4.0]))) == pytest.approx(0.25)
    # One has all of it.
    assert float(gini(np.array([0.0, 0.0, 0.0, 1.0]))) == pytest.approx(0.75)
    assert float(theil(np.array([0.0, 0.0, 0.0, 1.0]))) == pytest.approx(log(4))
    # Shares 1/3 and 2/3: (1/3) ln(2/3) + (2/3) ln(4/3).
    assert float(theil(np.array([0.3, 0.6]))) == pytest.approx(log(2 / 3) / 3 + 2 * log(4 / 3) / 3)
    assert float(gini(np.array([0.4, 0.4, 0.4]))) == pytest.approx(0.0, abs=1e-12)
    assert np.isnan(gini(np.zeros(3)))


def test_columns_are_separate_worlds() -> None:
    worlds = np.array([[0.1, 0.5], [0.9, 0.5], [0.2, 0.5]])
    assert gini(worlds) == pytest.approx([Gini(worlds[:, 0]).g, 0.0], abs=1e-12)
    assert theil(worlds)[0] == pytest.approx(float(Theil(worlds[:, 0]).T))


@pytest.mark.parametrize(("n", "pooled"), [(12, 0.4), (40, 0.9), (7, 0.05)])
def test_funnel_limits_are_spiegelhalters(n: int, pooled: float) -> None:
    low, high = funnel_limits(np.array([float(n)]), pooled, 0.95)
    for limit, p in ((low[0], 0.025), (high[0], 0.975)):
        mass = [comb(n, i) * pooled**i * (1 - pooled) ** (n - i) for i in range(n + 1)]
        up_to = np.cumsum(mass)
        r = int(np.argmax(up_to >= p))
        expected = (r - (up_to[r] - p) / mass[r]) / n
        assert limit == pytest.approx(min(1.0, max(0.0, expected)), abs=1e-9)


def test_funnel_of_many_photos_is_the_normal_one() -> None:
    n = np.array([20_000.0])
    error = (0.3 * 0.7 / 20_000) ** 0.5
    for level, z in ((0.95, 1.959964), (0.998, 3.090232)):
        low, high = funnel_limits(n, 0.3, level)
        assert (low[0], high[0]) == pytest.approx((0.3 - z * error, 0.3 + z * error), abs=1e-4)


def test_overdispersion_is_one_by_chance_and_more_where_groups_differ() -> None:
    rng = np.random.default_rng(5)
    n = np.full(4000, 50.0)
    # The mean of min(z^2, c^2), c = 1.2816, by hand: 0.8 - 2 c phi(c) + 0.2 c^2 = 0.679; counts are a little coarse.
    assert overdispersion(rng.binomial(50, 0.4, 4000).astype(float), n) == pytest.approx(0.679, abs=0.04)
    wide = rng.binomial(50, rng.uniform(0.1, 0.7, 4000)).astype(float)
    assert overdispersion(wide, n) > 4
    assert overdispersion(np.zeros(3), np.full(3, 10.0)) == 1.0


def _sample(rates: list[float], rng: np.random.Generator) -> GroupSample:
    group = rng.integers(0, len(rates), 3000)
    block = rng.integers(0, 40, 3000) * len(rates) + group
    is_hit = rng.random(3000) < np.array(rates)[group]
    return sample_groups(group, block, is_hit, len(rates), draw_blocks(40 * len(rates), 800, rng))


def test_unevenness_that_chance_explains_is_said_to() -> None:
    rng = np.random.default_rng(6)
    alike = [unevenness(_sample([0.5] * 6, rng), 1.0, rng)["gini"] for _ in range(40)]
    assert sum(found.p_value <= 0.05 for found in alike) <= 6
    assert sum(found.low == 0.0 for found in alike) >= 34
    assert np.mean([found.index for found in alike]) == pytest.approx(np.mean([f.by_chance for f in alike]), rel=0.15)
    apart = unevenness(_sample([0.9, 0.8, 0.3, 0.5, 0.6, 0.2], rng), 1.0, rng)
    for name, index_of in (("gini", gini), ("theil", theil)):
        true = float(index_of(np.array([0.9, 0.8, 0.3, 0.5, 0.6, 0.2])))
        assert apart[name].low <= true <= apart[name].high
        assert apart[name].p_value < 0.01
