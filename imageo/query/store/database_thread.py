"""A thread with one connection, for asyncio: it connects anew where that is lost, and repeats what was cut off."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

import psycopg

from imageo.errors import DatabaseError

_Result = TypeVar("_Result")
Connect = Callable[[], psycopg.Connection]
Say = Callable[[str], None]

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0


class DatabaseAway(DatabaseError):
    """The database did not come back in time."""


class DatabaseThread:
    """Runs actions one after another. `connect` opens a connection in autocommit mode; actions make transactions.

    An action that a lost connection cuts off is repeated on a new one, for `patience_s` seconds: it must bear that.
    `say` is called on the event loop.
    """

    def __init__(self, connect: Connect, *, patience_s: float, say: Say) -> None:
        self._connect = connect
        self._patience_s = patience_s
        self._say = say
        self._connection: psycopg.Connection | None = None
        self._executor = ThreadPoolExecutor(1, "imageo-database")
        self._has_given_up = threading.Event()

    async def open(self) -> None:
        """Connect now; raises DatabaseError."""
        self._connection = await asyncio.get_running_loop().run_in_executor(self._executor, self._connect)

    async def run(self, action: Callable[[psycopg.Connection], _Result]) -> _Result:
        """What the action returns. Raises DatabaseAway where the database stays away; from then on one try is all."""
        loop = asyncio.get_running_loop()

        def say(message: str) -> None:
            with suppress(RuntimeError):  # the loop is closed: nobody listens any more
                loop.call_soon_threadsafe(self._say, message)

        return await loop.run_in_executor(self._executor, self._perform, action, say)

    def give_up(self) -> None:
        """Wait no longer for a database that is away."""
        self._has_given_up.set()

    async def aclose(self) -> None:
        """End what was begun, then close the connection."""
        await asyncio.get_running_loop().run_in_executor(self._executor, self._disconnect)
        self._executor.shutdown(wait=False)

    def _perform(self, action: Callable[[psycopg.Connection], _Result], say: Say) -> _Result:
        deadline: float | None = None
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                result = self._attempt(action)
            except DatabaseError as problem:
                reason = str(problem)
            else:
                if deadline is not None:
                    say("the database is back")
                return result
            if deadline is None:
                deadline = time.monotonic() + self._patience_s
                say(f"{reason}; trying again for {self._patience_s / 60:.0f} min")
            if time.monotonic() + pause_s > deadline or self._has_given_up.wait(pause_s):
                self._has_given_up.set()
                raise DatabaseAway(reason)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _attempt(self, action: Callable[[psycopg.Connection], _Result]) -> _Result:
        """Raises DatabaseError where another attempt may fare better."""
        try:
            if self._connection is None:
                self._connection = self._connect()
            return action(self._connection)
        except psycopg.Error as problem:
            is_passing = isinstance(problem, psycopg.OperationalError | psycopg.InterfaceError)
            if not is_passing and not (self._connection and self._connection.closed):
                raise
            self._disconnect()
            raise DatabaseError(f"lost the database: {str(problem).strip().partition(chr(10))[0]}") from problem

    def _disconnect(self) -> None:
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
            self._connection = None
