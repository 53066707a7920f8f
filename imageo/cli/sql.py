"""`imageo sql`."""

import click

from imageo.settings import Settings


@click.command()
@click.argument("query")
@click.option("--json", "as_json", is_flag=True, help="Rows as a list of objects.")
@click.option("--csv", "as_csv", is_flag=True, help="Rows as CSV with a header.")
@click.pass_obj
def command(settings: Settings, query: str, as_json: bool, as_csv: bool) -> None:
    """Run one read-only QUERY as role imageo_reader, which sees the views of core, match, metrics, bias and bi.

    Example: imageo sql "select model, city_match_all from bi.leaderboard order by 2 desc"
    """
    import pandas as pd

    from imageo.db.engine import connect
    from imageo.db.query import run_query
    from imageo.errors import InputError
    from imageo.render.tables import table, to_csv, to_json

    if as_json and as_csv:
        raise InputError("--json and --csv exclude each other: give one")
    with connect(settings, role="reader") as connection:
        columns, rows = run_query(connection, query)
    if as_csv:
        click.echo(to_csv(columns, rows), nl=False)
        return
    frame = pd.DataFrame(rows, columns=columns, dtype=object)
    click.echo(to_json(frame) if as_json else table(frame, {name: (name, "text") for name in columns}))
