"""Tests for two runs on the same images, against published examples and other people's code."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from imageo.analysis.paired import (
    holm,
    mcnemar,
    median_interval,
    paired_difference_interval,
    share,
    wilcoxon,
)


def test_mcnemar_on_agrestis_approval_ratings() -> None:
    """Agresti, Categorical Data Analysis, sec. 10.1.1: 150 and 86 changed their mind of 1,600; z^2 = 17.36."""
    test = mcnemar(86, 150)
    assert test.chi2 == pytest.approx(17.36, abs=0.005)
    low, high = paired_difference_interval(86, 150, 1600)
    assert (round(low, 2), round(high, 2)) == (-0.06, -0.02)


def test_exact_and_mid_p_on_a_published_table() -> None:
    """Fagerland, Lydersen and Laake 2013, table 1 (Bentur et al. 2009): 1 and 7 of 21 children."""
    test = mcnemar(1, 7)
    assert test.p_exact == pytest.approx(0.0703, abs=5e-5)
    assert test.p_mid == pytest.approx(0.0391, abs=5e-5)


def test_equal_counts_have_the_p_values_of_the_same_paper() -> None:
    """Its supplement: where n12 = n21 the exact p is 1 and the mid-p 1 - binompdf(n12, n, 0.5) / 2."""
    assert mcnemar(3, 3).p_exact == 1
    assert mcnemar(3, 3).p_mid == pytest.approx(1 - 20 / 64 / 2)
    assert (mcnemar(0, 0).p_exact, mcnemar(0, 0).p_mid) == (1, 1)


@given(st.integers(0, 400), st.integers(0, 400))
def test_mcnemar_as_statsmodels(b: int, c: int) -> None:
    ours = mcnemar(b, c)
    if b + c:
        assert ours.p_exact == pytest.approx(statsmodels_mcnemar([[9, b], [c, 9]], exact=True).pvalue, abs=1e-12)
        assert ours.chi2 == pytest.approx(
            statsmodels_mcnemar([[9, b], [c, 9]], exact=False, correction=False).statistic
        )
    assert 0 <= ours.p_mid <= ours.p_exact <= 1


def test_interval_of_a_paired_difference_as_propcis() -> None:
    """The printed example of R's PropCIs 0.3-0, diffpropci.mp(b = 40, c = 20, n = 160); its difference is c - b."""
    assert paired_difference_interval(20, 40, 160) == pytest.approx((-0.21601726, -0.03089632), abs=5e-9)
    # By hand: -1/3 +- 1.96 sqrt((2/3 - 1/9) / 3), cut at -1.
    assert paired_difference_interval(0, 1, 1) == (-1.0, pytest.approx(0.5101, abs=5e-5))


def test_interval_of_a_paired_difference_covers_and_mcnemar_keeps_its_level() -> None:
    """2,000 worlds of 270 images with planted rates: 95 % of the intervals hold the truth, 5 % of the tests err."""
    generator = np.random.default_rng(8)
    for only_first, only_second in ((0.15, 0.05), (0.1, 0.1)):
        cells = generator.multinomial(270, [only_first, only_second, 1 - only_first - only_second], 2000)
        bounds = np.array([paired_difference_interval(int(b), int(c), 270) for b, c, _ in cells])
        truth = only_first - only_second
        covered = ((bounds[:, 0] <= truth) & (truth <= bounds[:, 1])).mean()
        assert 0.93 < covered < 0.97
    assert np.mean([mcnemar(int(b), int(c)).p_exact <= 0.05 for b, c, _ in cells]) <= 0.05


def test_wilcoxon_on_hollander_and_wolfes_depression_scores() -> None:
    """Hollander and Wolfe 1973, p. 29; R's example(wilcox.test) prints V = 40, one-sided p = 0.01953."""
    before = np.array([1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30])
    after = np.array([0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29])
    p = wilcoxon(before - after)
    assert p == pytest.approx(2 * 0.01953, abs=2e-5)
    # Images on which two runs are equally far off are dropped.
    assert wilcoxon(np.concatenate([before - after, np.zeros(50)])) == p
    assert wilcoxon(np.zeros(9)) is None


@pytest.mark.parametrize("tests", [1, 2, 7, 189])
def test_holm_as_statsmodels(tests: int) -> None:
    """With ties, ones and zeros among them."""
    p_values = (np.random.default_rng(tests).random(tests) ** 4).round(2).tolist()
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])


def test_holm_by_hand() -> None:
    """3 x .01, 2 x .02, 1 x .04, none below its predecessor."""
    assert holm([0.04, 0.01, 0.02]) == pytest.approx([0.04, 0.03, 0.04])


def test_holm_of_nothing_is_nothing() -> None:
    assert holm([]).size == 0


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_of_a_share_is_wilsons_as_statsmodels_has_it(counts: tuple[int, int]) -> None:
    found = share("closer_share", *counts)
    assert (found.low, found.high) == pytest.approx(proportion_confint(*counts, method="wilson"), abs=1e-12)


def test_a_share_of_nothing_says_so() -> None:
    assert share("closer_share", 0, 0, "Nothing.").estimate is None
    assert share("closer_share", 0, 0, "Nothing.").note == "Nothing."


@pytest.mark.parametrize(("n", "rank"), [(6, 1), (8, 1), (9, 2), (12, 3), (20, 6), (25, 8), (50, 18), (100, 40)])
def test_interval_of_a_median_by_the_sign_tests_table(n: int, rank: int) -> None:
    """The largest j with 2 P(B < j) <= 0.05 by a table of the binomial distribution (6: 2/64, 8: 2/256, 9: 20/512)."""
    values = np.random.default_rng(n).permutation(np.arange(1.0, n + 1))
    assert median_interval(values) == (rank, n + 1 - rank)


def test_no_interval_of_the_median_of_five() -> None:
    assert median_interval(np.arange(5.0)) == (None, None)
    assert median_interval(np.empty(0)) == (None, None)
