"""Confidence that goes with being right in a known way. Pure.

Behind every answer stands its own chance q to be right, drawn from a Beta distribution whose mean is the planted p:
Beta(K p, K (1 - p)), K = 2, so that q spreads over all of 0 to 1 and the planted rates stay as they are. A level from
1 to 5 stands for a fifth of the chances: 1 for 0 to 20 %, ..., 5 for 80 to 100 %. The calibrations differ in the level
that is stated where q lies in the fifth j:

- well: j. An answer at level j is right with a chance within that fifth.
- overconfident, underconfident: two levels higher or lower, as far as there are.
- flat: any level, with equal chance: the confidence tells nothing.
- top: always 5.
"""

from collections.abc import Mapping

import numpy as np
from scipy.special import betainc

CONCENTRATION = 2.0
LEVELS = np.arange(1, 6)
_SHIFT: Mapping[str, int] = {"well": 0, "overconfident": 2, "underconfident": -2}
_EDGE = 1e-9


def draw_chance(p: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The chance q behind each answer; its mean is p."""
    inner = np.clip(p, _EDGE, 1 - _EDGE)
    q: np.ndarray = rng.beta(CONCENTRATION * inner, CONCENTRATION * (1 - inner))
    return np.where((p <= 0) | (p >= 1), p, q)


def stated_level(q: np.ndarray, calibration: str, rng: np.random.Generator) -> np.ndarray:
    """The stated confidence, 1 to 5."""
    if calibration == "top":
        return np.full(len(q), LEVELS[-1])
    if calibration == "flat":
        return rng.integers(1, 6, len(q))
    return _shifted(np.clip(np.floor(5 * q).astype(int) + 1, 1, 5), calibration)


def planted_accuracy(p: np.ndarray, calibration: str) -> dict[int, dict[str, float]]:
    """Level -> `share` of the answers that state it and `accuracy`, expected of answers with these p.

    E[q; q in a fifth] = p (I(K p + 1, K (1 - p)) at its ends), I the regularised incomplete beta function. Levels that
    are never stated are left out.
    """
    if calibration in ("flat", "top"):
        levels = LEVELS if calibration == "flat" else LEVELS[-1:]
        return {int(level): {"share": 1 / len(levels), "accuracy": float(p.mean())} for level in levels}
    values, counts = np.unique(np.clip(p, _EDGE, 1 - _EDGE), return_counts=True)
    ends = np.linspace(0, 1, 6)
    a, b = CONCENTRATION * values[:, None], CONCENTRATION * (1 - values[:, None])
    mass = np.diff(betainc(a, b, ends), axis=1)
    right = values[:, None] * np.diff(betainc(a + 1, b, ends), axis=1)
    weight = counts / counts.sum()
    stated = _shifted(LEVELS, calibration)
    found = {}
    for level in np.unique(stated):
        share = float((weight @ mass)[stated == level].sum())
        found[int(level)] = {"share": share, "accuracy": float((weight @ right)[stated == level].sum()) / share}
    return found


def _shifted(level: np.ndarray, calibration: str) -> np.ndarray:
    moved: np.ndarray = np.clip(level + _SHIFT[calibration], 1, 5)
    return moved
