"""`imageo batch` as it is typed, against the stand-in."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from imageo.cli.main import cli
from imageo.query.batches.run import run_batches
from imageo.settings import Settings
from tests.query.batch_world import KEY, MODELS, BatchWorld, batch_world
from tests.query.stub_batches import Vendor

VARIABLE = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY", "gemini": "GEMINI_API_KEY"}


@pytest.fixture(params=list(VARIABLE))
def world(
    request: pytest.FixtureRequest, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[BatchWorld]:
    """Three images, handed over in one batch; the provider is done when it is asked for the second time."""
    monkeypatch.setenv(VARIABLE[request.param], KEY)
    monkeypatch.chdir(tmp_path)
    assert settings.database_url
    with batch_world(settings.database_url, tmp_path, request.param, 3, ends_after=2) as world:
        client = world.client()
        run_batches(world.connection, world.job(client), world.requests())
        client.close()
        yield world


def _imageo(settings: Settings, *arguments: str) -> Result:
    result = CliRunner().invoke(cli, ["batch", *arguments], obj=settings, standalone_mode=False)
    assert KEY not in result.output
    return result


def test_from_status_to_collected(world: BatchWorld, settings: Settings) -> None:
    told = _imageo(settings, "status")
    assert "places" in told.stdout
    assert "submitted" in told.stdout
    (batch,) = json.loads(_imageo(settings, "status", "--json").stdout)
    assert (batch["state"], batch["n_requests"], batch["n_open"], batch["run_id"]) == ("submitted", 3, 3, world.run_id)
    assert batch["provider_status"] in ("completed", "ended", "succeeded")
    assert batch["provider_counts"]["total"] == 3
    assert batch["collected_at"] is None

    collected = _imageo(settings, "collect", "--json")
    assert collected.return_value == 0
    (run,) = json.loads(collected.stdout)["runs"]
    assert (run["n_answers"], run["n_running"]) == (3, 0)
    world.check_answered()
    world.check_ledger()

    (batch,) = json.loads(_imageo(settings, "status", "--json").stdout)
    assert (batch["state"], batch["n_open"], batch["provider_status"]) == ("collected", 0, None)
    assert _imageo(settings, "collect").return_value == 0


def test_cancel(world: BatchWorld, settings: Settings) -> None:
    cancelled = _imageo(settings, "cancel", "1")
    assert "is being cancelled" in cancelled.stderr
    assert world.batches.batches[0].is_cancelled
    world.batches.end(world.batches.batches[0])
    (run,) = json.loads(_imageo(settings, "collect", "--json").stdout)["runs"]
    assert (run["n_answers"], run["n_requeued"], run["stopped_by"]) == (0, 3, [])
    assert world.rows("select count(*) from data.task where batch_id is null") == [(3,)]
    again = _imageo(settings, "cancel", "1")
    assert str(again.exception) == "batch 1 is collected: there is nothing to cancel"


def test_forget(world: BatchWorld, settings: Settings) -> None:
    assert "3 questions are free again" in _imageo(settings, "cancel", "1", "--forget").stderr
    assert not world.batches.batches[0].is_cancelled
    assert world.rows("select state, error_message from data.batch") == [("failed", "given up")]


def test_without_a_key(world: BatchWorld, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is stored is shown all the same."""
    monkeypatch.delenv(VARIABLE[world.vendor])
    told = _imageo(settings, "status")
    assert VARIABLE[world.vendor] in told.stderr
    assert "submitted" in told.stdout
    collected = _imageo(settings, "collect")
    assert collected.return_value == 2
    assert VARIABLE[world.vendor] in collected.stdout


def test_nothing_there(settings: Settings) -> None:
    assert "No batch was handed over yet" in _imageo(settings, "status").stderr
    assert json.loads(_imageo(settings, "status", "--json").stdout) == []
    assert "No batch is under way" in _imageo(settings, "collect").stdout
    assert "there is no batch 7" in str(_imageo(settings, "cancel", "7").exception)


def test_another_process_is_at_it(world: BatchWorld, settings: Settings) -> None:
    from imageo.query.batches import book

    assert settings.database_url
    with psycopg.connect(settings.database_url, autocommit=True) as other, book.only_here(other, world.run_id):
        collected = _imageo(settings, "collect")
    assert collected.return_value == 2
    assert "another process is at the batches" in collected.stdout


@pytest.mark.parametrize("vendor", list(VARIABLE))
def test_query_in_batches(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, vendor: Vendor) -> None:
    """The same command hands over, tells what runs, collects, and has nothing left to do."""
    monkeypatch.setenv(VARIABLE[vendor], KEY)
    monkeypatch.chdir(tmp_path)
    assert settings.database_url
    with batch_world(settings.database_url, tmp_path, vendor, 4, ends_after=2) as world:
        (tmp_path / "photos").mkdir()
        for path in world.paths.values():
            path.rename(tmp_path / "photos" / path.name)
        command = [
            *("query", "--model", MODELS[vendor], "--provider", vendor, "--base-url", world.stub.base_url(vendor)),
            *("--images", str(tmp_path / "photos"), "--batch", "--budget", "5", "--json"),
        ]
        summaries = []
        for _ in range(4):
            result = CliRunner().invoke(cli, command, obj=settings, standalone_mode=False)
            assert result.exception is None, result.output
            assert result.return_value == 0
            assert KEY not in result.output
            (summary,) = json.loads(result.stdout)["runs"]
            summaries.append((summary["n_requests_submitted"], summary["n_running"], summary["n_answers"]))
        assert summaries == [(4, 1, 0), (0, 1, 0), (0, 0, 4), (0, 0, 0)]
        assert len(world.batches.batches) == 1
        ((world.run_id,),) = world.rows("select run_id from data.batch")
        world.check_ledger()
        assert world.rows("select n_answered, n_batch_calls from bi.cost where n_calls > 0") == [(4, 4)]
