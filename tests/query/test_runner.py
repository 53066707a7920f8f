"""The runner over the real SDK, real sockets and a real PostGIS."""

import asyncio
import io
import re
import threading
from decimal import Decimal
from pathlib import Path
from typing import cast

import psycopg
import pytest

from imageo.errors import DatabaseError, InputError
from imageo.query.providers.chat_provider import ChatProvider
from imageo.query.runner.progress import Lines, Silent
from imageo.query.runner.run import run_questions, run_to_end
from tests.query.runner_world import KEY, RunnerWorld, make_world
from tests.query.stub import Stub
from tests.query.stub_config import StubConfig, place_of


@pytest.fixture
def world(database: str, tmp_path: Path) -> RunnerWorld:
    return make_world(database, tmp_path, 30)


def test_every_image_is_asked_once_and_stored_with_its_bill(world: RunnerWorld) -> None:
    with Stub(StubConfig(latency_s=0.05)) as stub:
        summary = run_to_end(world.job(stub))
        calls = stub.calls
    assert sorted(call.key for call in calls) == sorted(world.keys.values())
    assert set(world.outcomes().values()) == {"answered"}
    assert world.n_tasks() == 0
    rows = world.rows(
        "select image_id, st_y(prediction.location), st_x(prediction.location), attempts, finish_reason,"
        " model_returned, latency_ms, length(content_hash)"
        " from data.prediction as prediction join data.image using (image_id) where run_id = {run}"
    )
    for image_id, latitude, longitude, attempts, finish, model, latency_ms, n_hash in rows:
        assert (latitude, longitude) == pytest.approx(place_of(world.keys[image_id]))
        assert (attempts, finish, model, n_hash) == (1, "stop", "gpt-4o", 64)
        assert 50 <= latency_ms < 5000
    # OpenAI's price of gpt-4o: $2.50 a million tokens sent, $10 received.
    billed = sum(call.input_tokens * Decimal("2.5") + call.output_tokens * 10 for call in calls) / 1_000_000
    assert world.spent() == billed == summary.cost_usd
    assert (summary.exit_code, summary.n_finished, summary.n_left, summary.n_calls) == (0, 30, 0, 30)
    assert summary.outcomes["answered"] == 30
    assert summary.tokens["input_tokens"] == sum(call.input_tokens for call in calls)
    # The leaderboard knows it at once.
    assert world.rows("select count(*) from data.run_score where run_id = {run}") == [(1,)]


def test_the_same_again_asks_nothing(world: RunnerWorld) -> None:
    with Stub() as stub:
        run_to_end(world.job(stub))
        summary = run_to_end(world.job(stub))
        assert len(stub.calls) == 30
    assert (summary.n_finished, summary.exit_code, summary.ending) == (0, 0, "done")


def test_scores_that_a_killed_process_did_not_make_are_made_by_the_next(world: RunnerWorld) -> None:
    with Stub() as stub:
        run_to_end(world.job(stub))
        with psycopg.connect(world.url) as connection:  # as if it had been killed after the last answer
            connection.execute("delete from data.score")
            connection.execute("delete from data.run_score")
        assert run_to_end(world.job(stub)).n_finished == 0
    assert world.rows("select count(*) from data.score where run_id = {run}") == [(30,)]
    assert world.rows("select n_answered from data.run_score where run_id = {run}") == [(30,)]


def test_nothing_else_is_in_flight_until_the_first_is_answered(world: RunnerWorld) -> None:
    with Stub(StubConfig(latency_s=0.3, script=["server_error"])) as stub:
        run_to_end(world.job(stub))
        calls = stub.calls
    assert calls[0].key == calls[1].key
    assert calls[1].sent_at is not None
    assert calls[2].arrived_at >= calls[1].sent_at - 0.01
    assert calls[8].arrived_at < calls[2].arrived_at + 0.3


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("bad_request", "parameter"),
        ("unauthorised", "check the key"),
        ("unknown_model", "--model"),
        ("no_credit", "top up"),
    ],
)
def test_a_refused_first_call_writes_nothing(database: str, tmp_path: Path, fault: str, told: str) -> None:
    world = make_world(database, tmp_path, 10, broken=[0, 1])
    with Stub(StubConfig(shares={fault: 1.0})) as stub:
        with pytest.raises(InputError, match=told) as refusal:
            run_to_end(world.job(stub))
        assert len(stub.calls) == 1
    assert KEY not in str(refusal.value)
    assert "\n" not in str(refusal.value)
    for table in ("prediction", "cost"):
        assert world.rows(f"select count(*) from data.{table}") == [(0,)]
    assert world.rows("select count(*), count(leased_by) from data.task") == [(10, 0)]


