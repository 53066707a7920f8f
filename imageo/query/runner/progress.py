"""How a run is going, on stderr: one bar on a terminal, a line every ten seconds elsewhere."""

import sys
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import IO, Protocol

from imageo.query.replies import FailureKind
from imageo.render.tables import printable

LINE_EVERY_S = 10.0
BAR_EVERY_S = 0.2
RATE_OVER_S = 30.0
"""Images a second are those of the last half minute."""
UNREAD = (OSError, ValueError)
"""The terminal is gone, the pipe has no reader, the disk is full, the file is closed: no answer is lost for that."""


@dataclass(frozen=True)
class State:
    """How a run is going. `remark`: what it waits for, if it does."""

    n_finished: int
    n_total: int
    in_flight: int
    cost_usd: Decimal
    n_unpriced: int = 0
    budget_left_usd: Decimal | None = None
    retries: Mapping[FailureKind, int] = field(default_factory=dict)
    errors: Mapping[FailureKind, int] = field(default_factory=dict)
    remark: str = ""


class Sink(Protocol):
    """Where progress goes. `every_s`: how often it wants to hear. It never raises, even where nobody reads it."""

    every_s: float

    def show(self, state: State, now: float) -> None:
        """Show how it is going; `now` in seconds on a clock that only moves forward."""

    def say(self, message: str) -> None:
        """A line to stay."""

    def close(self) -> None:
        """Leave the screen as it should stay."""


class Rate:
    """Images a second over the last half minute, and from it the time that the rest takes."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def add(self, now: float, n_finished: int) -> None:
        """Note how many are finished at a time."""
        self._seen.append((now, n_finished))
        while len(self._seen) > 2 and self._seen[1][0] <= now - RATE_OVER_S:
            self._seen.popleft()

    @property
    def per_second(self) -> float:
        """0 until something is known."""
        if len(self._seen) < 2:
            return 0.0
        (first_at, first), (last_at, last) = self._seen[0], self._seen[-1]
        return (last - first) / (last_at - first_at) if last_at > first_at else 0.0

    def seconds_for(self, n_left: int) -> float | None:
        """How long that many will take; None where nobody can tell."""
        return n_left / self.per_second if self.per_second > 0 else None


class Lines:
    """Plain lines, for logs."""

    every_s = LINE_EVERY_S

    def __init__(self, file: IO[str] | None = None) -> None:
        self._file = file or sys.stderr
        self._rate = Rate()

    def show(self, state: State, now: float) -> None:
        """One line."""
        self._rate.add(now, state.n_finished)
        self.say(f"{state.n_finished:,}/{state.n_total:,} images, {told(state, self._rate)}")

    def say(self, message: str) -> None:
        """One line."""
        with suppress(*UNREAD):
            print(printable(message), file=self._file, flush=True)

    def close(self) -> None:
        """Nothing to do."""


class Bar:
    """One line that is drawn over and over, with room above it for what is to stay."""

    every_s = BAR_EVERY_S

    def __init__(
        self, file: IO[str] | None = None, *, force_terminal: bool | None = None, width: int | None = None
    ) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn
        from rich.table import Column

        console = Console(file=file, stderr=file is None, force_terminal=force_terminal, width=width, highlight=False)
        self._progress: Progress = Progress(
            BarColumn(bar_width=12, table_column=Column(min_width=12)),
            # What providers say may look like markup. Where the terminal is narrow, the end of the text gives way.
            TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis")),
            console=console,
            # Drawn when there is something to show: no thread of its own takes time from the event loop.
            auto_refresh=False,
        )
        self._task = self._progress.add_task("", total=0)
        self._rate = Rate()
        self._progress.start()

    def show(self, state: State, now: float) -> None:
        """Draw the line anew."""
        self._rate.add(now, state.n_finished)
        text = printable(f"{state.n_finished:,}/{state.n_total:,} {told(state, self._rate)}")
        with suppress(*UNREAD):
            self._progress.update(self._task, completed=state.n_finished, total=state.n_total, description=text)
            self._progress.refresh()

    def say(self, message: str) -> None:
        """A line above the bar."""
        with suppress(*UNREAD):
            self._progress.console.print(printable(message), markup=False, highlight=False, soft_wrap=True)

    def close(self) -> None:
        """Leave the last state standing."""
        with suppress(*UNREAD):
            self._progress.stop()


class Silent:
    """For programs that ask by themselves; remarks go to `say`."""

    every_s = LINE_EVERY_S

    def __init__(self, say: Callable[[str], None] = lambda _: None) -> None:
        self._say = say

    def show(self, state: State, now: float) -> None:
        """Nothing."""

    def say(self, message: str) -> None:
        """Hand it on."""
        self._say(message)

    def close(self) -> None:
        """Nothing to do."""


def open_progress() -> Sink:
    """A bar where stderr is a terminal, lines where it is not."""
    return Bar() if sys.stderr.isatty() else Lines()


def told(state: State, rate: Rate) -> str:
    """How it is going, in words."""
    unpriced = f" and {state.n_unpriced:,} calls of unknown price" if state.n_unpriced else ""
    parts = [f"{rate.per_second:.1f} images/s", f"${state.cost_usd:.4f}{unpriced}"]
    if state.budget_left_usd is not None:
        parts.append(f"${state.budget_left_usd:.4f} left")
    if not state.remark and (seconds := rate.seconds_for(state.n_total - state.n_finished)) is not None:
        parts.append(f"{duration(seconds)} to go")
    parts.append(f"{state.in_flight} in flight")
    if state.retries:
        parts.append(f"{sum(state.retries.values()):,} retries ({_by_kind(state.retries)})")
    if state.errors:
        parts.append(f"errors: {_by_kind(state.errors)}")
    if state.remark:
        parts.append(state.remark)
    return ", ".join(parts)


def duration(seconds: float) -> str:
    """Seconds in words: 45 s, 12 min, 3 h 20 min."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"


def _by_kind(counts: Mapping[FailureKind, int]) -> str:
    return ", ".join(f"{count:,} {kind.replace('_', ' ')}" for kind, count in counts.items() if count)
