"""The models of a figure: their order, their short names, and a look that each keeps in every figure."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import pandas as pd

from imageo.errors import InputError
from imageo.render.figures.catalogue import Choice
from imageo.render.labels import clean_label

_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", "p", ">", "h", "d")
_ORGANISATION = re.compile(r"^(?:[\w.-]+/)+(?=[\w.-])")
_DASHES = ("solid", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (5, 1.2, 1.2, 1.2)))


@dataclass(frozen=True)
class Model:
    """A run as figures show it: `row` is its line of `bi.leaderboard`."""

    run_id: int
    name: str
    color: str
    marker: str
    dashes: Any
    row: "pd.Series[Any]"


def models_of(board: pd.DataFrame, choice: Choice, length: int = 30) -> list[Model]:
    """The runs of `bi.leaderboard`, best first by the chosen measure; colour, marker and dashes go by name.

    So a model looks the same in every figure of a dataset. Raises InputError where there is no run.
    """
    if board.empty:
        raise InputError(f"figure: no run over dataset {choice.dataset!r} has a score; see `imageo leaderboard`")
    by_name = board.sort_values(["run_label", "run_id"], ignore_index=True)
    names = short_names(by_name["run_label"].tolist(), length)
    colours = mpl.rcParams["axes.prop_cycle"].by_key().get("color", ["black"])
    models = [
        Model(
            run_id=int(row["run_id"]),
            name=name,
            color=colours[number % len(colours)],
            marker=_MARKERS[number % len(_MARKERS)],
            dashes=_DASHES[(number + number // len(colours)) % len(_DASHES)],
            row=row,
        )
        for number, (name, (_, row)) in enumerate(zip(names, by_name.iterrows(), strict=True))
    ]
    column = f"{choice.measure}_{choice.denominator}"
    # A run without such a rate comes last; sorting is stable, so that a tie goes by name.
    return sorted(models, key=lambda model: -model.row[column] if pd.notna(model.row[column]) else 1.0)


def short_names(labels: Sequence[str], length: int = 30) -> list[str]:
    """Labels as they fit a figure: cut in the middle, without the organisation before a slash; none appears twice."""
    cleaned = [clean_label(label, 300) for label in labels]
    bare = [_ORGANISATION.sub("", label) for label in cleaned]
    # A prefix that tells two models apart stays.
    counts = Counter(bare)
    shown = [_cut(each if counts[each] == 1 else full, length) for each, full in zip(bare, cleaned, strict=True)]
    counts, seen = Counter(shown), Counter[str]()
    for index, name in enumerate(shown):
        if counts[name] > 1:
            seen[name] += 1
            shown[index] = f"{name} ({seen[name]})"
    return shown


def _cut(text: str, length: float) -> str:
    """As wide as `length` common letters at most; the ends of a model's name say most."""
    if _width(text) <= length:
        return text
    head, tail = text, text
    while _width(head) > (length - 1) * 2 / 3:
        head = head[:-1]
    while _width(tail) > (length - 1) / 3:
        tail = tail[1:]
    return f"{head.rstrip()}…{tail.lstrip()}"


def _width(text: str) -> float:
    """How wide a line of bold letters is, in common lower-case ones; near enough for any font."""
    return sum(map(_letter_width, text))


def _letter_width(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF":
        return 2.0
    if unicodedata.combining(letter):
        return 0.0
    if letter in "MWmw@%—":
        return 1.45
    if letter in "iljIftr.,:;'|!()[]/- ":
        return 0.6
    return 1.15 if letter.isupper() else 1.0
