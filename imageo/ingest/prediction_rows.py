"""Rows of `data.prediction` and `data.cost` in the order of their columns."""

from collections.abc import Sequence

import orjson

from imageo.db.copy import jsonb_bytes, point_bytes
from imageo.ingest.prediction import Prediction
from imageo.query.answers.parse import parser_version

PREDICTION = {
    "image_id": "int8",
    "run_id": "int4",
    "version": "int2",
    "outcome": "text",
    "parse_stage": "text",
    "location": "bytea",
    "is_placeholder": "bool",
    "country": "text",
    "state": "text",
    "city": "text",
    "street": "text",
    "confidence": "int2",
    "environment": "text",
    "scene_type": "text",
    "setting": "text",
    "reasoning": "bytea",
    "raw_response": "text",
    "error_message": "text",
    "input_tokens": "int4",
    "output_tokens": "int4",
    "reasoning_tokens": "int4",
    "cached_tokens": "int4",
    "image_tokens": "int4",
    "latency_ms": "int4",
    "parser_version": "int2",
    "row_digest": "int8",
}
COST = {"image_id": "int8", "run_id": "int4", "call": "int2", "cost_usd": "numeric", "price_source": "text"}


def prediction_row(image_id: int, run_id: int, version: int, digest: int, prediction: Prediction) -> Sequence[object]:
    """A row of `data.prediction` for `copy_rows`."""
    answer, usage = prediction.answer, prediction.usage
    return (
        image_id,
        run_id,
        version,
        answer.outcome,
        answer.stage,
        point_bytes(*answer.point) if answer.point else None,
        answer.is_placeholder,
        answer.country,
        answer.state,
        answer.city,
        answer.street,
        answer.confidence,
        answer.environment,
        answer.scene_type,
        answer.setting,
        jsonb_bytes(orjson.dumps(answer.reasoning)) if answer.reasoning else None,
        prediction.raw_response,
        prediction.error_message,
        usage.input_tokens,
        usage.output_tokens,
        usage.reasoning_tokens,
        usage.cached_tokens,
        usage.image_tokens,
        usage.latency_ms,
        parser_version(answer, prediction.raw_response),
        digest,
    )


def cost_row(
    image_id: int, run_id: int, version: int, price_source: str, prediction: Prediction
) -> Sequence[object] | None:
    """A row of `data.cost`, or None where no cost is told, or nothing was used."""
    usage = prediction.usage
    if usage.cost_usd is None or not (usage.cost_usd or usage.input_tokens or usage.output_tokens):
        return None
    return image_id, run_id, version, usage.cost_usd, price_source
