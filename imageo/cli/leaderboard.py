"""`imageo leaderboard`."""

import click

from imageo.cli import option
from imageo.measures import MEASURES
from imageo.settings import Settings


@click.command()
@option.dataset
@option.denominator()
@click.option("--sort", default="accuracy_25km_all", show_default=True, help="Column of bi.leaderboard, best first.")
@option.as_json("Every column of bi.leaderboard, as a list of objects.")
@click.pass_obj
def command(settings: Settings, dataset: str | None, denominator: str, sort: str, as_json: bool) -> None:
    """Compare runs: accuracy, matches, errors, cost."""
    from imageo.analysis.ranks import rank_flips
    from imageo.db.engine import connect
    from imageo.render.reading.boards import read_leaderboard
    from imageo.render.tables import to_json
    from imageo.render.text.leaderboard import flip_table, leaderboard_table

    with connect(settings, role="reader") as connection:
        board = read_leaderboard(connection, dataset=dataset, sort=sort)
    if as_json:
        click.echo(to_json(board))
        return
    for _, runs in board.groupby("dataset", sort=True):
        click.echo(leaderboard_table(runs, denominator) + "\n")
        flips = flip_table(rank_flips(runs, MEASURES))
        if flips:
            click.echo(flips + "\n")
