"""Where PostgreSQL with PostGIS is on this machine."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from imageo.db import apt
from imageo.errors import DatabaseError

CLIENT_PROGRAMS = ("psql", "pg_dump", "pg_restore")
SERVER_PROGRAMS = ("initdb", "pg_ctl", "postgres", "pg_config", *CLIENT_PROGRAMS)
REQUIRED_EXTENSIONS = ("postgis", "unaccent")

SYSTEM_FOLDERS = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Red Hat, from postgresql.org
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
    "/Library/PostgreSQL/*/bin",  # the EDB installer
    "/usr/local/pgsql/bin",
    "/usr/bin",
)

REMEDY = (
    "install it (Debian, Ubuntu: `sudo apt-get install postgresql-postgis`; macOS: `brew install postgis` "
    "or Postgres.app; elsewhere: EDB's installer), run `docker compose up`, or set IMAGEO_DATABASE_URL"
)


@dataclass(frozen=True)
class Binaries:
    """A folder of PostgreSQL programs, their version ("15.18"), and the environment that they need."""

    folder: Path
    version: str
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    def program(self, name: str) -> str:
        return str(self.folder / name)


def find_server(folders: Sequence[str], *, prefix: Path | None = None, major: int | None = None) -> Binaries | None:
    """The newest PostgreSQL that has a server and PostGIS, or None.

    `folders`: where to look, with wildcards. `prefix`: a private installation to look into as well.
    `major`: the version of a data folder, which is taken rather than a newer one.
    """
    found = [
        Binaries(folder, version, environment)
        for folder, environment in _candidates(folders, prefix)
        if _has(folder, SERVER_PROGRAMS) and (version := _version_with_extensions(folder))
    ]
    return max(found, key=lambda one: (one.major == major, _ordered(one.version)), default=None)


def find_or_install(
    folders: Sequence[str], *, prefix: Path, major: int | None, progress: Callable[[str], None]
) -> Binaries:
    """As `find_server`; where there is none, root installs it, anybody else unpacks it into `prefix`.

    Raises DatabaseError when nothing can be installed here.
    """
    if found := find_server(folders, prefix=prefix, major=major):
        return found
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise DatabaseError(f"no PostgreSQL with PostGIS on this machine; {REMEDY}")
    try:
        if os.geteuid() == 0:
            apt.install_system(major, progress)
        else:
            apt.install_private(prefix, major, progress)
    except apt.AptError as problem:
        raise DatabaseError(f"no PostgreSQL with PostGIS on this machine, and {problem}; {REMEDY}") from problem
    if found := find_server(folders, prefix=prefix, major=major):
        return found
    raise DatabaseError(f"PostgreSQL with PostGIS was installed, but not where it is looked for; {REMEDY}")


def find_client(folders: Sequence[str], *, prefix: Path | None = None) -> Binaries | None:
    """The newest psql, pg_dump and pg_restore, or None."""
    found = [
        Binaries(folder, _number(told[0]), environment)
        for folder, environment in _candidates(folders, prefix)
        if _has(folder, CLIENT_PROGRAMS) and (told := _output(folder / "psql", "--version", **environment))
    ]
    return max(found, key=lambda one: _ordered(one.version), default=None)


def system_folders() -> tuple[str, ...]:
    """SYSTEM_FOLDERS, and before them what the search path names (conda, asdf, a build of one's own)."""
    named = []
    if initdb := shutil.which("initdb"):
        named.append(str(Path(initdb).resolve().parent))
    if pg_config := shutil.which("pg_config"):
        named += _output(Path(pg_config), "--bindir")
    return (*named, *SYSTEM_FOLDERS)


def private_environment(prefix: Path) -> dict[str, str]:
    """What programs in a tree of unpacked Debian packages need to find their libraries and PROJ's data."""
    libraries = [*prefix.glob("usr/lib/*-linux-gnu*"), *prefix.glob("lib/*-linux-gnu*")]
    proj = str(prefix / "usr/share/proj")
    return {"LD_LIBRARY_PATH": ":".join(map(str, libraries)), "PROJ_DATA": proj, "PROJ_LIB": proj}


def _candidates(folders: Sequence[str], prefix: Path | None) -> Iterator[tuple[Path, dict[str, str]]]:
    for pattern in folders:
        yield from ((folder, {}) for folder in Path("/").glob(pattern.lstrip("/")))
    if prefix:
        environment = private_environment(prefix)
        yield from ((folder, environment) for folder in prefix.glob("usr/lib/postgresql/*/bin"))


def _has(folder: Path, programs: Sequence[str]) -> bool:
    return all((folder / program).is_file() for program in programs)


def _version_with_extensions(folder: Path) -> str | None:
    told = _output(folder / "pg_config", "--version", "--sharedir", "--pkglibdir")
    if len(told) != 3:
        return None
    share, libraries = Path(told[1]), Path(told[2])
    # The control file alone proves nothing: on Debian it comes in a package without the library.
    complete = any(libraries.glob("postgis-[0-9]*")) and all(
        (share / "extension" / f"{name}.control").is_file() for name in REQUIRED_EXTENSIONS
    )
    return _number(told[0]) if complete else None


def _output(program: Path, *arguments: str, **environment: str) -> list[str]:
    """The lines that a program prints; none when it cannot run."""
    try:
        ran = subprocess.run([program, *arguments], env=environment or None, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return ran.stdout.splitlines() if ran.returncode == 0 else []


def _number(text: str) -> str:
    """`15.18` of `psql (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`, `19` of `PostgreSQL 19beta1`."""
    found = re.search(r"\d+(\.\d+)*", text)
    return found.group() if found else "0"


def _ordered(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
