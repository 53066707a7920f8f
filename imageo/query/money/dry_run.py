"""What a run would take, before anything is asked: images, tokens, dollars with and without batch."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

from imageo.query.money.estimate import (
    PLAIN_OUTPUT,
    REASONING_OUTPUT,
    Earlier,
    Range,
    Sizes,
    is_reasoning,
    text_tokens,
)
from imageo.query.money.image_tokens import Size, image_tokens
from imageo.query.money.prices import Pricer
from imageo.query.providers.names import BATCHING
from imageo.query.replies import Usage


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a run would take. Tokens and dollars are of all images together; None where they cannot be known.

    `n_images` are asked about; of them about `n_bad` cannot be read and cost nothing.
    """

    provider: str
    model: str
    n_images: int
    n_answered: int
    n_without_file: int
    n_bad: int
    n_seen: int
    is_sample: bool
    prompt_tokens: int
    image_tokens: int | None
    input_tokens: int | None
    input_source: str
    output_tokens: Range
    output_source: str
    price: Mapping[str, object] | None
    price_source: str
    cost_usd: Range | None
    batch_cost_usd: Range | None


def dry_run(
    pricer: Pricer,
    *,
    prompt: str,
    sizes: Sizes,
    at: datetime,
    earlier: Earlier,
    n_answered: int = 0,
    n_without_file: int = 0,
    max_side: int | None = None,
    max_pixels: int | None = None,
    detail: str | None = None,
    reasoning_effort: str | None = None,
) -> DryRun:
    """What asking about `sizes.n_files` images would take. Sends nothing.

    `max_side`, `max_pixels`: images are shrunk to them. `detail` as for `image_tokens`. Tokens sent are those of the
    rule, else those of earlier answers, else unknown; those received of earlier answers, else typical ones.
    """
    provider, model = pricer.provider, pricer.model
    n_bad = round(sizes.n_files * sizes.n_bad / sizes.n_seen) if sizes.n_seen else 0
    n_billed = 0 if pricer.is_free else sizes.n_files - n_bad
    of_prompt = text_tokens(prompt)
    of_image = _mean_image_tokens(provider, model, _as_sent(sizes.seen, max_side, max_pixels), detail)
    a_call: Decimal | int | None = None
    input_source = "unknown: no rule is published for this model"
    if pricer.is_free:
        a_call, input_source = 0, "nothing is sent"
    elif of_image is not None:
        a_call, input_source = of_prompt + of_image, "the provider's published rule, and a token for 4 bytes of text"
    elif earlier.input_tokens is not None:
        a_call, input_source = earlier.input_tokens, f"mean of {earlier.n_answers:,} earlier answers of this model"
    answer = earlier.output_tokens or (REASONING_OUTPUT if is_reasoning(model, reasoning_effort) else PLAIN_OUTPUT)
    output_source = f"mean, 10th and 90th percentile of {earlier.n_answers:,} earlier answers of this model"
    if earlier.output_tokens is None:
        kind = "reasoning" if answer is REASONING_OUTPUT else "plain"
        output_source = f"typical of a {kind} model: it has not answered here yet"
    rates = None if pricer.is_free else pricer.rates(at, round(a_call or 0))
    return DryRun(
        provider=provider,
        model=model,
        n_images=sizes.n_files,
        n_answered=n_answered,
        n_without_file=n_without_file,
        n_bad=n_bad,
        n_seen=sizes.n_seen,
        is_sample=sizes.is_sample,
        prompt_tokens=of_prompt * n_billed,
        image_tokens=None if of_image is None else round(of_image * n_billed),
        input_tokens=None if a_call is None else round(a_call * n_billed),
        input_source=input_source,
        output_tokens=_times(answer, n_billed),
        output_source=output_source,
        price=rates.as_json() if rates else None,
        price_source="free" if pricer.is_free else rates.source if rates else "none",
        cost_usd=_cost(pricer, at, a_call, answer, n_billed, is_batch=False),
        batch_cost_usd=_cost(pricer, at, a_call, answer, n_billed, is_batch=True),
    )


