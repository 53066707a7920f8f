"""The rows of `bi.region_rate` as columns that a page can index by run, measure and region."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from imageo.errors import InputError
from imageo.render.maps.classes import DISTANCE_SCHEMES, Scheme, breaks_for

_DENOMINATORS = ("all", "answered")
TWINS = {"error_km_median_bounded": "error_km_median_answered", "shrunk_rate_all": "shrunk_rate_answered"}
_DISTANCES = ("error_km_median_answered", "error_km_median_bounded")

Cube = npt.NDArray[np.float64]
Cell = float | int | None


@dataclass(frozen=True)
class RateColumns:
    """Rates of one dataset at one level.

    `values[column][run][measure][region]` is a number or None, over `runs`, `measures` and `regions` (codes of
    the regions with at least one row) in their order; shares are in thousandths, distances in kilometres, whole
    from 100, with one decimal from 10 and two below. `intervals["k/n"]` are the bounds of the Wilson interval of k
    of n, in thousandths: they depend on nothing else, and few pairs occur. `breaks` are the class boundaries of each
    measure, the same for all runs and denominators; `distance_breaks` those of the median error in kilometres, whose
    images are those of the measure at place `distance_measure`.
    """

    runs: list[str]
    measures: list[str]
    regions: list[str]
    values: dict[str, list[list[list[Cell]]]]
    intervals: dict[str, tuple[int, int]]
    breaks: list[Scheme]
    distance_measure: int
    distance_breaks: Scheme


def rate_columns(rates: pd.DataFrame, measures: Sequence[str], minimum_n: int) -> RateColumns:
    """Turn the rows of `bi.region_rate` (one a run, measure and region) into columns.

    `measures` is the order of the known measures; those without a row are left out. Regions with fewer than
    `minimum_n` images have no say in the class boundaries. Raises InputError where two rows tell of one cell.
    """
    known = rates[rates["measure"].isin(measures)]
    _refuse_doubles(known)
    runs = sorted(known["run_label"].unique())
    present = [measure for measure in measures if (known["measure"] == measure).any()]
    regions = sorted(known["region_code"].unique())
    place = (
        _places(runs, known["run_label"]),
        _places(present, known["measure"]),
        _places(regions, known["region_code"]),
    )

    def spread(column: str) -> Cube:
        cube = np.full((len(runs), len(present), len(regions)), np.nan)
        cube[place] = _numbers(known, column)
        return cube

    counts = {column: spread(column) for column in ("n_all", "n_answered", "n_correct")}
    shrunk = {f"shrunk_rate_{each}": spread(f"shrunk_rate_{each}") * 1000 for each in _DENOMINATORS}
    distances = {column: spread(column) for column in _DISTANCES}
    # An accuracy is of every image; a match leaves out those without a label.
    of_every_image = next((place for place, name in enumerate(present) if name.startswith("accuracy")), 0)
    return RateColumns(
        runs=runs,
        measures=present,
        regions=regions,
        values={column: _cells(np.round(cube)) for column, cube in (counts | shrunk).items()}
        | {column: _cells(_as_shown(cube)) for column, cube in distances.items()},
        intervals=_intervals(known),
        breaks=[_shared_breaks(counts, measure, minimum_n) for measure in range(len(present))],
        distance_measure=of_every_image,
        distance_breaks=_distance_breaks(counts, distances, of_every_image, minimum_n),
    )


def without_repeats(values: dict[str, list[list[list[Cell]]]]) -> dict[str, list[list[list[Cell] | int]]]:
    """`values` of `RateColumns` as the page has them, where what stands twice is told once.

    A number over all images is -1 where it is that over the answers. The numbers of a measure may be the place of an
    equal, earlier one of the run: a median error is the same for every measure, and most counts are.
    """
    told = values | {
        column: [
            [
                [-1 if one is not None and one == other else one for one, other in zip(*pages, strict=True)]
                for pages in zip(*runs, strict=True)
            ]
            for runs in zip(values[column], values[twin], strict=True)
        ]
        for column, twin in TWINS.items()
        if column in values
    }
    return {
        column: [
            [page if (first := pages.index(page)) == place else first for place, page in enumerate(pages)]
            for pages in cube
        ]
        for column, cube in told.items()
    }


def _places(names: list[str], column: "pd.Series[str]") -> npt.NDArray[np.intp]:
    # As objects: pandas' own strings refuse what is no Unicode, and a label may hold anything.
    return pd.Index(names, dtype=object).get_indexer(pd.Index(column, dtype=object))


def _refuse_doubles(rates: pd.DataFrame) -> None:
    key = ["run_label", "measure", "region_code"]
    doubled = rates.loc[rates.duplicated(key), key]
    if not doubled.empty:
        run, measure, region = doubled.iloc[0]
        raise InputError(f"map: two rows give {measure} of run {run!r} in {region!r}; draw one dataset and level")


def _numbers(rates: pd.DataFrame, column: str) -> npt.NDArray[np.float64]:
    return pd.to_numeric(rates[column]).to_numpy(dtype=float, na_value=np.nan)


def _intervals(rates: pd.DataFrame) -> dict[str, tuple[int, int]]:
    intervals: dict[str, tuple[int, int]] = {}
    for each in _DENOMINATORS:
        columns = ("n_correct", f"n_{each}", f"wilson_lower_{each}", f"wilson_upper_{each}")
        rows = np.unique(np.column_stack([_numbers(rates, column) for column in columns]), axis=0)
        for correct, images, lower, upper in rows[~np.isnan(rows).any(axis=1)].tolist():
            intervals[f"{correct:.0f}/{images:.0f}"] = (round(lower * 1000), round(upper * 1000))
    return dict(sorted(intervals.items()))


def _shared_breaks(counts: dict[str, Cube], measure: int, minimum_n: int) -> Scheme:
    correct = counts["n_correct"][:, measure]
    pooled: list[float] = []
    for each in _DENOMINATORS:
        images = counts[f"n_{each}"][:, measure]
        enough = images >= max(minimum_n, 1)
        pooled.extend((correct[enough] / images[enough]).tolist())
    return breaks_for(pooled)


def _distance_breaks(counts: dict[str, Cube], distances: dict[str, Cube], measure: int, minimum_n: int) -> Scheme:
    pooled: list[float] = []
    for images, median in (("n_all", "error_km_median_bounded"), ("n_answered", "error_km_median_answered")):
        if not len(counts[images]):
            continue
        of_regions = distances[median][:, measure]
        enough = (counts[images][:, measure] >= max(minimum_n, 1)) & ~np.isnan(of_regions)
        pooled.extend(of_regions[enough].tolist())
    return breaks_for(pooled, DISTANCE_SCHEMES)


def _as_shown(kilometres: Cube) -> Cube:
    step = np.where(kilometres < 10, 100, np.where(kilometres < 100, 10, 1))
    return np.round(kilometres * step) / step


def _cells(cube: Cube) -> list[list[list[Cell]]]:
    return [[[_cell(number) for number in row] for row in page] for page in cube.tolist()]


def _cell(number: float) -> Cell:
    if np.isnan(number):
        return None
    return int(number) if number.is_integer() else number
