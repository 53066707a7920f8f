"""Does a stated confidence tell right answers from wrong ones? Functions of counts by level, as in `calibration`."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def auroc(n: Floats, k: Floats) -> Floats:
    """Chance that a hit was stated with a higher confidence than a miss, ties counting half; NaN without both.

    U / (hits misses), U the Mann-Whitney statistic: sum over levels of hits_l (misses below l + misses_l / 2). 0.5:
    confidence tells nothing. Source: Hanley and McNeil 1982, Radiology 143:29-36.
    """
    misses = n - k
    below = np.cumsum(misses, axis=-1) - misses
    with np.errstate(invalid="ignore", divide="ignore"):
        u = (k * (below + misses / 2)).sum(axis=-1)
        return np.asarray(u / (k.sum(axis=-1) * misses.sum(axis=-1)))


def aurc(n: Floats, k: Floats) -> Floats:
    """Area under the risk-coverage curve: mean over c = 1..n of the share of misses among the c most confident.

    Levels hold many answers alike: the mean over all orders within a level is taken, of which a level with m answers
    and e misses after N answers and E misses gives sum over j = 1..m of (E + j e / m) / (N + j). Low is good; without
    any information it is the share of misses. Source: Geifman and El-Yaniv 2017, NeurIPS, sec. 3; Geifman, Uziel and
    El-Yaniv 2019, ICLR.
    """
    from scipy.special import digamma

    # Most confident first.
    n_level, misses = n[..., ::-1], (n - k)[..., ::-1]
    before, misses_before = np.cumsum(n_level, axis=-1) - n_level, np.cumsum(misses, axis=-1) - misses
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.where(n_level > 0, misses / n_level, 0)
        # Sum of 1 / (N + j) for j = 1..m is a difference of harmonic numbers.
        harmonic = digamma(before + n_level + 1) - digamma(before + 1)
        risks = rate * n_level + (misses_before - rate * before) * harmonic
        return np.asarray(risks.sum(axis=-1) / n.sum(axis=-1))


def excess_aurc(n: Floats, k: Floats) -> Floats:
    """`aurc` less that of an order that puts every hit before every miss: what the confidence, not the skill, costs.

    Source: Geifman, Uziel and El-Yaniv 2019, ICLR, sec. 3.
    """
    hits, misses = k.sum(axis=-1), (n - k).sum(axis=-1)
    zero = np.zeros_like(hits)
    best = aurc(np.stack([misses, hits], axis=-1), np.stack([zero, hits], axis=-1))
    return np.asarray(aurc(n, k) - best)


class ErrorOrder:
    """The answers of one run in the order of their errors, for rank correlations of any resample of the images.

    Spearman's correlation is Pearson's of midranks; that of the logarithm of the error is the same, it keeps the
    order. Source: Spearman 1904, American Journal of Psychology 15.
    """

    def __init__(
        self, image: npt.NDArray[np.int64], level: npt.NDArray[np.int64], error_km: Floats, levels: tuple[int, ...]
    ) -> None:
        order = np.argsort(error_km, kind="stable")
        error = error_km[order]
        is_first = np.ones(error.size, dtype=bool)
        is_first[1:] = error[1:] != error[:-1]
        self._image = image[order]
        self._first = np.flatnonzero(is_first)
        self._group = np.cumsum(is_first) - 1
        self._is_level = (level[order][:, None] == np.array(levels)).astype(np.float32)

    def spearman(self, weights: "npt.NDArray[np.float32]") -> Floats:
        """Correlation of confidence with error for every row of weights (resamples by images); NaN if one is constant.

        With W answers of less error and w of the same, the midrank is W + w / 2; about the mean T / 2 the sum of
        squares of all midranks is (T^3 - sum of w^3) / 12, T answers in all (Kendall 1970, Rank Correlation Methods).
        """
        drawn = np.take(weights, self._image, axis=1)
        has_ties = self._first.size < self._image.size
        tied = np.add.reduceat(drawn, self._first, axis=1) if has_ties else drawn
        ahead = np.cumsum(tied, axis=1) - tied / 2
        n_level = (drawn @ self._is_level).astype(float)
        by_level = ((ahead[:, self._group] if has_ties else ahead) * drawn) @ self._is_level
        total = n_level.sum(axis=1)
        spread = total**3 - np.einsum("ij,ij->i", tied * tied, tied).astype(float)
        level_spread = total**3 - (n_level**3).sum(axis=1)
        level_rank = np.cumsum(n_level, axis=1) - n_level / 2 - total[:, None] / 2
        together = ((by_level - n_level * total[:, None] / 2) * level_rank).sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            scale = np.sqrt(spread * level_spread) / 12
            return np.where(scale > 0, together / scale, np.nan)
