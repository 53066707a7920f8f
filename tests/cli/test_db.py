"""`imageo db` as a user types it."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg
import pytest

from imageo.cli.main import main
from imageo.db.cluster import cluster_status, open_cluster
from tests.conftest import ROOT, Server


@dataclass(frozen=True)
class Told:
    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Told]


@pytest.fixture
def imageo(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str | Path, home: Path, url: str = "") -> Told:
        monkeypatch.setenv("IMAGEO_HOME", str(home))
        monkeypatch.setenv("IMAGEO_DATABASE_URL", url)
        words = ["db", *map(str, arguments)]
        if "psql" in arguments:  # takes the place of the process
            ran = subprocess.run([sys.executable, "-m", "imageo", *words], stdin=subprocess.DEVNULL, check=False)
            return Told(ran.returncode, *capfd.readouterr())
        with pytest.raises(SystemExit) as end:
            main(words)
        return Told(int(end.value.code or 0), *capfd.readouterr())

    return run


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """The home of an embedded server, which the commands here start and stop."""
    folder = Path(tempfile.mkdtemp(prefix="imageo-cli-"))
    folder.chmod(0o755)
    yield folder
    if cluster_status(folder).pid:
        open_cluster(folder).down()
    shutil.rmtree(folder)


@pytest.fixture
def embedded(imageo: Run, home: Path) -> Run:
    return partial(imageo, home=home)


@pytest.fixture
def foreign(imageo: Run, database: str, tmp_path: Path) -> Run:
    return partial(imageo, home=tmp_path / "home", url=database.replace("imageo@", "imageo:s3cret@"))


def test_up_status_and_down(home: Path, embedded: Run) -> None:
    before = json.loads(embedded("status", "--json").stdout)
    assert (before["running"], before["version"], before["pid"]) == (False, None, None)
    up = embedded("up")
    assert up.returncode == 0, up.stderr
    assert up.stdout == open_cluster(home).url() + "\n"
    assert "making a database server" in up.stderr
    status = json.loads(embedded("status", "--json").stdout)
    assert status["embedded"]
    assert status["running"]
    assert status["pid"] == cluster_status(home).pid
    assert status["data_folder"] == str(home / "pgdata")
    assert status["size_bytes"] > 30_000_000
    assert f"pid            {status['pid']}\n" in embedded("status").stdout
    down = embedded("down")
    assert (down.returncode, down.stdout) == (0, "")
    assert json.loads(embedded("status", "--json").stdout)["running"] is False
    again = embedded("down")
    assert (again.returncode, again.stderr) == (0, "The server does not run.\n")


def test_url_starts_the_server(embedded: Run) -> None:
    told = embedded("url")
    with psycopg.connect(told.stdout.strip()) as connection:
        assert connection.execute("select current_user, current_database()").fetchone() == ("imageo", "imageo")


def test_psql_passes_its_arguments_on(embedded: Run) -> None:
    told = embedded("psql", "-At", "-c", "select 6 * 7, current_database()")
    assert (told.returncode, told.stdout) == (0, "42|imageo\n"), told.stderr
    assert embedded("psql", "-c", "select nonsense").returncode == 1
    assert "psql is the PostgreSQL interactive terminal" in embedded("psql", "--help").stdout


def test_backup_and_restore(embedded: Run, tmp_path: Path) -> None:
    assert (
        embedded("psql", "-qc", "create schema if not exists data; create table data.mine as select 1").returncode == 0
    )
    file = tmp_path / "backup.dump"
    assert embedded("backup", file).returncode == 0
    refused = embedded("backup", file)
    assert refused.returncode == 2
    assert refused.stderr == f"imageo: {file} is there already; name another file, or pass --force\n"
    assert embedded("backup", file, "--force").returncode == 0
    assert embedded("psql", "-qc", "drop table data.mine").returncode == 0
    restored = embedded("restore", file)
    assert restored.returncode == 0, restored.stderr
    assert embedded("psql", "-Atc", "select count(*) from data.mine").stdout == "1\n"
    file.write_bytes(file.read_bytes()[:1000])
    refused = embedded("restore", file)
    assert (refused.returncode, len(refused.stderr.splitlines())) == (2, 1)
    assert embedded("psql", "-qAtc", "select count(*) from data.mine; drop table data.mine").stdout == "1\n"


def test_an_upgraded_database_stands_its_checks(embedded: Run) -> None:
    unmade = embedded("psql", "-qc", "drop schema data, functions, core, match, metrics, bias, bi cascade")
    assert unmade.returncode == 0, unmade.stderr
    bare = embedded("check", "--json")
    assert bare.returncode == 2
    assert json.loads(bare.stdout)[0]["check"] == "deployment"
    assert "run `imageo db upgrade`" in embedded("check").stdout
    upgrade = embedded("upgrade")
    assert upgrade.returncode == 0, upgrade.stderr
    check = embedded("check")
    assert (check.returncode, check.stdout, check.stderr) == (0, "", "All is well.\n")
    assert json.loads(embedded("check", "--json").stdout) == []


@pytest.mark.parametrize("command", ["up", "down"])
def test_a_server_of_the_users_own_is_left_alone(foreign: Run, command: str, database: str) -> None:
    told = foreign(command)
    assert (told.returncode, told.stdout) == (2, "")
    assert "neither starts nor stops" in told.stderr
    assert len(told.stderr.splitlines()) == 1
    psycopg.connect(database).close()


def test_a_foreign_password_is_never_printed(foreign: Run, tmp_path: Path) -> None:
    assert ":***@" in foreign("url").stdout
    status = foreign("status", "--json")
    assert json.loads(status.stdout)["running"] is True
    assert json.loads(status.stdout)["embedded"] is False
    told = [foreign("url"), status, foreign("status"), foreign("up"), foreign("backup", tmp_path / "absent" / "f")]
    assert [one for one in told if "s3cret" in one.stdout + one.stderr] == []
    assert not (tmp_path / "home").exists()


def test_a_foreign_server_that_is_not_there(imageo: Run, tmp_path: Path) -> None:
    url = f"postgresql://user:s3cret@/maps?host={tmp_path}"
    status = imageo("status", "--json", home=tmp_path, url=url)
    assert json.loads(status.stdout)["running"] is False
    backup = imageo("backup", tmp_path / "b.dump", home=tmp_path, url=url)
    assert (backup.returncode, len(backup.stderr.splitlines())) == (2, 1)
    assert "s3cret" not in status.stdout + status.stderr + backup.stderr


def test_a_foreign_database_is_backed_up_and_restored(foreign: Run, tmp_path: Path) -> None:
    assert foreign("psql", "-qc", "insert into data.dataset (name) values ('before')").returncode == 0
    assert foreign("backup", tmp_path / "b.dump").returncode == 0
    assert foreign("psql", "-qc", "delete from data.dataset").returncode == 0
    restored = foreign("restore", tmp_path / "b.dump")
    assert restored.returncode == 0, restored.stderr
    assert foreign("psql", "-Atc", "select name from data.dataset").stdout == "before\n"


def test_the_password_is_not_on_psqls_command_line(foreign: Run) -> None:
    told = foreign("psql", "-Atc", r"\! tr '\0' ' ' < /proc/$PPID/cmdline")
    assert "--dbname=" in told.stdout
    assert "s3cret" not in told.stdout


def test_two_commands_at_once_on_an_empty_server(server: Server, tmp_path: Path) -> None:
    """Both deploy and load regions; one waits for the other, neither fails."""
    url = server.create("contended")
    try:
        words = [sys.executable, "-m", "imageo", "db", "upgrade"]
        surroundings = {**os.environ, "IMAGEO_HOME": str(tmp_path), "IMAGEO_DATABASE_URL": url}
        running = [
            subprocess.Popen(words, env=surroundings, stderr=subprocess.PIPE, text=True, cwd=ROOT) for _ in range(2)
        ]
        told = [process.communicate()[1] for process in running]
        assert [process.returncode for process in running] == [0, 0], told
        with psycopg.connect(url) as connection:
            assert connection.execute("select count(*) from data.ingest where kind = 'regions'").fetchone() == (1,)
    finally:
        server.drop("contended")
