"""What the stand-in does with a call: which fault it has, what it bills, what it says."""

import asyncio
import importlib
import random
import re
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import orjson

from tests.query.stub_bodies import HTML, PROSE_REFUSAL, answer_text, error_body, reply_body
from tests.query.stub_config import FREE, Call, StubConfig, base64_key, tokens_of
from tests.query.stub_http import Connection, Request, Response, json_response

Handler = Callable[[Request], Response]
AnswerMaker = Callable[[str], str]

_MODEL = re.compile(rb'"model"\s*:\s*"([^"]+)"')
_IMAGE = re.compile(rb';base64,|"data"\s*:\s*"')
_GEMINI_PATH = re.compile(r"/v1(?:beta)?/models/([^:]+):generateContent")


class StubServer:
    """What is asked of it, by whom it does not care. All on one event loop."""

    def __init__(self, config: StubConfig, answer: AnswerMaker | None = None) -> None:
        self.answer = answer
        self.connections: set[Connection] = set()
        self.listening: asyncio.Server
        self.routes: list[tuple[str, re.Pattern[str], Handler]] = []
        self.configure(config)
        self.add_route("POST", r"/v1/chat/completions", lambda request: self._ask("openai", request))
        self.add_route("POST", r"/v1/messages", lambda request: self._ask("anthropic", request))
        self.add_route("POST", _GEMINI_PATH.pattern, lambda request: self._ask("gemini", request))
        self.add_route("GET", r"/stub/log", lambda _: json_response([asdict(call) for call in self.calls]))
        self.add_route("GET", r"/stub/counts", lambda _: json_response(self.counts()))
        self.add_route("GET", r"/stub/body/\d+", lambda request: Response(body=self._body(request)))
        self.add_route("POST", r"/stub/config", self._reconfigure)
        for name in config.routes:
            importlib.import_module(name).add_routes(self)

    def configure(self, config: StubConfig) -> None:
        """Behave so from now on, with an empty log."""
        self.config = config
        self.calls: list[Call] = []
        self.bodies: list[bytes] = []
        self._script = deque(config.script)
        self._nth: Counter[str] = Counter()
        self._recent: deque[float] = deque()

    def add_route(self, method: str, pattern: str, handler: Handler) -> None:
        """Answer calls whose whole path matches the pattern; what was added last goes first."""
        self.routes.insert(0, (method, re.compile(pattern), handler))

    def respond(self, request: Request) -> Response:
        """The response to any request."""
        for method, pattern, handler in self.routes:
            if method == request.method and pattern.fullmatch(request.path):
                return handler(request)
        return json_response({"error": {"message": f"no route {request.method} {request.path}"}}, 404)

    def counts(self) -> dict[str, int]:
        """Calls by fault; `answered` for those without."""
        return dict(Counter(call.fault or "answered" for call in self.calls))

    def _body(self, request: Request) -> bytes:
        return self.bodies[int(request.path.rpartition("/")[2])]

    def _reconfigure(self, request: Request) -> Response:
        self.configure(StubConfig(**request.json()))
        return json_response({})

    def _ask(self, protocol: str, request: Request) -> Response:
        key = _key_of(request.body)
        nth = self._nth[key]
        self._nth[key] += 1
        now = time.time()
        call = Call(len(self.calls), protocol, request.path, key, nth, len(request.body), now)
        self.calls.append(call)
        if self.config.is_recording:
            self.bodies.append(request.body)
        planned = self._planned(key, nth, now)
        own = planned if isinstance(planned, dict) else None
        call.fault = "scripted" if own is not None else planned if isinstance(planned, str) else None
        response = _scripted(own) if own is not None else self._response(call, request)
        response.delay_s += self.config.latency_s + self._jitter(key, nth)
        response.headers = self._limit_headers(protocol) | response.headers
        call.status = response.status
        response.on_sent = lambda is_whole: _sent(call, is_whole)
        return response

    def _planned(self, key: str, nth: int, now: float) -> Any:
        if self._wait_s(now) > 0:
            return "rate_limited"
        if self.config.requests_per_minute is not None:
            self._recent.append(now)
        if self._script:
            step = self._script.popleft()
            return None if step == "answer" else step
        if not self.config.shares:
            return None
        draw = random.Random(f"{self.config.seed}:{key}:{nth}").random()
        for fault, share in self.config.shares.items():
            draw -= share
            if draw < 0:
                return fault
        return None

    def _response(self, call: Call, request: Request) -> Response:
        config, fault = self.config, call.fault
        if fault == "html":
            return Response(body=HTML, content_type="text/html")
        if fault == "reset":
            return Response(wire="reset")
        if fault in FREE:
            return self._error(call)
        call.input_tokens, call.output_tokens = tokens_of(call.key, config)
        body = reply_body(call.protocol, call.key, _model_of(request), fault, self._text(call), config)
        if fault == "cut":
            return Response(body=body[: len(body) // 2])
        if fault == "broken_off" or fault == "drip":
            return Response(body=body, wire="drip" if fault == "drip" else "broken_off", drip_s=config.drip_s)
        return Response(body=body, delay_s=config.hang_s if fault == "hang" else 0.0)

    def _text(self, call: Call) -> str:
        if call.fault == "empty":
            return ""
        if call.fault == "prose_refusal":
            return PROSE_REFUSAL
        if self.answer is not None:
            text = self.answer(call.key)
        else:
            text = answer_text(call.key, self.config, is_known=call.fault != "unknown_place")
        return text[:40] if call.fault == "length" else text

    def _error(self, call: Call) -> Response:
        fault, config = call.fault or "", self.config
        wait_s, headers = None, {}
        if fault == "rate_limited" and config.retry_after_form != "none":
            promised = self._wait_s(call.arrived_at) or config.retry_after_s
            wait_s, headers = _retry_after(promised, config.retry_after_form)
            call.retry_after_s = wait_s
        status, body = error_body(call.protocol, fault, wait_s)
        return Response(status, body, {} if call.protocol == "gemini" else headers)

    def _wait_s(self, now: float) -> float:
        """Until the limit of calls a minute lets this one in: 0 is now."""
        limit = self.config.requests_per_minute
        if limit is None:
            return 0.0
        while self._recent and self._recent[0] <= now - 60:
            self._recent.popleft()
        return self._recent[0] + 60 - now if len(self._recent) >= limit else 0.0

    def _limit_headers(self, protocol: str) -> dict[str, str]:
        limit = self.config.requests_per_minute
        if limit is None or protocol == "gemini":
            return {}
        left = limit - len(self._recent)
        wait_s = 60 / limit * len(self._recent)
        if protocol == "anthropic":
            reset = (datetime.now(UTC) + timedelta(seconds=wait_s)).strftime("%Y-%m-%dT%H:%M:%SZ")
            names = {"limit": str(limit), "remaining": str(left), "reset": reset}
            return {f"anthropic-ratelimit-requests-{name}": value for name, value in names.items()}
        names = {"limit": str(limit), "remaining": str(left), "reset": f"{wait_s:.3f}s"}
        return {f"x-ratelimit-{name}-requests": value for name, value in names.items()}

    def _jitter(self, key: str, nth: int) -> float:
        if not self.config.jitter_s:
            return 0.0
        return random.Random(f"{key}:{nth}").random() * self.config.jitter_s


def _key_of(body: bytes) -> str:
    found = _IMAGE.search(body)
    if found is None:
        return ""
    return base64_key(memoryview(body)[found.end() : body.index(b'"', found.end())])


def _model_of(request: Request) -> str:
    if found := _GEMINI_PATH.fullmatch(request.path):
        return found[1]
    named = _MODEL.search(request.body[:2000]) or _MODEL.search(request.body[-8000:])
    return named[1].decode() if named else "unknown"


def _scripted(step: dict[str, Any]) -> Response:
    body = step.get("body", {})
    data = body.encode() if isinstance(body, str) else orjson.dumps(body)
    return Response(step.get("status", 200), data, dict(step.get("headers", {})), delay_s=step.get("delay_s", 0.0))


def _retry_after(wait_s: float, form: str) -> tuple[float, dict[str, str]]:
    if form == "ms":
        return wait_s, {"retry-after-ms": str(int(wait_s * 1000)), "retry-after": str(int(wait_s))}
    if form == "date":
        # A date has whole seconds: what is promised is the time until then.
        until = datetime.fromtimestamp(int(time.time() + wait_s), UTC)
        return until.timestamp() - time.time(), {"retry-after": format_datetime(until, usegmt=True)}
    return wait_s, {"retry-after": f"{wait_s:.6g}"}


def _sent(call: Call, is_whole: bool) -> None:
    call.is_delivered = is_whole
    if is_whole:
        call.sent_at = time.time()
