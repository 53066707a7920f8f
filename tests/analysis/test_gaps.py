"""Gaps between groups: their intervals over 200 planted worlds, small numbers, and all of it as Estimates."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import fisher_exact, norm
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from imageo.analysis.gaps import contrast, design_effect, fisher_p, tukey_p, tukey_reach, widest_gap
from imageo.analysis.gaps_models import RunSample, model_estimates
from imageo.analysis.gaps_report import REST, GapOptions, gap_estimates, number_blocks, shrunk_rates
from imageo.analysis.inequality import gini, unevenness
from imageo.analysis.resampling import draw_blocks, sample_groups
from imageo.errors import InputError
from tests.analysis.planted import PlantedWorld

EVEN = (0.2,) * 5
WORLDS = {
    "apart": PlantedWorld((0.7, 0.6, 0.4, 0.5, 0.8), EVEN, places=200),
    "alike": PlantedWorld((0.6,) * 5, EVEN, places=200),
    "unequal": PlantedWorld((0.7, 0.6, 0.4, 0.5, 0.8), (0.4, 0.3, 0.1, 0.1, 0.1), places=200),
    "few places": PlantedWorld((0.7, 0.6, 0.4, 0.5, 0.8), EVEN, places=60),
    "near the ends": PlantedWorld((0.95, 0.9, 0.4, 0.5, 0.8), EVEN, places=60, photos=2),
}


@pytest.mark.slow
@pytest.mark.parametrize("world", WORLDS.values(), ids=list(WORLDS))
def test_intervals_cover_what_was_planted(world: PlantedWorld) -> None:
    differences, ratios, widest, spreads, missed_below = [], [], [], [], []
    rates, rest = np.array(world.rates), world.rest()
    for seed in range(200):
        rng = np.random.default_rng(seed)
        sample = world.draw(rng)
        effect = design_effect(sample)
        found, gap = contrast(sample, sample.rest(), effect), widest_gap(sample, effect)
        differences.append((found.low <= rates - rest) & (rates - rest <= found.high))
        missed_below.append(rates - rest < found.low)
        ratios.append((found.ratio_low <= rates / rest) & (rates / rest <= found.ratio_high))
        widest.append(gap.low <= np.ptp(rates) <= gap.high)
        index = unevenness(sample, effect, rng)["gini"]
        spreads.append(index.low - 1e-12 <= float(gini(rates)) <= index.high)
    assert 0.93 <= np.mean(differences) <= 0.97
    assert 0.93 <= np.mean(ratios) <= 0.97
    # Missed on either side about as often.
    assert 0.01 <= np.mean(missed_below) <= 0.04
    # For all pairs at once: never less than said, and more where one pair stands out.
    assert np.mean(widest) >= 0.93
    assert np.mean(spreads) >= 0.92


@pytest.mark.slow
def test_the_widest_raw_gap_is_too_wide_and_its_correction_less_so() -> None:
    world = WORLDS["alike"]
    found = []
    for seed in range(200):
        sample = world.draw(np.random.default_rng(seed))
        effect = design_effect(sample)
        gap = widest_gap(sample, effect)
        each = contrast(sample, sample.rest(), effect)
        found.append((gap.gap, gap.corrected, gap.low == 0, gap.p_value <= 0.05, each.p_adjusted.min() <= 0.05))
    raw, corrected, holds_none, is_found, is_any_found = np.mean(found, axis=0)
    assert raw > 0.08  # of five groups that are all alike
    assert corrected < raw / 2
    assert holds_none >= 0.93
    # Bounds of a share of 0.05 among 200, 99 %: the family of all groups is wrong no more often than one may be.
    assert is_found <= 0.095
    assert is_any_found <= 0.095


@pytest.mark.slow
def test_how_much_further_behind_one_model_is_covers_what_was_planted() -> None:
    covered, halves = [], []
    for seed in range(250):
        rng = np.random.default_rng(seed)
        # Photos of a place are hard or easy for both models: what the blocks share cancels in the comparison.
        of_place, block = rng.integers(0, 3, 120), np.repeat(np.arange(120), 6)
        hard = rng.normal(0, 0.15, 120)[block]
        draws = draw_blocks(120, 400, rng)
        runs = []
        for run_id, rates in enumerate(((0.7, 0.6, 0.35), (0.6, 0.6, 0.5))):
            is_hit = rng.random(720) < np.array(rates)[of_place][block] + hard
            sample = sample_groups(of_place[block], block, is_hit, 3, draws)
            runs.append(RunSample(run_id, ("a", "b", "c"), sample, sample.rest()))
        each = list(model_estimates(*runs, "group"))
        corrected = multipletests([one.p_value for one in each], method="holm")[1]
        assert [one.p_adjusted for one in each] == pytest.approx(corrected)
        last = each[2]
        assert last.low is not None
        assert last.high is not None
        true = (0.35 - 0.65) - (0.5 - 0.6)
        covered.append(last.low <= true <= last.high)
        alone = contrast(runs[0].groups, runs[0].rest, 1.0)
        halves.append((last.high - last.low) / (alone.high[2] - alone.low[2]))
    assert 0.93 <= np.mean(covered) <= 0.97
    # Unpaired it would be wider than one gap alone, by sqrt(2).
    assert np.mean(halves) < 1.3


def test_a_planted_gap_is_found_where_it_is() -> None:
    world = PlantedWorld((0.7, 0.7, 0.7, 0.35), (0.3, 0.3, 0.2, 0.2), places=250)
    sample = world.draw(np.random.default_rng(11))
    found, gap = contrast(sample, sample.rest(), 1.5), widest_gap(sample, 1.5)
    assert gap.worst == 3
    assert gap.low > 0
    assert gap.p_value < 0.01
    assert found.p_adjusted[3] < 0.01
    assert (found.p_adjusted >= found.p_value).all()
    assert found.ratio[3] == pytest.approx(sample.rate[3] / sample.rest().rate[3])


def test_design_effect_of_photos_that_come_in_identical_tens() -> None:
    rng = np.random.default_rng(2)
    block = np.repeat(np.arange(600), 10)
    is_hit = np.repeat(rng.random(600) < 0.5, 10)
    draws = draw_blocks(600, 1500, rng)
    assert design_effect(sample_groups(block % 2, block, is_hit, 2, draws)) == pytest.approx(10, rel=0.1)
    alone = rng.random(6000) < 0.5
    assert design_effect(sample_groups(block % 2, block, alone, 2, draws)) == pytest.approx(1, abs=0.15)


def test_groups_without_a_hit_or_a_miss_have_an_interval_all_the_same() -> None:
    group = np.repeat([0, 1, 2], 20)
    is_hit = np.concatenate([np.zeros(20), np.ones(20), np.tile([1, 0], 10)]).astype(bool)
    sample = sample_groups(group, np.arange(60), is_hit, 3, draw_blocks(60, 400, np.random.default_rng(0)))
    found, gap = contrast(sample, sample.rest(), 1.0), widest_gap(sample, 1.0)
    assert found.is_thin[:2].all()
    for values in (found.difference, found.low, found.high, found.p_value, found.p_adjusted, found.ratio):
        assert np.isfinite(values).all()
    # 0 of 20 against 30 of 40: Newcombe by statsmodels' Wilson limits.
    (low1, high1), (low2, high2) = (proportion_confint(k, n, method="wilson") for k, n in ((0, 20), (30, 40)))
    assert found.low[0] == pytest.approx(-0.75 - np.hypot(0 - low1, high2 - 0.75))
    assert found.high[0] == pytest.approx(-0.75 + np.hypot(high1 - 0, 0.75 - low2))
    assert found.p_value[0] == pytest.approx(2 * fisher_exact([[0, 20], [30, 10]], alternative="less").pvalue)
    assert (gap.worst, gap.best, gap.gap) == (0, 1, 1.0)
    assert 0.5 < gap.low < 1.0
    assert gap.high == 1.0
    assert gap.ratio == 0.0
    assert 0 < gap.ratio_high < 1


def test_shrunk_rates_by_hand() -> None:
    # k 2 and 8 of 10: mean 0.5; between = (4 + 64) / 10 / 20 - 0.25 - 0.25 * 2 / 20 = 0.065; weight 0.065 / 0.09.
    shrunk = shrunk_rates(np.array([2.0, 8.0]), np.array([10.0, 10.0]))
    assert shrunk == pytest.approx([0.5 - 0.3 * 0.065 / 0.09, 0.5 + 0.3 * 0.065 / 0.09])
    assert shrunk_rates(np.array([5.0, 6.0]), np.array([10.0, 10.0])) == pytest.approx([0.55, 0.55])


def _rows(runs: int = 2, seed: int = 0) -> pd.DataFrame:
    """Photos of three groups, north 0.8, south 0.5 and thin (4 photos); a tenth has no answer; 3 photos in no group."""
    rng = np.random.default_rng(seed)
    group = ["north"] * 200 + ["south"] * 150 + ["thin"] * 4 + [None] * 3
    block = np.arange(357) // 3
    frames = []
    for run in range(runs):
        is_answered = rng.random(357) < 0.9
        rate = np.array([{"north": 0.8, "south": 0.5}.get(name, 0.5) for name in group])
        is_hit = is_answered & (rng.random(357) < rate)
        frames.append(
            pd.DataFrame({"run_id": run, "is_hit": is_hit, "is_answered": is_answered, "group": group, "block": block})
        )
    return pd.concat(frames, ignore_index=True)


def test_the_report_counts_what_a_group_by_counts() -> None:
    rows = _rows()
    told: list[int] = []
    found = gap_estimates(rows, GapOptions("place", replicates=300), told.append)
    assert told == [0, 1]
    for denominator, counted in (("all", rows), ("answered", rows[rows["is_answered"]])):
        for (run, group), photos in counted.groupby(["run_id", "group"]):
            (rate,) = [
                each
                for each in found
                if (each.statistic, each.denominator, each.run_id, each.subject) == ("rate", denominator, run, group)
            ]
            assert (rate.n, rate.k) == (len(photos), photos["is_hit"].sum())
            assert rate.estimate == photos["is_hit"].mean()
            assert (rate.low, rate.high) == pytest.approx(proportion_confint(rate.k, rate.n, method="wilson"))
            assert (rate.note is None) == (group != "thin")
    (gap,) = [each for each in found if (each.statistic, each.denominator, each.run_id) == ("gap", "all", 0)]
    assert (gap.subject, gap.other_subject, gap.n) == ("south", "north", 350)
    assert gap.low is not None
    assert gap.low > 0
    differences = [each for each in found if each.statistic == "difference" and each.run_id == 0]
    assert {(each.subject, each.other_subject) for each in differences} == {("north", REST), ("south", REST)}
    (outside,) = [each for each in found if (each.statistic, each.denominator, each.run_id) == ("ungrouped", "all", 1)]
    assert (outside.n, outside.k) == (357, 3)
    numbers = [value for each in found for value in (each.estimate, each.low, each.high, each.p_value)]
    assert all(value is None or np.isfinite(value) for value in numbers)


def test_the_report_is_the_same_for_the_same_seed_and_pairs_its_runs() -> None:
    rows = _rows()
    options = GapOptions("place", replicates=300, seed=5)
    assert gap_estimates(rows, options) == gap_estimates(rows, options)
    # The same answers under another name have the very same intervals: one set of draws serves all runs.
    twice = pd.concat([rows[rows["run_id"] == 0], rows[rows["run_id"] == 0].assign(run_id=7)])
    both = gap_estimates(twice, options)
    first, second = ([(e.statistic, e.low, e.high) for e in both if e.run_id == run] for run in (0, 7))
    assert first == second


def test_too_little_to_compare_is_said_in_a_sentence() -> None:
    rows = _rows(runs=1)
    few = gap_estimates(rows[rows["group"] != "south"], GapOptions("place", replicates=200))
    notes = [each.note for each in few if each.statistic == "gap"]
    assert notes == ["1 of 2 groups have 10 photos or more: two are needed"] * 2
    none = gap_estimates(rows.assign(group=None), GapOptions("place", replicates=200))
    assert [each.note for each in none] == ["no photo has a place"] * 2
    assert gap_estimates(rows.iloc[:0], GapOptions("place")) == []
    no_hit = gap_estimates(rows.assign(is_hit=False), GapOptions("place", replicates=200))
    assert [each.note for each in no_hit if each.statistic == "gini"] == [
        "no group has a hit: there is nothing to share out"
    ] * 2
    assert all(each.estimate is None for each in no_hit if each.statistic in ("ratio", "gap_ratio"))
    unanswered = gap_estimates(rows.assign(is_answered=False, is_hit=False), GapOptions("place", replicates=200))
    assert [e.note for e in unanswered if e.denominator == "answered"] == ["no photo has a place"]


def test_a_reference_is_compared_with_each_and_must_be_there() -> None:
    found = gap_estimates(_rows(runs=1), GapOptions("place", reference="north", replicates=300))
    against = [
        e for e in found if e.statistic == "difference" and e.other_subject == "north" and e.denominator == "all"
    ]
    assert [each.subject for each in against] == ["south"]
    with pytest.raises(InputError, match="there is north, south, thin"):
        gap_estimates(_rows(runs=1), GapOptions("place", reference="east"))


def test_a_column_of_names_is_refused_kindly() -> None:
    rows = _rows(runs=1)
    with pytest.raises(InputError, match="place has 357 values, none with 10 photos"):
        gap_estimates(rows.assign(group=[f"p{i}" for i in range(len(rows))]), GapOptions("place"))


def test_a_thin_reference_is_said_to_be() -> None:
    found = gap_estimates(_rows(runs=1), GapOptions("place", reference="thin", replicates=200))
    notes = {each.note for each in found if each.other_subject == "thin"}
    assert notes == {"thin has too few photos to be compared with"}


def test_thin_groups_are_part_of_the_rest() -> None:
    found = gap_estimates(_rows(runs=1), GapOptions("place", replicates=200))
    said = {(e.statistic, e.subject): e for e in found if e.denominator == "all" and e.other_subject in (None, REST)}
    rest = [said["rate", name] for name in ("south", "thin")]
    rate = sum(each.k or 0 for each in rest) / sum(each.n or 0 for each in rest)
    north = said["rate", "north"].estimate
    assert north is not None
    assert said["difference", "north"].estimate == pytest.approx(north - rate)


def test_funnel_limits_stand_beside_the_rate() -> None:
    found = gap_estimates(_rows(runs=1), GapOptions("place", replicates=200))
    limits = [e for e in found if e.statistic == "funnel_99.8" and e.subject == "south" and e.denominator == "all"]
    (limit,) = limits
    assert limit.estimate is not None
    assert limit.low == pytest.approx(
        limit.estimate + norm.ppf(0.001) * (limit.estimate * (1 - limit.estimate) / 150) ** 0.5, abs=0.01
    )
    rows = _rows(runs=1)
    rows.loc[(rows["group"] == "south") & (rows.index % 3 > 0), "is_hit"] = False
    outside = {
        (each.subject, each.note)
        for each in gap_estimates(rows, GapOptions("place", replicates=200))
        if each.statistic == "funnel_99.8" and each.denominator == "all"
    }
    assert outside == {
        ("south", "below what chance gives at the pooled rate"),
        ("north", "above what chance gives at the pooled rate"),
        ("thin", None),
    }


def test_blocks_are_numbered_from_nought() -> None:
    block = number_blocks(np.array([10.0, 10.1, -40.0]), np.array([5.0, 5.1, 170.0]), 5.0)
    assert block[0] == block[1] != block[2]
    assert set(block) == {0, 1}


@pytest.mark.parametrize("n_cells", [3, 5, 12])
def test_a_widest_gap_is_no_surer_than_its_interval(n_cells: int) -> None:
    """Where all photos of a group stand in a few cells the replicates hardly vary, and the interval is widened."""
    rng = np.random.default_rng(n_cells)
    for _ in range(40):
        block = rng.integers(0, n_cells, 120)
        is_hit = rng.random(120) < 0.7
        draws = draw_blocks(n_cells, 400, rng)
        sample = sample_groups((block > 0).astype(np.int64), block, is_hit, 2, draws)
        gap = widest_gap(sample, 2.0)
        assert (gap.p_value < 0.05) <= (gap.low > 0)


@pytest.mark.parametrize(("groups", "n", "rate"), [(30, 10, 0.5), (30, 10, 0.9), (5, 1, 0.5), (12, 5, 0.7)])
def test_many_thin_groups_that_are_alike_have_no_gap(groups: int, n: int, rate: float) -> None:
    """Of many small groups some have all hits or none by chance: neither the widest gap nor any group may seem real."""
    rng = np.random.default_rng(groups)
    group, draws = np.repeat(np.arange(groups), n), draw_blocks(groups * n, 200, rng)
    found = []
    for _ in range(60):
        sample = sample_groups(group, np.arange(groups * n), rng.random(groups * n) < rate, groups, draws)
        effect = design_effect(sample)
        gap, each = widest_gap(sample, effect), contrast(sample, sample.rest(), effect)
        found.append((gap.low > 0, gap.p_value <= 0.05, each.p_adjusted.min() <= 0.05))
    # 5 in 100 at the most; more than 8 of 60 would have a chance below 0.01.
    assert np.sum(found, axis=0).max() <= 8


def test_a_thin_group_that_is_far_off_is_found_among_many() -> None:
    group = np.repeat(np.arange(30), 12)
    is_hit = np.where(group == 7, False, np.arange(360) % 12 > 0)
    sample = sample_groups(group, np.arange(360), is_hit, 30, draw_blocks(360, 200, np.random.default_rng(0)))
    found, gap = contrast(sample, sample.rest(), 1.0), widest_gap(sample, 1.0)
    assert found.p_adjusted[7] < 0.001
    assert np.delete(found.p_adjusted, 7).min() > 0.5
    assert (gap.worst, gap.p_value < 0.01, gap.low > 0) == (7, True, True)


@pytest.mark.parametrize("table", [(0, 10, 45, 90), (9, 12, 10, 40), (3, 3, 0, 3)])
def test_the_test_of_thin_groups_is_fishers(table: tuple[int, int, int, int]) -> None:
    k1, n1, k2, n2 = table
    tails = [fisher_exact([[k1, n1 - k1], [k2, n2 - k2]], alternative=side).pvalue for side in ("less", "greater")]
    assert fisher_p(*(np.array([float(value)]) for value in table))[0] == pytest.approx(min(1, 2 * min(tails)))


def test_tukeys_reach_is_that_of_his_table() -> None:
    """Q of 5 and 10 means with infinite degrees of freedom: 3.858 and 4.474, Pearson & Hartley (1966), table 29."""
    assert tukey_reach(5) * np.sqrt(2) == pytest.approx(3.858, abs=5e-4)
    assert tukey_reach(10) * np.sqrt(2) == pytest.approx(4.474, abs=5e-4)
    assert tukey_p(tukey_reach(10), 10) == pytest.approx(0.05)


def test_groups_that_are_all_alike_are_two_groups_still() -> None:
    sample = sample_groups(
        np.repeat(np.arange(3), 20), np.arange(60), np.ones(60, bool), 3, draw_blocks(60, 200, np.random.default_rng(0))
    )
    gap = widest_gap(sample, 1.0)
    assert gap.best != gap.worst
    assert (gap.gap, gap.p_value) == (0, 1)


def test_one_photo_alone_is_never_beyond_chance() -> None:
    # A hit where half of all are hits is as likely as not, though the interpolated limit of one photo is 99.8 %.
    rows = _rows(runs=1)
    rows["is_hit"] = rows.index % 2 == 0
    rows = rows[(rows["group"] != "thin") | ~rows.duplicated("group")]
    rows.loc[rows["group"] == "thin", "is_hit"] = True
    found = gap_estimates(rows, GapOptions("place", replicates=200))
    notes = [e.note for e in found if e.statistic == "funnel_99.8" and e.subject == "thin" and e.denominator == "all"]
    assert notes == [None]
