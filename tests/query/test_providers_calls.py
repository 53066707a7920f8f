"""The real SDKs against sockets: llmock as an independent responder, our stub for what goes wrong on the wire."""

import asyncio
import logging
import time
import traceback
from collections.abc import Coroutine, Iterator
from functools import cache
from typing import Any, TypeVar

import pytest
from llmock.pytest_plugin import LLMock
from pydantic import SecretStr

from imageo.query.answers.parse import parse_answer
from imageo.query.finished import answer_of
from imageo.query.providers import Endpoint, Provider
from imageo.query.providers.make import make_provider
from imageo.query.providers.names import resolve
from imageo.query.questions import Asking, PreparedImage, Question
from imageo.query.replies import CallFailed, FailureKind, RateLimits, Reply, Usage
from tests.query.stub import Stub, StubProcess
from tests.query.stub_config import StubConfig, broken_promises, image_key, place_of, tokens_of

T = TypeVar("T")
KEY = "sk-planted-0123456789abcdef"
MODELS = {
    "openai": "gpt-4.1",
    "anthropic": "claude-opus-5",
    "gemini": "gemini-3-pro",
    "together": "meta-llama/Llama-4-Maverick",
    "compatible": "llava:13b",
}
PROVIDERS = list(MODELS)


def provider_at(name: str, base_url: str, timeout_s: float = 20.0, connections: int = 8) -> Provider:
    endpoint = Endpoint(SecretStr(KEY), base_url, timeout_s, connections)
    return make_provider(resolve(MODELS[name], name, base_url), Asking(MODELS[name], "Where? JSON."), endpoint)


def image(seed: int = 1) -> PreparedImage:
    return PreparedImage(seed.to_bytes(4, "big") * 500, "image/jpeg", 20, 20, f"{seed:064x}")


class Asker:
    """Providers that are opened once for all tests: that takes a tenth of a second, mostly for certificates."""

    def __init__(self) -> None:
        self.runner = asyncio.Runner()
        self.provider_at = cache(provider_at)
        self._opened: set[Provider] = set()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def ask(self, name: str, base_url: str, seed: int = 1, timeout_s: float = 20.0) -> Reply:
        provider = self.provider_at(name, base_url, timeout_s)
        self._opened.add(provider)
        return self.run(provider.ask(provider.encode(Question(seed, image(seed)))))

    def failure(self, name: str, base_url: str, timeout_s: float = 20.0) -> CallFailed:
        with pytest.raises(CallFailed) as raised:
            self.ask(name, base_url, timeout_s=timeout_s)
        return raised.value

    def close(self) -> None:
        for provider in self._opened:
            self.run(provider.aclose())
        self.runner.close()


@pytest.fixture(scope="module")
def asker() -> Iterator[Asker]:
    asker = Asker()
    yield asker
    asker.close()


@pytest.fixture(scope="module")
def shared_stub() -> Any:
    with Stub() as stub:
        yield stub


@pytest.fixture
def stub(shared_stub: Stub) -> Stub:
    shared_stub.configure(StubConfig())
    return shared_stub


@pytest.mark.parametrize("name", PROVIDERS)
def test_an_answer_with_all_that_is_billed(name: str, stub: Stub, asker: Asker) -> None:
    config = StubConfig(reasoning_tokens=64, cached_tokens=12)
    stub.configure(config)
    reply = asker.ask(name, stub.base_url(name), seed=5)
    key = image_key(image(5).data)
    assert parse_answer(reply.text).point == pytest.approx(place_of(key))
    assert reply.model == MODELS[name]
    sent, received = tokens_of(key, config)
    assert (reply.usage.input_tokens, reply.usage.output_tokens, reply.usage.cached_tokens) == (sent, received, 12)
    assert reply.usage.reasoning_tokens == (None if name == "anthropic" else 64)
    (call,) = stub.calls
    assert (call.key, call.input_tokens, call.output_tokens, call.is_delivered) == (key, sent, received, True)


WIRE: list[tuple[str, FailureKind, bool]] = [
    ("rate_limited", "rate_limited", False),
    ("overloaded", "overloaded", False),
    ("server_error", "server_error", False),
    ("cut", "broken_response", True),
    ("broken_off", "connection", True),
    ("reset", "connection", True),
    ("html", "broken_response", False),
    ("error_in_200", "server_error", False),
    ("bad_image", "bad_image", False),
    ("bad_request", "bad_request", False),
    ("unauthorised", "unauthorised", False),
    ("unknown_model", "unknown_model", False),
]


