"""What is stored of finished questions: once each, whole, whatever happens in between."""

import threading
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from imageo.query.answers.parse import PARSER_VERSION, Answer, parse_answer
from imageo.query.batches import book
from imageo.query.finished import Finished
from imageo.query.replies import Usage
from imageo.query.store.answers import Written, write_finished
from imageo.query.store.tasks import TaskQueue, enqueue
from tests.query.asked import PRICED_ON, RAW, answered, billed, calls, failed, make_run, tasks, versions


def test_every_field_is_stored(connection: psycopg.Connection) -> None:
    run_id, (image_id,) = make_run(connection, 1)
    enqueue(connection, run_id, [image_id])
    finished = answered(image_id, calls=(billed("0.000000001"), billed(is_batch=True)))
    assert write_finished(connection, run_id, [finished]) == Written(1, 2)

    stored = connection.execute(
        "select version, outcome, parse_stage, st_y(location), st_x(location), is_placeholder, country, state, city,"
        " street, confidence, environment, scene_type, setting, reasoning, raw_response, error_message,"
        " model_returned, input_tokens, output_tokens, reasoning_tokens, cached_tokens, image_tokens, latency_ms,"
        " finish_reason, parser_version, answer_key, attempts from data.prediction"
    ).fetchall()
    assert stored == [
        (
            *(1, "answered", "strict", 48.8566, 2.3522, False),
            *("France", "Ile-de-France", "Paris", "Rue de Rivoli", 4),
            *("outdoor", "street", "urban", {"architecture": "Haussmann"}, RAW, None, "model-2026-11-01"),
            *(1000, 800, 200, 100, 765, 1234, "stop", PARSER_VERSION, finished.answer_key, 2),
        )
    ]
    ledger = connection.execute(
        "select call, cost_usd, price, priced_on, price_source, is_batch, input_tokens, cached_tokens,"
        " cache_write_tokens, image_tokens, output_tokens, reasoning_tokens, model_returned, response_id, call_key"
        " from data.cost order by call"
    ).fetchall()
    price = {"input": "0.5", "output": "2"}
    told = (1000, 100, 50, 765, 800, 200, "model-2026-11-01", "resp_1")
    assert ledger == [
        (1, Decimal("0.000000001"), price, PRICED_ON, "genai-prices", False, *told, finished.calls[0].call_key),
        (2, Decimal("0.00123"), price, PRICED_ON, "genai-prices", True, *told, finished.calls[1].call_key),
    ]
    assert tasks(connection, run_id) == []
    assert connection.execute("select content_hash from data.image").fetchall() == [(finished.content_hash,)]


def test_a_failure_and_a_refusal_have_no_parser(connection: psycopg.Connection) -> None:
    run_id, (first, second) = make_run(connection, 2)
    refused = answered(second, calls=(), answer=Answer("refused"), raw_response=None, error_message="safety")
    write_finished(connection, run_id, [failed(first, content_hash=None), refused])
    rows = connection.execute("select outcome, error_message, parser_version, row_digest <> 0 from data.prediction")
    assert sorted(rows) == [("provider_error", "500: overloaded", None, True), ("refused", "safety", None, True)]
    assert connection.execute("select content_hash from data.image order by image_id").fetchone() == (None,)


def test_writing_twice_changes_nothing(connection: psycopg.Connection) -> None:
    run_id, image_ids = make_run(connection, 5)
    rows = [answered(image_id) for image_id in image_ids[:3]] + [failed(image_id) for image_id in image_ids[3:]]
    assert write_finished(connection, run_id, rows) == Written(5, 5)
    connection.commit()
    assert write_finished(connection, run_id, rows) == Written(0, 0)
    assert write_finished(connection, run_id, [*rows, *rows]) == Written(0, 0)
    assert set(map(len, versions(connection, run_id).values())) == {1}
    assert calls(connection, run_id) == dict.fromkeys(image_ids, 1)


