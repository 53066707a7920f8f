"""`imageo reparse`."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from imageo.settings import Settings

if TYPE_CHECKING:
    from imageo.query.reparse import Rereading


@click.command()
@click.option("--dataset", help="Only answers about this dataset.")
@click.option("--model", help="Only answers of this model (NAME or PROVIDER:NAME).")
@click.option("--all", "is_every", is_flag=True, help="Those too that the present parser has read already.")
@click.option("--dry-run", "is_dry", is_flag=True, help="Say what would change; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as a JSON object.")
@click.pass_obj
def command(
    settings: Settings, dataset: str | None, model: str | None, is_every: bool, is_dry: bool, as_json: bool
) -> None:
    """Read stored answers again with a better parser.

    Nobody is asked and nothing is paid. An answer that is read differently gets a new version and the old one is
    kept; scores follow. Answers that came parsed (as published, or in columns of a table) are left alone.
    """
    from imageo.db.engine import connect
    from imageo.query.reparse import Choice, reparse
    from imageo.render.tables import printable

    rereadings = []
    with connect(settings, role="writer", autocommit=True) as connection:
        for rereading in reparse(connection, Choice(dataset, model, is_every), is_dry=is_dry):
            rereadings.append(rereading)
            if rereading.n_changed:
                told = (
                    f"{rereading.dataset}, {rereading.run}: {rereading.n_changed} of {rereading.n_read} answers differ"
                )
                click.echo(printable(told), err=True)
    if as_json:
        click.echo(json.dumps(_summary(rereadings, is_dry), indent=2, ensure_ascii=False))
        return
    for line in _lines(rereadings, is_dry):
        click.echo(line)


def _lines(rereadings: "Sequence[Rereading]", is_dry: bool) -> list[str]:
    n_read = sum(rereading.n_read for rereading in rereadings)
    n_changed = sum(rereading.n_changed for rereading in rereadings)
    n_overtaken = sum(rereading.n_overtaken for rereading in rereadings)
    if not n_read:
        return ["Nothing to read: the present parser has read every stored answer; --all reads them again."]
    lines = [f"Read {n_read:,} stored answers again: {n_changed:,} are read differently."]
    for heading, changes in (("outcome", _outcomes(rereadings)), ("stage", _stages(rereadings))):
        lines += [
            f"  {heading:<8} {before or 'none'} -> {after or 'none'}: {n:,}"
            for (before, after), n in changes.most_common()
        ]
    if n_overtaken:
        lines.append(f"{n_overtaken:,} of them were answered anew meanwhile, and left alone.")
    if n_changed:
        lines.append("Nothing was written: --dry-run." if is_dry else "The old readings are kept as earlier versions.")
    return lines


def _summary(rereadings: "Sequence[Rereading]", is_dry: bool) -> dict[str, object]:
    from imageo.query.answers.parse import PARSER_VERSION

    return {
        "parser_version": PARSER_VERSION,
        "dry_run": is_dry,
        "read": sum(rereading.n_read for rereading in rereadings),
        "changed": sum(rereading.n_changed for rereading in rereadings),
        "moved": sum(rereading.n_moved for rereading in rereadings),
        "overtaken": sum(rereading.n_overtaken for rereading in rereadings),
        "outcomes": _counts(_outcomes(rereadings)),
        "stages": _counts(_stages(rereadings)),
        "runs": [
            {
                "dataset": rereading.dataset,
                "run": rereading.run,
                "read": rereading.n_read,
                "changed": rereading.n_changed,
                "moved": rereading.n_moved,
                "overtaken": rereading.n_overtaken,
            }
            for rereading in rereadings
        ],
    }


def _outcomes(rereadings: "Sequence[Rereading]") -> Counter[tuple[str, str]]:
    return sum((rereading.outcomes for rereading in rereadings), Counter())


def _stages(rereadings: "Sequence[Rereading]") -> Counter[tuple[str | None, str | None]]:
    return sum((rereading.stages for rereading in rereadings), Counter())


def _counts(changes: "Counter[tuple[str, str]] | Counter[tuple[str | None, str | None]]") -> list[dict[str, object]]:
    return [{"from": before, "to": after, "answers": n} for (before, after), n in changes.most_common()]
