"""A run with images on the disk, whose questions go to the stand-in in batches."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from PIL import Image
from pydantic import SecretStr

from imageo.query.batches import BatchClient, BatchLimits
from imageo.query.batches.clients import open_batches
from imageo.query.batches.job import Collecting, Requests
from imageo.query.images.prepare import ImageOptions, prepare
from imageo.query.money.prices import Pricer
from imageo.query.providers import Endpoint, Provider
from imageo.query.providers.make import make_provider
from imageo.query.providers.names import ModelName
from imageo.query.questions import Asking, PreparedImage
from imageo.query.store.tasks import enqueue
from tests.query.stub import Stub
from tests.query.stub_batches import StubBatches, Vendor
from tests.query.stub_config import image_key, place_of, tokens_of

KEY = "sk-planted-secret-0123456789"
MODELS: dict[Vendor, str] = {"openai": "gpt-4.1", "anthropic": "claude-sonnet-4-5", "gemini": "gemini-2.5-flash"}

BATCH_PRICE: dict[Vendor, tuple[Decimal, Decimal]] = {
    "openai": (Decimal("1.00"), Decimal("4.00")),
    "anthropic": (Decimal("1.50"), Decimal("7.50")),
    "gemini": (Decimal("0.15"), Decimal("1.25")),
}
"""US dollars a million tokens sent and received, as the vendors publish them for batches, half of 2 and 8, of 3 and 15,
of 0.30 and 2.50. Sources: openai.com/api/pricing (GPT-4.1), ai.google.dev/gemini-api/docs/pricing (Gemini 2.5 Flash),
platform.claude.com/docs/en/build-with-claude/batch-processing (Sonnet 4.5)."""


@dataclass
class BatchWorld:
    """One run of `vendor`'s model over images in a folder."""

    connection: psycopg.Connection
    stub: Stub
    batches: StubBatches
    vendor: Vendor
    run_id: int
    paths: dict[int, Path]
    provider: Provider
    endpoint: Endpoint
    said: list[str] = field(default_factory=list)

    def client(self, limits: BatchLimits | None = None) -> BatchClient:
        """As after a new start of the program."""
        return open_batches(self.vendor, self.endpoint, limits)

    def job(self, client: BatchClient) -> Collecting:
        return Collecting(self.run_id, client, Pricer(self.vendor, MODELS[self.vendor]), self.said.append)

    def requests(self, **values: Any) -> Requests:
        given = {"model": MODELS[self.vendor], "prepare": self.prepare, "encode": self.provider.encode} | values
        return Requests(**given)

    def prepare(self, image_id: int) -> PreparedImage:
        assert self.provider.image_limits is not None
        return prepare(self.paths[image_id].read_bytes(), self.provider.image_limits, ImageOptions())

    def key(self, image_id: int) -> str:
        """The stub's key of an image."""
        return image_key(self.prepare(image_id).data)

    def new_run(self) -> None:
        """Another repeat of the run, with all images to be asked, and a stub that knows of no batch."""
        self.run_id = _one(
            self.connection,
            "insert into data.run (dataset_id, model_id, variant, prompt_hash, parameters, repeat)"
            " select dataset_id, model_id, variant, prompt_hash, parameters, repeat + 1 from data.run"
            " order by repeat desc limit 1 returning run_id",
        )
        enqueue(self.connection, self.run_id, list(self.paths))
        self.batches.batches.clear()
        self.batches.billed.clear()
        self.said.clear()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query.encode()).fetchall()

    def places(self) -> dict[int, tuple[float, float] | None]:
        """Latest answer of each image."""
        rows = self.rows(
            "select distinct on (image_id) image_id, st_y(location), st_x(location) from data.prediction"
            f" where run_id = {self.run_id} order by image_id, version desc"
        )
        return {image_id: None if latitude is None else (latitude, longitude) for image_id, latitude, longitude in rows}

    def cost_of(self, image_id: int) -> Decimal:
        """What the vendor asks for the answer about an image, by its published prices."""
        sent, received = tokens_of(self.key(image_id), self.stub.server.config)
        price = BATCH_PRICE[self.vendor]
        return (sent * price[0] + received * price[1]) / 1_000_000

    def check_answered(self, image_ids: list[int] | None = None) -> None:
        """Each image has the answer that the stub gave about it, and no task is left."""
        for image_id in image_ids or list(self.paths):
            latitude, longitude = place_of(self.key(image_id))
            found = self.places()[image_id]
            assert found is not None, image_id
            assert abs(found[0] - latitude) < 1e-9, image_id
            assert abs(found[1] - longitude) < 1e-9, image_id
        if image_ids is None:
            assert self.rows(f"select * from data.task where run_id = {self.run_id}") == []

    def check_ledger(self) -> None:
        """The ledger is what the stub billed, call for call, at the published price of a batch."""
        images = {asked.custom_id: int(asked.custom_id.partition("-")[2])
                  for batch in self.batches.batches for asked in batch.asked}  # fmt: skip
        price = BATCH_PRICE[self.vendor]
        billed = sorted(
            (images[name], sent, received, (sent * price[0] + received * price[1]) / 1_000_000)
            for name, sent, received in self.batches.billed
        )
        ledger = self.rows(
            "select image_id, input_tokens, output_tokens, cost_usd from data.cost"
            f" where run_id = {self.run_id} order by 1, 2, 3"
        )
        assert [tuple(row) for row in ledger] == billed
        assert self.rows("select distinct is_batch from data.cost") in ([(True,)], [])


@contextmanager
def batch_world(
    database: str, folder: Path, vendor: Vendor, n_images: int, ends_after: int | None = 1
) -> Iterator[BatchWorld]:
    """`n_images` are queued; a batch is done when it is polled for the `ends_after`th time."""
    with Stub() as stub, psycopg.connect(database, autocommit=True) as connection:
        batches = StubBatches(stub.server, ends_after)
        connection.execute("insert into data.dataset (name) values ('places')")
        connection.execute("insert into data.model (provider, name) values (%s, %s)", [vendor, MODELS[vendor]])
        connection.execute(
            "insert into data.run (dataset_id, model_id, variant, prompt_hash, parameters, repeat)"
            " select dataset_id, model_id, '', 'p', jsonb_build_object('base_url', %s::text), 1"
            " from data.dataset, data.model",
            [stub.base_url(vendor)],
        )
        run_id = int(_one(connection, "select run_id from data.run"))
        paths = {}
        for number in range(n_images):
            image_id = int(
                _one(
                    connection,
                    "insert into data.image (dataset_id, image_name, location, row_digest)"
                    f" select dataset_id, 'photo-{number}', st_setsrid(st_makepoint({number % 90}, 10), 4326), 0"
                    " from data.dataset returning image_id",
                )
            )
            paths[image_id] = folder / f"photo-{number}.png"
            Image.new("RGB", (16, 16), (number % 256, 80, number // 256)).save(paths[image_id], "PNG")
        enqueue(connection, run_id, list(paths))
        model = MODELS[vendor]
        endpoint = Endpoint(SecretStr(KEY), stub.base_url(vendor), timeout_s=20)
        provider = make_provider(ModelName(vendor, model), Asking(model, "Where?", max_output_tokens=500), endpoint)
        yield BatchWorld(connection, stub, batches, vendor, run_id, paths, provider, endpoint)


def _one(connection: psycopg.Connection, query: str) -> Any:
    row = connection.execute(query.encode()).fetchone()
    assert row
    return row[0]
