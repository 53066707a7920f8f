"""Any bytes, and damaged real files: an image within the limits that decodes, or the reason why not; and soon."""

import functools
import warnings
from io import BytesIO
from time import perf_counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from imageo.query.images.prepare import BadImage, ImageOptions, prepare
from imageo.query.questions import ImageLimits

from .pictures import (
    DATA,
    WORD,
    file_of,
    photo,
    planted_gif,
    planted_jpeg,
    planted_png,
    planted_webp,
    png_chunks,
    png_of,
)

SECONDS = 5.0

LIMITS = st.builds(
    ImageLimits,
    max_side=st.sampled_from((8000, 100, 7)),
    max_bytes=st.sampled_from((10_000_000, 3_000)),
    media_types=st.sampled_from((frozenset(("image/jpeg", "image/png", "image/webp")), frozenset(("image/png",)))),
    max_pixels=st.sampled_from((None, 1_000)),
)
MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\xff\xff\0\0WEBPVP8 ", b"GIF89a", b"\0\0\0\x18ftypheic", b"")


@functools.cache
def real_files() -> tuple[bytes, ...]:
    image = photo(64, 48)
    return (
        planted_jpeg(image),
        planted_jpeg(image, orientation=5, progressive=True),
        planted_jpeg(image.convert("CMYK")),
        planted_png(image),
        planted_png(image.quantize(16)),
        planted_png(image.convert("LA")),
        planted_webp(image),
        planted_webp(image.convert("RGBA"), lossless=True),
        planted_webp(image, save_all=True, append_images=[photo(64, 48, 2)]),
        planted_gif(image),
        file_of(image.convert("I;16"), "PNG"),
        (DATA / "gps.heic").read_bytes(),
    )


def check(data: bytes, limits: ImageLimits) -> None:
    began = perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # Bytes leave nothing open; a socket that an earlier test left may be collected just now.
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            prepared = prepare(data, limits, ImageOptions())
        except BadImage:
            return
        finally:
            assert perf_counter() - began < SECONDS
    assert max(prepared.width, prepared.height) <= limits.max_side
    assert len(prepared.data) <= limits.max_bytes
    assert prepared.media_type in limits.media_types
    assert limits.max_pixels is None or prepared.width * prepared.height <= limits.max_pixels
    with Image.open(BytesIO(prepared.data)) as image:
        image.load()
        assert image.size == (prepared.width, prepared.height)
        assert Image.MIME[image.format or ""] == prepared.media_type
        assert not image.getexif()


@given(st.sampled_from(MAGIC), st.binary(max_size=500), LIMITS)
def test_any_bytes(magic: bytes, rest: bytes, limits: ImageLimits) -> None:
    check(magic + rest, limits)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A real file with bytes changed, cut out, doubled and put in, behind the bytes that tell its kind."""
    data = draw(st.sampled_from(real_files()))
    for _ in range(draw(st.integers(1, 3))):
        reach = draw(st.sampled_from((60, 1000, len(data))))
        start = draw(st.integers(12, min(reach, len(data))))
        end = min(len(data), start + draw(st.sampled_from((0, 1, 2, 8, 300))))
        size = end - start
        same_size = st.binary(min_size=size, max_size=size) if size <= 8 else st.just(bytes(size))
        piece = draw(same_size | st.sampled_from((data[start:end] * 2, b"\xff\xd9", b"")) | st.binary(max_size=8))
        data = data[:start] + piece + data[end:]
    return data[: draw(st.integers(12, len(data)))] if draw(st.integers(0, 5)) == 0 else data


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(damaged(), LIMITS)
def test_damaged_files(data: bytes, limits: ImageLimits) -> None:
    check(data, limits)


@settings(deadline=None)
@given(st.data(), LIMITS)
def test_png_with_valid_check_sums_and_any_content(data: st.DataObject, limits: ImageLimits) -> None:
    """Chunks that pass their check sums reach the decoder."""
    chunks = png_chunks(file_of(photo(16, 12), "PNG"))
    at = data.draw(st.integers(0, len(chunks) - 1))
    name, body = chunks[at]
    start = data.draw(st.integers(0, max(0, len(body) - 1)))
    chunks[at] = (name, body[:start] + data.draw(st.binary(max_size=8)) + body[start + 1 :])
    check(png_of(chunks), limits)


def test_the_real_files_are_real() -> None:
    for data in real_files():
        prepared = prepare(data, ImageLimits(8000, 10_000_000), ImageOptions())
        assert WORD not in prepared.data
