"""Back up a database into one file, and bring it back without ever losing the one that stands."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from imageo.db.address import for_program, parts, with_database
from imageo.db.binaries import Binaries
from imageo.errors import DatabaseError, InputError

ROLES = ("imageo_writer", "imageo_reader")  # roles belong to a server, not to a database: no dump has them


def back_up(url: str, file: Path, programs: Binaries, *, force: bool = False) -> int:
    """Write the database as a pg_dump archive; its size in bytes.

    `file` appears complete or not at all. Raises InputError when it is there already and not `force`,
    DatabaseError when pg_dump fails.
    """
    if file.exists() and not force:
        raise InputError(f"{file} is there already; name another file, or pass --force")
    if not file.parent.is_dir():
        raise InputError(f"{file.parent} is not a folder")
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    conninfo, secret = for_program(url)
    try:
        _run(programs, secret, "pg_dump", "--format=custom", f"--file={unfinished}", f"--dbname={conninfo}")
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        unfinished.replace(file)
    except OSError as problem:
        raise DatabaseError(f"{file}: {problem.strerror}") from problem
    finally:
        unfinished.unlink(missing_ok=True)
    return file.stat().st_size


def restore(url: str, file: Path, programs: Binaries, *, force: bool = False) -> None:
    """Replace the database with what `back_up` wrote.

    The file fills a database of its own, which takes the place of the old one when it is complete: until then
    the old one stands, and a bad file leaves it as it was. Only files that one trusts: they can hold any SQL.
    Raises InputError for a file that is no backup of imageo's, DatabaseError when it cannot be restored, or
    when other sessions use the database and not `force`.
    """
    contents = _contents(file, programs)
    name = parts(url).get("dbname") or parts(url).get("user") or "imageo"
    fresh, replaced = f"{name}_restoring", f"{name}_replaced"
    with _connected(with_database(url, "postgres")) as server:
        if not force:
            _require_unused(server, name)
        if server.execute("select pg_try_advisory_lock(hashtext(%s))", [fresh]).fetchone() != (True,):
            raise DatabaseError(f"another restore of database {name} is under way")
        for leftover in (fresh, replaced):
            server.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(leftover)))
        _ensure_roles(server)
        server.execute(sql.SQL("create database {} template template0").format(sql.Identifier(fresh)))
        try:
            _fill(with_database(url, fresh), file, contents, programs)
            _swap(server, name, fresh, replaced, force=force)
        except BaseException:
            server.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(fresh)))
            raise
        server.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(replaced)))


def _contents(file: Path, programs: Binaries) -> list[str]:
    """The lines of the archive's table of contents."""
    if not file.is_file():
        raise InputError(f"{file} is not a file")
    try:
        lines = _run(programs, {}, "pg_restore", "--list", str(file)).splitlines()
    except DatabaseError as problem:
        raise InputError(f"{file} is not a backup: {problem}") from problem
    if not any(re.search(r" SCHEMA - data ", line) for line in lines):
        raise InputError(f"{file} is a backup of another kind of database: it has no schema data")
    return lines


def _fill(url: str, file: Path, contents: list[str], programs: Binaries) -> None:
    conninfo, secret = for_program(url)
    target = ("--no-owner", "--exit-on-error", f"--dbname={conninfo}")
    # On a hosted server the extensions are somebody else's, and cannot be commented.
    kept = [line for line in contents if " DEFAULT ACL " not in line and " COMMENT - EXTENSION " not in line]
    defaults = [line for line in contents if " DEFAULT ACL " in line]
    with _listed(kept) as chosen:
        jobs = f"--jobs={min(4, os.cpu_count() or 1)}"
        _run(programs, secret, "pg_restore", jobs, f"--use-list={chosen}", *target, str(file))
    with _listed(defaults) as chosen:
        script = _run(programs, {}, "pg_restore", "--file=-", f"--use-list={chosen}", str(file))
    with _connected(url) as database:
        # They name the role that made the backup; here they are for the one that restores it.
        for what in re.findall(r'^ALTER DEFAULT PRIVILEGES FOR ROLE (?:"[^"]+"|\S+) (.+;)$', script, re.MULTILINE):
            database.execute(f"alter default privileges {what}".encode())
        database.execute("analyze")


def _swap(server: psycopg.Connection, name: str, fresh: str, replaced: str, *, force: bool) -> None:
    if force:
        server.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name])
    rename = sql.SQL("alter database {} rename to {}")
    exists = server.execute("select 1 from pg_database where datname = %s", [name]).fetchone()
    with server.transaction():
        if exists:
            server.execute(rename.format(sql.Identifier(name), sql.Identifier(replaced)))
        server.execute(rename.format(sql.Identifier(fresh), sql.Identifier(name)))


def _require_unused(server: psycopg.Connection, name: str) -> None:
    users = server.execute(
        "select distinct coalesce(nullif(application_name, ''), usename) from pg_stat_activity"
        " where datname = %s and backend_type = 'client backend' order by 1",
        [name],
    ).fetchall()
    if users:
        who = ", ".join(user for (user,) in users)
        raise DatabaseError(f"database {name} is in use by {who}; close these sessions, or pass --force to end them")


def _ensure_roles(server: psycopg.Connection) -> None:
    for role in ROLES:
        if server.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone() is None:
            server.execute(sql.SQL("create role {} nologin").format(sql.Identifier(role)))
            server.execute(sql.SQL("grant {} to current_user").format(sql.Identifier(role)))


@contextmanager
def _listed(lines: list[str]) -> Iterator[str]:
    with tempfile.NamedTemporaryFile("w", suffix=".list") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        yield file.name


@contextmanager
def _connected(url: str) -> Iterator[psycopg.Connection]:
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
            yield connection
    except psycopg.Error as problem:
        raise DatabaseError(str(problem).strip().splitlines()[-1]) from problem


def _run(programs: Binaries, secret: dict[str, str], program: str, *arguments: str) -> str:
    ran = subprocess.run(
        [programs.program(program), *arguments],
        env={**os.environ, "LC_ALL": "C", **programs.environment, **secret},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
    )
    if ran.returncode != 0:
        told = re.findall(r"(?:error|detail): *(.+)", ran.stderr) or ran.stderr.split("\n")
        raise DatabaseError(f"{program}: {'; '.join(told[:3])}")
    return ran.stdout
