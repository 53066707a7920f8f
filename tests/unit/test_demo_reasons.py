"""Scenes are drawn as told, and clues tell hits from misses as planted."""

import math

import numpy as np
import pytest

from imageo.demo.reasons import CLUES, CLUES_OF_HIT, CLUES_OF_MISS, SCENES, draw_reasons, draw_scenes

N = 4000


def _is_within(hits: int, n: int, rate: float) -> bool:
    """Four standard deviations of a binomial count."""
    return abs(hits - n * rate) <= 4 * math.sqrt(n * rate * (1 - rate))


def test_scenes_have_their_shares() -> None:
    drawn = draw_scenes(N, np.random.default_rng(1))
    assert list(drawn) == ["environment", "scene_type", "setting", "landmark"]
    for name, shares in SCENES.items():
        assert sum(shares.values()) == pytest.approx(1)
        counts = drawn[name].value_counts()
        assert all(_is_within(int(counts[value]), N, share) for value, share in shares.items())


@pytest.mark.parametrize(("is_hit", "weights"), [(True, CLUES_OF_HIT), (False, CLUES_OF_MISS)])
def test_the_first_clue_follows_the_weights_and_the_second_is_another(is_hit: bool, weights: tuple[float, ...]) -> None:
    reasons = draw_reasons(np.full(N, is_hit), np.random.default_rng(2))
    assert sum(weights) == pytest.approx(1)
    for clue, share in zip(CLUES, weights, strict=True):
        assert _is_within(sum(each.startswith(clue) for each in reasons), N, share)
    assert all(sum(clue in each for clue in CLUES) == 2 for each in reasons)
