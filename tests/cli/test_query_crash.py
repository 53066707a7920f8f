"""A run that is killed, again and again, loses no answer and asks for none twice that it has."""

import random
import signal
import time
from pathlib import Path

import pytest

from tests.cli.asking import Asker, assert_all_answered_once, make_dataset
from tests.query.stub import StubProcess
from tests.query.stub_config import StubConfig

N_IMAGES = 500
N_KILLS = 25
CONCURRENCY = 8


@pytest.mark.slow
def test_a_run_killed_at_25_random_moments(region_database: str, tmp_path: Path) -> None:
    keys = make_dataset(region_database, tmp_path / "photos", N_IMAGES)
    chance = random.Random(11)
    with StubProcess(StubConfig(latency_s=0.15, jitter_s=0.1)) as stub:
        asker = Asker(
            tmp_path / "photos",
            stub.base_url("openai"),
            {"IMAGEO_DATABASE_URL": region_database, "IMAGEO_HOME": str(tmp_path / "home")},
            ["--concurrency", str(CONCURRENCY)],
        )
        for _ in range(N_KILLS):
            n_before, n_more = len(stub.calls), chance.randint(0, 25)
            process = asker.start()
            while len(stub.calls) < n_before + n_more and process.poll() is None:
                time.sleep(0.01)
            time.sleep(chance.uniform(0, 0.3))
            process.send_signal(signal.SIGKILL)
            process.communicate()
        told = asker.run()
        calls = stub.calls
    assert told.returncode == 0, told.stderr
    assert_all_answered_once(region_database, keys)
    assert N_IMAGES < len(calls) <= N_IMAGES + CONCURRENCY * N_KILLS
