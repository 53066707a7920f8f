"""What is sent shows what the file shows: right way up, in its colours, within the limits; or the reason why not."""

import hashlib
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from time import perf_counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from imageo.query.images.pixels import fitted
from imageo.query.images.prepare import BadImage, ImageOptions, prepare
from imageo.query.questions import ImageLimits, PreparedImage

from .pictures import DATA, exif, file_of, photo, png_chunks, png_of, segment, squares, swapped_profile

WIDE = ImageLimits(max_side=8000, max_bytes=20_000_000)
AS_PNG = ImageLimits(max_side=8000, max_bytes=20_000_000, media_types=frozenset(("image/png",)))


def prepared(data: bytes, limits: ImageLimits = WIDE, **options: int) -> PreparedImage:
    return prepare(data, limits, ImageOptions(**options))


def pixels(data: bytes) -> np.ndarray:
    with Image.open(BytesIO(data)) as image:
        return np.asarray(image)


def colour_space(data: bytes) -> tuple[object, ...]:
    with Image.open(BytesIO(data)) as image:
        return image.info.get("jfif_version"), image.info.get("adobe_transform")


def corners(image: PreparedImage) -> list[tuple[int, ...]]:
    """Colours near the corners: top left, top right, bottom left, bottom right."""
    with Image.open(BytesIO(image.data)) as shown:
        rgb = shown.convert("RGB")
    right, bottom = rgb.width - 4, rgb.height - 4
    return [rgb.getpixel(at) for at in ((3, 3), (right, 3), (3, bottom), (right, bottom))]  # type: ignore[misc]


def is_near(colours: list[tuple[int, ...]], expected: list[tuple[int, ...]], tolerance: int = 12) -> bool:
    return bool(np.abs(np.array(colours) - np.array(expected)).max() <= tolerance)


SQUARES: list[tuple[int, ...]] = [(200, 30, 30), (30, 200, 30), (30, 30, 200), (220, 220, 220)]

# What the eight values mean (EXIF 2.32, tag 0x0112: on which sides of the scene the first row and column lie), as what
# has to be done to the stored pixels to show them.
SHOWN: dict[int, Callable[[np.ndarray], np.ndarray]] = {
    1: lambda stored: stored,
    2: lambda stored: stored[:, ::-1],
    3: lambda stored: stored[::-1, ::-1],
    4: lambda stored: stored[::-1],
    5: lambda stored: stored.swapaxes(0, 1),
    6: lambda stored: np.rot90(stored, -1),
    7: lambda stored: stored[::-1, ::-1].swapaxes(0, 1),
    8: lambda stored: np.rot90(stored, 1),
}


@pytest.mark.parametrize("orientation", SHOWN)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_orientation_is_applied(kind: str, orientation: int) -> None:
    data = file_of(squares(), kind, exif=b"Exif\0\0" + exif(orientation))
    image = prepared(data, AS_PNG)
    assert np.array_equal(pixels(image.data), SHOWN[orientation](pixels(data)))
    assert (image.width, image.height) == ((96, 64) if orientation < 5 else (64, 96))


def test_orientation_is_applied_to_a_shrunk_image() -> None:
    data = file_of(squares(960, 640), "JPEG", exif=b"Exif\0\0" + exif(6))
    image = prepared(data, max_side=96)
    assert (image.width, image.height) == (64, 96)
    assert is_near(corners(image), [SQUARES[2], SQUARES[0], SQUARES[3], SQUARES[1]])


@pytest.mark.parametrize(
    ("name", "size", "order"), [("gps", (96, 64), [0, 1, 2, 3]), ("turned", (64, 96), [2, 0, 3, 1])]
)
def test_heic_is_turned_once(name: str, size: tuple[int, int], order: list[int]) -> None:
    """Its decoder turns it, and its EXIF says so a second time."""
    image = prepared((DATA / f"{name}.heic").read_bytes())
    assert (image.media_type, image.width, image.height) == ("image/jpeg", *size)
    assert is_near(corners(image), [SQUARES[i] for i in order])


