"""What a page of errors is given: places on the grid, exact distances, names said once."""

import gzip
import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from imageo.render.maps.error_columns import GRID_CELLS, ErrorColumns, PlaneGrid, error_columns, pack

GRID = PlaneGrid(left=-1000.0, top=500.0, cell=10.0)


def columns_of(frame: pd.DataFrame) -> ErrorColumns:
    nowhere = np.zeros((len(frame), 2), dtype=np.int64)
    return error_columns(frame, nowhere, nowhere)


def frame_of(**columns: Any) -> pd.DataFrame:
    size = max(len(values) for values in columns.values())
    given = {
        "run_label": ["run"] * size,
        "image_id": range(size),
        "image_name": [f"image {i}" for i in range(size)],
        "confidence": [3] * size,
        "error_km": [1.0] * size,
        "true_country": ["Chile"] * size,
        "true_city": ["Arica"] * size,
        "answered_country": ["Chile"] * size,
        "answered_state": [None] * size,
        "answered_city": ["Arica"] * size,
        "place_country": ["Chile"] * size,
    }
    return pd.DataFrame(given | columns)


def test_cells_run_east_and_south_from_the_corner() -> None:
    plane = np.array([[-1000.0, 500.0], [-980.0, 470.0], [1e9, -1e9]])
    assert GRID.cells(plane).tolist() == [[0, 0], [2, 3], [GRID_CELLS - 1, GRID_CELLS - 1]]


@pytest.mark.parametrize(
    ("km", "code"),
    [
        *((0.0, 0), (0.0149, 1), (0.29, 29), (24.999, 2499), (25.0, 2500), (99.999, 9999), (100.0, 10_000)),
        *((100.99, 10_000), (101.0, 10_001), (749.999, 10_649), (750.0, 10_650), (20_003.93, 29_903)),
    ],
)
def test_distances_keep_their_side_of_every_whole_kilometre(km: float, code: int) -> None:
    assert columns_of(frame_of(error_km=[km])).whole["error"].tolist() == [code]


def test_runs_whose_names_look_alike_are_not_one() -> None:
    long = "fine-tuned/" + "x" * 80
    labels = [f"{long}:b", f"{long}:a", "same\u202e", "same", f"{long}:a"]
    told = columns_of(frame_of(run_label=labels, image_id=[0, 0, 0, 0, 1]))
    cut = long[:79] + "…"
    assert told.names["runs"] == [cut, long[:75] + "… (2)", "same", "same (2)"]
    assert told.whole["run"].tolist() == [0, 0, 1, 2, 3]


def test_places_are_named_as_far_as_they_are_told() -> None:
    frame = frame_of(
        answered_city=["Lima", None, None, None, "Lima"],
        answered_state=["Callao", "Callao", None, None, None],
        answered_country=["Peru", "Peru", "Peru", None, None],
    )
    columns = columns_of(frame)
    assert columns.names["places"] == ["", "Arica, Chile", "Callao, Peru", "Lima", "Lima, Peru", "Peru"]


def test_names_are_sorted_without_accents_and_said_once() -> None:
    columns = columns_of(frame_of(true_city=["Zug", "Ålesund", "Bergen", "Bergen"]))
    assert columns.names["places"] == ["Ålesund, Chile", "Arica, Chile", "Bergen, Chile", "Zug, Chile"]


def test_unstated_and_impossible_confidence_is_none() -> None:
    columns = columns_of(frame_of(confidence=[None, 5, 0, 9, "high"]))
    assert sorted(columns.whole["confidence"].tolist()) == [0, 0, 0, 0, 5]


def test_packed_numbers_can_be_read_back() -> None:
    columns = ErrorColumns({"runs": ["é"]}, {"a": np.array([1, 70_000, 3]), "b": np.array([255])})
    data = gzip.decompress(pack({"x": 1}, columns))
    length = int.from_bytes(data[:4], "little")
    assert json.loads(data[4 : 4 + length]) == {"x": 1, "runs": ["é"], "columns": [["a", 3, 3], ["b", 1, 1]]}
    planes = np.frombuffer(data[4 + length :], dtype=np.uint8)
    assert planes.tolist() == [1, 112, 3, 0, 17, 0, 0, 1, 0, 255]  # 70,000 is 1 * 65,536 + 17 * 256 + 112
