"""Makes image files: pictures with known pixels, and metadata with planted words and coordinates in every corner."""

import struct
import zlib
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageCms

DATA = Path(__file__).parent / "data"

WORD = b"PLANTED"
LATITUDE, LONGITUDE = (33.0, 52.0, 7.25), (151.0, 12.0, 36.5)
PLACE = (-(33 + 52 / 60 + 7.25 / 3600), 151 + 12 / 60 + 36.5 / 3600)
"""Where the planted GPS tag says that the pictures were taken."""

XMP = (
    b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description exif:GPSLatitude="33,52.12083S" '
    b'exif:GPSLongitude="151,12.60833E" note="PLANTED"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
TRACES = (WORD, b"GPSL", b"33,52.1", b"xmpmeta", b"Exif", b"ICC_PROFILE", b"8BIM", b"ftyp", b"MPF", b"jumb")
"""None of these may be left in what is sent. The numbers of the GPS tag are sought as bytes beside them."""


def photo(width: int = 200, height: int = 150, seed: int = 1) -> Image.Image:
    """Soft clouds of colour with some grain: compresses like a photo."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 255, (max(2, height // 8), max(2, width // 8), 3), dtype=np.uint8)
    clouds = np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC), dtype=float)
    return Image.fromarray((clouds + rng.normal(0, 14, clouds.shape)).clip(0, 255).astype(np.uint8))


def squares(width: int = 96, height: int = 64) -> Image.Image:
    """Red and green above blue and light grey: upright to be told from turned."""
    pixels = np.zeros((height, width, 3), dtype=np.uint8)
    pixels[: height // 2, : width // 2] = (200, 30, 30)
    pixels[: height // 2, width // 2 :] = (30, 200, 30)
    pixels[height // 2 :, : width // 2] = (30, 30, 200)
    pixels[height // 2 :, width // 2 :] = (220, 220, 220)
    return Image.fromarray(pixels)


def file_of(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, format=kind, **options)
    return file.getvalue()


def exif(orientation: int | None = None) -> bytes:
    """A TIFF block with a GPS tag, as Pillow writes it."""
    block = Image.Exif()
    block[0x010E] = "PLANTED description"
    block[0x8825] = {1: "S", 2: LATITUDE, 3: "E", 4: LONGITUDE, 27: b"ASCII\0\0\0PLANTED"}
    if orientation is not None:
        block[0x0112] = orientation
    return block.tobytes().removeprefix(b"Exif\0\0")


def gps_numbers() -> list[bytes]:
    """The seconds of the planted coordinates as the fractions that stand in a TIFF block, in both byte orders."""
    return [struct.pack(order, *number.as_integer_ratio()) for number in (7.25, 36.5) for order in ("<II", ">II")]


def segment(marker: int, payload: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(payload) + 2) + payload


def planted_jpeg(image: Image.Image, orientation: int | None = None, **options: Any) -> bytes:
    """A JPEG with everything that cameras, phones and editors leave in one."""
    plain = file_of(image, "JPEG", **options)
    within = file_of(image.resize((16, 12)), "JPEG", exif=b"Exif\0\0" + exif(), comment=WORD)
    segments = [
        segment(0xE0, b"JFXX\0\x10" + within),
        segment(0xE1, b"Exif\0\0" + exif(orientation) + within),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP),
        segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + bytes(40) + XMP),
        segment(0xE2, b"ICC_PROFILE\0\x01\x01" + srgb_profile() + WORD),
        segment(0xE2, b"MPF\0MM\0*" + WORD),
        segment(0xE5, WORD),
        segment(0xEB, b"JP\0\x01\0\0\0\x01\0\0\0\x10jumb" + WORD),
        segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0c\x1c\x02\x5a\0\x07PLANTED"),
        segment(0xEE, b"Adobe PLANTED, which is no colour space"[:9]),
        segment(0xFE, WORD),
    ]
    second_scan = plain.rfind(b"\xff\xc4")
    middle = segment(0xFE, WORD) + segment(0xE1, b"Exif\0\0" + exif())
    body = plain[2:second_scan] + middle + plain[second_scan:]
    film = b"\0\0\0\x18ftypmp42" + b"PLANTED film" * 20
    return plain[:2] + b"".join(segments) + body + file_of(image, "JPEG", exif=b"Exif\0\0" + exif()) + film


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    chunks, position = [], 8
    while position < len(data):
        (size,) = struct.unpack_from(">I", data, position)
        chunks.append((data[position + 4 : position + 8], data[position + 8 : position + 8 + size]))
        position += 12 + size
    return chunks


def png_of(chunks: Iterable[tuple[bytes, bytes]]) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(name, body) for name, body in chunks)


def planted_png(image: Image.Image, orientation: int | None = None) -> bytes:
    """A PNG with every kind of metadata chunk, one of its own, and more behind its end."""
    header, *rest = png_chunks(file_of(image, "PNG"))
    raw = b"\nexif\n%8d\n%s\n" % (len(exif()), exif().hex().encode())
    planted = [
        (b"iCCP", b"PLANTED\0\0" + zlib.compress(srgb_profile() + WORD)),
        (b"eXIf", exif(orientation)),
        (b"tEXt", b"Comment\0PLANTED"),
        (b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(raw)),
        (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP),
        (b"tIME", bytes((7, 234, 1, 1, 1, 1, 1))),
        (b"plNt", WORD),
    ]
    picture, end = rest[:-1], rest[-1]
    return png_of([header, *planted, *picture, (b"tEXt", b"Late\0PLANTED"), end]) + WORD + exif()


def planted_webp(image: Image.Image, orientation: int | None = None, **options: Any) -> bytes:
    """A WebP with EXIF, XMP, a profile, a chunk of its own, and more behind its end."""
    data = file_of(
        image, "WEBP", exif=exif(orientation), xmp=XMP, icc_profile=srgb_profile() + WORD + bytes(1), **options
    )
    body = data[12:] + b"PLNT" + struct.pack("<I", 8) + WORD + b"\0"
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body + WORD


def planted_gif(image: Image.Image) -> bytes:
    """An animated GIF with a comment, XMP in an application extension, and more behind its end."""
    frames = [image.convert("P"), image.rotate(180).convert("P")]
    data = file_of(frames[0], "GIF", save_all=True, append_images=frames[1:], comment=WORD)
    behind_palette = 13 + 3 * 2 ** ((data[10] & 7) + 1)
    xmp = b"\x21\xff\x0bXMP DataXMP" + bytes((len(XMP[:200]),)) + XMP[:200] + b"\0"
    return data[:behind_palette] + xmp + data[behind_palette:] + WORD


def srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def swapped_profile() -> bytes:
    """A profile under which the first channel is green and the second red."""
    profile = srgb_profile().replace(b"sRGB", b"swap").replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))
    return profile.replace(b"rXYZ", b"tmp!", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"tmp!", b"gXYZ", 1)
