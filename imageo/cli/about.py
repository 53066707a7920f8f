"""`imageo about`."""

import click

from imageo.settings import Settings


@click.command()
@click.option("--json", "as_json", is_flag=True, help="The same as an object.")
@click.option("--licence", is_flag=True, help="Print the licence of the code and nothing else.")
@click.pass_obj
def command(settings: Settings, as_json: bool, licence: bool) -> None:
    """Show versions, licences and the credits of the data. Starts no database."""
    import json

    from imageo.resources import document

    if licence:
        click.echo(document("LICENSE"), nl=False)
        return
    told = _versions(settings) | {"licence": "MIT", "credits": document("NOTICE")}
    if as_json:
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    click.echo(f"imageo {told['imageo']}, MIT licence (`imageo about --licence`)")
    click.echo(f"Python {told['python']}")
    if told["postgresql"]:
        click.echo(f"PostgreSQL {told['postgresql']}, PostGIS {told['postgis'] or 'not yet in the database'}")
    else:
        click.echo("PostgreSQL is not running (`imageo db up`)")
    click.echo(f"Home {told['home']}\n\n{told['credits']}", nl=False)


def _versions(settings: Settings) -> dict[str, str | None]:
    import platform

    from imageo import __version__
    from imageo.db.engine import connect_bare
    from imageo.db.status import database_status

    status = database_status(settings)
    postgis = None
    if status["running"]:
        with connect_bare(settings) as connection:
            found = connection.execute("select extversion from pg_extension where extname = 'postgis'").fetchone()
            postgis = found[0] if found else None
    return {
        "imageo": __version__,
        "python": platform.python_version(),
        "postgresql": status["version"],
        "postgis": postgis,
        "home": str(settings.home),
    }
