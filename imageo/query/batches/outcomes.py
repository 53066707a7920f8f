"""What is stored of a result: answer, failure, and what was billed at the price of a batch."""

from datetime import datetime
from uuid import UUID

from imageo.query.answers.parse import Answer
from imageo.query.batches import BatchResult
from imageo.query.batches.custom_ids import answer_key, call_key, custom_id
from imageo.query.finished import BilledCall, Finished, answer_of
from imageo.query.money.prices import Pricer
from imageo.query.replies import CallFailed, Reply, Usage
from imageo.query.runner.finishing import short

MOST_TRIES = 3
"""How often a question that fails in a way that may pass is handed over."""
SHOWN = 500
"""Bytes of a broken line that are kept."""


def finished_result(
    token: UUID, image_id: int, result: BatchResult, pricer: Pricer, at: datetime, attempts: int
) -> Finished:
    """A reply or a failure. `at`: when it was handed over, which is the date of the price."""
    name = custom_id(token, image_id)
    reply = result.reply
    if reply is None:
        assert result.failure is not None
        return _failed(token, image_id, result.failure, pricer, at, attempts)
    return Finished(
        image_id=image_id,
        answer_key=answer_key(token, name),
        answer=answer_of(reply),
        raw_response=reply.text,
        error_message=short(reply.refusal),
        finish_reason=reply.finish_reason,
        model_returned=reply.model,
        usage=reply.usage,
        attempts=attempts,
        calls=(_billed(token, name, reply, pricer, at),),
    )


def broken_result(token: UUID, image_id: int, line: bytes, pricer: Pricer, at: datetime) -> Finished:
    """A line of results that cannot be read: billed, but nobody knows how much."""
    text = line[:SHOWN].decode("utf-8", "replace").strip()
    failure = CallFailed("broken_response", f"a broken line of results: {text}", may_be_billed=True)
    return _failed(token, image_id, failure, pricer, at, 1)


def _failed(token: UUID, image_id: int, failure: CallFailed, pricer: Pricer, at: datetime, attempts: int) -> Finished:
    name = custom_id(token, image_id)
    is_billed = failure.reply is not None or failure.may_be_billed
    reply = failure.reply or Reply(None)
    return Finished(
        image_id=image_id,
        answer_key=answer_key(token, name),
        answer=Answer("bad_image" if failure.kind == "bad_image" else "provider_error"),
        raw_response=reply.text,
        error_message=short(failure.message),
        finish_reason=reply.finish_reason,
        model_returned=reply.model,
        usage=reply.usage,
        attempts=attempts,
        calls=(_billed(token, name, reply, pricer, at),) if is_billed else (),
    )


def _billed(token: UUID, name: str, reply: Reply, pricer: Pricer, at: datetime) -> BilledCall:
    usage: Usage = reply.usage
    return BilledCall(
        call_key=call_key(token, name),
        usage=usage,
        priced=pricer.price(usage, reply.model, at, is_batch=True),
        model_returned=reply.model,
        response_id=reply.response_id,
        is_batch=True,
    )
