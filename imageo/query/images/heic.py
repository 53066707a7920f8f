"""HEIC, as libheif reads it."""

import re
from collections.abc import Iterator

import pi_heif
from PIL import Image

from imageo.query.images.exif import tiff_block
from imageo.query.images.parts import BadImage, ImageParts, refuse_huge

_ITEM = re.compile(rb"(?s)(....)infe([\x02\x03])...")


def read_heic(data: bytes) -> ImageParts:
    """Part a HEIC: its main picture, as it is when the decoder has turned it."""
    frame = _main_frame(data)
    width, height = frame.size
    return ImageParts(
        data,
        width,
        height,
        exif=tiff_block(frame.info.get("exif") or b""),
        profile=frame.info.get("icc_profile") or b"",
    )


def decode_heic(parts: ImageParts) -> Image.Image:
    """Decode the main picture, upright."""
    refuse_huge((parts.width, parts.height))
    frame = _main_frame(parts.data)
    pixels = frame.data  # decodes, and may correct the size
    return Image.frombytes(frame.mode, frame.size, pixels, "raw", frame.mode, frame.stride)


def _main_frame(data: bytes) -> pi_heif.HeifImage:
    _refuse_unreadable_words(data)
    file = pi_heif.open_heif(data)
    return file[file.primary_index]


def _refuse_unreadable_words(data: bytes) -> None:
    """pi-heif up to 1.4.0 ends the process over an item's type or content type that is not UTF-8.

    See https://github.com/bigcat88/pillow_heif/pull/478.
    """
    for meta in _metadata_boxes(data):
        for item in _ITEM.finditer(meta):
            # Version and flags, the item's number (of two bytes or, in version 3, four), protection; then the words.
            start = item.end() + (4 if item[2] == b"\x02" else 6)
            words = meta[start : item.start() + int.from_bytes(item[1], "big")]
            try:
                words[:4].decode()
                words.decode()
            except UnicodeDecodeError as problem:
                raise BadImage("the HEIC is damaged: the kind of one of its items cannot be read") from problem


def _metadata_boxes(data: bytes) -> Iterator[bytes]:
    """The boxes `meta` of a file after ISO/IEC 14496-12; all from where its boxes cannot be told apart."""
    position = 0
    while position + 8 <= len(data):
        size = int.from_bytes(data[position : position + 4], "big")
        if size == 1:
            size = int.from_bytes(data[position + 8 : position + 16], "big")
        if size < 8:
            yield data[position:]
            return
        if data[position + 4 : position + 8] == b"meta":
            yield data[position : position + size]
        position += size
