"""A runner in a process of its own, to be sent signals: `python -m tests.query.runner_process URL HOME RUN PORT`."""

import json
import sys
from pathlib import Path

import psycopg

from imageo.query.runner.progress import Lines
from imageo.query.runner.run import run_to_end
from tests.query.runner_world import RunnerWorld
from tests.query.stub import Addresses


def main() -> None:
    url, home, run_id, port = sys.argv[1:]
    stub = Addresses()
    stub.port = int(port)
    with psycopg.connect(url) as connection:
        ids = connection.execute("select image_id, image_name from data.image").fetchall()
    paths = {image_id: Path(home).parent / "images" / f"{name}.jpg" for image_id, name in ids}
    world = RunnerWorld(url, Path(home), int(run_id), paths, {})
    summary = run_to_end(world.job(stub, concurrency=4, progress=Lines(), lease_s=5.0))
    print(json.dumps(summary.as_json()))
    sys.exit(summary.exit_code)


if __name__ == "__main__":
    main()