@pytest.mark.parametrize("name", PROVIDERS)
@pytest.mark.parametrize(("fault", "kind", "may_be_billed"), WIRE)
def test_what_goes_wrong(
    name: str, fault: str, kind: FailureKind, may_be_billed: bool, stub: Stub, asker: Asker
) -> None:
    stub.configure(StubConfig(script=[fault]))
    failed = asker.failure(name, stub.base_url(name))
    assert (failed.kind, failed.may_be_billed) == (kind, may_be_billed)
    # The SDKs' own retries are off.
    assert [call.fault for call in stub.calls] == [fault]


@pytest.mark.parametrize("name", PROVIDERS)
@pytest.mark.parametrize("fault", ["hang", "drip"])
def test_a_call_ends_at_its_time_out_however_the_answer_trickles(
    name: str, fault: str, stub: Stub, asker: Asker
) -> None:
    stub.configure(StubConfig(script=[fault], drip_s=0.2))
    asker.provider_at(name, stub.base_url(name), 0.5)
    begun = time.monotonic()
    failed = asker.failure(name, stub.base_url(name), timeout_s=0.5)
    assert (failed.kind, failed.may_be_billed) == ("timeout", True)
    assert time.monotonic() - begun < 1.5


@pytest.mark.parametrize("name", PROVIDERS)
@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("refusal", "refused"),
        ("prose_refusal", "refused"),
        ("content_policy", "refused"),
        ("empty", "empty"),
        ("unknown_place", "no_coordinates"),
        ("no_usage", "answered"),
    ],
)
def test_answers_of_other_kinds(name: str, fault: str, outcome: str, stub: Stub, asker: Asker) -> None:
    stub.configure(StubConfig(script=[fault]))
    reply = asker.ask(name, stub.base_url(name))
    assert answer_of(reply).outcome == outcome
    (call,) = stub.calls
    if fault == "no_usage":
        assert reply.usage == Usage()
    else:
        assert (reply.usage.input_tokens, reply.usage.output_tokens) == (call.input_tokens, call.output_tokens)


@pytest.mark.parametrize(
    ("name", "reason"), [("openai", "length"), ("anthropic", "max_tokens"), ("gemini", "MAX_TOKENS")]
)
def test_a_cut_answer_is_an_answer_with_its_reason(name: str, reason: str, stub: Stub, asker: Asker) -> None:
    stub.configure(StubConfig(script=["length"]))
    reply = asker.ask(name, stub.base_url(name))
    assert reply.finish_reason == reason
    assert reply.text
    assert reply.usage.is_known


@pytest.mark.parametrize("name", ["openai", "gemini"])
def test_no_choice_at_all_is_billed_all_the_same(name: str, stub: Stub, asker: Asker) -> None:
    stub.configure(StubConfig(script=["no_choices"]))
    failed = asker.failure(name, stub.base_url(name))
    assert failed.kind == "broken_response"
    assert failed.reply is not None
    assert failed.reply.usage.input_tokens == stub.calls[0].input_tokens


def test_no_credit_stops_whoever_says_it(stub: Stub, asker: Asker) -> None:
    for name in ("openai", "anthropic", "together"):
        stub.configure(StubConfig(script=["no_credit"]))
        assert asker.failure(name, stub.base_url(name)).kind == "no_credit"


@pytest.mark.parametrize("name", PROVIDERS)
@pytest.mark.parametrize("form", ["seconds", "ms", "date"])
def test_how_long_to_wait(name: str, form: Any, stub: Stub, asker: Asker) -> None:
    stub.configure(StubConfig(script=["rate_limited"], retry_after_s=7.0, retry_after_form=form))
    failed = asker.failure(name, stub.base_url(name))
    assert failed.retry_after_s == pytest.approx(stub.calls[0].retry_after_s, abs=0.5)
    assert 5.5 < (failed.retry_after_s or 0) <= 7


@pytest.mark.parametrize("name", ["openai", "anthropic", "together"])
def test_limits_come_with_answers_and_with_failures(name: str, stub: Stub, asker: Asker) -> None:
    stub.configure(StubConfig(requests_per_minute=2))

    async def thrice() -> list[RateLimits | None]:
        provider = provider_at(name, stub.base_url(name))
        body = provider.encode(Question(1, image()))
        seen = [(await provider.ask(body)).limits, (await provider.ask(body)).limits]
        with pytest.raises(CallFailed) as raised:
            await provider.ask(body)
        assert raised.value.kind == "rate_limited"
        assert 55 < (raised.value.retry_after_s or 0) <= 60
        await provider.aclose()
        return [*seen, raised.value.limits]

    limits = asker.run(thrice())
    assert [(each.requests, each.requests_remaining) for each in limits if each] == [(2, 1), (2, 0), (2, 0)]


