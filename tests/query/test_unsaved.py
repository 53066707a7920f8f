"""Answers that wait in files for a database."""

import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from imageo.query.store.answers import write_finished
from imageo.query.store.unsaved import FOLDER, RunIdentity, keep, take_in
from tests.query.asked import RAW, answered, billed, calls, failed, make_run, versions


def test_an_answer_comes_back_whole(connection: psycopg.Connection, tmp_path: Path) -> None:
    run_id, (by_file, directly) = make_run(connection, 2)
    kept = answered(by_file, calls=(billed("0.000000001"), billed(None, is_batch=True)))
    same = replace(kept, image_id=directly, answer_key=uuid4(), content_hash=kept.content_hash)
    keep(RunIdentity.of(connection, run_id).file(tmp_path, uuid4()), [kept])
    assert take_in(connection, tmp_path, run_id).n_questions == 1
    write_finished(connection, run_id, [same])
    for table, ours in (("prediction", "answer_key, created_at"), ("cost", "created_at")):
        rows = connection.execute(
            f"select (to_jsonb(stored) - 'image_id' - string_to_array('{ours}', ', '))::text"
            f" from data.{table} as stored"
        ).fetchall()
        assert len(rows) == 2 * len(set(rows)), table
    assert connection.execute("select count(distinct content_hash) from data.image").fetchone() == (1,)


def test_what_was_stored_after_all_is_not_stored_twice(connection: psycopg.Connection, tmp_path: Path) -> None:
    run_id, (first, second) = make_run(connection, 2)
    rows = [answered(first), failed(second)]
    write_finished(connection, run_id, rows)
    keep(RunIdentity.of(connection, run_id).file(tmp_path, uuid4()), [*rows, *rows])
    take_in(connection, tmp_path, run_id)
    assert versions(connection, run_id) == {first: ["answered"], second: ["provider_error"]}
    assert calls(connection, run_id) == {first: 1, second: 1}
    assert list((tmp_path / FOLDER).iterdir()) == []


def test_only_files_of_this_run_in_this_database_are_taken(connection: psycopg.Connection, tmp_path: Path) -> None:
    run_id, (image_id,) = make_run(connection, 1)
    elsewhere = RunIdentity(run_id, datetime(2020, 1, 1, tzinfo=UTC))
    of_another = RunIdentity(run_id * 10, RunIdentity.of(connection, run_id).created_at)
    for identity in (elsewhere, of_another):
        keep(identity.file(tmp_path, uuid4()), [answered(image_id)])
    assert take_in(connection, tmp_path, run_id).n_questions == 0
    assert len(list((tmp_path / FOLDER).iterdir())) == 2


def test_lines_that_cannot_be_read_or_stored_stay(connection: psycopg.Connection, tmp_path: Path) -> None:
    run_id, (image_id,) = make_run(connection, 1)
    file = RunIdentity.of(connection, run_id).file(tmp_path, uuid4())
    stranger = answered(10**9)
    keep(file, [answered(image_id), stranger])
    with file.open("ab") as opened:
        opened.write(b'{"image_id": 1, "answer_k')
    for n_taken in (1, 0):
        taken = take_in(connection, tmp_path, run_id)
        assert (taken.n_questions, taken.left) == (n_taken, [file])
        lines = file.read_bytes().splitlines()
        assert len(lines) == 2
        assert str(stranger.answer_key).encode() in b"".join(lines)
        assert file.stat().st_mode & 0o777 == 0o600
    assert list((tmp_path / FOLDER).iterdir()) == [file]


def test_any_text_can_be_kept(connection: psycopg.Connection, tmp_path: Path) -> None:
    run_id, (image_id,) = make_run(connection, 1)
    raw = RAW + "\n\r\u2028\x85\x00\ud800\U0001f30d"
    keep(RunIdentity.of(connection, run_id).file(tmp_path, uuid4()), [answered(image_id, raw=raw)])
    assert take_in(connection, tmp_path, run_id).n_questions == 1
    stored = connection.execute("select raw_response from data.prediction").fetchone()
    assert stored == (RAW + "\n\r\u2028\x85\ufffd\ufffd\U0001f30d",)


def test_a_file_goes_only_after_the_commit(connection: psycopg.Connection, tmp_path: Path) -> None:
    run_id, (image_id,) = make_run(connection, 1)
    keep(RunIdentity.of(connection, run_id).file(tmp_path, uuid4()), [answered(image_id)])
    connection.commit()
    with connection.transaction(), pytest.raises(psycopg.ProgrammingError):
        take_in(connection, tmp_path, run_id)
    assert len(list((tmp_path / FOLDER).iterdir())) == 1


def test_a_file_is_added_to_while_it_is_taken_in(connection: psycopg.Connection, tmp_path: Path) -> None:
    run_id, image_ids = make_run(connection, 60)
    file = RunIdentity.of(connection, run_id).file(tmp_path, uuid4())
    connection.commit()
    ended = threading.Event()

    def add() -> None:
        for image_id in image_ids:
            keep(file, [answered(image_id)])
        ended.set()

    adder = threading.Thread(target=add)
    adder.start()
    n_taken = 0
    while not ended.is_set():
        n_taken += take_in(connection, tmp_path, run_id).n_questions
    adder.join()
    n_taken += take_in(connection, tmp_path, run_id).n_questions
    assert n_taken == 60
    assert set(versions(connection, run_id)) == set(image_ids)
