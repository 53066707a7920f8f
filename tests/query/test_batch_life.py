"""Batches from the first image to the ledger, over the real SDKs and sockets."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from imageo.errors import DatabaseError
from imageo.query.batches import BatchLimits, BatchRefused, BatchUnclear
from imageo.query.batches.collect import collect_batches
from imageo.query.batches.job import Tally
from imageo.query.batches.request_file import encode_all
from imageo.query.batches.run import collect_run, run_batches
from imageo.query.questions import PreparedImage, Question
from tests.query.batch_world import KEY, BatchWorld, batch_world
from tests.query.stub_batches import Vendor

VENDORS: tuple[Vendor, ...] = ("openai", "anthropic", "gemini")
AT_ONCE = timedelta(0)


def _run(
    world: BatchWorld, *, limits: BatchLimits | None = None, is_waiting: bool = False, **requests: object
) -> Tally:
    client = world.client(limits)
    try:
        return run_batches(
            world.connection, world.job(client), world.requests(**requests), is_waiting=is_waiting, poll_s=0,
            settled_after=AT_ONCE,
        )  # fmt: skip
    finally:
        client.close()


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_whole_life(database: str, tmp_path: Path, vendor: Vendor) -> None:
    with batch_world(database, tmp_path, vendor, 7, ends_after=2) as world:
        first = _run(world)
        assert (first.n_requests_submitted, first.n_running, first.n_answers) == (7, 1, 0)
        assert world.rows("select state, n_requests, provider_batch is not null from data.batch") == [
            ("submitted", 7, True)
        ]
        second = _run(world)
        assert (second.n_requests_submitted, second.n_running, second.n_answers) == (0, 1, 0)
        third = _run(world)
        assert (third.n_requests_submitted, third.n_running, third.n_answers) == (0, 0, 7)
        world.check_answered()
        world.check_ledger()
        assert len(world.batches.batches) == 1
        assert world.rows("select state, collected_at is not null from data.batch") == [("collected", True)]
        # The caches are filled, and the files' digests known.
        assert world.rows("select n_images, n_answered from metrics.run_score") == [(7, 7)]
        assert world.rows("select count(distinct content_hash) from data.image") == [(7,)]
        nothing = _run(world)
        assert (nothing.n_requests_submitted, nothing.n_answers) == (0, 0)
        assert KEY not in "".join(world.said)


@pytest.mark.parametrize("vendor", VENDORS)
def test_waiting_goes_on_until_all_is_answered(database: str, tmp_path: Path, vendor: Vendor) -> None:
    """Expired, failed for a while, and answered twice, in results without order: each answer is stored once."""
    with batch_world(database, tmp_path, vendor, 12, ends_after=3) as world:
        fates = {0: ["answered", "expired", "server_error", "twice", "rate_limited", "cancelled"] * 2}
        world.batches.fate = lambda batch, position: fates.get(batch, ["answered"] * 12)[position]
        tally = _run(world, is_waiting=True)
        assert (tally.n_answers, tally.n_batches_submitted, tally.n_requests_submitted) == (12, 2, 20)
        assert (tally.n_failures, tally.n_requeued) == (4, 8)
        world.check_answered()
        world.check_ledger()
        # An error is told, also where a later answer follows it.
        errors = world.rows("select outcome, count(*) from data.prediction group by 1 order by 1")
        assert errors == [("answered", 12), ("provider_error", 4)]


@pytest.mark.parametrize("vendor", VENDORS)
def test_batches_are_split_at_the_limits(database: str, tmp_path: Path, vendor: Vendor) -> None:
    with batch_world(database, tmp_path, vendor, 11) as world:
        _run(world, limits=BatchLimits(requests=4, bytes=1_000_000))
        assert [len(batch.asked) for batch in world.batches.batches] == [4, 4, 3]
        _run(world)
        world.check_answered()
        world.check_ledger()


@pytest.mark.parametrize("vendor", VENDORS)
def test_no_batch_is_larger_than_the_limit_of_bytes(database: str, tmp_path: Path, vendor: Vendor) -> None:
    with batch_world(database, tmp_path, vendor, 9) as world:
        sizes: list[int] = []
        client = world.client(BatchLimits(requests=100, bytes=12_000))
        create = client.create
        client.create = lambda token, model, name, file: (  # type: ignore[method-assign]
            sizes.append(file.stat().st_size), create(token, model, name, file)
        )[1]  # fmt: skip
        run_batches(world.connection, world.job(client), world.requests(), settled_after=AT_ONCE)
        assert len(sizes) > 1
        assert all(6_000 < size <= 12_000 for size in sizes[:-1])
        _run(world)
        world.check_answered()
        assert world.batches.n_asked == 9


def test_a_request_that_no_batch_can_hold_is_no_endless_loop(database: str, tmp_path: Path) -> None:
    with batch_world(database, tmp_path, "openai", 2) as world:
        tally = _run(world, limits=BatchLimits(requests=100, bytes=900))
        assert tally.n_bad_images == 2
        assert world.batches.batches == []
        assert (
            world.rows("select outcome, error_message like '%a batch takes 900' from data.prediction")
            == [("bad_image", True)] * 2
        )
        assert world.rows("select * from data.batch") == []


@pytest.mark.parametrize("vendor", VENDORS)
def test_broken_images_are_not_sent(database: str, tmp_path: Path, vendor: Vendor) -> None:
    with batch_world(database, tmp_path, vendor, 4) as world:
        broken, missing, *sound = world.paths
        world.paths[broken].write_bytes(b"no image")
        world.paths[missing].unlink()
        tally = _run(world)
        assert (tally.n_bad_images, tally.n_requests_submitted) == (2, 2)
        assert world.rows("select count(*) from data.prediction where outcome = 'bad_image'") == [(2,)]
        _run(world)
        assert world.batches.n_asked == 2
        world.check_answered(sound)
        world.check_ledger()


def test_tasks_whose_image_is_not_here_stay_for_others(database: str, tmp_path: Path) -> None:
    """More of them than are claimed at a time, before and between those that are here."""
    with batch_world(database, tmp_path, "openai", 150) as world:
        here = [image_id for number, image_id in enumerate(world.paths) if number % 50 == 49]
        paths = dict(world.paths)
        world.paths.clear()
        world.paths.update({image_id: paths[image_id] for image_id in here})
        tally = _run(world, limits=BatchLimits(requests=2, bytes=1_000_000))
        assert (tally.n_batches_submitted, tally.n_requests_submitted) == (2, 3)
        assert any("147 questions are left" in line for line in world.said)
        _run(world)
        world.check_answered(here)
        assert world.rows("select count(*) from data.task where batch_id is null and leased_by is null") == [(147,)]


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_budget_counts_what_is_in_batches(database: str, tmp_path: Path, vendor: Vendor) -> None:
    """Reservations of a cent: three fit into 3.5 cents; when the answers turn out cheaper, more do."""
    with batch_world(database, tmp_path, vendor, 5) as world:
        money = {"reserve_usd": Decimal("0.01"), "budget_usd": Decimal("0.035")}
        first = _run(world, **money)
        assert (first.n_requests_submitted, first.is_short_of_money) == (3, True)
        world.batches.ends_after = None
        second = _run(world, **money)
        assert second.n_requests_submitted == 0
        world.batches.ends_after = 1
        third = _run(world, **money)
        assert (third.n_answers, third.n_requests_submitted, third.is_short_of_money) == (3, 2, False)
        _run(world, **money)
        world.check_answered()
        assert world.rows("select sum(cost_usd) < 0.035 from data.cost") == [(True,)]


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_ledger_says_half_price(database: str, tmp_path: Path, vendor: Vendor) -> None:
    with batch_world(database, tmp_path, vendor, 1) as world:
        _run(world)
        _run(world)
        (image_id,) = world.paths
        assert world.rows("select cost_usd, is_batch, price_source from data.cost") == [
            (world.cost_of(image_id), True, "genai-prices")
        ]


@pytest.mark.parametrize("vendor", VENDORS)
def test_what_fails_for_good_is_not_asked_for_ever(database: str, tmp_path: Path, vendor: Vendor) -> None:
    with batch_world(database, tmp_path, vendor, 3) as world:
        world.batches.fate = lambda _batch, position: ("server_error", "bad_image", "bad_request")[position]
        tally = _run(world, is_waiting=True)
        # The server's error may pass, and is tried three times; the others will not.
        assert (tally.n_batches_submitted, tally.n_requests_submitted) == (3, 5)
        assert world.rows("select outcome, count(*) from data.prediction group by 1 order by 1") == [
            ("bad_image", 1), ("provider_error", 4)
        ]  # fmt: skip
        assert world.rows("select * from data.task") == []
        assert world.rows("select * from data.cost") == []


@pytest.mark.parametrize("vendor", VENDORS)
def test_an_error_that_all_share_stops_the_run(database: str, tmp_path: Path, vendor: Vendor) -> None:
    fault = "unknown_model"
    with batch_world(database, tmp_path, vendor, 3) as world:
        world.batches.fate = lambda _batch, _position: fault
        tally = _run(world, is_waiting=True)
        assert tally.n_batches_submitted == 1
        assert len(tally.stopped_by) == 1
        assert world.rows("select count(*) from data.task where batch_id is null") == [(3,)]
        assert world.rows("select * from data.prediction") == []


@pytest.mark.parametrize("vendor", VENDORS)
def test_refusals_are_answers(database: str, tmp_path: Path, vendor: Vendor) -> None:
    with batch_world(database, tmp_path, vendor, 2) as world:
        world.batches.fate = lambda _batch, position: ("refusal", "answered")[position]
        _run(world)
        _run(world)
        assert world.rows("select outcome from data.prediction order by 1") == [("answered",), ("refused",)]
        assert world.rows("select count(*) from data.cost where cost_usd > 0") == [(2,)]
        assert world.rows("select * from data.task") == []


@pytest.mark.parametrize("vendor", VENDORS)
def test_lines_without_a_request_and_requests_without_a_line(database: str, tmp_path: Path, vendor: Vendor) -> None:
    """They may have been billed: nobody asks again by itself, but the next command does."""
    with batch_world(database, tmp_path, vendor, 4) as world:
        world.batches.fate = lambda batch, position: "answered" if batch else (
            "answered", "missing", "nameless", "answered")[position]  # fmt: skip
        tally = _run(world, is_waiting=True)
        assert tally.n_answers == 2
        assert "2 requests have no result" in tally.stopped_by[0]
        assert any("1 results belong to no request of ours" in line for line in world.said)
        assert len(world.batches.batches) == 1
        _run(world, is_waiting=True)
        world.check_answered()


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_cut_line_is_told_and_its_cost_is_unknown(database: str, tmp_path: Path, vendor: Vendor) -> None:
    with batch_world(database, tmp_path, vendor, 3) as world:
        world.batches.fate = lambda _batch, position: ("answered", "cut", "answered")[position]
        tally = _run(world, is_waiting=True)
        assert (tally.n_answers, tally.n_failures) == (2, 1)
        assert world.batches.n_downloads == 3
        assert world.rows("select outcome, error_message like 'a broken line of results: {%' from data.prediction"
                          " where outcome <> 'answered'") == [("provider_error", True)]  # fmt: skip
        assert world.rows("select count(*), count(cost_usd) from data.cost") == [(3, 2)]
        assert world.rows("select * from data.task") == []


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_download_that_breaks_off_is_taken_up_again(database: str, tmp_path: Path, vendor: Vendor) -> None:
    with batch_world(database, tmp_path, vendor, 3) as world:
        _run(world)
        world.batches.cut_downloads = 1
        with pytest.raises(BatchUnclear, match="fetching the results"):
            _run(world)
        assert world.rows("select state from data.batch") == [("ended",)]
        assert world.rows("select count(*) from data.task where batch_id is not null") == [(3,)]
        _run(world)
        world.check_answered()
        world.check_ledger()
        assert world.batches.n_asked == 3


@pytest.mark.parametrize("vendor", ["openai", "gemini"])
def test_a_batch_that_the_provider_rejects_as_a_whole(database: str, tmp_path: Path, vendor: Vendor) -> None:
    with batch_world(database, tmp_path, vendor, 3) as world:
        world.batches.fails_validation = ["Enqueued token limit reached"]
        tally = _run(world, is_waiting=True)
        assert len(tally.stopped_by) == 1
        assert "Enqueued token limit reached" in tally.stopped_by[0]
        assert world.rows("select state, error_message like '%Enqueued token limit reached%' from data.batch") == [
            ("failed", True)
        ]
        _run(world, is_waiting=True)
        world.check_answered()
        world.check_ledger()


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_refused_creation_leaves_nothing_behind(database: str, tmp_path: Path, vendor: Vendor) -> None:
    with batch_world(database, tmp_path, vendor, 3) as world:
        world.batches.refused = ["unauthorised"]
        with pytest.raises(BatchRefused, match="handing over the batch") as problem:
            _run(world)
        assert KEY not in str(problem.value)
        assert world.rows("select state from data.batch") == [("failed",)]
        _run(world, is_waiting=True)
        world.check_answered()
        world.check_ledger()


def test_a_later_batch_that_is_refused_does_not_keep_from_waiting_for_the_earlier(
    database: str, tmp_path: Path
) -> None:
    with batch_world(database, tmp_path, "openai", 4, ends_after=2) as world:
        client = world.client(BatchLimits(requests=2, bytes=1_000_000))
        create = client.create

        def refuse_the_second(token: UUID, model: str, name: str | None, file: Path) -> str:
            if world.batches.batches:
                world.batches.refused = ["rate_limited"]
            return create(token, model, name, file)

        client.create = refuse_the_second  # type: ignore[method-assign]
        tally = run_batches(world.connection, world.job(client), world.requests(), is_waiting=True, poll_s=0)
        assert (tally.n_answers, tally.n_running) == (2, 0)
        assert "429" in tally.stopped_by[0]
        _run(world, is_waiting=True)
        world.check_answered()
        world.check_ledger()


def test_a_few_images_are_in_memory(database: str, tmp_path: Path) -> None:
    with batch_world(database, tmp_path, "openai", 1) as world:
        started: list[int] = []

        def prepare(image_id: int) -> PreparedImage:
            started.append(image_id)
            return world.prepare(next(iter(world.paths)))

        requests = world.requests(prepare=prepare, threads=3)
        with ThreadPoolExecutor(3) as threads:
            for n_given, _ in enumerate(encode_all(requests, range(100), threads), 1):
                assert len(started) - n_given <= 6
        assert sorted(started) == list(range(100))


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_creation_whose_answer_is_lost_is_found_again(database: str, tmp_path: Path, vendor: Vendor) -> None:
    """Anthropic tells only when it has ended; until then nothing is asked twice."""
    with batch_world(database, tmp_path, vendor, 3, ends_after=None) as world:
        world.batches.broken_off = ["create"]
        with pytest.raises(BatchUnclear):
            _run(world)
        tally = _run(world)
        assert (tally.n_running, tally.n_requests_submitted) == (1, 0)
        world.batches.end(world.batches.batches[0])
        _run(world)
        world.check_answered()
        world.check_ledger()
        assert len(world.batches.batches) == 1


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_creation_that_never_came_is_made_again_when_that_is_certain(
    database: str, tmp_path: Path, vendor: Vendor
) -> None:
    with batch_world(database, tmp_path, vendor, 3) as world:
        world.batches.refused = ["server_error"]
        with pytest.raises(BatchUnclear):
            _run(world)
        client = world.client()
        # Not at once: the call may still be on its way.
        early = run_batches(world.connection, world.job(client), world.requests())
        assert (early.n_running, early.n_requests_submitted) == (1, 0)
        assert world.batches.batches == []
        _run(world, is_waiting=True)
        world.check_answered()
        assert len(world.batches.batches) == 1


def test_batches_of_others_are_not_taken_for_ours(database: str, tmp_path: Path) -> None:
    """Anthropic: a batch of the same size of somebody else's, running and ended."""
    with batch_world(database, tmp_path, "anthropic", 2, ends_after=None) as world:
        other = world.client()
        image_id = next(iter(world.paths))
        path = tmp_path / "others.json"
        body = world.provider.encode(Question(image_id, world.prepare(image_id)))
        path.write_bytes(b'{"requests":[{"custom_id":"a","params":%s},{"custom_id":"b","params":%s}]}' % (body, body))
        other.create(uuid4(), "claude-sonnet-4-5", None, path)
        world.batches.refused = ["server_error"]
        with pytest.raises(BatchUnclear):
            _run(world)
        tally = _run(world)
        assert (tally.n_running, tally.n_requests_submitted) == (1, 0)
        world.batches.end(world.batches.batches[0])
        world.batches.ends_after = 1
        _run(world, is_waiting=True)
        world.check_answered()
        assert len(world.batches.batches) == 2


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_cancelled_batch_keeps_what_was_done(database: str, tmp_path: Path, vendor: Vendor) -> None:
    with batch_world(database, tmp_path, vendor, 3, ends_after=2) as world:
        _run(world)
        client = world.client()
        ((name,),) = world.rows("select provider_batch from data.batch")
        client.cancel(name)
        world.batches.ends_after = 1
        tally = Tally()
        collect_run(world.connection, world.job(client), tally)
        assert (tally.n_requeued, tally.n_answers, tally.stopped_by) == (3, 0, [])
        _run(world, is_waiting=True)
        world.check_answered()


