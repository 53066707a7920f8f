"""One retry loop over all providers: exponential back-off with full jitter, Retry-After, a cap by kind of failure.

Full jitter: a wait drawn evenly from 0 to a bound that doubles (Brooker, "Exponential Backoff And Jitter", AWS 2015).
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from imageo.query.replies import RETRYABLE, CallFailed, FailureKind, Reply
from imageo.query.runner.rate_control import Turnstile

TURNED_AWAY: frozenset[FailureKind] = frozenset(("rate_limited", "overloaded"))
"""The provider has not looked at the question: it costs nothing, and says nothing of the image."""

OnRetry = Callable[[FailureKind, float], None]
"""Told of a failed call and of the seconds until the next one."""


@dataclass(frozen=True)
class RetryPolicy:
    """When a failed call is made again.

    `max_failures`: how many calls of one question may fail in one way before it is given up. Few where a call may be
    billed or the image may be the cause: Together answers 500 to images that it cannot read. `longest_retry_after_s`:
    a provider that asks for a longer wait is not waited for. `repeats_billed`: ask again where a call was, or may have
    been, billed.
    """

    max_failures: Mapping[FailureKind, int] = field(
        default_factory=lambda: {
            "rate_limited": 20,
            "overloaded": 12,
            "connection": 9,
            "timeout": 3,
            "server_error": 4,
            "broken_response": 3,
        }
    )
    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0
    longest_retry_after_s: float = 900.0
    repeats_billed: bool = True

    def wait_s(self, failure: CallFailed, failures: Mapping[FailureKind, int], rng: random.Random) -> float | None:
        """Seconds until the next call, None where there is to be none.

        `failures` counts those of this question, `failure` included. What the provider asks for is kept to the letter.
        """
        if failure.kind not in RETRYABLE or failures[failure.kind] >= self.max_failures[failure.kind]:
            return None
        if is_billed(failure) and not self.repeats_billed:
            return None
        if failure.retry_after_s is not None:
            return failure.retry_after_s if failure.retry_after_s <= self.longest_retry_after_s else None
        bound = self.first_wait_s * 2 ** min(sum(failures.values()) - 1, 30)
        return rng.uniform(0.0, min(bound, self.longest_wait_s))


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of a question: a reply, or the last failure. Neither where the turnstile closed before the first call.

    `billed`: every reply that the provider bills; one without usage stands for a call that may be billed.
    `is_given_up`: no further call would be made even if there were time. `latency_ms` is that of the last call.
    """

    reply: Reply | None = None
    failure: CallFailed | None = None
    billed: tuple[Reply, ...] = ()
    attempts: int = 0
    latency_ms: int | None = None
    is_given_up: bool = False


async def ask_until_settled(
    call: Callable[[], Awaitable[Reply]],
    turnstile: Turnstile,
    policy: RetryPolicy,
    rng: random.Random,
    timeout_s: float,
    on_retry: OnRetry,
) -> Asked:
    """Make a call until it succeeds, is given up, or the turnstile closes. A failure is returned, not raised."""
    billed: list[Reply] = []
    failures: Counter[FailureKind] = Counter()
    asked = Asked()
    while (permit := await turnstile.enter()) is not None:
        try:
            start = time.perf_counter()
            result = await _one_call(call, timeout_s)
            latency_ms = round((time.perf_counter() - start) * 1000)
            turnstile.settle(permit, result)
        finally:
            turnstile.leave()
        attempts = asked.attempts + 1
        if isinstance(result, Reply):
            return Asked(result, None, (*billed, result), attempts, latency_ms)
        failures[result.kind] += 1
        if is_billed(result):
            billed.append(result.reply or Reply(None))
        wait_s = policy.wait_s(result, failures, rng)
        asked = Asked(None, result, tuple(billed), attempts, latency_ms, is_given_up=wait_s is None)
        if wait_s is None:
            return asked
        on_retry(result.kind, wait_s)
        await turnstile.rest(wait_s)
    return asked


def is_billed(failure: CallFailed) -> bool:
    """Whether the provider bills a failed call, or may do so."""
    return failure.reply is not None or failure.may_be_billed


async def _one_call(call: Callable[[], Awaitable[Reply]], timeout_s: float) -> Reply | CallFailed:
    try:
        async with asyncio.timeout(timeout_s):
            return await call()
    except CallFailed as failure:
        return failure
    except TimeoutError:
        return CallFailed("timeout", f"no answer within {timeout_s:g} s", may_be_billed=True)
    except Exception as surprise:
        # An SDK's error that its provider module does not know must not end a run of thousands of images.
        # Its text is left out: it may hold the request, and with it the key.
        return CallFailed("broken_response", f"unforeseen {type(surprise).__name__}", may_be_billed=True)
