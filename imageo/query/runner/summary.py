"""What a run of questions came to: counted while it goes on, summed up at the end."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from imageo.outcome import FAILED, OUTCOMES, Outcome
from imageo.query.finished import Finished
from imageo.query.replies import FailureKind, Usage

TOKEN_KINDS = (
    "input_tokens",
    "cached_tokens",
    "cache_write_tokens",
    "image_tokens",
    "output_tokens",
    "reasoning_tokens",
)

Ending = Literal["done", "budget", "interrupted", "failed"]
"""Why a run stopped: nothing was left, the money was, Ctrl-C, or an error that no other image would escape."""

EXIT_ALL_ANSWERED = 0
EXIT_FAILED = 2
EXIT_SOME_FAILED = 3
EXIT_BUDGET = 4
EXIT_INTERRUPTED = 130


@dataclass
class Tally:
    """Counts while a run goes on. `failures`: questions that ended in an error, by its kind."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    failures: Counter[FailureKind] = field(default_factory=Counter)
    retries: Counter[FailureKind] = field(default_factory=Counter)
    tokens: Counter[str] = field(default_factory=Counter)
    n_calls: int = 0
    n_billed: int = 0
    n_unpriced: int = 0
    cost_usd: Decimal = Decimal(0)

    @property
    def n_finished(self) -> int:
        """Questions that are done with."""
        return self.outcomes.total()

    def count(self, finished: Finished, failure: FailureKind | None = None) -> None:
        """Add a question that is stored."""
        self.outcomes[finished.answer.outcome] += 1
        if failure is not None:
            self.failures[failure] += 1
        for call in finished.calls:
            self.n_billed += 1
            self.n_unpriced += call.priced.cost_usd is None
            self.cost_usd += call.priced.cost_usd or 0
            self._count_tokens(call.usage)

    def _count_tokens(self, usage: Usage) -> None:
        for kind in TOKEN_KINDS:
            self.tokens[kind] += getattr(usage, kind) or 0


@dataclass(frozen=True)
class Summary:
    """What came of a run of questions, by this process alone.

    `n_left` counts what the run still lacks, `n_without_file` those of them that have no file here.
    `n_calls` counts every request, `n_billed` those in the ledger, `n_unpriced` those of unknown cost among them:
    `cost_usd` is without them. `n_abandoned` of them were under way when they were given up. `n_failed_in_run` counts
    the failures of earlier commands and other processes too. `error`: why the run could not go on, with the remedy.
    `reserve_usd`: what a budget sets aside for one question.
    """

    run_id: int
    ending: Ending
    outcomes: dict[Outcome, int]
    failures: dict[FailureKind, int]
    retries: dict[FailureKind, int]
    tokens: dict[str, int]
    n_calls: int
    n_billed: int
    n_unpriced: int
    cost_usd: Decimal
    seconds: float
    n_left: int
    n_without_file: int = 0
    budget_left_usd: Decimal | None = None
    error: str | None = None
    n_failed_in_run: int = 0
    n_abandoned: int = 0
    reserve_usd: Decimal | None = None

    @property
    def n_finished(self) -> int:
        """Questions that are done with."""
        return sum(self.outcomes.values())

    @property
    def n_failed(self) -> int:
        """Questions that were not put, or not heard."""
        return sum(self.outcomes[outcome] for outcome in FAILED)

    @property
    def images_per_second(self) -> float:
        """Over the whole run."""
        return self.n_finished / self.seconds if self.seconds > 0 else 0.0

    @property
    def exit_code(self) -> int:
        """0 all answered, 3 some failed, 4 budget reached, 130 interrupted, 2 could not go on.

        An answer without coordinates and a refusal are answers of the model.
        """
        if self.ending == "failed":
            return EXIT_FAILED
        if self.ending == "interrupted":
            return EXIT_INTERRUPTED
        if self.ending == "budget":
            return EXIT_BUDGET
        return EXIT_SOME_FAILED if self.n_failed or self.n_failed_in_run else EXIT_ALL_ANSWERED

    def as_json(self) -> dict[str, object]:
        """For programs. Dollars as floats, every outcome with its count."""
        return {
            "run_id": self.run_id,
            "ending": self.ending,
            "error": self.error,
            "exit_code": self.exit_code,
            "outcomes": dict(self.outcomes),
            "failures": dict(self.failures),
            "retries": dict(self.retries),
            "n_finished": self.n_finished,
            "n_failed": self.n_failed,
            "n_failed_in_run": self.n_failed_in_run,
            "n_abandoned": self.n_abandoned,
            "n_left": self.n_left,
            "n_without_file": self.n_without_file,
            "n_calls": self.n_calls,
            "n_billed_calls": self.n_billed,
            "n_unpriced_calls": self.n_unpriced,
            "tokens": dict(self.tokens),
            "cost_usd": float(self.cost_usd),
            "budget_left_usd": None if self.budget_left_usd is None else float(self.budget_left_usd),
            "seconds": round(self.seconds, 3),
            "images_per_second": round(self.images_per_second, 3),
        }


def sum_up(
    run_id: int,
    tally: Tally,
    ending: Ending,
    *,
    seconds: float,
    n_left: int,
    n_without_file: int = 0,
    budget_left_usd: Decimal | None = None,
    error: str | None = None,
    n_failed_in_run: int = 0,
    n_abandoned: int = 0,
    reserve_usd: Decimal | None = None,
) -> Summary:
    """The summary of what was counted; every outcome has a count."""
    return Summary(
        run_id,
        ending,
        {outcome: tally.outcomes[outcome] for outcome in OUTCOMES},
        dict(tally.failures),
        dict(tally.retries),
        {kind: tally.tokens[kind] for kind in TOKEN_KINDS},
        tally.n_calls,
        tally.n_billed,
        tally.n_unpriced,
        tally.cost_usd,
        seconds,
        n_left,
        n_without_file,
        budget_left_usd,
        error,
        n_failed_in_run,
        n_abandoned,
        reserve_usd,
    )
