"""Does it hang together on the map? Global and local Moran, hot spots of error, over regions or hexagons."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from imageo.analysis.estimate import Estimate
from imageo.analysis.spatial_draws import conditional_p, draw_distinct, p_of_draws, total_p
from imageo.analysis.spatial_rates import standardised_means, standardised_rates
from imageo.analysis.weights import Neighbours, subset

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

LEAST_UNITS = 10
"""Fewer units with neighbours than this say nothing about a pattern."""

LOCAL_DRAWS = 99_999
"""Draws of the local tests: the smallest p, 0.00002, can pass the correction for up to 2,500 units."""

THIN = 10
SIGNIFICANT = 0.05
_QUADRANTS = {1: "high among high", 2: "low among high", 3: "low among low", 4: "high among low"}


@dataclass(frozen=True)
class Question:
    """What is looked at: whose run, which measure among whom, over which kind of unit, with which seed and draws."""

    run_id: int | None
    measure: str
    denominator: str
    grouping: str
    seed: int = 0
    permutations: int = 999
    local_draws: int = LOCAL_DRAWS


def spatial_pattern(units: "pd.DataFrame", neighbours: Neighbours, question: Question) -> list[Estimate]:
    """Global Moran of rate and log error, local Moran of the rate, Gi* of the log error; units a row.

    `units`: code, n, k (images and hits), n_error, log_error_mean, log_error_variance (of ln(1 + error_km)). Rates and
    means are standardised (`spatial_rates`), since a region of 2 images strays further than one of 200. Local p values
    are corrected by Benjamini & Hochberg (1995) over both local statistics of all units of a run, so that a run without
    a pattern has a spot of any kind in 5 of 100 cases; source for maps: Caldas de Castro & Singer (2006), Geographical
    Analysis 38, 180-208. Islands are listed with a note and take part in nothing.
    """
    rows = units.set_index("code").reindex(neighbours.codes)
    islands = units[units["code"].isin(neighbours.islands)]
    rates, errors = _of_rates(question), _of_errors(question)
    island_rows = [
        replace(form, subject=code, n=int(n), note="An island: no neighbour with images, so it is in no pattern.")
        for form, column in ((replace(rates, statistic="local_moran"), "n"), (errors, "n_error"))
        for code, n in islands[["code", column]].itertuples(index=False)
        if n > 0
    ]
    if len(rows) < LEAST_UNITS:
        note = f"{len(rows)} units with a neighbour: fewer than {LEAST_UNITS} show no pattern."
        return [replace(rates, n=int(units["n"].sum()), note=note), *island_rows]
    found = [*_moran(rows, neighbours, question), *_hot_spots(rows, neighbours, question)]
    return [*_correct_locals(found), *island_rows]


def global_moran(values: Floats, neighbours: Neighbours, permutations: int, seed: int) -> tuple[float, float]:
    """Moran's I with row-standardised weights, and its two-sided p by permutation.

    I = (n / S0) (z' W z) / (z' z), esda.Moran. Source: Cliff & Ord (1981), Spatial Processes.
    """
    from esda.moran import Moran
    from scipy.sparse import diags_array

    observed = float(Moran(values, neighbours.pysal(), transformation="r", permutations=0).I)
    rng = np.random.default_rng([seed, 1])
    z = values - values.mean()
    counts = neighbours.matrix.sum(axis=1)
    rows = diags_array(np.divide(1.0, counts, out=np.zeros(len(z)), where=counts > 0)) @ neighbours.matrix
    shuffled = rng.permuted(np.tile(z, (permutations, 1)), axis=1)
    drawn = len(z) / rows.sum() * (shuffled * (rows @ shuffled.T).T).sum(axis=1) / (z @ z)
    return observed, p_of_draws(drawn, observed)


def corrected(p: Floats) -> Floats:
    """P values corrected for how many there are: Benjamini & Hochberg (1995), JRSS B 57."""
    from scipy.stats import false_discovery_control

    adjusted: Floats = false_discovery_control(p, method="bh")
    return adjusted


def correct_over_runs(estimates: Sequence[Estimate]) -> list[Estimate]:
    """Global statistics (without a subject), p corrected over the runs that share a statistic, measure and grouping."""
    families: dict[tuple[str | None, ...], list[int]] = {}
    for place, one in enumerate(estimates):
        if one.subject is None and one.p_value is not None:
            families.setdefault((one.statistic, one.measure, one.denominator, one.grouping), []).append(place)
    done = list(estimates)
    for places in families.values():
        adjusted = corrected(np.array([estimates[place].p_value for place in places], dtype=float))
        for place, p in zip(places, adjusted, strict=True):
            done[place] = replace(done[place], p_adjusted=float(p))
    return done


def _moran(rows: "pd.DataFrame", neighbours: Neighbours, question: Question) -> list[Estimate]:
    form = _of_rates(question)
    n, k = (rows[column].to_numpy(dtype=float) for column in ("n", "k"))
    form = replace(form, n=int(n.sum()), k=int(k.sum()))
    values = standardised_rates(k, n)
    if values is None:
        return [replace(form, note="Every region has the same rate: there is nothing to map.")]
    found, p = global_moran(values, neighbours, question.permutations, question.seed)
    overall = replace(form, estimate=found, p_value=p)
    local, quadrants, p_local = local_moran(values, neighbours, question.seed, question.local_draws)
    return [overall] + [
        replace(
            form,
            statistic="local_moran",
            subject=code,
            estimate=float(one),
            n=int(images),
            k=int(hits),
            p_value=float(raw),
            note=_QUADRANTS[int(quadrant)],
        )
        for code, one, quadrant, raw, images, hits in zip(
            neighbours.codes, local, quadrants, p_local, n, k, strict=True
        )
    ]


def local_moran(
    values: Floats, neighbours: Neighbours, seed: int, draws: int = LOCAL_DRAWS
) -> tuple[Floats, npt.NDArray[np.int64], Floats]:
    """Local Moran I_i = (n - 1) z_i sum_j w_ij z_j / z'z, its quadrant and two-sided p: esda.Moran_Local, Anselin 1995.

    Quadrants: 1 high among high, 2 low among high, 3 low among low, 4 high among low.
    """
    from esda.moran import Moran_Local

    found = Moran_Local(values, neighbours.pysal(), transformation="r", permutations=0)
    p = conditional_p(values, neighbours.matrix, _draws(neighbours, seed, draws))
    return found.Is, found.q, p


def hot_spots(values: Floats, neighbours: Neighbours, seed: int, draws: int = LOCAL_DRAWS) -> tuple[Floats, Floats]:
    """Getis-Ord Gi* as a z score, binary weights with the unit itself, and its two-sided p by permutation.

    esda.G_Local(star=True). Source: Ord & Getis (1995), Geographical Analysis 27, 286-306.
    """
    from esda.getisord import G_Local

    # The z score does not change with a shift; esda's, which divides by the mean, wants values above 0.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shifted = values - values.min() + 1
        found = G_Local(shifted, neighbours.pysal(), transform="B", permutations=0, star=True)
    return found.Zs, total_p(values, neighbours.matrix, _draws(neighbours, seed, draws))


def _draws(neighbours: Neighbours, seed: int, draws: int) -> npt.NDArray[np.int64]:
    most = int(np.diff(neighbours.matrix.indptr).max())
    return _drawn_once(len(neighbours.codes), most + 1, draws, seed)


@lru_cache(maxsize=2)
def _drawn_once(n: int, size: int, draws: int, seed: int) -> npt.NDArray[np.int64]:
    """The same numbers serve both statistics and all runs over the same units."""
    drawn = draw_distinct(n, size, draws, np.random.default_rng([seed, 2]))
    drawn.flags.writeable = False
    return drawn


def _hot_spots(rows: "pd.DataFrame", neighbours: Neighbours, question: Question) -> list[Estimate]:
    form = _of_errors(question)
    is_known = rows["n_error"].to_numpy(dtype=float) > 0
    n = rows["n_error"].to_numpy(dtype=float)
    if not is_known.all():
        # A region where nothing was located has no error: its neighbours do without it.
        neighbours = subset(neighbours, is_known)
        rows = rows.loc[list(neighbours.codes)]
        n = rows["n_error"].to_numpy(dtype=float)
    if len(rows) < LEAST_UNITS:
        note = f"{len(rows)} units with a distance and a neighbour: fewer than {LEAST_UNITS} show no pattern."
        return [replace(form, n=int(n.sum()), note=note)]
    means = rows["log_error_mean"].to_numpy(dtype=float)
    values = standardised_means(means, rows["log_error_variance"].to_numpy(dtype=float), n)
    if values is None:
        return [replace(form, n=int(n.sum()), note="Every region has the same error: there is nothing to map.")]
    found, p = global_moran(values, neighbours, question.permutations, question.seed)
    z, p_local = hot_spots(values, neighbours, question.seed, question.local_draws)
    return [replace(form, statistic="moran_i", estimate=found, p_value=p, n=int(n.sum()))] + [
        replace(
            form,
            subject=code,
            estimate=float(score),
            n=int(images),
            p_value=float(raw),
            note="hot spot: large errors" if score > 0 else "cold spot: small errors",
        )
        for code, score, raw, images in zip(neighbours.codes, z, p_local, n, strict=True)
    ]


def _of_rates(question: Question) -> Estimate:
    return Estimate(
        "moran_i",
        None,
        run_id=question.run_id,
        measure=question.measure,
        denominator=question.denominator,
        grouping=question.grouping,
    )


def _of_errors(question: Question) -> Estimate:
    counted = "bounded" if question.denominator == "all" else "answered"
    return replace(_of_rates(question), statistic="getis_ord_z", measure="log_error", denominator=counted)


def _correct_locals(estimates: Sequence[Estimate]) -> list[Estimate]:
    """The same with corrected p values for those of single units, and notes that heed them."""
    places = [place for place, one in enumerate(estimates) if one.subject is not None]
    if not places:
        return list(estimates)
    done = list(estimates)
    adjusted = corrected(np.array([estimates[place].p_value for place in places], dtype=float))
    for place, p in zip(places, adjusted, strict=True):
        one = estimates[place]
        note = str(one.note).capitalize() if p <= SIGNIFICANT else f"No more than chance ({one.note})"
        thin = f"; {one.n} images of its own, so its neighbours speak." if (one.n or 0) < THIN else "."
        done[place] = replace(one, p_adjusted=float(p), note=note + thin)
    return done
