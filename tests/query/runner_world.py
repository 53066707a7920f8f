"""A run over small images, asked of the stub with the real SDK and stored in a real PostGIS."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from PIL import Image
from pydantic import SecretStr

from imageo.query.images.prepare import ImageOptions, prepare
from imageo.query.money.prices import Pricer
from imageo.query.providers import Endpoint
from imageo.query.providers.make import make_provider
from imageo.query.providers.names import ModelName
from imageo.query.questions import Asking
from imageo.query.runner.job import Job
from imageo.query.runner.rate_control import RateControl
from imageo.query.store.tasks import enqueue
from imageo.settings import Settings
from tests.query.stub import Addresses
from tests.query.stub_config import image_key
from tests.world import World

KEY = "sk-planted-1f0a77"


@dataclass(frozen=True)
class RunnerWorld:
    """A queued run. `keys`: how the stub knows each image, by image_id."""

    url: str
    home: Path
    run_id: int
    paths: Mapping[int, Path]
    keys: Mapping[int, str]

    def job(self, stub: Addresses, *, concurrency: int = 8, rpm: int | None = None, **values: Any) -> Job:
        """A job that asks the stub as OpenAI."""
        model = values.pop("model", "gpt-4o")
        timeout_s = values.get("timeout_s", 30.0)
        endpoint = Endpoint(SecretStr(KEY), stub.base_url("openai"), timeout_s, concurrency)
        provider = make_provider(ModelName("openai", model), Asking(model, "Where?", max_output_tokens=500), endpoint)
        job = Job(
            settings=Settings(home=self.home, database_url=self.url),
            run_id=self.run_id,
            model=model,
            provider=provider,
            pricer=Pricer("openai", model),
            control=RateControl(concurrency, rpm),
            paths=self.paths,
            concurrency=concurrency,
            timeout_s=timeout_s,
            seed=3,
        )
        return replace(job, **values)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query; {run} stands for the run."""
        with psycopg.connect(self.url) as connection:
            return connection.execute(query.format(run=self.run_id).encode()).fetchall()

    def outcomes(self) -> dict[int, str]:
        """The outcome of each image; each has one answer only."""
        rows = self.rows("select image_id, outcome from data.prediction where run_id = {run}")
        assert len({image_id for image_id, _ in rows}) == len(rows)
        return dict(rows)

    def n_tasks(self) -> int:
        """What is left."""
        return int(self.rows("select count(*) from data.task where run_id = {run}")[0][0])

    def spent(self) -> Decimal:
        """The ledger."""
        return Decimal(self.rows("select coalesce(sum(cost_usd), 0) from data.cost where run_id = {run}")[0][0])


def make_world(url: str, folder: Path, count: int, broken: Sequence[int] = ()) -> RunnerWorld:
    """`count` images with files, those at the places `broken` unreadable, and a queued run."""
    random = np.random.default_rng(5)
    (folder / "images").mkdir(parents=True)
    limits = make_provider(ModelName("openai", "gpt-4o"), Asking("gpt-4o", ""), Endpoint(SecretStr(KEY))).image_limits
    assert limits is not None
    paths, keys = {}, {}
    with psycopg.connect(url) as connection:
        world = World.make(connection)
        run_id = world.run("gpt-4o")
        for number in range(count):
            path = folder / "images" / f"{number:05}.jpg"
            image_id = world.image(path.stem, *random.uniform((-60, -170), (70, 170)), country="France")
            Image.fromarray(random.integers(0, 255, (32, 32, 3), dtype=np.uint8)).save(path, quality=80)
            paths[image_id] = path
            if number in broken:
                path.write_bytes(b"\xff\xd8 no image")
            else:
                keys[image_id] = image_key(prepare(path.read_bytes(), limits, ImageOptions()).data)
        world.score(run_id)
        connection.commit()
        assert enqueue(connection, run_id, list(paths)) == count
        connection.commit()
    return RunnerWorld(url, folder / "home", run_id, paths, keys)
