"""A WebP without its metadata: the one chunk that holds the picture.

After Google's WebP container specification.
"""

import struct

from imageo.query.images.exif import tiff_block
from imageo.query.images.parts import BadImage, ImageParts

_PICTURES = (b"VP8 ", b"VP8L")


def read_webp(data: bytes) -> ImageParts:
    """Part a WebP; raises BadImage where it holds no picture.

    Plain is a single picture without transparency. Else `data` is the file as it was, for the decoder alone.
    """
    chunks = _chunks(data)
    found = dict(reversed(chunks))
    pictures = [(name, body) for name, body in chunks if name in _PICTURES]
    if b"VP8X" in found and len(found[b"VP8X"]) >= 10:
        canvas = found[b"VP8X"]
        width, height = (1 + int.from_bytes(canvas[start : start + 3], "little") for start in (4, 7))
    elif pictures:
        width, height = _size(*pictures[0])
    else:
        raise BadImage("the WebP holds no whole picture")
    is_plain = (
        len(pictures) == 1
        and not {b"ALPH", b"ANIM", b"ANMF"} & found.keys()
        and not _has_alpha(*pictures[0])
        and _size(*pictures[0]) == (width, height)
    )
    return ImageParts(
        data=_container(*pictures[0]) if is_plain else data,
        width=width,
        height=height,
        is_plain=is_plain,
        exif=tiff_block(found.get(b"EXIF", b"")),
        profile=found.get(b"ICCP", b""),
    )


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    chunks = []
    position, end = 12, min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    while position + 8 <= end:
        name, size = struct.unpack_from("<4sI", data, position)
        body = data[position + 8 : position + 8 + size]
        if len(body) < size:
            break
        chunks.append((name, body))
        position += 8 + size + size % 2
    return chunks


def _size(name: bytes, body: bytes) -> tuple[int, int]:
    if name == b"VP8 " and len(body) >= 10:
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    if name == b"VP8L" and len(body) >= 5:
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    raise BadImage("the WebP is damaged: its picture has no header")


def _has_alpha(name: bytes, body: bytes) -> bool:
    return name == b"VP8L" and bool(body[4] & 0x10)


def _container(name: bytes, body: bytes) -> bytes:
    padded = body + b"\0" * (len(body) % 2)
    return b"RIFF" + struct.pack("<I4s4sI", 12 + len(padded), b"WEBP", name, len(body)) + padded
