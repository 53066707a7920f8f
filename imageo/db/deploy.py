"""Bring a database to this version: tables by Alembic, functions and views from `sql/`, in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy.pool import StaticPool

from imageo.db.digest import LAYERS, Deployment, expected, sql_files, standing
from imageo.db.inherit import inherit_comments
from imageo.errors import DatabaseError
from imageo.resources import checks_folder, migrations_folder

LOCK = 0x696D6167656F
"""Advisory lock, "imageo" in letters: one deployment of a database at a time."""


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be; prints as one line."""

    check: str
    message: str

    def __str__(self) -> str:
        return f"{self.check}: {self.message}"


def deploy(connection: psycopg.Connection) -> Deployment:
    """Make tables, functions, views and roles those of this version; all of it or nothing.

    `connection` is idle and not in autocommit. Raises DatabaseError naming the file that failed, or the foreign
    view that stands in the way.
    """
    target = expected()
    with _borrowed(connection) as alembic_connection, alembic_connection.begin():
        connection.execute("select pg_advisory_xact_lock(%s)", [LOCK])
        if standing(connection) == target:
            return target
        _require_extensions(connection)
        _drop_previous(connection)
        _migrate(alembic_connection)
        before = _objects(connection)
        for path in sql_files():
            _run_file(connection, path)
        inherit_comments(connection, LAYERS)
        connection.execute(
            "insert into data.deployment (version, digest, objects) values (%s, %s, %s)",
            [target.version, target.digest, sorted(_objects(connection) - before)],
        )
    return target


def check(connection: psycopg.Connection) -> list[Finding]:
    """Compare what stands with this version, then run the data checks; an empty list is good."""
    found, target = standing(connection), expected()
    if found is None:
        return [Finding("deployment", "nothing is deployed here: run `imageo db upgrade`")]
    if found.digest != target.digest:
        message = f"the database stands at {found.version}, this is {target.version}: run `imageo db upgrade`"
        return [Finding("deployment", message)]
    missing = _recorded_objects(connection) - _objects(connection)
    findings = [Finding("deployment", f"{name} is missing: run `imageo db upgrade`") for name in sorted(missing)]
    if findings:
        return findings
    for path in sorted(checks_folder().glob("*.sql")):
        cursor = connection.execute(path.read_text().encode())
        names = [column.name for column in cursor.description or ()]
        for row in cursor.fetchmany(20):
            findings.append(Finding(path.stem, ", ".join(f"{n} {v}" for n, v in zip(names, row, strict=True))))
    return findings


def _require_extensions(connection: psycopg.Connection) -> None:
    for extension in ("postgis", "unaccent"):
        try:
            connection.execute(f"create extension if not exists {extension} schema public")
        except psycopg.Error as problem:
            raise DatabaseError(
                f"extension {extension} cannot be created: {problem.diag.message_primary}; "
                f"install it on the server, or let a superuser run `create extension {extension}`"
            ) from problem


@contextmanager
def _borrowed(connection: psycopg.Connection) -> Iterator[sqlalchemy.Connection]:
    """The same session for SQLAlchemy, so that tables and views live or die in one transaction."""
    if connection.autocommit:
        raise ValueError("deploy needs a connection that is not in autocommit")
    engine = sqlalchemy.create_engine(
        "postgresql+psycopg://",
        creator=lambda: connection,
        poolclass=StaticPool,
        pool_reset_on_return=None,
    )
    with engine.connect() as borrowed:
        yield borrowed
    # Nothing is disposed: the session belongs to the caller.


def _migrate(connection: sqlalchemy.Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except (sqlalchemy.exc.SQLAlchemyError, CommandError) as problem:
        raise DatabaseError(f"migrations: {str(problem).splitlines()[0]}") from problem


def _run_file(connection: psycopg.Connection, path: Path) -> None:
    name = f"sql/{path.parent.name}/{path.name}"
    text = path.read_text()
    try:
        # As bytes and without parameters: a bare % or :x means what it means in psql.
        connection.execute(text.encode())
    except psycopg.Error as problem:
        position = int(problem.diag.statement_position or 0)
        line = f" line {text[:position].count(chr(10)) + 1}" if position else ""
        raise DatabaseError(f"{name}{line}: {problem.diag.message_primary or problem}") from problem


def _drop_previous(connection: psycopg.Connection) -> None:
    standing = _recorded_objects(connection) & _objects(connection)
    for kind in ("view", "function"):
        names = sorted(name.removeprefix(f"{kind} ") for name in standing if name.startswith(f"{kind} "))
        if not names:
            continue
        try:
            # The names are PostgreSQL's own quoting of its catalogue, recorded by the deployment before.
            connection.execute(f"drop {kind} {', '.join(names)} restrict".encode())
        except psycopg.errors.DependentObjectsStillExist as problem:
            detail = (problem.diag.message_detail or "").splitlines()
            raise DatabaseError(
                f"something of yours stands in the way: {'; '.join(detail[:3])}; drop it, run "
                "`imageo db upgrade`, then make it again"
            ) from problem


def _recorded_objects(connection: psycopg.Connection) -> set[str]:
    found = connection.execute("select to_regclass('data.deployment') is not null").fetchone()
    if not found or not found[0]:
        return set()
    row = connection.execute("select objects from data.deployment order by deployment_id desc limit 1").fetchone()
    return set(row[0]) if row else set()


def _objects(connection: psycopg.Connection) -> set[str]:
    """Views and functions in the layers, as `view core.image` or `function functions.geoscore(double precision)`."""
    rows = connection.execute(
        """
        select 'view ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname)
        from pg_catalog.pg_class as c
        inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
        where c.relkind = 'v' and n.nspname = any(%(layers)s)
        union all
        select 'function ' || quote_ident(n.nspname) || '.' || quote_ident(p.proname)
            || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')'
        from pg_catalog.pg_proc as p
        inner join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
        where n.nspname = any(%(layers)s)
        """,
        {"layers": list(LAYERS)},
    )
    return {str(name) for (name,) in rows}
