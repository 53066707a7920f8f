"""Refresh after one new run of 10,000 images: onto 2 million predictions, against into an empty database."""

import time
from statistics import median

import psycopg

from imageo.db.refresh import refresh_runs
from tests.bench.scale import add_images, add_run, add_scored_runs, scratch_database

IMAGES = 10_000
RUNS = 200
REPEATS = 5


def main() -> None:
    with scratch_database() as connection:
        dataset_id = add_images(connection, IMAGES)
        connection.commit()
        empty = _measure(connection, dataset_id)
        add_scored_runs(connection, dataset_id, RUNS)
        full = _measure(connection, dataset_id)
    print(f"refresh of {IMAGES:,} predictions into an empty database: {median(empty):.2f} s")
    print(f"refresh of {IMAGES:,} predictions onto {IMAGES * RUNS:,}:      {median(full):.2f} s")
    print(f"ratio {median(full) / median(empty):.2f} (at most 1.5)")


def _measure(connection: psycopg.Connection, dataset_id: int) -> list[float]:
    times = []
    for number in range(REPEATS):
        run_id = add_run(connection, dataset_id, 10_000 + number)
        start = time.perf_counter()
        refresh_runs(connection, [run_id])
        times.append(time.perf_counter() - start)
        connection.rollback()
    return times


if __name__ == "__main__":
    main()
