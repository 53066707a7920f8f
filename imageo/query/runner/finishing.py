"""From what came of a question to what is stored of it."""

from datetime import UTC, datetime
from uuid import uuid4

from imageo.outcome import Outcome
from imageo.query.answers.parse import Answer
from imageo.query.finished import BilledCall, Finished, answer_of
from imageo.query.money.prices import Pricer
from imageo.query.replies import CallFailed, Reply
from imageo.query.runner.retry import Asked

LONGEST_MESSAGE = 500


def finished_unread(image_id: int, problem: str) -> Finished:
    """A file that cannot be sent: it costs nothing."""
    return Finished(image_id, uuid4(), Answer("bad_image"), error_message=short(problem), attempts=0)


def finished_asked(image_id: int, content_hash: str | None, asked: Asked, pricer: Pricer) -> Finished:
    """An answer, or the failure that is all there is."""
    reply = asked.reply or (asked.failure.reply if asked.failure else None) or Reply(None)
    return Finished(
        image_id=image_id,
        answer_key=uuid4(),
        answer=answer_of(asked.reply) if asked.reply else Answer(_outcome(asked.failure)),
        raw_response=reply.text,
        error_message=short(asked.failure.message if asked.failure else reply.refusal),
        finish_reason=reply.finish_reason,
        model_returned=reply.model,
        usage=reply.usage,
        latency_ms=asked.latency_ms,
        attempts=asked.attempts,
        content_hash=content_hash,
        calls=tuple(_billed(call, pricer) for call in asked.billed),
    )


def short(message: str | None) -> str | None:
    """On one line, and no longer than a reader bears."""
    if message is None:
        return None
    line = " ".join(message.split())
    return line if len(line) <= LONGEST_MESSAGE else line[: LONGEST_MESSAGE - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _outcome(failure: CallFailed | None) -> Outcome:
    return "bad_image" if failure is not None and failure.kind == "bad_image" else "provider_error"


def _billed(reply: Reply, pricer: Pricer) -> BilledCall:
    priced = pricer.price(reply.usage, reply.model, datetime.now(UTC))
    return BilledCall(uuid4(), reply.usage, priced, reply.model, reply.response_id)