def test_an_endpoint_that_is_not_there_is_an_error_soon(world: RunnerWorld) -> None:
    with Stub() as stub:
        job = world.job(stub)
    with pytest.raises(InputError, match="check the network and --base-url"):
        run_to_end(job)
    assert world.outcomes() == {}


def test_money_that_ends_on_the_way_stops_the_run_and_keeps_the_answers(world: RunnerWorld) -> None:
    with Stub(StubConfig(script=["answer"] * 12 + ["no_credit"] * 100)) as stub:
        summary = run_to_end(world.job(stub, concurrency=4))
        n_calls = len(stub.calls)
    assert (summary.ending, summary.exit_code) == ("failed", 2)
    assert summary.error
    assert "top up" in summary.error
    assert set(world.outcomes().values()) == {"answered"}
    assert len(world.outcomes()) == summary.n_finished == 12
    assert n_calls <= 12 + 4
    assert summary.n_left == world.n_tasks() == 18
    assert world.rows("select count(leased_by) from data.task") == [(0,)]


def test_a_request_refused_later_is_an_error_of_that_image(world: RunnerWorld) -> None:
    with Stub(StubConfig(script=["answer", "answer", "bad_request"])) as stub:
        summary = run_to_end(world.job(stub))
    assert (summary.outcomes["answered"], summary.outcomes["provider_error"]) == (29, 1)
    assert (summary.exit_code, summary.failures) == (3, {"bad_request": 1})
    assert world.rows("select error_message is not null from data.prediction where outcome = 'provider_error'") == [
        (True,)
    ]


def test_a_broken_file_costs_nothing_and_stops_nothing(database: str, tmp_path: Path) -> None:
    world = make_world(database, tmp_path, 12, broken=[0, 5, 11])
    gone = min(set(world.keys))
    world.paths[gone].unlink()
    with Stub() as stub:
        summary = run_to_end(world.job(stub))
        assert len(stub.calls) == 8
    outcomes = world.outcomes()
    assert {image_id for image_id, outcome in outcomes.items() if outcome == "bad_image"} == {
        gone,
        *(world.paths.keys() - world.keys.keys()),
    }
    assert (summary.outcomes["bad_image"], summary.exit_code) == (4, 3)
    assert world.rows("select count(*) from data.cost") == [(8,)]


def test_images_without_a_file_here_are_left_for_others(world: RunnerWorld) -> None:
    some = dict(list(world.paths.items())[:7])
    with Stub() as stub:
        summary = run_to_end(world.job(stub, paths=some))
    assert (summary.n_finished, summary.n_left, summary.n_without_file) == (7, 23, 23)
    assert world.rows("select count(*), count(leased_by) from data.task") == [(23, 0)]


def test_a_provider_that_asks_for_hours_is_not_waited_for(world: RunnerWorld) -> None:
    tomorrow = {"status": 429, "headers": {"retry-after": "7200"}, "body": {"error": {"message": "daily limit"}}}
    with Stub(StubConfig(script=["answer", "answer", *[tomorrow] * 50], latency_s=0.05)) as stub:
        summary = run_to_end(world.job(stub, concurrency=4))
        assert len(stub.calls) <= 6
    assert summary.error is not None
    assert "daily limit" in summary.error
    assert "asks to wait for 2 h 0 min" in summary.error
    assert (summary.ending, summary.n_finished, summary.n_left) == ("failed", 2, 28)
    assert set(world.outcomes().values()) == {"answered"}


def test_errors_in_a_row_stop_the_run(world: RunnerWorld) -> None:
    with Stub(StubConfig(script=["answer", *["bad_request"] * 100])) as stub:
        summary = run_to_end(world.job(stub, concurrency=2))
    assert summary.ending == "failed"
    assert summary.error
    assert re.match(r"(2[5-9]|3\d) images in a row failed", summary.error)
    assert summary.outcomes["provider_error"] in (25, 26)


def test_a_model_that_is_routed_elsewhere_is_told_once(world: RunnerWorld) -> None:
    said: list[str] = []
    with Stub(StubConfig(model="gpt-6-mini")) as stub:
        run_to_end(world.job(stub, progress=Silent(said.append)))
    assert [message for message in said if "gpt-6-mini" in message] == [
        "asked for gpt-4o, answered by gpt-6-mini: the model may be retired and its name routed elsewhere"
    ]


