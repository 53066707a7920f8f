"""The embedded server under other users, in folders that it may not enter, on full disks."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from imageo.db import tuning
from imageo.db.cluster import Cluster, open_cluster
from imageo.db.server import _reason
from imageo.errors import DatabaseError

MB = 1024 * 1024
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")

UP_AND_DOWN = """
import sys
from pathlib import Path
import psycopg
from imageo.db.cluster import open_cluster
from imageo.errors import ImageoError
cluster = open_cluster(Path(sys.argv[1]), durable=False)
try:
    url = cluster.up()
    print(psycopg.connect(url).execute("select postgis_lib_version()").fetchone()[0])
    cluster.down()
except ImageoError as problem:
    print("refused:", problem)
"""


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="imageo-limits-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def mounted(home: Path) -> Iterator[Path]:
    """A small disk of its own."""
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", home], capture_output=True).returncode != 0:
        pytest.skip("a small disk cannot be mounted here")
    try:
        yield home
    finally:
        subprocess.run(["umount", home], check=True)


def resize(disk: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", disk], check=True)


def python_for(uid: int) -> str:
    """A Python like this one that another user may run: this one may lie in a folder of root's."""
    for program in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        with suppress(OSError, subprocess.CalledProcessError):
            subprocess.run([program, "-c", ""], user=uid, group=uid, extra_groups=[], cwd="/", check=True)
            return program
    pytest.skip("no Python of this version that other users may run")


def up_as(uid: int, home: Path) -> str:
    path = [str(Path(__file__).parents[2]), *(entry for entry in sys.path if entry.endswith("site-packages"))]
    ran = subprocess.run(
        [python_for(uid), "-c", UP_AND_DOWN, home],
        env={"PATH": os.defpath, "PYTHONPATH": ":".join(path), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd="/",
        user=uid,
        group=uid,
        extra_groups=[],
        capture_output=True,
        text=True,
    )
    assert ran.stderr == ""
    return ran.stdout


@needs_root
def test_an_ordinary_user_has_a_server(home: Path) -> None:
    nobody = 65534
    os.chown(home, nobody, nobody)
    assert up_as(nobody, home / "new").startswith("3.")
    assert (home / "new").stat().st_mode & 0o777 == 0o700
    assert (home / "new/pgdata").stat().st_uid == nobody


@needs_root
def test_a_user_without_a_name_is_told(home: Path) -> None:
    os.chown(home, 54321, 54321)
    assert up_as(54321, home).startswith("refused: user id 54321 has no entry in /etc/passwd")
    assert not (home / "pgdata").exists()


@needs_root
def test_a_home_of_somebody_else_is_told(home: Path) -> None:
    told = up_as(65534, home)
    assert told.startswith(f"refused: {home}")
    assert "Permission denied; check its permissions, or set IMAGEO_HOME" in told


@needs_root
def test_data_of_another_user_are_not_touched(home: Path) -> None:
    made = open_cluster(home, durable=False)
    (home / "pgdata").mkdir()
    (home / "pgdata/PG_VERSION").write_text(str(made.binaries.major))
    with pytest.raises(DatabaseError, match="belongs to user id 0, but PostgreSQL would run as postgres"):
        made.up()
    assert [file.name for file in (home / "pgdata").iterdir()] == ["PG_VERSION"]


@needs_root
def test_a_home_that_the_servers_account_cannot_enter_is_told(home: Path) -> None:
    home.chmod(0o700)
    with pytest.raises(DatabaseError, match="runs as user postgres, who cannot enter this folder; set IMAGEO_HOME"):
        open_cluster(home / "inner").up()
    assert not (home / "inner/pgdata").exists()


def test_a_disk_too_small_for_a_server_is_told(mounted: Path) -> None:
    resize(mounted, "size=100m")
    with pytest.raises(DatabaseError, match=f"the disk of {mounted} is full: 100 MB are free, PostgreSQL needs 128"):
        open_cluster(mounted, durable=False).up()
    assert not (mounted / "pgdata").exists()


def test_a_disk_that_is_full_of_files_is_told_and_leaves_nothing_half_made(mounted: Path) -> None:
    resize(mounted, "size=400m,nr_inodes=300")
    with pytest.raises(DatabaseError, match=r"initdb in .* failed: .*No space left on device") as told:
        open_cluster(mounted, durable=False).up()
    assert "\n" not in str(told.value)
    assert [file.name for file in mounted.iterdir() if file.name.startswith("pgdata")] == []
    resize(mounted, "size=400m,nr_inodes=100000")
    cluster = open_cluster(mounted, durable=False)
    cluster.up()
    cluster.down()


def test_a_full_disk_costs_no_data(mounted: Path) -> None:
    resize(mounted, "size=400m")
    cluster = open_cluster(mounted)
    with psycopg.connect(cluster.up(), autocommit=True) as connection:
        connection.execute("create table kept as select generate_series(1, 1000) as n")
        fill(mounted)
        with pytest.raises((psycopg.errors.DiskFull, psycopg.OperationalError)):
            connection.execute(
                "create table lost as select repeat(md5(n::text), 30) from generate_series(1, 1000000) n"
            )
    kill(cluster)
    with pytest.raises(DatabaseError, match=r"is full: \d+ MB are free, PostgreSQL needs 32; free some space") as told:
        cluster.up()
    assert "\n" not in str(told.value)
    (mounted / "filler").unlink()
    with psycopg.connect(cluster.up()) as connection:
        assert connection.execute("select sum(n) from kept").fetchone() == (500500,)
    cluster.down()


def fill(disk: Path) -> None:
    with (disk / "filler").open("wb") as filler:
        os.posix_fallocate(filler.fileno(), 0, shutil.disk_usage(disk).free)


def kill(cluster: Cluster) -> None:
    pid = cluster.status().pid
    if pid:  # a server that could not write its log has ended itself
        os.kill(pid, signal.SIGKILL)


def test_settings_of_a_laptop() -> None:
    # By hand: 8 GB / 8, / 2, / 256, / 16; 50 GB / 10 is more than the most.
    assert tuning.tuned(memory=8192 * MB, disk=50_000 * MB, shared_memory=4096 * MB, durable=True) == {
        "shared_buffers": "1024MB",
        "effective_cache_size": "4096MB",
        "work_mem": "32MB",
        "maintenance_work_mem": "512MB",
        "max_wal_size": "4096MB",
        "random_page_cost": "1.1",
        "max_parallel_workers_per_gather": "2",
        "jit": "off",
    }


def test_settings_of_a_small_container() -> None:
    settings = tuning.tuned(memory=512 * MB, disk=1000 * MB, shared_memory=64 * MB, durable=True)
    assert settings["shared_buffers"] == "64MB"
    assert settings["work_mem"] == "4MB"
    assert settings["max_wal_size"] == "100MB"
    assert settings["dynamic_shared_memory_type"] == "mmap"


def test_the_reason_is_not_that_initdb_cleans_up() -> None:
    told = 'child process was terminated by signal 9: Killed\ninitdb: removing contents of data directory "x"\n'
    assert _reason(told) == "child process was terminated by signal 9: Killed"
    assert _reason('initdb: error: no room\ninitdb: removing data directory "x"\n') == "no room"
