"""Answers without a model: the floors that every benchmark needs. They cost nothing and need no key.

They pass through the same path as a model's: their reply is text, which the same parser reads.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import orjson

from imageo.query.questions import ImageLimits, Question
from imageo.query.replies import Reply, Usage

BASELINES = ("prior", "centre", "exif")

Point = tuple[float, float]
"""Latitude and longitude, WGS84 degrees."""


@dataclass(frozen=True)
class Places:
    """Populated places, column by column; a state that is not known is None."""

    population: np.ndarray
    latitude: np.ndarray
    longitude: np.ndarray
    city: Sequence[str]
    state: Sequence[str | None]
    country: Sequence[str]


class Prior:
    """A place drawn from the world's population: the likelier, the more people live there.

    Each image of each repeat has a draw of its own, the same on every machine.
    """

    name = "baseline"
    image_limits: ImageLimits | None = None

    def __init__(self, places: Places, seed: int, repeat: int) -> None:
        self._places = places
        self._inhabitants = np.cumsum(places.population, dtype=np.int64)
        self._seed = seed
        self._repeat = repeat

    def encode(self, question: Question) -> bytes:
        """The key of the image, which the draw depends on."""
        return orjson.dumps({"image_id": question.image_id})

    async def ask(self, body: bytes) -> Reply:
        """Draw a place."""
        at = self._draw(orjson.loads(body)["image_id"])
        places = self._places
        address = {"street": None, "city": places.city[at], "state": places.state[at], "country": places.country[at]}
        return _reply("prior", (float(places.latitude[at]), float(places.longitude[at])), address)

    async def aclose(self) -> None:
        """Nothing is open."""

    def _draw(self, image_id: int) -> int:
        # The first eight bytes of a hash, as a fraction of 2^64, choose one inhabitant of all.
        told = hashlib.sha256(f"{self._seed}/{self._repeat}/{image_id}".encode()).digest()
        inhabitant = int.from_bytes(told[:8], "big") * int(self._inhabitants[-1]) >> 64
        return int(np.searchsorted(self._inhabitants, inhabitant, side="right"))


class Centre:
    """The same place for every image: the spherical median of the truth has the least mean error of all constants."""

    name = "baseline"
    image_limits: ImageLimits | None = None

    def __init__(self, median: Point) -> None:
        self._median = median

    def encode(self, question: Question) -> bytes:
        """Nothing: the answer does not depend on the question."""
        return b"{}"

    async def ask(self, body: bytes) -> Reply:
        """Answer the median."""
        return _reply("centre", self._median)

    async def aclose(self) -> None:
        """Nothing is open."""


class Exif:
    """The GPS tag of the file: how much of the truth the files give away. No tag, no coordinates."""

    name = "baseline"
    # The image itself is not looked at: what is made of it may be small.
    image_limits: ImageLimits | None = ImageLimits(max_side=64, max_bytes=1_000_000)

    def encode(self, question: Question) -> bytes:
        """The tag."""
        return orjson.dumps({"gps": question.image.gps if question.image else None})

    async def ask(self, body: bytes) -> Reply:
        """Answer the tag."""
        return _reply("exif", orjson.loads(body)["gps"])

    async def aclose(self) -> None:
        """Nothing is open."""


def _reply(model: str, point: Point | None, address: dict[str, str | None] | None = None) -> Reply:
    latitude, longitude = point or (None, None)
    place = {"address": address or {}, "coordinates": {"latitude": latitude, "longitude": longitude}}
    return Reply(
        text=orjson.dumps({"reverse_geocoding": place}).decode(),
        finish_reason="stop",
        model=model,
        usage=Usage(input_tokens=0, output_tokens=0),
    )