def test_a_server_that_is_not_there(asker: Asker) -> None:
    for name in PROVIDERS:
        failed = asker.failure(name, "http://127.0.0.1:9/v1")
        assert (failed.kind, failed.may_be_billed) == ("connection", False)
        assert "onnect" in failed.message


def test_all_connections_may_be_in_use_at_a_time(stub: Stub, asker: Asker) -> None:
    stub.configure(StubConfig(latency_s=0.5))

    async def many() -> float:
        provider = provider_at("openai", stub.base_url("openai"), connections=150)
        bodies = [provider.encode(Question(seed, image(seed))) for seed in range(150)]
        begun = time.monotonic()
        replies = await asyncio.gather(*map(provider.ask, bodies))
        took = time.monotonic() - begun
        await provider.aclose()
        places = [parse_answer(reply.text).point for reply in replies]
        assert places == [pytest.approx(place_of(image_key(image(seed).data))) for seed in range(150)]
        return took

    asker.run(many())
    arrivals = [call.arrived_at for call in stub.calls]
    first_answer = min(call.sent_at for call in stub.calls if call.sent_at)
    # Were fewer connections open, the last questions would come after the first answers.
    assert max(arrivals) < first_answer + 0.25


class TestSecrets:
    """A planted key, sought in all that a run could show."""

    @pytest.mark.parametrize("name", PROVIDERS)
    def test_the_key_is_sent_and_shown_nowhere(
        self, name: str, stub: Stub, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, asker: Asker
    ) -> None:
        for secret in ("OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
            monkeypatch.setenv(secret, "org-of-the-environment")
        for headers in ("OPENAI_CUSTOM_HEADERS", "ANTHROPIC_CUSTOM_HEADERS"):
            monkeypatch.setenv(headers, "X-Proxy-Token: org-of-the-environment")
        asker.provider_at.cache_clear()  # the SDK reads the environment when it is made
        caplog.set_level(logging.DEBUG)
        heads: list[dict[str, str]] = []

        def echo(request: Any) -> Any:
            heads.append(request.headers)
            from tests.query.stub_http import json_response

            return json_response({"error": {"message": f"Incorrect API key provided: {KEY}. And {KEY[:20]}..."}}, 401)

        routes = list(stub.server.routes)
        stub.server.add_route("POST", r"/v1.*", echo)
        try:
            failed = asker.failure(name, stub.base_url(name))
        finally:
            stub.server.routes = routes
        assert failed.kind == "unauthorised"
        assert any(KEY in value for value in heads[0].values())
        assert "org-of-the-environment" not in str(heads)
        provider = asker.provider_at(name, stub.base_url(name), 20.0)
        shown = [repr(provider), str(failed), repr(failed), failed.message, repr(failed.args), repr(failed.__dict__)]
        shown += traceback.format_exception(failed)
        shown += [str(failed.__cause__), str(failed.__context__), caplog.text]
        for text in shown:
            assert KEY[:20] not in text

    def test_a_server_of_ones_own_gets_no_key_of_the_environment(
        self, stub: Stub, monkeypatch: pytest.MonkeyPatch, asker: Asker
    ) -> None:
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        heads: list[dict[str, str]] = []
        routes = list(stub.server.routes)
        respond = stub.server.respond

        def watch(request: Any) -> Any:
            heads.append(request.headers)
            stub.server.routes = routes
            return respond(request)

        stub.server.add_route("POST", r"/v1.*", watch)
        base_url = stub.base_url("compatible")
        provider = make_provider(resolve("x", None, base_url), Asking("x", "?"), Endpoint(base_url=base_url))
        body = provider.encode(Question(1, image()))

        async def once() -> Reply:
            try:
                return await provider.ask(body)
            finally:
                await provider.aclose()

        assert asker.run(once()).text
        assert heads
        assert KEY not in str(heads)

    def test_no_proxy_of_the_environment_is_used(
        self, stub: Stub, monkeypatch: pytest.MonkeyPatch, asker: Asker
    ) -> None:
        for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(variable, "http://127.0.0.1:9")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        asker.provider_at.cache_clear()
        for name in PROVIDERS:
            assert asker.ask(name, stub.base_url(name)).text


class TestLlmock:
    """A responder that somebody else wrote; it knows no compatible server of one's own."""

    NAMES = ("openai", "anthropic", "gemini", "together")

    @pytest.mark.parametrize("name", NAMES)
    def test_it_answers_what_it_was_told_to(self, name: str, llmock: LLMock, asker: Asker) -> None:
        said = '{"reverse_geocoding": {"coordinates": {"latitude": 48.8584, "longitude": 2.2945}}}'
        llmock.reply(said)
        reply = asker.ask(name, llmock.base_url(name))
        assert reply.text == said
        assert parse_answer(reply.text).point == (48.8584, 2.2945)
        assert reply.model == (None if name == "gemini" else MODELS[name])
        assert reply.usage.is_known

    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (400, "bad_request"),
            (401, "unauthorised"),
            (403, "unauthorised"),
            (404, "unknown_model"),
            (429, "rate_limited"),
            (500, "server_error"),
            (503, "overloaded"),
            (529, "overloaded"),
        ],
    )
    def test_its_errors_are_understood(
        self, name: str, status: int, kind: FailureKind, llmock: LLMock, asker: Asker
    ) -> None:
        llmock.fail(status, retry_after=3.0 if status == 429 else None, times=2)
        failed = asker.failure(name, llmock.base_url(name))
        assert (failed.kind, failed.status) == (kind, status)
        # llmock adds a second of its own to 503 and 529.
        assert failed.retry_after_s == {429: 3.0, 503: 1.0, 529: 1.0}.get(status)
        assert len(llmock.requests) == 1

    @pytest.mark.parametrize("name", NAMES)
    def test_its_quotas_are_read(self, name: str, llmock: LLMock, asker: Asker) -> None:
        llmock.limits(rpm=60)
        limits = asker.ask(name, llmock.base_url(name)).limits
        assert limits is not None
        assert (limits.requests, limits.requests_remaining) == (60, 59)

    @pytest.mark.parametrize("name", NAMES)
    def test_it_is_not_waited_for_without_end(self, name: str, llmock: LLMock, asker: Asker) -> None:
        llmock.delay(2.0)
        failed = asker.failure(name, llmock.base_url(name), timeout_s=0.3)
        assert (failed.kind, failed.may_be_billed) == ("timeout", True)


