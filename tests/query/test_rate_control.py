"""Limits hold in every sliding minute, cost no throughput where they are not hit, and pauses are kept."""

import asyncio
import math
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from imageo.query.replies import CallFailed, RateLimits, Reply, Usage
from imageo.query.runner.rate_control import CallsAtATime, LearntLimit, MinuteLimit, RateControl, Turnstile
from tests.query.virtual_time import now, run


def _spend_all(limit: MinuteLimit, arrivals: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """When each amount is spent, if they come in order with these gaps between them and wait as they are told."""
    clock, spent = 0.0, []
    for gap, amount in arrivals:
        clock += gap
        while (delay := limit.delay(clock, amount)) > 0:
            clock += delay
        limit.spend(clock, amount)
        spent.append((clock, min(amount, limit.limit)))
    return spent


def _most_in_a_minute(spent: list[tuple[float, float]]) -> float:
    """The largest sum in any half-open minute: one begins at each event. Counted anew, quadratically."""
    return max(sum(amount for at, amount in spent if start <= at < start + 60) for start, _ in spent)


gaps = st.one_of(st.just(0.0), st.floats(0, 5), st.floats(0, 200))


@given(st.integers(1, 40), st.lists(gaps, min_size=1, max_size=200))
@example(3, [0.0] * 10)
@example(1, [0.0, 60.0, 59.9])
def test_never_more_calls_than_allowed_in_any_sliding_minute(rpm: int, arrivals: list[float]) -> None:
    spent = _spend_all(MinuteLimit(rpm), [(gap, 1.0) for gap in arrivals])
    assert _most_in_a_minute(spent) <= rpm
    assert [at for at, _ in spent] == sorted(at for at, _ in spent)


@given(st.integers(10, 5000), st.lists(st.tuples(gaps, st.integers(1, 8000)), min_size=1, max_size=100))
def test_never_more_tokens_than_allowed_in_any_sliding_minute(tpm: int, arrivals: list[tuple[float, float]]) -> None:
    assert _most_in_a_minute(_spend_all(MinuteLimit(tpm), arrivals)) <= tpm + 1e-6


@pytest.mark.parametrize("rpm", [1, 7, 60, 500, 3000])
def test_a_limit_is_used_to_the_full_and_evenly(rpm: int) -> None:
    spent = [at for at, _ in _spend_all(MinuteLimit(rpm), [(0.0, 1.0)] * (rpm * 3 + 1))]
    # 3 * rpm calls after the first take three minutes, less the burst of one second's worth.
    assert 180 - 60 / rpm - 1 <= spent[-1] <= 180 + 1e-6
    assert all(later - earlier <= 60 / rpm + 1 + 1e-9 for earlier, later in pairwise(spent))


def test_a_lull_is_followed_by_a_burst_of_one_second_only() -> None:
    limit = MinuteLimit(600)
    _spend_all(limit, [(0.0, 1.0)] * 30)
    burst = _spend_all(limit, [(1000.0, 1.0)] + [(0.0, 1.0)] * 99)
    assert sum(at < burst[0][0] + 0.05 for at, _ in burst) == 11
    assert burst[-1][0] - burst[0][0] == pytest.approx((99 - 10) * 0.1)


def test_a_corrected_guess_gives_back_what_was_not_used() -> None:
    limit = MinuteLimit(1000)
    spent = limit.spend(0.0, 900)
    assert limit.delay(0.0, 500) == pytest.approx(60.0)
    limit.correct(spent, 100)
    # 100 tokens are worth 6 s of pacing, of which one may be run ahead.
    assert limit.delay(0.0, 500) == pytest.approx(5.0)
    limit.correct(spent, 0)
    assert limit.delay(0.0, 500) == 0.0


def test_headers_that_show_plenty_hold_nothing_up() -> None:
    learnt = LearntLimit()
    for number in range(100):
        learnt.take(number * 0.01)
        learnt.learn(number * 0.01, number, learnt.taken, 5000, 4900 - number, 1.2)
        assert learnt.delay(number * 0.01) == 0.0


def test_what_went_out_after_the_call_is_not_there_any_more() -> None:
    learnt = LearntLimit()
    learnt.take(98.0)
    taken_then = learnt.taken
    for _ in range(5):
        learnt.take(99.0)
    # 6 remained, 5 are on their way, so one is left; 54 come back in 54 s.
    learnt.learn(100.0, 0, taken_then, 60, 6, 54.0)
    assert learnt.delay(100.0) == 0.0
    learnt.take(100.0)
    assert learnt.delay(100.0) == pytest.approx(1.0)
    assert learnt.delay(100.5) == pytest.approx(0.5)
    # An hour later it is full, and no more than that.
    assert learnt.delay(3700.0, 60) == 0.0
    learnt.take(3700.0, 60)
    assert learnt.delay(3700.0, 2) == pytest.approx(2.0)


def test_headers_of_an_older_call_change_nothing() -> None:
    learnt = LearntLimit()
    learnt.learn(10.0, 7, 0.0, 60, 50, 10.0)
    learnt.learn(10.1, 3, 0.0, 60, 0, 60.0)
    assert learnt.delay(10.1) == 0.0


def test_headers_without_a_limit_wait_for_the_reset() -> None:
    learnt = LearntLimit()
    learnt.learn(10.0, 1, 0.0, None, 0, 20.0)
    assert learnt.delay(15.0) == pytest.approx(15.0)
    learnt.learn(15.0, 2, 0.0, None, 5, None)  # tells nothing
    assert learnt.delay(15.0) == pytest.approx(15.0)
    assert learnt.delay(30.0) == 0.0


@given(
    st.integers(1, 100) | st.none(),
    st.integers(-5, 100),
    st.floats(0, 1e5),
    st.floats(0, 1e6),
    st.floats(0, 1e5),
)
def test_whatever_the_headers_tell_the_wait_has_an_end(
    limit: int | None, left: int, reset_s: float, amount: float, later: float
) -> None:
    learnt = LearntLimit()
    learnt.learn(50.0, 1, 0.0, limit, left, reset_s)
    delay = learnt.delay(50.0 + later, amount)
    # From empty to full at the rate of the headers, at the slowest.
    assert 0 <= delay <= reset_s * (limit or 1) + 1e-5
    assert learnt.delay(50.0 + later + delay + 1e-3, amount) == 0.0


def test_one_congestion_halves_once_and_answers_bring_it_back() -> None:
    calls = CallsAtATime(64)
    for number in range(10, 20):
        calls.congested(number, newest=70, in_flight=64)
    assert calls.allowed == 32
    calls.congested(71, newest=90, in_flight=32)
    assert calls.allowed == 16
    for _ in range(16):
        calls.answered()
    # An eighth of the ceiling a round: 16 answers at 16 in flight bring 8 more, a little less as it grows.
    assert 22 < calls.allowed <= 24
    for _ in range(400):
        calls.answered()
    assert calls.allowed == 64


@given(st.integers(1, 100), st.lists(st.booleans(), max_size=300))
def test_there_is_always_one_call_and_never_more_than_the_ceiling(ceiling: int, results: list[bool]) -> None:
    calls = CallsAtATime(ceiling)
    for number, is_answered in enumerate(results):
        if is_answered:
            calls.answered()
        else:
            calls.congested(number, newest=number, in_flight=max(1, int(calls.allowed)))
        assert 1 <= calls.allowed <= ceiling


def test_after_retry_after_nothing_goes_out_before_it_is_over() -> None:
    control = RateControl(8)
    first, second = control.admit(100.0), control.admit(100.0)
    control.settle(first, 101.0, CallFailed("rate_limited", "slow down", retry_after_s=7.5))
    control.leave()
    assert control.delay(101.0) == math.inf  # one call is still out, and only one is allowed now
    assert control.pause_until == 108.5
    # A shorter promise to another call does not shorten the pause.
    control.settle(second, 102.0, CallFailed("overloaded", "busy", retry_after_s=1.0))
    control.leave()
    assert control.delay(102.0) == pytest.approx(6.5)
    assert control.delay(108.5) == 0.0


def test_a_failure_of_one_question_pauses_nobody_else() -> None:
    control = RateControl(8)
    permit = control.admit(0.0)
    control.settle(permit, 1.0, CallFailed("server_error", "oops", retry_after_s=30.0))
    control.leave()
    assert control.delay(1.0) == 0.0


def test_tokens_are_learnt_from_the_answers() -> None:
    control = RateControl(8, tpm=6000)
    permit = control.admit(0.0)
    control.settle(permit, 1.0, Reply("x", usage=Usage(800, 200)))
    control.leave()
    assert control.tokens_a_call == 1000
    # 1000 of 6000 tokens a minute are worth ten seconds, of which one may be run ahead.
    assert control.delay(1.0) == pytest.approx(8.0)


def test_a_call_that_was_turned_away_used_no_tokens() -> None:
    control = RateControl(8, tpm=6000)
    control.tokens_a_call = 3000.0
    permit = control.admit(0.0)
    assert control.delay(0.0) == pytest.approx(29.0)
    control.settle(permit, 0.0, CallFailed("rate_limited", "no"))
    control.leave()
    assert control.delay(0.0) == 0.0


def _drive(control: RateControl, n_slots: int, n_calls: int, latency_s: float) -> list[tuple[float, float]]:
    """Start and end of every call, if slots ask as fast as they may."""
    calls: list[tuple[float, float]] = []

    async def slot(turnstile: Turnstile) -> None:
        while len(calls) < n_calls:
            permit = await turnstile.enter()
            assert permit is not None
            start = now()
            calls.append((start, start + latency_s))
            await asyncio.sleep(latency_s)
            turnstile.settle(permit, Reply("x", usage=Usage(900, 100)))
            turnstile.leave()

    async def main() -> None:
        turnstile = Turnstile(control, now)
        await asyncio.gather(*(slot(turnstile) for _ in range(n_slots)))

    run(main())
    return calls


def test_without_limits_every_slot_asks_all_the_time() -> None:
    calls = _drive(RateControl(64), 64, 64 * 20, 1.0)
    assert max(end for _, end in calls) == pytest.approx(20.0)


def test_slots_that_wait_keep_the_limit_and_lose_nothing() -> None:
    calls = _drive(RateControl(16, rpm=120), 16, 600, 0.7)
    assert _most_in_a_minute([(start, 1.0) for start, _ in calls]) <= 120
    assert calls[599][0] == pytest.approx(599 / 120 * 60, abs=1.1)


def test_tokens_a_minute_bound_the_calls() -> None:
    calls = _drive(RateControl(16, tpm=60_000), 16, 300, 0.5)
    steady = [start for start, _ in calls if start >= 60]
    assert _most_in_a_minute([(start, 1000.0) for start in steady]) <= 60_000
    assert calls[299][0] == pytest.approx(299, rel=0.1)


def test_calls_wait_in_line() -> None:
    order = []

    async def ask(turnstile: Turnstile, number: int) -> None:
        assert await turnstile.enter() is not None
        order.append(number)
        await asyncio.sleep(1)
        turnstile.leave()

    async def main() -> None:
        turnstile = Turnstile(RateControl(2), now)
        await asyncio.gather(*(ask(turnstile, number) for number in range(10)))
        assert now() == 5.0

    run(main())
    assert order == list(range(10))


def test_closing_sends_away_all_that_wait_and_disturbs_no_call() -> None:
    async def main() -> None:
        control = RateControl(1)
        turnstile = Turnstile(control, now)
        assert await turnstile.enter() is not None
        waiting = [asyncio.create_task(turnstile.enter()) for _ in range(3)]
        resting = asyncio.create_task(turnstile.rest(1e6))
        await asyncio.sleep(1)
        turnstile.close()
        assert await asyncio.gather(*waiting) == [None, None, None]
        await resting
        assert now() == 1.0
        assert control.in_flight == 1

    run(main())


def test_a_slot_that_is_cancelled_in_line_lets_the_others_through() -> None:
    async def main() -> None:
        turnstile = Turnstile(RateControl(1), now)
        await turnstile.enter()
        first, second = asyncio.create_task(turnstile.enter()), asyncio.create_task(turnstile.enter())
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        turnstile.leave()
        assert await second is not None

    run(main())


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 30), st.integers(20, 400), st.floats(0.01, 3), st.integers(1, 20))
def test_learnt_limits_keep_a_bucket_from_overflowing(capacity: int, rpm: int, latency_s: float, n_slots: int) -> None:
    """A provider with a bucket of `capacity` that refills `rpm` a minute and tells so: it refuses next to nothing."""
    refused = asked = 0
    level, level_at = float(capacity), 0.0

    async def slot(turnstile: Turnstile) -> None:
        nonlocal refused, asked, level, level_at
        while asked < 120:
            permit = await turnstile.enter()
            assert permit is not None
            asked += 1
            level, level_at = min(capacity, level + (now() - level_at) * rpm / 60), now()
            is_refused = level < 1 - 1e-9
            level -= not is_refused
            refused += is_refused
            limits = RateLimits(capacity, math.floor(level), (capacity - math.floor(level)) * 60 / rpm)
            await asyncio.sleep(latency_s)
            result = CallFailed("rate_limited", "", limits=limits) if is_refused else Reply("", limits=limits)
            turnstile.settle(permit, result)
            turnstile.leave()

    async def main() -> None:
        turnstile = Turnstile(RateControl(n_slots), now)
        # The first call goes alone, as in a run: it brings the first headers.
        permit = await turnstile.enter()
        assert permit is not None
        turnstile.settle(permit, Reply("", limits=RateLimits(capacity, capacity - 1, 60 / rpm)))
        turnstile.leave()
        await asyncio.gather(*(slot(turnstile) for _ in range(n_slots)))

    run(main())
    assert refused <= 2 * n_slots
