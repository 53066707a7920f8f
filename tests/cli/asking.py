"""What tests of `imageo query` share: a data set with image files, and the command in a process of its own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from PIL import Image

from tests.query.stub_config import StubConfig, image_key, place_of, tokens_of
from tests.world import World

KEY = "sk-test-planted-5f2c9d71e0b84a36"


def make_dataset(url: str, folder: Path, count: int, side: int = 48) -> dict[str, str]:
    """Dataset `mine`: `count` images with files in `folder`; the key that the stub knows each by, by its name."""
    random = np.random.default_rng(5)
    folder.mkdir(parents=True, exist_ok=True)
    keys = {}
    with psycopg.connect(url) as connection:
        world = World.make(connection, "mine")
        for number in range(count):
            name = f"photo-{number:04}"
            world.image(name, *random.uniform((-60, -170), (70, 170)), country="France")
            path = folder / f"{name}.jpg"
            Image.fromarray(random.integers(0, 255, (side, side, 3), dtype=np.uint8)).save(path, quality=80)
            keys[name] = image_key(sent(path))
    return keys


def sent(path: Path) -> bytes:
    """The bytes of an image as a provider gets them."""
    from imageo.query.images.prepare import ImageOptions, prepare
    from imageo.query.questions import ImageLimits

    return prepare(path.read_bytes(), ImageLimits(max_side=2048, max_bytes=3_000_000), ImageOptions()).data


@dataclass
class Asker:
    """`imageo query` over dataset `mine`, asked of a stub as OpenAI."""

    folder: Path
    base_url: str
    environment: Mapping[str, str]
    options: list[str] = field(default_factory=list)

    def command(self, *more: str) -> list[str]:
        return [
            *(sys.executable, "-m", "imageo", "query", "--model", "gpt-4o", "--provider", "openai"),
            *("--base-url", self.base_url, "--dataset", "mine", "--images", str(self.folder), "--json"),
            *self.options,
            *more,
        ]

    def start(self, *more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*more),
            env={**os.environ, "OPENAI_API_KEY": KEY, **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *more: str, timeout: float = 300) -> "Told":
        process = self.start(*more)
        try:
            stdout, stderr = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            raise
        return Told(process.returncode, stdout, stderr)


@dataclass(frozen=True)
class Told:
    returncode: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)


def assert_all_answered_once(url: str, keys: Mapping[str, str]) -> None:
    """Each image has the answer that the stub gave for it, and the ledger is what the stub billed for the answers."""
    with psycopg.connect(url) as connection:
        answers = connection.execute(
            "select image.image_name, st_y(prediction.location), st_x(prediction.location), prediction.outcome"
            " from data.prediction join data.image using (image_id) order by 1"
        ).fetchall()
        ledger = connection.execute(
            "select image.image_name, cost.input_tokens, cost.output_tokens from data.cost join data.image"
            " using (image_id) order by 1"
        ).fetchall()
        n_tasks = connection.execute("select count(*) from data.task").fetchone()
    assert [name for name, *_ in answers] == sorted(keys)
    for name, latitude, longitude, outcome in answers:
        expected = place_of(keys[name])
        assert outcome == "answered"
        assert abs(latitude - expected[0]) < 1e-9
        assert abs(longitude - expected[1]) < 1e-9
    assert ledger == [(name, *tokens_of(keys[name], StubConfig())) for name in sorted(keys)]
    assert n_tasks == (0,)
