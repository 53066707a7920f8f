"""The file of requests of one batch: written as the images are prepared, so that a few of them are in memory."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import UUID

from imageo.query.batches import BatchClient
from imageo.query.batches.custom_ids import custom_id
from imageo.query.batches.job import Requests
from imageo.query.images.prepare import BadImage
from imageo.query.questions import Question


@dataclass(frozen=True)
class Encoded:
    """An image as a request, or why it cannot be one; neither where its file is not here.

    `content_hash`: the SHA-256 of the file as it was found.
    """

    image_id: int
    body: bytes | None = None
    content_hash: str | None = None
    problem: str | None = None


class RequestFile:
    """Requests for one provider, up to its limits."""

    def __init__(self, path: Path, client: BatchClient, token: UUID) -> None:
        self.path = path
        self.n_requests = 0
        self._client = client
        self._token = token
        self._file = path.open("wb")
        self._room = client.limits.bytes - len(client.open_file()) - len(client.close_file())
        self._file.write(client.open_file())

    def add(self, image_id: int, body: bytes) -> bool:
        """Write one request; False where the file is full. Raises ValueError where no file could hold it."""
        is_first = self.n_requests == 0
        line = self._client.line(custom_id(self._token, image_id), body, is_first)
        if self.is_full or len(line) > self._room:
            if is_first:
                raise ValueError(f"a request of {len(line):,} bytes; a batch takes {self._client.limits.bytes:,}")
            return False
        self._file.write(line)
        self._room -= len(line)
        self.n_requests += 1
        return True

    @property
    def is_full(self) -> bool:
        """Whether it takes no further request."""
        return self.n_requests >= self._client.limits.requests

    def close(self) -> None:
        """Write the end."""
        self._file.write(self._client.close_file())
        self._file.close()

    def __enter__(self) -> Self:
        """The file, open."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close."""
        self._file.close()


def encode_all(requests: Requests, image_ids: Sequence[int], threads: Executor) -> Iterator[Encoded]:
    """Prepare images side by side and give them in order; two a thread are in memory at most."""
    ahead: deque[Future[Encoded]] = deque()
    for image_id in image_ids:
        if len(ahead) == 2 * requests.threads:
            yield ahead.popleft().result()
        ahead.append(threads.submit(_encode, requests, image_id))
    while ahead:
        yield ahead.popleft().result()


def _encode(requests: Requests, image_id: int) -> Encoded:
    try:
        image = requests.prepare(image_id)
    except LookupError:
        return Encoded(image_id)
    except (BadImage, OSError) as problem:
        return Encoded(image_id, problem=str(problem))
    return Encoded(image_id, requests.encode(Question(image_id, image)), image.content_hash)
