"""Claims and saves from asyncio, while connections are cut, servers die, and the database stays away."""

import asyncio
import os
import random
import shutil
import signal
import tempfile
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from imageo.db.cluster import Cluster, open_cluster
from imageo.db.deploy import deploy
from imageo.db.engine import connect
from imageo.errors import DatabaseError
from imageo.query.store import run_store
from imageo.query.store.answers import LOCK, Written, write_finished
from imageo.query.store.run_store import AnswersUnsaved, RunStore, open_store
from imageo.query.store.tasks import enqueue
from imageo.query.store.unsaved import FOLDER, take_in
from imageo.settings import Settings
from tests.query.asked import answered, calls, failed, make_run, tasks, versions


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, database_url=database)


@pytest.fixture
def run(connection: psycopg.Connection) -> tuple[int, list[int]]:
    run_id, image_ids = make_run(connection, 100)
    enqueue(connection, run_id, image_ids)
    connection.commit()
    return run_id, image_ids


def _in_store(
    settings: Settings, run_id: int, work: Callable[[RunStore], Awaitable[None]], **options: object
) -> list[str]:
    """Do work with the store of a run; what was said meanwhile."""
    said: list[str] = []

    async def main() -> None:
        async with open_store(settings, run_id, say=said.append, **options) as store:  # type: ignore[arg-type]
            await work(store)

    asyncio.run(main())
    return said


async def _ask_everything(store: RunStore, slots: int = 8, latency_s: float = 0.01) -> None:
    async def slot(number: int) -> None:
        dice = random.Random(number)
        while claim := (await store.claim(2)).tasks:
            for task in claim:
                await asyncio.sleep(dice.random() * latency_s)
                await store.save(answered(task.image_id))

    await asyncio.gather(*(slot(number) for number in range(slots)))


def _assert_asked_once(connection: psycopg.Connection, run: tuple[int, list[int]]) -> None:
    run_id, image_ids = run
    assert versions(connection, run_id) == {image_id: ["answered"] for image_id in image_ids}
    assert calls(connection, run_id) == dict.fromkeys(image_ids, 1)
    assert tasks(connection, run_id) == []


def test_all_is_asked_once(settings: Settings, connection: psycopg.Connection, run: tuple[int, list[int]]) -> None:
    assert _in_store(settings, run[0], _ask_everything) == []
    _assert_asked_once(connection, run)


def test_what_waits_goes_into_one_transaction(
    settings: Settings, connection: psycopg.Connection, run: tuple[int, list[int]]
) -> None:
    async def work(store: RunStore) -> None:
        claim = await store.claim(64)
        await asyncio.gather(*(store.save(answered(task.image_id)) for task in claim.tasks))

    _in_store(settings, run[0], work)
    # created_at is the moment at which the transaction began.
    row = connection.execute("select count(*), count(distinct created_at) from data.prediction").fetchone()
    assert row == (64, 1)


def test_leases_are_kept_and_given_back(
    settings: Settings, connection: psycopg.Connection, run: tuple[int, list[int]]
) -> None:
    async def work(store: RunStore) -> None:
        first, second, third = (await store.claim(3)).tasks
        assert not store.holds(run[1][9])
        async with open_store(settings, run[0], say=print) as other:
            await asyncio.sleep(0.9)
            assert store.holds(first.image_id)
            assert {task.image_id for task in (await other.claim(100)).tasks} == set(run[1][3:])
            assert (await other.counts()).n_elsewhere == 3
            await store.release([first.image_id])
            assert not store.holds(first.image_id)
            assert [task.image_id for task in (await other.claim(100)).tasks] == [first.image_id]
        await store.save(answered(second.image_id))
        assert not store.holds(second.image_id)
        assert third.image_id in tasks(connection, run[0])

    _in_store(settings, run[0], work, lease_s=0.6)
    held = connection.execute("select count(*), count(leased_by), count(reserved_usd) from data.task").fetchone()
    assert held == (99, 0, 0)


