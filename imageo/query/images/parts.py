"""What is known of an image file before its pixels are decoded, and the words that its readers share."""

from dataclasses import dataclass, field
from typing import Literal

Size = tuple[int, int]
"""Width and height, pixels."""

ImageKind = Literal["JPEG", "PNG", "WebP", "GIF", "HEIC"]

MOST_PIXELS = 120_000_000
"""Of an image that is decoded whole: 360 to 960 MB while it is. Cameras of 102 megapixels write HEIC."""


class BadImage(Exception):
    """The file cannot be made an image; the reason is one short sentence, without the file's name."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ImageOptions:
    """What the user chose: longest side in pixels (None: the provider's own limit), quality of JPEG, 1 to 100."""

    max_side: int | None = None
    quality: int = 90


@dataclass(frozen=True, slots=True)
class ImageParts:
    """An image file without its metadata, and what the metadata told; sizes in pixels, as stored.

    `is_plain`: any decoder takes `data`, and no metadata is left in it, so that it may be sent as it is. `exif`: the
    TIFF block. `profile`: the ICC profile. `n_scans`: how often a decoder goes over the pixels.
    """

    data: bytes = field(repr=False)
    width: int
    height: int
    is_plain: bool = False
    exif: bytes = field(default=b"", repr=False)
    profile: bytes = field(default=b"", repr=False)
    n_scans: int = 1


def sniff(data: bytes) -> ImageKind:
    """The kind of an image file by its first bytes; raises BadImage where it is none that is read."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WebP"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return "HEIC"
    if not data:
        raise BadImage("the file is empty")
    raise BadImage(f"no JPEG, PNG, WebP, GIF or HEIC: the file begins with {data[:12]!r}")


def refuse_huge(size: Size) -> None:
    """Raise BadImage over an image that would take too much memory to decode."""
    if size[0] * size[1] > MOST_PIXELS:
        raise BadImage(f"the image is too large to decode ({size[0]} x {size[1]} pixels)")


_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1")
