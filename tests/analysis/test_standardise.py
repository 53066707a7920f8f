"""Gaps over the same scenes: by hand, and over worlds in which scene mix is all there is."""

import numpy as np
import pandas as pd
import pytest

from imageo.analysis.gaps_report import GapOptions, gap_estimates
from imageo.analysis.resampling import GroupSample, draw_blocks, sample_groups
from imageo.analysis.standardise import adjusted_gap

INDOOR, OUTDOOR = 0, 1
MANY = (1000.0, 1000.0)


def _sample(counts: dict[int, tuple[int, int]]) -> GroupSample:
    """One photo a block; stratum -> (hits, photos)."""
    stratum = np.repeat(list(counts), [n for _, n in counts.values()])
    is_hit = np.concatenate([np.arange(n) < k for k, n in counts.values()])
    draws = draw_blocks(len(stratum), 400, np.random.default_rng(0))
    return sample_groups(stratum, np.arange(len(stratum)), is_hit, 3, draws)


def test_by_hand() -> None:
    north = _sample({INDOOR: (6, 20), OUTDOOR: (64, 80)})
    south = _sample({INDOOR: (24, 80), OUTDOOR: (14, 20)})
    # Raw 0.70 and 0.38. Half and half: (0.3 + 0.8) / 2 and (0.3 + 0.7) / 2.
    found = adjusted_gap(north, south, np.array([100.0, 100.0, 0.0]), MANY)
    assert (found.rate, found.other_rate) == pytest.approx((0.55, 0.5))
    assert found.difference == pytest.approx(0.05)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.05 < found.high
    assert found.supported == 1.0
    assert found.left_out.size == 0


def test_a_stratum_that_one_lacks_is_left_out_and_its_share_said() -> None:
    north = _sample({INDOOR: (6, 20), OUTDOOR: (64, 80), 2: (9, 10)})
    south = _sample({INDOOR: (24, 80), OUTDOOR: (14, 20), 2: (1, 2)})
    found = adjusted_gap(north, south, np.array([100.0, 60.0, 40.0]), MANY)
    assert found.left_out.tolist() == [2]
    assert found.supported == pytest.approx(0.8)
    assert found.rate == pytest.approx((100 * 0.3 + 60 * 0.8) / 160)
    unlike = adjusted_gap(_sample({INDOOR: (6, 20)}), _sample({OUTDOOR: (14, 20)}), np.array([20.0, 20.0, 0.0]), MANY)
    assert (unlike.difference, unlike.supported, unlike.left_out.tolist()) == (None, 0.0, [0, 1])


def test_few_hits_give_no_interval() -> None:
    found = adjusted_gap(_sample({INDOOR: (1, 20)}), _sample({INDOOR: (10, 20)}), np.array([1.0, 0.0, 0.0]), MANY)
    assert found.difference == pytest.approx(-0.45)
    assert (found.low, found.high) == (None, None)
    few_places = adjusted_gap(
        _sample({INDOOR: (8, 20)}), _sample({INDOOR: (10, 20)}), np.array([1.0, 0.0, 0.0]), (3.0, 1000.0)
    )
    assert few_places.low is None


def _scene_world(seed: int, place_effect: float) -> pd.DataFrame:
    """North has outdoor scenes, south indoor ones; a hit hangs on the scene, and on the place by `place_effect`."""
    rng = np.random.default_rng(seed)
    block = np.repeat(np.arange(160), 8)
    is_south = block % 2 == 1
    is_indoor = rng.random(len(block)) < np.where(is_south, 0.7, 0.2)
    rate = np.where(is_indoor, 0.4, 0.8) - place_effect * is_south + rng.normal(0, 0.06, 160)[block]
    return pd.DataFrame(
        {
            "run_id": 1,
            "is_hit": rng.random(len(block)) < np.clip(rate, 0, 1),
            "is_answered": True,
            "group": np.where(is_south, "south", "north"),
            "stratum": np.where(is_indoor, "indoor", "outdoor"),
            "block": block,
        }
    )


@pytest.mark.slow
@pytest.mark.parametrize("planted", [0.0, 0.2])
def test_what_is_only_scene_mix_goes_away_and_what_is_not_stays(planted: float) -> None:
    raw, adjusted, covered = [], [], []
    for seed in range(600):
        world = _scene_world(seed, planted)
        is_south, block = (world["group"] == "south").to_numpy(), world["block"].to_numpy()
        stratum = (world["stratum"] == "indoor").to_numpy().astype(np.int64)
        draws = draw_blocks(160, 600, np.random.default_rng(10_000 + seed))
        south, north = (
            sample_groups(np.where(chosen, stratum, -1), block, world["is_hit"].to_numpy(), 2, draws)
            for chosen in (is_south, ~is_south)
        )
        found = adjusted_gap(south, north, np.bincount(stratum).astype(float), (80.0, 80.0))
        assert found.difference is not None
        assert found.low is not None
        assert found.high is not None
        raw.append(south.k.sum() / south.n.sum() - north.k.sum() / north.n.sum())
        adjusted.append(found.difference)
        covered.append(found.low <= -planted <= found.high)
    # By hand: 0.4 * (0.2 - 0.7) of the raw gap is scene mix.
    assert np.mean(raw) == pytest.approx(-0.2 - planted, abs=0.006)
    assert np.mean(adjusted) == pytest.approx(-planted, abs=0.006)
    assert 0.93 <= np.mean(covered) <= 0.97


def test_the_report_finds_a_raw_gap_and_no_adjusted_one() -> None:
    found = gap_estimates(_scene_world(1, 0.0), GapOptions("place", adjust=("scene",), replicates=500))
    said = {each.statistic: each for each in found if each.denominator == "all" and each.subject == "south"}
    raw, adjusted = said["difference"], said["adjusted_difference"]
    assert raw.high is not None
    assert raw.high < -0.1
    assert adjusted.low is not None
    assert adjusted.high is not None
    assert adjusted.low < 0 < adjusted.high
    assert said["adjusted_support"].estimate == 1.0


def test_the_report_says_what_it_adjusted_for() -> None:
    rows = _scene_world(3, 0.0)
    rows.loc[rows.index[:40], "stratum"] = "cave"
    rows.loc[rows.index[:40], "group"] = "north"
    found = gap_estimates(rows, GapOptions("place", adjust=("environment", "setting"), replicates=300))
    (gap,) = [each for each in found if each.statistic == "adjusted_gap" and each.denominator == "all"]
    (raw,) = [each for each in found if each.statistic == "gap" and each.denominator == "all"]
    assert (gap.subject, gap.other_subject) == (raw.subject, raw.other_subject)
    assert gap.note is not None
    assert gap.note.startswith(
        "adjusted for environment, setting: 3.1% of the photos left out, as one has too few such scenes: cave (3.1%)"
    )
    apart = gap_estimates(rows.assign(stratum=rows["group"]), GapOptions("place", adjust=("setting",), replicates=300))
    (none,) = [each for each in apart if each.statistic == "adjusted_gap" and each.denominator == "all"]
    assert none.estimate is None
    assert none.note is not None
    assert "only 0% of the photos are of scenes that both have, 50% are needed" in none.note
