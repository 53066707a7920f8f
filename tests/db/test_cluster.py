"""The life of the embedded server: start, crash, stop, start again."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from imageo.db.account import server_account
from imageo.db.cluster import Cluster, cluster_status, open_cluster
from imageo.errors import DatabaseError


def new_folder() -> Path:
    """A folder that the server's account may enter, which pytest's own is not for root."""
    folder = Path(tempfile.mkdtemp(prefix="imageo-cluster-"))
    folder.chmod(0o755)
    return folder


@pytest.fixture
def home() -> Iterator[Path]:
    folder = new_folder()
    yield folder
    for data in folder.rglob("pgdata"):
        if cluster_status(data.parent).pid:
            open_cluster(data.parent).down()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def survivor() -> Iterator[Cluster]:
    """One server for many tests: what they do to it, it must survive anyway."""
    folder = new_folder()
    cluster = open_cluster(folder, durable=False)
    yield cluster
    cluster.down()
    shutil.rmtree(folder)


@pytest.fixture
def cluster(survivor: Cluster) -> Cluster:
    survivor.up()
    return survivor


@contextmanager
def moved(cluster: Cluster, home: Path) -> Iterator[Cluster]:
    """The data of a server in another home for a while."""
    cluster.down()
    home.mkdir(parents=True)
    (cluster.home / "pgdata").rename(home / "pgdata")
    there = replace(cluster, home=home)
    try:
        yield there
    finally:
        there.down()
        (home / "pgdata").rename(cluster.home / "pgdata")


def answer(cluster: Cluster, query: str) -> object:
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        cursor = connection.execute(query.encode())
        return cursor.fetchone()[0] if cursor.description else None


def pid_of(cluster: Cluster) -> int:
    pid = cluster.status().pid
    assert pid is not None
    return pid


def kill(cluster: Cluster) -> None:
    pid = pid_of(cluster)
    os.kill(pid, signal.SIGKILL)
    while cluster.status().pid:
        time.sleep(0.01)


def test_a_new_server_has_postgis_and_its_settings(home: Path) -> None:
    cluster = open_cluster(home, durable=False)
    assert cluster.up() == cluster.url()
    assert str(answer(cluster, "select postgis_lib_version()")).startswith("3.")
    assert answer(cluster, "select unaccent('Çedilla')") == "Cedilla"
    assert answer(cluster, "select lower('ÅÉ')") == "åé"
    assert answer(cluster, "select similarity('Zürich', 'zürich')") == 1
    shown = {name: answer(cluster, f"show {name}") for name in ("listen_addresses", "jit", "fsync", "timezone")}
    assert shown == {"listen_addresses": "", "jit": "off", "fsync": "off", "timezone": "GMT"}
    assert answer(
        cluster, "select 'lz4' = any(enumvals) from pg_settings where name = 'default_toast_compression'"
    ) in (
        False,
        answer(cluster, "select setting = 'lz4' from pg_settings where name = 'default_toast_compression'"),
    )


def test_a_durable_server_syncs(cluster: Cluster) -> None:
    cluster.down()
    replace(cluster, durable=True).up()
    assert answer(cluster, "show fsync") == "on"
    assert answer(cluster, "show full_page_writes") == "on"
    assert answer(cluster, "show synchronous_commit") == "on"


def test_up_twice_is_up_once(cluster: Cluster) -> None:
    before = pid_of(cluster)
    assert cluster.up() == cluster.url()
    assert pid_of(cluster) == before


def test_down_and_up_keeps_the_data(cluster: Cluster) -> None:
    answer(cluster, "create table lasting as select 42 as n")
    cluster.down()
    cluster.down()
    assert not cluster.status().running
    cluster.up()
    assert answer(cluster, "select n from lasting") == 42


def test_status_makes_nothing(home: Path) -> None:
    status = cluster_status(home / "absent")
    assert (status.running, status.version, status.pid, status.size_bytes) == (False, None, None, 0)
    assert list(home.iterdir()) == []


def test_status_of_a_running_and_a_stopped_server(cluster: Cluster) -> None:
    running = cluster.status()
    assert running.running
    assert running.version == str(answer(cluster, "show server_version")).split()[0]
    assert running.pid == int((running.data_folder / "postmaster.pid").read_text().split()[0])
    assert running.size_bytes > int(str(answer(cluster, "select pg_database_size('imageo')")))
    cluster.down()
    assert cluster.status().version == (running.data_folder / "PG_VERSION").read_text().strip()


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads /proc/net")
def test_nothing_listens_on_a_network(cluster: Cluster) -> None:
    sockets = {link.readlink().name for link in Path(f"/proc/{pid_of(cluster)}/fd").iterdir()}
    tables = [Path(f"/proc/net/{name}").read_text() for name in ("tcp", "tcp6", "unix")]
    tcp = {line.split()[9] for table in tables[:2] for line in table.splitlines()[1:]}
    unix = {line.split()[6] for line in tables[2].splitlines()[1:]}
    owned = {name.removeprefix("socket:[").removesuffix("]") for name in sockets if name.startswith("socket:")}
    assert owned & unix, "the test sees the server's sockets"
    assert not owned & tcp


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_another_user_cannot_connect(cluster: Cluster) -> None:
    command = [cluster.binaries.program("psql"), cluster.url(), "-Atc", "select 'in'"]
    root = subprocess.run(command, capture_output=True, text=True, cwd="/")
    other = subprocess.run(
        command, capture_output=True, text=True, cwd="/", user="nobody", group="nogroup", extra_groups=[]
    )
    assert root.stdout == "in\n"
    assert other.returncode == 2
    assert "Permission denied" in other.stderr


def test_a_killed_server_comes_back_with_what_was_committed(cluster: Cluster) -> None:
    cluster.down()
    replace(cluster, durable=True).up()
    answer(cluster, "create table kept as select generate_series(1, 100000) as n")
    before = pid_of(cluster)
    kill(cluster)
    assert (cluster.home / "pgdata" / "postmaster.pid").exists(), "the stale pid file is part of this test"
    cluster.up()
    assert pid_of(cluster) != before
    assert answer(cluster, "select sum(n) from kept") == 5000050000


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="finds the orphans in /proc")
def test_the_sessions_that_a_killed_server_left_at_work_are_ended(cluster: Cluster) -> None:
    query = "select count(*) from generate_series(1, 10000000000)"
    client = subprocess.Popen(
        [cluster.binaries.program("psql"), cluster.url(), "-c", query],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    while answer(cluster, "select count(*) from pg_stat_activity where query like '%10000000000)'") == 0:
        time.sleep(0.01)
    kill(cluster)
    assert client.poll() is None, "the orphan works on"
    cluster.up()
    assert answer(cluster, "select 1") == 1
    assert b"terminating connection" in client.communicate(timeout=10)[1]


def test_a_stranger_under_the_stale_pid_is_no_server(cluster: Cluster) -> None:
    # After a reboot the pid of the crashed server is often that of another process of the same user.
    kill(cluster)
    stranger = subprocess.Popen(["sleep", "60"], **server_account().options)
    try:
        for file in (cluster.home / "pgdata/postmaster.pid", cluster.home / "socket/.s.PGSQL.5432.lock"):
            lines = file.read_text().splitlines()
            file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        assert cluster.status().pid is None
        cluster.down()
        cluster.up()
        assert answer(cluster, "select 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_garbled_pid_file_is_no_server(home: Path) -> None:
    (home / "pgdata").mkdir()
    (home / "pgdata/postmaster.pid").write_text("not a number\n")
    assert cluster_status(home).pid is None


def test_a_server_without_its_socket_is_started_anew(cluster: Cluster) -> None:
    before = pid_of(cluster)
    shutil.rmtree(cluster.home / "socket")
    cluster.up()
    assert pid_of(cluster) != before
    assert answer(cluster, "select 1") == 1


def test_several_processes_start_one_server(home: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from imageo.db.cluster import open_cluster; import psycopg;"
        "url = open_cluster(Path(sys.argv[1]), durable=False).up();"
        "print(psycopg.connect(url).execute('select pg_postmaster_start_time(), postgis_lib_version()').fetchone())"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, home], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    told = [process.communicate(timeout=120) for process in started]
    assert [process.returncode for process in started] == [0] * 4, told
    assert len({output for output, _ in told}) == 1


def test_a_socket_folder_that_others_could_enter_is_refused(cluster: Cluster, home: Path) -> None:
    with moved(cluster, home / ("d" * 120)) as there:
        socket_folder = there.status().socket_folder
        socket_folder.mkdir()
        socket_folder.chmod(0o777)
        try:
            with pytest.raises(DatabaseError, match=f"{socket_folder} is not a folder of user .* alone"):
                there.up()
        finally:
            socket_folder.rmdir()


@pytest.mark.skipif(sys.platform != "linux", reason="the longest path of a socket is another one")
@pytest.mark.parametrize("length", [107, 108])
def test_a_deep_home_has_its_socket_elsewhere(cluster: Cluster, home: Path, length: int) -> None:
    deep = home / ("x" * (length - len(str(home / "x" / "socket" / ".s.PGSQL.5432")) + 1))
    assert len(str(deep / "socket" / ".s.PGSQL.5432")) == length
    with moved(cluster, deep) as there:
        there.up()
        assert answer(there, "select 1") == 1
        socket_folder = there.status().socket_folder
        assert (socket_folder == deep / "socket") is (length <= 107)
        assert socket_folder.stat().st_mode & 0o777 == 0o700
        assert socket_folder.stat().st_uid == server_account().uid
    shutil.rmtree(socket_folder)


def test_a_home_with_an_unusual_name(cluster: Cluster, home: Path) -> None:
    with moved(cluster, home / "Zoë Ünal" / "a % (b) & c;d") as there:
        there.up()
        assert answer(there, "select 1") == 1


@pytest.mark.parametrize("name", ["a'b", 'a"b', "a$(touch x)", "a`b", "a\\b", "a,b", "a\nb"])
def test_a_home_that_programs_would_misread_is_refused(home: Path, name: str) -> None:
    with pytest.raises(DatabaseError, match="which PostgreSQL's programs misread"):
        open_cluster(home / name)


def test_data_of_another_major_version_are_not_touched(home: Path) -> None:
    data = home / "pgdata"
    data.mkdir()
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(DatabaseError, match=r"was made by PostgreSQL 9, but the one installed is \d+: install") as told:
        open_cluster(home).up()
    assert "\n" not in str(told.value)
    assert [file.name for file in data.iterdir()] == ["PG_VERSION"]
    assert (data / "PG_VERSION").read_text() == "9\n"


def test_why_a_server_does_not_start_is_told(cluster: Cluster) -> None:
    answer(cluster, "alter system set shared_preload_libraries = 'no_such_library'")
    cluster.down()
    with pytest.raises(DatabaseError, match=r"the server does not start: .*no_such_library.*No such file") as told:
        cluster.up()
    (cluster.home / "pgdata" / "postgresql.auto.conf").write_text("")
    assert "\n" not in str(told.value)
    assert str(cluster.home / "postgres.log") in str(told.value)


def test_an_interrupted_initdb_is_forgotten(home: Path) -> None:
    (home / "pgdata.new").mkdir()
    (home / "pgdata.new" / "half").write_text("")
    open_cluster(home, durable=False).up()
    assert not (home / "pgdata.new").exists()
    assert not (home / "pgdata" / "half").exists()


def test_a_long_log_is_put_aside(cluster: Cluster) -> None:
    cluster.down()
    log = cluster.home / "postgres.log"
    os.truncate(log, 11 * 1024 * 1024)
    cluster.up()
    assert (cluster.home / "postgres.log.1").stat().st_size == 11 * 1024 * 1024
    assert 0 < log.stat().st_size < 10_000
