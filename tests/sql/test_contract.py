"""What every view keeps to, asked of the catalogue of a deployed database."""

import re
from pathlib import Path

import psycopg
import pytest

from imageo.db.digest import LAYERS
from imageo.db.refresh import IMAGE_CACHE, RUN_CACHES
from imageo.resources import sql_folder

FILES = sorted(sql_folder().glob("*/*.sql"))


def test_folders_are_the_layers_in_order() -> None:
    assert [folder.name[3:] for folder in sorted(sql_folder().iterdir()) if folder.is_dir()] == list(LAYERS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_file_makes_what_its_name_says_and_comments_it(path: Path) -> None:
    text = path.read_text()
    schema, name = path.parent.name[3:], path.stem[4:]
    views = re.findall(r"create view (\w+)\.(\w+)", text)
    functions = re.findall(r"create function (\w+)\.(\w+)", text)
    assert {made[0] for made in views + functions} == {schema}
    assert views == [(schema, name)] if views else functions
    for made in views:
        assert f"comment on view {made[0]}.{made[1]} is" in text
    assert text.count("comment on function") == len(functions)
    assert not re.search(r"select\s+\*|\.\*", text)


def test_every_view_and_column_has_a_comment(connection: psycopg.Connection) -> None:
    bare = connection.execute(
        """
        select n.nspname || '.' || c.relname || coalesce('.' || a.attname, '')
        from pg_class as c
        inner join pg_namespace as n on n.oid = c.relnamespace
        left join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0
        where c.relkind = 'v' and n.nspname = any(%s)
            and (obj_description(c.oid, 'pg_class') is null or col_description(c.oid, a.attnum) is null)
        """,
        [list(LAYERS)],
    ).fetchall()
    assert bare == []


def test_every_function_has_a_comment(connection: psycopg.Connection) -> None:
    bare = connection.execute(
        "select p.oid::regprocedure::text from pg_proc as p inner join pg_namespace as n on n.oid = p.pronamespace"
        " where n.nspname = any(%s) and obj_description(p.oid, 'pg_proc') is null",
        [list(LAYERS)],
    ).fetchall()
    assert bare == []


def test_every_view_states_its_grain(connection: psycopg.Connection) -> None:
    for view, comment in _views(connection):
        assert re.search(r"Grain: one .+\.$", comment), view


def test_every_geometry_is_typed(connection: psycopg.Connection) -> None:
    loose = connection.execute(
        "select f_table_schema || '.' || f_table_name || '.' || f_geometry_column from geometry_columns"
        " where f_table_schema = any(%s) and (srid <> 4326 or type = 'GEOMETRY')",
        [[*LAYERS, "data"]],
    ).fetchall()
    assert loose == []


def test_a_view_reads_only_what_stands_below_it(connection: psycopg.Connection) -> None:
    """Lower layers, or lower numbers of its own; data only from core, and caches from their readers."""
    order = {f"{path.parent.name[3:]}.{path.stem[4:]}": i for i, path in enumerate(FILES)}
    caches = {table for table, _ in (IMAGE_CACHE, *RUN_CACHES)}
    rows = connection.execute(
        """
        select distinct r.ev_class::regclass::text, n.nspname, c.relname
        from pg_rewrite as r
        inner join pg_class as v on v.oid = r.ev_class
        inner join pg_namespace as s on s.oid = v.relnamespace
        inner join pg_depend as d on d.objid = r.oid and d.classid = 'pg_rewrite'::regclass
            and d.refclassid = 'pg_class'::regclass and d.refobjid <> r.ev_class
        inner join pg_class as c on c.oid = d.refobjid
        inner join pg_namespace as n on n.oid = c.relnamespace
        where s.nspname = any(%s)
        """,
        [list(LAYERS)],
    ).fetchall()
    assert len(rows) > 50
    for view, schema, name in rows:
        if schema == "data":
            assert view.startswith("core.") or name in caches, (view, name)
        else:
            assert order[f"{schema}.{name}"] < order[view], (view, f"{schema}.{name}")


def test_bi_views_have_a_unique_integer_key_or_a_run(connection: psycopg.Connection) -> None:
    for view, comment in _views(connection):
        if view.startswith("bi."):
            grain = re.search(r"Grain: one (\w+|\([\w, ]+\))", comment)
            assert grain, view
            assert grain[1].endswith("_id") or "run_id" in grain[1], view


def test_the_reader_reads_every_view_and_writes_nothing(connection: psycopg.Connection) -> None:
    views = [view for view, _ in _views(connection)]
    connection.execute("set role imageo_reader")
    for view in views:
        connection.execute(f"select count(*) from {view}".encode())
    for attempt in (
        "insert into data.dataset (name) values ('x')",
        "update data.model set name = 'x'",
        "delete from data.run",
        "select * from data.image",
        "create table bi.mine (x int)",
        "create view core.mine as select 1 as x",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute(attempt.encode())


def test_the_writer_fills_tables_and_changes_no_view(connection: psycopg.Connection) -> None:
    connection.execute("set role imageo_writer")
    connection.execute("insert into data.dataset (name) values ('x')")
    for attempt in ("drop view bi.leaderboard", "create table data.mine (x int)", "delete from data.deployment"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute(attempt.encode())


def test_large_tables_are_keyed_by_image(connection: psycopg.Connection) -> None:
    """A distributed PostgreSQL wants the distribution column in every unique constraint."""
    rows = connection.execute(
        """
        select i.indrelid::regclass::text, array_agg(a.attname::text)
        from pg_index as i
        inner join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
        where i.indisunique
            and i.indrelid = any(array['data.image', 'data.prediction', 'data.score', 'data.cost']::regclass[])
        group by i.indexrelid, i.indrelid
        """
    ).fetchall()
    assert {table for table, _ in rows} == {"data.image", "data.prediction", "data.score", "data.cost"}
    assert all("image_id" in columns for _, columns in rows)


def _views(connection: psycopg.Connection) -> list[tuple[str, str]]:
    return connection.execute(
        """
        select n.nspname || '.' || c.relname, obj_description(c.oid, 'pg_class')
        from pg_class as c
        inner join pg_namespace as n on n.oid = c.relnamespace
        where c.relkind = 'v' and n.nspname = any(%s)
        """,
        [list(LAYERS)],
    ).fetchall()
