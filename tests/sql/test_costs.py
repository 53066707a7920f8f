"""The ledger summed up by run, model and day, against sums made by hand."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from imageo.db.refresh import refresh_runs
from tests.world import World

BERLIN = (52.52, 13.405)
MUNICH = (48.1374, 11.5755)
SUMS = (
    "sum(n_calls), sum(n_batch_calls), sum(n_unpriced_calls), sum(input_tokens), sum(cached_tokens),"
    " sum(cache_write_tokens), sum(image_tokens), sum(output_tokens), sum(reasoning_tokens), sum(cost_usd)"
)


def bill(world: World, run: int, image: int, call: int, cost: str | None, **values: Any) -> None:
    """A row of the ledger as `imageo query` writes it."""
    row = {
        "run_id": run,
        "image_id": image,
        "call": call,
        "cost_usd": None if cost is None else Decimal(cost),
        "price_source": "none" if cost is None else "genai-prices",
        "call_key": uuid4(),
    } | values
    names = ", ".join(row)
    slots = ", ".join(f"%({name})s" for name in row)
    world.connection.execute(f"insert into data.cost ({names}) values ({slots})".encode(), row)


@pytest.fixture
def spent(world: World) -> tuple[World, int, int, int]:
    """Three images asked twice of `m` and once of `other`, over two days in UTC that are one in New York."""
    berlin = [world.image(f"b{i}", *BERLIN, country="Germany", city="Berlin") for i in range(3)]
    first, other = world.run("m"), world.run("other")
    again = world.connection.execute(
        "insert into data.run (dataset_id, model_id, repeat) select dataset_id, model_id, 2 from data.run"
        " where run_id = %s returning run_id",
        [first],
    ).fetchone()[0]  # type: ignore[index]
    for run in (first, again, other):
        for number, image in enumerate(berlin):
            place = BERLIN if number < 2 else MUNICH
            world.answer(run, image, *place, city="Berlin" if number < 1 else "Munich", answer_key=uuid4())
    late, early = "2026-11-20T23:59:59.9+00", "2026-11-21T00:00:00+00"
    full = {"input_tokens": 1_000, "output_tokens": 500}
    # 0.1 + 0.2 + 0.000000001, in binary not 0.300000001.
    bill(world, first, berlin[0], 1, "0.1", created_at=late, cached_tokens=100, image_tokens=700, **full)
    bill(world, first, berlin[1], 1, "0.2", created_at=early, reasoning_tokens=300, **full)
    bill(world, first, berlin[2], 1, None, created_at=early)
    bill(world, first, berlin[2], 2, "0.000000001", created_at=early, cache_write_tokens=40, **full)
    for image in berlin:
        bill(world, again, image, 1, "0.05", created_at=early, is_batch=True, **full)
        bill(world, other, image, 1, None, created_at=late, **full)
    world.score(first, again, other)
    return world, first, again, other


def test_a_run_by_hand(spent: tuple[World, int, int, int]) -> None:
    world, first, again, other = spent
    counts = "n_calls, n_batch_calls, n_unpriced_calls, batch_share"
    assert world.one("bi.cost", counts, run_id=first) == (4, 0, 1, 0)
    assert world.one("bi.cost", counts, run_id=again) == (3, 3, 0, 1)
    assert world.one("bi.cost", counts, run_id=other) == (3, 0, 3, 0)
    tokens = (
        "input_tokens, cached_tokens, cache_write_tokens, image_tokens, output_tokens, reasoning_tokens, tokens_total"
    )
    assert world.one("bi.cost", tokens, run_id=first) == (3_000, 100, 40, 700, 1_500, 300, 4_500)
    assert world.one("bi.cost", tokens, run_id=other) == (3_000, None, None, None, 1_500, None, 4_500)
    assert world.one("bi.cost", "cost_usd", run_id=first) == (Decimal("0.300000001"),)
    # Two of three within 25 km, one city of three.
    per = "cost_usd_per_image, cost_usd_per_hit_25km, cost_usd_per_city_match"
    assert world.one("bi.cost", per, run_id=again) == pytest.approx((0.05, 0.15 / 2, 0.15))
    # One call of the first run has no price: what the others cost says nothing of an image.
    assert world.one("bi.cost", f"{per}, is_on_frontier", run_id=first) == (None,) * 4


def test_an_unknown_price_is_nowhere_zero(spent: tuple[World, int, int, int]) -> None:
    world, _, _, other = spent
    dollars = "cost_usd, cost_usd_per_image, cost_usd_per_hit_25km, cost_usd_per_city_match, is_on_frontier"
    assert world.one("bi.cost", dollars, run_id=other) == (None,) * 5
    assert world.one("bi.cost_by_day", "cost_usd, n_unpriced_calls", run_id=other) == (None, 3)
    by_model = "cost_usd, cost_usd_per_hit_25km, cost_usd_per_city_match, n_unpriced_calls"
    assert world.one("bi.cost_by_model", by_model, model="other") == (None, None, None, 3)
    assert world.one("bi.leaderboard", "cost_usd, n_unpriced_calls", run_id=other) == (None, 3)
    assert world.one("core.cost", "sum(calls), sum(priced_calls), sum(cost_usd)", run_id=other) == (3, 0, None)


def test_run_model_and_day_agree_to_the_last_digit(spent: tuple[World, int, int, int]) -> None:
    world, *_ = spent
    # Ten calls, four without a price; 3,000 x 3 tokens sent; 0.1 + 0.2 + 0.000000001 + 3 x 0.05 dollars.
    total = (10, 3, 4, 9_000, 100, 40, 700, 4_500, 300, Decimal("0.450000001"))
    for view in ("bi.cost", "bi.cost_by_model", "bi.cost_by_day", "metrics.day_usage"):
        assert world.one(view, SUMS) == total, view


def test_a_model_over_its_runs(spent: tuple[World, int, int, int]) -> None:
    world, *_ = spent
    columns = "n_runs, n_images, n_calls, n_unpriced_calls, tokens_total, cost_usd"
    assert world.one("bi.cost_by_model", columns, model="m") == (2, 6, 7, 1, 9_000, Decimal("0.450000001"))
    # Four hits and two cities in two runs.
    per = "cost_usd_per_hit_25km, cost_usd_per_city_match, batch_share"
    assert world.one("bi.cost_by_model", per, model="m") == pytest.approx((0.450000001 / 4, 0.450000001 / 2, 3 / 7))


def test_days_are_those_of_utc_wherever_the_reader_sits(spent: tuple[World, int, int, int]) -> None:
    world, first, *_ = spent
    for zone in ("America/New_York", "Asia/Tokyo", "UTC"):
        world.connection.execute(f"set local time zone '{zone}'".encode())
        rows = world.connection.execute(
            "select day::text, n_calls, cost_usd from bi.cost_by_day where run_id = %s order by day", [first]
        ).fetchall()
        assert rows == [("2026-11-20", 1, Decimal("0.1")), ("2026-11-21", 3, Decimal("0.200000001"))]


def test_a_run_in_progress_is_seen_before_any_refresh(world: World) -> None:
    image, run = world.image("a", *BERLIN), world.run("m")
    assert world.connection.execute("select count(*) from bi.cost").fetchone() == (0,)
    bill(world, run, image, 1, "0.25", input_tokens=10, output_tokens=5)
    assert world.one("bi.cost", "n_images, n_calls, cost_usd, cost_usd_per_image") == (None, 1, Decimal("0.25"), None)
    assert world.one("bi.cost_by_model", "n_images, n_calls, cost_usd") == (None, 1, Decimal("0.25"))


def test_tokens_of_files_that_were_read_come_from_the_answers(world: World) -> None:
    """Their ledger has a figure and no tokens; a second version is a second answer."""
    image, run = world.image("a", *BERLIN), world.run("m")
    world.answer(run, image, *MUNICH, input_tokens=100, output_tokens=10, image_tokens=60)
    world.answer(run, image, *BERLIN, input_tokens=200, output_tokens=20, version=2)
    for version, cost in ((1, "0.1"), (2, "0.2")):
        bill(world, run, image, version, cost, call_key=None, price_source="file.jsonl")
    world.score(run)
    columns = "n_calls, input_tokens, output_tokens, image_tokens, cost_usd"
    assert world.one("bi.cost", columns) == (2, 300, 30, 60, Decimal("0.3"))


def test_a_retry_is_paid_and_its_tokens_are_counted_once(world: World) -> None:
    """The answer carries the tokens of its own call: the ledger's are those of every call, and theirs count."""
    image, run = world.image("a", *BERLIN), world.run("m")
    world.answer(run, image, *BERLIN, input_tokens=100, output_tokens=10, attempts=2, answer_key=uuid4())
    bill(world, run, image, 1, "0.1", input_tokens=100, output_tokens=90)
    bill(world, run, image, 2, "0.05", input_tokens=100, output_tokens=10)
    world.score(run)
    assert world.one("bi.cost", "n_calls, input_tokens, output_tokens") == (2, 200, 100)
    assert world.one("metrics.run_score", "input_tokens, output_tokens, tokens_total, cost_usd") == (
        200,
        100,
        300,
        0.15,
    )


