"""A run over a few images, and finished questions of it."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import psycopg

from imageo.query.answers.parse import Answer, parse_answer
from imageo.query.finished import BilledCall, Finished, Priced
from imageo.query.replies import Usage
from tests.world import World

RAW = (
    '{"image_information": {"environment": "outdoor", "scene_type": "street", "setting": "urban"},'
    ' "reasoning": {"architecture": "Haussmann"}, "reverse_geocoding": {"address": {"country": "France",'
    ' "state": "Ile-de-France", "city": "Paris", "street": "Rue de Rivoli"},'
    ' "coordinates": {"latitude": "48.8566", "longitude": "2.3522"}, "confidence": "4"}}'
)
USAGE = Usage(1000, 800, 200, 100, 50, 765)
PRICED_ON = datetime(2026, 11, 1, tzinfo=UTC)


def make_run(connection: psycopg.Connection, n_images: int, name: str = "world") -> tuple[int, list[int]]:
    """Committed: a run and its images, in the order of their numbers."""
    world = World.make(connection, name)
    run_id = world.run(f"model of {name}")
    image_ids = [world.image(f"image {number}", 10, 20) for number in range(n_images)]
    connection.commit()
    return run_id, image_ids


def billed(cost_usd: str | None = "0.00123", **values: Any) -> BilledCall:
    price = {"input": Decimal("0.5"), "output": Decimal("2")}
    priced = Priced(None if cost_usd is None else Decimal(cost_usd), price, PRICED_ON, "genai-prices")
    return replace(BilledCall(uuid4(), USAGE, priced, "model-2026-11-01", "resp_1"), **values)


def answered(image_id: int, raw: str = RAW, **values: Any) -> Finished:
    """A good answer, billed once."""
    made = Finished(
        image_id=image_id,
        answer_key=uuid4(),
        answer=parse_answer(raw),
        raw_response=raw,
        finish_reason="stop",
        model_returned="model-2026-11-01",
        usage=USAGE,
        latency_ms=1234,
        attempts=2,
        content_hash=f"{image_id:064x}",
        calls=(billed(),),
    )
    return replace(made, **values)


def failed(image_id: int, **values: Any) -> Finished:
    """A question that came to nothing, billed once all the same."""
    made = Finished(image_id, uuid4(), Answer("provider_error"), error_message="500: overloaded", calls=(billed(None),))
    return replace(made, **values)


def versions(connection: psycopg.Connection, run_id: int) -> dict[int, list[str]]:
    """The outcomes of each image, oldest first."""
    stored: dict[int, list[str]] = {}
    query = "select image_id, version, outcome from data.prediction where run_id = %s order by image_id, version"
    for image_id, version, outcome in connection.execute(query, [run_id]).fetchall():
        stored.setdefault(image_id, []).append(outcome)
        assert version == len(stored[image_id])
    return stored


def calls(connection: psycopg.Connection, run_id: int) -> dict[int, int]:
    """The number of billed calls of each image."""
    query = "select image_id, count(*), max(call) from data.cost where run_id = %s group by 1"
    counted = connection.execute(query, [run_id]).fetchall()
    assert all(count == highest for _image, count, highest in counted)
    return {image_id: count for image_id, count, _highest in counted}


def tasks(connection: psycopg.Connection, run_id: int) -> list[int]:
    """Images that are still to be asked."""
    found = connection.execute("select image_id from data.task where run_id = %s order by 1", [run_id])
    return [image_id for (image_id,) in found]
