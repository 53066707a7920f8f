"""The embedded database: a server of imageo's own, in one folder, on a unix socket only."""

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from imageo.db.account import server_account
from imageo.db.binaries import Binaries, find_or_install, find_server, system_folders
from imageo.db.layout import Layout
from imageo.db.server import Server
from imageo.errors import DatabaseError

DATABASE = "imageo"
EXTENSIONS = ("postgis", "unaccent", "pg_trgm")

Progress = Callable[[str], None]


def _silent(_message: str) -> None: ...


@dataclass(frozen=True)
class ClusterStatus:
    """`version`: the running server's, else the major one that made the data. `size_bytes`: of the data."""

    running: bool
    version: str | None
    url: str
    data_folder: Path
    socket_folder: Path
    log_file: Path
    pid: int | None
    size_bytes: int


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL + PostGIS server of imageo's own, everything of which lies in the folder `home`.

    Not `durable`: faster, and its data are lost when the machine crashes; for tests.
    """

    home: Path
    binaries: Binaries
    durable: bool = True
    progress: Progress = _silent

    def up(self) -> str:
        """Make and start the server where that is not done yet; the libpq URI of its database.

        Several processes may call this at once. Raises DatabaseError with PostgreSQL's own reason.
        """
        with _locked(self._layout, self.progress):
            server = self._server()
            server.account.require_entrance(self.home)
            server.require_own_data()
            if not server.answers():
                if self._layout.major() is None:
                    self.progress(f"making a database server in {self.home}")
                    server.make_data_folder()
                server.start()
            self._ensure_database()
        return self.url()

    def down(self) -> None:
        """End all sessions and stop the server; nothing happens where it does not run."""
        if self._layout.postmaster():
            with _locked(self._layout, self.progress):
                self._server().stop()

    def status(self) -> ClusterStatus:
        """How the server does."""
        return cluster_status(self.home)

    def url(self, database: str = DATABASE) -> str:
        """The libpq URI of a database of this server, over its unix socket."""
        return self._layout.url(database)

    @property
    def _layout(self) -> Layout:
        return Layout(self.home)

    def _server(self) -> Server:
        return Server(self._layout, self.binaries, server_account(), self.durable)

    def _ensure_database(self) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as server:
            if not _has_database(server):
                server.execute(f"create database {DATABASE}")
                _compress_with_lz4(server)
        with psycopg.connect(self.url(), autocommit=True) as database:
            for extension in _lacking_extensions(database):
                database.execute(f"create extension {extension}")


def open_cluster(
    home: Path,
    *,
    durable: bool = True,
    progress: Progress = _silent,
    folders: Sequence[str] | None = None,
) -> Cluster:
    """The server of the folder `home`, not started; installs PostgreSQL + PostGIS where there is none.

    `folders`: where to look for PostgreSQL (with wildcards) instead of the usual places.
    Raises DatabaseError when PostgreSQL + PostGIS is not there and cannot be installed.
    """
    if os.name != "posix":
        raise DatabaseError(
            "the embedded server wants Linux or macOS; run `docker compose up`, or set IMAGEO_DATABASE_URL"
        )
    layout = Layout(home.expanduser().resolve())
    layout.check_name()
    places = system_folders() if folders is None else folders
    prefix = layout.private_installation
    binaries = find_server(places, prefix=prefix, major=layout.major())
    if binaries is None:
        with _locked(layout, progress):
            binaries = find_or_install(places, prefix=prefix, major=layout.major(), progress=progress)
    return Cluster(layout.home, binaries, durable, progress)


def cluster_status(home: Path) -> ClusterStatus:
    """How the server of the folder `home` does; starts and installs nothing."""
    layout = Layout(home.expanduser().resolve())
    pid, major = layout.postmaster(), layout.major()
    version = str(major) if major else None
    if pid:
        with suppress(psycopg.Error), psycopg.connect(layout.url("postgres"), connect_timeout=5) as server:
            version = f"{server.info.server_version // 10000}.{server.info.server_version % 10000}"
    return ClusterStatus(
        running=pid is not None,
        version=version,
        url=layout.url(DATABASE),
        data_folder=layout.data,
        socket_folder=layout.socket_folder,
        log_file=layout.log,
        pid=pid,
        size_bytes=layout.size_bytes(),
    )


def _has_database(server: psycopg.Connection) -> bool:
    found = server.execute("select 1 from pg_database where datname = %s", [DATABASE])
    return found.fetchone() is not None


def _compress_with_lz4(server: psycopg.Connection) -> None:
    supported = server.execute(
        "select 1 from pg_settings where name = 'default_toast_compression' and 'lz4' = any(enumvals)"
    )
    if supported.fetchone():
        server.execute("alter system set default_toast_compression = 'lz4'")
        server.execute("select pg_reload_conf()")


def _lacking_extensions(database: psycopg.Connection) -> list[str]:
    lacking = database.execute(
        "select name from pg_available_extensions where name = any(%s) and installed_version is null",
        [list(EXTENSIONS)],
    )
    return [name for (name,) in lacking]


@contextmanager
def _locked(layout: Layout, progress: Progress) -> Iterator[None]:
    """Alone at work in the home; whatever goes wrong there is told in one line."""
    try:
        with layout.locked(lambda: progress(f"waiting for another imageo at work in {layout.home}")):
            yield
    except psycopg.Error as problem:
        raise DatabaseError(f"the server in {layout.home}: {str(problem).strip().splitlines()[0]}") from problem
    except OSError as problem:
        if problem.errno in (errno.ENOSPC, errno.EDQUOT):
            remedy = "free some space, or set IMAGEO_HOME to a folder on another disk"
        else:
            remedy = "check its permissions, or set IMAGEO_HOME to a folder of your own"
        raise DatabaseError(f"{problem.filename or layout.home}: {problem.strerror}; {remedy}") from problem
