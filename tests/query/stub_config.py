"""How the stand-in of the providers behaves, and what it writes down of each call."""

import zlib
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any, Literal

Fault = Literal[
    "rate_limited",  # 429 with Retry-After
    "overloaded",  # 503; Anthropic's 529
    "server_error",  # 500
    "hang",  # the answer comes after hang_s
    "cut",  # a whole HTTP response whose JSON ends in the middle
    "broken_off",  # the connection ends before the body does
    "drip",  # the body comes in ten pieces, drip_s apart
    "reset",  # the connection is reset
    "html",  # a page of a proxy, with status 200
    "error_in_200",  # OpenRouter: status 200, {"error": ...}
    "no_choices",  # no choice, no content, no candidate
    "no_usage",  # an answer without token counts
    "refusal",  # the provider's own word for it
    "prose_refusal",  # "I'm sorry, but I can't help with that."
    "empty",  # no text
    "length",  # cut off at the limit of tokens
    "unknown_place",  # coordinates null
    "bad_image",
    "bad_request",
    "content_policy",
    "unauthorised",
    "unknown_model",
    "no_credit",
]

FREE: frozenset[str] = frozenset((
    "rate_limited", "overloaded", "server_error", "reset", "html", "error_in_200", "bad_image", "bad_request",
    "content_policy", "unauthorised", "unknown_model", "no_credit",
))  # fmt: skip
"""What no provider bills."""


@dataclass
class StubConfig:
    """`shares`: of all calls, by fault; the rest is answered. Which calls is fixed by seed, image and its nth call.

    `script`: the first calls, in the order in which they come: a fault, "answer", or a response of one's own
    {"status", "body" (text or JSON), "headers", "delay_s"}. `requests_per_minute`: a true limit, with the headers
    that tell it. `retry_after_form`: seconds, ms (the header retry-after-ms), date or none. `answer_text`: the
    same for all; else each image has the place that `place_of` tells. `model`: the name that is returned.
    """

    latency_s: float = 0.0
    jitter_s: float = 0.0
    seed: int = 1
    shares: dict[str, float] = field(default_factory=dict)
    script: list[Any] = field(default_factory=list)
    retry_after_s: float = 1.0
    retry_after_form: Literal["seconds", "ms", "date", "none"] = "seconds"
    hang_s: float = 3600.0
    drip_s: float = 0.2
    requests_per_minute: int | None = None
    input_tokens: int = 1000
    output_tokens: int = 200
    reasoning_tokens: int = 0
    cached_tokens: int = 0
    answer_text: str | None = None
    model: str | None = None
    is_recording: bool = False
    routes: list[str] = field(default_factory=list)
    """Modules with `add_routes(server)`."""


@dataclass
class Call:
    """One call. Times in seconds since the epoch; `sent_at` is when the response went out, None if it never did.

    `key`: see `image_key`. `fault` None: answered. `input_tokens`, `output_tokens`: what is billed (output with
    reasoning, input with cached); `is_delivered`: the client was there until the last byte.
    """

    number: int
    protocol: str
    path: str
    key: str
    nth: int
    n_bytes: int
    arrived_at: float
    fault: str | None = None
    status: int | None = None
    sent_at: float | None = None
    retry_after_s: float | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    is_delivered: bool = False


def image_key(data: bytes) -> str:
    """The key of an image as it was sent: the CRC of its base64, eight hexadecimal digits."""
    return base64_key(b64encode(data))


def base64_key(text: bytes | memoryview) -> str:
    """The key of an image from its base64."""
    return f"{zlib.crc32(text):08x}"


def place_of(key: str) -> tuple[float, float]:
    """The place that the stub answers for an image: degrees, never (0, 0)."""
    number = int(key or "0", 16)
    return (number % 1_600_003) / 10_000 - 80 + 0.00001, (number // 7 % 3_400_003) / 10_000 - 170


def tokens_of(key: str, config: StubConfig) -> tuple[int, int]:
    """Input and output tokens of an image, cached and reasoning included: each image has its own."""
    number = int(key or "0", 16)
    return config.input_tokens + number % 97, config.output_tokens + number % 53 + config.reasoning_tokens


def broken_promises(calls: list[Call], slack_s: float = 0.005) -> list[tuple[Call, Call]]:
    """Pairs of calls about one image where the second came before the Retry-After of the first was over."""
    last: dict[str, Call] = {}
    broken = []
    for call in sorted(calls, key=lambda call: call.arrived_at):
        before = last.get(call.key)
        if (
            before is not None
            and before.sent_at is not None
            and before.retry_after_s is not None
            and call.arrived_at < before.sent_at + before.retry_after_s - slack_s
        ):
            broken.append((before, call))
        last[call.key] = call
    return broken
