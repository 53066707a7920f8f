"""Separation, on constructed sets; Firth's fit against R's logistf."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imageo.analysis.regression import fit_regression
from imageo.analysis.regression_outcome import parse_outcome
from imageo.analysis.separation import Patterns, firth, profile_interval, separation

# Heinze & Schemper (2002): neovasculation, pulsatility index, endometrium height, high grade of 79 endometrial cancers.
ENDOMETRIAL = (
    "0 13 1.64 0,0 16 2.26 0,0 8 3.14 0,0 34 2.68 0,0 20 1.28 0,0 5 2.31 0,0 17 1.8 0,0 10 1.68 0,0 26 1.56 0,"
    "0 17 2.31 0,0 8 2.01 0,0 7 1.89 0,0 20 3.15 0,0 10 1.23 0,0 18 1.27 0,0 16 1.76 0,0 18 2 0,0 8 2.64 1,"
    "0 29 0.88 1,0 12 1.27 1,0 20 1.37 1,1 38 0.97 1,1 22 1.14 1,1 7 0.88 1,1 25 0.91 1,1 15 0.58 1,0 7 0.97 1,"
    "0 28 1.5 0,0 11 1.33 0,0 19 2.37 0,0 10 1.82 0,0 10 3.13 0,0 18 1.31 0,0 14 1.92 0,0 21 1.64 0,0 11 2.01 0,"
    "0 17 1.88 0,0 25 1.93 0,0 16 2.11 0,0 19 1.29 0,0 15 1.72 0,0 33 0.75 0,0 24 1.92 0,0 48 1.84 1,0 12 1.11 1,"
    "0 19 1.61 1,0 2 1.18 1,1 22 1.44 1,1 40 1.18 1,1 5 0.93 1,1 0 1.17 1,0 21 1.19 1,0 15 1.06 1,0 29 2.02 0,"
    "0 15 2.29 0,0 12 2.33 0,0 3 2.9 0,0 20 1.7 0,0 23 1.41 0,0 12 2.25 0,0 22 1.54 0,0 42 1.97 0,0 15 1.75 0,"
    "0 13 2.16 0,0 14 2.57 0,0 19 1.37 0,0 12 3.61 0,0 13 2.04 0,0 10 2.17 0,0 12 1.69 1,1 49 0.27 1,0 6 1.84 1,"
    "0 5 1.3 1,0 17 0.96 1,1 11 1.01 1,1 21 0.98 1,0 5 0.35 1,1 19 1.02 1,0 33 0.85 1"
)


def endometrial() -> tuple[np.ndarray, np.ndarray]:
    table = np.array([cell.split() for cell in ENDOMETRIAL.split(",")], dtype=float)
    return np.column_stack([np.ones(79), table[:, :3]]), table[:, 3]


def test_firth_is_logistf() -> None:
    """R: logistf(HG ~ NV + PI + EH, endometrial): coefficients, profile penalised-likelihood intervals, p values."""
    matrix, hit = endometrial()
    assert separation(matrix, hit) == "quasi-complete"
    patterns = Patterns.of(matrix, hit)
    fit = firth(patterns)
    assert fit.coefficients == pytest.approx([3.77455951, 2.92927330, -0.03475175, -2.60416387], rel=1e-5)
    expected = [(1.0825371, 7.20928050), (0.6097244, 7.85463171), (-0.1244587, 0.04045547), (-4.3651832, -1.23272106)]
    for place, interval in enumerate(expected):
        low, high, p_value = profile_interval(patterns, fit, np.eye(4)[place])
        assert (low, high) == pytest.approx(interval, rel=1e-5)
        assert (p_value < 0.05) == (interval[0] * interval[1] > 0)


@settings(max_examples=40, deadline=None)
@given(*[st.integers(0, 12)] * 4)
def test_firth_of_a_table_adds_half_to_every_cell(a: int, b: int, c: int, d: int) -> None:
    """In a saturated model Firth's penalty is Jeffreys's prior: half a hit and half a miss in each group."""
    if a + b == 0 or c + d == 0:
        return
    group = np.r_[np.ones(a + b), np.zeros(c + d)]
    hit = np.r_[np.ones(a), np.zeros(b), np.ones(c), np.zeros(d)]
    fit = firth(Patterns.of(np.column_stack([np.ones(len(group)), group]), hit))
    base = np.log((c + 0.5) / (d + 0.5))
    assert fit.coefficients == pytest.approx([base, np.log((a + 0.5) / (b + 0.5)) - base], abs=1e-6)


def test_a_weighted_sum_has_the_interval_of_the_coefficient_that_it_would_be() -> None:
    """Minus the sum of two effect-coded columns is the effect of the third level: coded first, it is a coefficient."""
    level = np.repeat([0, 1, 2], 20)
    hit = np.r_[[1.0] * 20, [1.0] * 12, [0.0] * 8, [1.0] * 5, [0.0] * 15]

    def coded(order: list[int]) -> Patterns:
        columns = [(level == one).astype(float) - (level == order[2]) for one in order[:2]]
        return Patterns.of(np.column_stack([np.ones(60), *columns]), hit)

    last, first = coded([0, 1, 2]), coded([2, 1, 0])
    found = profile_interval(last, firth(last), np.array([0.0, -1, -1]))
    assert found == pytest.approx(profile_interval(first, firth(first), np.array([0.0, 1, 0])), abs=1e-5)


@pytest.mark.parametrize(
    ("x", "hit", "expected"),
    [
        ([1, 2, 3, 4, 5, 6], [0, 0, 0, 1, 1, 1], "complete"),
        ([1, 2, 3, 3, 4, 5], [0, 0, 0, 1, 1, 1], "quasi-complete"),
        ([1, 2, 4, 3, 5, 6], [0, 0, 0, 1, 1, 1], "none"),
    ],
)
def test_separation_on_a_line(x: list[int], hit: list[int], expected: str) -> None:
    assert separation(np.column_stack([np.ones(6), x]), np.array(hit, dtype=float)) == expected


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=5))
def test_one_factor_separates_where_a_level_is_all_hits_or_all_misses(cells: list[tuple[int, int]]) -> None:
    cells = [(hits, misses) for hits, misses in cells if hits + misses]
    if len(cells) < 2:
        return
    level = np.repeat(np.arange(len(cells)), [hits + misses for hits, misses in cells])
    hit = np.concatenate([[1.0] * hits + [0.0] * misses for hits, misses in cells])
    matrix = np.column_stack([np.ones(len(hit)), *(level == one for one in range(1, len(cells)))])
    pure = [hits == 0 or misses == 0 for hits, misses in cells]
    expected = "complete" if all(pure) else "quasi-complete" if any(pure) else "none"
    assert separation(matrix, hit) == expected


def test_a_separated_regression_says_so_and_stays_finite() -> None:
    random = np.random.default_rng(8)
    n = 300
    rows = pd.DataFrame(
        {
            "image_id": np.arange(n),
            "run_label": "m",
            "environment": "outdoor",
            "scene_type": random.choice(["building", "street"], n),
            "setting": random.choice(["rural", "urban"], n),
            "landmark": random.choice(["named", "none"], n),
        }
    )
    rows["y"] = np.where(rows["landmark"] == "named", 1.0, random.integers(0, 2, n))
    fit = fit_regression(rows, parse_outcome("city"))
    assert fit.method == "Firth logit"
    said = next(note for note in fit.notes if "separation" in note)
    assert "quasi-complete separation (landmark named: only hits in" in said
    assert "Firth's penalty" in said
    assert all(np.isfinite([t.effect, t.low, t.high, t.p_value]).all() for t in fit.terms)
    named = next(t for t in fit.terms if (t.field, t.level) == ("landmark", "named"))
    assert named.low > 0
