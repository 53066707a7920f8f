"""`imageo audit`."""

import click

from imageo.cli import option
from imageo.settings import Settings


@click.command()
@option.dataset
@click.option("--rows", default=5, show_default=True, type=click.IntRange(0), help="Rows shown of each check.")
@click.option("--strict", is_flag=True, help="Exit with 1 where anything is found.")
@option.as_json("Every row of every check.")
@click.pass_obj
def command(settings: Settings, dataset: str | None, rows: int, strict: bool, as_json: bool) -> None:
    """Find what is wrong with the data before it misleads.

    Copied files, models with the same answers, images without truth, truth in one place, labels that contradict
    their point, answers that are none. A finding need not be an error: the audit shows what to look at, and changes
    nothing.
    """
    from imageo.db.engine import connect
    from imageo.render.tables import to_json
    from imageo.render.text.audit import audit_table, finding_table, read_audit

    with connect(settings, role="reader") as connection:
        findings = read_audit(connection, dataset=dataset)
    if as_json:
        parts = (f'"{found.check.name}": {to_json(found.rows)}' for found in findings)
        click.echo("{" + ",\n".join(parts) + "}")
    else:
        click.echo(audit_table(findings))
        for found in findings:
            shown = finding_table(found, rows) if rows else ""
            click.echo(f"\n{shown}" if shown else "", nl=bool(shown))
    if strict and any(len(found.rows) for found in findings):
        raise SystemExit(1)