def test_no_answer_is_lost_where_nobody_reads_the_progress(world: RunnerWorld) -> None:
    class Gone(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError(32, "Broken pipe")

    with Stub(StubConfig(model="gpt-6-mini")) as stub:
        summary = run_to_end(world.job(stub, progress=Lines(Gone())))
        assert len(stub.calls) == len(world.outcomes()) == 30
    assert summary.exit_code == 0


def test_a_budget_holds_with_what_is_in_flight(world: RunnerWorld) -> None:
    # A call costs about half a cent: 1000 to 1096 tokens sent at $2.50, 200 to 252 received at $10 a million.
    budget, reserve = Decimal("0.05"), Decimal("0.0053")
    with Stub(StubConfig(latency_s=0.05)) as stub:
        summary = run_to_end(world.job(stub, budget_usd=budget, reserve_usd=reserve))
        n_calls = len(stub.calls)
    assert (summary.ending, summary.exit_code) == ("budget", 4)
    assert budget - reserve < world.spent() <= budget
    assert summary.budget_left_usd == budget - world.spent()
    assert n_calls == summary.n_finished == len(world.outcomes())
    assert summary.n_left == 30 - n_calls


def test_under_a_budget_a_billed_call_is_not_made_again(world: RunnerWorld) -> None:
    with Stub(StubConfig(script=["answer", "cut"])) as stub:
        summary = run_to_end(world.job(stub, budget_usd=Decimal(1), reserve_usd=Decimal("0.0053")))
        assert len(stub.calls) == 30
    assert summary.failures == {"broken_response": 1}
    assert (summary.n_unpriced, summary.n_billed) == (1, 30)


def test_the_rate_that_was_given_is_kept(world: RunnerWorld) -> None:
    with Stub() as stub:
        summary = run_to_end(world.job(stub, rpm=600))
        arrived = [call.arrived_at for call in stub.calls]
    # Ten a second; the first second's worth may go at once.
    assert summary.n_finished == 30
    assert arrived[-1] - arrived[0] >= 1.8


def test_two_runners_share_a_run(world: RunnerWorld) -> None:
    with Stub(StubConfig(latency_s=0.1)) as stub:
        summaries = []
        threads = [
            threading.Thread(target=lambda: summaries.append(run_to_end(world.job(stub, concurrency=3))))
            for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(call.key for call in stub.calls) == sorted(world.keys.values())
    assert sum(summary.n_finished for summary in summaries) == 30
    assert all(summary.n_finished > 3 and summary.ending == "done" for summary in summaries)
    assert set(world.outcomes().values()) == {"answered"}


def test_leases_of_the_dead_are_waited_for(world: RunnerWorld) -> None:
    said: list[str] = []
    world.rows(
        "update data.task set leased_by = gen_random_uuid(), leased_until = now() + interval '2 seconds'"
        " where image_id in (select image_id from data.task order by 1 limit 3) returning 1"
    )
    with Stub() as stub:
        summary = run_to_end(world.job(stub, progress=Silent(said.append)))
        arrived = [call.arrived_at for call in stub.calls]
    assert (summary.n_finished, summary.n_left) == (30, 0)
    assert arrived[29] - arrived[0] > 1


def test_what_was_opened_is_closed_where_the_database_is_not_there(world: RunnerWorld) -> None:
    class Closing(Silent):
        is_closed = False

        def close(self) -> None:
            self.is_closed = True

    def connect() -> psycopg.Connection:
        raise DatabaseError("away")

    sink = Closing()
    with Stub() as stub:
        job = world.job(stub, progress=sink, connect=connect)
        with pytest.raises(DatabaseError, match="away"):
            run_to_end(job)
    assert sink.is_closed  # a bar hides the cursor until then
    assert cast("ChatProvider", job.provider)._client.is_closed()


def test_cancelling_from_outside_gives_everything_back(world: RunnerWorld) -> None:
    async def main(stub: Stub) -> None:
        running = asyncio.create_task(run_questions(world.job(stub)))
        while len(stub.calls) < 5:
            await asyncio.sleep(0.01)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    with Stub(StubConfig(latency_s=0.05)) as stub:
        asyncio.run(main(stub))
    assert world.rows("select count(leased_by) from data.task") == [(0,)]
    assert len(world.outcomes()) + world.n_tasks() == 30
