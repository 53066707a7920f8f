"""Small pictures of a few images, from a folder of the user's and from nowhere else.

Files are strangers': a name never becomes a path, a link does not lead out of the folder, and what cannot be decoded
within bounds is left out.
"""

import os
import re
import unicodedata
import warnings
from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass
from filecmp import cmp
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from imageo.errors import InputError

SIDE = 160
_QUALITY = 60
_LARGEST_FILE = 100_000_000
_MOST_PIXELS = 120_000_000
# Pixels times scans: a progressive JPEG of a few kilobytes may ask for hours of work.
_MOST_SCANNED = 2_000_000_000
_SCAN = b"\xff\xda"
_SUFFIX = re.compile(r"\.(?:jpe?g|jfif|png|webp|gif)$", re.IGNORECASE)
_DECODERS: tuple[tuple[bytes, type[ImageFile.ImageFile]], ...] = (
    (b"\xff\xd8\xff", JpegImageFile),
    (b"\x89PNG\r\n\x1a\n", PngImageFile),
    (b"RIFF", WebPImageFile),
    (b"GIF8", GifImageFile),
)
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ORIENTATION = 0x0112


@dataclass(frozen=True)
class Thumbnails:
    """JPEG bytes by image id; names of images without a file, and of those whose file cannot be shown."""

    pictures: dict[int, bytes]
    missing: tuple[str, ...]
    unreadable: tuple[str, ...]

    @property
    def n_bytes(self) -> int:
        """Size of all pictures."""
        return sum(map(len, self.pictures.values()))


def read_thumbnails(folder: Path, names: Mapping[int, str]) -> Thumbnails:
    """Thumbnails of the images `names` (id -> name), whose files are found in a folder and in the folders below it.

    A file matches by its name without folder and image suffix; in another spelling of capital letters and accents
    where that is clear. JPEG, PNG, WebP and GIF. Raises InputError where there is no such folder, or where different
    files match one image: a picture of another place would be taken for it.
    """
    files = _files_by_name(folder, set(names.values()))
    pictures: dict[int, bytes] = {}
    missing: list[str] = []
    unreadable: list[str] = []
    for image_id, name in names.items():
        path = files.get(name)
        if path is None:
            missing.append(name)
        elif picture := _picture(path):
            pictures[image_id] = picture
        else:
            unreadable.append(name)
    return Thumbnails(pictures, tuple(missing), tuple(unreadable))


def thumbnail(data: bytes) -> bytes:
    """An upright JPEG of at most 160 pixels a side, without any metadata. Raises ValueError where there is none.

    Colour profiles are dropped with the rest: at this size their absence is not seen.
    """
    decoder = next((kind for start, kind in _DECODERS if data.startswith(start)), None)
    if decoder is None:
        raise ValueError("not a JPEG, PNG, WebP or GIF")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image = decoder(BytesIO(data))
        pixels = image.width * image.height
        scans = data.count(_SCAN) if decoder is JpegImageFile else 1
        if pixels > _MOST_PIXELS or pixels * scans > _MOST_SCANNED:
            raise ValueError("too large to decode")
        orientation = image.getexif().get(_ORIENTATION)
        image.draft("RGB", (2 * SIDE, 2 * SIDE))
        image.load()
        small = _opaque(image)
        small.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
        if orientation in _TURNS:
            small = small.transpose(_TURNS[orientation])
        bare = Image.frombytes("RGB", small.size, small.tobytes())
    file = BytesIO()
    bare.save(file, "JPEG", quality=_QUALITY, optimize=True)
    return file.getvalue()


def _files_by_name(folder: Path, names: Set[str]) -> dict[str, Path]:
    """The file of each name; only files that lie in the folder, wherever links point to."""
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; --images takes the folder that holds the image files")
    home = folder.resolve()
    wanted = Counter(_folded(name) for name in names)
    found: dict[str, list[Path]] = {}
    for here, below, files in os.walk(home):
        below[:] = sorted(name for name in below if not name.startswith("."))
        for name in sorted(files):
            path = Path(here, name)
            if _folded(name) in wanted and _is_inside(path, home):
                found.setdefault(_bare(name), []).append(path)
    matched = {name: found[name] for name in names if name in found}
    left = [bare for bare in found if bare not in matched]
    offered, asked = (Counter(map(_folded, some)) for some in (left, names - matched.keys()))
    for name in names - matched.keys():
        key = _folded(name)
        if offered[key] == asked[key] == 1:
            matched[name] = next(found[bare] for bare in left if _folded(bare) == key)
    return {name: _only(name, paths) for name, paths in matched.items()}


def _only(name: str, paths: list[Path]) -> Path:
    for other in paths[1:]:
        if not cmp(paths[0], other, shallow=False):
            raise InputError(
                f"{paths[0]} and {other} both match the image {name!r} and differ; leave one of them, or give the "
                "folder of one with --images"
            )
    return paths[0]


def _is_inside(path: Path, home: Path) -> bool:
    try:
        real = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return False
    return real.is_relative_to(home) and real.is_file()


def _bare(name: str) -> str:
    while (bare := _SUFFIX.sub("", name)) != name:
        name = bare
    return name


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", _bare(name)).casefold()


def _picture(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_FILE + 1)
        return None if len(data) > _LARGEST_FILE else thumbnail(data)
    except Exception:  # whatever a decoder raises over a damaged file: the map is drawn without it
        return None


def _opaque(image: Image.Image) -> Image.Image:
    """RGB on white; 16 bits of grey are brought to 8, which `convert` would cut off."""
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if not image.has_transparency_data:
        return image.convert("RGB")
    seen = image.convert("RGBA")
    ground = Image.new("RGB", seen.size, "white")
    ground.paste(seen, mask=seen.getchannel("A"))
    return ground
