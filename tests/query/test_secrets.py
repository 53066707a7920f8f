"""A planted key, sought wherever something is shown, logged or kept: it is in the header that is sent, nowhere else."""

import asyncio
import json
import logging
import subprocess
import time
import traceback
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from imageo.cli.main import main
from imageo.query.keys import VARIABLES, find_key, standings
from imageo.query.providers import Endpoint, Provider
from imageo.query.providers.make import make_provider
from imageo.query.providers.names import NETWORKED, ModelName
from imageo.query.questions import Asking, PreparedImage, Question
from imageo.query.replies import CallFailed
from imageo.settings import Settings, read_secret
from tests.cli.asking import Asker, make_dataset
from tests.conftest import ROOT, Server
from tests.query.stub import Stub
from tests.query.stub_config import StubConfig

KEY = "sk-planted-7c1e5a90d2f84b36aa"
PIECES = [KEY[start : start + 8] for start in range(len(KEY) - 7)]
REGIONS = ("region", "region_part", "region_alias", "place", "place_alias")
MODELS = {
    "openai": "gpt-4o",
    "anthropic": "claude-sonnet-5",
    "gemini": "gemini-3-pro",
    "together": "org/model",
    "compatible": "llava",
}
ECHOES = {
    "unauthorised": {"status": 401, "body": {"error": {"message": f"Incorrect API key provided: {KEY}.", "code": KEY}}},
    "bearer": {"status": 403, "body": {"detail": f"Authorization: Bearer {KEY} is not known"}},
    "plain": {"status": 500, "body": f"Traceback: headers={{'authorization': 'Bearer {KEY}'}}"},
    "page": {"status": 200, "body": f"<html><title>{KEY}</title>{KEY}</html>"},
    "cut": {"status": 400, "body": {"error": {"message": "x" * 480 + f" {KEY}"}}},
    "error in 200": {"status": 200, "body": {"error": {"message": f"key {KEY}", "code": 401}}},
    "policy": {"status": 400, "body": {"error": {"message": f"safety system: {KEY}", "code": "content_filter"}}},
}
"""What servers and proxies answer when they are chatty."""


def assert_hidden(text: str) -> None:
    assert [piece for piece in PIECES if piece in text] == []


def test_the_search_finds_what_is_not_hidden() -> None:
    with pytest.raises(AssertionError):
        assert_hidden(f"...{KEY[3:15]}...")


