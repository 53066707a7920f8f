"""How fast a provider may be asked: calls and tokens a minute, pauses that it asks for, calls at a time.

Pure: time is an argument, in seconds on any clock that only moves forward. Only `Turnstile` waits.
"""

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from imageo.query.replies import CallFailed, FailureKind, RateLimits, Reply

MINUTE_S = 60.0
BURST_S = 1.0
"""So much of a minute's allowance may go at once after a lull; the rest is spread evenly."""

SHORTEST_S = 1e-6

CONGESTION: frozenset[FailureKind] = frozenset(("rate_limited", "overloaded", "timeout"))
PAUSING: frozenset[FailureKind] = frozenset(("rate_limited", "overloaded"))
"""Failures whose Retry-After speaks of the provider as a whole, not of one question."""

RECOVERY = 1 / 8
"""Share of the ceiling that comes back with every round of answered calls."""


@dataclass(slots=True)
class _Spent:
    at: float
    amount: float


class MinuteLimit:
    """At most `limit` in any 60 s, spread evenly. An amount above the limit waits for an empty minute."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._spent: deque[_Spent] = deque()
        self._total = 0.0
        self._paid_until = -math.inf

    def delay(self, now: float, amount: float = 1.0) -> float:
        """Seconds until `amount` may be spent, 0 for now."""
        self._forget(now)
        amount = min(amount, self.limit)
        delay = max(0.0, self._paid_until - BURST_S - now)
        excess = self._total + amount - self.limit
        for spent in self._spent:
            if excess <= 0:
                break
            delay = max(delay, spent.at + MINUTE_S - now)
            excess -= spent.amount
        return _wait_of(delay)

    def spend(self, now: float, amount: float = 1.0) -> _Spent:
        """Take `amount` now; what is returned can be corrected."""
        spent = _Spent(now, 0.0)
        self._spent.append(spent)
        self._paid_until = max(now, self._paid_until)
        self.correct(spent, min(amount, self.limit))
        return spent

    def correct(self, spent: _Spent, amount: float) -> None:
        """Replace the guess at what was spent by what it was."""
        self._total += amount - spent.amount
        self._paid_until += (amount - spent.amount) * MINUTE_S / self.limit
        spent.amount = amount

    def _forget(self, now: float) -> None:
        while self._spent and self._spent[0].at + MINUTE_S <= now:
            self._total -= self._spent.popleft().amount
        if not self._spent:
            self._total = 0.0  # sums of floating-point numbers drift


class LearntLimit:
    """What the headers tell of one limit: a bucket that holds so much now, and refills evenly until it is full.

    `taken` counts everything ever sent, so that what went out after a call is subtracted from what its headers tell.
    """

    def __init__(self) -> None:
        self.taken = 0.0
        self._number = -1
        self._capacity = math.inf
        self._level = math.inf
        self._rate = 0.0
        self._at = 0.0
        self._full_at = -math.inf

    def learn(
        self, now: float, number: int, taken_then: float, limit: int | None, left: int | None, reset_s: float | None
    ) -> None:
        """Take the headers of call `number`; `taken_then` is `taken` just after it was sent. Older ones are ignored."""
        if left is None or not reset_s or reset_s <= 0 or number < self._number:
            return
        self._number, self._at, self._full_at = number, now, now + reset_s
        self._capacity = math.inf if limit is None or limit <= left else limit
        self._level = math.inf if limit is not None and limit <= left else max(0.0, left - (self.taken - taken_then))
        self._rate = (self._capacity - left) / reset_s if math.isfinite(self._capacity) else 0.0

    def delay(self, now: float, amount: float = 1.0) -> float:
        """Seconds until the provider will have `amount` to give, 0 for now."""
        missing = min(amount, self._capacity) - self._level_at(now)
        if missing <= 0:
            return 0.0
        return _wait_of(missing / self._rate if self._rate else self._full_at - now)

    def take(self, now: float, amount: float = 1.0) -> None:
        """Count what is being sent."""
        self.taken += amount
        self._level, self._at = max(0.0, self._level_at(now) - amount), now

    def _level_at(self, now: float) -> float:
        if math.isinf(self._capacity):
            return math.inf if now >= self._full_at else self._level
        return min(self._capacity, self._level + (now - self._at) * self._rate)


class CallsAtATime:
    """How many calls may be in flight: halved by congestion, growing back with every answer, at most `ceiling`.

    Additive increase, multiplicative decrease (Chiu and Jain 1989). Calls that were sent before the last halving tell
    nothing new, so that one congestion halves once.
    """

    def __init__(self, ceiling: int) -> None:
        self.ceiling = ceiling
        self.allowed = float(ceiling)
        self._halved_at_number = -1

    def answered(self) -> None:
        """Let more in."""
        self.allowed = min(self.ceiling, self.allowed + self.ceiling * RECOVERY / self.allowed)

    def congested(self, number: int, newest: int, in_flight: int) -> None:
        """Halve what is in flight, unless call `number` is of a congestion that is known."""
        if number > self._halved_at_number:
            self._halved_at_number = newest
            self.allowed = max(1.0, min(self.allowed, in_flight) / 2)


@dataclass(slots=True)
class Permit:
    """Leave to make one call; `number` counts them."""

    number: int
    calls_taken: float
    tokens_taken: float
    spent_tokens: _Spent | None = None


class RateControl:
    """All that bounds the calls to one provider. `rpm`, `tpm`: calls and tokens a minute, None for unknown."""

    def __init__(self, concurrency: int, rpm: float | None = None, tpm: float | None = None) -> None:
        self.calls_at_a_time = CallsAtATime(concurrency)
        self.in_flight = 0
        self.pause_until = -math.inf
        self.tokens_a_call = 0.0
        """Running mean of what an answered call used: the guess for the next."""
        self._rpm = MinuteLimit(rpm) if rpm else None
        self._tpm = MinuteLimit(tpm) if tpm else None
        self._learnt_calls = LearntLimit()
        self._learnt_tokens = LearntLimit()
        self._newest = -1

    def delay(self, now: float) -> float:
        """Seconds until the next call may go out: 0 for now, infinite while it waits for one to come back."""
        if self.in_flight >= int(self.calls_at_a_time.allowed):
            return math.inf
        delays = [
            self.pause_until - now,
            self._learnt_calls.delay(now),
            self._learnt_tokens.delay(now, self.tokens_a_call),
        ]
        if self._rpm:
            delays.append(self._rpm.delay(now))
        if self._tpm:
            delays.append(self._tpm.delay(now, self.tokens_a_call))
        return _wait_of(max(delays))

    def admit(self, now: float) -> Permit:
        """Count a call that goes out now."""
        self._newest += 1
        self.in_flight += 1
        self._learnt_calls.take(now)
        self._learnt_tokens.take(now, self.tokens_a_call)
        if self._rpm:
            self._rpm.spend(now)
        spent = self._tpm.spend(now, self.tokens_a_call) if self._tpm else None
        return Permit(self._newest, self._learnt_calls.taken, self._learnt_tokens.taken, spent)

    def settle(self, permit: Permit, now: float, result: Reply | CallFailed) -> None:
        """Learn from what came back."""
        self._learn(permit, now, result.limits)
        if isinstance(result, Reply):
            self.calls_at_a_time.answered()
            self._count_tokens(permit, result)
            return
        if result.kind in CONGESTION:
            self.calls_at_a_time.congested(permit.number, self._newest, self.in_flight)
        if result.kind in PAUSING and result.retry_after_s is not None:
            self.pause_until = max(self.pause_until, now + result.retry_after_s)
        if result.kind in PAUSING and self._tpm and permit.spent_tokens:
            self._tpm.correct(permit.spent_tokens, 0.0)

    def leave(self) -> None:
        """Count a call that is over, however it ended."""
        self.in_flight -= 1

    def _learn(self, permit: Permit, now: float, limits: RateLimits | None) -> None:
        if limits is None:
            return
        self._learnt_calls.learn(
            now,
            permit.number,
            permit.calls_taken,
            limits.requests,
            limits.requests_remaining,
            limits.requests_reset_s,
        )
        self._learnt_tokens.learn(
            now, permit.number, permit.tokens_taken, limits.tokens, limits.tokens_remaining, limits.tokens_reset_s
        )

    def _count_tokens(self, permit: Permit, reply: Reply) -> None:
        if not reply.usage.is_known:
            return
        used = float((reply.usage.input_tokens or 0) + (reply.usage.output_tokens or 0))
        self.tokens_a_call += (used - self.tokens_a_call) * (0.1 if self.tokens_a_call else 1.0)
        if self._tpm and permit.spent_tokens:
            self._tpm.correct(permit.spent_tokens, used)


def _wait_of(delay: float) -> float:
    # A wait that is lost in the rounding of the clock would never end.
    return 0.0 if delay <= 0 else max(delay, SHORTEST_S)


@dataclass
class Turnstile:
    """Lets one slot after the other through to the provider, as soon as its limits admit it."""

    control: RateControl
    clock: Callable[[], float] = time.monotonic
    is_closed: bool = False
    _line: asyncio.Lock = field(default_factory=asyncio.Lock)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _closing: asyncio.Event = field(default_factory=asyncio.Event)

    async def enter(self) -> Permit | None:
        """Wait for one's turn; None once closed."""
        async with self._line:
            while not self.is_closed and (delay := self.control.delay(self.clock())) > 0:
                self._changed.clear()
                # A call that comes back may change every limit.
                await _wait(self._changed, delay)
            return None if self.is_closed else self.control.admit(self.clock())

    def settle(self, permit: Permit, result: Reply | CallFailed) -> None:
        """Learn from what came back."""
        self.control.settle(permit, self.clock(), result)

    def leave(self) -> None:
        """Make way, however the call ended."""
        self.control.leave()
        self._changed.set()

    async def rest(self, seconds: float) -> None:
        """Wait before the next call about the same image, no longer than the turnstile is open."""
        end = self.clock() + seconds
        while not self.is_closed and (left := end - self.clock()) > 0:
            await _wait(self._closing, left)

    def close(self) -> None:
        """Let nobody through any more; calls under way are not disturbed."""
        self.is_closed = True
        self._closing.set()
        self._changed.set()


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(None if math.isinf(seconds) else seconds):
            await event.wait()
