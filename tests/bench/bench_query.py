"""Asking with storing, against the ideal and against the plain SDK without a database, in the same run.

A stub in a process of its own answers after one second; 64 calls at a time, images of about 300 KB, each different.
Then the memory over 10,000 images, at a lower latency.
"""

import argparse
import asyncio
import os
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import psycopg
from PIL import Image
from pydantic import SecretStr

from imageo.query.money.prices import Pricer
from imageo.query.providers import Endpoint
from imageo.query.providers.make import make_provider
from imageo.query.providers.names import ModelName
from imageo.query.questions import Asking
from imageo.query.runner.job import Job
from imageo.query.runner.progress import State
from imageo.query.runner.rate_control import RateControl
from imageo.query.runner.run import run_to_end
from imageo.query.store.tasks import enqueue
from imageo.settings import Settings
from tests.bench.scale import add_images, scratch_database
from tests.query.stub import StubProcess
from tests.query.stub_config import StubConfig

CONCURRENCY = 64
LATENCY_S = 1.0
STEADY = (0.15, 0.85)
"""Of the images in the order in which they are finished: without the start and the end."""
N_FILES = 200
SIDE = 830
TARGET = 0.95
MOST_MB = 400


@dataclass
class Watch:
    """A progress sink that notes when how many were finished, and the memory of this process."""

    every_s: float = 0.05
    seen: list[tuple[float, int]] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    cpu_s: float = 0.0

    def show(self, state: State, now: float) -> None:
        self.seen.append((now, state.n_finished))
        self.megabytes.append(resident_mb())

    def say(self, message: str) -> None:
        print(message)

    def close(self) -> None:
        """Nothing to do."""


