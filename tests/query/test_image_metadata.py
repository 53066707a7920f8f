"""No GPS byte leaves: metadata is planted in every corner of every kind of file, and sought in what would be sent."""

from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from imageo.query.images.prepare import ImageOptions, prepare
from imageo.query.questions import ImageLimits, PreparedImage

from .pictures import (
    DATA,
    PLACE,
    TRACES,
    WORD,
    chunk,
    file_of,
    gps_numbers,
    photo,
    planted_gif,
    planted_jpeg,
    planted_png,
    planted_webp,
    png_chunks,
    png_of,
)

WIDE = ImageLimits(max_side=8000, max_bytes=20_000_000)
SMALL = ImageLimits(max_side=40, max_bytes=20_000_000)
ONLY_PNG = ImageLimits(max_side=8000, max_bytes=20_000_000, media_types=frozenset(("image/png",)))
NARROW = ImageLimits(max_side=8000, max_bytes=2_500)
LIMITS = {"as it is": WIDE, "shrunk": SMALL, "as PNG": ONLY_PNG, "few bytes": NARROW}

FILES: dict[str, Callable[[], bytes]] = {
    "JPEG": lambda: planted_jpeg(photo()),
    "progressive JPEG": lambda: planted_jpeg(photo(), progressive=True),
    "grey JPEG": lambda: planted_jpeg(photo().convert("L")),
    "CMYK JPEG": lambda: planted_jpeg(photo().convert("CMYK")),
    "turned JPEG": lambda: planted_jpeg(photo(), orientation=6),
    "PNG": lambda: planted_png(photo()),
    "palette PNG": lambda: planted_png(photo().quantize(64)),
    "PNG with alpha": lambda: planted_png(photo().convert("RGBA")),
    "turned PNG": lambda: planted_png(photo(), orientation=8),
    "WebP": lambda: planted_webp(photo()),
    "lossless WebP": lambda: planted_webp(photo(), lossless=True),
    "animated WebP": lambda: planted_webp(photo(), save_all=True, append_images=[photo(seed=2)]),
    "GIF": lambda: planted_gif(photo()),
    "HEIC": lambda: (DATA / "gps.heic").read_bytes(),
    "turned HEIC": lambda: (DATA / "turned.heic").read_bytes(),
}
KEPT_AS_IT_IS = {"JPEG", "progressive JPEG", "grey JPEG", "PNG", "palette PNG", "WebP", "lossless WebP"}


def check_clean(prepared: PreparedImage) -> None:
    traces = [trace for trace in (*TRACES, *gps_numbers()) if trace in prepared.data]
    assert not traces
    with Image.open(BytesIO(prepared.data)) as image:
        image.load()
        assert image.size == (prepared.width, prepared.height)
        assert Image.MIME[image.format or ""] == prepared.media_type
        assert not image.getexif()
        assert not {"exif", "xmp", "icc_profile", "comment", "photoshop", "mp", "XML:com.adobe.xmp"} & image.info.keys()
        assert not getattr(image, "text", None)
        if image.format == "JPEG":
            assert {name for name, _ in image.applist} <= {"APP0", "APP14"}  # type: ignore[attr-defined]
            assert prepared.data.endswith(b"\xff\xd9")
    if prepared.media_type == "image/png":
        assert {name for name, _ in png_chunks(prepared.data)} <= {b"IHDR", b"PLTE", b"IDAT", b"IEND"}
        assert prepared.data.endswith(chunk(b"IEND", b""))
    if prepared.media_type == "image/webp":
        assert int.from_bytes(prepared.data[4:8], "little") + 8 == len(prepared.data)
        assert int.from_bytes(prepared.data[16:20], "little") + 20 in (len(prepared.data), len(prepared.data) - 1)


@pytest.mark.parametrize("way", LIMITS)
@pytest.mark.parametrize("name", FILES)
def test_no_metadata_is_left(name: str, way: str) -> None:
    data = FILES[name]()
    assert WORD in data
    prepared = prepare(data, LIMITS[way], ImageOptions())
    check_clean(prepared)
    if way == "as it is" and name in KEPT_AS_IT_IS:
        kinds = {"JPEG": "image/jpeg", "PNG": "image/png", "WebP": "image/webp"}
        assert prepared.media_type == next(media for kind, media in kinds.items() if kind in name)


@pytest.mark.parametrize("name", [name for name in FILES if name != "GIF"])
def test_the_gps_tag_is_told_apart_from_the_image(name: str) -> None:
    prepared = prepare(FILES[name](), WIDE, ImageOptions())
    assert prepared.gps == pytest.approx(PLACE, abs=1e-9)


def test_the_traces_are_found_where_they_are() -> None:
    """The check itself: each kind of file, sent as it is, would fail it."""
    found = {trace for make in FILES.values() for trace in (*TRACES, *gps_numbers()) if trace in make()}
    assert found >= set(TRACES)
    assert len(found & set(gps_numbers())) >= 2
    for name, media_type in (("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WebP", "image/webp")):
        data = FILES[name]()
        with pytest.raises(AssertionError):
            check_clean(PreparedImage(data, media_type, 200, 150, ""))


def test_what_hides_behind_the_pixels_of_a_png_goes() -> None:
    """Editors that overwrite a PNG have left the old picture's data in the stream, behind the new one's end."""
    chunks = png_chunks(file_of(photo(), "PNG"))
    hidden = [
        (name, body + WORD if name == b"IDAT" and i == len(chunks) - 2 else body)
        for i, (name, body) in enumerate(chunks)
    ]
    data = png_of(hidden)
    assert WORD in data
    check_clean(prepare(data, WIDE, ImageOptions()))


def test_thumbnail_of_the_jfif_header_goes() -> None:
    plain = file_of(photo(), "JPEG")
    thumbnail = b"JFIF\0\x01\x02\0\0\x01\0\x01\x03\x01PLANTED!!"
    data = plain[:2] + b"\xff\xe0" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail + plain[20:]
    check_clean(prepare(data, WIDE, ImageOptions()))
