"""A planted key, sought wherever something is shown, logged or kept: it is in the header that is sent, nowhere else."""

import asyncio
import logging
import traceback
from pathlib import Path

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
from tests.query.stub import Stub
from tests.query.stub_config import StubConfig

KEY = "sk-planted-7c1e5a90d2f84b36aa"
PIECES = [KEY[start : start + 8] for start in range(len(KEY) - 7)]
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
