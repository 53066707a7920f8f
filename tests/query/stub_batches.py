"""The batch endpoints of OpenAI, Anthropic and Gemini on the stand-in: `StubBatches(stub.server)` adds them.

Shapes after the vendors' API references of November 2026. It refuses what they refuse: a custom id twice, or outside
the character set; a wrong URL; a file that is not there; a file name that is taken.
"""

import itertools
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import HTTP
from typing import Any, Literal
from urllib.parse import parse_qs

import orjson

from tests.query.stub_bodies import answer_text, error_body, reply_body
from tests.query.stub_config import tokens_of
from tests.query.stub_http import Request, Response, json_response
from tests.query.stub_server import StubServer, _key_of

Vendor = Literal["openai", "anthropic", "gemini"]
Fate = str
"""What becomes of a request: answered, expired, cancelled, missing, twice, cut, nameless, refusal, or an error of the
stub's: server_error, rate_limited, bad_image, bad_request, no_credit, ..."""

ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


@dataclass
class Asked:
    """One request of a batch: `key` is that of its image."""

    custom_id: str
    key: str
    model: str
    body: Any


@dataclass
class StubBatch:
    """One batch. `label`: the metadata or display name that it came with."""

    vendor: Vendor
    name: str
    label: str | None
    asked: list[Asked]
    input_file: str | None = None
    created_at: float = field(default_factory=time.time)
    n_polls: int = 0
    has_ended: bool = False
    is_cancelled: bool = False
    failure: str | None = None
    answers: list[bytes] = field(default_factory=list)
    errors: list[bytes] = field(default_factory=list)
    fates: dict[str, Fate] = field(default_factory=dict)


