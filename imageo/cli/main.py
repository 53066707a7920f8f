"""The command `imageo`: finds the subcommand, catches what a user can put right."""

import importlib
import sys
from collections.abc import Sequence
from typing import Any

import click

from imageo import __version__
from imageo.errors import ImageoError
from imageo.settings import Settings

# One file a command, imported when it is asked for: `imageo --help` loads none of them.
COMMANDS = {
    "demo": "See it work: simulated models, a leaderboard and a bias map.",
    "ingest": "Read ground truth, predictions or region boundaries into the database.",
    "query": "Ask a model where the photos of a dataset were taken.",
    "leaderboard": "Compare runs: accuracy, matches, errors, cost.",
    "compare": "Test whether the difference between models is real, on the same images.",
    "calibration": "Show what a model's stated confidence is worth.",
    "bias": "Show where on Earth a model is better or worse.",
    "spatial": "Show whether hits and errors hang together on the map.",
    "attractors": "Show which places models answer too often.",
    "regress": "Explain hits or errors by how a picture is described.",
    "audit": "Find what is wrong with the data before it misleads.",
    "simulate": "Write files with a planted bias, and what must come out.",
    "map": "Draw a bias map, one self-contained HTML file.",
    "report": "Write a report: findings in words, tables and figures on one page.",
    "figure": "Draw a figure for a publication: SVG, PDF or PNG.",
    "export": "Write a view to CSV, Parquet, GeoJSON or GeoPackage.",
    "sql": "Run a read-only query.",
    "batch": "Follow questions that were handed over as batches.",
    "costs": "Show what was spent, and what a correct answer costs.",
    "reparse": "Read stored answers again with a better parser.",
    "keys": "Keep the providers' keys in the system's keyring.",
    "db": "Start, stop, check, upgrade, back up the database.",
    "about": "Show versions, licences and the credits of the data.",
}


class LazyGroup(click.Group):
    """Subcommand `x` lives in `imageo.cli.x` as `command` and is imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"imageo.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="imageo")
@click.option("--debug", is_flag=True, help="Show the full traceback of an error.")
@click.pass_context
def cli(ctx: click.Context, debug: bool) -> None:
    """Measure how well vision language models find the place of a photo, and for whom they fail."""
    settings: Settings = ctx.obj or Settings.from_environment()
    ctx.obj = Settings(settings.home, settings.database_url, settings.bench_dir, debug or settings.debug)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; exit 0 on success, 2 on anything the user can put right."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given or Settings.from_environment().debug
    try:
        result: Any = cli.main(args=given, standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("imageo: stopped", err=True)
        sys.exit(130)
    except click.ClickException as problem:
        problem.show()
        sys.exit(2)
    except Exception as problem:
        told = _told(problem)
        if told is None or debug:
            raise
        from imageo.render.tables import printable

        click.echo(f"imageo: {printable(told)}", err=True)
        sys.exit(2)
    sys.exit(result if isinstance(result, int) else 0)


def _told(problem: Exception) -> str | None:
    """What a user may put right, on one line; None where the program is at fault."""
    if isinstance(problem, ImageoError):
        return str(problem)
    # psycopg is not loaded by every command.
    if isinstance(problem, OSError) or type(problem).__module__.partition(".")[0] == "psycopg":
        return f"{str(problem).strip().partition(chr(10))[0]}; `imageo --debug` shows where"
    return None