JPEGS = {
    "baseline": {},
    "progressive": {"progressive": True},
    "full colour resolution": {"subsampling": 0},
    "restart markers": {"restart_marker_rows": 1},
    "RGB inside": {"keep_rgb": True},
    "optimised": {"optimize": True},
}


@pytest.mark.parametrize("options", JPEGS.values(), ids=JPEGS)
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_upright_jpeg_within_limits_is_not_recompressed(mode: str, options: dict[str, object]) -> None:
    data = file_of(photo().convert(mode), "JPEG", exif=b"Exif\0\0" + exif(1), comment=b"a comment", **options)
    image = prepared(data)
    assert image.media_type == "image/jpeg"
    scan = data.index(b"\xff\xda")
    assert image.data.endswith(data[scan:])
    assert np.array_equal(pixels(image.data), pixels(data))
    assert colour_space(image.data) == colour_space(data)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_plain_lossless_file_within_limits_keeps_its_pixels(kind: str) -> None:
    data = file_of(photo(), kind, exif=b"Exif\0\0" + exif(1), lossless=True)
    image = prepared(data)
    assert image.media_type == f"image/{kind.lower()}"
    assert np.array_equal(pixels(image.data), pixels(data))


def test_hash_is_that_of_the_file_as_found() -> None:
    data = file_of(photo(), "JPEG", exif=b"Exif\0\0" + exif(1)) + b"tail"
    assert prepared(data).content_hash == hashlib.sha256(data).hexdigest()


def see_through() -> Image.Image:
    image = squares().convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 48, 32))
    return image


def palette_with_transparency(bits: int = 4) -> bytes:
    image = squares().quantize(8)
    red = image.getpixel((3, 3))
    return file_of(image, "PNG", transparency=red, bits=bits)


def grey_ramp_of_16_bits() -> bytes:
    ramp = np.linspace(0, 65535, 96 * 64).reshape(64, 96).astype(np.uint16)
    return file_of(Image.fromarray(ramp), "PNG")


WHITE = (255, 255, 255)
MODES: dict[str, tuple[Callable[[], bytes], list[tuple[int, ...]]]] = {
    "RGBA PNG": (lambda: file_of(see_through(), "PNG"), [WHITE, *SQUARES[1:]]),
    "RGBA WebP": (lambda: file_of(see_through(), "WEBP", quality=95), [WHITE, *SQUARES[1:]]),
    "lossless RGBA WebP": (lambda: file_of(see_through(), "WEBP", lossless=True), [WHITE, *SQUARES[1:]]),
    "GIF with a hole": (lambda: file_of(see_through(), "GIF"), [WHITE, *SQUARES[1:]]),
    "palette with a hole": (palette_with_transparency, [WHITE, *SQUARES[1:]]),
    "palette of 256 with a hole": (lambda: palette_with_transparency(bits=8), [WHITE, *SQUARES[1:]]),
    "RGB with a hole": (lambda: file_of(squares(), "PNG", transparency=SQUARES[0]), [WHITE, *SQUARES[1:]]),
    "palette": (lambda: file_of(squares().quantize(8), "PNG"), SQUARES),
    "GIF": (lambda: file_of(squares(), "GIF"), SQUARES),
    "CMYK": (lambda: file_of(squares().convert("CMYK"), "JPEG", quality=95), SQUARES),
    "black and white": (
        lambda: file_of(squares().convert("L").point(lambda v: 255 * (v > 128)).convert("1"), "PNG"),
        [(0, 0, 0), WHITE, (0, 0, 0), WHITE],
    ),
    "grey with alpha": (
        lambda: file_of(see_through().convert("LA"), "PNG"),
        [WHITE, (130,) * 3, (49,) * 3, (220,) * 3],
    ),
    "16 bits of grey": (grey_ramp_of_16_bits, [(2,) * 3, (13,) * 3, (242,) * 3, (253,) * 3]),
    "interlaced": (lambda: file_of(squares(), "PNG", interlace=1), SQUARES),
}


