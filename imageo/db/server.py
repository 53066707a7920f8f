"""PostgreSQL's own programs at work on one data folder: initdb, pg_ctl, and what they complain of."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass

from psycopg.pq import PGconn, Ping

from imageo.db import tuning
from imageo.db.account import Account
from imageo.db.binaries import Binaries
from imageo.db.layout import Layout
from imageo.errors import DatabaseError

START_SECONDS = 600  # after a crash there may be minutes of log to replay
RETRY_SECONDS = 15  # the orphans of a killed server need a moment to notice
SPACE_TO_MAKE = 128 * tuning.MB
SPACE_TO_START = 32 * tuning.MB
LONGEST_LOG = 10 * tuning.MB


@dataclass(frozen=True)
class Server:
    """The server of one folder. Every method raises DatabaseError with PostgreSQL's reason."""

    layout: Layout
    binaries: Binaries
    account: Account
    durable: bool

    def answers(self) -> bool:
        """Whether it takes sessions; waits while it starts or stops."""
        deadline = time.monotonic() + START_SECONDS
        while (answer := PGconn.ping(self.layout.url("postgres").encode())) == Ping.REJECT:
            if time.monotonic() > deadline:
                raise DatabaseError(f"the server does not get ready (log: {self.layout.log})")
            time.sleep(0.1)
        return answer == Ping.OK

    def require_own_data(self) -> None:
        """The data folder, where there is one, must be of this PostgreSQL and of this account."""
        data, major = self.layout.data, self.layout.major()
        if major is None:
            return
        if major != self.binaries.major:
            raise DatabaseError(
                f"{data} was made by PostgreSQL {major}, but the one installed is {self.binaries.major}: "
                f"install PostgreSQL {major} with PostGIS (then `imageo db backup` carries the data over), "
                "or set IMAGEO_HOME to a new folder"
            )
        if data.stat().st_uid != self.account.uid:
            raise DatabaseError(
                f"{data} belongs to user id {data.stat().st_uid}, but PostgreSQL would run as "
                f"{self.account.name}: run imageo as its maker, or set IMAGEO_HOME to another folder"
            )

    def make_data_folder(self) -> None:
        """Complete under its name, or not at all."""
        self._require_space(SPACE_TO_MAKE)
        unfinished = self.layout.data.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        self.account.make_folder(unfinished)
        made = self._run(
            "initdb",
            f"--pgdata={unfinished}",
            "--username=imageo",
            "--encoding=UTF8",
            "--auth-local=trust",  # the modes of the socket and of its folder are the gate
            "--auth-host=reject",
            *_locale(),
            *(() if self.durable else ("--no-sync",)),
        )
        if made.returncode != 0:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise DatabaseError(f"initdb in {self.layout.home} failed: {_reason(made.stderr)}")
        unfinished.rename(self.layout.data)

    def start(self) -> None:
        """Start it on a data folder that is there."""
        self._require_space(SPACE_TO_START)
        if self.layout.postmaster():
            self.stop()  # alive without its socket: a cleaner of temporary folders was here
        self.layout.remove_strangers_pid_files()
        self.account.make_folder(self.layout.socket_folder)
        self._write_configuration()
        log = self.layout.log
        if log.exists() and log.stat().st_size > LONGEST_LOG:
            log.replace(log.with_suffix(".log.1"))
        deadline = time.monotonic() + RETRY_SECONDS
        while reason := self._launch():
            orphaned = "already exists" in reason or "still in use" in reason
            if not orphaned or time.monotonic() > deadline:
                raise DatabaseError(f"the server does not start: {reason} (log: {log})")
            self.layout.end_orphans()
            time.sleep(0.3)

    def stop(self) -> None:
        """Stop it, ending its sessions."""
        stopped = self._run("pg_ctl", "stop", "-mfast", "-w", f"-t{START_SECONDS}", f"-D{self.layout.data}")
        if stopped.returncode != 0 and self.layout.postmaster():
            raise DatabaseError(f"the server does not stop: {_reason(stopped.stderr)}")

    def _launch(self) -> str:
        """Start the server; empty, or why it did not start."""
        options = f"-c config_file={shlex.quote(str(self.layout.configuration))}"
        self.layout.log.touch(mode=0o600)
        with self.layout.log.open("ab+") as log:
            before = log.tell()
            started = self._run(
                "pg_ctl",
                *("start", "-w", f"-t{START_SECONDS}", f"-D{self.layout.data}", "-o", options),
                output=log.fileno(),
            )
            log.seek(before)
            return "" if started.returncode == 0 else _reason(log.read().decode(errors="replace"))

    def _write_configuration(self) -> None:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.layout.socket_folder),
            "unix_socket_permissions": "0700",
            "timezone": "GMT",  # the one zone that needs no file: a bare container has none
            "log_timezone": "GMT",
        } | tuning.tuned(
            memory=tuning.memory_bytes(),
            disk=shutil.disk_usage(self.layout.home).free,
            shared_memory=tuning.shared_memory_bytes(),
            durable=self.durable,
        )
        # Outside the data folder: root must not write where the server's account could plant a link.
        file = self.layout.configuration
        head = "# Written at every start. To change a setting, use `alter system`.\n"
        file.write_text(head + "".join(f"{name} = '{value}'\n" for name, value in settings.items()))
        file.chmod(0o644)

    def _require_space(self, least: int) -> None:
        free = shutil.disk_usage(self.layout.home).free
        if free < least:
            raise DatabaseError(
                f"the disk of {self.layout.home} is full: {free // tuning.MB} MB are free, PostgreSQL needs "
                f"{least // tuning.MB}; free some space, or set IMAGEO_HOME to a folder on another disk"
            )

    def _run(self, program: str, *arguments: str, output: int = subprocess.PIPE) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [self.binaries.program(program), *arguments],
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C", **self.binaries.environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            text=True,
            errors="replace",
            umask=0o077,
            **self.account.options,
        )


def _locale() -> tuple[str, ...]:
    if sys.platform == "darwin":
        return ("--lc-collate=C", "--lc-ctype=en_US.UTF-8")
    return ("--locale=C.UTF-8",)


def _reason(output: str) -> str:
    """The line of a log, or of a program's errors, that says what went wrong."""
    # initdb ends by telling that it cleans up, whatever went wrong.
    told = [line.strip() for line in output.splitlines() if line.strip() and not line.startswith("initdb: removing")]
    lines = told or ["no message"]
    grave = [found[1] for line in lines if (found := re.search(r"(?:FATAL|PANIC|error):\s*(.+)", line))]
    return grave[0] if grave else lines[-1]