def resident_mb() -> float:
    """Of this process, from /proc."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def steady_rate(seen: list[tuple[float, int]], total: int) -> float:
    """Images a second between the first and the last fifth or so."""
    low, high = (share * total for share in STEADY)
    inside = [(at, count) for at, count in seen if low <= count <= high]
    (start, first), (end, last) = inside[0], inside[-1]
    return (last - first) / (end - start)


def write_images(folder: Path, count: int) -> list[Path]:
    """JPEGs of about 300 KB with the fine structure of photos: noise under a smooth gradient."""
    random = np.random.default_rng(7)
    smooth = np.linspace(0, 160, SIDE, dtype=np.float32)
    paths = []
    for number in range(count):
        noise = random.normal(0, 22, (SIDE, SIDE, 3)).astype(np.float32)
        pixels = np.clip(smooth[:, None, None] * 0.6 + smooth[None, :, None] * 0.6 + 20 + noise, 0, 255)
        path = folder / f"{number:05}.jpg"
        Image.fromarray(pixels.astype(np.uint8)).save(path, quality=86)
        paths.append(path)
    return paths


@contextmanager
def queued_run(
    connection: psycopg.Connection, dataset_id: int, name: str, count: int
) -> Iterator[tuple[int, list[int]]]:
    """A run with `count` tasks."""
    row = connection.execute(
        "with added as (insert into data.model (provider, name) values ('openai', %s) returning model_id)"
        " insert into data.run (dataset_id, model_id) select %s, model_id from added returning run_id",
        [name, dataset_id],
    ).fetchone()
    assert row
    ids = [
        image_id
        for (image_id,) in connection.execute(
            "select image_id from data.image where dataset_id = %s order by 1 limit %s", [dataset_id, count]
        )
    ]
    enqueue(connection, row[0], ids)
    connection.commit()
    yield row[0], ids


def ask(settings: Settings, base_url: str, run_id: int, paths: dict[int, Path], every_s: float) -> Watch:
    """The runner, with nothing else in its process."""
    watch = Watch(every_s)
    endpoint = Endpoint(SecretStr("sk-bench"), base_url, 60.0, CONCURRENCY)
    provider = make_provider(ModelName("openai", "gpt-4o"), Asking("gpt-4o", "Where?", max_output_tokens=500), endpoint)
    job = Job(
        settings=settings,
        run_id=run_id,
        model="gpt-4o",
        provider=provider,
        pricer=Pricer("openai", "gpt-4o"),
        control=RateControl(CONCURRENCY),
        paths=paths,
        concurrency=CONCURRENCY,
        progress=watch,
    )
    summary = run_to_end(job)
    assert summary.outcomes["answered"] == len(paths), summary
    watch.cpu_s = time.process_time()
    return watch


def ask_apart(
    settings: Settings, stub: StubProcess, run_id: int, ids: list[int], files: list[Path], every_s: float
) -> Watch:
    """`ask` in a process of its own, as the command line has it."""
    paths = {image_id: files[number % len(files)] for number, image_id in enumerate(ids)}
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(ask, settings, stub.base_url("openai"), run_id, paths, every_s).result()


async def ask_plainly(stub: StubProcess, paths: list[Path]) -> list[tuple[float, int]]:
    """The SDK as its documentation shows it, without a database: a data URL, 64 at a time."""
    from openai import AsyncOpenAI

    client = AsyncOpenAI(api_key="sk-bench", base_url=stub.base_url("openai"), max_retries=0)
    gate = asyncio.Semaphore(CONCURRENCY)
    seen: list[tuple[float, int]] = []

    async def one(path: Path) -> None:
        async with gate:
            url = "data:image/jpeg;base64," + b64encode(path.read_bytes()).decode()
            content = [{"type": "text", "text": "Where?"}, {"type": "image_url", "image_url": {"url": url}}]
            raw = await client.chat.completions.with_raw_response.create(
                model="gpt-4o",
                messages=[{"role": "user", "content": content}],  # type: ignore[typeddict-item,misc,list-item]
            )
            assert raw.parse().choices[0].message.content
            seen.append((time.monotonic(), len(seen) + 1))

    await asyncio.gather(*(one(path) for path in paths))
    await client.close()
    return seen


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--images", type=int, default=1500, help="for the rate")
    options.add_argument("--many", type=int, default=10_000, help="for the memory; 0 leaves it out")
    given = options.parse_args()
    ideal = CONCURRENCY / LATENCY_S
    with scratch_database() as connection, tempfile.TemporaryDirectory() as folder:
        files = write_images(Path(folder), N_FILES)
        size_kb = sum(path.stat().st_size for path in files) / len(files) / 1000
        print(
            f"{given.images:,} images of {size_kb:.0f} KB, {CONCURRENCY} at a time, {LATENCY_S:g} s a call,"
            f" {os.cpu_count()} processors: ideal {ideal:g} images/s"
        )
        dataset_id = add_images(connection, max(given.images, given.many))
        connection.commit()
        settings = Settings(home=Path(folder), database_url=connection.info.dsn)

        with StubProcess(StubConfig(latency_s=LATENCY_S)) as stub:
            chosen = [files[number % N_FILES] for number in range(given.images)]
            plain = steady_rate(asyncio.run(ask_plainly(stub, chosen)), given.images)
        print(f"plain SDK, no database   {plain:6.2f} images/s  {plain / ideal:6.1%} of the ideal")

        with (
            StubProcess(StubConfig(latency_s=LATENCY_S)) as stub,
            queued_run(connection, dataset_id, "rate", given.images) as (run_id, ids),
        ):
            watch = ask_apart(settings, stub, run_id, ids, files, 0.05)
        rate = steady_rate(watch.seen, given.images)
        print(
            f"imageo query, PostGIS    {rate:6.2f} images/s  {rate / ideal:6.1%} of the ideal (at least {TARGET:.0%});"
            f" {watch.cpu_s / given.images * 1000:.1f} ms of processor an image"
        )

        if given.many:
            with (
                StubProcess(StubConfig(latency_s=0.05)) as stub,
                queued_run(connection, dataset_id, "memory", given.many) as (run_id, ids),
            ):
                watch = ask_apart(settings, stub, run_id, ids, files, 0.5)
            tenths = [watch.megabytes[len(watch.megabytes) * tenth // 10] for tenth in range(1, 10)]
            seconds = watch.seen[-1][0] - watch.seen[0][0]
            print(
                f"memory over {given.many:,} images: {max(watch.megabytes):.0f} MB at most (below {MOST_MB}),"
                f" at every tenth {' '.join(f'{megabytes:.0f}' for megabytes in tenths)} MB;"
                f" {given.many / seconds:.0f} images/s at 0.05 s a call"
            )


if __name__ == "__main__":
    main()
