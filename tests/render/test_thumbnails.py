"""Pictures of strangers: what is found, what is shown of it, and what never leaves its place."""

import os
import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from imageo.errors import InputError
from imageo.render.maps.thumbnails import read_thumbnails, thumbnail

GREEN, RED = (20, 160, 40), (200, 30, 30)


def encoded(size: tuple[int, int] = (640, 480), kind: str = "JPEG", mode: str = "RGB", **options: object) -> bytes:
    """The left half green, the right half red."""
    image = Image.new("RGB", size, GREEN)
    image.paste(RED, (size[0] // 2, 0, size[0], size[1]))
    file = BytesIO()
    image.convert(mode).save(file, kind, **options)
    return file.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


def near(pixel: object, colour: tuple[int, int, int]) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(a - b) < 40 for a, b in zip(pixel, colour, strict=True))


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "RGB"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("WEBP", "RGB"), ("GIF", "P")]
)
def test_it_is_a_small_jpeg_of_the_same_picture(kind: str, mode: str) -> None:
    image = opened(thumbnail(encoded(kind=kind, mode=mode)))
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (160, 120))
    assert near(image.getpixel((20, 60)), GREEN)
    assert near(image.getpixel((140, 60)), RED)


def test_it_stands_upright_and_tells_nothing_of_where_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: the left side is the top
    exif[0x010F] = "Maker of cameras"
    exif.get_ifd(0x8825)[2] = (48.0, 51.0, 24.0)
    data = encoded(exif=exif, comment=b"secret comment")
    assert b"Maker of cameras" in data
    small = thumbnail(data)
    image = opened(small)
    assert image.size == (120, 160)
    assert near(image.getpixel((60, 20)), GREEN)
    assert not image.getexif()
    assert b"Exif" not in small
    assert b"secret" not in small
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_same_picture_same_bytes() -> None:
    assert thumbnail(encoded()) == thumbnail(encoded())


def test_transparent_is_white_and_16_bits_are_not_cut_off() -> None:
    file = BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(file, "PNG")
    assert near(opened(thumbnail(file.getvalue())).getpixel((25, 25)), (255, 255, 255))
    file = BytesIO()
    Image.new("I;16", (50, 50), 20_000).save(file, "PNG")
    assert near(opened(thumbnail(file.getvalue())).getpixel((25, 25)), (78, 78, 78))


def huge_png() -> bytes:
    """60,000 by 60,000 pixels, said in a header."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg onload='alert(1)'/>",
        encoded()[:300],
        huge_png(),
        # One picture whose scan comes ten thousand times.
        encoded((2000, 2000), progressive=True) + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x7f" * 10_000,
        encoded(kind="TIFF"),
    ],
    ids=["empty", "svg", "cut", "huge", "scans", "tiff"],
)
def test_what_cannot_be_shown_is_left_out(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "bad.jpg").write_bytes(data)
    (tmp_path / "good.jpg").write_bytes(encoded())
    found = read_thumbnails(tmp_path, {1: "bad", 2: "good"})
    assert (list(found.pictures), found.missing, found.unreadable) == ([2], (), ("bad",))
    assert found.n_bytes == len(found.pictures[2])


def test_files_are_found_by_name_below_the_folder(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / ".hidden").mkdir()
    for place in ("a/b/one.JPG", "a/Zwei\u0308.jpeg.jpg", ".hidden/three.jpg", "four"):
        (tmp_path / place).write_bytes(encoded())
    found = read_thumbnails(tmp_path, {1: "one", 2: "zwe\u00ef", 3: "three", 4: "four"})
    assert (sorted(found.pictures), found.missing) == ([1, 2, 4], ("three",))
    found = read_thumbnails(tmp_path, {5: "b/one"})
    assert (sorted(found.pictures), found.missing) == ([], ("b/one",))


def test_names_that_differ_by_capital_letters_are_two_images(tmp_path: Path) -> None:
    (tmp_path / "one.jpg").write_bytes(encoded())
    assert sorted(read_thumbnails(tmp_path, {1: "one", 2: "ONE"}).pictures) == [1]
    (tmp_path / "ONE.png").write_bytes(encoded((300, 300), "PNG"))
    found = read_thumbnails(tmp_path, {1: "one", 2: "ONE"})
    assert [opened(found.pictures[image]).size for image in (1, 2)] == [(160, 120), (160, 160)]
    assert read_thumbnails(tmp_path, {3: "One"}).missing == ("One",)


def test_two_different_files_of_one_name_are_not_guessed_between(tmp_path: Path) -> None:
    for place, size in (("a", (640, 480)), ("b", (640, 480))):
        (tmp_path / place).mkdir()
        (tmp_path / place / "one.jpg").write_bytes(encoded(size))
    assert sorted(read_thumbnails(tmp_path, {1: "one"}).pictures) == [1]
    (tmp_path / "b" / "one.jpg").write_bytes(encoded((300, 300)))
    with pytest.raises(InputError, match=r"a/one\.jpg and .*b/one\.jpg both match the image 'one' and differ"):
        read_thumbnails(tmp_path, {1: "one"})


def test_no_name_and_no_link_leads_out_of_the_folder(tmp_path: Path) -> None:
    folder, outside = tmp_path / "photos", tmp_path / "outside"
    for each in (folder, outside):
        each.mkdir()
    secret = outside / "secret.jpg"
    secret.write_bytes(encoded())
    (folder / "link.jpg").symlink_to(secret)
    (folder / "loop.jpg").symlink_to(folder / "loop.jpg")
    (folder / "linked").symlink_to(outside, target_is_directory=True)
    (folder / "inside.jpg").write_bytes(encoded())
    (folder / "alias.jpg").symlink_to(folder / "inside.jpg")
    os.mkfifo(folder / "pipe.jpg")
    hostile = ["../outside/secret", str(secret), "linked/secret", "secret", "link", "loop", "pipe", "..", "", "a\0b"]
    found = read_thumbnails(folder, dict(enumerate([*hostile, "alias"])))
    assert found.missing == tuple(hostile)
    assert list(found.pictures) == [len(hostile)]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none: no such folder"):
        read_thumbnails(tmp_path / "none", {1: "a"})
