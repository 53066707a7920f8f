"""One file a provider, over its official SDK. A provider knows no database."""

from dataclasses import dataclass
from typing import Protocol

from pydantic import SecretStr

from imageo.query.questions import ImageLimits, Question
from imageo.query.replies import Reply


@dataclass(frozen=True)
class Endpoint:
    """Where and with what a provider is reached; `timeout_s` is for one call as a whole."""

    key: SecretStr | None = None
    base_url: str | None = None
    timeout_s: float = 300.0
    connections: int = 64


class Provider(Protocol):
    """Asks one model under one `Asking`; made once a run, used by many slots at a time."""

    name: str
    image_limits: ImageLimits | None
    """None: this provider looks at no image."""

    def encode(self, question: Question) -> bytes:
        """The body of the request. Takes milliseconds: called off the event loop, once a question."""

    async def ask(self, body: bytes) -> Reply:
        """One call, no retries. Raises CallFailed, and nothing else, within the time-out."""

    async def aclose(self) -> None:
        """Close the connections."""
