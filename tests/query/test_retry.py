"""When a failed call is made again, and what is remembered of it."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imageo.query.replies import FATAL, RETRYABLE, CallFailed, FailureKind, Reply, Usage
from imageo.query.runner.rate_control import RateControl, Turnstile
from imageo.query.runner.retry import Asked, RetryPolicy, ask_until_settled
from tests.query.virtual_time import now, run

POLICY = RetryPolicy()


def _ask(
    results: Sequence[Reply | CallFailed | float | Exception], policy: RetryPolicy = POLICY, *, closes_at: float = 1e9
) -> tuple[Asked, list[float], list[FailureKind]]:
    """Ask somebody who gives these results (a number: hangs so long); when each call was made, and the retries."""
    started: list[float] = []
    retried: list[FailureKind] = []

    async def main() -> Asked:
        turnstile = Turnstile(RateControl(1), now)
        asyncio.get_running_loop().call_at(closes_at, turnstile.close)

        async def call() -> Reply:
            started.append(now())
            result = results[len(started) - 1]
            if isinstance(result, float):
                await asyncio.sleep(result)
                return Reply("late")
            if isinstance(result, Exception):
                raise result
            return result

        return await ask_until_settled(
            call, turnstile, policy, random.Random(1), 10.0, lambda kind, _: retried.append(kind)
        )

    return run(main()), started, retried


def test_an_answer_is_asked_for_once() -> None:
    reply = Reply("here", usage=Usage(10, 5))
    asked, started, retried = _ask([reply])
    assert (asked.reply, asked.failure, asked.billed, asked.attempts) == (reply, None, (reply,), 1)
    assert (started, retried) == ([0.0], [])


def test_retry_after_is_kept_to_the_letter() -> None:
    results = [
        CallFailed("rate_limited", "", retry_after_s=7.25),
        CallFailed("overloaded", "", retry_after_s=0.5),
        CallFailed("server_error", "", retry_after_s=3.0),
        Reply("x"),
    ]
    _asked, started, retried = _ask(results)
    assert started == pytest.approx([0, 7.25, 7.75, 10.75], abs=1e-3)
    assert all(at >= promised for at, promised in zip(started, [0, 7.25, 7.75, 10.75], strict=True))
    assert retried == ["rate_limited", "overloaded", "server_error"]


@given(st.integers(0, 2**32), st.sampled_from(sorted(RETRYABLE)), st.integers(1, 40))
def test_waits_are_between_nothing_and_the_bound_that_doubles(seed: int, kind: FailureKind, n: int) -> None:
    policy = replace(POLICY, max_failures=dict.fromkeys(RETRYABLE, 100))
    wait_s = policy.wait_s(CallFailed(kind, ""), Counter({kind: n}), random.Random(seed))
    assert wait_s is not None
    assert 0 <= wait_s <= min(60.0, 2.0 ** (n - 1))


def test_waits_fill_the_whole_range() -> None:
    """Full jitter: the mean of many is half the bound."""
    rng = random.Random(2)
    waits = [POLICY.wait_s(CallFailed("rate_limited", ""), {"rate_limited": 6}, rng) or 0.0 for _ in range(4000)]
    assert sum(waits) / len(waits) == pytest.approx(16, rel=0.05)
    assert min(waits) < 1
    assert max(waits) > 31


@pytest.mark.parametrize("kind", sorted(RETRYABLE))
def test_each_kind_of_failure_has_its_end(kind: FailureKind) -> None:
    asked, started, _ = _ask([CallFailed(kind, "no")] * 100)
    assert asked.is_given_up
    assert asked.failure is not None
    assert asked.failure.kind == kind
    assert len(started) == asked.attempts == POLICY.max_failures[kind]


def test_errors_that_may_be_the_images_fault_are_given_up_sooner() -> None:
    assert POLICY.max_failures["server_error"] < 6 < POLICY.max_failures["rate_limited"]
    assert set(POLICY.max_failures) == RETRYABLE


@pytest.mark.parametrize("kind", sorted(FATAL | {"bad_request", "bad_image"}))
def test_what_would_not_fare_better_is_not_asked_again(kind: FailureKind) -> None:
    asked, started, _ = _ask([CallFailed(kind, "no")])
    assert (len(started), asked.is_given_up, asked.billed) == (1, True, ())


def test_every_call_that_is_or_may_be_billed_is_remembered() -> None:
    cut = Reply("{", usage=Usage(9, 1))
    last = Reply("x", usage=Usage(10, 5))
    results = [
        CallFailed("broken_response", "cut", reply=cut),
        CallFailed("connection", "reset", may_be_billed=True),
        CallFailed("server_error", "free of charge"),
        last,
    ]
    asked, _, _ = _ask(results)
    assert asked.billed == (cut, Reply(None), last)
    assert asked.attempts == 4


def test_where_billed_calls_are_not_repeated_only_they_are_not() -> None:
    policy = replace(POLICY, repeats_billed=False)
    results = [CallFailed("rate_limited", ""), CallFailed("connection", "", may_be_billed=True), Reply("x")]
    asked, started, _ = _ask(results, policy)
    assert (len(started), asked.is_given_up, asked.reply) == (2, True, None)


def test_a_call_that_hangs_ends_and_may_be_billed() -> None:
    asked, started, retried = _ask([3600.0, Reply("x")])
    assert started[1] >= 10.0
    assert retried == ["timeout"]
    assert asked.billed == (Reply(None), Reply("x"))


def test_an_unforeseen_error_is_one_of_the_call_and_tells_no_secret() -> None:
    asked, started, _ = _ask([KeyError("sk-secret")] * 9)
    assert asked.failure is not None
    assert (asked.failure.kind, asked.failure.message) == ("broken_response", "unforeseen KeyError")
    assert len(started) == 3


def test_a_wait_longer_than_anyone_would_bear_is_not_begun() -> None:
    asked, started, _ = _ask([CallFailed("rate_limited", "tomorrow", retry_after_s=86_400)])
    assert (len(started), asked.is_given_up) == (1, True)


def test_closing_ends_the_wait_between_two_calls() -> None:
    asked, started, _ = _ask([CallFailed("rate_limited", "", retry_after_s=600)], closes_at=5.0)
    assert len(started) == 1
    assert not asked.is_given_up
    assert asked.failure is not None


def test_closed_before_the_first_call_means_never_asked() -> None:
    async def main() -> Asked:
        turnstile = Turnstile(RateControl(1), now)
        turnstile.close()

        async def call() -> Reply:
            raise AssertionError

        return await ask_until_settled(call, turnstile, POLICY, random.Random(1), 10.0, lambda *_: None)

    assert run(main()) == Asked()
