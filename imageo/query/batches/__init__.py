"""Questions handed over together, at half price. What a provider's batches are, in the same words for all of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol
from uuid import UUID

from imageo.errors import ImageoError
from imageo.query.replies import CallFailed, Reply


@dataclass(frozen=True)
class BatchLimits:
    """The most that one batch may hold: requests, and bytes of all of them together."""

    requests: int
    bytes: int


@dataclass(frozen=True)
class RemoteBatch:
    """A batch as the provider tells of it. `status` is the provider's own word.

    `has_ended`: nothing more will come. `failure`: why none of it was done. `is_cut_short`: expired or cancelled, so
    that some requests were never asked. `counts`: requests by the provider's words.
    """

    name: str
    status: str
    has_ended: bool
    failure: str | None = None
    is_cut_short: bool = False
    counts: Mapping[str, int] | None = None


@dataclass(frozen=True)
class Handover:
    """A batch that was perhaps handed over: what is known of it on this side.

    `sent_at`: just before the provider was called. `claimed`: the provider's batches that are known to be others.
    """

    token: UUID
    n_requests: int
    sent_at: datetime
    claimed: frozenset[str]


@dataclass(frozen=True)
class Sought:
    """What came of looking for a batch at the provider: `name` where it is `found`.

    `unclear`: there are batches that could be it, and only their results will tell.
    """

    verdict: Literal["found", "absent", "unclear"]
    name: str | None = None


@dataclass(frozen=True)
class BatchResult:
    """What became of one request: a reply, a failure, or nothing (expired, cancelled: it was never asked).

    `custom_id` is None where the provider does not tell which request it is about.
    """

    custom_id: str | None
    reply: Reply | None = None
    failure: CallFailed | None = None


class BatchRefused(ImageoError):
    """The provider said no: nothing was handed over."""


class BatchUnclear(ImageoError):
    """The call broke off: whether the provider took it is not known."""


class BatchClient(Protocol):
    """Batches of one provider, over its SDK. Blocking; every method raises BatchRefused or BatchUnclear."""

    limits: BatchLimits

    def open_file(self) -> bytes:
        """What a file of requests begins with."""

    def line(self, custom_id: str, body: bytes, is_first: bool) -> bytes:
        """One request of such a file; `body` is what the provider's `encode` made, on one line."""

    def close_file(self) -> bytes:
        """What it ends with."""

    def upload(self, token: UUID, file: Path) -> str | None:
        """Bring the requests to the provider, who does nothing with them yet; its name for them, if it has one."""

    def create(self, token: UUID, model: str, input_file: str | None, file: Path) -> str:
        """Hand the batch over: from here on it costs. Never tried twice. The provider's name for it."""

    def seek(self, handover: Handover) -> Sought:
        """Look for a batch whose name was lost."""

    def poll(self, name: str) -> RemoteBatch:
        """How it stands."""

    def cancel(self, name: str) -> None:
        """Ask the provider to stop; what is done by then is delivered and billed."""

    def download(self, name: str, folder: Path) -> list[Path]:
        """The results as files of lines; none where there is no result."""

    def read(self, line: bytes) -> BatchResult:
        """One line of results. Raises ValueError where it is cut or no such line."""

    def close(self) -> None:
        """Close the connections."""
