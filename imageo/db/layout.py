"""What lies where in the folder of the embedded server, and what its files alone tell."""

import hashlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from imageo.errors import DatabaseError

PORT = 5432
LONGEST_SOCKET_PATH = 107 if sys.platform == "linux" else 103
# The shell inside pg_ctl, PostgreSQL's settings, libpq's host lists and URIs would misread these.
MISREAD = re.compile("[\"'$`\\\\,\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class Layout:
    """The folder of one embedded server."""

    home: Path

    @property
    def data(self) -> Path:
        return self.home / "pgdata"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    @property
    def configuration(self) -> Path:
        return self.home / "postgresql.conf"

    @property
    def private_installation(self) -> Path:
        return self.home / "postgresql"

    @property
    def socket_folder(self) -> Path:
        """In the home; where that is too deep for a socket, a short folder that its path determines."""
        inside = self.home / "socket"
        if len(os.fsencode(inside / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET_PATH:
            return inside
        return Path("/tmp") / f"imageo-{hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]}"

    def url(self, database: str) -> str:
        host = quote(str(self.socket_folder))
        return f"postgresql://imageo@/{quote(database, safe='')}?host={host}&port={PORT}"

    def major(self) -> int | None:
        """The major version of PostgreSQL that made the data; None where there are none."""
        try:
            return int((self.data / "PG_VERSION").read_text())
        except (FileNotFoundError, NotADirectoryError):
            return None

    def size_bytes(self) -> int:
        return sum(_size(Path(folder, name)) for folder, _, names in os.walk(self.data) for name in names)

    def postmaster(self) -> int | None:
        """The process id of the running server, or None; a zombie or a stranger under its id is none."""
        pid = _first_number(self.data / "postmaster.pid")
        return pid if pid and self._is_ours(pid) else None

    def remove_strangers_pid_files(self) -> None:
        """PostgreSQL takes any process with a crashed server's id for that server, and would not start."""
        for file in (self.data / "postmaster.pid", self.socket_folder / f".s.PGSQL.{PORT}.lock"):
            pid = _first_number(file)
            if pid and _exists(pid) and not self._is_ours(pid):
                file.unlink()

    def end_orphans(self) -> None:
        """End the sessions that a killed server left at work; where /proc is not readable, nothing."""
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                pid = int(process.name)
                if (process / "cwd").readlink() == self.data and _command_line(pid).startswith("postgres: "):
                    os.kill(pid, signal.SIGTERM)

    def check_name(self) -> None:
        """Raise DatabaseError when PostgreSQL's programs would misread the folder's name."""
        if found := MISREAD.search(str(self.home)):
            raise DatabaseError(
                f"IMAGEO_HOME {str(self.home)!r} has the character {found.group()!r}, "
                "which PostgreSQL's programs misread; choose another folder"
            )

    @contextmanager
    def locked(self, waiting: Callable[[], None]) -> Iterator[None]:
        """One process at a time; makes the home where there is none. Calls `waiting` when it must wait."""
        import fcntl

        if not self.home.exists():
            self.home.mkdir(parents=True, exist_ok=True)
            self.home.chmod(0o755 if os.geteuid() == 0 else 0o700)
        lock = self.home / "cluster.lock"
        lock.touch(mode=0o600)
        with lock.open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                waiting()
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _is_ours(self, pid: int) -> bool:
        return f" -D {self.data} " in _command_line(pid)


def _first_number(file: Path) -> int | None:
    try:
        return int(file.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None


def _command_line(pid: int) -> str:
    """The words of a process, each followed by a space; empty for a zombie or none."""
    if Path("/proc/self/cmdline").exists():
        try:
            return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" "))
        except OSError:
            return ""
    listed = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, check=False)
    return os.fsdecode(listed.stdout).rstrip("\n") + " "


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _size(file: Path) -> int:
    try:
        return file.lstat().st_size
    except FileNotFoundError:  # the server removes files while we look
        return 0
