"""Small truth and prediction files, made on the spot."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest

from imageo.ingest.report import FileReport
from imageo.ingest.store_predictions import PredictionOptions, ingest_predictions
from imageo.ingest.store_truth import TruthOptions, ingest_truth

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file: text, bytes, or rows as JSON lines."""

    def _write(name: str, content: str | bytes | Iterable[Mapping[str, Any]]) -> Path:
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif isinstance(content, str):
            path.write_text(content, encoding="utf-8", newline="")
        else:
            path.write_text("".join(json.dumps(row) + "\n" for row in content), encoding="utf-8")
        return path

    return _write


@pytest.fixture
def ingest_truth_file(connection: psycopg.Connection) -> Callable[..., FileReport]:
    def _ingest(path: Path, dataset: str = "set", **options: Any) -> FileReport:
        return ingest_truth(connection, path, TruthOptions(dataset, **options))

    return _ingest


@pytest.fixture
def ingest_file(connection: psycopg.Connection) -> Callable[..., FileReport]:
    def _ingest(path: Path, **options: Any) -> FileReport:
        return ingest_predictions(connection, path, PredictionOptions(**options))

    return _ingest


@pytest.fixture
def three_images(write: Write, ingest_truth_file: Callable[..., FileReport]) -> None:
    """Dataset `set` with the images a, b and c."""
    rows = "image_id,latitude,longitude,country\na,10,20,Chad\nb,48.8,2.3,France\nc,-33.9,18.4,South Africa\n"
    ingest_truth_file(write("three.csv", rows))


def answer(image: str, latitude: object = "10.5", longitude: object = "20.5", **record: Any) -> dict[str, Any]:
    """A line of an IMAGEO-Bench result file."""
    told = {
        "image_information": {"environment": "outdoor", "scene_type": "street", "setting": "urban"},
        "reasoning": {"landmark_recognition": "A mosque"},
        "reverse_geocoding": {
            "confidence": "3",
            "address": {"street": "", "city": "Abéché", "state": "Ouaddaï", "country": "Chad"},
            "coordinates": {"latitude": latitude, "longitude": longitude},
        },
    }
    return {
        "image_file": f"{image}.jpg",
        "provider": "togetherai",
        "model_used": "org/model-1",
        "raw_response": json.dumps(told),
        "location_info": told,
        "error": None,
        "usage_info": {"input_tokens": 100, "output_tokens": 20, "total_tokens": 120, "cost_usd": 0.00123},
        **record,
    }


def rows_of(connection: psycopg.Connection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query.encode()).fetchall()


CONTENT = (
    "select 'dataset', d::text from data.dataset d union all select 'image', i::text from data.image i"
    " union all select 'model', m::text from data.model m union all select 'run', r::text from data.run r"
    " union all select 'prediction', p::text from data.prediction p union all select 'cost', c::text from data.cost c"
    " union all select 'reject', (file_name, line, reason, raw)::text from data.reject order by 1, 2"
)
"""Everything that a reading can change, but the log of the readings."""
