"""The whole spatial question for the runs of one dataset: regions, hexagons beside them, and images one by one."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt

from imageo.analysis.estimate import Estimate
from imageo.analysis.hexagons import cells, hexagon_neighbours, hexagon_units, hits
from imageo.analysis.spatial import LOCAL_DRAWS, Question, correct_over_runs, spatial_pattern
from imageo.analysis.spatial_joins import join_estimates
from imageo.analysis.weights import Neighbours, nearest, nearest_points, symmetric_pairs, touching

if TYPE_CHECKING:
    import pandas as pd
    from geopandas import GeoDataFrame

Integers = npt.NDArray[np.int64]
Found = TypeVar("Found")


@dataclass(frozen=True)
class SpatialOptions:
    """What was chosen; all of it is stored beside the results.

    `level`: kind of region; `weights`: contiguity or nearest, with `k` neighbours; `minimum_n`: images that a region or
    hexagon needs to take part; `resolution`: of the H3 hexagons; `join_k`: neighbours of an image in join counts.

    Rates of 1 or 2 images are lumpy. Where thin regions lie together, chance then passes for a pattern: at a rate of
    0.95 local Moran found one in 8 % of 400 simulated worlds without any, and in 2 % of 300 from 5 images on.
    """

    level: str = "country"
    measure: str = "accuracy_200km"
    denominator: str = "all"
    weights: str = "contiguity"
    k: int = 5
    minimum_n: int = 5
    resolution: int = 2
    join_k: int = 8
    permutations: int = 999
    local_draws: int = LOCAL_DRAWS
    seed: int = 0

    def parameters(self, run_ids: list[int]) -> dict[str, object]:
        """As they are stored: all but the seed, which has a column of its own."""
        chosen = {name: value for name, value in asdict(self).items() if name != "seed"}
        if self.weights == "contiguity":
            del chosen["k"]
        return chosen | {"run_ids": run_ids, "correction": "Benjamini-Hochberg"}


def survey_spatial(
    rates: "pd.DataFrame",
    errors: "pd.DataFrame",
    shapes: "GeoDataFrame",
    answers: "pd.DataFrame",
    options: SpatialOptions,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Estimate]:
    """Every spatial estimate of the runs of one dataset.

    `rates`: bi.region_rate of the level and measure; `errors`: bi.region_error of the level; `shapes`:
    bi.region_shape of the level; `answers`: bi.prediction_detail. Runs are those of `answers`.
    """
    found: list[Estimate] = []
    neighbours: dict[object, Neighbours] = {}
    pairs: dict[object, Integers] = {}
    answers = answers.sort_values("image_id")
    answers = answers.assign(cell=cells(answers["true_latitude"], answers["true_longitude"], options.resolution))
    for key, mine in answers.groupby("run_id", sort=True):
        run_id = int(str(key))
        progress(f"spatial pattern of {mine['run_label'].iloc[0]}")
        regions = _region_units(
            rates[rates["run_id"] == run_id], errors[errors["run_id"] == run_id], options.denominator
        )
        for grouping, units in (
            (options.level, regions),
            ("hexagon", hexagon_units(mine, mine["cell"], options.measure, options.denominator)),
        ):
            enough = units[units["n"] >= max(options.minimum_n, 1)]
            codes = tuple(enough["code"])
            make = partial(_neighbours, codes, grouping, shapes, options)
            around = _remembered(neighbours, (grouping, codes), make)
            first, *others = spatial_pattern(enough, around, _question(run_id, grouping, options))
            found += [_with_thin(first, len(units) - len(enough), options.minimum_n), *others]
        is_hit, is_counted = hits(mine, options.measure, options.denominator)
        counted = mine[is_counted]
        found += join_estimates(
            is_hit[is_counted].to_numpy(dtype=bool),
            _remembered(pairs, tuple(counted["image_id"]), partial(_image_pairs, counted, options.join_k)),
            run_id=run_id,
            measure=options.measure,
            denominator=options.denominator,
            permutations=options.permutations,
            seed=options.seed,
        )
    return correct_over_runs(found)


def _neighbours(codes: tuple[str, ...], grouping: str, shapes: "GeoDataFrame", options: SpatialOptions) -> Neighbours:
    if grouping == "hexagon":
        return hexagon_neighbours(codes, options.weights, options.k)
    return region_neighbours(codes, shapes, options)


def region_neighbours(codes: tuple[str, ...], shapes: "GeoDataFrame", options: SpatialOptions) -> Neighbours:
    """Neighbours among regions by their drawn outlines; a region without an outline is an island."""
    drawn = shapes[shapes["region_code"].isin(codes)].drop_duplicates("region_code").sort_values("region_code")
    known = drawn["region_code"].tolist()
    if options.weights == "contiguity":
        found = touching(known, drawn.geometry)
    else:
        found = nearest(known, drawn["latitude"].to_numpy(float), drawn["longitude"].to_numpy(float), options.k)
    without = tuple(sorted(set(codes) - set(known)))
    return Neighbours(found.codes, found.islands + without, found.kind, found.k, found.matrix)


def _region_units(rates: "pd.DataFrame", errors: "pd.DataFrame", denominator: str) -> "pd.DataFrame":
    counted = "bounded" if denominator == "all" else "answered"
    units = rates.rename(columns={"region_code": "code", f"n_{denominator}": "n", "n_correct": "k"})
    logs = errors.rename(
        columns={
            "region_code": "code",
            "n_all" if denominator == "all" else "n_located": "n_error",
            f"log_error_mean_{counted}": "log_error_mean",
            f"log_error_variance_{counted}": "log_error_variance",
        }
    )
    columns = ["code", "n_error", "log_error_mean", "log_error_variance"]
    merged = units[["code", "n", "k"]].merge(logs[columns], on="code", how="left")
    merged["n_error"] = merged["n_error"].fillna(0)
    return merged.sort_values("code", ignore_index=True)


def _with_thin(overall: Estimate, left_out: int, minimum_n: int) -> Estimate:
    said = f"{left_out} with fewer than {minimum_n} images are left out." if left_out else None
    return replace(overall, note=" ".join(filter(None, [overall.note, said])) or None)


def _question(run_id: int, grouping: str, options: SpatialOptions) -> Question:
    return Question(
        run_id,
        options.measure,
        options.denominator,
        grouping,
        seed=options.seed,
        permutations=options.permutations,
        local_draws=options.local_draws,
    )


def _image_pairs(answers: "pd.DataFrame", k: int) -> Integers:
    k = min(k, len(answers) - 1)
    if k < 1:
        return np.empty((0, 2), dtype=np.int64)
    latitude, longitude = (answers[name].to_numpy(dtype=float) for name in ("true_latitude", "true_longitude"))
    return symmetric_pairs(nearest_points(latitude, longitude, k))


def _remembered(known: dict[object, Found], key: object, make: Callable[[], Found]) -> Found:
    """Most runs of a dataset share regions and images, and so their neighbours."""
    if key not in known:
        known[key] = make()
    return known[key]
