"""What comes back: a reply, or a call that failed, in the same words for every provider."""

from dataclasses import dataclass, field
from typing import Literal

FailureKind = Literal[
    "rate_limited",  # 429
    "overloaded",  # 503, 529
    "server_error",  # 408, 409, other 5xx
    "timeout",
    "connection",
    "broken_response",  # a body that is cut, no JSON, or holds neither an answer nor a refusal
    "bad_image",  # the provider cannot read this image
    "bad_request",  # a parameter that the model refuses
    "unauthorised",
    "unknown_model",
    "no_credit",
]

RETRYABLE: frozenset[FailureKind] = frozenset(
    ("rate_limited", "overloaded", "server_error", "timeout", "connection", "broken_response")
)
"""Worth asking again."""

FATAL: frozenset[FailureKind] = frozenset(("unauthorised", "unknown_model", "no_credit"))
"""No other image would fare better: the run stops. `bad_request` is so too while nothing was answered yet."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call; None where the provider does not tell.

    `input_tokens` is everything sent, cached and image tokens included; `output_tokens` everything received, hidden
    reasoning included: whatever the provider's own way of counting.
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    image_tokens: int | None = None

    @property
    def is_known(self) -> bool:
        """Whether the call can be priced."""
        return self.input_tokens is not None and self.output_tokens is not None


@dataclass(frozen=True, slots=True)
class RateLimits:
    """What the response's headers tell of one's limits: calls and tokens a minute, and seconds until all are back."""

    requests: int | None = None
    requests_remaining: int | None = None
    requests_reset_s: float | None = None
    tokens: int | None = None
    tokens_remaining: int | None = None
    tokens_reset_s: float | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model said.

    `refusal`: why it would not answer, in the provider's words: a refusal field, a safety or block reason.
    `finish_reason`: the provider's own word.
    """

    text: str | None
    finish_reason: str | None = None
    refusal: str | None = None
    model: str | None = None
    response_id: str | None = None
    usage: Usage = field(default_factory=Usage)
    limits: RateLimits | None = None


class CallFailed(Exception):
    """A call without an answer.

    `retry_after_s`: how long the provider asks to wait. `reply`: what came all the same (its usage is billed).
    `may_be_billed`: the provider has worked, but what it used is not known: a cut body, a timeout.
    """

    def __init__(
        self,
        kind: FailureKind,
        message: str,
        *,
        status: int | None = None,
        retry_after_s: float | None = None,
        reply: Reply | None = None,
        may_be_billed: bool = False,
        limits: RateLimits | None = None,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.status = status
        self.retry_after_s = retry_after_s
        self.reply = reply
        self.may_be_billed = may_be_billed
        self.limits = limits