@pytest.mark.parametrize("place", ["environment", "dotenv"])
def test_nothing_that_holds_a_key_shows_it(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    if place == "environment":
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
    else:
        monkeypatch.delenv("OPENAI_API_KEY", raising=False)
        (tmp_path / ".env").write_text(f"OPENAI_API_KEY={KEY}\n")
    key = find_key("openai")
    assert key is not None
    assert key.get_secret_value() == KEY
    provider = provider_at("openai", "http://127.0.0.1:9/v1")
    for shown in (
        Settings.from_environment(), read_secret(["OPENAI_API_KEY"]), key, Endpoint(key), provider, standings(),
    ):  # fmt: skip
        assert_hidden(f"{shown!r} {shown!s} {shown}")


def provider_at(name: str, base_url: str) -> Provider:
    asking = Asking(MODELS[name], "Where is this?")
    return make_provider(ModelName(name, MODELS[name]), asking, Endpoint(SecretStr(KEY), base_url, timeout_s=20))


@pytest.mark.parametrize("echo", ECHOES)
@pytest.mark.parametrize("name", NETWORKED)
def test_a_server_that_echoes_the_key(name: str, echo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    log = Kept()
    monkeypatch.setattr(logging.getLogger(), "handlers", [log])
    monkeypatch.setattr(logging.getLogger(), "level", logging.DEBUG)
    shown = asyncio.run(ask_once(name, echo))
    assert_hidden(shown)
    assert_hidden("\n".join(log.lines))


async def ask_once(name: str, echo: str) -> str:
    """All that can be seen of a call: what comes back, or the error with its traceback and all that hangs on it."""
    question = Question(1, PreparedImage(b"\xff\xd8\xff", "image/jpeg", 8, 8, "0" * 64))
    with Stub(StubConfig(script=[ECHOES[echo]])) as stub:
        provider = provider_at(name, stub.base_url(name))
        try:
            return repr(await provider.ask(provider.encode(question)))
        except CallFailed as failure:
            told = [str(failure), repr(failure), repr(vars(failure)), *traceback.format_exception(failure)]
            hidden: BaseException | None = failure
            while hidden := hidden.__cause__ or hidden.__context__:
                told.append(repr(hidden))
            return "\n".join(told)
        finally:
            assert len(stub.calls) == 1
            await provider.aclose()


class Kept(logging.Handler):
    """Keeps every line of the log."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name} {record.getMessage()}")


def test_a_traceback_shows_no_key(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IMAGEO_HOME", str(tmp_path))
    for names in VARIABLES.values():
        monkeypatch.setenv(names[0], f"{KEY} {KEY}")
    with pytest.raises(SystemExit):
        main(["keys", "list"])
    monkeypatch.setattr("sys.stdin", Typed(f"{KEY} {KEY}"))
    with pytest.raises(Exception, match="holds blanks") as problem:
        main(["--debug", "keys", "set", "openai"])
    assert_hidden("".join(traceback.format_exception(problem.value)))
    told = capfd.readouterr()
    assert "holds blanks" in told.out
    assert_hidden(told.out + told.err)


class Typed:
    """Standard input that is no terminal."""

    def __init__(self, text: str) -> None:
        self._text = text

    def isatty(self) -> bool:
        return False

    def read(self, _size: int) -> str:
        return self._text


WHERE = ("in the environment", "in .env", "in the keyring")
CHATTY = [ECHOES["plain"], ECHOES["page"], ECHOES["cut"], ECHOES["policy"], ECHOES["error in 200"]]
"""Echoes in the midst of a run; what they mean for a question is another test's matter."""


@pytest.fixture
def asker(region_database: str, tmp_path: Path) -> Callable[..., Asker]:
    """`imageo query` about eight images in a folder of its own; the key stands in one place."""

    def make(base_url: str, where: str, debug: str = "1") -> Asker:
        surroundings = {
            "IMAGEO_DATABASE_URL": region_database,
            "IMAGEO_HOME": str(tmp_path / "home"),
            "PYTHON_KEYRING_BACKEND": "tests.query.keyrings.FileKeyring",
            "PYTHONPATH": str(ROOT),
            "IMAGEO_DEBUG": debug,
            "TEST_KEYRING": str(tmp_path / "keyring.json"),
            "OPENAI_API_KEY": KEY if where == "in the environment" else "",
        }
        if where == "in .env":
            (tmp_path / ".env").write_text(f"OPENAI_API_KEY={KEY}\n")
        if where == "in the keyring":
            (tmp_path / "keyring.json").write_text(json.dumps({"imageo/openai": KEY}))
        return Asker(tmp_path / "photos", base_url, surroundings, ["--concurrency", "1"])

    make_dataset(region_database, tmp_path / "photos", 8)
    return make


@pytest.mark.parametrize("where", WHERE)
def test_a_run_with_chatty_errors_shows_and_keeps_no_key(
    where: str,
    asker: Callable[..., Asker],
    server: Server,
    region_database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    with Stub(StubConfig(script=["answer", *CHATTY], latency_s=0.2)) as stub:
        process = asker(stub.base_url("openai"), where).start()
        arguments = []
        while process.poll() is None and len(stub.calls) < 4:
            arguments.append(subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout)
            time.sleep(0.1)
        stdout, stderr = process.communicate(timeout=120)
        assert len(stub.calls) > len(CHATTY), stderr
    assert any("imageo query" in shown for shown in arguments)
    assert_hidden("\n".join(arguments))
    assert_hidden(stdout + stderr)
    with psycopg.connect(region_database) as connection:
        tables = connection.execute("select tablename from pg_tables where schemaname = 'data'").fetchall()
        rows = [
            row
            for (table,) in tables
            if table not in REGIONS
            for row in connection.execute(f'select whole::text from data."{table}" as whole'.encode())
        ]
        assert connection.execute("select count(*) > 0 from data.prediction").fetchone() == (True,)
    assert_hidden("\n".join(text for (text,) in rows))
    assert_no_file_holds_it(server.cluster.home)  # tables, write-ahead log, server log
    assert_no_file_holds_it(tmp_path, but=(tmp_path / ".env", tmp_path / "keyring.json"))


def test_a_key_that_is_refused(
    asker: Callable[..., Asker], region_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with Stub(StubConfig(script=[ECHOES["unauthorised"]] * 8)) as stub:
        told = asker(stub.base_url("openai"), "in the environment", debug="").run()
        debug = asker(stub.base_url("openai"), "in the environment").run()
    assert told.returncode == 2
    assert "Incorrect API key provided: ***" in told.stderr
    assert "Traceback" in debug.stderr
    assert_hidden(told.stdout + told.stderr + debug.stdout + debug.stderr)
    with psycopg.connect(region_database) as connection:
        assert connection.execute("select count(*) from data.prediction").fetchone() == (0,)


def test_a_run_without_a_key_says_what_to_set(
    asker: Callable[..., Asker], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with Stub(StubConfig()) as stub:
        told = asker(stub.base_url("openai"), "nowhere", debug="").run()
        assert stub.calls == []
    assert (told.returncode, told.stdout) == (2, "")
    assert "set OPENAI_API_KEY (in the environment or in .env), or run `imageo keys set openai`" in told.stderr


def assert_no_file_holds_it(folder: Path, but: Collection[Path] = ()) -> None:
    n_read = 0
    for path in folder.rglob("*"):
        if path.is_file() and path not in but:
            with suppress(FileNotFoundError):  # the server is at work
                assert KEY.encode() not in path.read_bytes(), path
                n_read += 1
    assert n_read
