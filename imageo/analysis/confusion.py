"""How scattered are the answers, given where the picture was taken?"""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from imageo.analysis.estimate import Estimate
from imageo.analysis.resampling_intervals import Z95

if TYPE_CHECKING:
    import pandas as pd


def entropy_bits(counts: npt.NDArray[np.int64]) -> tuple[float, float]:
    """Entropy of a distribution from counts, bits, and its standard error.

    H = -sum p log2 p + (m - 1) / (2 n ln 2), m classes seen among n: the plug-in estimate is too low by about the
    second term. Source: Miller (1955), Note on the bias of information estimates (Miller-Madow). Its variance is
    (sum p (log2 p)^2 - (sum p log2 p)^2) / n: Basharin (1959), Theory of Probability and its Applications 4, 333-336.
    """
    seen = counts[counts > 0]
    n = seen.sum()
    share = seen / n
    plain = float(-(share * np.log2(share)).sum())
    variance = float((share * np.log2(share) ** 2).sum()) - plain**2
    return plain + (len(seen) - 1) / (2 * n * np.log(2)), float(np.sqrt(max(0.0, variance) / n))


def entropy_estimates(
    confusion: "pd.DataFrame", *, run_id: int | None, measure: str, minimum_n: int = 10
) -> list[Estimate]:
    """Entropy of the answered country for each true one, and the mean of it over all images (conditional entropy).

    `confusion`: rows of bi.country_confusion of one run and evidence. Answers that give no country are left out.
    0 bits: always the same answer, not always the right one; 1 bit: as open as a coin. The interval is normal, from 0;
    where all answers agree it has no width and is not given. The mean weighs every country by its answers, those of
    fewer than `minimum_n` too: with one answer each they add 0.
    """
    named = confusion[confusion["predicted_country_iso"].notna()]
    found, weights = [], []
    for code, cells in named.groupby("true_country_iso", sort=True):
        counts = cells["n_images"].to_numpy(dtype=np.int64)
        n = int(counts.sum())
        bits, error = entropy_bits(counts)
        weights.append((n, bits, error))
        form = {"run_id": run_id, "measure": measure, "denominator": "answered", "grouping": "country"}
        if n < minimum_n:
            note = f"{n} answers: fewer than {minimum_n} say nothing about their spread."
            found.append(Estimate("entropy_bits", None, n=n, subject=str(code), note=note, **form))  # type: ignore[arg-type]
            continue
        agree = len(counts) == 1
        found.append(
            Estimate(
                "entropy_bits",
                bits,
                low=None if agree else max(0.0, bits - Z95 * error),
                high=None if agree else bits + Z95 * error,
                n=n,
                k=int(counts.max()),
                subject=str(code),
                note="Every answer names the same country." if agree else None,
                **form,  # type: ignore[arg-type]
            )
        )
    if not weights:
        return []
    n, bits, error = np.array(weights).T
    overall = float((n * bits).sum() / n.sum())
    spread = float(np.sqrt(((n * error) ** 2).sum()) / n.sum())
    return [
        Estimate(
            "conditional_entropy_bits",
            overall,
            low=max(0.0, overall - Z95 * spread) if spread else None,
            high=overall + Z95 * spread if spread else None,
            n=int(n.sum()),
            run_id=run_id,
            measure=measure,
            denominator="answered",
            grouping="country",
            note=None if spread else "Every country always gets the same answer.",
        ),
        *found,
    ]