class TestStub:
    """The stand-in itself: what other tests trust."""

    def test_shares_are_kept_and_the_same_for_the_same_seed(self, stub: Stub, asker: Asker) -> None:
        config = StubConfig(shares={"rate_limited": 0.3, "server_error": 0.2}, retry_after_s=0.0)

        async def all_of_them() -> list[str]:
            provider = provider_at("openai", stub.base_url("openai"))
            outcomes = []
            for seed in range(200):
                try:
                    await provider.ask(provider.encode(Question(seed, image(seed))))
                    outcomes.append("answered")
                except CallFailed as failed:
                    outcomes.append(failed.kind)
            await provider.aclose()
            return outcomes

        stub.configure(config)
        first = asker.run(all_of_them())
        assert stub.counts() == {kind: first.count(kind) for kind in set(first)}
        assert 35 < stub.counts()["rate_limited"] < 85
        assert 20 < stub.counts()["server_error"] < 62
        stub.configure(config)
        assert asker.run(all_of_them()) == first
        assert broken_promises(stub.calls) == []

    def test_a_broken_promise_is_seen(self, stub: Stub, asker: Asker) -> None:
        stub.configure(StubConfig(script=["rate_limited", "answer"], retry_after_s=5.0))
        provider = provider_at("openai", stub.base_url("openai"))

        async def at_once() -> None:
            body = provider.encode(Question(1, image()))
            with pytest.raises(CallFailed):
                await provider.ask(body)
            await provider.ask(body)
            await provider.aclose()

        asker.run(at_once())
        assert len(broken_promises(stub.calls)) == 1

    def test_in_a_process_of_its_own(self, asker: Asker) -> None:
        script = [{"status": 418, "body": {"error": {"message": "teapot"}}}, "answer"]
        with StubProcess(StubConfig(script=script, is_recording=True)) as stub:
            assert asker.failure("openai", stub.base_url("openai")).status == 418
            assert asker.ask("openai", stub.base_url("openai")).text
            assert stub.counts() == {"scripted": 1, "answered": 1}
            provider = asker.provider_at("openai", stub.base_url("openai"), 20.0)
            assert stub.bodies[1] == provider.encode(Question(1, image()))
            stub.configure(StubConfig())
            assert stub.calls == []
