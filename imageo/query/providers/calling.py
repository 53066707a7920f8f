"""One call, whichever SDK makes it: what it answers, or why it failed. Here alone SDK errors become CallFailed."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import httpx2

from imageo.query.keys import redact
from imageo.query.providers import Endpoint
from imageo.query.providers.failures import read_error
from imageo.query.providers.headers import read_limits
from imageo.query.replies import CallFailed, Reply

CONNECT_S = 20.0

_BEFORE_IT_WORKED = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.LocalProtocolError,
    httpx2.WriteError,
    httpx2.WriteTimeout,
)
"""The question did not reach the provider as a whole."""


@dataclass(frozen=True, slots=True)
class Response:
    """What came back over HTTP. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def open_client(endpoint: Endpoint) -> httpx2.AsyncClient:
    """The connections of one provider: as many as may be in use at a time.

    Proxies and certificates of the environment are not read: only `imageo.settings` reads it.
    """
    return httpx2.AsyncClient(
        limits=httpx2.Limits(max_connections=endpoint.connections, max_keepalive_connections=endpoint.connections),
        timeout=timeout(endpoint),
        trust_env=False,
    )


def timeout(endpoint: Endpoint) -> httpx2.Timeout:
    """The time-outs of one connection, seconds: the SDKs want their own beside that of the whole call."""
    return httpx2.Timeout(endpoint.timeout_s, connect=min(CONNECT_S, endpoint.timeout_s))


def response_of(response: httpx2.Response) -> Response:
    """What the SDK got."""
    return Response(response.status_code, lower(response.headers), response.content)


def lower(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers with their names in lower case."""
    return {name.lower(): value for name, value in headers.items()}


async def call(
    send: Callable[[bytes], Awaitable[Response]], body: bytes, endpoint: Endpoint, read_reply: Callable[[bytes], Reply]
) -> Reply:
    """Send once and read what comes. Raises CallFailed, without the key in it, and nothing else."""
    failed: CallFailed
    try:
        async with asyncio.timeout(endpoint.timeout_s):
            response = await send(body)
        return _without_key(_read(response, read_reply), endpoint)
    except CallFailed as failure:
        failed = failure
    except TimeoutError:
        failed = CallFailed("timeout", f"no answer within {endpoint.timeout_s:g} s", may_be_billed=True)
    except Exception as error:
        failed = _not_answered(error)
    # Raised here, and not where the SDK's error is at hand, so that no request hangs on to it.
    failed.message = redact(failed.message, endpoint.key)
    failed.args = (failed.message,)
    failed.reply = failed.reply and _without_key(failed.reply, endpoint)
    raise failed


def _without_key(reply: Reply, endpoint: Endpoint) -> Reply:
    # A refusal may be the words of a proxy, and so may the answer.
    key = endpoint.key.get_secret_value() if endpoint.key else ""
    if key and key in (reply.text or ""):
        reply = replace(reply, text=redact(reply.text or "", endpoint.key))
    return replace(reply, refusal=redact(reply.refusal, endpoint.key)) if reply.refusal else reply


def _read(response: Response, read_reply: Callable[[bytes], Reply]) -> Reply:
    now = datetime.now(UTC)
    if not 200 <= response.status < 300:
        return read_error(response.status, response.body, response.headers, now)
    limits = read_limits(response.headers, now)
    try:
        return replace(read_reply(response.body), limits=limits)
    except CallFailed as failure:
        failure.limits = failure.limits or limits
        failure.status = failure.status or response.status
        raise


def _not_answered(error: Exception) -> CallFailed:
    # The SDKs wrap what the connection raises.
    cause = error if isinstance(error, httpx2.HTTPError) or error.__cause__ is None else error.__cause__
    name = type(cause).__name__
    message = f"{name}: {cause}" if str(cause) else name
    if isinstance(cause, httpx2.TimeoutException):
        return CallFailed("timeout", message, may_be_billed=not isinstance(cause, _BEFORE_IT_WORKED))
    if isinstance(cause, httpx2.TransportError | OSError):
        return CallFailed("connection", message, may_be_billed=not isinstance(cause, _BEFORE_IT_WORKED))
    return CallFailed("broken_response", message, may_be_billed=True)
