"""What a command came to, in words and as an exit code."""

from collections.abc import Sequence

from imageo.outcome import OUTCOMES
from imageo.query.ask import Done, HandedOver
from imageo.query.runner.progress import duration
from imageo.query.runner.summary import (
    EXIT_ALL_ANSWERED,
    EXIT_BUDGET,
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    EXIT_SOME_FAILED,
    Ending,
    Summary,
)
from imageo.render.tables import printable

_ENDINGS: dict[Ending, str] = {
    "done": "nothing is left to ask",
    "budget": "the budget is reached: raise --budget to go on",
    "interrupted": "stopped: give the same command again to go on",
    "failed": "the run could not go on",
}


def describe_asked(done: Sequence[Done]) -> str:
    """For people: a few lines a run."""
    return "\n".join(line for each in done for line in _run_lines(printable(each.label), each.summary))


def describe_handed_over(handed_over: Sequence[HandedOver]) -> str:
    """For people: what went out, what came back, what to do next."""
    lines = []
    for each in handed_over:
        tally = each.tally
        counts = [
            counted(tally.n_batches_submitted, "batch", "batches") + " handed over"
            if tally.n_batches_submitted
            else "",
            f"{counted(tally.n_requests_submitted, 'question')} in them" if tally.n_requests_submitted else "",
            f"{counted(tally.n_answers, 'answer')} stored" if tally.n_answers else "",
            counted(tally.n_failures, "failure") if tally.n_failures else "",
            counted(tally.n_bad_images, "bad image") if tally.n_bad_images else "",
            f"{tally.n_requeued:,} to be asked again" if tally.n_requeued else "",
            counted(tally.n_running, "batch", "batches") + " under way" if tally.n_running else "",
        ]
        lines.append(f"{printable(each.label)}: {', '.join(filter(None, counts)) or 'nothing is left to ask'}")
        lines += [f"  {printable(reason)}" for reason in tally.stopped_by]
        if each.n_failed_in_run:
            lines.append(_failed(each.n_failed_in_run))
        if tally.is_short_of_money:
            lines.append("  the budget does not admit more: raise --budget to go on")
        if tally.n_running:
            lines.append("  give the same command again, or `imageo batch collect`, to store what came back")
    return "\n".join(lines)


def handed_over_json(handed_over: Sequence[HandedOver]) -> dict[str, object]:
    """For programs."""
    return {
        "runs": [
            {"run": each.label, "n_failed_in_run": each.n_failed_in_run, **vars(each.tally)} for each in handed_over
        ]
    }


def counted(count: int, one: str, many: str | None = None) -> str:
    """`1 call`, `2,000 calls`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def exit_code_of_asked(done: Sequence[Done]) -> int:
    """The gravest of the runs': could not go on, interrupted, budget reached, some failed, all answered."""
    codes = [each.summary.exit_code for each in done]
    order = (EXIT_FAILED, EXIT_INTERRUPTED, EXIT_BUDGET, EXIT_SOME_FAILED, EXIT_ALL_ANSWERED)
    return min(codes, key=order.index, default=EXIT_ALL_ANSWERED)


def exit_code_of_handed_over(handed_over: Sequence[HandedOver]) -> int:
    """0 where all is well so far, 2 a batch failed as a whole, 3 some questions failed, 4 budget reached."""
    tallies = [each.tally for each in handed_over]
    if any(tally.stopped_by for tally in tallies):
        return EXIT_FAILED
    if any(tally.is_short_of_money for tally in tallies):
        return EXIT_BUDGET
    failed = any(each.n_failed_in_run for each in handed_over)
    return EXIT_SOME_FAILED if failed else EXIT_ALL_ANSWERED


def _run_lines(label: str, summary: Summary) -> list[str]:
    outcomes = ", ".join(
        f"{summary.outcomes[outcome]:,} {outcome.replace('_', ' ')}"
        for outcome in OUTCOMES
        if summary.outcomes[outcome]
    )
    lines = [f"{label}: {outcomes or 'nothing asked'}"]
    if summary.n_finished:
        lines.append(
            f"  {counted(summary.n_calls, 'call')} in {duration(summary.seconds)}, "
            f"{summary.images_per_second:.1f} images/s, {_money(summary)}"
        )
    if summary.retries:
        told = ", ".join(f"{count:,} {kind.replace('_', ' ')}" for kind, count in summary.retries.items())
        lines.append(f"  asked again after {told}")
    if summary.n_abandoned:
        lines.append(f"  {counted(summary.n_abandoned, 'call')} abandoned; the provider may bill what it was at")
    if summary.n_failed_in_run:
        lines.append(_failed(summary.n_failed_in_run))
    lines.append(f"  {_ending(summary)}")
    if summary.error:
        lines.append(f"  {printable(summary.error)}")
    return lines


def _failed(count: int) -> str:
    return f"  {count:,} of the run failed: --retry-errors asks them again"


def _ending(summary: Summary) -> str:
    left = f"; {summary.n_left:,} left" if summary.n_left else ""
    if summary.ending == "budget" and summary.reserve_usd is not None and summary.budget_left_usd is not None:
        return (
            f"the budget is reached{left}: ${summary.budget_left_usd:.4f} is not spent, but one question may cost up "
            f"to ${summary.reserve_usd:.4f}; raise --budget, or lower --max-output-tokens"
        )
    if summary.ending == "done" and summary.n_left:
        return f"all that could be asked now is asked{left}: in batches, without a file here, or not chosen"
    return f"{_ENDINGS[summary.ending]}{left}"


def _money(summary: Summary) -> str:
    cost = f"${summary.cost_usd:.4f}" if summary.n_unpriced < summary.n_billed or not summary.n_billed else ""
    unknown = f"{counted(summary.n_unpriced, 'call')} of unknown price" if summary.n_unpriced else ""
    return " and ".join(filter(None, (cost, unknown)))
