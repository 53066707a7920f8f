"""Every check of the audit on 10 models x 10,000 images that all give the same answers: the worst case for twins."""

import time

from imageo.db.frames import read_view
from imageo.render.text.audit import CHECKS
from tests.bench.scale import add_images, add_scored_runs, scratch_database

IMAGES = 10_000
RUNS = 10


def main() -> None:
    with scratch_database() as connection:
        add_scored_runs(connection, add_images(connection, IMAGES), RUNS)
        connection.execute("set role imageo_reader")
        total = 0.0
        print(f"{IMAGES * RUNS:,} predictions in {RUNS} runs; seconds (all below 10)")
        for check in CHECKS:
            start = time.perf_counter()
            rows = read_view(connection, check.view)
            seconds = time.perf_counter() - start
            total += seconds
            print(f"{check.name:28} {seconds:6.2f} {len(rows):8,} rows")
        print(f"{'all':28} {total:6.2f}")


if __name__ == "__main__":
    main()