@pytest.mark.parametrize("name", MODES)
@pytest.mark.parametrize("limits", [WIDE, AS_PNG], ids=["JPEG", "PNG"])
def test_every_mode_shows_its_colours(name: str, limits: ImageLimits) -> None:
    make, expected = MODES[name]
    image = prepared(make(), limits, quality=95)
    with Image.open(BytesIO(image.data)) as shown:
        assert shown.mode in ("L", "RGB", "P")
    assert is_near(corners(image), expected, tolerance=16)


def test_sixteen_bit_grey_keeps_its_tones() -> None:
    shown = pixels(prepared(grey_ramp_of_16_bits(), AS_PNG).data).astype(float).ravel()
    assert np.abs(shown - np.linspace(0, 255, 96 * 64)).max() <= 1


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_first_picture_of_an_animation(kind: str) -> None:
    data = file_of(squares(), kind, save_all=True, append_images=[Image.new("RGB", (96, 64), "black")], lossless=True)
    image = prepared(data, quality=95)
    with Image.open(BytesIO(image.data)) as shown:
        assert getattr(shown, "n_frames", 1) == 1
    assert is_near(corners(image), SQUARES)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_colours_of_another_profile_are_converted(kind: str) -> None:
    """Under a profile whose first two channels are exchanged, red is green."""
    data = file_of(squares(), kind, icc_profile=swapped_profile(), lossless=True, quality=95)
    expected = [SQUARES[1], SQUARES[0], SQUARES[2], SQUARES[3]]
    assert is_near(corners(prepared(data, quality=95)), expected, tolerance=16)


@pytest.mark.parametrize("profile", [b"no profile", swapped_profile()[:300]])
def test_damaged_profile_is_none(profile: bytes) -> None:
    data = file_of(squares(), "JPEG", icc_profile=profile, quality=95)
    assert is_near(corners(prepared(data, quality=95)), SQUARES)


