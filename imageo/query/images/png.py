"""A PNG without its metadata: only the chunks that hold the picture.

After the W3C's PNG specification, third edition. An animated PNG is left with its still picture.
"""

import struct
import zlib

from imageo.query.images.exif import tiff_block
from imageo.query.images.parts import BadImage, ImageParts

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_END = b"\0\0\0\0IEND\xaeB`\x82"
_KEPT_ONCE = frozenset((b"IHDR", b"PLTE", b"tRNS"))
_LARGEST_PROFILE = 4_000_000
_LAST_FILTER = 4
_CHANNELS = {0: 1, 2: 3, 3: 1}  # of colour types without transparency: grey, colour, palette


def read_png(data: bytes) -> ImageParts:
    """Part a PNG; raises BadImage where it holds no picture.

    Plain is one of 8 bits, without transparency or interlace, whose chunks are whole.
    """
    kept = [_SIGNATURE]
    seen: dict[bytes, bytes] = {}
    is_whole = True
    position = len(_SIGNATURE)
    while b"IEND" not in seen:
        size, name = struct.unpack_from(">I4s", data, position) if position + 12 <= len(data) else (0, b"")
        end = position + 12 + size
        if not name or end > len(data):
            is_whole = False
            break
        if name == b"IDAT" or (name in _KEPT_ONCE and name not in seen):
            is_whole &= zlib.crc32(data[position + 4 : end - 4]) == int.from_bytes(data[end - 4 : end], "big")
            kept.append(data[position:end])
        seen.setdefault(name, data[position + 8 : end - 4])
        position = end
    header = seen.get(b"IHDR", b"")
    if len(header) != 13 or b"IDAT" not in seen:
        raise BadImage("the PNG holds no picture")
    width, height, depth, colour, *methods = struct.unpack(">IIBBBBB", header)
    is_common = depth == 8 and colour in _CHANNELS and methods == [0, 0, 0]
    is_opaque = b"tRNS" not in seen
    is_ordered = kept[1][4:8] == b"IHDR" and (colour != 3 or b"PLTE" in seen)
    return ImageParts(
        data=b"".join((*kept, _END)),
        width=width,
        height=height,
        is_plain=is_whole and is_common and is_opaque and is_ordered,
        exif=tiff_block(seen.get(b"eXIf", b"")),
        profile=b"" if b"sRGB" in seen else _profile(seen.get(b"iCCP", b"")),
    )


def is_sound_png(parts: ImageParts) -> bool:
    """Whether a plain PNG decodes, and hides nothing behind its pixels; without the cost of unfiltering them."""
    colour = parts.data[len(_SIGNATURE) + 17]
    row = 1 + parts.width * _CHANNELS[colour]
    inflate = zlib.decompressobj()
    try:
        pixels = inflate.decompress(_pixels(parts.data), row * parts.height + 1)
    except zlib.error:
        return False
    if len(pixels) != row * parts.height or not inflate.eof or inflate.unused_data:
        return False
    return max(pixels[::row]) <= _LAST_FILTER


def _pixels(data: bytes) -> bytes:
    pieces = []
    position = len(_SIGNATURE)
    while position < len(data):
        size, name = struct.unpack_from(">I4s", data, position)
        if name == b"IDAT":
            pieces.append(data[position + 8 : position + 8 + size])
        position += 12 + size
    return b"".join(pieces)


def _profile(chunk: bytes) -> bytes:
    # A name, a zero, the method, then the compressed profile.
    try:
        return zlib.decompressobj().decompress(chunk[chunk.find(b"\0") + 2 :], _LARGEST_PROFILE)
    except zlib.error:
        return b""
