"""The only opener of connections: to the server of the user's own, or to the embedded one, which it starts."""

import sys
from collections.abc import Callable
from typing import Literal

import psycopg

from imageo.db.address import parts
from imageo.db.digest import expected, standing
from imageo.errors import DatabaseError
from imageo.settings import Settings

Role = Literal["writer", "reader"]
Progress = Callable[[str], None]


def say(message: str) -> None:
    """Progress goes to stderr: stdout is for results."""
    print(message, file=sys.stderr)


def resolve_url(settings: Settings, progress: Progress = say) -> str:
    """The libpq URI of the database; starts the embedded server where no other one is named."""
    if settings.database_url:
        # SQLAlchemy's form is taken too: people have it in their environment.
        return settings.database_url.replace("postgresql+psycopg://", "postgresql://", 1)
    from imageo.db.cluster import open_cluster

    return open_cluster(settings.home, progress=progress).up()


def connect_bare(settings: Settings, *, autocommit: bool = False, progress: Progress = say) -> psycopg.Connection:
    """A connection as the owner, to whatever stands there: for deploying and checking."""
    return _open(resolve_url(settings, progress), autocommit=autocommit)


def connect(
    settings: Settings,
    *,
    role: Role | None = None,
    autocommit: bool = False,
    progress: Progress = say,
) -> psycopg.Connection:
    """A connection to a database that stands at this version, as owner, imageo_writer or imageo_reader.

    The embedded database is deployed and given the shipped regions where it is behind; a server of the user's
    own is never changed unasked. Raises DatabaseError with the remedy.
    """
    connection = _open(resolve_url(settings, progress))
    try:
        _require_deployed(connection, settings, progress)
        connection.rollback()
        connection.autocommit = True
        if role:
            _become(connection, role)
        connection.autocommit = autocommit
    except BaseException:
        connection.close()
        raise
    return connection


def prepare(connection: psycopg.Connection, progress: Progress = say) -> None:
    """Deploy this version and load the shipped regions where there are none; commits."""
    from imageo.db.deploy import LOCK, deploy
    from imageo.db.refresh import refresh_all
    from imageo.regions.load import load_pack

    before = standing(connection)
    connection.rollback()
    deployment = deploy(connection)
    with connection.transaction():
        # Another process may have come to the same empty database at the same moment.
        connection.execute("select pg_advisory_xact_lock(%s)", [LOCK])
        if load_pack(connection, progress).changed or before not in (None, deployment):
            refresh_all(connection)


def _require_deployed(connection: psycopg.Connection, settings: Settings, progress: Progress) -> None:
    if standing(connection) == expected():
        return
    connection.rollback()
    if settings.database_url:
        raise DatabaseError(
            f"{_told(settings.database_url)} does not stand at this version of imageo; run `imageo db upgrade`"
        )
    prepare(connection, progress)


def _become(connection: psycopg.Connection, role: Role) -> None:
    try:
        connection.execute(f"set role imageo_{role}".encode())
    except psycopg.Error as problem:
        raise DatabaseError(
            f"cannot become imageo_{role}: {problem.diag.message_primary}; let the database's owner run "
            f"`grant imageo_{role} to {connection.info.user}`"
        ) from problem
    if role == "reader":
        connection.execute("set default_transaction_read_only = on")


def _open(url: str, *, autocommit: bool = False) -> psycopg.Connection:
    told = _told(url)
    try:
        return psycopg.connect(url, autocommit=autocommit, application_name="imageo", connect_timeout=10)
    except psycopg.Error as problem:
        reason = str(problem).strip().splitlines()[-1]
        raise DatabaseError(
            f"cannot reach {told}: {reason}; check IMAGEO_DATABASE_URL, or unset it to use the embedded server"
        ) from problem


def _told(url: str) -> str:
    """The database in words, without secrets."""
    where = parts(url)
    return f"database {where.get('dbname', '')!r} on {where.get('host', 'localhost')}"
