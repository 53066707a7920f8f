"""A finished question as rows of `data.prediction` and `data.cost`, fit for JSON."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from imageo.ingest.rows import row_digest
from imageo.outcome import FAILED
from imageo.query.answers.parse import PARSER_VERSION, Answer, storable
from imageo.query.finished import BilledCall, Finished, Priced
from imageo.query.replies import Usage

_LARGEST_INT4 = 2**31 - 1
_LARGEST_INT2 = 2**15 - 1
_DEAREST_USD = 99_999


def answer_row(finished: Finished) -> dict[str, Any]:
    """Columns of `data.prediction`, the point in degrees; `is_failure`: nothing in it was paid for.

    The digest is that of the raw answer, or of the error where there is none.
    """
    answer, usage = finished.answer, finished.usage
    raw = _text(finished.raw_response)
    is_failed = answer.outcome in FAILED
    reasoning = answer.reasoning and {storable(part): storable(text) for part, text in answer.reasoning.items()}
    return {
        "image_id": finished.image_id,
        "outcome": answer.outcome,
        "parse_stage": answer.stage,
        "latitude": answer.latitude,
        "longitude": answer.longitude,
        "is_placeholder": answer.is_placeholder,
        "country": _text(answer.country),
        "state": _text(answer.state),
        "city": _text(answer.city),
        "street": _text(answer.street),
        "confidence": answer.confidence,
        "environment": _text(answer.environment),
        "scene_type": _text(answer.scene_type),
        "setting": _text(answer.setting),
        "reasoning": reasoning or None,
        "raw_response": raw,
        "error_message": _text(finished.error_message),
        "model_returned": _text(finished.model_returned),
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
        "cached_tokens": usage.cached_tokens,
        "image_tokens": usage.image_tokens,
        "latency_ms": finished.latency_ms,
        "finish_reason": _text(finished.finish_reason),
        "parser_version": None if raw is None or is_failed else PARSER_VERSION,
        "answer_key": str(finished.answer_key),
        "attempts": finished.attempts,
        "row_digest": row_digest((raw or _text(finished.error_message) or "").encode()),
        "is_failure": is_failed and not raw,
    }


def call_rows(finished: Finished) -> Iterator[dict[str, Any]]:
    """Columns of `data.cost`, a row for each billed call; amounts as text, so that they stay exact."""
    for position, call in enumerate(finished.calls):
        priced, usage = call.priced, call.usage
        yield {
            "image_id": finished.image_id,
            "position": position,
            "cost_usd": _exact(priced.cost_usd),
            "price": priced.price and {kind: _plain(value) for kind, value in priced.price.items()},
            "priced_on": priced.priced_on and priced.priced_on.isoformat(),
            "price_source": _text(priced.source),
            "is_batch": call.is_batch,
            "input_tokens": usage.input_tokens,
            "cached_tokens": usage.cached_tokens,
            "cache_write_tokens": usage.cache_write_tokens,
            "image_tokens": usage.image_tokens,
            "output_tokens": usage.output_tokens,
            "reasoning_tokens": usage.reasoning_tokens,
            "model_returned": _text(call.model_returned),
            "response_id": _text(call.response_id),
            "call_key": str(call.call_key),
        }


def reduced(finished: Finished, reason: str) -> Finished:
    """What can be stored of an answer that was refused for `reason`: its raw text, and all that fits of the bill."""
    return Finished(
        image_id=finished.image_id,
        answer_key=finished.answer_key,
        answer=Answer("provider_error"),
        raw_response=finished.raw_response,
        error_message=f"this answer could not be stored as it came: {reason}",
        usage=_fitting(finished.usage),
        latency_ms=_fit(finished.latency_ms),
        attempts=max(1, min(finished.attempts, _LARGEST_INT2)),
        calls=tuple(_reduced_call(call) for call in finished.calls),
    )


def _reduced_call(call: BilledCall) -> BilledCall:
    cost = call.priced.cost_usd
    is_fit = cost is not None and cost.is_finite() and 0 <= cost <= _DEAREST_USD
    priced = Priced(cost if is_fit else None, None, None, call.priced.source)
    return replace(call, usage=_fitting(call.usage), priced=priced)


def _fitting(usage: Usage) -> Usage:
    return Usage(
        input_tokens=_fit(usage.input_tokens),
        output_tokens=_fit(usage.output_tokens),
        reasoning_tokens=_fit(usage.reasoning_tokens),
        cached_tokens=_fit(usage.cached_tokens),
        cache_write_tokens=_fit(usage.cache_write_tokens),
        image_tokens=_fit(usage.image_tokens),
    )


def _fit(number: int | None) -> int | None:
    return number if number is not None and 0 <= number <= _LARGEST_INT4 else None


def _exact(amount: Decimal | None) -> str | None:
    return str(amount) if amount is not None and amount.is_finite() else None


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Decimal) else value


def _text(value: str | None) -> str | None:
    return None if value is None else storable(str(value))
