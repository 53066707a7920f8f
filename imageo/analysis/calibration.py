"""Does a stated confidence of 1 to 5 mean anything? Functions of counts by level.

`n[..., level]` answers that state the level, of which `k[..., level]` hits, levels ascending in the last axis; further
axes are runs, regions or resamples.
"""

import numpy as np
import numpy.typing as npt

LEVELS = (1, 2, 3, 4, 5)
"""The scale of the prompt; the last is the top."""

Floats = npt.NDArray[np.float64]


def face_value() -> Floats:
    """The scale read as a probability, level / 5: 20 % to 100 %. A reading, not what a model was asked for."""
    return np.array(LEVELS) / len(LEVELS)


def isotonic_value(n: Floats, k: Floats) -> Floats:
    """What each level is worth: its hit rate, made non-decreasing by isotonic regression; NaN without any answer.

    Weighted least squares under monotonicity, g_i = max over a <= i of min over b >= i of k_a..b / n_a..b. A level that
    nobody states takes the value of its neighbours. Source: Robertson, Wright and Dykstra, Order Restricted
    Statistical Inference, theorem 1.4.4; Zadrozny and Elkan 2002 for calibration.
    """
    n_upto, k_upto = (np.concatenate([np.zeros((*x.shape[:-1], 1)), np.cumsum(x, axis=-1)], axis=-1) for x in (n, k))
    size = n.shape[-1]
    values = np.full(n.shape, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        for i in range(size):
            worst_from = [
                np.fmin.reduce(
                    [
                        (k_upto[..., b + 1] - k_upto[..., a]) / (n_upto[..., b + 1] - n_upto[..., a])
                        for b in range(i, size)
                    ]
                )
                for a in range(i + 1)
            ]
            values[..., i] = np.fmax.reduce(worst_from)
    return values


def calibration_error(n: Floats, k: Floats, probability: Floats) -> Floats:
    """Expected calibration error: sum over levels of n_l / n |k_l / n_l - p_l|; NaN without any answer.

    Source: Naeini, Cooper and Hauskrecht 2015, AAAI; Guo et al. 2017, ICML (the levels are the bins). It is never
    below 0 and is biased upwards in small samples.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(n > 0, np.abs(k - n * probability), 0).sum(axis=-1) / n.sum(axis=-1))


def overconfidence(n: Floats, k: Floats, probability: Floats) -> Floats:
    """Mean probability less hit rate: above 0 where more is promised than kept."""
    with np.errstate(invalid="ignore", divide="ignore"):
        promised = np.where(n > 0, n * probability, 0).sum(axis=-1)
        return np.asarray((promised - k.sum(axis=-1)) / n.sum(axis=-1))
