"""The payload of a map of errors: columns of whole numbers, a dictionary of names, and where each country stands.

Points stand on a grid of 65,536 cells from west to east of the Equal Earth plane, half a kilometre a cell. Distances
are floored to 10 metres below 100 km and to kilometres from there on: what a reader sees of them, and so that a
comparison with any whole kilometre stays exact.
"""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from imageo.render.labels import clean_label, distinct_labels, sorting_key
from imageo.render.maps.projection import Coordinates

GRID_CELLS = 65_536
"""Cells from west to east: 34,500 km of Equal Earth, 0.53 km each."""

_CITY_LETTERS = 60
_COUNTRY_LETTERS = 40
NO_COUNTRY = "no country (sea)"

Whole = npt.NDArray[np.int64]


@dataclass(frozen=True)
class ErrorColumns:
    """Vectors by run and image; images by the name of their place. `names` are for the page's reader, as they are."""

    names: dict[str, list[str]]
    whole: dict[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class PlaneGrid:
    """Where the grid lies in the plane: its north-western corner and a cell, in metres."""

    left: float
    top: float
    cell: float

    def cells(self, plane: Coordinates) -> Whole:
        """Metres (x, y) -> cells (x to the east, y to the south)."""
        cells = np.column_stack([plane[:, 0] - self.left, self.top - plane[:, 1]]) / self.cell
        whole: Whole = np.clip(cells.round(), 0, GRID_CELLS - 1).astype(np.int64)
        return whole


def error_columns(frame: pd.DataFrame, truth: Whole, answer: Whole) -> ErrorColumns:
    """Rows of `bi.error_vector` as columns; `truth`, `answer`: cells of both ends, one row a vector."""
    true_places = _place_labels(frame, "true_city", None, "true_country")
    answered_places = _place_labels(frame, "answered_city", "answered_state", "answered_country")
    places, (true_place, answered_place) = _dictionary(true_places, answered_places)
    countries, (true_country, answered_country) = _dictionary(
        _cleaned(frame["true_country"], _COUNTRY_LETTERS).replace("", NO_COUNTRY),
        _cleaned(frame["place_country"], _COUNTRY_LETTERS).replace("", NO_COUNTRY),
    )
    # By the labels as they are: two long ones may be cut to the same.
    labels, (run,) = _dictionary(frame["run_label"])
    first, image = _images(frame, true_place, truth)
    order = np.lexsort((image, run))
    image, run = image[order], run[order]
    images = _cleaned(frame["image_name"], 80).to_numpy()[first]
    usual = _usual_country(len(places), (true_place, true_country), (answered_place, answered_country))
    confidence = pd.to_numeric(frame["confidence"], errors="coerce").fillna(0).to_numpy(dtype=np.float64)
    truth_of_image = truth[first]
    away = (answer - truth)[order]
    return ErrorColumns(
        names={"runs": distinct_labels(labels), "images": images.tolist(), "places": places, "countries": countries},
        whole={
            "image_x": _steps(truth_of_image[:, 0]),
            "image_y": _steps(truth_of_image[:, 1]),
            "image_place": _steps(true_place[first]),
            "image_country": _signed((true_country - usual[true_place])[first]),
            "run": run,
            "image": _steps(image),
            "away_x": _signed(away[:, 0]),
            "away_y": _signed(away[:, 1]),
            "error": _distance_codes(frame["error_km"].to_numpy(dtype=np.float64))[order],
            "confidence": np.where((confidence >= 1) & (confidence <= 5), confidence, 0).astype(np.int64)[order],
            "place": _signed((answered_place - true_place)[order]),
            "country": _signed((answered_country - usual[answered_place])[order]),
            "usual_country": usual,
            **_anchors(len(countries), (true_country, truth), (answered_country, answer)),
        },
    )


def pack(header: Mapping[str, Any], columns: ErrorColumns) -> bytes:
    """Header and columns, gzipped: the length of a JSON object in 4 bytes, the object, the bytes of each column.

    The object tells name, number and width of each column; the lowest bytes of all its numbers come first, then the
    next ones: that is what compresses well.
    """
    widths = {name: _width(values) for name, values in columns.whole.items()}
    told = {
        **header,
        **columns.names,
        "columns": [[name, len(values), widths[name]] for name, values in columns.whole.items()],
    }
    text = json.dumps(told, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
    planes = b"".join(
        values.astype("<u4").view(np.uint8).reshape(-1, 4)[:, byte].tobytes()
        for name, values in columns.whole.items()
        for byte in range(widths[name])
    )
    return gzip.compress(len(text).to_bytes(4, "little") + text + planes, 9, mtime=0)


def _cleaned(texts: "pd.Series[Any]", length: int) -> "pd.Series[str]":
    """Fit to be shown; each distinct text is cleaned once."""
    codes, distinct = pd.factorize(texts)
    shown = np.array([*(clean_label(text, length) for text in distinct), ""], dtype=object)
    return pd.Series(shown[codes], index=texts.index, dtype=object)


def _place_labels(frame: pd.DataFrame, city: str, state: str | None, country: str) -> "pd.Series[str]":
    """`city, country` as far as they are told; the state where there is no city."""
    narrow = _cleaned(frame[city], _CITY_LETTERS)
    if state is not None:
        narrow = narrow.where(narrow != "", _cleaned(frame[state], _CITY_LETTERS))
    wide = _cleaned(frame[country], _COUNTRY_LETTERS)
    both = np.where((narrow != "") & (wide != ""), ", ", "")
    joined: pd.Series[str] = narrow + both + wide
    return joined


def _dictionary(*columns: "pd.Series[str]") -> tuple[list[str], list[Whole]]:
    """The distinct texts of all columns, sorted, and each column as indexes into them."""
    codes, found = pd.factorize(np.concatenate([column.to_numpy(dtype=object) for column in columns]))
    distinct = [str(text) for text in found]
    order = sorted(range(len(distinct)), key=lambda index: (sorting_key(distinct[index]), distinct[index]))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    parts = np.split(rank[codes], np.cumsum([len(column) for column in columns])[:-1])
    return [distinct[index] for index in order], parts


def _images(frame: pd.DataFrame, true_place: Whole, truth: Whole) -> tuple[Whole, Whole]:
    """The row that tells of each image, images sorted by place and coordinates, and the image of each row."""
    codes, _ = pd.factorize(frame["image_id"])
    _, first = np.unique(codes, return_index=True)
    images = pd.DataFrame(
        {
            "place": true_place[first],
            "x": truth[first, 0],
            "y": truth[first, 1],
            "name": frame["image_name"].astype(str).to_numpy()[first],
        }
    )
    order = images.sort_values(list(images.columns), kind="stable").index.to_numpy()
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return first[order], rank[codes]


def _distance_codes(km: npt.NDArray[np.float64]) -> Whole:
    """Tens of metres up to 10,000, which is 100 km; then kilometres."""
    codes: Whole = np.where(km < 100, np.floor(km * 100 + 1e-9), np.floor(km) + 9_900).astype(np.int64)
    return codes


def _usual_country(places: int, *ends: tuple[Whole, Whole]) -> Whole:
    """The commonest country of the points of each place: exceptions from it are few, and small to ship."""
    pairs = pd.DataFrame(
        {
            "place": np.concatenate([place for place, _ in ends]),
            "country": np.concatenate([country for _, country in ends]),
        }
    )
    counts = pairs.value_counts(sort=False).reset_index().sort_values(["place", "count", "country"])
    usual: Whole = counts.groupby("place")["country"].last().reindex(range(places)).to_numpy(dtype=np.int64)
    return usual


def _anchors(count: int, *ends: tuple[Whole, Whole]) -> dict[str, Whole]:
    """Where the flows of each country start and end: the median of its points, so that no outlier moves it."""
    country = np.concatenate([country for country, _ in ends])
    points = pd.DataFrame(np.concatenate([cells for _, cells in ends]), columns=["x", "y"])
    middle = points.groupby(country).median().reindex(range(count)).round().astype(np.int64)
    return {"country_x": middle["x"].to_numpy(), "country_y": middle["y"].to_numpy()}


def _steps(values: Whole) -> Whole:
    """Differences to the one before, without a sign."""
    return _signed(np.diff(values, prepend=0))


def _signed(values: Whole) -> Whole:
    """0, -1, 1, -2 ... as 0, 1, 2, 3 ..."""
    folded: Whole = np.where(values < 0, -2 * values - 1, 2 * values)
    return folded


def _width(values: npt.NDArray[Any]) -> int:
    """Bytes that the largest number needs."""
    return max(1, (int(values.max(initial=0)).bit_length() + 7) // 8)
