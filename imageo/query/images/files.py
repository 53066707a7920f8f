"""Which file of a folder shows which image of a dataset."""

import os
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from filecmp import cmp
from pathlib import Path

from imageo.errors import InputError
from imageo.ingest.names import image_key

_SUFFIXES = (".jpg", ".jpeg", ".jfif", ".png", ".webp", ".gif", ".heic", ".heif")
_RULE = (
    "a file matches by its name without folder and image suffix; capital letters count only where two differ by them"
)


@dataclass(frozen=True)
class FoundImages:
    """Files by image name; names without a file, and files without a name, both in order of the alphabet."""

    paths: dict[str, Path]
    missing: list[str]
    extra: list[Path]


def find_images(folder: Path, names: Collection[str]) -> FoundImages:
    """Match the image files in a folder, and in the folders below it, to the image names of a dataset.

    No file is opened, unless two have the same name: then they have to be identical. Hidden files, and files that
    have neither an image suffix nor exactly an image's name, are passed over. Raises InputError where the folder
    cannot be read, no file matches, or two different ones match the same image.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; --images takes the folder that holds the image files")
    known = set(names)
    by_key: dict[str, list[str]] = {}
    for path, name in _files(folder):
        key = image_key(name)
        if key in known or name.lower().endswith(_SUFFIXES):
            by_key.setdefault(key, []).append(path)
    matched = {key: by_key.pop(key) for key in known & by_key.keys()}
    matched |= _by_spelling(known - matched.keys(), by_key)
    extra = [Path(path) for path in sorted(path for paths in by_key.values() for path in paths)]
    if not matched:
        raise InputError(_no_match(folder, extra, known))
    paths = {name: _only(name, sorted(matched[name])) for name in sorted(matched)}
    return FoundImages(paths, sorted(known - matched.keys()), extra)


def _files(folder: Path) -> Iterator[tuple[str, str]]:
    """Path and name of every file that is not hidden. Linked folders are entered, each once."""
    entered: set[tuple[int, int]] = set()
    waiting = [str(folder)]
    while waiting:
        current = waiting.pop()
        try:
            here = os.stat(current)  # noqa: PTH116
            if (here.st_dev, here.st_ino) in entered:
                continue
            entered.add((here.st_dev, here.st_ino))
            with os.scandir(current) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir():
                        waiting.append(entry.path)
                    elif entry.is_file():
                        yield entry.path, entry.name
        except OSError as problem:
            raise InputError(f"{current}: the folder cannot be read ({problem.strerror})") from problem


def _by_spelling(names: Collection[str], by_key: dict[str, list[str]]) -> dict[str, list[str]]:
    """What differs in capital letters or in how accents are written only, where that is clear; taken from `by_key`."""
    wanted: dict[str, list[str]] = {}
    for name in names:
        wanted.setdefault(_folded(name), []).append(name)
    offered: dict[str, list[str]] = {}
    for key in by_key:
        folded = _folded(key)
        if folded in wanted:
            offered.setdefault(folded, []).append(key)
    return {
        wanted[folded][0]: by_key.pop(keys[0])
        for folded, keys in offered.items()
        if len(keys) == 1 and len(wanted[folded]) == 1
    }


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _only(name: str, paths: list[str]) -> Path:
    for other in paths[1:]:
        if not cmp(paths[0], other, shallow=False):
            more = f" ({len(paths)} files in all)" if len(paths) > 2 else ""
            raise InputError(
                f"{paths[0]} and {other} both match the image {name!r} and differ{more}; "
                "leave one of them, or give the folder of one with --images"
            )
    return Path(paths[0])


def _no_match(folder: Path, files: list[Path], names: Collection[str]) -> str:
    if not names:
        return f"{folder}: the dataset has no image; read its ground truth with `imageo ingest truth`"
    some_names = ", ".join(sorted(names)[:3])
    if not files:
        return f"{folder}: no image file in it ({', '.join(_SUFFIXES)}); the dataset has images such as {some_names}"
    some_files = ", ".join(str(path.relative_to(folder)) for path in files[:3])
    return (
        f"{folder}: none of its {len(files)} image files ({some_files}) matches one of the {len(names)} images of the "
        f"dataset ({some_names}); {_RULE}"
    )
