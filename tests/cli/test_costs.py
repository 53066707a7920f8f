"""`imageo costs` over a ledger whose sums were made by hand."""

import json
from collections.abc import Iterator
from decimal import Decimal

import psycopg
import pytest
from click.testing import CliRunner

from imageo.cli.main import cli
from imageo.errors import InputError
from imageo.settings import Settings
from tests.conftest import Server
from tests.sql.test_costs import bill
from tests.world import World

BERLIN = (52.52, 13.405)
MORNING, EVENING = "2026-11-20T09:00:00+00", "2026-11-21T21:00:00+00"
TOKENS = {"input_tokens": 1_000, "output_tokens": 500}


@pytest.fixture(scope="module")
def spent(server: Server, region_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """`paid` for 0.30, one call of unknown price; `dark` without any price; `free`; and one in another dataset."""
    url = server.create("costs", region_template)
    with psycopg.connect(url) as connection:
        world = World.make(connection)
        images = [world.image(f"b{i}", *BERLIN, country="Germany", city="Berlin") for i in range(3)]
        paid, dark, free = world.run("paid"), world.run("dark"), world.run("free")
        for run in (paid, dark, free):
            for image in images:
                world.answer(run, image, *BERLIN, city="Berlin")
        bill(world, paid, images[0], 1, "0.1", created_at=MORNING, reasoning_tokens=200, **TOKENS)
        bill(world, paid, images[1], 1, "0.2", created_at=EVENING, is_batch=True, cached_tokens=300, **TOKENS)
        bill(world, paid, images[2], 1, None, created_at=EVENING)
        for image in images:
            bill(world, dark, image, 1, None, created_at=EVENING, **TOKENS)
            bill(world, free, image, 1, "0", created_at=EVENING, price_source="free")
        world.score(paid, dark, free)
        away = World.make(connection, "away")
        other = away.run("elsewhere")
        bill(away, other, away.image("x", *BERLIN), 1, "0.000000007", created_at=MORNING, **TOKENS)
    yield Settings(home=tmp_path_factory.mktemp("home"), database_url=url)
    server.drop("costs")


def _out(settings: Settings, *arguments: str) -> str:
    result = CliRunner().invoke(cli, ["costs", *arguments], obj=settings)
    assert result.exit_code == 0, result.output
    assert isinstance(result.stdout, str)
    return result.stdout


def _rows(settings: Settings, *arguments: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads(_out(settings, *arguments, "--json"), parse_float=Decimal)
    return rows


def test_run_model_and_day_agree(spent: Settings) -> None:
    for by in ("run", "model", "day"):
        rows = _rows(spent, "--by", by)
        for name, expected in {
            "cost_usd": Decimal("0.300000007"),
            "n_calls": 10,
            "n_unpriced_calls": 4,
            "n_batch_calls": 1,
            "input_tokens": 6_000,
            "output_tokens": 3_000,
            "cached_tokens": 300,
            "reasoning_tokens": 200,
        }.items():
            told = [row[name] for row in rows if row[name] is not None]
            assert sum(map(Decimal, map(str, told))) == expected, (by, name)
        assert "$0.300000007 for 6 calls; 4 more have no known price and are not in it" in _out(spent, "--by", by)


def test_by_run(spent: Settings) -> None:
    rows = {str(row["run_label"]): row for row in _rows(spent, "--dataset", "world")}
    assert list(rows) == ["paid", "free", "dark"]
    assert (rows["paid"]["n_calls"], rows["paid"]["n_unpriced_calls"]) == (3, 1)
    # A call of unknown price is in it: what the others cost says nothing of a hit.
    assert rows["paid"]["cost_usd_per_hit_25km"] is None
    assert rows["free"]["cost_usd"] == 0
    for name, value in rows["dark"].items():
        if name.startswith("cost_usd"):
            assert value is None, name
    printed = _out(spent, "--dataset", "world")
    assert "world: by run" in printed
    line = {row.split()[0]: row.split() for row in printed.splitlines() if row.strip()}
    assert line["paid"][1:7] == ["3", "1", "0.3000", "-", "-", "-"]
    assert line["dark"][1:5] == ["3", "3", "-", "-"]
    assert line["free"][1:4] == ["3", "0", "0.0000"]
    assert "elsewhere" not in printed


def test_by_day(spent: Settings) -> None:
    days = _rows(spent, "--by", "day", "--model", "paid")
    assert [(row["day"], row["n_calls"], row["cost_usd"]) for row in days] == [
        ("2026-11-20", 1, Decimal("0.1")),
        ("2026-11-21", 2, Decimal("0.2")),
    ]
    assert [row["batch_share"] for row in days] == [0, Decimal("0.5")]
    dark = _rows(spent, "--by", "day", "--model", "dark")
    assert [(row["cost_usd"], row["n_unpriced_calls"], row["cached_tokens"]) for row in dark] == [(None, 3, None)]
    assert "3 calls, and no price of any is known" in _out(spent, "--by", "day", "--model", "dark")


def test_by_model(spent: Settings) -> None:
    rows = {str(row["model"]): row for row in _rows(spent, "--by", "model")}
    assert set(rows) == {"paid", "dark", "free", "elsewhere"}
    assert rows["paid"]["batch_share"] == Decimal("0.3333333333333333")
    assert rows["dark"]["cost_usd"] is None
    # Never refreshed: it is seen all the same.
    assert (rows["elsewhere"]["cost_usd"], rows["elsewhere"]["n_images"]) == (Decimal("7E-9"), None)


def test_words_that_nobody_knows(spent: Settings, settings: Settings) -> None:
    for arguments, said in {
        ("--dataset", "nope"): "there is away, world",
        ("--model", "nope"): "dark, elsewhere, free, paid",
        ("--by", "day", "--model", "nope"): "dark, elsewhere, free, paid",
    }.items():
        result = CliRunner().invoke(cli, ["costs", *arguments], obj=spent)
        assert isinstance(result.exception, InputError)
        assert said in str(result.exception)
    nothing = CliRunner().invoke(cli, ["costs"], obj=settings)
    assert isinstance(nothing.exception, InputError)
    assert "imageo query" in str(nothing.exception)


def test_a_run_without_calls_is_said_to_have_none(settings: Settings) -> None:
    with psycopg.connect(str(settings.database_url)) as connection:
        world = World.make(connection)
        run = world.run("m")
        world.answer(run, world.image("a", *BERLIN), *BERLIN)
        world.score(run)
    assert "no call was billed" in _out(settings)
