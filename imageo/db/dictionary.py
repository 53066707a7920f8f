"""The data dictionary: every view and column, in the words that the database itself carries."""

from collections.abc import Iterator
from itertools import groupby

import psycopg

from imageo.db.digest import LAYERS

_INTRODUCTIONS = {
    "core": "Cleaned entities; the only layer that reads tables.",
    "match": "Answers against truth, region, city, state and country.",
    "metrics": "Measures of an answer, scores of a run.",
    "bias": "Aggregates by region, gaps, calibration, cost.",
    "bi": "Wide, flat, named for people: the contract that dashboards may rely on.",
}


def data_dictionary(connection: psycopg.Connection) -> str:
    """Markdown, a section a layer, highest first, a table a view."""
    return "\n".join(_lines(connection)) + "\n"


def _lines(connection: psycopg.Connection) -> Iterator[str]:
    yield "# Data dictionary"
    yield ""
    yield "Made from the comments in the database by `make dictionary`; change the files in `sql/`, not this page."
    yield "Layers from the top; `imageo_reader` reads them all, dashboards should keep to `bi`."
    rows = connection.execute(
        """
        select n.nspname, c.relname, pg_catalog.obj_description(c.oid, 'pg_class'),
            a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), pg_catalog.col_description(c.oid, a.attnum)
        from pg_catalog.pg_class as c
        inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
        inner join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0
        where c.relkind = 'v' and n.nspname = any(%(layers)s)
        order by array_position(%(layers)s, n.nspname::text) desc, c.relname, a.attnum
        """,
        {"layers": list(LAYERS)},
    ).fetchall()
    for layer, in_layer in groupby(rows, key=lambda row: row[0]):
        yield f"\n## {layer}\n\n{_INTRODUCTIONS[layer]}"
        for (view, comment), columns in groupby(in_layer, key=lambda row: row[1:3]):
            yield f"\n### {layer}.{view}\n\n{comment}\n"
            yield "| column | type | meaning |"
            yield "| --- | --- | --- |"
            for *_, column, kind, meaning in columns:
                yield f"| `{column}` | {kind} | {_cell(meaning)} |"


def _cell(text: str | None) -> str:
    return (text or "").replace("|", "\\|")
