"""`imageo demo`."""

from pathlib import Path

import click

from imageo.settings import Settings

NEXT = """\
Bias map, to be opened in a browser: {map}

What to type next:
  {imageo} leaderboard --denominator answered
  {imageo} bias --level continent --measure accuracy_25km
  {imageo} report --dataset {dataset} -o report.html
  {imageo} map --errors --dataset {dataset} -o errors.html
  {imageo} map --level us_state --dataset {dataset} -o states.html
  {imageo} sql "select model, country_match_strict_answered, country_match_answered from bi.leaderboard"
  {imageo} ingest --help"""


@click.command()
@click.option("--real", is_flag=True, help="Show IMAGEO-Bench's results on PCW instead, from IMAGEO_BENCH_DIR.")
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default="imageo-demo",
    show_default=True,
    help="Folder for the map and the simulated files.",
)
@click.pass_obj
def command(settings: Settings, real: bool, folder: Path) -> None:
    """See it work: simulated models, a leaderboard and a bias map.

    The models are simulated, say so in their names, and are biased on purpose; no model is asked.
    """
    from imageo.db.engine import connect, say
    from imageo.demo.sets import ingest, make_folder, real_set, simulated_set
    from imageo.render.maps.write import write_map
    from imageo.render.reading.boards import read_leaderboard
    from imageo.render.text.leaderboard import leaderboard_table

    make_folder(folder)
    demo = real_set(settings.bench_dir) if real else None
    with connect(settings, role="writer") as connection:
        demo = demo or simulated_set(connection, folder)
        say(f"reading {1 + len(demo.predictions)} files")
        ingest(connection, demo)
    with connect(settings, role="reader") as connection:
        board = read_leaderboard(connection, dataset=demo.dataset.dataset, sort="accuracy_25km_all")
        say("drawing the map")
        map_file = folder / "map.html"
        write_map(connection, map_file, level="country", dataset=demo.dataset.dataset, measure="accuracy_25km")
    click.echo(leaderboard_table(board) + "\n")
    click.echo(NEXT.format(map=map_file, imageo=_program(), dataset=demo.dataset.dataset))


def _program() -> str:
    """How to call imageo from here: `make demo` leaves it in .venv, off the PATH."""
    import shutil
    import sys

    if shutil.which("imageo"):
        return "imageo"
    beside = Path(sys.executable).parent / "imageo"
    here = Path.cwd()
    return str(beside.relative_to(here)) if beside.is_relative_to(here) else str(beside)