def describe(run: DryRun) -> str:
    """For people: one line a figure."""
    if not run.n_images:
        return f"{run.provider}:{run.model}: nothing is left to ask; {run.n_answered:,} are answered already"
    looked = f"of {run.n_seen:,} images" if run.is_sample else "of every image"
    lines = {
        "images to ask": f"{run.n_images:,}",
        "answered already": f"{run.n_answered:,}",
        "without a file": f"{run.n_without_file:,}",
        "unreadable": f"{'about ' if run.is_sample else ''}{run.n_bad:,} (they cost nothing)",
        "image tokens": "unknown" if run.image_tokens is None else f"{run.image_tokens:,} (sizes {looked})",
        "prompt tokens": f"{run.prompt_tokens:,}",
        "tokens sent": "unknown" if run.input_tokens is None else f"{run.input_tokens:,}",
        "": f"({run.input_source})",
        "tokens received": f"{_tokens(run.output_tokens)}",
        " ": f"({run.output_source})",
        "price": _price(run),
        "cost": _dollars(run.cost_usd),
        "cost as a batch": _dollars(run.batch_cost_usd) if run.provider in BATCHING else "no batches there",
    }
    title = f"{run.provider}:{run.model}: what it would take; nothing is sent"
    shown = {name: text for name, text in lines.items() if text not in ("0", "0 (they cost nothing)")}
    return "\n".join([title, *(f"  {name:<18}{text}" for name, text in shown.items())])


def as_json(run: DryRun) -> dict[str, object]:
    """For `--json`: dollars and tokens as numbers."""
    return {name: _plain(value) for name, value in asdict(run).items()}


def _cost(
    pricer: Pricer, at: datetime, a_call: Decimal | int | None, answer: Range, n_calls: int, *, is_batch: bool
) -> Range | None:
    if pricer.is_free:
        return None if is_batch else Range(Decimal(0), Decimal(0), Decimal(0))
    rates = None if a_call is None else pricer.rates(at, round(a_call), is_batch)
    if rates is None or a_call is None:
        return None
    # Of a million calls of that size, so that fractions of a token count.
    sent = round(a_call * 1_000_000)
    low, likely, high = (
        rates.cost(Usage(sent, round(received * 1_000_000))) / 1_000_000 * n_calls
        for received in (answer.low, answer.likely, answer.high)
    )
    return Range(low, likely, high)


def _mean_image_tokens(provider: str, model: str, sizes: Sequence[Size], detail: str | None) -> Decimal | None:
    counts = [image_tokens(provider, model, width, height, detail) for width, height in sizes]
    known = [count for count in counts if count is not None]
    return Decimal(sum(known)) / len(known) if known else None


def _as_sent(sizes: Sequence[Size], max_side: int | None, max_pixels: int | None) -> list[Size]:
    from imageo.query.images.pixels import fitted

    return [fitted(size, max_side or max(size), max_pixels) for size in sizes]


def _times(answer: Range, n: int) -> Range:
    return Range(round(answer.low * n, 0), round(answer.likely * n, 0), round(answer.high * n, 0))


def _tokens(span: Range) -> str:
    return f"about {span.likely:,} ({span.low:,} to {span.high:,})"


def _price(run: DryRun) -> str:
    if run.price is None:
        return "nothing: it runs here" if run.price_source == "free" else "unknown; write it into a file, see --prices"
    return f"${run.price['input']} sent, ${run.price['output']} received a million tokens ({run.price_source})"


def _dollars(span: Range | None) -> str:
    if span is None:
        return "unknown"
    if span.high == 0:
        return "$0"
    return f"about {_money(span.likely)} ({_money(span.low)} to {_money(span.high)})"


def _money(dollars: Decimal) -> str:
    return f"${dollars:,.2f}" if dollars >= 1 else f"${dollars:.4f}"


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
