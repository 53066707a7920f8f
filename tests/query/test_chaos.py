"""Everything goes wrong at once: every image ends in a true outcome, and the ledger is what the provider billed."""

import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import pytest

from imageo.outcome import OUTCOMES
from imageo.query.providers import Provider
from imageo.query.questions import ImageLimits, Question
from imageo.query.replies import CallFailed, Reply
from imageo.query.runner.retry import RetryPolicy
from imageo.query.runner.run import run_to_end
from tests.query.runner_world import make_world
from tests.query.stub import StubProcess
from tests.query.stub_config import FREE, Call, StubConfig, broken_promises

SHARES = {"rate_limited": 0.10, "server_error": 0.05, "hang": 0.02, "cut": 0.02, "refusal": 0.01, "empty": 0.01}
OUTCOME = {None: "answered", "refusal": "refused", "empty": "empty"}
UNKNOWN = ("hang", "cut")
"""Billed, but nobody tells how much."""


@dataclass
class Noted:
    """A provider that notes when calls begin, and when it is asked to pause."""

    inner: Provider
    name: str = "openai"
    began: list[float] = field(default_factory=list)
    pauses: list[tuple[float, float]] = field(default_factory=list)

    @property
    def image_limits(self) -> ImageLimits | None:
        return self.inner.image_limits

    def encode(self, question: Question) -> bytes:
        return self.inner.encode(question)

    async def ask(self, body: bytes) -> Reply:
        self.began.append(time.monotonic())
        try:
            return await self.inner.ask(body)
        except CallFailed as failure:
            if failure.retry_after_s is not None:
                now = time.monotonic()
                self.pauses.append((now, now + failure.retry_after_s))
            raise

    async def aclose(self) -> None:
        await self.inner.aclose()


def _expected(calls: list[Call], policy: RetryPolicy) -> str:
    """The true outcome of an image, from what the stub did with it."""
    last = calls[-1].fault
    if last in OUTCOME:
        return OUTCOME[last]
    kind = {"hang": "timeout", "cut": "broken_response"}.get(str(last), last)
    assert Counter(call.fault for call in calls)[last] == policy.max_failures[kind]  # type: ignore[index]
    return "provider_error"


@pytest.mark.slow
def test_every_image_ends_in_a_true_outcome(database: str, tmp_path: Path) -> None:
    world = make_world(database, tmp_path, 400)
    config = StubConfig(latency_s=0.05, jitter_s=0.05, shares=SHARES, retry_after_s=0.7, hang_s=60, seed=11)
    policy = RetryPolicy(first_wait_s=0.2)
    with StubProcess(config) as stub:
        job = world.job(stub, concurrency=32, timeout_s=2.0, policy=policy)
        noted = Noted(job.provider)
        summary = run_to_end(replace(job, provider=noted))
        calls = stub.calls

    by_key: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        by_key[call.key].append(call)
    faults = Counter(call.fault for call in calls)
    assert all(faults[name] > 0 for name in SHARES), faults

    outcomes = world.outcomes()
    assert outcomes == {image_id: _expected(by_key[key], policy) for image_id, key in world.keys.items()}
    assert summary.outcomes == {outcome: Counter(outcomes.values())[outcome] for outcome in OUTCOMES}
    assert (summary.n_finished, summary.n_left, summary.n_calls) == (400, 0, len(calls))
    assert sum(summary.retries.values()) == len(calls) - 400
    attempts = world.rows("select image_id, attempts from data.prediction where run_id = {run}")
    assert dict(attempts) == {image_id: len(by_key[key]) for image_id, key in world.keys.items()}

    assert broken_promises(calls) == []
    assert noted.pauses
    for asked_at, until in noted.pauses:
        assert not [began for began in noted.began if asked_at < began < until]

    billed = [call for call in calls if call.fault not in FREE]
    known = [call for call in billed if call.fault not in UNKNOWN]
    rows = world.rows(
        "select image_id, sum(input_tokens), sum(output_tokens), count(*), count(cost_usd) from data.cost group by 1"
    )
    for image_id, sent, received, n_rows, n_priced in rows:
        own = [call for call in by_key[world.keys[image_id]] if call in known]
        assert (sent or 0, received or 0) == (
            sum(call.input_tokens for call in own),
            sum(call.output_tokens for call in own),
        )
        assert n_rows == len([call for call in by_key[world.keys[image_id]] if call in billed])
        assert n_priced == len(own)
    assert sum(row[3] for row in rows) == len(billed) == summary.n_billed
    assert summary.n_unpriced == len(billed) - len(known)
    cost = sum(call.input_tokens * Decimal("2.5") + call.output_tokens * 10 for call in known) / 1_000_000
    assert world.spent() == summary.cost_usd == cost
