"""Stored answers read again: what an older parser got wrong is put right, nothing is lost, nothing else changes."""

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from imageo.db.refresh import refresh_runs
from imageo.db.schema import prediction
from imageo.errors import InputError
from imageo.ingest.store_predictions import PredictionOptions, ingest_predictions
from imageo.ingest.store_truth import TruthOptions, ingest_truth
from imageo.query.answers.parse import PARSER_VERSION, Answer, parse_answer
from imageo.query.finished import Finished
from imageo.query.reparse import KEPT, READ, Choice, Parser, Rereading, reparse
from imageo.query.store.answers import LOCK, write_finished
from tests.ingest.conftest import CONTENT, answer, rows_of

WHOLE = answer("a")["raw_response"]
RAW = {
    "a": WHOLE,
    "b": WHOLE[:-1],  # the last brace is missing
    "c": "**City:** Lille\n**Country:** France\n**Coordinates:** 50.63, 3.06\n",
    "d": "I am not able to say.",
    "e": f"```json\n{WHOLE}\n```",
}
LATEST = (
    "select image_name, version, outcome, parse_stage, prediction.latitude, parser_version from core.prediction"
    " join core.image using (image_id) order by 1"
)
OLDER_PARSER = """
update data.prediction set parser_version = 0;
update data.prediction set outcome = 'unparsable', parse_stage = null, location = null, country = null, city = null
    where parse_stage in ('repair', 'prose');
update data.prediction set location = st_setsrid(st_makepoint(2, 1), 4326) where parse_stage = 'fence'
"""
"""Reads plain JSON only, and fenced JSON badly."""


@pytest.fixture
def base(database: str) -> Iterator[psycopg.Connection]:
    """Answers of one model to five images, as an older parser read them; in autocommit mode."""
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection


@pytest.fixture
def results(tmp_path: Path) -> Path:
    path = tmp_path / "results.jsonl"
    path.write_text("".join(json.dumps(answer(name, raw_response=raw)) + "\n" for name, raw in RAW.items()))
    return path


@pytest.fixture
def stored(base: psycopg.Connection, tmp_path: Path, results: Path) -> psycopg.Connection:
    truth = tmp_path / "truth.csv"
    truth.write_text("image_id,latitude,longitude\n" + "".join(f"{name},10.5,20.5\n" for name in RAW))
    ingest_truth(base, truth, TruthOptions("set"))
    ingest_predictions(base, results, PredictionOptions())
    assert rows_of(base, "select distinct parser_version from data.prediction") == [(PARSER_VERSION,)]
    base.execute(OLDER_PARSER)
    refresh_runs(base, [1])
    return base


def once(connection: psycopg.Connection, choice: Choice | None = None, **options: object) -> Rereading:
    (rereading,) = reparse(connection, choice or Choice(), **options)  # type: ignore[arg-type]
    return rereading


def test_what_an_older_parser_got_wrong(stored: psycopg.Connection, results: Path) -> None:
    before = rows_of(stored, "select p::text from data.prediction p order by 1")
    cost = rows_of(stored, "select c::text from data.cost c order by 1")
    assert rows_of(stored, "select n_answered from metrics.run_score") == [(2,)]
    told = once(stored)
    assert (told.dataset, told.run, told.n_read, told.n_changed, told.n_moved) == ("set", "org/model-1", 5, 3, 1)
    assert told.outcomes == {("unparsable", "answered"): 2, ("answered", "answered"): 1}
    assert told.stages == {(None, "repair"): 1, (None, "prose"): 1, ("fence", "fence"): 1}
    assert rows_of(stored, LATEST) == [
        ("a", 1, "answered", "strict", 10.5, 0),
        ("b", 2, "answered", "repair", 10.5, PARSER_VERSION),
        ("c", 2, "answered", "prose", 50.63, PARSER_VERSION),
        ("d", 1, "refused", None, None, 0),
        ("e", 2, "answered", "fence", 10.5, PARSER_VERSION),
    ]
    # The old ones are what they were.
    assert rows_of(stored, "select p::text from data.prediction p where version = 1 order by 1") == before
    assert rows_of(stored, "select c::text from data.cost c order by 1") == cost
    # The scores follow, and the file is still known.
    assert rows_of(stored, "select n_answered from metrics.run_score") == [(4,)]
    assert rows_of(stored, "select count(*) from metrics.prediction_score where error_km < 0.001") == [(3,)]
    assert ingest_predictions(stored, results, PredictionOptions()).n_unchanged == 5