def test_a_paid_answer_is_never_dropped_and_a_failure_hides_none(connection: psycopg.Connection) -> None:
    run_id, (twice, then_failed, failed_first, cut, both) = make_run(connection, 5)
    write_finished(connection, run_id, [answered(twice), answered(then_failed), failed(failed_first), answered(cut)])
    broken = failed(cut, raw_response='{"reverse_geo', error_message="the body is cut")
    written = write_finished(
        connection,
        run_id,
        [answered(twice), failed(then_failed), answered(failed_first), broken, answered(both), failed(both)],
    )
    assert written == Written(4, 6)
    assert versions(connection, run_id) == {
        twice: ["answered", "answered"],
        then_failed: ["answered"],
        failed_first: ["provider_error", "answered"],
        cut: ["answered", "provider_error"],
        both: ["answered"],
    }
    assert calls(connection, run_id) == {twice: 2, then_failed: 2, failed_first: 2, cut: 2, both: 2}


def test_runs_do_not_mix(connection: psycopg.Connection) -> None:
    run_id, (image_id,) = make_run(connection, 1)
    row = connection.execute(
        "insert into data.run (dataset_id, model_id, repeat) select dataset_id, model_id, 2 from data.run"
        " returning run_id"
    ).fetchone()
    assert row
    enqueue(connection, row[0], [image_id])
    write_finished(connection, run_id, [answered(image_id)])
    assert write_finished(connection, row[0], [failed(image_id)]) == Written(1, 1)
    assert versions(connection, run_id) == {image_id: ["answered"]}
    assert versions(connection, row[0]) == {image_id: ["provider_error"]}


def test_a_task_that_another_asks_now_stays_with_what_it_reserved(connection: psycopg.Connection) -> None:
    run_id, image_ids = make_run(connection, 3)
    enqueue(connection, run_id, image_ids)
    ours, theirs = TaskQueue(run_id, uuid4()), TaskQueue(run_id, uuid4())
    gone = TaskQueue(run_id, uuid4(), lease_s=-1.0)
    assert [task.image_id for task in theirs.claim(connection, 1, Decimal(1)).tasks] == image_ids[:1]
    assert [task.image_id for task in gone.claim(connection, 1).tasks] == image_ids[1:2]
    write_finished(connection, run_id, [answered(image_id) for image_id in image_ids], ours.worker)
    assert tasks(connection, run_id) == image_ids[:1]
    write_finished(connection, run_id, [answered(image_ids[0])], theirs.worker)
    assert tasks(connection, run_id) == []


def test_a_task_in_a_batch_waits_for_the_answer_of_the_batch(connection: psycopg.Connection) -> None:
    run_id, (image_id,) = make_run(connection, 1)
    enqueue(connection, run_id, [image_id])
    late, owner = TaskQueue(run_id, uuid4(), lease_s=-1.0), TaskQueue(run_id, uuid4())
    late.claim(connection, 1)
    owner.claim(connection, 1, Decimal(1))
    batch = book.begin(connection, run_id)
    book.add_tasks(connection, batch, [image_id], owner.worker)
    # Whoever lost the lease to the batch comes back with a paid answer.
    write_finished(connection, run_id, [answered(image_id)], late.worker)
    assert book.open_images(connection, batch) == {image_id}
    assert owner.committed(connection, None) == Decimal(1) + Decimal("0.00123")
    write_finished(connection, run_id, [answered(image_id)], batch_id=batch.batch_id)
    assert tasks(connection, run_id) == []
    assert versions(connection, run_id) == {image_id: ["answered", "answered"]}
    assert calls(connection, run_id) == {image_id: 2}


POISON: dict[str, dict[str, Any]] = {
    "confidence": {"answer": replace(parse_answer(RAW), confidence=9)},
    "no point": {"answer": replace(parse_answer(RAW), latitude=float("nan"))},
    "outcome": {"answer": Answer("marvellous")},  # type: ignore[arg-type]
    "tokens": {"usage": Usage(2**40, -(2**70))},
    "attempts": {"attempts": 40_000},
    "latency": {"latency_ms": 2**33},
    "dear": {"calls": (billed("123456789"),)},
    "price": {"calls": (replace(billed(), priced=replace(billed().priced, price={"a": {1: object()}})),)},
    "call tokens": {"calls": (replace(billed(), usage=Usage(2**31, 7)),)},
    "reasoning": {"answer": replace(parse_answer(RAW), reasoning=["a"])},  # type: ignore[arg-type]
}


