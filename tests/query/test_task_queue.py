"""Who may ask which image, for how long, and for how much money."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from uuid import uuid4

import psycopg
import pytest

from imageo.query.store.answers import write_finished
from imageo.query.store.tasks import Claim, TaskQueue, enqueue
from tests.query.asked import answered, billed, failed, make_run, tasks


def _ids(claim: Claim) -> list[int]:
    return [task.image_id for task in claim.tasks]


@contextmanager
def _writer(database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database, autocommit=True) as own:
        own.execute("set role imageo_writer")
        yield own


def test_only_images_without_an_answer_are_queued(connection: psycopg.Connection) -> None:
    run_id, (done, broken, mended, fresh) = make_run(connection, 4)
    write_finished(connection, run_id, [answered(done), failed(broken), failed(mended)])
    write_finished(connection, run_id, [answered(mended)])
    images = [fresh, mended, broken, done]
    assert enqueue(connection, run_id, images) == 1
    assert tasks(connection, run_id) == [fresh]
    assert enqueue(connection, run_id, images) == 0
    assert enqueue(connection, run_id, images, retry_errors=True) == 1
    assert tasks(connection, run_id) == [broken, fresh]


def test_claims_are_disjoint_and_in_order(connection: psycopg.Connection) -> None:
    run_id, image_ids = make_run(connection, 10)
    enqueue(connection, run_id, image_ids)
    ours, theirs = TaskQueue(run_id, uuid4()), TaskQueue(run_id, uuid4())
    first = ours.claim(connection, 4)
    assert _ids(first) == image_ids[:4]
    assert [task.image_name for task in first.tasks] == [f"image {number}" for number in range(4)]
    assert _ids(theirs.claim(connection, 4)) == image_ids[4:8]
    last = ours.claim(connection, 4, held=image_ids[:4])
    assert _ids(last) == image_ids[8:]
    assert last.n_leased_elsewhere == 4
    assert last.next_free_in_s is not None
    assert 29 < last.next_free_in_s <= 30
    assert not last.is_short_of_money
    counts = theirs.counts(connection, image_ids[4:8])
    assert (counts.n_free, counts.n_here, counts.n_elsewhere, counts.n_in_batches, counts.n_open) == (0, 4, 6, 0, 10)


def test_many_claimers_at_once_get_each_image_once(connection: psycopg.Connection, database: str) -> None:
    run_id, image_ids = make_run(connection, 300)
    enqueue(connection, run_id, image_ids)
    connection.commit()
    claimed: list[int] = []

    def claim() -> None:
        queue, own_ids = TaskQueue(run_id, uuid4()), list[int]()
        with _writer(database) as own:
            while len(claimed) + len(own_ids) <= 300:
                given = queue.claim(own, 3, held=own_ids)
                own_ids += _ids(given)
                if not given.tasks and given.next_free_in_s != 0.0:
                    break
        claimed.extend(own_ids)

    _in_threads(claim, 4)
    assert sorted(claimed) == image_ids


def test_tasks_of_a_batch_are_not_claimed(connection: psycopg.Connection) -> None:
    run_id, image_ids = make_run(connection, 3)
    enqueue(connection, run_id, image_ids)
    connection.execute("insert into data.batch (run_id, n_requests) values (%s, 1)", [run_id])
    connection.execute(
        "update data.task set batch_id = (select batch_id from data.batch) where image_id = %s", [image_ids[0]]
    )
    queue = TaskQueue(run_id, uuid4())
    assert _ids(queue.claim(connection, 9)) == image_ids[1:]
    assert queue.extend(connection, image_ids) == {image_ids[0]}
    assert queue.counts(connection, image_ids).n_in_batches == 1


def test_a_worker_may_be_after_some_images_only(connection: psycopg.Connection) -> None:
    run_id, image_ids = make_run(connection, 4)
    enqueue(connection, run_id, image_ids)
    queue = TaskQueue(run_id, uuid4(), only=(image_ids[1], image_ids[3]))
    assert queue.counts(connection).n_open == 2
    claim = queue.claim(connection, 3)
    assert (_ids(claim), claim.n_leased_elsewhere) == ([image_ids[1], image_ids[3]], 0)
    assert _ids(TaskQueue(run_id, uuid4()).claim(connection, 9)) == [image_ids[0], image_ids[2]]


def test_a_lease_ends_unless_it_is_moved_on(connection: psycopg.Connection) -> None:
    run_id, image_ids = make_run(connection, 2)
    enqueue(connection, run_id, image_ids)
    kept, left = TaskQueue(run_id, uuid4(), 0.3), TaskQueue(run_id, uuid4(), 0.3)
    other = TaskQueue(run_id, uuid4())
    assert _ids(kept.claim(connection, 1)) == image_ids[:1]
    assert _ids(left.claim(connection, 1)) == image_ids[1:]
    assert other.claim(connection, 2).n_leased_elsewhere == 2
    for _ in range(3):
        connection.execute("select pg_sleep(0.15)")
        assert kept.extend(connection, image_ids[:1]) == set()
    assert _ids(other.claim(connection, 2)) == image_ids[1:]
    assert left.extend(connection, image_ids[1:]) == set(image_ids[1:])


def test_a_lease_that_ran_out_is_taken_back_where_nobody_took_it(connection: psycopg.Connection) -> None:
    run_id, image_ids = make_run(connection, 1)
    enqueue(connection, run_id, image_ids)
    worker = uuid4()
    assert _ids(TaskQueue(run_id, worker, -1.0).claim(connection, 1)) == image_ids
    assert TaskQueue(run_id, worker).extend(connection, image_ids) == set()
    assert TaskQueue(run_id, uuid4()).claim(connection, 1).n_leased_elsewhere == 1


def test_released_tasks_are_free_at_once(connection: psycopg.Connection) -> None:
    run_id, image_ids = make_run(connection, 2)
    enqueue(connection, run_id, image_ids)
    ours, theirs = TaskQueue(run_id, uuid4()), TaskQueue(run_id, uuid4())
    ours.claim(connection, 2, Decimal(1))
    theirs.release(connection, image_ids)
    assert theirs.claim(connection, 2).tasks == []
    ours.release(connection, image_ids[:1])
    assert _ids(theirs.claim(connection, 2, Decimal(1), Decimal(2))) == image_ids[:1]


def test_a_claim_of_which_nobody_heard_is_found_again(connection: psycopg.Connection) -> None:
    run_id, image_ids = make_run(connection, 3)
    enqueue(connection, run_id, image_ids)
    queue = TaskQueue(run_id, uuid4())
    assert _ids(queue.claim(connection, 1, Decimal(1), Decimal(3))) == image_ids[:1]
    assert _ids(queue.claim(connection, 1, Decimal(1), Decimal(3), held=image_ids[:1])) == image_ids[1:2]  # cut off
    assert _ids(queue.claim(connection, 2, Decimal(1), Decimal(3), held=image_ids[:1])) == image_ids[1:]


def test_what_was_answered_by_another_in_the_end_is_not_asked_again(connection: psycopg.Connection) -> None:
    run_id, image_ids = make_run(connection, 4)
    enqueue(connection, run_id, image_ids)
    crashed = TaskQueue(run_id, uuid4(), 0.1)
    assert len(crashed.claim(connection, 2).tasks) == 2
    write_finished(connection, run_id, [answered(image_ids[0]), failed(image_ids[1])], uuid4())
    assert tasks(connection, run_id) == image_ids
    connection.commit()
    connection.execute("select pg_sleep(0.15)")
    assert _ids(TaskQueue(run_id, uuid4()).claim(connection, 3)) == image_ids[1:]
    assert tasks(connection, run_id) == image_ids[1:]


def test_a_budget_counts_what_was_spent_and_what_is_under_way(connection: psycopg.Connection) -> None:
    run_id, image_ids = make_run(connection, 9)
    enqueue(connection, run_id, image_ids)
    ours, theirs = TaskQueue(run_id, uuid4()), TaskQueue(run_id, uuid4())
    reserve, budget = Decimal("0.3"), Decimal(1)
    three = ours.claim(connection, 5, reserve, budget)
    assert _ids(three) == image_ids[:3]
    assert (three.is_short_of_money, three.is_budget_reached) == (True, False)
    none = theirs.claim(connection, 5, reserve, budget)
    assert (none.tasks, none.is_short_of_money, none.is_budget_reached) == ([], True, False)
    assert none.n_leased_elsewhere == 3

    write_finished(connection, run_id, [answered(image_ids[0], calls=(billed("0.1"),))], ours.worker)
    assert theirs.claim(connection, 5, reserve, budget).tasks != []  # 0.1 + 0.6 + 0.3 = 1
    # A call of unknown cost counts as the most that it may have cost.
    write_finished(connection, run_id, [failed(image_ids[1], calls=(billed(None),))], ours.worker)
    assert theirs.claim(connection, 5, reserve, budget, image_ids[3:4]).tasks == []
    write_finished(connection, run_id, [answered(image_ids[3], calls=(billed("0.3"),))], theirs.worker)
    write_finished(connection, run_id, [answered(image_ids[2], calls=(billed("0.3"),))], ours.worker)
    reached = ours.claim(connection, 5, reserve, budget)
    assert (reached.tasks, reached.is_budget_reached) == ([], True)
    assert len(ours.claim(connection, 5, reserve, Decimal(2)).tasks) == 3


@pytest.mark.parametrize(
    ("reserve", "budget", "n_given"),
    [
        (Decimal(0), Decimal(0), 3),  # what is free fits into any budget
        (None, Decimal("0.01"), 3),
        (None, Decimal(0), 0),
        (Decimal(1), None, 3),
        (Decimal(1), Decimal("0.999999999"), 0),
        (Decimal(1), Decimal(1), 1),
    ],
)
def test_a_budget_to_the_cent(
    connection: psycopg.Connection, reserve: Decimal | None, budget: Decimal | None, n_given: int
) -> None:
    run_id, image_ids = make_run(connection, 3)
    enqueue(connection, run_id, image_ids)
    claim = TaskQueue(run_id, uuid4()).claim(connection, 3, reserve, budget)
    assert len(claim.tasks) == n_given
    assert claim.is_budget_reached == (n_given == 0)


@pytest.mark.parametrize("seed", range(3))
def test_no_order_of_claims_and_costs_breaks_the_budget(
    connection: psycopg.Connection, database: str, seed: int
) -> None:
    run_id, image_ids = make_run(connection, 120)
    enqueue(connection, run_id, image_ids)
    connection.commit()
    budget, reserve = Decimal("2.5"), Decimal("0.1")
    most = Decimal(0)
    watching = threading.Event()

    def ask(number: int) -> None:
        dice = random.Random(seed * 10 + number)
        queue, held = TaskQueue(run_id, uuid4()), list[int]()
        with _writer(database) as own:
            while True:
                claim = queue.claim(own, dice.randint(1, 5), reserve, budget, held)
                held += _ids(claim)
                if not held and not claim.is_short_of_money:
                    return
                if claim.is_budget_reached:
                    return
                dice.shuffle(held)
                ended = [held.pop() for _ in range(dice.randint(0, len(held)))]
                if ended and dice.random() < 0.1:
                    queue.release(own, [ended.pop()])
                rows = []
                for image_id in ended:
                    cost = str(Decimal(dice.randint(0, 100_000_000)).scaleb(-9))
                    done = failed if dice.random() < 0.1 else answered
                    rows.append(done(image_id, calls=(billed(None if dice.random() < 0.05 else cost),)))
                write_finished(own, run_id, rows, queue.worker)

    def watch() -> None:
        nonlocal most
        with psycopg.connect(database, autocommit=True) as own:
            while not watching.wait(0.005):
                row = own.execute(
                    "select (select coalesce(sum(coalesce(cost_usd, 0.1)), 0) from data.cost)"
                    " + (select coalesce(sum(reserved_usd), 0) from data.task)"
                ).fetchone()
                assert row
                most = max(most, row[0])

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        _in_threads(ask, 4)
    finally:
        watching.set()
        watcher.join()
    spent = connection.execute("select sum(coalesce(cost_usd, 0.1)) from data.cost").fetchone()
    assert spent
    assert budget - reserve < spent[0] <= budget
    assert spent[0] <= most <= budget
    assert tasks(connection, run_id)


def _in_threads(work: object, n: int) -> None:
    problems: list[BaseException] = []

    def guarded(number: int) -> None:
        try:
            work(number) if work.__code__.co_argcount else work()  # type: ignore[attr-defined, operator]
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=guarded, args=[number]) for number in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def test_what_a_worker_asks_about_stays_its_own_where_the_server_forgot_the_lease(
    connection: psycopg.Connection,
) -> None:
    """Leases are not waited for on their way to the disk: a server that is killed may lose the newest."""
    run_id, image_ids = make_run(connection, 3)
    enqueue(connection, run_id, image_ids)
    queue = TaskQueue(run_id, uuid4())
    held = _ids(queue.claim(connection, 2))
    connection.execute("update data.task set leased_by = null, leased_until = null")
    assert _ids(queue.claim(connection, 3, held=held)) == image_ids[2:]
    assert queue.counts(connection, held).n_here == 2
