"""A run that is killed, again and again, loses no answer and asks for none twice that it has."""

import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from imageo.db.cluster import Cluster, open_cluster
from imageo.db.engine import prepare
from tests.cli.asking import Asker, assert_all_answered_once, make_dataset
from tests.query.stub import StubProcess
from tests.query.stub_config import StubConfig

pytestmark = pytest.mark.slow

N_IMAGES = 500
N_KILLS = 25
CONCURRENCY = 8
STUB = StubConfig(latency_s=0.15, jitter_s=0.1)


@pytest.fixture
def keys(region_database: str, tmp_path: Path) -> dict[str, str]:
    """Dataset `mine` with its files in tmp_path/photos."""
    return make_dataset(region_database, tmp_path / "photos", N_IMAGES)


def make_asker(tmp_path: Path, stub: StubProcess, environment: dict[str, str]) -> Asker:
    return Asker(tmp_path / "photos", stub.base_url("openai"), environment, ["--concurrency", str(CONCURRENCY)])


def wait_for_calls(stub: StubProcess, n_calls: int, *processes: subprocess.Popen[str]) -> None:
    while sum(stub.counts().values()) < n_calls and any(process.poll() is None for process in processes):
        time.sleep(0.01)


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_a_run_killed_at_25_random_moments(region_database: str, keys: dict[str, str], tmp_path: Path) -> None:
    chance = random.Random(11)
    with StubProcess(STUB) as stub:
        environment = {"IMAGEO_DATABASE_URL": region_database, "IMAGEO_HOME": str(tmp_path / "home")}
        asker = make_asker(tmp_path, stub, environment)
        for _ in range(N_KILLS):
            n_calls = sum(stub.counts().values()) + chance.randint(0, 20)
            process = asker.start()
            wait_for_calls(stub, n_calls, process)
            time.sleep(chance.uniform(0, 0.3))
            kill(process)
        told = asker.run()
        n_calls = len(stub.calls)
    assert told.returncode == 0, told.stderr
    assert_all_answered_once(region_database, keys)
    assert N_IMAGES < n_calls <= N_IMAGES + CONCURRENCY * N_KILLS


def test_two_processes_at_one_run_one_of_them_killed_six_times(
    region_database: str, keys: dict[str, str], tmp_path: Path
) -> None:
    chance = random.Random(12)
    n_kills = 6
    with StubProcess(STUB) as stub:
        environment = {"IMAGEO_DATABASE_URL": region_database, "IMAGEO_HOME": str(tmp_path / "home")}
        asker = make_asker(tmp_path, stub, environment)
        survivor, victim = asker.start(), asker.start()
        for _ in range(n_kills):
            wait_for_calls(stub, sum(stub.counts().values()) + chance.randint(5, 30), survivor, victim)
            kill(victim)
            victim = asker.start()
        ends = [process.communicate(timeout=300) for process in (survivor, victim)]
        n_calls = len(stub.calls)
    assert (survivor.returncode, victim.returncode) == (0, 0), ends
    assert_all_answered_once(region_database, keys)
    assert N_IMAGES <= n_calls <= N_IMAGES + CONCURRENCY * n_kills


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A server of this test's own, with the shipped regions, that it may stop."""
    home = Path(tempfile.mkdtemp(prefix="imageo-crash-"))
    home.chmod(0o755)
    opened = open_cluster(home, progress=lambda _: None)
    try:
        with psycopg.connect(opened.up()) as connection:
            prepare(connection, lambda _: None)
        yield opened
    finally:
        opened.down()
        shutil.rmtree(home, ignore_errors=True)


def test_postgresql_is_restarted_in_the_middle(cluster: Cluster, tmp_path: Path) -> None:
    keys = make_dataset(cluster.url(), tmp_path / "photos", N_IMAGES)
    n_restarts = 3
    with StubProcess(STUB) as stub:
        asker = make_asker(tmp_path, stub, {"IMAGEO_DATABASE_URL": cluster.url()})
        process = asker.start()
        for restart in range(n_restarts):
            wait_for_calls(stub, 80 * (restart + 1), process)
            assert process.poll() is None, process.communicate()
            cluster.down()
            cluster.up()
        _, stderr = process.communicate(timeout=300)
        n_calls = len(stub.calls)
    assert process.returncode == 0, stderr
    assert "lost the database" in stderr
    assert "the database is back" in stderr
    assert_all_answered_once(cluster.url(), keys)
    assert n_calls == N_IMAGES, "what was in flight is not asked again"
