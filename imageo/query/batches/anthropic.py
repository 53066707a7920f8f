"""Batches of Anthropic: requests inline, and no metadata: a lost batch is told by the custom ids in its results."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import orjson

from imageo.query.batches import BatchLimits, BatchResult, Handover, RemoteBatch, Sought
from imageo.query.batches.connections import answered, errored, key_of, open_http
from imageo.query.batches.custom_ids import image_of
from imageo.query.batches.troubles import told
from imageo.query.providers import Endpoint
from imageo.query.providers.environment import without_environment

if TYPE_CHECKING:
    from anthropic.types.messages import MessageBatch

BASE_URL = "https://api.anthropic.com"
LIMITS = BatchLimits(requests=100_000, bytes=256_000_000)
CLOCKS_APART = timedelta(hours=1)
"""How far our clock and the provider's may be apart."""

STATUS = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "timeout_error": 504,
    "overloaded_error": 529,
}
"""The HTTP status that goes with the type of an error, after platform.claude.com/docs/en/api/errors; else 500."""


class AnthropicBatches:
    """Batches of Anthropic's messages."""

    def __init__(self, endpoint: Endpoint, limits: BatchLimits = LIMITS) -> None:
        from anthropic import Anthropic

        self.limits = limits
        self._key = endpoint.key
        client = Anthropic(
            api_key=key_of(endpoint),
            base_url=endpoint.base_url or BASE_URL,
            max_retries=2,
            http_client=open_http(endpoint),
        )
        self._client = without_environment(client)

    def open_file(self) -> bytes:
        """The body of the call that hands it over."""
        return b'{"requests":['

    def line(self, custom_id: str, body: bytes, is_first: bool) -> bytes:
        """One request."""
        comma = b"" if is_first else b",\n"
        return comma + b'{"custom_id":"%s","params":' % custom_id.encode() + body + b"}"

    def close_file(self) -> bytes:
        """Its end."""
        return b"]}"

    def upload(self, token: UUID, file: Path) -> str | None:
        """Nothing: the requests go along with the batch."""
        return None

    def create(self, token: UUID, model: str, input_file: str | None, file: Path) -> str:
        """Hand it over, from the disk."""
        from anthropic.types.messages import MessageBatch

        with told("anthropic", "handing over the batch", self._key), file.open("rb") as stream:
            client = without_environment(self._client.with_options(max_retries=0))
            batch = client.post(
                "/v1/messages/batches",
                cast_to=MessageBatch,
                content=stream,
                options={"headers": {"Content-Type": "application/json"}},
            )
            return batch.id

    def seek(self, handover: Handover) -> Sought:
        """Among the batches of that time and size that nobody claimed: those that ended tell whose they are.

        One that still runs does not; as its results are what is waited for, that costs no time.
        """
        is_unclear = False
        with told("anthropic", "listing batches", self._key):
            for batch in self._client.messages.batches.list(limit=100):
                if batch.created_at < handover.sent_at - CLOCKS_APART:
                    break
                if batch.id in handover.claimed or _size(batch) != handover.n_requests:
                    continue
                if batch.processing_status != "ended":
                    is_unclear = True
                elif batch.results_url and self._is_of(batch.id, handover.token):
                    return Sought("found", batch.id)
        return Sought("unclear" if is_unclear else "absent")

    def poll(self, name: str) -> RemoteBatch:
        """How it stands."""
        with told("anthropic", f"asking for batch {name}", self._key):
            batch = self._client.messages.batches.retrieve(name)
            return RemoteBatch(
                name=batch.id,
                status=batch.processing_status,
                has_ended=batch.processing_status == "ended",
                counts={"total": _size(batch), **batch.request_counts.model_dump(exclude_none=True)},
            )

    def cancel(self, name: str) -> None:
        """Ask to stop."""
        with told("anthropic", f"cancelling batch {name}", self._key):
            self._client.messages.batches.cancel(name)

    def download(self, name: str, folder: Path) -> list[Path]:
        """All results in one file, in any order."""
        path = folder / "results.jsonl"
        with (
            told("anthropic", f"fetching the results of batch {name}", self._key),
            self._client.messages.batches.with_streaming_response.results(name) as response,
            path.open("wb") as file,
        ):
            for piece in response.iter_bytes():
                file.write(piece)
        return [path]

    def read(self, line: bytes) -> BatchResult:
        """One line: succeeded, errored, canceled or expired."""
        from imageo.query.providers.anthropic import read_reply

        whole = orjson.loads(line)
        custom_id, result = whole["custom_id"], whole["result"]
        if result["type"] == "succeeded":
            return answered(custom_id, read_reply, result["message"])
        if result["type"] == "errored":
            error = result["error"]
            return errored(custom_id, STATUS.get(error.get("error", {}).get("type"), 500), error)
        return BatchResult(custom_id)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _is_of(self, name: str, token: UUID) -> bool:
        """Whether the first result is one of that token's requests."""
        with self._client.messages.batches.with_streaming_response.results(name) as response:
            first = next(response.iter_lines(), "")
        return bool(first) and image_of(token, orjson.loads(first).get("custom_id")) is not None


def _size(batch: "MessageBatch") -> int:
    counts = batch.request_counts
    return counts.canceled + counts.errored + counts.expired + counts.processing + counts.succeeded
