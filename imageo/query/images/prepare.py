"""Make an image file fit to be sent: upright, within the provider's limits, and without a byte of metadata.

What is upright, opaque and within the limits already is sent without recompression, only parted from its metadata:
faster, and the model sees what the dataset holds. Everything else becomes a JPEG, which every provider takes; and a
PNG where one takes no JPEG. Colours of another profile than sRGB are converted, as a viewer would show them.
"""

import hashlib
from pathlib import Path

from PIL.Image import Image

from imageo.query.images.exif import read_gps, read_orientation
from imageo.query.images.heic import decode_heic, read_heic
from imageo.query.images.jpeg import read_jpeg
from imageo.query.images.parts import BadImage, ImageKind, ImageOptions, ImageParts, Size, sniff
from imageo.query.images.pixels import decode, decode_jpeg, encode, fitted, is_srgb, upright_srgb
from imageo.query.images.png import is_sound_png, read_png
from imageo.query.images.webp import read_webp
from imageo.query.questions import ImageLimits, PreparedImage

__all__ = ["BadImage", "ImageOptions", "prepare", "read_image"]

_MEDIA_TYPES: dict[ImageKind, str] = {"JPEG": "image/jpeg", "PNG": "image/png", "WebP": "image/webp"}


def prepare(data: bytes, limits: ImageLimits, options: ImageOptions) -> PreparedImage:
    """Prepare the bytes of an image file. Raises BadImage, and nothing else, where no image can be made of them.

    The same bytes and limits give the same image. May be called by many threads at a time.
    """
    try:
        return _prepare(data, limits, options)
    except BadImage:
        raise
    except Exception as problem:  # decoders raise whatever they like over a damaged file
        told = " ".join(str(problem).split())[:150] or type(problem).__name__
        raise BadImage(f"the image cannot be decoded: {told}") from problem


def read_image(path: Path, limits: ImageLimits, options: ImageOptions) -> PreparedImage:
    """Read and prepare an image file. Raises BadImage, and nothing else."""
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise BadImage(f"the file cannot be read: {problem.strerror}") from problem
    return prepare(data, limits, options)


def _prepare(data: bytes, limits: ImageLimits, options: ImageOptions) -> PreparedImage:
    kind = sniff(data)
    content_hash = hashlib.sha256(data).hexdigest()
    max_side = limits.max_side if options.max_side is None else min(limits.max_side, options.max_side)
    parts = _read(kind, data)
    if not parts.width or not parts.height:
        raise BadImage(f"the {kind} is {parts.width} x {parts.height} pixels large")
    # A decoder of HEIC turns it itself.
    orientation = 1 if kind == "HEIC" else read_orientation(parts.exif)
    gps = read_gps(parts.exif)
    stored = (parts.width, parts.height)
    wanted = fitted(stored, max_side, limits.max_pixels)
    is_sendable = (
        parts.is_plain
        and orientation == 1
        and wanted == stored
        and len(parts.data) <= limits.max_bytes
        and _MEDIA_TYPES[kind] in limits.media_types
        and is_srgb(parts.profile)
    )
    if is_sendable and _is_sound(kind, parts):
        return PreparedImage(parts.data, _MEDIA_TYPES[kind], *stored, content_hash, gps)
    image = _decode(kind, parts, wanted)
    size = fitted(image.size, max_side, limits.max_pixels)
    media_type = "image/jpeg" if "image/jpeg" in limits.media_types else "image/png"
    image = upright_srgb(image, size, parts.profile, orientation)
    file, size = encode(image, media_type, options.quality, limits.max_bytes)
    return PreparedImage(file, media_type, *size, content_hash, gps)


def _read(kind: ImageKind, data: bytes) -> ImageParts:
    if kind == "JPEG":
        return read_jpeg(data)
    if kind == "PNG":
        return read_png(data)
    if kind == "WebP":
        return read_webp(data)
    if kind == "HEIC":
        return read_heic(data)
    width, height = (int.from_bytes(data[start : start + 2], "little") for start in (6, 8))
    return ImageParts(data, width, height)


def _is_sound(kind: ImageKind, parts: ImageParts) -> bool:
    """Whether a plain image decodes; or raises what the decoder raises."""
    if kind == "PNG":
        return is_sound_png(parts)
    # A JPEG at an eighth of its size: that goes over all the data, and costs least.
    _decode(kind, parts, (1, 1))
    return True


def _decode(kind: ImageKind, parts: ImageParts, wanted: Size) -> Image:
    if kind == "JPEG":
        return decode_jpeg(parts, wanted)
    return decode_heic(parts) if kind == "HEIC" else decode(kind, parts)