def test_a_new_version_has_all_that_a_reading_does_not_change(stored: psycopg.Connection) -> None:
    stored.execute(
        "update data.prediction set model_returned = 'm-2', reasoning_tokens = 7, cached_tokens = 8, image_tokens = 9,"
        " latency_ms = 10, finish_reason = 'stop', attempts = 3, error_message = 'late', answer_key = gen_random_uuid()"
    )
    once(stored)
    kept = ", ".join(KEPT)
    versions = rows_of(stored, f"select {kept} from data.prediction where image_id = 2 order by version")
    assert len(versions) == 2
    assert versions[0] == versions[1]
    assert None not in versions[1]
    assert rows_of(stored, "select count(answer_key) from data.prediction where version = 2") == [(0,)]


def test_every_column_is_read_or_kept_or_made() -> None:
    made = {"image_id", "run_id", "version", "location", "parser_version", "answer_key", "created_at"}
    assert {*KEPT, *READ} | made == set(prediction.columns.keys())
    assert not {*KEPT, *READ} & made


def test_reading_twice_changes_nothing(stored: psycopg.Connection) -> None:
    once(stored)
    content = rows_of(stored, CONTENT)
    told = once(stored)
    assert (told.n_read, told.n_changed) == (2, 0)  # two that were right stay marked as the older parser's
    told = once(stored, Choice(is_every=True))
    assert (told.n_read, told.n_changed) == (5, 0)
    assert rows_of(stored, CONTENT) == content


def test_a_dry_run_counts_and_writes_nothing(stored: psycopg.Connection) -> None:
    content = rows_of(stored, CONTENT)
    dry = once(stored, is_dry=True)
    assert rows_of(stored, CONTENT) == content
    assert dry == once(stored)


def test_a_version_read_by_nobody_knows_which_parser(stored: psycopg.Connection) -> None:
    stored.execute("update data.prediction set parser_version = null")
    assert once(stored).n_changed == 3
    stored.execute("update data.prediction set parser_version = 32000")
    assert once(stored).n_read == 0


@pytest.mark.parametrize(
    "change",
    [
        "parse_stage = 'published'",
        "parse_stage = 'mapped'",
        "outcome = 'provider_error', location = null",
        "outcome = 'bad_image', location = null",
        "outcome = 'empty', raw_response = null, location = null",
        "outcome = 'refused', raw_response = E' \\n', location = null",
    ],
)
def test_what_is_no_reading_of_ours_is_left_alone(stored: psycopg.Connection, change: str) -> None:
    stored.execute(f"update data.prediction set {change}".encode())
    content = rows_of(stored, CONTENT)
    assert once(stored, Choice(is_every=True)).n_read == 0
    assert rows_of(stored, CONTENT) == content


def test_only_the_latest_answer_is_read(stored: psycopg.Connection) -> None:
    write_finished(stored, 1, [finished(2, "not JSON at all")])
    assert rows_of(stored, "select version, outcome from core.prediction where image_id = 2") == [(2, "unparsable")]
    told = once(stored, Choice(is_every=True))
    assert told.n_changed == 2
    assert rows_of(stored, "select version from core.prediction where image_id = 2") == [(2,)]


def test_datasets_and_models_are_chosen_by_name(stored: psycopg.Connection, tmp_path: Path) -> None:
    truth = tmp_path / "other.csv"
    truth.write_text("image_id,latitude,longitude\nz,1,2\n")
    ingest_truth(stored, truth, TruthOptions("other"))
    other = tmp_path / "other.jsonl"
    other.write_text(json.dumps(answer("z", model_used="org/model-2")) + "\n")
    ingest_predictions(stored, other, PredictionOptions())

    def chosen(**choice: str) -> list[tuple[str, str]]:
        return [(told.dataset, told.run) for told in reparse(stored, Choice(**choice), is_dry=True)]

    assert chosen() == [("other", "org/model-2"), ("set", "org/model-1")]
    assert chosen(dataset="set") == chosen(model="org/model-1") == [("set", "org/model-1")]
    provider = rows_of(stored, "select distinct provider from core.run")[0][0]
    assert chosen(model=f"{provider}:org/model-2") == [("other", "org/model-2")]
    for choice, message in [
        ({"dataset": "absent"}, "no dataset 'absent'; the datasets are other, set"),
        ({"model": "o9"}, "no answers of model 'o9'; the models are org/model-2, org/model-1"),
        ({"dataset": "set", "model": "org/model-2"}, "the models are org/model-1"),
    ]:
        with pytest.raises(InputError, match=message):
            chosen(**choice)


