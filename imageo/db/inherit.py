"""Column comments that need not be written twice."""

from collections.abc import Sequence

import psycopg
from psycopg import sql

# What a view is made from: the views it reads and, for the reader of a cache, the view that defines the cache.
_COMMENTS_OF_SOURCES = """
with source as (
    select d.refobjid as oid
    from pg_catalog.pg_rewrite as r
    inner join pg_catalog.pg_depend as d
        on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass
    where r.ev_class = %(view)s and d.refobjid <> r.ev_class
    union
    select definition.oid
    from pg_catalog.pg_class as reader
    inner join pg_catalog.pg_class as definition
        on definition.relnamespace = reader.relnamespace and definition.relname = reader.relname || '_live'
    where reader.oid = %(view)s
)

select a.attname, min(pg_catalog.col_description(s.attrelid, s.attnum))
from pg_catalog.pg_attribute as a
inner join pg_catalog.pg_attribute as s on s.attname = a.attname and s.attrelid in (select oid from source)
where a.attrelid = %(view)s
    and a.attnum > 0
    and pg_catalog.col_description(a.attrelid, a.attnum) is null
group by a.attname
having count(distinct pg_catalog.col_description(s.attrelid, s.attnum)) = 1
"""


def inherit_comments(connection: psycopg.Connection, layers: Sequence[str]) -> None:
    """Give each uncommented column of a view the comment of its namesake in the views that it is made from.

    A column keeps its meaning on its way up the layers, so its words stand once, where it is defined; a file that
    says something of its own wins. Namesakes with different comments give nothing: such a column wants its own
    words, and the tests ask for them. A cache's reader inherits from the cache's definition.
    """
    views = connection.execute(
        """
        select c.oid, n.nspname, c.relname
        from pg_catalog.pg_class as c
        inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
        where c.relkind = 'v' and n.nspname = any(%s)
        order by array_position(%s, n.nspname::text), c.oid
        """,
        [list(layers), list(layers)],
    ).fetchall()
    for oid, schema, view in views:
        comments = connection.execute(_COMMENTS_OF_SOURCES, {"view": oid}).fetchall()
        for column, comment in comments:
            connection.execute(
                sql.SQL("comment on column {} is {}").format(sql.Identifier(schema, view, column), sql.Literal(comment))
            )
