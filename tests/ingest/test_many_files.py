"""Several files and several processes at once, and files larger than memory should be."""

import gc
import json
import multiprocessing
import resource
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import psycopg
import pytest

from imageo.ingest.many import Options, ingest_file, ingest_files
from imageo.ingest.report import FileReport
from imageo.ingest.store_predictions import PredictionOptions
from imageo.ingest.store_truth import TruthOptions
from imageo.settings import Settings
from tests.ingest.conftest import Write, answer, rows_of

N_IMAGES = 400


@pytest.fixture
def truth_file(write: Write) -> Path:
    return write("t.csv", "image_id,lat,lon\n" + "".join(f"i{n},{n % 90},{n % 180}\n" for n in range(N_IMAGES)))


@pytest.fixture
def owner(settings: Settings) -> Iterator[psycopg.Connection]:
    with psycopg.connect(settings.database_url or "", autocommit=True) as connection:
        yield connection


def together(settings: Settings, jobs: list[tuple[Path, Options]]) -> list[FileReport]:
    """Each file in a process of its own, as if so many commands were typed at once."""
    with ProcessPoolExecutor(len(jobs), mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(ingest_file, [settings] * len(jobs), *zip(*jobs, strict=True)))


def test_two_processes_read_the_same_truth_once(
    settings: Settings, owner: psycopg.Connection, truth_file: Path
) -> None:
    reports = together(settings, [(truth_file, TruthOptions("set"))] * 3)
    assert [report.error for report in reports] == [None] * 3
    assert sorted(report.n_new for report in reports) == [0, 0, N_IMAGES]
    assert rows_of(owner, "select count(*), count(distinct image_name) from data.image") == [(N_IMAGES, N_IMAGES)]


def test_processes_that_bring_the_same_runs_in_another_order_make_them_once(
    settings: Settings, owner: psycopg.Connection, truth_file: Path, write: Write
) -> None:
    assert ingest_file(settings, truth_file, TruthOptions("set")).error is None
    records = [answer(f"i{n}", model_used=f"org/m{m}") for m in range(3) for n in range(N_IMAGES)]
    forward, backward = write("f.jsonl", records), write("b.jsonl", reversed(records))
    reports = together(settings, [(forward, PredictionOptions()), (backward, PredictionOptions())] * 2)
    assert [report.error for report in reports] == [None] * 4
    assert sum(report.n_new for report in reports) == 3 * N_IMAGES
    assert sum(report.n_unchanged for report in reports) == 3 * 3 * N_IMAGES
    assert rows_of(owner, "select count(*) from data.run") == [(3,)]
    assert rows_of(owner, "select count(*), max(version) from data.prediction") == [(3 * N_IMAGES, 1)]


def test_a_file_that_fails_does_not_stop_the_others(
    settings: Settings, owner: psycopg.Connection, truth_file: Path, write: Write
) -> None:
    assert ingest_file(settings, truth_file, TruthOptions("set")).error is None
    good = [write(f"g{m}.jsonl", [answer("i1", model_used=f"org/m{m}")]) for m in range(3)]
    bad = write("bad.jsonl", [answer("x")])
    reports = {Path(r.file).name: r for r in ingest_files(settings, [*good, bad, good[0]], PredictionOptions(), 2)}
    assert len(reports) == 4
    assert [name for name, report in reports.items() if report.error] == ["bad.jsonl"]
    assert rows_of(owner, "select count(*) from data.prediction") == [(3,)]
    assert rows_of(owner, "select count(*) from data.ingest where file_name like '%bad%'") == [(0,)]


def test_the_database_refusing_is_told_in_one_line(
    settings: Settings, owner: psycopg.Connection, truth_file: Path
) -> None:
    owner.execute("alter table data.image add check (image_name <> 'i399')")
    report = ingest_file(settings, truth_file, TruthOptions("set"))
    assert report.error is not None
    assert report.error.endswith("nothing was written")
    assert "\n" not in report.error
    assert rows_of(owner, "select count(*) from data.dataset") == [(0,)]


def _peak_mb(settings: Settings, path: Path, n_expected: int) -> float:
    report = ingest_file(settings, path, PredictionOptions(is_refreshed=False))
    assert (report.error, report.n_new) == (None, n_expected)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@pytest.mark.slow
def test_memory_is_flat_in_the_size_of_the_file(settings: Settings, truth_file: Path, tmp_path: Path) -> None:
    assert ingest_file(settings, truth_file, TruthOptions("set")).error is None
    padding = "x" * 4_000
    peaks = []
    for n_models in (10, 100):
        path = tmp_path / f"{n_models}.jsonl"
        with path.open("w") as file:
            for model in range(n_models):
                for n in range(N_IMAGES):
                    record = answer(f"i{n}", model_used=f"org/{n_models}-{model}", location_info=padding)
                    file.write(json.dumps(record) + "\n")
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=context, initializer=gc.disable) as pool:  # as in ingest_files
            peaks.append(pool.submit(_peak_mb, settings, path, n_models * N_IMAGES).result())
    assert path.stat().st_size > 180_000_000
    assert peaks[1] - peaks[0] < 40
