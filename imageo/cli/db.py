"""`imageo db`: start, stop, check, upgrade, back up the database."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from imageo.errors import InputError
from imageo.settings import Settings

if TYPE_CHECKING:
    from imageo.db.binaries import Binaries


@click.group
def command() -> None:
    """Start, stop, check, upgrade, back up the database.

    It is a PostgreSQL + PostGIS server of imageo's own in the folder IMAGEO_HOME, or the server that
    IMAGEO_DATABASE_URL names, which imageo neither starts nor stops.
    """


@command.command
@click.pass_obj
def up(settings: Settings) -> None:
    """Start the server and print its address; install, make, deploy and fill it with regions where need be."""
    from imageo.db.engine import connect, resolve_url

    _require_embedded(settings)
    connect(settings).close()
    click.echo(resolve_url(settings))


@command.command
@click.pass_obj
def down(settings: Settings) -> None:
    """Stop the server, ending its sessions. The data stay."""
    from imageo.db.cluster import cluster_status, open_cluster

    _require_embedded(settings)
    if cluster_status(settings.home).pid is None:
        click.echo("The server does not run.", err=True)
        return
    open_cluster(settings.home).down()
    click.echo("The server is stopped.", err=True)


@command.command
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@click.pass_obj
def status(settings: Settings, as_json: bool) -> None:
    """Tell whether the server runs, its version, folders and size. Starts nothing."""
    from imageo.db.status import database_status

    told = database_status(settings)
    if as_json:
        click.echo(json.dumps(told))
        return
    for name, value in told.items():
        click.echo(f"{name:<14} {'-' if value is None else value}")


@command.command
@click.pass_obj
def upgrade(settings: Settings) -> None:
    """Bring tables, views and regions to this version of imageo: all of it, or nothing."""
    from imageo.db.engine import connect_bare, prepare, say

    with connect_bare(settings) as connection:
        prepare(connection, say)
    click.echo("The database stands at this version of imageo.", err=True)


@command.command
@click.pass_obj
def dictionary(settings: Settings) -> None:
    """Print the data dictionary, Markdown: every view and column with its meaning and unit."""
    from imageo.db.dictionary import data_dictionary
    from imageo.db.engine import connect

    with connect(settings, role="reader") as connection:
        click.echo(data_dictionary(connection), nl=False)


@command.command
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@click.pass_obj
def check(settings: Settings, as_json: bool) -> int:
    """Compare the database with this version and run the data checks; exit code 2 when something is found."""
    from dataclasses import asdict

    from imageo.db.deploy import check as find
    from imageo.db.engine import connect_bare

    with connect_bare(settings) as connection:
        findings = find(connection)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings]))
    else:
        for finding in findings:
            click.echo(finding)
        click.echo(f"{len(findings)} findings" if findings else "All is well.", err=True)
    return 2 if findings else 0


@command.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_obj
def psql(settings: Settings, arguments: tuple[str, ...]) -> None:
    """Open psql on the database; ARGUMENTS are psql's own."""
    import os

    from imageo.db.address import for_program

    url, programs = _database(settings)
    conninfo, secret = for_program(url)
    program = programs.program("psql")
    environment = {**os.environ, **programs.environment, **secret}
    os.execve(program, [program, f"--dbname={conninfo}", *arguments], environment)


@command.command
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Overwrite FILE.")
@click.pass_obj
def backup(settings: Settings, file: Path, force: bool) -> None:
    """Write the database to FILE, in pg_dump's custom format."""
    from imageo.db.backup import back_up

    url, programs = _database(settings)
    size = back_up(url, file, programs, force=force)
    click.echo(f"{file}: {size / 1e6:.1f} MB", err=True)


@command.command
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="End the sessions of others in the database.")
@click.pass_obj
def restore(settings: Settings, file: Path, force: bool) -> None:
    """Replace the database with the backup FILE; where that fails, the database stays as it was.

    A backup can hold any SQL: restore only files that you trust.
    """
    from imageo.db.backup import restore as bring_back

    url, programs = _database(settings)
    bring_back(url, file, programs, force=force)
    click.echo(f"The database is that of {file}.", err=True)


@command.command
@click.pass_obj
def url(settings: Settings) -> None:
    """Print the address of the database, without a password."""
    from imageo.db.address import masked
    from imageo.db.engine import resolve_url

    address = resolve_url(settings)
    click.echo(masked(address) if settings.database_url else address)


def _require_embedded(settings: Settings) -> None:
    if settings.database_url:
        raise InputError(
            "IMAGEO_DATABASE_URL names a server of your own, which imageo neither starts nor stops; "
            "unset it to use the embedded one"
        )


def _database(settings: Settings) -> "tuple[str, Binaries]":
    """The address of the database, and the newest client programs of this machine."""
    from imageo.db.binaries import find_client, system_folders
    from imageo.db.engine import resolve_url
    from imageo.db.layout import Layout

    url = resolve_url(settings)
    programs = find_client(system_folders(), prefix=Layout(settings.home).private_installation)
    if programs is None:
        raise InputError("psql, pg_dump and pg_restore are not on this machine; install PostgreSQL's client programs")
    return url, programs
