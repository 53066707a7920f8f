"""`imageo compare` and `imageo calibration`, everything of them, for 10 models on 10,000 images."""

import os
import time
from pathlib import Path

from click.testing import CliRunner

from imageo.cli.main import cli
from imageo.db.refresh import refresh_runs
from imageo.settings import Settings
from tests.bench.scale import add_images, add_run, scratch_database

IMAGES = 10_000
MODELS = 10


def main() -> None:
    with scratch_database() as connection:
        dataset_id = add_images(connection, IMAGES)
        refresh_runs(connection, [add_run(connection, dataset_id, number) for number in range(MODELS)])
        connection.commit()
        url = f"postgresql:///{connection.info.dbname}?host={connection.info.host}&user={connection.info.user}"
        settings = Settings(home=Path.home(), database_url=url)
        print(f"{MODELS} models, {IMAGES:,} images, 2,000 resamples, {os.cpu_count()} cores (each below 20 s)")
        for command in ("compare", "calibration"):
            start, busy = time.perf_counter(), time.process_time()
            result = CliRunner().invoke(cli, [command, "--json"], obj=settings, catch_exceptions=False)
            assert result.exit_code == 0, result.output
            print(
                f"{command:12} {time.perf_counter() - start:6.1f} s, of which {time.process_time() - busy:.1f} s of"
                f" processor time; {result.stdout.count('statistic'):,} numbers"
            )


if __name__ == "__main__":
    main()