@pytest.mark.parametrize(
    ("limits", "options", "size"),
    [
        (ImageLimits(1000, 10**7), {}, (200, 150)),
        (ImageLimits(100, 10**7), {}, (100, 75)),
        (ImageLimits(1000, 10**7), {"max_side": 80}, (80, 60)),
        (ImageLimits(60, 10**7), {"max_side": 80}, (60, 45)),
        (ImageLimits(1000, 10**7, max_pixels=7500), {}, (100, 75)),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_shrunk_to_the_limits(kind: str, limits: ImageLimits, options: dict[str, int], size: tuple[int, int]) -> None:
    image = prepared(file_of(photo(), kind), limits, **options)
    assert (image.width, image.height) == size == pixels(image.data).shape[1::-1]


@given(
    st.tuples(st.integers(1, 100_000), st.integers(1, 100_000)),
    st.integers(1, 10_000),
    st.none() | st.integers(1, 10**8),
)
def test_fitted_size_is_within_the_limits_and_as_large_as_can_be(
    size: tuple[int, int], max_side: int, max_pixels: int | None
) -> None:
    width, height = fitted(size, max_side, max_pixels)
    assert 1 <= width <= min(size[0], max_side)
    assert 1 <= height <= min(size[1], max_side)
    assert max_pixels is None or width * height <= max_pixels
    if size[0] <= max_side and size[1] <= max_side and (max_pixels is None or size[0] * size[1] <= max_pixels):
        assert (width, height) == size
    elif min(width, height) > 50:
        assert width / height == pytest.approx(size[0] / size[1], rel=0.05)
        larger = (width + 2) * (height + 2)
        assert max(width, height) == max_side or (max_pixels is not None and larger > max_pixels)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF"])
def test_compressed_until_it_fits(kind: str) -> None:
    data = file_of(photo(400, 300), kind)
    for max_bytes in (30_000, 8_000, 1_000):
        image = prepared(data, ImageLimits(8000, max_bytes))
        assert len(image.data) <= max_bytes
        assert image.width / image.height == pytest.approx(4 / 3, rel=0.1)
    with pytest.raises(BadImage, match="does not fit into 100 bytes"):
        prepared(data, ImageLimits(8000, 100))


def test_quality_counts_where_it_is_compressed() -> None:
    data = file_of(photo(400, 300), "JPEG", quality=95)
    low, high = (prepared(data, max_side=300, quality=quality) for quality in (40, 95))
    assert len(low.data) < len(high.data) / 2
    assert prepared(data, quality=40).data == prepared(data, quality=95).data


def damaged_png(name: bytes, body: bytes) -> bytes:
    return png_of((each, body if each == name else old) for each, old in png_chunks(file_of(squares(), "PNG")))


def scans_without_end() -> bytes:
    """A few kilobytes that ask a decoder for hours: a large progressive picture with thousands of scans."""
    data = file_of(Image.new("L", (8000, 8000)), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * 5000 + b"\xff\xd9"


JPEG = file_of(photo(), "JPEG")
GPS_HEIC = (DATA / "gps.heic").read_bytes()
BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "the file is empty"),
    "text": (lambda: b"<!DOCTYPE html><html>", "begins with b'<!DOCTYPE ht"),
    "TIFF": (lambda: file_of(squares(), "TIFF"), "no JPEG, PNG, WebP, GIF or HEIC"),
    "AVIF": (lambda: file_of(squares(), "AVIF"), "no JPEG, PNG, WebP, GIF or HEIC"),
    "three bytes": (lambda: b"\xff\xd8\xff", "holds no picture"),
    "JPEG without a picture": (lambda: b"\xff\xd8" + segment(0xFE, b"comment") + b"\xff\xd9", "holds no picture"),
    "JPEG cut in its scan": (lambda: JPEG[: len(JPEG) // 2], "truncated"),
    "JPEG without its end": (lambda: JPEG[:-2], "truncated"),
    "progressive JPEG cut": (lambda: file_of(photo(), "JPEG", progressive=True)[:-2000], "truncated"),
    "JPEG cut in its header": (lambda: JPEG[:100], "holds no picture"),
    "JPEG of no height": (
        lambda: JPEG.replace(b"\x08" + struct.pack(">HH", 150, 200), b"\x08" + struct.pack(">HH", 0, 200)),
        "200 x 0 pixels",
    ),
    "JPEG bomb": (
        lambda: JPEG.replace(b"\x08" + struct.pack(">HH", 150, 200), b"\x08" + struct.pack(">HH", 65500, 65500)),
        "too large to decode",
    ),
    "progressive bomb": (
        lambda: file_of(photo(), "JPEG", progressive=True).replace(
            b"\x08" + struct.pack(">HH", 150, 200), b"\x08" + struct.pack(">HH", 15_000, 12_000)
        ),
        "too large to decode",
    ),
    "scan bomb": (scans_without_end, "too large to decode"),
    "PNG cut": (lambda: file_of(photo(), "PNG")[:-3000], "truncated"),
    "PNG bomb": (lambda: damaged_png(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)), "too large"),
    "PNG of no width": (lambda: damaged_png(b"IHDR", struct.pack(">IIBBBBB", 0, 10, 8, 2, 0, 0, 0)), "0 x 10 pixels"),
    "PNG with broken pixels": (lambda: damaged_png(b"IDAT", b"broken"), "cannot be decoded"),
    "PNG with a filter that is none": (
        lambda: damaged_png(b"IDAT", zlib.compress((b"\x09" + bytes(3 * 96)) * 64)),
        "cannot be decoded",
    ),
    "PNG with too few pixels": (lambda: damaged_png(b"IDAT", zlib.compress(b"\0" * 500)), "cannot be decoded"),
    "WebP cut": (lambda: file_of(photo(), "WEBP")[:-500], "holds no whole picture"),
    "animated WebP cut": (
        lambda: file_of(photo(), "WEBP", save_all=True, append_images=[photo(seed=2)])[:2000],
        "cannot be decoded",
    ),
    "WebP bomb": (
        lambda: b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0" + b"\xff" * 6,
        r"too large|cannot be decoded",
    ),
    "GIF bomb": (lambda: b"GIF89a" + b"\xff" * 4 + file_of(squares(), "GIF")[10:], "too large to decode"),
    "GIF cut": (lambda: file_of(photo(), "GIF")[:1000], "cannot be decoded"),
    "HEIC with an item of no kind": (lambda: GPS_HEIC.replace(b"Exif", b"\xc8xif", 1), "kind of one of its items"),
    "HEIC with an item of no content": (
        lambda: GPS_HEIC.replace(b"application/rdf", b"\xc8pplication/rdf", 1),
        "kind of one of its items",
    ),
    "HEIC cut": (lambda: GPS_HEIC[:600], "cannot be decoded"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_image_says_why_and_soon(name: str) -> None:
    make, reason = BAD[name]
    data = make()
    began = perf_counter()
    with pytest.raises(BadImage, match=reason) as problem:
        prepared(data)
    assert perf_counter() - began < 3
    assert "\n" not in problem.value.reason
    assert len(problem.value.reason) < 200


def test_png_without_the_end_of_its_stream_is_made_anew() -> None:
    """Pillow shows it, other decoders refuse it."""
    whole = zlib.compress((b"\0" + bytes(3 * 96)) * 64)
    assert prepared(damaged_png(b"IDAT", whole)).media_type == "image/png"
    assert prepared(damaged_png(b"IDAT", whole[:-4])).media_type == "image/jpeg"


def test_huge_jpeg_takes_little_memory() -> None:
    data = file_of(Image.new("L", (16_000, 12_000), 90), "JPEG")
    script = (
        "import resource, sys\n"
        "from imageo.query.images.prepare import ImageOptions, prepare\n"
        "from imageo.query.questions import ImageLimits\n"
        "data = sys.stdin.buffer.read()\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "image = prepare(data, ImageLimits(1568, 5_000_000), ImageOptions())\n"
        "assert (image.width, image.height) == (1568, 1176)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    run = subprocess.run([sys.executable, "-c", script], input=data, capture_output=True, check=True)
    assert int(run.stdout) < 60_000, "kilobytes; the whole picture would be 192,000"


def test_huge_jpeg_that_is_not_to_be_shrunk_is_shrunk_all_the_same() -> None:
    """192 megapixels, to be turned, under limits that would take them all."""
    data = file_of(Image.new("L", (16_000, 12_000), 90), "JPEG", exif=b"Exif\0\0" + exif(6))
    image = prepared(data, ImageLimits(20_000, 10**8))
    assert (image.width, image.height) == (6_000, 8_000)


def test_same_bytes_from_many_threads() -> None:
    files = [
        file_of(photo(400, 300, seed), kind, icc_profile=swapped_profile())
        for seed in range(4)
        for kind in ("JPEG", "PNG")
    ]
    files += [file_of(photo(seed=9), "GIF"), (DATA / "gps.heic").read_bytes(), file_of(photo(), "WEBP")]
    expected = [prepared(data, max_side=150) for data in files]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda data: prepared(data, max_side=150), files * 8))
    assert found == expected * 8


def test_what_other_code_sets_in_pillow_neither_counts_nor_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    prepared((DATA / "gps.heic").read_bytes())
    for kind in ("JPEG", "PNG"):
        assert prepared(file_of(photo(), kind)).width == 200
    assert Image.MAX_IMAGE_PIXELS == 10
    assert "HEIF" not in Image.OPEN
