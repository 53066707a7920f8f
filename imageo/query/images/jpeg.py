"""A JPEG without its metadata, and without recompression: only the segments that decoding needs.

After ITU-T T.81, annex B. What is left: tables, frames, scans, and the two application segments that tell the colour
space, rewritten. All else goes: EXIF, XMP, IPTC, profiles, comments, thumbnails, and whatever follows the picture
(second images, the film of a motion photo).
"""

import re
from dataclasses import dataclass, field

from imageo.query.images.exif import tiff_block
from imageo.query.images.parts import BadImage, ImageParts

_START, _END, _SCAN, _RESTART_INTERVAL = 0xD8, 0xD9, 0xDA, 0xDD
_HUFFMAN, _QUANTIZATION, _ARITHMETIC = 0xC4, 0xDB, 0xCC
_TABLES = frozenset((_HUFFMAN, _QUANTIZATION, _ARITHMETIC, _RESTART_INTERVAL))
_FRAMES = frozenset(range(0xC0, 0xD0)) - {_HUFFMAN, _ARITHMETIC, 0xC8}
_COMMON_FRAMES = frozenset((0xC0, 0xC1, 0xC2))  # baseline, extended, progressive; Huffman coded
_JFIF, _EXIF, _PROFILE, _ADOBE = 0xE0, 0xE1, 0xE2, 0xEE

# Within a scan, any other byte after FF belongs to the scan, or is damage that the decoder has to judge.
_END_OF_SCAN = re.compile(rb"\xff[\xc4\xcc\xd9\xda\xdb\xdc\xdd\xe0-\xef\xfe]")
_MARKER = re.compile(rb"\xff([^\x00\xff])")

_PLAIN_JFIF = b"\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0"
_PLAIN_ADOBE = b"\xff\xee\x00\x0eAdobe\0\x64\0\0\0\0"  # the byte that tells the colour transform follows


@dataclass
class _Walk:
    kept: list[bytes] = field(default_factory=lambda: [b"\xff\xd8"])
    frames: list[tuple[int, bytes]] = field(default_factory=list)
    exif: list[bytes] = field(default_factory=list)
    profile: dict[int, bytes] = field(default_factory=dict)
    colour_spaces: set[int] = field(default_factory=set)
    n_scans: int = 0
    is_whole: bool = False


def read_jpeg(data: bytes) -> ImageParts:
    """Part a JPEG; raises BadImage where it has no frame.

    One that is cut off or out of the common ways is not plain: a decoder has to judge it.
    """
    walk = _walk(data)
    if not walk.frames or not walk.n_scans:
        raise BadImage("the JPEG holds no picture")
    marker, frame = walk.frames[0]
    if len(frame) < 6:
        raise BadImage("the JPEG is damaged: its frame header is too short")
    precision, n_components = frame[0], frame[5]
    is_common = marker in _COMMON_FRAMES and precision == 8 and n_components in (1, 3)
    return ImageParts(
        data=b"".join(walk.kept),
        height=int.from_bytes(frame[1:3], "big"),
        width=int.from_bytes(frame[3:5], "big"),
        is_plain=walk.is_whole and is_common and len(walk.frames) == 1,
        exif=b"".join(walk.exif),
        profile=b"".join(walk.profile[number] for number in sorted(walk.profile)),
        n_scans=walk.n_scans,
    )


def _walk(data: bytes) -> _Walk:
    walk = _Walk()
    position = 2
    while (found := _MARKER.search(data, position)) is not None:
        marker, position = found[1][0], found.end()
        if marker == _END:
            walk.kept.append(b"\xff\xd9")
            walk.is_whole = True
            break
        if marker == 0x01 or 0xD0 <= marker <= _START:  # these stand alone
            continue
        length = int.from_bytes(data[position : position + 2], "big")
        end = position + length
        if length < 2 or end > len(data):
            break
        payload = data[position + 2 : end]
        if marker == _SCAN:
            scan_end = _END_OF_SCAN.search(data, end)
            end = scan_end.start() if scan_end else len(data)
            walk.kept += (b"\xff\xda", data[position:end])
            walk.n_scans += 1
        elif marker in _TABLES:
            walk.kept += (bytes((0xFF, marker)), data[position:end])
        elif marker in _FRAMES:
            walk.kept += (bytes((0xFF, marker)), data[position:end])
            walk.frames.append((marker, payload))
        else:
            _application(walk, marker, payload)
        position = end
    return walk


def _application(walk: _Walk, marker: int, payload: bytes) -> None:
    if marker == _JFIF and payload.startswith(b"JFIF\0") and _JFIF not in walk.colour_spaces:
        walk.colour_spaces.add(_JFIF)
        walk.kept.append(_PLAIN_JFIF)
    elif marker == _ADOBE and payload.startswith(b"Adobe") and len(payload) >= 12 and _ADOBE not in walk.colour_spaces:
        walk.colour_spaces.add(_ADOBE)
        walk.kept.append(_PLAIN_ADOBE + payload[11:12])
    elif marker == _EXIF and payload.startswith(b"Exif\0"):
        walk.exif.append(tiff_block(payload))
    elif marker == _PROFILE and payload.startswith(b"ICC_PROFILE\0") and len(payload) > 14:
        walk.profile.setdefault(payload[12], payload[14:])