def test_a_lost_lease_is_known(settings: Settings, connection: psycopg.Connection, run: tuple[int, list[int]]) -> None:
    async def work(store: RunStore) -> None:
        lost, kept = (await store.claim(2)).tasks
        with connection.transaction():
            connection.execute(
                "update data.task set leased_by = gen_random_uuid() where image_id = %s", [lost.image_id]
            )
        await asyncio.sleep(0.5)
        assert not store.holds(lost.image_id)
        assert store.holds(kept.image_id)
        await store.save(failed(lost.image_id))  # the other asks still

    _in_store(settings, run[0], work, lease_s=0.6)
    assert versions(connection, run[0]) == {run[1][0]: ["provider_error"]}
    assert tasks(connection, run[0]) == run[1]


@contextmanager
def _killer(database: str, seed: int) -> Iterator[None]:
    """Ends the sessions of the store at random moments."""
    done = threading.Event()

    def kill() -> None:
        dice = random.Random(seed)
        with psycopg.connect(database, autocommit=True) as own:
            while not done.wait(0.05 + dice.random() * 0.4):
                own.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where datname = current_database() and application_name = 'imageo'"
                )

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


@pytest.mark.parametrize("seed", range(3))
def test_connections_cut_at_random_moments_lose_and_double_nothing(
    settings: Settings, connection: psycopg.Connection, run: tuple[int, list[int]], seed: int
) -> None:
    with _killer(str(settings.database_url), seed):
        said = _in_store(settings, run[0], lambda store: _ask_everything(store, latency_s=0.1))
    _assert_asked_once(connection, run)
    assert any(message.startswith("lost the database") for message in said)
    assert "the database is back" in said
    assert not (settings.home / FOLDER).exists()


