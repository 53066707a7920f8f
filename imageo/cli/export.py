"""`imageo export`."""

from pathlib import Path

import click

from imageo.settings import Settings


@click.command()
@click.argument("view", required=False)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File to write; its suffix says the format.")
@click.option(
    "--where", "conditions", multiple=True, metavar="COLUMN=VALUE", help="Only such rows; may be given again."
)
@click.option("--list", "list_all", is_flag=True, help="Name all views.")
@click.pass_obj
def command(
    settings: Settings, view: str | None, output: Path | None, conditions: tuple[str, ...], list_all: bool
) -> None:
    """Write a VIEW such as bi.leaderboard to .csv, .parquet, .geojson or .gpkg."""
    from imageo.db.engine import connect
    from imageo.db.frames import list_views, read_view
    from imageo.errors import InputError
    from imageo.render.files import check_output, write_frame

    if list_all:
        with connect(settings, role="reader") as connection:
            click.echo("\n".join(list_views(connection)))
        return
    if view is None or output is None:
        raise InputError("say what and where: imageo export bi.leaderboard -o leaderboard.csv (--list names the views)")
    check_output(output)
    pairs = [condition.partition("=") for condition in conditions]
    if wrong := [column for column, equals, _ in pairs if not equals]:
        raise InputError(f"--where {wrong[0]}: write it as COLUMN=VALUE")
    with connect(settings, role="reader") as connection:
        frame = read_view(connection, view, {column: value for column, _, value in pairs})
    write_frame(frame, output)
    click.echo(f"{output}: {len(frame):,} rows of {view}", err=True)
