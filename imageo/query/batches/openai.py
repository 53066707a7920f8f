"""Batches of OpenAI: an uploaded JSONL file, found again by the metadata of the batch."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson

from imageo.query.batches import BatchLimits, BatchResult, Handover, RemoteBatch, Sought
from imageo.query.batches.connections import answered, errored, key_of, open_http
from imageo.query.batches.troubles import told
from imageo.query.providers import Endpoint
from imageo.query.providers.environment import without_environment
from imageo.query.replies import CallFailed

if TYPE_CHECKING:
    from openai.types import Batch

BASE_URL = "https://api.openai.com/v1"
LIMITS = BatchLimits(requests=50_000, bytes=200_000_000)
METADATA = "imageo_batch"
ENDED = frozenset(("completed", "failed", "expired", "cancelled"))
CLOCKS_APART = timedelta(days=1)
"""How far our clock and the provider's may be apart."""


class OpenAIBatches:
    """Batches of OpenAI's chat completions."""

    def __init__(self, endpoint: Endpoint, limits: BatchLimits = LIMITS) -> None:
        from openai import OpenAI

        self.limits = limits
        self._key = endpoint.key
        client = OpenAI(
            api_key=key_of(endpoint),
            base_url=endpoint.base_url or BASE_URL,
            max_retries=2,
            http_client=open_http(endpoint),
        )
        self._client = without_environment(client)

    def open_file(self) -> bytes:
        """Nothing: a line a request."""
        return b""

    def line(self, custom_id: str, body: bytes, is_first: bool) -> bytes:
        """One request."""
        start = b'{"custom_id":"%s","method":"POST","url":"/v1/chat/completions","body":' % custom_id.encode()
        return start + body + b"}\n"

    def close_file(self) -> bytes:
        """Nothing."""
        return b""

    def upload(self, token: UUID, file: Path) -> str | None:
        """The file carries the token in its name; uploaded twice, it stands there twice, until it expires."""
        with told("openai", "uploading the requests", self._key), file.open("rb") as stream:
            name = (f"imageo-{token.hex}.jsonl", stream, "application/jsonl")
            return self._client.files.create(file=name, purpose="batch").id

    def create(self, token: UUID, model: str, input_file: str | None, file: Path) -> str:
        """Hand it over."""
        assert input_file is not None
        with told("openai", "handing over the batch", self._key):
            batch = without_environment(self._client.with_options(max_retries=0)).batches.create(
                completion_window="24h",
                endpoint="/v1/chat/completions",
                input_file_id=input_file,
                metadata={METADATA: str(token)},
            )
            return batch.id

    def seek(self, handover: Handover) -> Sought:
        """By the metadata: certain either way. The newest come first."""
        oldest = (handover.sent_at - CLOCKS_APART).timestamp()
        with told("openai", "listing batches", self._key):
            for batch in self._client.batches.list(limit=100):
                if (batch.metadata or {}).get(METADATA) == str(handover.token):
                    return Sought("found", batch.id)
                if batch.created_at < oldest:
                    break
        return Sought("absent")

    def poll(self, name: str) -> RemoteBatch:
        """How it stands."""
        with told("openai", f"asking for batch {name}", self._key):
            batch = self._client.batches.retrieve(name)
            counts = batch.request_counts
            return RemoteBatch(
                name=batch.id,
                status=batch.status,
                has_ended=batch.status in ENDED,
                failure=_failure(batch) if batch.status == "failed" else None,
                is_cut_short=batch.status in ("expired", "cancelled"),
                counts={"total": counts.total, "completed": counts.completed, "failed": counts.failed}
                if counts
                else None,
            )

    def cancel(self, name: str) -> None:
        """Ask to stop."""
        with told("openai", f"cancelling batch {name}", self._key):
            self._client.batches.cancel(name)

    def download(self, name: str, folder: Path) -> list[Path]:
        """Answers and errors stand in a file each; one that is missing is None or an empty name."""
        with told("openai", f"fetching the results of batch {name}", self._key):
            batch = self._client.batches.retrieve(name)
            paths: list[Path] = []
            for file_id in filter(None, (batch.output_file_id, batch.error_file_id)):
                path = folder / f"{len(paths)}.jsonl"
                with self._client.files.with_streaming_response.content(file_id) as response:
                    response.stream_to_file(path)
                paths.append(path)
            return paths

    def read(self, line: bytes) -> BatchResult:
        """One line: a response with its own HTTP status, or an error of the batch, such as batch_expired."""
        from imageo.query.providers.chat import read_reply

        result = orjson.loads(line)
        custom_id, response = result["custom_id"], result.get("response")
        if not response:
            return _unanswered(custom_id, result.get("error") or {})
        if response["status_code"] != 200:
            return errored(custom_id, response["status_code"], response.get("body"))
        return answered(custom_id, read_reply, response["body"])

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _failure(batch: "Batch") -> str:
    """Why the requests were not taken: the first reasons, with their lines."""
    problems = (batch.errors.data if batch.errors else None) or []
    told = [f"line {problem.line}: {problem.message}" if problem.line else problem.message for problem in problems]
    return "; ".join(filter(None, told[:3])) or "no reason told"


def _unanswered(custom_id: str, error: Mapping[str, Any]) -> BatchResult:
    """A request that brought no response: never asked where the batch expired or was cancelled."""
    if error.get("code") in ("batch_expired", "batch_cancelled"):
        return BatchResult(custom_id)
    message = f"{error.get('code')}: {error.get('message')}"
    return BatchResult(custom_id, failure=CallFailed("server_error", message))
