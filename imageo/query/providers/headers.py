"""What a response's headers tell: how long to wait, and what is left of the limits. Pure: the time is an argument."""

import math
import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from imageo.query.replies import RateLimits

_UNIT_S = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "\u00b5s": 1e-6}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|us|\u00b5s|d|h|m|s)")
_EPOCH_S = 1e9
"""Larger numbers are points in time, in seconds or milliseconds."""


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait as `retry-after-ms` or `Retry-After` (seconds or a date) tell; names are in lower case."""
    in_ms = _number(headers.get("retry-after-ms"))
    if in_ms is not None:
        return in_ms / 1000
    text = headers.get("retry-after")
    seconds = _number(text)
    if seconds is not None or not text:
        return seconds
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        return None
    return max(0.0, (until - now).total_seconds())


def read_limits(headers: Mapping[str, str], now: datetime) -> RateLimits | None:
    """What is left, in the names of OpenAI, Anthropic and Together; None where no header tells any."""
    limits = RateLimits(*_three(headers, now, _REQUESTS), *_three(headers, now, _TOKENS))
    return None if limits == RateLimits() else limits


def duration_s(text: str | None, now: datetime) -> float | None:
    """Seconds of a time span (`6m0s`, `20ms`, `12.5`) or until a point in time (ISO date, Unix time), or None."""
    if not text:
        return None
    number = _number(text)
    if number is not None:
        if number < _EPOCH_S:
            return number
        return max(0.0, number / (1000 if number > 100 * _EPOCH_S else 1) - now.timestamp())
    pieces = _DURATION.findall(text)
    if pieces and "".join(amount + unit for amount, unit in pieces) == text:
        return sum(float(amount) * _UNIT_S[unit] for amount, unit in pieces)
    try:
        until = datetime.fromisoformat(text)
    except ValueError:
        return None
    return max(0.0, (until - now).total_seconds()) if until.tzinfo else None


_REQUESTS = (
    ("x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
    tuple(f"anthropic-ratelimit-requests-{name}" for name in ("limit", "remaining", "reset")),
    ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"),
)
_TOKENS = (
    ("x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),
    # The one that is nearest to its end stands under `tokens`.
    tuple(f"anthropic-ratelimit-tokens-{name}" for name in ("limit", "remaining", "reset")),
    tuple(f"anthropic-ratelimit-input-tokens-{name}" for name in ("limit", "remaining", "reset")),
    ("x-tokenlimit-limit", "x-tokenlimit-remaining", "x-tokenlimit-reset"),
)


def _three(
    headers: Mapping[str, str], now: datetime, names: tuple[tuple[str, ...], ...]
) -> tuple[int | None, int | None, float | None]:
    for limit, remaining, reset in names:
        if limit in headers or remaining in headers:
            return _count(headers.get(limit)), _count(headers.get(remaining)), duration_s(headers.get(reset), now)
    return None, None, None


def _count(text: str | None) -> int | None:
    number = _number(text)
    return None if number is None else int(number)


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return max(0.0, number) if math.isfinite(number) else None
