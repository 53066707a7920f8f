"""Ctrl-C, by real signals to a real process."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.query.runner_world import RunnerWorld, make_world
from tests.query.stub import StubProcess
from tests.query.stub_config import StubConfig

ROOT = Path(__file__).parents[2]


@pytest.fixture
def world(database: str, tmp_path: Path) -> RunnerWorld:
    return make_world(database, tmp_path, 40)


def _start(world: RunnerWorld, stub: StubProcess) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.query.runner_process", world.url, str(world.home)]
    return subprocess.Popen(
        [*command, str(world.run_id), str(stub.port)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _wait_for_calls(stub: StubProcess, count: int) -> None:
    end = time.monotonic() + 60
    while sum(stub.counts().values()) < count:
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_finishes_what_is_in_flight(world: RunnerWorld, number: signal.Signals) -> None:
    with StubProcess(StubConfig(latency_s=0.5)) as stub:
        process = _start(world, stub)
        _wait_for_calls(stub, 9)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        calls = stub.calls
    assert process.returncode == 130, err
    summary = json.loads(out)
    assert summary["ending"] == "interrupted"
    # All that was asked is stored and paid for, nothing else was begun.
    assert all(call.is_delivered for call in calls)
    assert len(world.outcomes()) == len(calls) == summary["n_finished"] < 20
    assert summary["n_left"] == world.n_tasks() == 40 - len(calls)
    assert world.rows("select count(leased_by) from data.task") == [(0,)]
    assert "give the same command again to go on" in err
    assert "Traceback" not in err


def test_a_signal_that_is_ignored_stays_so(world: RunnerWorld) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does; the process inherits it
    try:
        with StubProcess(StubConfig(latency_s=0.1)) as stub:
            process = _start(world, stub)
            _wait_for_calls(stub, 9)
            process.send_signal(signal.SIGHUP)
            _, err = process.communicate(timeout=60)
    finally:
        signal.signal(signal.SIGHUP, before)
    assert (process.returncode, len(world.outcomes())) == (0, 40), err


def test_the_second_signal_abandons_it(world: RunnerWorld) -> None:
    with StubProcess(StubConfig(shares={"hang": 1.0}, script=["answer"] * 5, hang_s=300)) as stub:
        process = _start(world, stub)
        _wait_for_calls(stub, 9)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)  # as a wrapper does that hands it on
        time.sleep(1.5)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
        n_abandoned = len(stub.calls) - 5
    assert process.returncode == 130, err
    assert len(world.outcomes()) == 5
    assert world.rows("select count(*), count(leased_by) from data.task") == [(35, 0)]
    # What was under way may be billed: it stands in the ledger, its cost unknown.
    assert world.rows("select count(*) from data.cost where cost_usd is null") == [(n_abandoned,)]
    assert "Traceback" not in err


def test_after_an_interruption_the_same_goes_on(world: RunnerWorld) -> None:
    with StubProcess(StubConfig(latency_s=0.1)) as stub:
        process = _start(world, stub)
        _wait_for_calls(stub, 9)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        again = _start(world, stub)
        out, err = again.communicate(timeout=60)
        assert again.returncode == 0, err
        assert len(stub.calls) == 40
    assert json.loads(out)["n_left"] == 0
    assert set(world.outcomes().values()) == {"answered"}
