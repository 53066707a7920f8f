"""Frames to files: whole or not at all."""

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imageo.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = (".csv", ".parquet", ".geojson", ".gpkg")


def check_output(path: Path) -> None:
    """Raise InputError where the file cannot be written, before anything is read for it."""
    if path.suffix not in SUFFIXES:
        raise InputError(f"{path}: cannot write {path.suffix or 'a file without suffix'}; use {', '.join(SUFFIXES)}")
    check_place(path)


def check_place(path: Path, name: str = "") -> None:
    """Raise InputError where no file can stand at `path`; `name` is one to propose where it is a folder.

    The last step of writing is a rename, which would put a file where a device (/dev/null) or a pipe was.
    """
    if path.is_dir():
        raise InputError(f"{path} is a folder; name a file{f' such as {path / name}' if name else ''}")
    if not path.absolute().parent.is_dir():
        raise InputError(f"{path}: there is no folder {path.parent}; make it first")
    if path.exists() and not path.is_file():
        raise InputError(f"{path} is a device or a pipe; name a file")
    if not os.access(path.absolute().parent, os.W_OK | os.X_OK):
        raise InputError(f"{path}: nothing can be written into the folder {path.parent}; name a file elsewhere")


def write_frame(frame: "pd.DataFrame", path: Path) -> None:
    """Write CSV (geometry as WKT), Parquet (GeoParquet with geometry), GeoJSON or GeoPackage."""
    check_output(path)
    if path.suffix in (".geojson", ".gpkg") and not _has_geometry(frame):
        raise InputError(f"{path}: this view has no geometry; write .csv or .parquet")
    # Beside the target, so that the last step is a rename and a failure leaves an older file as it was.
    with tempfile.TemporaryDirectory(dir=path.absolute().parent, prefix=".imageo-") as folder:
        unfinished = Path(folder) / path.name
        _write(frame, unfinished)
        unfinished.replace(path)


def write_text(path: Path, text: str) -> None:
    """Write a page, UTF-8; a failure leaves an older file as it was."""
    with tempfile.TemporaryDirectory(dir=path.absolute().parent, prefix=".imageo-") as folder:
        unfinished = Path(folder) / path.name
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)


def _write(frame: "pd.DataFrame", path: Path) -> None:
    spatial: Any = frame
    if path.suffix == ".csv":
        (spatial.to_wkt() if _has_geometry(frame) else frame).to_csv(path, index=False)
    elif path.suffix == ".parquet":
        frame.to_parquet(path, index=False, compression="zstd")
    elif path.suffix == ".geojson":
        spatial.to_file(path, driver="GeoJSON", engine="pyogrio")
    else:
        spatial.to_file(path, driver="GPKG", layer=path.stem, engine="pyogrio")


def _has_geometry(frame: "pd.DataFrame") -> bool:
    return hasattr(frame, "geom_type")
