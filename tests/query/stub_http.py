"""As much of an HTTP/1.1 server as the stand-in needs: keep-alive, Content-Length, and ways to go wrong on the wire."""

import asyncio
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import unquote

import orjson

Wire = Literal["whole", "broken_off", "drip", "reset"]


@dataclass
class Request:
    """`path` is unquoted and holds no query; header names are in lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes = b""

    def json(self) -> Any:
        """The body as JSON."""
        return orjson.loads(self.body)


@dataclass
class Response:
    """`delay_s`: before the first byte. `on_sent(is_whole)` is called when it went out, or when nobody was there."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    delay_s: float = 0.0
    wire: Wire = "whole"
    drip_s: float = 0.2
    on_sent: Callable[[bool], None] | None = None


def json_response(value: object, status: int = 200) -> Response:
    """A response of JSON."""
    return Response(status, orjson.dumps(value))


class Connection(asyncio.Protocol):
    """One connection: a request after another."""

    def __init__(self, respond: Callable[[Request], Response], open_connections: set["Connection"]) -> None:
        self._respond = respond
        self._open = open_connections
        self._head = bytearray()
        self._request: Request | None = None
        self._chunks: list[bytes] = []
        self._missing = 0
        self._timer: asyncio.TimerHandle | None = None
        self._pending: Response | None = None
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._open.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone, perhaps before its answer."""
        self._open.discard(self)
        if self._timer is not None:
            self._timer.cancel()
        self._sent(False)

    def data_received(self, data: bytes) -> None:
        """Collect one request."""
        if self._request is None:
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            self._request = _read_head(bytes(self._head[:end]))
            data = bytes(self._head[end + 4 :])
            self._head.clear()
            self._missing = int(self._request.headers.get("content-length", "0"))
        self._chunks.append(data)
        self._missing -= len(data)
        if self._missing <= 0:
            self._answer(self._request)

    def _answer(self, request: Request) -> None:
        request.body = b"".join(self._chunks)
        self._chunks.clear()
        self._request = None
        response = self._pending = self._respond(request)
        if response.delay_s > 0:
            self._timer = asyncio.get_running_loop().call_later(response.delay_s, self._send, response)
        else:
            self._send(response)

    def _send(self, response: Response) -> None:
        if response.wire == "reset":
            linger = struct.pack("ii", 1, 0)
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.transport.abort()
            return
        head = [f"HTTP/1.1 {response.status} X", f"content-length: {len(response.body)}"]
        head.append(f"content-type: {response.content_type}")
        head += [f"{name}: {value}" for name, value in response.headers.items()]
        start = "\r\n".join(head).encode() + b"\r\n\r\n"
        if response.wire == "whole":
            # Noted before, or the client could ask for the log in between.
            self._sent(True)
            self.transport.write(start + response.body)
        elif response.wire == "broken_off":
            self.transport.write(start + response.body[: len(response.body) // 2])
            self.transport.close()
        else:
            self.transport.write(start)
            self._drip(response, 0)

    def _drip(self, response: Response, offset: int) -> None:
        step = -(-len(response.body) // 10)
        is_last = offset + step >= len(response.body)
        if is_last:
            self._sent(True)
        self.transport.write(response.body[offset : offset + step])
        if is_last:
            return
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(response.drip_s, self._drip, response, offset + step)

    def _sent(self, is_whole: bool) -> None:
        response, self._pending = self._pending, None
        if response is not None and response.on_sent is not None:
            response.on_sent(is_whole)


def _read_head(head: bytes) -> Request:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    path, _, query = target.partition("?")
    pairs = (line.partition(":") for line in lines)
    return Request(method, unquote(path), query, {name.lower(): value.strip() for name, _, value in pairs})
