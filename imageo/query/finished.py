"""A question that is done with: the answer, what it took, and every call that was billed for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from imageo.query.answers.parse import Answer, parse_answer, was_cut
from imageo.query.replies import Reply, Usage


@dataclass(frozen=True, slots=True)
class Priced:
    """What a call cost, US dollars; None where no price is known, never 0 for that.

    `price`: dollars a million tokens by kind, as applied. `source`: genai-prices, override, free or none.
    """

    cost_usd: Decimal | None
    price: Mapping[str, object] | None
    priced_on: datetime | None
    source: str


@dataclass(frozen=True, slots=True)
class BilledCall:
    """One call that the provider bills, answered or not. `usage` is empty where it was not told."""

    call_key: UUID
    usage: Usage
    priced: Priced
    model_returned: str | None = None
    response_id: str | None = None
    is_batch: bool = False


@dataclass(frozen=True, slots=True)
class Finished:
    """What is stored of one question. `answer_key` makes storing it twice change nothing."""

    image_id: int
    answer_key: UUID
    answer: Answer
    raw_response: str | None = None
    error_message: str | None = None
    finish_reason: str | None = None
    model_returned: str | None = None
    usage: Usage = field(default_factory=Usage)
    latency_ms: int | None = None
    attempts: int = 1
    content_hash: str | None = None
    calls: tuple[BilledCall, ...] = ()


def answer_of(reply: Reply) -> Answer:
    """What a reply says: refused where the provider says so, else as the parser reads its text."""
    if reply.refusal is not None and not (reply.text or "").strip():
        return Answer("refused")
    return parse_answer(reply.text, is_cut=was_cut(reply.finish_reason))
