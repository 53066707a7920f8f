"""What is sent: a prepared image under a prompt, with the parameters that the user chose."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """What a provider takes. `max_side` and `max_pixels` in pixels, `max_bytes` of the image file before base64."""

    max_side: int
    max_bytes: int
    media_types: frozenset[str] = frozenset(("image/jpeg", "image/png", "image/webp", "image/gif"))
    max_pixels: int | None = None


@dataclass(frozen=True, slots=True)
class PreparedImage:
    """An image fit to be sent: upright, within the limits, and free of metadata.

    `content_hash` is the SHA-256 of the file as it was found, hexadecimal. `gps` is the (latitude, longitude) of its
    EXIF tag, WGS84 degrees: for `baseline:exif` alone, never sent.
    """

    data: bytes
    media_type: str
    width: int
    height: int
    content_hash: str
    gps: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One image of the dataset; `image` is None where a baseline needs none."""

    image_id: int
    image: PreparedImage | None


@dataclass(frozen=True, slots=True)
class Asking:
    """How a model is asked. None means: not sent, the provider's own default holds.

    `is_structured`: ask for an answer under the JSON schema, where the provider can. `extra`: parameters passed
    through as they are. `max_output_tokens` counts hidden reasoning too.
    """

    model: str
    prompt: str
    is_structured: bool = True
    temperature: float | None = None
    reasoning_effort: str | None = None
    max_output_tokens: int | None = None
    extra: Mapping[str, object] = field(default_factory=dict)
