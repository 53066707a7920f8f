"""`imageo figure`."""

from pathlib import Path

import click

from imageo.measures import DENOMINATORS, LEVELS, MEASURES
from imageo.render.figures.catalogue import FIGURES
from imageo.settings import Settings


class _WithList(click.Command):
    """A command whose help ends with the figures there are."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Figures"):
            formatter.write_dl([(name, kind.summary) for name, kind in FIGURES.items()] + [("all", "Every one.")])


@click.command(cls=_WithList)
@click.argument("name", type=click.Choice([*FIGURES, "all"]), metavar="NAME")
@click.option(
    "-o",
    "--output",
    "path",
    type=click.Path(path_type=Path),
    required=True,
    help="File to write: .svg, .pdf or .png; for `all` the folder.",
)
@click.option(
    "--format", "kind", type=click.Choice(["svg", "pdf", "png"]), help="Of the files of `all`; svg if left out."
)
@click.option("--dataset", default="", help="Whose images; may be left out where there is only one dataset.")
@click.option("--model", "models", multiple=True, help="Only this model or run; may be given more than once.")
@click.option("--level", type=click.Choice(LEVELS), default="country", show_default=True, help="Kind of region.")
@click.option(
    "--measure", type=click.Choice(MEASURES), default="accuracy_25km", show_default=True, help="What counts as right."
)
@click.option(
    "--denominator",
    type=click.Choice(list(DENOMINATORS)),
    default="all",
    show_default=True,
    help="Count a non-answer as wrong, or leave it out.",
)
@click.option("--min-n", "minimum_n", type=click.IntRange(min=1), default=10, show_default=True, help="Images needed.")
@click.option("--style", type=click.Path(path_type=Path), help="A matplotlib style file of your own.")
@click.pass_obj
def command(
    settings: Settings,
    name: str,
    path: Path,
    kind: str | None,
    dataset: str,
    models: tuple[str, ...],
    level: str,
    measure: str,
    denominator: str,
    minimum_n: int,
    style: Path | None,
) -> None:
    """Draw a figure for a publication, or `all` into a folder; the same input gives the same bytes."""
    from imageo.db.engine import connect
    from imageo.render.figures.catalogue import Choice
    from imageo.render.figures.style import check_figure_path, figure_style
    from imageo.render.figures.write import one_dataset, write_all_figures, write_figure

    if name != "all":
        if kind is not None:
            raise click.UsageError("--format is for `all`; a single figure goes by the suffix of its file")
        check_figure_path(path)
    choice = Choice(dataset, level, measure, denominator, minimum_n)
    with figure_style(style):
        pass  # a bad style file is told before anything is read
    with connect(settings, role="reader") as connection:
        choice = one_dataset(connection, choice)
        if name == "all":
            written = write_all_figures(
                connection,
                path,
                choice,
                models=models,
                style=style,
                suffix=f".{kind or 'svg'}",
                skipped=lambda figure, why: click.echo(f"{figure}: not drawn: {why}", err=True),
            )
        else:
            write_figure(connection, name, path, choice, models=models, style=style)
            written = [path]
    for file in written:
        click.echo(str(file))
