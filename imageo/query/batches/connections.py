"""What all batch clients share: their connections, and how an error in a line of results is read."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from imageo.query.batches import BatchResult
from imageo.query.providers import Endpoint
from imageo.query.providers.failures import read_error
from imageo.query.replies import CallFailed, Reply

if TYPE_CHECKING:
    import httpx2

CONNECT_S = 20.0


def open_http(endpoint: Endpoint) -> "httpx2.Client":
    """The connections of one provider. Proxies of the environment are not read: only `imageo.settings` reads it."""
    import httpx2

    timeout = httpx2.Timeout(endpoint.timeout_s, connect=min(CONNECT_S, endpoint.timeout_s))
    return httpx2.Client(timeout=timeout, trust_env=False, follow_redirects=True)


def key_of(endpoint: Endpoint) -> str:
    """The key as the SDKs want it."""
    return endpoint.key.get_secret_value() if endpoint.key else "none"


def answered(custom_id: str | None, read_reply: Callable[[Mapping[str, object]], Reply], body: object) -> BatchResult:
    """A request that was answered. Raises ValueError where the body is no object."""
    if not isinstance(body, Mapping):
        raise ValueError("no object where the answer should stand")
    try:
        return BatchResult(custom_id, reply=read_reply(body))
    except CallFailed as failure:
        return BatchResult(custom_id, failure=failure)


def errored(custom_id: str | None, status: int, error: object) -> BatchResult:
    """A request that failed, with the HTTP status that it would have had by itself."""
    body = error if isinstance(error, Mapping) else {"error": error}
    try:
        return BatchResult(custom_id, reply=read_error(status, body))
    except CallFailed as failure:
        return BatchResult(custom_id, failure=failure)
