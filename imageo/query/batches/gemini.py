"""Batches of Gemini: an uploaded JSONL file, found again by the display name of the batch.

Always a file, however small: answers to inline requests come back in any order and without the key of their request
(github.com/googleapis/python-genai issues 1909 and 2008).
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from imageo.query.batches import BatchLimits, BatchResult, Handover, RemoteBatch, Sought
from imageo.query.batches.connections import answered, errored, key_of, open_http
from imageo.query.batches.gemini_schema import open_api
from imageo.query.batches.troubles import told
from imageo.query.providers import Endpoint

BASE_URL = "https://generativelanguage.googleapis.com"
LIMITS = BatchLimits(requests=50_000, bytes=500_000_000)
"""Google takes files of 2 GB; an upload that breaks off begins anew, so ours are smaller."""

ENDED = frozenset(("SUCCEEDED", "FAILED", "CANCELLED", "EXPIRED"))
STATUS = {3: 400, 4: 504, 5: 404, 7: 403, 8: 429, 13: 500, 14: 503, 16: 401}
"""The HTTP status that goes with a google.rpc.Code, after cloud.google.com/apis/design/errors; else 500."""
NEVER_ASKED = 1
"""google.rpc.Code.CANCELLED."""


class GeminiBatches:
    """Batches of Gemini's generateContent."""

    def __init__(self, endpoint: Endpoint, limits: BatchLimits = LIMITS) -> None:
        from google.genai import Client
        from google.genai.types import HttpOptions

        self.limits = limits
        self._key = endpoint.key
        self._http = open_http(endpoint)
        self._client = Client(
            vertexai=False,
            api_key=key_of(endpoint),
            http_options=HttpOptions(
                base_url=endpoint.base_url or BASE_URL,
                api_version="v1beta",
                timeout=int(endpoint.timeout_s * 1000),
                httpx_client=self._http,
            ),
        )

    def open_file(self) -> bytes:
        """Nothing: a line a request."""
        return b""

    def line(self, custom_id: str, body: bytes, is_first: bool) -> bytes:
        """One request."""
        return b'{"key":"%s","request":' % custom_id.encode() + _batch_request(body) + b"}\n"

    def close_file(self) -> bytes:
        """Nothing."""
        return b""

    def upload(self, token: UUID, file: Path) -> str | None:
        """The file gets the token as its name, so there is one at most."""
        from google.genai.types import UploadFileConfig

        name = f"imageo-{token.hex}"
        config = UploadFileConfig(name=name, display_name=name, mime_type="jsonl")
        with told("gemini", "uploading the requests", self._key):
            return self._client.files.upload(file=str(file), config=config).name

    def create(self, token: UUID, model: str, input_file: str | None, file: Path) -> str:
        """Hand it over."""
        batch = {"displayName": _display_name(token), "inputConfig": {"fileName": input_file}}
        with told("gemini", "handing over the batch", self._key):
            made = self._call("post", f"models/{model.removeprefix('models/')}:batchGenerateContent", {"batch": batch})
            return str(made["name"])

    def seek(self, handover: Handover) -> Sought:
        """By the display name: certain either way."""
        with told("gemini", "listing batches", self._key):
            for operation in self._list():
                if operation.get("metadata", {}).get("displayName") == _display_name(handover.token):
                    return Sought("found", operation["name"])
        return Sought("absent")

    def poll(self, name: str) -> RemoteBatch:
        """How it stands."""
        with told("gemini", f"asking for batch {name}", self._key):
            operation = self._call("get", name)
            metadata = operation["metadata"]
            state = str(metadata["state"]).removeprefix("BATCH_STATE_").removeprefix("JOB_STATE_")
            stats = metadata.get("batchStats") or {}
            return RemoteBatch(
                name=name,
                status=state.lower(),
                has_ended=state in ENDED,
                failure=operation.get("error", {}).get("message", "no reason told") if state == "FAILED" else None,
                is_cut_short=state in ("CANCELLED", "EXPIRED"),
                # Numbers of 64 bits come as text, and none where it is 0.
                counts={
                    "total": int(stats.get("requestCount", 0)),
                    "successful": int(stats.get("successfulRequestCount", 0)),
                    "failed": int(stats.get("failedRequestCount", 0)),
                    "pending": int(stats.get("pendingRequestCount", 0)),
                }
                if stats
                else None,
            )

    def cancel(self, name: str) -> None:
        """Stop at once."""
        with told("gemini", f"cancelling batch {name}", self._key):
            self._client.batches.cancel(name=name)

    def download(self, name: str, folder: Path) -> list[Path]:
        """The results as a file; small ones may come along with the batch, though a file was given."""
        path = folder / "results.jsonl"
        with told("gemini", f"fetching the results of batch {name}", self._key):
            operation = self._call("get", name)
            output = operation.get("response") or operation["metadata"].get("output") or {}
            if file_name := output.get("responsesFile"):
                self._client.files.download(file=file_name, destination=str(path))
                return [path]
            inline = output.get("inlinedResponses", {}).get("inlinedResponses", [])
            path.write_bytes(b"".join(orjson.dumps(response) + b"\n" for response in inline))
            return [path] if inline else []

    def read(self, line: bytes) -> BatchResult:
        """One line: a response or an error, with the key of its request."""
        from imageo.query.providers.gemini import read_reply

        result = orjson.loads(line)
        key = result.get("key") or (result.get("metadata") or {}).get("key")
        error = result.get("error") or (result if "code" in result else None)
        if not error:
            return answered(key, read_reply, result["response"])
        code = error.get("code", 13)
        if code == NEVER_ASKED:
            return BatchResult(key)
        return errored(key, STATUS.get(code, code if code >= 400 else 500), {"error": error})

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
        self._http.close()

    def _list(self) -> Iterator[Mapping[str, Any]]:
        token = ""
        while True:
            page = self._call("get", f"batches?pageSize=100{token}")
            yield from page.get("operations", [])
            if not page.get("nextPageToken"):
                return
            token = f"&pageToken={page['nextPageToken']}"

    def _call(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Any:
        """The operation as it is: the SDK's own reading of it drops the error, the counts and the inline keys."""
        response = self._client._api_client.request(method, path, dict(body or {}))
        return orjson.loads(response.body or b"{}")


def _display_name(token: UUID) -> str:
    return f"imageo-{token}"


def _batch_request(body: bytes) -> bytes:
    """The body with the schema in Gemini's own form.

    Within batches `responseJsonSchema` is taken and then not kept to: all of 502 answers had the wrong shape, and none
    under `responseSchema` (github.com/crmne/ruby_llm issue 894, August 2026).
    """
    request = orjson.loads(body)
    config = request.get("generationConfig", {})
    schema = config.pop("responseJsonSchema", None)
    if schema is None:
        return body
    config["responseSchema"] = open_api(schema)
    return orjson.dumps(request)
