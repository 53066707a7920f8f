"""Files of a folder and the images of a dataset find each other by name."""

import os
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import pytest

from imageo.errors import InputError
from imageo.query.images.files import find_images

Fill = Callable[..., Path]


@pytest.fixture
def fill(tmp_path: Path) -> Fill:
    """A folder with files of these names; each holds its own name."""

    def _fill(*names: str) -> Path:
        folder = tmp_path / "photos"
        folder.mkdir(exist_ok=True)
        for name in names:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name)
        return folder

    return _fill


@pytest.mark.parametrize(
    ("file", "image"),
    [
        ("a.jpg", "a"),
        ("a.JPG", "a"),
        ("a.jpg.jpeg", "a"),
        ("deep/er/a.webp", "a"),
        ("a.heic", "a"),
        ("a.HEIF", "a"),
        ("a.b.png", "a.b"),
        ("a", "a"),
        ("12.5,-7.1", "12.5,-7.1"),
        ("img_1.jpg", "IMG_1"),
        ("Mu\u0308nchen.jpg", "M\u00fcnchen"),
    ],
)
def test_a_file_matches_by_name(fill: Fill, file: str, image: str) -> None:
    folder = fill(file)
    found = find_images(folder, [image])
    assert found.paths == {image: folder / file}
    assert (found.missing, found.extra) == ([], [])


def test_what_has_no_counterpart_is_told(fill: Fill) -> None:
    folder = fill("a.jpg", "z.jpg", "x.png", "notes.txt", ".b.jpg", "._a.jpg", ".cache/b.jpg", "b.tif")
    found = find_images(folder, ["a", "b", "c"])
    assert found.paths == {"a": folder / "a.jpg"}
    assert found.missing == ["b", "c"]
    assert found.extra == [folder / "x.png", folder / "z.jpg"]


def test_capital_letters_count_where_two_differ_by_them(fill: Fill) -> None:
    folder = fill("x/a.jpg", "y/A.jpg", "b.jpg", "C.jpg", "d.jpg", "z/D.jpg", "two.jpg", "z/TWO.jpg", "one.jpg")
    found = find_images(folder, ["a", "A", "B", "c", "D", "Two", "One", "ONE"])
    expected = {"a": "x/a.jpg", "A": "y/A.jpg", "B": "b.jpg", "c": "C.jpg", "D": "z/D.jpg"}
    assert found.paths == {name: folder / file for name, file in expected.items()}
    assert found.missing == ["ONE", "One", "Two"], "two files for one name, or two names for one file"


def test_identical_copies_are_one_file(fill: Fill) -> None:
    folder = fill("a.jpg")
    (folder / "copy").mkdir()
    (folder / "copy" / "a.jpeg").write_text("a.jpg")
    assert find_images(folder, ["a"]).paths == {"a": folder / "a.jpg"}


def test_different_files_of_one_name_are_refused(fill: Fill) -> None:
    folder = fill("a.jpg", "small/a.jpg", "b.jpg", "small/c.jpg", "c.jpg")
    with pytest.raises(InputError) as problem:
        find_images(folder, ["a", "b"])
    assert str(folder / "a.jpg") in str(problem.value)
    assert str(folder / "small/a.jpg") in str(problem.value)
    assert find_images(folder, ["b"]).paths == {"b": folder / "b.jpg"}, "others may stand twice"


def test_links_are_followed_and_never_in_circles(fill: Fill, tmp_path: Path) -> None:
    folder = fill("real.jpg")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "far.jpg").write_text("far")
    (folder / "linked.jpg").symlink_to(elsewhere / "far.jpg")
    (folder / "broken.jpg").symlink_to(elsewhere / "gone.jpg")
    (folder / "folder").symlink_to(elsewhere)
    (folder / "circle").symlink_to(folder)
    found = find_images(folder, ["real", "linked", "far", "broken"])
    assert found.paths == {
        "real": folder / "real.jpg",
        "linked": folder / "linked.jpg",
        "far": folder / "folder" / "far.jpg",
    }
    assert found.missing == ["broken"]


def test_no_match_shows_three_of_each_side(fill: Fill) -> None:
    folder = fill("p1.jpg", "p2.jpg", "sub/p3.jpg", "t4.jpg")
    with pytest.raises(InputError) as problem:
        find_images(folder, ["q1", "q2", "q3", "q4"])
    message = str(problem.value)
    assert "none of its 4 image files (p1.jpg, p2.jpg, sub/p3.jpg)" in message
    assert "the 4 images of the dataset (q1, q2, q3)" in message
    assert "without folder and image suffix" in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda folder: folder / "missing", "no such folder"),
        (lambda folder: folder / "a.jpg", "no such folder"),
        (lambda folder: (folder / "empty").mkdir() or folder / "empty", "no image file in it"),
    ],
)
def test_no_folder_of_images(fill: Fill, make: Callable[[Path], Path], told: str) -> None:
    with pytest.raises(InputError, match=told):
        find_images(make(fill("a.jpg")), ["a"])


def test_no_image_in_the_dataset(fill: Fill) -> None:
    with pytest.raises(InputError, match="imageo ingest truth"):
        find_images(fill("a.jpg"), [])


def test_a_hundred_thousand_files_take_seconds(tmp_path: Path) -> None:
    for part in range(10):
        folder = tmp_path / str(part)
        folder.mkdir()
        for number in range(10_000):
            os.close(os.open(folder / f"{part}-{number}.jpg", os.O_CREAT | os.O_WRONLY))
    names = [f"{part}-{number}" for part in range(10) for number in range(0, 10_000, 2)]
    began = perf_counter()
    found = find_images(tmp_path, names)
    took = perf_counter() - began
    assert (len(found.paths), len(found.missing), len(found.extra)) == (50_000, 0, 50_000)
    assert took < 15, "about one second on an idle machine"
    print(f"{took:.2f} s")
