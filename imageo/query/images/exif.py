"""The two things that are read from EXIF: how the picture is turned, and where it was taken.

Written for this, and not taken from Pillow: it reads a few tags in microseconds, whatever the block holds, and
neither raises nor warns. Tags and types are those of EXIF 2.32 (CIPA DC-008) and TIFF 6.0.
"""

import struct
from dataclasses import dataclass
from typing import Literal

ByteOrder = Literal["<", ">"]

_PREFIX = b"Exif\0"
_ORIENTATION, _GPS = 0x0112, 0x8825
_LATITUDE_REF, _LATITUDE, _LONGITUDE_REF, _LONGITUDE = 1, 2, 3, 4
_ASCII, _SHORT, _LONG, _RATIONAL, _SIGNED_RATIONAL = 2, 3, 4, 5, 10
_MOST_ENTRIES = 1000


@dataclass(frozen=True, slots=True)
class _Entry:
    """One tag of a directory: `place` is where its value, or the pointer to it, stands."""

    kind: int
    count: int
    place: int


def tiff_block(data: bytes) -> bytes:
    """EXIF data without the prefix that some containers put before it."""
    return data[6:] if data.startswith(_PREFIX) else data


def read_orientation(exif: bytes) -> int:
    """The orientation, 1 to 8; 1 (upright) where the block tells none that is valid."""
    order = _byte_order(exif)
    entry = _directory(exif, order, _number(exif, order, 4, 4)).get(_ORIENTATION) if order else None
    if entry is None or order is None or entry.kind not in (_SHORT, _LONG):
        return 1
    value = _number(exif, order, entry.place, 2 if entry.kind == _SHORT else 4)
    return value if 1 <= value <= 8 else 1


def read_gps(exif: bytes) -> tuple[float, float] | None:
    """(latitude, longitude), WGS84 degrees; None where the tag is missing, damaged, out of range or exactly (0, 0).

    A hemisphere that is not told is not guessed. Minutes and seconds of 0/0 count as zero: cameras write that.
    """
    order = _byte_order(exif)
    if order is None:
        return None
    pointer = _directory(exif, order, _number(exif, order, 4, 4)).get(_GPS)
    if pointer is None or pointer.kind != _LONG:
        return None
    tags = _directory(exif, order, _number(exif, order, pointer.place, 4))
    latitude = _angle(exif, order, tags.get(_LATITUDE), tags.get(_LATITUDE_REF), b"NS")
    longitude = _angle(exif, order, tags.get(_LONGITUDE), tags.get(_LONGITUDE_REF), b"EW")
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return None if latitude == longitude == 0 else (latitude, longitude)


def _byte_order(exif: bytes) -> ByteOrder | None:
    if exif[:4] == b"II*\0":
        return "<"
    return ">" if exif[:4] == b"MM\0*" else None


def _number(data: bytes, order: ByteOrder, place: int, size: int) -> int:
    """An unsigned number; 0, which is no valid place, where the block ends before it."""
    piece = data[place : place + size]
    return int.from_bytes(piece, "little" if order == "<" else "big") if len(piece) == size else 0


def _directory(data: bytes, order: ByteOrder, place: int) -> dict[int, _Entry]:
    if place < 8:
        return {}
    count = min(_number(data, order, place, 2), _MOST_ENTRIES)
    entries: dict[int, _Entry] = {}
    for start in range(place + 2, min(place + 2 + 12 * count, len(data) - 11), 12):
        tag, kind, values = struct.unpack_from(f"{order}HHI", data, start)
        entries.setdefault(tag, _Entry(kind, values, start + 8))
    return entries


def _angle(
    data: bytes, order: ByteOrder, entry: _Entry | None, reference: _Entry | None, letters: bytes
) -> float | None:
    if entry is None or reference is None or reference.kind != _ASCII:
        return None
    letter = data[reference.place : reference.place + 1].upper()
    if entry.kind not in (_RATIONAL, _SIGNED_RATIONAL) or not letter or letter not in letters:
        return None
    place = _number(data, order, entry.place, 4)
    number = f"{order}{'II' if entry.kind == _RATIONAL else 'ii'}"
    parts = [_fraction(data, number, place + 8 * part, may_be_void=part > 0) for part in range(min(entry.count, 3))]
    if not parts or any(part is None or part < 0 for part in parts):
        return None
    degrees = sum(part / 60.0**power for power, part in enumerate(parts) if part is not None)
    return -degrees if letter in b"SW" else degrees


def _fraction(data: bytes, number: str, place: int, *, may_be_void: bool) -> float | None:
    if place < 8 or place + 8 > len(data):
        return None
    numerator, denominator = struct.unpack_from(number, data, place)
    if denominator == 0:
        return 0.0 if numerator == 0 and may_be_void else None
    return float(numerator / denominator)