@pytest.mark.slow
@pytest.mark.parametrize("vendor", VENDORS)
def test_many_batches_in_the_list_of_the_provider(database: str, tmp_path: Path, vendor: Vendor) -> None:
    """The lost one stands on a later page of the list."""
    with batch_world(database, tmp_path, vendor, 104) as world:
        world.batches.broken_off = ["create"]
        one = BatchLimits(requests=1, bytes=1_000_000)
        with pytest.raises(BatchUnclear):
            _run(world, limits=one)
        lost = world.batches.batches[0]
        world.connection.execute("update data.batch set state = 'collected' where state = 'prepared'")
        _run(world, limits=one)
        assert len(world.batches.batches) == 104
        world.connection.execute("update data.batch set state = 'prepared' where state = 'collected'")
        if vendor == "anthropic":
            world.batches.end(lost)
        client = world.client(one)
        collect_run(world.connection, world.job(client), Tally(), AT_ONCE)
        world.check_answered()
        world.check_ledger()


def test_small_results_of_gemini_may_come_inline(database: str, tmp_path: Path) -> None:
    with batch_world(database, tmp_path, "gemini", 4) as world:
        world.batches.is_inline = True
        _run(world, is_waiting=True)
        world.check_answered()
        world.check_ledger()


def test_gemini_gets_the_schema_in_its_own_form(database: str, tmp_path: Path) -> None:
    with batch_world(database, tmp_path, "gemini", 1) as world:
        _run(world)
        config = world.batches.batches[0].asked[0].body["generationConfig"]
        assert "responseJsonSchema" not in config
        place = config["responseSchema"]["properties"]["reverse_geocoding"]
        assert place["propertyOrdering"] == ["address", "coordinates", "confidence"]
        assert place["properties"]["confidence"] == {"type": "INTEGER", "minimum": 1, "maximum": 5}
        assert place["properties"]["address"]["properties"]["city"] == {"type": "STRING", "nullable": True}


