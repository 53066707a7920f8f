"""How well a fit tells of images that it has not seen."""

import numpy as np
import numpy.typing as npt

from imageo.analysis.paper_recipe import l2_logistic

Matrix = npt.NDArray[np.float64]

_WEAK_PENALTY = 1000.0


def held_out_score(
    matrix: Matrix, y: Matrix, groups: npt.NDArray[np.int64], *, is_hit: bool, folds: int, seed: int
) -> float | None:
    """AUC of a hit, or R2 of a number, over `folds` folds of whole images; None with fewer images than folds.

    Each fold is foretold by a fit on the others. A fold may separate where the whole does not, so that hits are
    fitted with a weak L2 penalty (C = 1000). AUC over all foretold rows together; R2 = 1 - SSE / SST with SST about
    the mean of the rows that the fit saw. `seed` deals the images out to the folds. `matrix` has an intercept first.
    """
    images, which = np.unique(groups, return_inverse=True)
    if len(images) < folds:
        return None
    dealt = np.random.default_rng(seed).permutation(len(images)) % folds
    fold = dealt[which.ravel()]
    foretold, baseline = np.empty(len(y)), np.empty(len(y))
    for each in range(folds):
        seen, held = fold != each, fold == each
        if is_hit:
            weights, level = l2_logistic(matrix[seen][:, 1:], y[seen], _WEAK_PENALTY)
            foretold[held] = matrix[held][:, 1:] @ weights + level
        else:
            foretold[held] = matrix[held] @ np.linalg.lstsq(matrix[seen], y[seen], rcond=None)[0]
            baseline[held] = y[seen].mean()
    if is_hit:
        return auc(y, foretold)
    return float(1 - ((y - foretold) ** 2).sum() / ((y - baseline) ** 2).sum())


def auc(hit: Matrix, score: Matrix) -> float | None:
    """Probability that a hit scores higher than a miss, ties half: the area under the ROC curve.

    (R - k (k + 1) / 2) / (k (n - k)), R the sum of the hits' ranks. None without hits or misses. Source: Hanley &
    McNeil (1982), Radiology 143:29-36.
    """
    from scipy.stats import rankdata

    k = hit.sum()
    if not 0 < k < len(hit):
        return None
    ranks = rankdata(score)
    return float((ranks[hit == 1].sum() - k * (k + 1) / 2) / (k * (len(hit) - k)))
