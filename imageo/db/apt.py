"""PostgreSQL + PostGIS from Debian's or Ubuntu's packages: root installs, anybody else unpacks."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from imageo.errors import DatabaseError

CREATECLUSTER_FOLDER = Path("/etc/postgresql-common/createcluster.d")

# GDAL is for postgis_raster, SFCGAL for its own extension, LLVM for the JIT (off); the rest set up a machine.
NOT_UNPACKED = re.compile(
    "<|libgdal|libsfcgal|libllvm|postgresql-common|postgresql-client-common|ssl-cert|locales|debconf|tzdata"
)


class AptError(DatabaseError):
    """A command of apt or dpkg failed; the text is its last line."""


def install_system(major: int | None, progress: Callable[[str], None]) -> None:
    """Install PostGIS and its PostgreSQL with apt-get, without a running server beside ours. Root only.

    `major`: the PostgreSQL version to prefer. Raises AptError.
    """
    progress("installing PostgreSQL and PostGIS with apt-get (about 120 MB, once)")
    lock = ("-o", "DPkg::Lock::Timeout=300")

    def install() -> None:
        with _no_default_server():
            _run(
                "apt-get",
                *lock,
                "install",
                "-y",
                "-q",
                "--no-install-recommends",
                _postgis_package((), major),
            )

    try:
        install()
    except AptError:  # no package lists, as in a bare container, or outdated ones
        _run("apt-get", *lock, "update", "-q")
        install()


def install_private(prefix: Path, major: int | None, progress: Callable[[str], None]) -> None:
    """Unpack PostGIS, its PostgreSQL and the libraries that the machine lacks into `prefix`. Needs no root.

    `prefix` appears at the end, complete, or not at all. Raises AptError.
    """
    progress(f"unpacking PostgreSQL and PostGIS into {prefix} (about 100 MB, once)")
    with tempfile.TemporaryDirectory(dir=prefix.parent, prefix="unpacking-") as folder:
        scratch = Path(folder)
        private_cache = ("-o", f"Dir::Cache={scratch}/cache")
        private_lists = (*private_cache, "-o", f"Dir::State::Lists={scratch}/lists")
        for name in ("cache/archives/partial", "lists/partial", "packages", "tree"):
            (scratch / name).mkdir(parents=True)
        try:
            _download(scratch / "packages", private_cache, major)
        except AptError:
            _run("apt-get", *private_lists, "update", "-q")
            _download(scratch / "packages", private_lists, major)
        for package in (scratch / "packages").glob("*.deb"):
            _run("dpkg-deb", "-x", str(package), str(scratch / "tree"))
        _finish(scratch / "tree")
        shutil.rmtree(prefix, ignore_errors=True)
        (scratch / "tree").rename(prefix)


def _postgis_package(options: Sequence[str], major: int | None) -> str:
    told = _run("apt-cache", *options, "search", "--names-only", "^postgresql-[0-9]+-postgis-3$")
    majors = [int(number) for number in re.findall(r"^postgresql-(\d+)-postgis-3\b", told, re.MULTILINE)]
    if not majors:
        raise AptError("apt knows no package postgresql-*-postgis-3")
    return f"postgresql-{major if major in majors else max(majors)}-postgis-3"


def _download(folder: Path, options: Sequence[str], major: int | None) -> None:
    postgis = _postgis_package(options, major)
    server = postgis.removesuffix("-postgis-3")
    unpacked = [postgis, f"{postgis}-scripts", server, server.replace("postgresql-", "postgresql-client-")]
    told = _run("apt-cache", *options, "depends", "--important", *unpacked)
    needed = {name for name in re.findall(r"^[ |]+Depends: (\S+)", told, re.MULTILINE) if not NOT_UNPACKED.match(name)}
    plan = _run(
        "apt-get",
        *options,
        "install",
        "--simulate",
        "--no-install-recommends",
        *sorted(needed - set(unpacked)),
    )
    missing = re.findall(r"^Inst (\S+)", plan, re.MULTILINE)
    _run("apt-get", *options, "download", "-q", *sorted({*unpacked, *missing}), cwd=folder)


def _finish(tree: Path) -> None:
    """Do what the packages' own scripts would, and drop what a server does not read."""
    for control in tree.glob("usr/share/postgresql/*/extension/*-3.control"):
        plain = control.with_name(control.name.replace("-3.control", ".control"))
        if not plain.exists():
            plain.symlink_to(control.name)
    for unread in ("usr/share/doc", "usr/share/man", "usr/share/locale"):
        shutil.rmtree(tree / unread, ignore_errors=True)
    for bitcode in tree.glob("usr/lib/postgresql/*/lib/bitcode"):
        shutil.rmtree(bitcode)


@contextmanager
def _no_default_server() -> Iterator[None]:
    """While the packages are set up, tell them not to create and start a server of their own."""
    created = not CREATECLUSTER_FOLDER.exists()
    drop_in = CREATECLUSTER_FOLDER / "imageo.conf"
    CREATECLUSTER_FOLDER.mkdir(parents=True, exist_ok=True)
    drop_in.write_text("create_main_cluster = false\n")
    try:
        yield
    finally:
        drop_in.unlink(missing_ok=True)
        if created:
            CREATECLUSTER_FOLDER.rmdir()


def _run(*command: str, cwd: Path | None = None) -> str:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    ran = subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
    )
    if ran.returncode != 0:
        lines = (ran.stderr.strip() or ran.stdout.strip() or "no message").splitlines()
        raise AptError(f"{command[0]} failed: {lines[-1].removeprefix('E: ')}")
    return ran.stdout