def test_one_process_at_a_time(database: str, tmp_path: Path) -> None:
    from imageo.errors import InputError
    from imageo.query.batches import book

    with batch_world(database, tmp_path, "openai", 1) as world, psycopg.connect(database, autocommit=True) as other:
        with book.only_here(other, world.run_id), pytest.raises(InputError, match="another process"):
            _run(world)
        _run(world, is_waiting=True)
        world.check_answered()


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_database_that_goes_away_is_told_and_nothing_is_lost(database: str, tmp_path: Path, vendor: Vendor) -> None:
    """Just after the provider took the batch."""
    with batch_world(database, tmp_path, vendor, 2) as world, psycopg.connect(database, autocommit=True) as lost:
        client = world.client()
        create = client.create

        def create_and_lose(token: UUID, model: str, name: str | None, file: Path) -> str:
            made = create(token, model, name, file)
            world.connection.execute("select pg_terminate_backend(%s)", [lost.info.backend_pid])
            return made

        client.create = create_and_lose  # type: ignore[method-assign]
        with pytest.raises(DatabaseError, match="the same command again"):
            run_batches(lost, world.job(client), world.requests())
        _run(world, is_waiting=True)
        world.check_answered()
        world.check_ledger()
        assert len(world.batches.batches) == 1


@pytest.mark.parametrize("vendor", VENDORS)
def test_collecting_twice_changes_nothing(database: str, tmp_path: Path, vendor: Vendor) -> None:
    with batch_world(database, tmp_path, vendor, 3) as world:
        _run(world, is_waiting=True)
        before = world.rows("select * from data.prediction") + world.rows("select * from data.cost")
        world.connection.execute("update data.batch set state = 'submitted'")
        world.connection.execute(
            "insert into data.task (image_id, run_id, batch_id) select image_id, run_id, batch_id"
            " from data.image, data.batch"
        )
        client = world.client()
        collect_batches(world.connection, world.job(client), Tally())
        assert before == world.rows("select * from data.prediction") + world.rows("select * from data.cost")
        world.check_answered()


@pytest.mark.parametrize("vendor", ["openai", "anthropic"])
def test_nothing_of_the_environment_goes_along(
    database: str, tmp_path: Path, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-the-environment")
    for name in ("OPENAI_CUSTOM_HEADERS", "ANTHROPIC_CUSTOM_HEADERS"):
        monkeypatch.setenv(name, "X-Proxy-Token: org-of-the-environment")
    heads: list[str] = []
    with batch_world(database, tmp_path, vendor, 2) as world:
        client: Any = world.client()
        client._client._client.event_hooks["request"].append(lambda request: heads.append(str(request.headers)))
        run_batches(world.connection, world.job(client), world.requests(), is_waiting=True, poll_s=0)
        client.close()
        world.check_answered()
    assert len(heads) > 3
    assert "org-of-the-environment" not in str(heads)