def test_an_answer_that_comes_meanwhile_has_the_last_word(stored: psycopg.Connection, database: str) -> None:
    def read(raw: str, _is_cut: bool) -> Answer:
        # While the stored ones are read, image 2 is answered anew.
        with psycopg.connect(database, autocommit=True) as other:
            write_finished(other, 1, [finished(2, WHOLE, key)])
        return parse_answer(raw)

    key = uuid4()
    told = once(stored, parser=Parser(read=read))
    assert (told.n_changed, told.n_overtaken) == (3, 1)
    versions = "select version, answer_key = %s from data.prediction where image_id = 2 order by 1"
    assert stored.execute(versions, [key]).fetchall() == [(1, None), (2, True)]


def test_it_waits_for_whoever_writes_answers(stored: psycopg.Connection, database: str) -> None:
    told: list[Rereading] = []

    def run() -> None:
        with psycopg.connect(database, autocommit=True) as other:
            told.extend(reparse(other, Choice()))

    with stored.transaction():
        stored.execute("select pg_advisory_xact_lock(%s, 1)", [LOCK])
        thread = threading.Thread(target=run)
        thread.start()
        wait_until(database, "select exists (select from pg_locks where locktype = 'advisory' and not granted)")
        write_finished(stored, 1, [finished(2, WHOLE), finished(3, WHOLE)])
    thread.join(30)
    assert [(one.n_changed, one.n_overtaken) for one in told] == [(3, 2)]
    assert rows_of(stored, "select version from core.prediction order by image_id") == [(1,), (2,), (2,), (1,), (2,)]


def test_many_at_once(stored: psycopg.Connection, database: str) -> None:
    """Two readers and a writer of answers, over and over: every version is there once, none fails."""
    problems: list[Exception] = []
    n_rounds = 8

    def in_thread(work: Callable[[psycopg.Connection, int], object]) -> threading.Thread:
        def run() -> None:
            try:
                with psycopg.connect(database, autocommit=True) as other:
                    for number in range(n_rounds):
                        work(other, number)
            except Exception as problem:
                problems.append(problem)

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def read_again(connection: psycopg.Connection, number: int) -> None:
        # Each round another parser: every answer is read differently.
        list(reparse(connection, Choice(is_every=True), parser=Parser(number + 2, lambda *_: Answer("unparsable"))))
        list(reparse(connection, Choice(is_every=True)))

    def ask(connection: psycopg.Connection, _number: int) -> None:
        write_finished(connection, 1, [finished(image_id, WHOLE) for image_id in range(1, 6)])

    threads = [in_thread(read_again), in_thread(read_again), in_thread(ask)]
    for thread in threads:
        thread.join(60)
    assert problems == []
    assert rows_of(stored, "select count(*) from data.prediction where answer_key is not null") == [(5 * n_rounds,)]
    gaps = "select image_id from data.prediction group by 1 having max(version) <> count(*)"
    assert rows_of(stored, gaps) == []


def test_the_real_answers_that_a_plain_json_parser_loses(base: psycopg.Connection, bench_dir: Path) -> None:
    ingest_truth(base, bench_dir / "dataset3_info.csv", TruthOptions("pcw"))
    llama = bench_dir / "results" / "dataset3_Llama-3.2-11B-Vision-Instruct-Turbo.jsonl"
    ingest_predictions(base, llama, PredictionOptions())
    right = rows_of(base, LATEST.replace("version, ", "", 1))
    with base.transaction():
        # What json.loads cannot read: so the authors' parser saw them.
        base.execute(
            "update data.prediction set outcome = 'unparsable', parse_stage = null, location = null, country = null,"
            " state = null, city = null, street = null, confidence = null, parser_version = null"
            " where parse_stage in ('object', 'repair', 'prose')"
        )
    told = once(base)
    assert told.outcomes["unparsable", "answered"] == 4 + 28 + 9 + 35
    assert told.stages[None, "prose"] == 35 + 19
    assert told.stages[None, "repair"] == 12
    assert rows_of(base, LATEST.replace("version, ", "", 1)) == right


def finished(image_id: int, raw: str, key: object = None) -> Finished:
    return Finished(image_id, key or uuid4(), parse_answer(raw), raw_response=raw)  # type: ignore[arg-type]


def wait_until(database: str, question: str) -> None:
    with psycopg.connect(database, autocommit=True) as watching:
        for _ in range(3_000):
            if watching.execute(question.encode()).fetchone() == (True,):
                return
            watching.execute("select pg_sleep(0.01)")
    raise AssertionError("never came to pass")