class StubBatches:
    """`fate(batch number from 0, position)` decides; `ends_after` polls a batch is done, None: when `end` is called.

    `billed`: (custom id, input tokens, output tokens) of all that was worked on. `broken_off`: the operations whose
    response gets lost, though they are done; `refused`: a fault with which the next creation is answered.
    """

    def __init__(self, server: StubServer, ends_after: int | None = 1) -> None:
        self.server = server
        self.ends_after = ends_after
        self.fate: Callable[[int, int], Fate] = lambda _batch, _position: "answered"
        self.batches: list[StubBatch] = []
        self.files: dict[str, bytes] = {}
        self.file_names: dict[str, str] = {}
        self.billed: list[tuple[str, int, int]] = []
        self.broken_off: list[str] = []
        self.refused: list[str] = []
        self.fails_validation: list[str] = []
        self.is_inline = False
        self.n_downloads = 0
        self.cut_downloads = 0
        self.responses: list[tuple[str, Any]] = []
        self.bodies: list[tuple[str, Any]] = []
        self._sessions: dict[str, dict[str, Any]] = {}
        self._numbers = itertools.count(1)
        for method, pattern, handler in (
            ("POST", r"/v1/files", self._openai_upload),
            ("GET", r"/v1/files/[^/]+/content", self._openai_download),
            ("POST", r"/v1/batches", self._openai_create),
            ("GET", r"/v1/batches", self._openai_list),
            ("GET", r"/v1/batches/[^/]+", self._openai_poll),
            ("POST", r"/v1/batches/[^/]+/cancel", self._openai_cancel),
            ("POST", r"/v1/messages/batches", self._anthropic_create),
            ("GET", r"/v1/messages/batches", self._anthropic_list),
            ("GET", r"/v1/messages/batches/[^/]+", self._anthropic_poll),
            ("POST", r"/v1/messages/batches/[^/]+/cancel", self._anthropic_cancel),
            ("GET", r"/v1/messages/batches/[^/]+/results", self._anthropic_results),
            ("POST", r"/upload/v1beta/files", self._gemini_upload),
            ("POST", r"/v1beta/models/[^/]+:batchGenerateContent", self._gemini_create),
            ("GET", r"/v1beta/batches", self._gemini_list),
            ("GET", r"/v1beta/batches/[^/]+", self._gemini_poll),
            ("POST", r"/v1beta/batches/[^/]+:cancel", self._gemini_cancel),
            ("GET", r"/v1beta/files/[^/]+:download", self._gemini_download),
        ):
            server.add_route(method, pattern, handler)

    # What the tests ask.

    def of(self, vendor: Vendor) -> list[StubBatch]:
        """Batches in the order in which they came."""
        return [batch for batch in self.batches if batch.vendor == vendor]

    @property
    def n_asked(self) -> int:
        """Requests in all batches."""
        return sum(len(batch.asked) for batch in self.batches)

    def end(self, batch: StubBatch) -> None:
        """The provider is done."""
        if not batch.has_ended:
            batch.has_ended = True
            if batch.failure is None:
                self._work(batch)

    # What is common.

    def _add(self, batch: StubBatch, schema: str) -> Response:
        self.batches.append(batch)
        if self.fails_validation:
            batch.failure = self.fails_validation.pop(0)
        shown = self._shown(batch)
        response = self._told(schema, shown)
        if "create" in self.broken_off:
            self.broken_off.remove("create")
            response.wire = "broken_off"
        return response

    def _told(self, schema: str, value: Any) -> Response:
        self.responses.append((schema, value))
        return json_response(value)

    def _find(self, name: str) -> StubBatch:
        return next(batch for batch in self.batches if batch.name == name)

    def _polled(self, name: str) -> StubBatch:
        batch = self._find(name)
        batch.n_polls += 1
        if batch.failure is not None or (self.ends_after is not None and batch.n_polls >= self.ends_after):
            self.end(batch)
        return batch

    def _url(self) -> str:
        return f"http://127.0.0.1:{self.server.listening.sockets[0].getsockname()[1]}"

    def _refusal(self, vendor: Vendor) -> Response | None:
        if not self.refused:
            return None
        status, body = error_body(vendor, self.refused.pop(0), None)
        return Response(status, body)

    def _shown(self, batch: StubBatch) -> Any:
        return {"openai": _openai_batch, "anthropic": self._anthropic_batch, "gemini": self._gemini_batch}[
            batch.vendor
        ](batch)

    def _work(self, batch: StubBatch) -> None:
        number = self.batches.index(batch)
        order = list(range(len(batch.asked)))
        random.Random(number).shuffle(order)
        for position in order:
            asked = batch.asked[position]
            fate = "cancelled" if batch.is_cancelled else self.fate(number, position)
            batch.fates[asked.custom_id] = fate
            if fate == "missing":
                continue
            line = orjson.dumps(self._result(batch, asked, fate))
            is_error = batch.vendor == "openai" and fate not in ("answered", "twice", "cut", "nameless", "refusal")
            lines = batch.errors if is_error else batch.answers
            lines.append(line[: len(line) * 2 // 3] if fate == "cut" else line)
            if fate == "twice":
                lines.append(line)

    def _result(self, batch: StubBatch, asked: Asked, fate: Fate) -> Any:
        config = self.server.config
        if fate in ("answered", "twice", "cut", "nameless", "refusal"):
            self.billed.append((asked.custom_id, *tokens_of(asked.key, config)))
            text = self.server.answer(asked.key) if self.server.answer else answer_text(asked.key, config)
            fault = "refusal" if fate == "refusal" else None
            reply = orjson.loads(reply_body(batch.vendor, asked.key, asked.model, fault, text, config))
            name = "of-somebody-else" if fate == "nameless" else asked.custom_id
            return _RESULT[batch.vendor](name, 200, reply)
        if fate in ("expired", "cancelled"):
            return _UNASKED[batch.vendor](asked.custom_id, fate)
        status, body = error_body(batch.vendor, fate, None)
        return _RESULT[batch.vendor](asked.custom_id, status, orjson.loads(body))

    # OpenAI.

    def _openai_upload(self, request: Request) -> Response:
        head = b"content-type: " + request.headers["content-type"].encode() + b"\r\n\r\n"
        parts = {part.get_param("name", header="content-disposition"): part for part in _parts(head + request.body)}
        assert parts["purpose"].get_payload() == "batch"
        name = f"file-{next(self._numbers)}"
        self.files[name] = parts["file"].get_payload(decode=True)
        self.file_names[name] = parts["file"].get_filename() or ""
        response = self._told("openai:OpenAIFile", {
            "id": name, "object": "file", "bytes": len(self.files[name]), "created_at": int(time.time()),
            "filename": self.file_names[name], "purpose": "batch", "status": "processed",
        })  # fmt: skip
        if "upload" in self.broken_off:
            self.broken_off.remove("upload")
            response.wire = "broken_off"
        return response

    def _openai_download(self, request: Request) -> Response:
        return self._download(self.files[request.path.split("/")[3]])

    def _download(self, data: bytes) -> Response:
        self.n_downloads += 1
        if self.cut_downloads:
            self.cut_downloads -= 1
            return Response(body=data, content_type="application/jsonl", wire="broken_off")
        return Response(body=data, content_type="application/jsonl")

    def _openai_create(self, request: Request) -> Response:
        if refusal := self._refusal("openai"):
            return refusal
        order = request.json()
        self.bodies.append(("openai:/batches", order))
        asked, problem = [], None
        for line in self.files[order["input_file_id"]].splitlines():
            one = orjson.loads(line)
            assert one.keys() == {"custom_id", "method", "url", "body"}
            assert one["method"] == "POST"
            problem = problem or (None if one["url"] == order["endpoint"] else "url_mismatch")
            asked.append(Asked(one["custom_id"], _key_of(line), one["body"]["model"], one["body"]))
        if len({one.custom_id for one in asked}) < len(asked):
            problem = "duplicate_custom_id"
        if len({one.model for one in asked}) > 1:
            problem = "model_mismatch"
        batch = StubBatch("openai", f"batch_{next(self._numbers)}", orjson.dumps(order.get("metadata")).decode(), asked)
        batch.input_file, batch.failure = order["input_file_id"], problem
        return self._add(batch, "openai:Batch")

    def _openai_list(self, request: Request) -> Response:
        query = parse_qs(request.query)
        shown = [_openai_batch(batch) for batch in reversed(self.of("openai"))]
        page, has_more = _page(shown, query.get("after", [None])[0], int(query.get("limit", ["20"])[0]))
        listed = {"object": "list", "data": page, "has_more": has_more}
        if page:
            listed |= {"first_id": page[0]["id"], "last_id": page[-1]["id"]}
        return self._told("openai:ListBatchesResponse", listed)

    def _openai_poll(self, request: Request) -> Response:
        batch = self._polled(request.path.split("/")[3])
        for kind, lines in (("output", batch.answers), ("error", batch.errors)):
            if lines:
                self.files[f"{batch.name}-{kind}"] = b"\n".join(lines) + b"\n"
        return self._told("openai:Batch", _openai_batch(batch))

    def _openai_cancel(self, request: Request) -> Response:
        batch = self._find(request.path.split("/")[3])
        batch.is_cancelled = True
        return self._told("openai:Batch", _openai_batch(batch) | {"status": "cancelling"})

    # Anthropic.

    def _anthropic_create(self, request: Request) -> Response:
        if refusal := self._refusal("anthropic"):
            return refusal
        order = request.json()
        self.bodies.append(("anthropic:/v1/messages/batches", order))
        names = [one["custom_id"] for one in order["requests"]]
        if not names or len(set(names)) < len(names) or not all(ID.fullmatch(name) for name in names):
            return Response(*error_body("anthropic", "bad_request", None))
        asked = [
            Asked(one["custom_id"], _key_of(orjson.dumps(one["params"])), one["params"]["model"], one["params"])
            for one in order["requests"]
        ]
        batch = StubBatch("anthropic", f"msgbatch_{next(self._numbers)}", None, asked)
        return self._add(batch, "anthropic:MessageBatch")

    def _anthropic_batch(self, batch: StubBatch) -> Any:
        kinds = {"expired": "expired", "cancelled": "canceled", "answered": "succeeded", "twice": "succeeded"}
        counts = dict.fromkeys(("processing", "succeeded", "errored", "canceled", "expired"), 0)
        for asked in batch.asked:
            fate = batch.fates.get(asked.custom_id)
            is_answer = fate in ("cut", "nameless", "missing", "refusal")
            counts["succeeded" if is_answer else kinds.get(fate, "errored") if fate else "processing"] += 1
        return {
            "id": batch.name,
            "type": "message_batch",
            "processing_status": "ended" if batch.has_ended else "canceling" if batch.is_cancelled else "in_progress",
            "request_counts": counts,
            "ended_at": _iso(time.time()) if batch.has_ended else None,
            "created_at": _iso(batch.created_at),
            "expires_at": _iso(batch.created_at + 86400),
            "archived_at": None,
            "cancel_initiated_at": _iso(time.time()) if batch.is_cancelled else None,
            "results_url": f"{self._url()}/v1/messages/batches/{batch.name}/results" if batch.has_ended else None,
        }

    def _anthropic_list(self, request: Request) -> Response:
        query = parse_qs(request.query)
        for batch in self.of("anthropic"):
            self._polled(batch.name)  # time goes by for those, too, whose name nobody has
        shown = [self._anthropic_batch(batch) for batch in reversed(self.of("anthropic"))]
        page, has_more = _page(shown, query.get("after_id", [None])[0], int(query.get("limit", ["20"])[0]))
        ends = (page[0]["id"], page[-1]["id"]) if page else (None, None)
        return self._told(
            "anthropic:ListResponse_MessageBatch_",
            {"data": page, "has_more": has_more, "first_id": ends[0], "last_id": ends[1]},
        )

    def _anthropic_poll(self, request: Request) -> Response:
        batch = self._polled(request.path.split("/")[4])
        return self._told("anthropic:MessageBatch", self._anthropic_batch(batch))

    def _anthropic_cancel(self, request: Request) -> Response:
        batch = self._find(request.path.split("/")[4])
        batch.is_cancelled = True
        return self._told("anthropic:MessageBatch", self._anthropic_batch(batch))

    def _anthropic_results(self, request: Request) -> Response:
        batch = self._find(request.path.split("/")[4])
        for line in batch.answers:
            if batch.fates.get(line.split(b'"')[3].decode()) != "cut":
                self.responses.append(("anthropic:MessageBatchIndividualResponse", orjson.loads(line)))
        return self._download(b"\n".join(batch.answers) + b"\n")

    # Gemini.

    def _gemini_upload(self, request: Request) -> Response:
        command = request.headers["x-goog-upload-command"]
        if command == "start":
            file = request.json()["file"]
            self.bodies.append(("gemini:CreateFileRequest", request.json()))
            name = file.get("name") or f"files/{next(self._numbers)}"
            if name in self.files:
                error = {"code": 409, "message": f"{name} already exists", "status": "ALREADY_EXISTS"}
                return json_response({"error": error}, 409)
            session = f"s{next(self._numbers)}"
            self._sessions[session] = {"name": name, "displayName": file["display_name"], "data": b""}
            response = json_response({})
            response.headers = {"x-goog-upload-url": f"{self._url()}/upload/v1beta/files?upload_id={session}",
                                "x-goog-upload-status": "active"}  # fmt: skip
            return response
        upload = self._sessions[parse_qs(request.query)["upload_id"][0]]
        assert int(request.headers["x-goog-upload-offset"]) == len(upload["data"])
        upload["data"] += request.body
        if "finalize" not in command:
            return Response(headers={"x-goog-upload-status": "active"})
        self.files[upload["name"]] = upload["data"]
        response = self._told("gemini:CreateFileResponse", {"file": {
            "name": upload["name"], "displayName": upload["displayName"], "mimeType": "jsonl",
            "sizeBytes": str(len(upload["data"])), "state": "ACTIVE", "createTime": _iso(time.time()),
        }})  # fmt: skip
        response.headers = {"x-goog-upload-status": "final"}
        if "upload" in self.broken_off:
            self.broken_off.remove("upload")
            response.wire = "broken_off"
        return response

    def _gemini_create(self, request: Request) -> Response:
        if refusal := self._refusal("gemini"):
            return refusal
        order = request.json()["batch"]
        self.bodies.append(("gemini:BatchGenerateContentRequest", request.json()))
        model = request.path.split("/")[3].partition(":")[0]
        asked = []
        for line in self.files[order["inputConfig"]["fileName"]].splitlines():
            one = orjson.loads(line)
            assert one.keys() == {"key", "request"}
            asked.append(Asked(one["key"], _key_of(line), model, one["request"]))
        batch = StubBatch("gemini", f"batches/b{next(self._numbers)}", order["displayName"], asked)
        batch.input_file = order["inputConfig"]["fileName"]
        return self._add(batch, "gemini:Operation")

    def _gemini_batch(self, batch: StubBatch) -> Any:
        fates = set(batch.fates.values())
        n_failed = sum(fate not in ("answered", "twice", "cut", "nameless") for fate in batch.fates.values())
        state = "SUCCEEDED" if batch.has_ended else "RUNNING"
        if batch.has_ended and (batch.is_cancelled or fates == {"expired"}):
            state = "CANCELLED" if batch.is_cancelled else "EXPIRED"
        stats = {"requestCount": str(len(batch.asked))}
        if batch.has_ended:
            stats |= {"successfulRequestCount": str(len(batch.fates) - n_failed), "failedRequestCount": str(n_failed)}
        else:
            stats |= {"pendingRequestCount": str(len(batch.asked))}
        metadata = {
            "@type": "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch",
            "name": batch.name,
            "displayName": batch.label,
            "model": f"models/{batch.asked[0].model}" if batch.asked else "",
            "inputConfig": {"fileName": batch.input_file},
            "createTime": _iso(batch.created_at),
            "updateTime": _iso(time.time()),
            "batchStats": stats,
            "state": f"BATCH_STATE_{'FAILED' if batch.failure else state}",
        }
        operation: dict[str, Any] = {"name": batch.name, "metadata": metadata}
        if not batch.has_ended:
            return operation
        metadata["endTime"] = _iso(time.time())
        if batch.failure or state != "SUCCEEDED":
            return operation | {"done": True, "error": {"code": 3, "message": batch.failure or state.lower()}}
        if self.is_inline:
            lines = [orjson.loads(line) for line in batch.answers]
            inline = [{"metadata": {"key": line.pop("key")}, **line} for line in lines]
            output: dict[str, Any] = {"inlinedResponses": {"inlinedResponses": inline}}
        else:
            name = f"files/batch-{batch.name.removeprefix('batches/')}"
            self.files[name] = b"\n".join(batch.answers) + b"\n"
            output = {"responsesFile": name}
        metadata["output"] = output
        return operation | {"done": True, "response": output}

    def _gemini_list(self, request: Request) -> Response:
        query = parse_qs(request.query)
        shown = [self._gemini_batch(batch) for batch in reversed(self.of("gemini"))]
        start, size = int(query.get("pageToken", ["0"])[0]), int(query["pageSize"][0])
        listed: dict[str, Any] = {"operations": shown[start : start + size]}
        if start + size < len(shown):
            listed["nextPageToken"] = str(start + size)
        return self._told("gemini:ListOperationsResponse", listed)

    def _gemini_poll(self, request: Request) -> Response:
        batch = self._polled(request.path.removeprefix("/v1beta/"))
        return self._told("gemini:Operation", self._gemini_batch(batch))

    def _gemini_cancel(self, request: Request) -> Response:
        batch = self._find(request.path.removeprefix("/v1beta/").removesuffix(":cancel"))
        batch.is_cancelled = True
        self.end(batch)
        return json_response({})

    def _gemini_download(self, request: Request) -> Response:
        return self._download(self.files[request.path.removeprefix("/v1beta/").removesuffix(":download")])


def add_routes(server: StubServer) -> None:
    """For `StubConfig.routes`."""
    server.batches = StubBatches(server)  # type: ignore[attr-defined]


def _openai_batch(batch: StubBatch) -> Any:
    now = int(time.time())
    fates = list(batch.fates.values())
    n_done = sum(fate in ("answered", "twice", "cut", "nameless", "refusal") for fate in fates)
    shown: dict[str, Any] = {
        "id": batch.name,
        "object": "batch",
        "endpoint": "/v1/chat/completions",
        "input_file_id": batch.input_file,
        "completion_window": "24h",
        "status": "in_progress",
        "created_at": int(batch.created_at),
        "expires_at": int(batch.created_at) + 86400,
        "request_counts": {"total": len(batch.asked), "completed": n_done, "failed": len(fates) - n_done},
        "metadata": orjson.loads(batch.label or "null"),
    }
    if not batch.has_ended:
        return shown
    if batch.failure:
        problem = {"code": "invalid", "message": batch.failure, "param": None, "line": 1}
        return shown | {"status": "failed", "failed_at": now, "errors": {"object": "list", "data": [problem]}}
    if batch.is_cancelled:
        shown |= {"status": "cancelled", "cancelled_at": now}
    elif "expired" in fates:
        shown |= {"status": "expired", "expired_at": now}
    else:
        shown |= {"status": "completed", "completed_at": now}
    # As seen in the wild: the missing one of both files is an empty name.
    return shown | {
        "output_file_id": f"{batch.name}-output" if batch.answers else "",
        "error_file_id": f"{batch.name}-error" if batch.errors else "",
    }


def _openai_result(name: str, status: int, body: Any) -> Any:
    response = {"status_code": status, "request_id": f"req_{name}", "body": body}
    return {"id": f"batch_req_{name}", "custom_id": name, "response": response, "error": None}


def _openai_unasked(name: str, fate: Fate) -> Any:
    error = {
        "code": f"batch_{fate}",
        "message": "This request could not be executed before the completion window expired.",
    }
    return {"id": f"batch_req_{name}", "custom_id": name, "response": None, "error": error}


def _anthropic_result(name: str, status: int, body: Any) -> Any:
    if status == 200:
        usage = {"cache_creation": None, "inference_geo": None, "output_tokens_details": None, "server_tool_use": None}
        content = [{"citations": None, **block} for block in body["content"]]
        message = {"container": None, "stop_details": None, **body, "content": content}
        message["usage"] = usage | body["usage"]
        return {"custom_id": name, "result": {"type": "succeeded", "message": message}}
    return {"custom_id": name, "result": {"type": "errored", "error": body}}


def _anthropic_unasked(name: str, fate: Fate) -> Any:
    return {"custom_id": name, "result": {"type": "canceled" if fate == "cancelled" else "expired"}}


def _gemini_result(name: str, status: int, body: Any) -> Any:
    if status == 200:
        return {"key": name, "response": body}
    # google.rpc.Status, whose codes are not those of HTTP.
    code = {400: 3, 404: 5, 429: 8, 500: 13, 503: 14}[status]
    return {"key": name, "error": {"code": code, "message": body["error"]["message"]}}


def _gemini_unasked(name: str, fate: Fate) -> Any:
    return {"key": name, "error": {"code": 1, "message": f"the request was {fate}"}}


_RESULT = {"openai": _openai_result, "anthropic": _anthropic_result, "gemini": _gemini_result}
_UNASKED = {"openai": _openai_unasked, "anthropic": _anthropic_unasked, "gemini": _gemini_unasked}


def _page(shown: list[Any], after: str | None, limit: int) -> tuple[list[Any], bool]:
    start = next((i + 1 for i, one in enumerate(shown) if one["id"] == after), 0)
    return shown[start : start + limit], start + limit < len(shown)


def _parts(message: bytes) -> list[Any]:
    parsed = message_from_bytes(message, policy=HTTP)
    assert parsed.is_multipart()
    return list(parsed.iter_parts())


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