@pytest.mark.parametrize("values", POISON.values(), ids=POISON)
def test_a_poisoned_answer_takes_no_other_down(connection: psycopg.Connection, values: dict[str, Any]) -> None:
    run_id, image_ids = make_run(connection, 9)
    enqueue(connection, run_id, image_ids)
    rows = [answered(image_id) for image_id in image_ids]
    rows[5] = answered(image_ids[5], **values)
    assert write_finished(connection, run_id, rows) == Written(9, 9)
    stored = versions(connection, run_id)
    assert stored.pop(image_ids[5]) == ["provider_error"]
    assert stored == {image_id: ["answered"] for image_id in image_ids if image_id != image_ids[5]}
    assert tasks(connection, run_id) == []
    told = connection.execute(
        "select raw_response, error_message from data.prediction where outcome = 'provider_error'"
    ).fetchone()
    assert told
    assert told[0] == RAW
    assert told[1].startswith("this answer could not be stored as it came: ")
    assert write_finished(connection, run_id, rows) == Written(0, 0)


def test_what_postgresql_cannot_store_is_replaced_without_a_fuss(connection: psycopg.Connection) -> None:
    run_id, (image_id,) = make_run(connection, 1)
    bad = "a\x00b\ud800c"
    answer = replace(parse_answer(RAW), country=bad, reasoning={bad: bad})
    finished = answered(image_id, raw=RAW + bad, answer=answer, finish_reason=bad, model_returned=bad)
    call = billed("NaN", model_returned=bad, response_id=bad)
    write_finished(connection, run_id, [replace(finished, error_message=bad, calls=(call,))])
    good = "a\ufffdb\ufffdc"
    assert connection.execute(
        "select outcome, raw_response, country, reasoning, finish_reason, model_returned, error_message"
        " from data.prediction"
    ).fetchall() == [("answered", RAW + good, good, {good: good}, good, good, good)]
    assert connection.execute("select cost_usd, model_returned, response_id from data.cost").fetchall() == [
        (None, good, good)
    ]


def test_what_cannot_be_stored_at_all_is_told(connection: psycopg.Connection) -> None:
    run_id, (image_id, other) = make_run(connection, 2)
    stranger = answered(10**9)
    written = write_finished(connection, run_id, [answered(image_id), stranger, answered(other)])
    assert (written.n_answers, written.n_calls) == (2, 2)
    [(unstorable, reason)] = written.unstorable
    assert unstorable is stranger
    assert "foreign key" in reason
    assert versions(connection, run_id) == {image_id: ["answered"], other: ["answered"]}


def test_two_writers_of_the_same_images_lose_nothing(connection: psycopg.Connection, database: str) -> None:
    run_id, image_ids = make_run(connection, 40)
    barrier = threading.Barrier(4)

    def write(order: int) -> None:
        with psycopg.connect(database, autocommit=True) as own:
            own.execute("set role imageo_writer")
            barrier.wait()
            for start in range(0, 40, 8):
                write_finished(own, run_id, [answered(image_id) for image_id in image_ids[start : start + 8][::order]])

    threads = [threading.Thread(target=write, args=[1 if number % 2 else -1]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert versions(connection, run_id) == {image_id: ["answered"] * 4 for image_id in image_ids}
    assert calls(connection, run_id) == dict.fromkeys(image_ids, 4)


def test_thousands_at_once(connection: psycopg.Connection) -> None:
    run_id, image_ids = make_run(connection, 1500)
    rows: list[Finished] = [answered(image_id) for image_id in image_ids]
    rows[700] = answered(image_ids[700], attempts=40_000)
    assert write_finished(connection, run_id, rows) == Written(1500, 1500)
    outcomes = [outcome for (outcome,) in versions(connection, run_id).values()]
    assert (outcomes.count("answered"), outcomes.count("provider_error")) == (1499, 1)
