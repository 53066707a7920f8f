"""A process that dies at any line of handing over and collecting, and one that comes after it."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import orjson
import psycopg
import pytest

import imageo.query.batches
from imageo.query.batches.run import run_batches
from tests.query.batch_world import MODELS, BatchWorld, batch_world
from tests.query.stub_batches import Vendor
from tests.query.stub_http import Request, Response

VENDORS: tuple[Vendor, ...] = ("openai", "anthropic", "gemini")
FOLDER = str(Path(imageo.query.batches.__file__).parent)
ROOT = Path(__file__).resolve().parents[2]


class Crash(BaseException):
    """The process is gone."""


class Tracer:
    """Counts the lines that are executed in imageo/query/batches, and crashes at the `crash_at`th."""

    def __init__(self, crash_at: int | None = None) -> None:
        self.lines: list[tuple[str, int]] = []
        self._crash_at = crash_at

    def __call__(self, frame: FrameType, event: str, _argument: Any) -> "Tracer | None":
        if not frame.f_code.co_filename.startswith(FOLDER):
            return None
        if event == "line":
            if len(self.lines) == self._crash_at:
                sys.settrace(None)
                raise Crash
            self.lines.append((frame.f_code.co_filename, frame.f_lineno))
        return self


@contextmanager
def _traced(tracer: Tracer) -> Iterator[None]:
    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        yield
    finally:
        sys.settrace(before)


def _live(world: BatchWorld, database: str, tracer: Tracer | None = None) -> None:
    """A process that hands over and collects, until it crashes; then its connections end."""
    client = world.client()
    connection = psycopg.connect(database, autocommit=True)
    try:
        with _traced(tracer) if tracer else _nothing():
            for _ in range(4):
                tally = run_batches(connection, world.job(client), world.requests(), settled_after=timedelta(0))
                assert tally.stopped_by == []
                if not tally.n_running:
                    break
    except Crash:
        pass
    finally:
        connection.close()
        client.close()


@contextmanager
def _nothing() -> Iterator[None]:
    yield


@pytest.mark.slow
@pytest.mark.parametrize("vendor", VENDORS)
def test_a_crash_at_any_line_loses_nothing_and_asks_nothing_twice(
    database: str, tmp_path: Path, vendor: Vendor
) -> None:
    """Each line where it is executed first and last. What all vendors share is gone through with one of them."""
    with batch_world(database, tmp_path, vendor, 3) as world:
        whole = Tracer()
        _live(world, database, whole)
        world.check_answered()
        firsts = {line: step for step, line in reversed(list(enumerate(whole.lines)))}
        lasts = {line: step for step, line in enumerate(whole.lines)}
        assert len(firsts) > 150
        steps = sorted({*firsts.values(), *lasts.values()})
        if vendor != "openai":
            own = {step for step in steps if Path(whole.lines[step][0]).stem == vendor}
            # Also the line after, where a client has just returned.
            steps = sorted({*own, *(step for step in steps if step - 1 in own)})
        assert len(steps) > 20
        for step in steps:
            world.new_run()
            tracer = Tracer(step)
            _live(world, database, tracer)
            assert len(tracer.lines) == step, "the crash did not come"
            _live(world, database)
            where = whole.lines[step]
            assert [len(batch.asked) for batch in world.batches.batches] == [3], where
            world.check_answered()
            world.check_ledger()
            told = world.rows(f"select outcome, version from data.prediction where run_id = {world.run_id}")
            assert told == [("answered", 1)] * 3, where
            states = world.rows(f"select state from data.batch where run_id = {world.run_id}")
            assert {state for (state,) in states} <= {"collected", "failed"}, where


CHILD = """
import sys, orjson, psycopg
from datetime import timedelta
from pathlib import Path
from pydantic import SecretStr
from imageo.query.batches.clients import open_batches
from imageo.query.batches.job import Collecting, Requests
from imageo.query.batches.run import run_batches
from imageo.query.images.prepare import ImageOptions, prepare
from imageo.query.money.prices import Pricer
from imageo.query.providers import Endpoint
from imageo.query.providers.make import make_provider
from imageo.query.providers.names import ModelName
from imageo.query.questions import Asking

given = orjson.loads(sys.stdin.buffer.read())
vendor, model = given["vendor"], given["model"]
endpoint = Endpoint(SecretStr("sk-planted"), given["base_url"], timeout_s=20)
provider = make_provider(ModelName(vendor, model), Asking(model, "Where?", max_output_tokens=500), endpoint)
paths = {int(name): Path(path) for name, path in given["paths"].items()}
requests = Requests(
    model, lambda name: prepare(paths[name].read_bytes(), provider.image_limits, ImageOptions()), provider.encode
)
with psycopg.connect(given["database"], autocommit=True) as connection:
    job = Collecting(given["run_id"], open_batches(vendor, endpoint), Pricer(vendor, model))
    run_batches(connection, job, requests, is_waiting=True, poll_s=0.05, settled_after=timedelta(0))
"""


class Killer:
    """Kills the child with SIGKILL when the stub gets its `at`th request: before or after it is carried out."""

    def __init__(self, world: BatchWorld, at: int, is_done: bool) -> None:
        self.child: subprocess.Popen[bytes] | None = None
        self.n_requests = 0
        self._respond = world.stub.server.respond
        self._at, self._is_done = at, is_done

    def __call__(self, request: Request) -> Response:
        self.n_requests += 1
        if self.n_requests != self._at or self.child is None:
            return self._respond(request)
        response = self._respond(request) if self._is_done else Response(wire="reset")
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()
        return response


@pytest.mark.slow
@pytest.mark.parametrize(
    ("vendor", "is_done"), [("openai", True), ("openai", False), ("anthropic", True), ("gemini", True)]
)
def test_a_process_that_is_killed_at_any_call(database: str, tmp_path: Path, vendor: Vendor, is_done: bool) -> None:
    with batch_world(database, tmp_path, vendor, 3, ends_after=2) as world:
        respond = world.stub.server.respond
        for at in range(1, 20):
            world.new_run()
            killer = Killer(world, at, is_done)
            for connection in world.stub.server.connections:
                connection._respond = killer
            world.stub.server.respond = killer  # type: ignore[method-assign]
            killer.child = _child(world, database)
            was_killed = killer.child.wait() == -signal.SIGKILL
            world.stub.server.respond = respond  # type: ignore[method-assign]
            assert _child(world, database).wait() == 0
            assert [len(batch.asked) for batch in world.batches.batches] == [3], at
            world.check_answered()
            world.check_ledger()
            if not was_killed:
                break
        assert at > 5
        assert not was_killed


def _child(world: BatchWorld, database: str) -> subprocess.Popen[bytes]:
    child = subprocess.Popen([sys.executable, "-c", CHILD], stdin=subprocess.PIPE, cwd=ROOT)
    assert child.stdin is not None
    given = {
        "vendor": world.vendor,
        "model": MODELS[world.vendor],
        "base_url": world.endpoint.base_url,
        "database": database,
        "run_id": world.run_id,
        "paths": {str(image_id): str(path) for image_id, path in world.paths.items()},
    }
    child.stdin.write(orjson.dumps(given))
    child.stdin.close()
    return child