def test_a_commit_of_which_nobody_heard_is_not_repeated(
    settings: Settings,
    connection: psycopg.Connection,
    run: tuple[int, list[int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    n_writes = 0

    def write_and_lose(opened: psycopg.Connection, *arguments: object) -> Written:
        nonlocal n_writes
        n_writes += 1
        written = write_finished(opened, *arguments)  # type: ignore[arg-type]
        if n_writes % 5 == 1:
            opened.close()
            opened.execute("select 1")
        return written

    monkeypatch.setattr(run_store, "write_finished", write_and_lose)
    _in_store(settings, run[0], _ask_everything)
    assert n_writes > 2
    _assert_asked_once(connection, run)


def test_a_database_that_stays_away_leaves_every_answer_in_a_file(
    settings: Settings, connection: psycopg.Connection, run: tuple[int, list[int]]
) -> None:
    run_id, image_ids = run
    is_away = False

    def connect_if_there() -> psycopg.Connection:
        if is_away:
            raise DatabaseError("cannot reach it")
        return connect(settings, role="writer", autocommit=True)

    async def work(store: RunStore) -> None:
        nonlocal is_away
        await store.claim(6)
        await store.save(answered(image_ids[0]))
        is_away = True
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'imageo'"
            " and datname = current_database()"
        )
        results = await asyncio.gather(
            *(store.save(answered(image_id)) for image_id in image_ids[1:5]), return_exceptions=True
        )
        assert all(isinstance(result, AnswersUnsaved) for result in results)
        assert "cannot reach it" in str(results[0])
        with pytest.raises(AnswersUnsaved, match=r"unsaved/run-.*\.jsonl"):
            await store.save(failed(image_ids[5]))
        with pytest.raises(DatabaseError):
            await store.claim(1)

    said = _in_store(settings, run_id, work, patience_s=0.4, connect=connect_if_there)
    assert said[0].startswith("lost the database")
    [file] = (settings.home / FOLDER).iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert (settings.home / FOLDER).stat().st_mode & 0o777 == 0o700
    assert len(file.read_bytes().splitlines()) == 5

    taken = take_in(connection, settings.home, run_id)
    assert (taken.n_questions, taken.left) == (5, [])
    assert not file.exists()
    connection.rollback()
    outcomes = versions(connection, run_id)
    assert outcomes == {image_id: ["answered"] for image_id in image_ids[:5]} | {image_ids[5]: ["provider_error"]}
    assert tasks(connection, run_id) == image_ids[6:]  # leased to the one that is gone, and ended all the same


def test_who_does_not_want_to_wait_gives_up(
    settings: Settings, connection: psycopg.Connection, run: tuple[int, list[int]]
) -> None:
    n_connections = 0

    def connect_once() -> psycopg.Connection:
        nonlocal n_connections
        n_connections += 1
        if n_connections > 1:
            raise DatabaseError("cannot reach it")
        return connect(settings, role="writer", autocommit=True)

    async def work(store: RunStore) -> None:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'imageo'"
            " and datname = current_database()"
        )
        asyncio.get_running_loop().call_later(0.3, store.give_up)
        with pytest.raises(AnswersUnsaved):
            await asyncio.wait_for(store.save(answered(run[1][0])), 5)

    _in_store(settings, run[0], work, patience_s=600, connect=connect_once)
    assert take_in(connection, settings.home, run[0]).n_questions == 1


def test_a_cancelled_caller_loses_nothing(
    settings: Settings, connection: psycopg.Connection, run: tuple[int, list[int]]
) -> None:
    async def work(store: RunStore) -> None:
        saving = asyncio.create_task(store.save(answered(run[1][0])))
        await asyncio.sleep(0)
        saving.cancel()

    _in_store(settings, run[0], work)
    assert versions(connection, run[0]) == {run[1][0]: ["answered"]}


def test_an_event_loop_that_ends_leaves_what_is_under_way_in_a_file(
    settings: Settings, connection: psycopg.Connection, run: tuple[int, list[int]]
) -> None:
    async def work() -> None:
        opened = open_store(settings, run[0], say=print)
        store = await opened.__aenter__()
        connection.execute("select pg_advisory_xact_lock(%s, %s)", [LOCK, run[0]])
        for image_id in run[1][:3]:
            task = asyncio.create_task(store.save(answered(image_id)))
            task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
            await asyncio.sleep(0.1)
        asyncio.get_running_loop().call_later(0.5, connection.rollback)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(work())
    taken = take_in(connection, settings.home, run[0])
    assert taken.n_questions == 3
    assert versions(connection, run[0]) == {image_id: ["answered"] for image_id in run[1][:3]}
    assert calls(connection, run[0]) == dict.fromkeys(run[1][:3], 1)


def test_a_run_that_is_gone_leaves_its_answers_in_a_file(
    settings: Settings, connection: psycopg.Connection, run: tuple[int, list[int]]
) -> None:
    async def work(store: RunStore) -> None:
        with connection.transaction():
            connection.execute("delete from data.task")
            connection.execute("delete from data.run")
        with pytest.raises(AnswersUnsaved, match="foreign key"):
            await store.save(answered(run[1][0]))

    _in_store(settings, run[0], work)
    assert len(list((settings.home / FOLDER).iterdir())) == 1


@pytest.fixture
def own_server() -> Iterator[tuple[Cluster, Settings]]:
    """A server of this test's own, which it may kill."""
    home = Path(tempfile.mkdtemp(prefix="imageo-test-"))
    home.chmod(0o755)
    cluster = open_cluster(home)
    try:
        with psycopg.connect(cluster.up()) as opened:
            deploy(opened)
        yield cluster, Settings(home)
    finally:
        cluster.down()
        shutil.rmtree(home, ignore_errors=True)


@pytest.mark.slow
@pytest.mark.parametrize("is_killed", [True, False], ids=["killed", "restarted"])
def test_a_server_that_falls_is_started_again(own_server: tuple[Cluster, Settings], is_killed: bool) -> None:
    cluster, settings = own_server
    with psycopg.connect(cluster.url()) as opened:
        run = make_run(opened, 100)
        enqueue(opened, *run)

    def fall(pid: int) -> None:
        if is_killed:
            os.kill(pid, signal.SIGKILL)
        else:
            cluster.down()

    async def work(store: RunStore) -> None:
        asking = asyncio.create_task(_ask_everything(store, latency_s=0.3))
        for _ in range(2):
            await asyncio.sleep(0.3)
            pid = cluster.status().pid
            assert pid
            assert not asking.done()
            await asyncio.to_thread(fall, pid)
            while cluster.status().pid in (None, pid):
                await asyncio.sleep(0.05)
        await asking

    said = _in_store(settings, run[0], work)
    assert "the database is back" in said
    with psycopg.connect(cluster.url()) as opened:
        _assert_asked_once(opened, run)