def test_a_call_whose_tokens_are_unknown_does_not_borrow_those_of_another(world: World) -> None:
    image, run = world.image("a", *BERLIN), world.run("m")
    world.answer(run, image, *BERLIN, input_tokens=100, output_tokens=10, attempts=2, answer_key=uuid4())
    bill(world, run, image, 1, None)
    bill(world, run, image, 2, "0.05", input_tokens=100, output_tokens=10)
    assert world.one("bi.cost", "n_calls, n_unpriced_calls, input_tokens, output_tokens") == (2, 1, 100, 10)


def test_answers_with_tokens_and_no_ledger_are_calls_of_unknown_price(world: World) -> None:
    first, second, third, run = *(world.image(name, *BERLIN) for name in "abc"), world.run("m")
    world.answer(run, first, *BERLIN, input_tokens=100, output_tokens=10)
    # The latest reading of one answer counts, not each.
    world.answer(run, first, *BERLIN, input_tokens=100, output_tokens=10, version=2)
    world.answer(run, second, outcome="provider_error", input_tokens=0, output_tokens=0)
    world.answer(run, third, outcome="refused")
    world.score(run)
    assert world.one("bi.cost", "n_calls, n_unpriced_calls, tokens_total, cost_usd") == (1, 1, 110, None)


def test_a_run_that_was_read_without_tokens_has_no_calls(world: World) -> None:
    image, run = world.image("a", *BERLIN), world.run("m")
    world.answer(run, image, *BERLIN)
    world.score(run)
    assert world.one("bi.cost", "n_images, n_calls, batch_share, tokens_total, cost_usd") == (1, 0, None, None, None)
    assert world.connection.execute("select count(*) from bi.cost_by_day").fetchone() == (0,)


def test_free_and_unknown_are_two_things(world: World) -> None:
    image, here, there = world.image("a", *BERLIN), world.run("here"), world.run("there")
    bill(world, here, image, 1, "0", price_source="free")
    bill(world, there, image, 1, None)
    assert world.one("bi.cost", "cost_usd, n_unpriced_calls", model="here") == (0, 0)
    assert world.one("bi.cost", "cost_usd, n_unpriced_calls", model="there") == (None, 1)


def test_a_refresh_changes_no_figure_of_the_ledger(spent: tuple[World, int, int, int]) -> None:
    world, first, again, other = spent
    before = world.connection.execute("select * from bi.cost order by run_id").fetchall()
    refresh_runs(world.connection, [first, again, other])
    assert world.connection.execute("select * from bi.cost order by run_id").fetchall() == before
