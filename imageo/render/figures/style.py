"""The look of figures, and how they reach a file: same input, same bytes."""

import re
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imageo.errors import InputError
from imageo.render.files import check_place

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUFFIXES = (".svg", ".pdf", ".png")

# Whatever a style file says: letters travel with the file, names of models are never read as formulas, nothing random
# or dated gets in, there is room for the caption, and a line is as wide in a picture as in a drawing.
_FIXED: dict[Any, Any] = {
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "svg.hashsalt": "imageo",
    "text.usetex": False,
    "text.parse_math": False,
    "axes.formatter.use_mathtext": False,
    "figure.constrained_layout.use": True,
    "figure.autolayout": False,
    "text.hinting": "no_hinting",
}
_NO_DATE: dict[str, dict[str, str | None]] = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}, ".png": {}}
_DESCRIPTION = {".svg": "Description", ".pdf": "Subject", ".png": "Description"}

# For letters that the chosen font lacks, the first of these that is installed; where none is, nothing changes.
_FALLBACKS = (
    "DejaVu Sans",
    "Noto Sans",
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Source Han Sans SC",
    "WenQuanYi Zen Hei",
    "PingFang SC",
    "Hiragino Sans",
    "Microsoft YaHei",
    "Noto Sans Arabic",
    "Noto Sans Hebrew",
    "Noto Sans Devanagari",
    "Noto Sans Thai",
    "Noto Emoji",
    "Symbola",
)


@contextmanager
def figure_style(style: Path | None = None) -> Iterator[None]:
    """Within it, matplotlib draws in imageo's style; `style`, a matplotlib style file, has the last word on looks.

    Raises InputError where the file cannot be read or names something that matplotlib does not know.
    """
    import matplotlib as mpl

    house = resources.files("imageo.render").joinpath("assets", "figures", "imageo.mplstyle")
    with mpl.rc_context(), warnings.catch_warnings(), resources.as_file(house) as file:
        mpl.rcdefaults()
        mpl.rcParams.update(mpl.rc_params_from_file(file, use_default_template=False))
        if style is not None:
            mpl.rcParams.update(_read_style(style))
        mpl.rcParams.update(_FIXED)
        mpl.rcParams["font.family"] = _with_fallbacks(mpl.rcParams["font.family"])
        # A letter that no font has is drawn as a box, which its reader sees; a line on stderr helps nobody.
        warnings.filterwarnings("ignore", message=".*Glyph .* missing from font")
        yield


def _with_fallbacks(chosen: list[str]) -> list[str]:
    from matplotlib.font_manager import fontManager

    installed = set(fontManager.get_font_names())
    return [*chosen, *(name for name in _FALLBACKS if name in installed and name not in chosen)]


def check_figure_path(path: Path) -> None:
    """Raise InputError where no figure can be written, before anything is read for it."""
    check_place(path)
    if path.suffix not in SUFFIXES:
        raise InputError(f"{path}: cannot draw {path.suffix or 'a file without suffix'}; use {', '.join(SUFFIXES)}")


def save_figure(figure: "Figure", path: Path, description: str = "") -> None:
    """Write SVG, PDF or PNG, whole or not at all; within `figure_style`. `description` is told in the metadata."""
    check_figure_path(path)
    # Beside the target, so that the last step is a rename and a failure leaves an older file as it was.
    with tempfile.TemporaryDirectory(dir=path.absolute().parent, prefix=".imageo-") as folder:
        unfinished = Path(folder) / path.name
        told = {"Title": figure.get_suptitle(), _DESCRIPTION[path.suffix]: description}
        told = {key: words for key, words in told.items() if words}
        figure.savefig(unfinished, metadata=_NO_DATE[path.suffix] | told)
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
        raise InputError(_in_one_line(style, complaints[0]))
    return chosen


def _in_one_line(style: Path, complaint: str) -> str:
    """Matplotlib's complaint, up to three lines with an address, as: file, line, what is wrong there."""
    line = re.search(r", line (\d+) \((['\"])(.*?)\2\)(?:: (.*))?", complaint)
    if line is None:
        return f"{style}: {' '.join(complaint.split())}"
    number, _, text, reason = line.groups()
    kind = " ".join(complaint.split()[:2]).lower()
    wrong = f"{kind}: {reason}" if reason else f"{kind} in {text.strip()!r}"
    return f"{style} line {number}: {wrong}; see matplotlib's style sheets"
