"""What a command came to, in words and as an exit code."""

from collections.abc import Sequence

from imageo.outcome import OUTCOMES
from imageo.query.ask import Done, HandedOver
from imageo.query.runner.progress import duration
from imageo.query.runner.summary import EXIT_ALL_ANSWERED, EXIT_BUDGET, EXIT_FAILED, EXIT_SOME_FAILED, Ending, Summary
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
        counts = {
            "batches handed over": tally.n_batches_submitted,
            "questions in them": tally.n_requests_submitted,
            "answers stored": tally.n_answers,
            "failures": tally.n_failures,
            "broken files": tally.n_bad_images,
            "to be asked again": tally.n_requeued,
            "batches under way": tally.n_running,
        }
        told = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count) or "nothing is left to ask"
        lines.append(f"{printable(each.label)}: {told}")
        lines += [f"  {printable(reason)}" for reason in tally.stopped_by]
        if tally.is_short_of_money:
            lines.append(f"  {_ENDINGS['budget']}")
        if tally.n_running:
            lines.append("  give the same command again, or `imageo batch collect`, to store what came back")
    return "\n".join(lines)


def handed_over_json(handed_over: Sequence[HandedOver]) -> dict[str, object]:
    """For programs."""
    return {"runs": [{"run": each.label, **vars(each.tally)} for each in handed_over]}


def exit_code_of_asked(done: Sequence[Done]) -> int:
    """The gravest of the runs': could not go on, interrupted, budget reached, some failed, all answered."""
    codes = [each.summary.exit_code for each in done]
    order = (EXIT_FAILED, 130, EXIT_BUDGET, EXIT_SOME_FAILED, EXIT_ALL_ANSWERED)
    return min(codes, key=order.index, default=EXIT_ALL_ANSWERED)


def exit_code_of_handed_over(handed_over: Sequence[HandedOver]) -> int:
    """0 where all is well so far, 2 a batch failed as a whole, 3 some questions failed, 4 budget reached."""
    tallies = [each.tally for each in handed_over]
    if any(tally.stopped_by for tally in tallies):
        return EXIT_FAILED
    if any(tally.is_short_of_money for tally in tallies):
        return EXIT_BUDGET
    failed = any(tally.n_failures or tally.n_bad_images for tally in tallies)
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
            f"  {summary.n_calls:,} calls in {duration(summary.seconds)}, {summary.images_per_second:.1f} images/s, "
            f"{_money(summary)}"
        )
    if summary.retries:
        told = ", ".join(f"{count:,} {kind.replace('_', ' ')}" for kind, count in summary.retries.items())
        lines.append(f"  asked again after {told}")
    if summary.n_failed:
        lines.append(f"  {summary.n_failed:,} failed: --retry-errors asks them again")
    lines.append(f"  {_ENDINGS[summary.ending]}{f'; {summary.n_left:,} left' if summary.n_left else ''}")
    if summary.error:
        lines.append(f"  {printable(summary.error)}")
    return lines


def _money(summary: Summary) -> str:
    cost = f"${summary.cost_usd:.4f}" if summary.n_unpriced < summary.n_billed or not summary.n_billed else ""
    unknown = f"{summary.n_unpriced:,} calls of unknown price" if summary.n_unpriced else ""
    return " and ".join(filter(None, (cost, unknown)))
