"""Which way do the answers go, and how far? The mean displacement from the true to the answered points of a region."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from imageo.analysis.estimate import Estimate

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

LEAST_ANSWERS = 10
SIGNIFICANT = 0.05


def displacement_vectors(
    true_latitude: Floats, true_longitude: Floats, answered_latitude: Floats, answered_longitude: Floats
) -> Floats:
    """Kilometres east and north (n, 2) of each answer from its true point: geodesic length along the initial bearing.

    The logarithmic map of the ellipsoid, which is the azimuthal equidistant projection about the true point (WGS84,
    Karney 2013, Journal of Geodesy 87).
    """
    from pyproj import Geod

    bearing, _, metres = Geod(ellps="WGS84").inv(true_longitude, true_latitude, answered_longitude, answered_latitude)
    angle, kilometres = np.radians(bearing), np.asarray(metres) / 1000
    return np.column_stack([kilometres * np.sin(angle), kilometres * np.cos(angle)])


def displacement_estimates(
    answers: "pd.DataFrame",
    codes: "pd.Series",
    *,
    run_id: int | None,
    grouping: str,
    seed: int,
    replicates: int = 999,
) -> list[Estimate]:
    """Mean displacement of each region: its length (km), its bearing (degrees from north) and its share of the errors.

    `answers`: rows of bi.prediction_detail of one run; `codes`: their regions. Each answer is a vector in the plane
    that touches the Earth at its true point; the length of their mean is 0 where errors go all ways.
    `displacement_share` is that length over the mean length of the vectors: 1 where all go one way.

    Intervals are percentiles over images drawn anew within the region. A length is never below 0, so look at p as well:
    Hotelling's T2 that the mean is 0 (Mardia, Kent & Bibby 1979, Multivariate Analysis, 5.2), corrected by Benjamini &
    Hochberg over the regions of a run. The interval of a bearing may reach below 0 or above 360; one that covers half
    the compass is not given.
    """
    is_located = (answers["error_km"].notna() & codes.notna()).to_numpy()
    located = answers[is_located]
    sides = ("true_latitude", "true_longitude", "answered_latitude", "answered_longitude")
    vectors = displacement_vectors(*(located[name].to_numpy(dtype=float) for name in sides))
    rng = np.random.default_rng([seed, 4])
    found: list[Estimate] = []
    for code, places in sorted(located.groupby(codes[is_located].to_numpy()).indices.items()):
        form = Estimate(
            "displacement_km",
            None,
            n=len(places),
            run_id=run_id,
            measure="displacement",
            denominator="answered",
            grouping=grouping,
            subject=str(code),
        )
        if len(places) < LEAST_ANSWERS:
            note = f"{len(places)} answers with coordinates: fewer than {LEAST_ANSWERS} have no direction."
            found.append(replace(form, note=note))
        else:
            found += _of_region(vectors[places], form, rng, replicates)
    return _correct(found)


def mean_vector_p(vectors: Floats) -> float | None:
    """P of Hotelling's one-sample T2 that the mean vector is 0; None where the vectors lie on a line or a point."""
    from scipy.stats import f

    n, dimensions = vectors.shape
    mean, covariance = vectors.mean(axis=0), np.cov(vectors.T)
    if np.linalg.matrix_rank(covariance) < dimensions:
        return None
    t2 = n * mean @ np.linalg.solve(covariance, mean)
    return float(f.sf(t2 * (n - dimensions) / (dimensions * (n - 1)), dimensions, n - dimensions))


def _of_region(vectors: Floats, form: Estimate, rng: np.random.Generator, replicates: int) -> list[Estimate]:
    lengths = np.hypot(*vectors.T)
    if not lengths.any():
        return [replace(form, estimate=0.0, note="Every answer is at its true point.")]
    east, north = vectors.mean(axis=0)
    length, bearing = float(np.hypot(east, north)), float(np.degrees(np.arctan2(east, north)) % 360)
    drawn = _resampled_means(np.column_stack([vectors, lengths]), rng, replicates)
    drawn_lengths = np.hypot(drawn[:, 0], drawn[:, 1])
    turned = (np.degrees(np.arctan2(drawn[:, 0], drawn[:, 1])) - bearing + 180) % 360 - 180
    left, right = np.percentile(turned, [2.5, 97.5])
    is_wide = right - left > 180
    shares = np.divide(drawn_lengths, drawn[:, 2], out=np.zeros(replicates), where=drawn[:, 2] > 0)
    length_low, length_high = np.percentile(drawn_lengths, [2.5, 97.5])
    share_low, share_high = np.percentile(shares, [2.5, 97.5])
    p = mean_vector_p(vectors)
    untested = "All displacements lie on one line: their mean is not tested." if p is None else None
    return [
        replace(form, estimate=length, low=float(length_low), high=float(length_high), p_value=p, note=untested),
        replace(
            form,
            statistic="displacement_bearing",
            estimate=bearing,
            low=None if is_wide else bearing + float(left),
            high=None if is_wide else bearing + float(right),
            note="The direction is as good as unknown." if is_wide else None,
        ),
        replace(
            form,
            statistic="displacement_share",
            estimate=length / float(lengths.mean()),
            low=float(share_low),
            high=float(share_high),
        ),
    ]


def _resampled_means(values: Floats, rng: np.random.Generator, replicates: int) -> Floats:
    """Means of `replicates` samples with replacement, drawn in pieces that fit into the processor's cache."""
    n = len(values)
    step = max(1, 200_000 // n)
    pieces = [
        np.column_stack([column[drawn].mean(axis=1) for column in values.T])
        for start in range(0, replicates, step)
        for drawn in [rng.integers(0, n, (min(step, replicates - start), n), dtype=np.int32)]
    ]
    return np.concatenate(pieces)


def _correct(estimates: list[Estimate]) -> list[Estimate]:
    from scipy.stats import false_discovery_control

    places = [place for place, one in enumerate(estimates) if one.p_value is not None]
    if not places:
        return estimates
    done = list(estimates)
    adjusted = false_discovery_control([estimates[place].p_value for place in places], method="bh")
    for place, p in zip(places, adjusted, strict=True):
        note = None if p <= SIGNIFICANT else "No direction beyond chance."
        done[place] = replace(done[place], p_adjusted=float(p), note=note)
    return done
