"""A stand-in of OpenAI, Anthropic, Gemini and Together on 127.0.0.1, for what llmock lacks.

In a thread: `with Stub(StubConfig(...)) as stub`. In a process of its own: `with StubProcess(StubConfig(...)) as stub`,
or by hand `python -m tests.query.stub --port 0 --config '{"latency_s": 1}'`, which prints the port.
`/stub/log`, `/stub/counts` and `/stub/body/N` tell what came; `POST /stub/config` makes it behave otherwise.
"""

import argparse
import asyncio
import subprocess
import sys
import threading
from dataclasses import asdict
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from typing import Self

import orjson

from tests.query.stub_config import Call, StubConfig
from tests.query.stub_http import Connection
from tests.query.stub_server import AnswerMaker, StubServer

ROOT = Path(__file__).resolve().parents[2]


class Addresses:
    """Where the SDKs find the stub."""

    port: int

    @property
    def url(self) -> str:
        """Without a path: what Anthropic's and Google's SDKs take."""
        return f"http://127.0.0.1:{self.port}"

    def base_url(self, provider: str) -> str:
        """The base URL for one of our providers."""
        return self.url if provider in ("anthropic", "gemini") else f"{self.url}/v1"


class Stub(Addresses):
    """The stand-in in a thread of this process. `answer`: from the key of an image to the text that is answered."""

    def __init__(self, config: StubConfig | None = None, answer: AnswerMaker | None = None) -> None:
        self.server = StubServer(config or StubConfig(), answer)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.port = asyncio.run_coroutine_threadsafe(_listen(self.server, 0), self._loop).result()

    @property
    def calls(self) -> list[Call]:
        """All calls so far."""
        return list(self.server.calls)

    @property
    def bodies(self) -> list[bytes]:
        """The requests' bodies, where they are recorded."""
        return list(self.server.bodies)

    def counts(self) -> dict[str, int]:
        """Calls by fault."""
        return self.server.counts()

    def configure(self, config: StubConfig) -> None:
        """Behave so from now on, with an empty log."""
        self._loop.call_soon_threadsafe(self.server.configure, config)
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), self._loop).result()

    def close(self) -> None:
        """Stop, and drop all connections."""
        asyncio.run_coroutine_threadsafe(_drop(self.server), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self) -> Self:
        """The stub, listening."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close."""
        self.close()


class StubProcess(Addresses):
    """The stand-in in a process of its own, so that it takes no time from what is measured."""

    def __init__(self, config: StubConfig | None = None, port: int = 0) -> None:
        command = [sys.executable, "-m", "tests.query.stub", "--port", str(port), "--config", "-"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(orjson.dumps(asdict(config or StubConfig())))
        self._process.stdin.close()
        self.port = int(self._process.stdout.readline())

    @property
    def calls(self) -> list[Call]:
        """All calls so far."""
        return [Call(**call) for call in orjson.loads(self._call("GET", "/stub/log"))]

    @property
    def bodies(self) -> list[bytes]:
        """The requests' bodies, where they are recorded."""
        return [self._call("GET", f"/stub/body/{call.number}") for call in self.calls]

    def counts(self) -> dict[str, int]:
        """Calls by fault; `answered` for those without."""
        counts: dict[str, int] = orjson.loads(self._call("GET", "/stub/counts"))
        return counts

    def configure(self, config: StubConfig) -> None:
        """Behave so from now on, with an empty log."""
        self._call("POST", "/stub/config", orjson.dumps(asdict(config)))

    def close(self) -> None:
        """Stop."""
        self._process.terminate()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _call(self, method: str, path: str, body: bytes = b"") -> bytes:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body)
            return connection.getresponse().read()
        finally:
            connection.close()

    def __enter__(self) -> Self:
        """The stub, listening."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close."""
        self.close()


async def _listen(server: StubServer, port: int) -> int:
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(
        lambda: Connection(server.respond, server.connections), "127.0.0.1", port, backlog=1024
    )
    server.listening = listening
    bound: int = listening.sockets[0].getsockname()[1]
    return bound


async def _drop(server: StubServer) -> None:
    server.listening.close()
    for connection in list(server.connections):
        connection.transport.abort()
    await asyncio.sleep(0)


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--config", default="{}", help="JSON of StubConfig, or - to read it from standard input")
    options = parser.parse_args()
    text = sys.stdin.read() if options.config == "-" else options.config
    server = StubServer(StubConfig(**orjson.loads(text)))
    with asyncio.Runner() as runner:
        print(runner.run(_listen(server, options.port)), flush=True)
        runner.run(asyncio.Event().wait())


if __name__ == "__main__":
    main()
