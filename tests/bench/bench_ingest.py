"""Ingest of 200,000 predictions, against a raw COPY of the very rows that it writes into the same tables."""

import itertools
import json
import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg

from imageo.ingest.many import ingest_files
from imageo.ingest.prediction_rows import COST, PREDICTION
from imageo.ingest.store_predictions import PredictionOptions
from imageo.settings import Settings
from tests.bench.scale import scratch_database
from tests.ingest.conftest import answer

FILES = 10
IMAGES = 20_000
JOBS = os.cpu_count() or 1
CHUNK = 1 << 20
TABLES = {"prediction": PREDICTION, "cost": COST}


def main() -> None:
    with scratch_database() as connection, tempfile.TemporaryDirectory() as folder:
        names = _add_images(connection)
        files = [_write(Path(folder) / f"m{number}.jsonl", f"org/m{number}", names) for number in range(FILES)]
        size = sum(file.stat().st_size for file in files) / 1e6
        settings = Settings(home=Path(folder), database_url=connection.info.dsn)
        print(f"{FILES * IMAGES:,} predictions in {FILES} files, {size:.0f} MB, {JOBS} processes")

        ingested = _time_ingest(connection, settings, files, is_refreshed=False)
        dumps = _dump(connection, Path(folder))
        copied = _time_copy(connection, dumps, 1)
        copied_together = _time_copy(connection, dumps, JOBS)
        refreshed = _time_ingest(connection, settings, files, is_refreshed=True)
    _tell("raw COPY, one connection", copied, copied)
    _tell(f"raw COPY, {JOBS} connections", copied_together, copied)
    _tell("ingest", ingested, copied)
    _tell("ingest with refreshed caches", refreshed, copied)
    print(
        f"ingest: {copied / ingested:.0%} of raw COPY's rate (at least 40%); with the caches {copied / refreshed:.0%}"
    )


def _tell(what: str, seconds: float, baseline: float) -> None:
    print(f"{what:30} {seconds:6.1f} s {FILES * IMAGES / seconds:9,.0f} rows/s  ratio {baseline / seconds:.2f}")


def _add_images(connection: psycopg.Connection) -> list[str]:
    connection.execute("insert into data.dataset (name) values ('bench')")
    rows = connection.execute(
        "insert into data.image (dataset_id, image_name, location, country_label, city_label, row_digest)"
        " select dataset_id, 'place-' || place_id, location, country_code, place.name, 0 from data.place, data.dataset"
        " order by population desc, place_id limit %s returning image_name",
        [IMAGES],
    ).fetchall()
    connection.execute("analyze data.image")
    connection.commit()
    return [name for (name,) in rows]


def _records() -> Iterator[dict[str, object]]:
    """Records of the shapes and lengths that real ones have: real ones, where they are at hand."""
    bench_dir = Path(os.environ.get("IMAGEO_BENCH_DIR") or Path(__file__).parents[3] / "shared" / "imageo-bench")
    lines = [line for path in sorted(bench_dir.glob("results/*.jsonl")) for line in path.read_text().splitlines()]
    return itertools.cycle([json.loads(line) for line in lines] or list(_synthetic_records()))


def _synthetic_records() -> Iterator[dict[str, object]]:
    # Two in three answers are plain JSON, most others fenced, one in thirty is prose.
    for number in range(300):
        record = answer("x", f"{number % 90}.1234", f"-{number % 180}.4321")
        told = json.loads(record["raw_response"])
        told["reasoning"] = dict.fromkeys(("landmark_recognition", "text_and_signage", "spatial_context"), "clue " * 40)
        raw = json.dumps(told, indent=2)
        if number % 30 == 0:
            raw = f"* City: Abéché\n* Country: Chad\n* Coordinates: {number % 90}.1234, 20.1\n" + "A remark.\n" * 80
        elif number % 3 == 0:
            raw = f"```json\n{raw}\n```"
        yield {**record, "raw_response": raw, "location_info": told}


def _write(path: Path, model: str, names: list[str]) -> Path:
    with path.open("w", encoding="utf-8") as file:
        for name, record in zip(names, _records(), strict=False):
            file.write(json.dumps({**record, "image_file": f"{name}.jpg", "model_used": model}) + "\n")
    return path


def _time_ingest(connection: psycopg.Connection, settings: Settings, files: list[Path], *, is_refreshed: bool) -> float:
    _empty(connection, "run, data.model")
    options = PredictionOptions("bench", is_refreshed=is_refreshed)
    start = time.perf_counter()
    reports = list(ingest_files(settings, files, options, JOBS))
    seconds = time.perf_counter() - start
    assert [report.error for report in reports] == [None] * FILES
    assert sum(report.n_new for report in reports) == FILES * IMAGES
    return seconds


def _time_copy(connection: psycopg.Connection, dumps: list[Path], connections: int) -> float:
    _empty(connection, "prediction, data.cost")

    def copy(dump: Path) -> None:
        with psycopg.connect(connection.info.dsn) as own:
            for table, columns in TABLES.items():
                statement = f"copy data.{table} ({', '.join(columns)}) from stdin (format binary)"
                with own.cursor().copy(statement.encode()) as copy, (dump / table).open("rb") as file:
                    while data := file.read(CHUNK):
                        copy.write(data)

    start = time.perf_counter()
    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(copy, dumps))
    return time.perf_counter() - start


def _empty(connection: psycopg.Connection, tables: str) -> None:
    connection.execute(f"truncate data.{tables} cascade".encode())
    connection.commit()
    connection.autocommit = True
    connection.execute("checkpoint")
    connection.autocommit = False


def _dump(connection: psycopg.Connection, folder: Path) -> list[Path]:
    """The rows of each run as the server would take them, a folder a run."""
    dumps = []
    for (run_id,) in connection.execute("select run_id from data.run order by 1").fetchall():
        dump = folder / f"run-{run_id}"
        dump.mkdir()
        dumps.append(dump)
        for table, columns in TABLES.items():
            rows = f"select {', '.join(columns)} from data.{table} where run_id = {run_id}"
            statement = f"copy ({rows}) to stdout (format binary)"
            with connection.cursor().copy(statement.encode()) as copy, (dump / table).open("wb") as file:
                file.writelines(copy)
    connection.commit()
    return dumps


if __name__ == "__main__":
    main()
