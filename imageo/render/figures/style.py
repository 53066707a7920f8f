"""The look of figures, and how they reach a file: same input, same bytes."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imageo.errors import InputError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUFFIXES = (".svg", ".pdf", ".png")

# Whatever a style file says: letters travel with the file, names of models are never read as formulas, and nothing
# random or dated gets in.
_FIXED: dict[Any, Any] = {
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "svg.hashsalt": "imageo",
    "text.usetex": False,
    "text.parse_math": False,
}
_NO_DATE = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}, ".png": {}}


@contextmanager
def figure_style(style: Path | None = None) -> Iterator[None]:
    """Within it, matplotlib draws in imageo's style; `style`, a matplotlib style file, has the last word on looks.

    Raises InputError where the file cannot be read or names something that matplotlib does not know.
    """
    import matplotlib as mpl

    house = resources.files("imageo.render").joinpath("assets", "figures", "imageo.mplstyle")
    with mpl.rc_context(), resources.as_file(house) as file:
        mpl.rcdefaults()
        mpl.rcParams.update(mpl.rc_params_from_file(file, use_default_template=False))
        if style is not None:
            mpl.rcParams.update(_read_style(style))
        mpl.rcParams.update(_FIXED)
        yield


def check_figure_path(path: Path) -> None:
    """Raise InputError where no figure can be written, before anything is read for it."""
    if path.suffix not in SUFFIXES:
        raise InputError(f"{path}: cannot draw {path.suffix or 'a file without suffix'}; use {', '.join(SUFFIXES)}")
    if path.is_dir():
        raise InputError(f"{path} is a folder; name a file")
    if not path.absolute().parent.is_dir():
        raise InputError(f"{path}: there is no folder {path.parent}; make it first")


def save_figure(figure: "Figure", path: Path) -> None:
    """Write SVG, PDF or PNG, whole or not at all; within `figure_style`."""
    check_figure_path(path)
    # Beside the target, so that the last step is a rename and a failure leaves an older file as it was.
    with tempfile.TemporaryDirectory(dir=path.absolute().parent, prefix=".imageo-") as folder:
        unfinished = Path(folder) / path.name
        figure.savefig(unfinished, metadata=_NO_DATE[path.suffix])
        unfinished.replace(path)


def _read_style(style: Path) -> dict[Any, Any]:
    import logging

    import matplotlib as mpl

    complaints: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            complaints.append(record.getMessage())

    # Matplotlib only logs a line that it does not understand.
    log, listener = logging.getLogger("matplotlib"), Listener()
    log.addHandler(listener)
    try:
        chosen = dict(mpl.rc_params_from_file(style, use_default_template=False))
    except (OSError, UnicodeDecodeError) as problem:
        raise InputError(f"{style}: not a style file that can be read ({type(problem).__name__})") from problem
    finally:
        log.removeHandler(listener)
    if complaints:
        first = " ".join(complaints[0].split())
        raise InputError(f"{style}: {first}; see matplotlib's style sheets")
    return chosen
