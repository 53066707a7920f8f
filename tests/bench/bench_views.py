"""Every bi view on 2 million predictions: the first page as a BI tool reads it, and the whole of the small ones."""

import time
from statistics import median

import psycopg

from imageo.db.frames import list_views
from tests.bench.scale import add_images, add_scored_runs, scratch_database

IMAGES = 10_000
RUNS = 200
PAGE = 2_000  # rows that Metabase reads of a table
REPEATS = 5


def main() -> None:
    with scratch_database() as connection:
        dataset_id = add_images(connection, IMAGES)
        add_scored_runs(connection, dataset_id, RUNS)
        row = connection.execute("select max(run_id) from data.run").fetchone()
        assert row
        connection.execute("set role imageo_reader")
        print(f"{IMAGES * RUNS:,} predictions in {RUNS} runs; median of {REPEATS}, milliseconds (below 100)")
        print(f"{'view':24} {f'first {PAGE:,} rows':>18} {'one run, first page':>20}")
        for view in list_views(connection):
            # The audit is no dashboard: it compares every run with every other, and these are copies of one.
            if not view.startswith("bi.") or view.startswith("bi.audit_"):
                continue
            columns = [
                column.name for column in connection.execute(f"select * from {view} limit 0".encode()).description or ()
            ]
            page = _milliseconds(connection, f"select * from {view} limit {PAGE}")
            run = ""
            if "run_id" in columns:
                run = f"{_milliseconds(connection, f'select * from {view} where run_id = {row[0]} limit {PAGE}'):.0f}"
            print(f"{view:24} {page:18.0f} {run:>20}")


def _milliseconds(connection: psycopg.Connection, query: str) -> float:
    times = []
    for _ in range(REPEATS + 1):
        start = time.perf_counter()
        # Rows are sent to the client, as they are to a BI tool, but not turned into Python objects.
        connection.pgconn.exec_params(query.encode(), None, result_format=1)
        times.append(1000 * (time.perf_counter() - start))
    return median(times[1:])  # the first reads the disk


if __name__ == "__main__":
    main()
