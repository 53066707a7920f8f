"""`imageo costs`."""

from typing import TYPE_CHECKING, cast

import click

from imageo.settings import Settings

if TYPE_CHECKING:
    from imageo.render.text.costs import By


@click.command()
@click.option("--dataset", help="Only this dataset.")
@click.option("--model", help="Only this model, or the run of this label.")
@click.option(
    "--by", type=click.Choice(("run", "model", "day")), default="run", show_default=True, help="What is summed up."
)
@click.option("--json", "as_json", is_flag=True, help="Every column of bi.cost, bi.cost_by_model, or a row a day.")
@click.pass_obj
def command(settings: Settings, dataset: str | None, model: str | None, by: str, as_json: bool) -> None:
    """Show what was spent, and what a correct answer costs.

    Runs in progress are in it as they stand; what an image, a hit within 25 km or a right city costs is of the last
    finished state. A call without a known price is counted apart, never as 0.
    """
    from imageo.db.engine import connect
    from imageo.render.tables import to_json
    from imageo.render.text.costs import cost_tables, read_costs

    with connect(settings, role="reader") as connection:
        costs = read_costs(connection, cast("By", by), dataset=dataset, model=model)
    click.echo(to_json(costs) if as_json else cost_tables(costs, cast("By", by)))
