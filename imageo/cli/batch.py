"""`imageo batch`: what became of questions that were handed over as batches."""

import json
from pathlib import Path

import click

from imageo.settings import Settings


@click.group
def command() -> None:
    """Follow questions that were handed over as batches: `imageo query --batch`.

    To go on with a run, give its command again: it collects, and hands over what is still to be asked.
    """


@command.command
@click.option("--json", "as_json", is_flag=True, help="Every column of bi.batch and the provider's word and counts.")
@click.pass_obj
def status(settings: Settings, as_json: bool) -> None:
    """Ask the providers how all batches stand. Stores nothing."""
    from imageo.db.engine import connect
    from imageo.db.frames import read_view
    from imageo.query.batches.overview import poll_all
    from imageo.render.tables import to_json
    from imageo.render.text.batches import batch_table

    with connect(settings, role="reader") as connection:
        frame = read_view(connection, "bi.batch")
        polled = poll_all(connection, _say)
    frame = frame.assign(
        provider_status=frame["batch_id"].map({name: remote.status for name, remote in polled.items()}),
        provider_counts=frame["batch_id"].map({name: remote.counts for name, remote in polled.items()}),
    )
    if as_json:
        click.echo(to_json(frame))
    elif frame.empty:
        click.echo("No batch was handed over yet: `imageo query --batch` does.", err=True)
    else:
        click.echo(batch_table(frame))


@command.command
@click.option("--wait", is_flag=True, help="Until no batch is under way any more.")
@click.option(
    "--prices",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Prices of your own, TOML.  [default: prices.toml in IMAGEO_HOME]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as a JSON object.")
@click.pass_obj
def collect(settings: Settings, wait: bool, prices: Path | None, as_json: bool) -> int:
    """Store what came back, of all runs. Hands nothing over.

    Exit code 0: all is well so far; 2: a batch or a provider failed; 3: some questions failed.
    """
    from imageo.db.engine import connect
    from imageo.query.ask import HandedOver
    from imageo.query.batches.overview import collect_all
    from imageo.query.report import describe_handed_over, exit_code_of_handed_over, handed_over_json

    with connect(settings, role="writer", autocommit=True) as connection:
        done = [HandedOver(*each) for each in collect_all(connection, settings, prices, _say, is_waiting=wait)]
    if as_json:
        click.echo(json.dumps(handed_over_json(done)))
    else:
        click.echo(describe_handed_over(done) or "No batch is under way.")
    return exit_code_of_handed_over(done)


@command.command
@click.argument("batch_id", type=int)
@click.option("--forget", is_flag=True, help="Do not ask the provider: give the batch and its results up.")
@click.pass_obj
def cancel(settings: Settings, batch_id: int, forget: bool) -> None:
    """Stop a batch. What is done by then is billed; `imageo batch collect` stores it."""
    from imageo.db.engine import connect
    from imageo.query.batches.overview import cancel as stop

    with connect(settings, role="writer", autocommit=True) as connection:
        stop(connection, batch_id, _say, is_forgotten=forget)


def _say(message: str) -> None:
    from imageo.render.tables import printable

    click.echo(printable(message), err=True)
