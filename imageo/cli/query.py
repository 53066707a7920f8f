"""`imageo query`: ask a model where the photos of a dataset were taken."""

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from imageo.errors import InputError
from imageo.settings import Settings

if TYPE_CHECKING:
    from imageo.query.ask import Terms
    from imageo.query.plan import Options

LONGEST_LABEL = 60
_file = click.Path(path_type=Path)
_count = click.IntRange(1)


@click.command
@click.option("--model", required=True, metavar="NAME", help="o3, claude-*, gemini-*, org/name, baseline:prior, ...")
@click.option("--dataset", metavar="NAME", help="Dataset whose images are asked about; needed where there are several.")
@click.option("--images", type=_file, metavar="DIR", help="Folder of the image files, matched by name.")
@click.option(
    "--provider", metavar="NAME", help="openai, anthropic, gemini, together or compatible.  [default: by model]"
)
@click.option("--base-url", metavar="URL", help="An OpenAI-compatible endpoint: vLLM, Ollama, OpenRouter.")
@click.option("--prompt", type=_file, metavar="FILE", help="A prompt of your own.  [default: locate-1]")
@click.option("--label", default="", metavar="TEXT", help="What sets this run apart from others of its model.")
@click.option("--temperature", type=click.FloatRange(0), help="Passed on; not sent where it is left out.")
@click.option("--reasoning-effort", metavar="LEVEL", help="Passed on: low, medium, high, ...")
@click.option(
    "--max-output-tokens", type=click.IntRange(1, 10_000_000), help="Hidden reasoning included.  [default: 16384]"
)
@click.option("--param", "params", multiple=True, metavar="KEY=VALUE", help="Any other parameter; VALUE may be JSON.")
@click.option("--plain", is_flag=True, help="Ask without a JSON schema, by the prompt alone.")
@click.option("--max-side", type=click.IntRange(64), metavar="PIXELS", help="Shrink larger images.")
@click.option("--quality", type=click.IntRange(1, 95), default=90, show_default=True, help="Of JPEGs made anew.")
@click.option("--limit", type=_count, metavar="N", help="Only the first N images by name.")
@click.option("--sample", type=_count, metavar="N", help="Only N images, drawn under --seed.")
@click.option(
    "--stratify", metavar="GROUP", help="Draw in proportion from each country, state, continent or attribute."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of --sample and of baseline:prior.")
@click.option("--repeat", type=click.IntRange(1, 1000), default=1, show_default=True, help="Ask every image so often.")
@click.option("--retry-errors", is_flag=True, help="Ask again what failed: provider errors and broken files.")
@click.option(
    "--concurrency", type=click.IntRange(1, 1024), default=64, show_default=True, help="Calls under way, at most."
)
@click.option("--rpm", type=_count, help="Requests a minute, at most.  [default: learnt]")
@click.option("--tpm", type=_count, help="Tokens a minute, at most.  [default: learnt]")
@click.option("--timeout", type=click.FloatRange(1), default=300, show_default=True, help="Seconds for one call.")
@click.option("--budget", type=float, metavar="USD", help="Stop before the run costs more, all told.")
@click.option(
    "--prices", type=_file, metavar="FILE", help="Prices of your own, TOML.  [default: prices.toml in IMAGEO_HOME]"
)
@click.option("--batch", "is_batch", is_flag=True, help="Hand the questions over as batches, at half price.")
@click.option("--wait", is_flag=True, help="With --batch: wait until the answers are here.")
@click.option("--dry-run", is_flag=True, help="Print images, tokens and dollars; send and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as a JSON object.")
@click.pass_obj
def command(
    settings: Settings,
    /,
    budget: float | None,
    is_batch: bool,
    wait: bool,
    dry_run: bool,
    as_json: bool,
    **given: Any,
) -> int:
    """Ask a model where the photos of a dataset were taken, and keep every answer.

    The same command again asks only what is missing. Keys come from the environment, a .env, or `imageo keys set`.
    Exit code 0: all answered; 3: some failed; 4: budget reached.

    \b
    imageo query --model o3 --dataset pcw --images photos/ --dry-run
    imageo query --model o3 --dataset pcw --images photos/ --budget 20
    imageo query --model baseline:prior --dataset pcw
    """  # noqa: D301
    from imageo.db.engine import connect
    from imageo.query.ask import ask, ask_in_batches, estimate
    from imageo.query.money.dry_run import as_json as dry_run_json
    from imageo.query.money.dry_run import describe as describe_dry_run
    from imageo.query.report import (
        describe_asked,
        describe_handed_over,
        exit_code_of_asked,
        exit_code_of_handed_over,
        handed_over_json,
    )
    from imageo.query.runner.progress import open_progress

    if wait and not is_batch:
        raise InputError("--wait goes with --batch; leave it out, or add --batch")
    options, terms = _options(given), _terms(given, budget)
    with connect(settings, role="writer", autocommit=True) as connection:
        if dry_run:
            estimated = estimate(connection, settings, options, terms, _say)
            click.echo(json.dumps(dry_run_json(estimated)) if as_json else describe_dry_run(estimated))
            return 0
        if is_batch:
            handed_over = ask_in_batches(connection, settings, options, terms, _say, is_waiting=wait)
            click.echo(json.dumps(handed_over_json(handed_over)) if as_json else describe_handed_over(handed_over))
            return exit_code_of_handed_over(handed_over)
    done = ask(lambda: connect(settings, role="writer", autocommit=True), settings, options, terms, _say, open_progress)
    runs = [{"run": each.label, **each.summary.as_json()} for each in done]
    click.echo(json.dumps({"runs": runs}) if as_json else describe_asked(done))
    return exit_code_of_asked(done)


def _options(given: dict[str, Any]) -> "Options":
    from imageo.query.images.prepare import ImageOptions
    from imageo.query.plan import Options
    from imageo.query.runs import parse_parameters, require_storable
    from imageo.query.selection import Selection

    if given["stratify"] and given["sample"] is None:
        raise InputError("--stratify goes with --sample; leave it out, or say how many with --sample N")
    for name in ("model", "dataset", "provider", "base_url", "label", "reasoning_effort", "stratify"):
        require_storable(f"--{name.replace('_', '-')}", given[name] or "")
    if len(given["label"]) > LONGEST_LABEL:
        raise InputError(f"--label has {len(given['label'])} characters; {LONGEST_LABEL} are enough to tell runs apart")
    return Options(
        model=given["model"],
        dataset=given["dataset"],
        images=given["images"],
        provider=given["provider"],
        base_url=given["base_url"],
        prompt=given["prompt"],
        label=given["label"].strip(),
        temperature=given["temperature"],
        reasoning_effort=given["reasoning_effort"],
        max_output_tokens=given["max_output_tokens"],
        is_structured=not given["plain"],
        extra=parse_parameters(given["params"]),
        image=ImageOptions(given["max_side"], given["quality"]),
        selection=Selection(given["limit"], given["sample"], given["stratify"], given["seed"]),
        seed=given["seed"],
    )


def _terms(given: dict[str, Any], budget: float | None) -> "Terms":
    from imageo.query.ask import Terms
    from imageo.query.session import Pace, checked_budget

    if not math.isfinite(given["timeout"]):
        raise InputError("--timeout is no number of seconds; 300 is usual")
    if not math.isfinite(given["temperature"] or 0):
        raise InputError("--temperature is no number; 0 to 1 is usual")
    pace = Pace(given["concurrency"], given["rpm"], given["tpm"], given["timeout"])
    return Terms(given["repeat"], given["retry_errors"], pace, checked_budget(budget), given["prices"])


def _say(message: str) -> None:
    from imageo.render.tables import printable

    click.echo(printable(message), err=True)
