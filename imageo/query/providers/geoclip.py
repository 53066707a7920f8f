"""GeoCLIP on this machine (Vivanco Cepeda, Nayak, Shah 2023): no key, no tokens, one image at a time.

Behind the extra `imageo[geoclip]`, which brings torch. The first use downloads CLIP from Hugging Face.
"""

import asyncio
import importlib
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import orjson

from imageo.errors import InputError
from imageo.query.questions import ImageLimits, Question
from imageo.query.replies import CallFailed, Reply

MODEL = "geoclip"


def load_model() -> Any:
    """Load GeoCLIP, which takes seconds. Raises InputError where the package or its weights are missing."""
    try:
        package = importlib.import_module("geoclip")
    except ModuleNotFoundError as problem:
        raise InputError(
            f"geoclip needs the package {problem.name}, which is not installed: pip install 'imageo[geoclip]'"
        ) from problem
    try:
        return package.GeoCLIP().eval()
    except Exception as problem:  # of torch, of transformers, of the hub
        told = " ".join(str(problem).split())[:200] or type(problem).__name__
        raise InputError(
            f"geoclip cannot load its model ({told}); the first use needs huggingface.co and about 2 GB of disk"
        ) from problem


class GeoClip:
    """The most likely place of its gallery of 100,000; it tells no address and no confidence from 1 to 5."""

    name = MODEL
    # The model sees 224 x 224 pixels of it.
    image_limits: ImageLimits | None = ImageLimits(max_side=1024, max_bytes=20_000_000)

    def __init__(self, model: Any) -> None:
        self._model = model
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=MODEL)

    def encode(self, question: Question) -> bytes:
        """The image."""
        if question.image is None:
            raise ValueError("GeoCLIP needs an image")
        return question.image.data

    async def ask(self, body: bytes) -> Reply:
        """Predict in the model's own thread."""
        loop = asyncio.get_running_loop()
        try:
            latitude, longitude = await loop.run_in_executor(self._thread, self._predict, body)
        except Exception as problem:
            told = " ".join(str(problem).split())[:200] or type(problem).__name__
            raise CallFailed("server_error", f"GeoCLIP: {told}") from problem
        place = {"coordinates": {"latitude": latitude, "longitude": longitude}}
        return Reply(orjson.dumps({"reverse_geocoding": place}).decode(), finish_reason="stop", model=MODEL)

    async def aclose(self) -> None:
        """End the thread."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _predict(self, body: bytes) -> tuple[float, float]:
        points, _ = self._model.predict(BytesIO(body), top_k=1)
        return float(points[0][0]), float(points[0][1])
