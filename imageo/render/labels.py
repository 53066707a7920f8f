"""The words of the pages, and text from outside made fit to stand in them."""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

# Marks that turn the direction of the text after them, and would turn the rest of a line as well.
_BIDI_CONTROLS = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")


class Measure(NamedTuple):
    """How a measure is called in a list, and what it says of one image."""

    label: str
    meaning: str


MEASURES = {
    "country_match": Measure("Country match", "the model names the country in which the photo was taken"),
    "state_match": Measure("State match", "the model names the state in which the photo was taken"),
    "city_match": Measure("City match", "the model names the city in which the photo was taken"),
    "accuracy_1km": Measure("Within 1 km", "the answer lies at most 1 km from the place of the photo"),
    "accuracy_25km": Measure("Within 25 km", "the answer lies at most 25 km from the place of the photo"),
    "accuracy_200km": Measure("Within 200 km", "the answer lies at most 200 km from the place of the photo"),
    "accuracy_750km": Measure("Within 750 km", "the answer lies at most 750 km from the place of the photo"),
    "accuracy_2500km": Measure("Within 2,500 km", "the answer lies at most 2,500 km from the place of the photo"),
}

DENOMINATORS = {
    "all": "All images, no answer is wrong",
    "answered": "Answered images only",
}

LEVELS = {
    "country": ("country", "countries"),
    "us_state": ("US state", "US states"),
    "admin1": ("first-level region", "first-level regions"),
    "continent": ("continent", "continents"),
    "hex": ("hexagon", "hexagons"),
}


# No characters at all, and the two that no XML may hold: an SVG with one is not shown.
_NO_CHARACTERS = re.compile("[\ufffe\uffff]")


def clean_label(text: object, length: int = 80) -> str:
    """One line of at most `length` characters without control characters and direction marks."""
    kept = _NO_CHARACTERS.sub(" ", _BIDI_CONTROLS.sub("", str(text)))
    shown = "".join(" " if unicodedata.category(each) in ("Cc", "Cs") else each for each in kept)
    line = " ".join(shown.split())
    return line if len(line) <= length else line[: length - 1] + "…"


def distinct_labels(texts: Sequence[object], length: int = 80) -> list[str]:
    """Each text as `clean_label` shows it; those that come out alike are numbered, so that none passes for another."""
    shown: list[str] = []
    for text in texts:
        label, number = clean_label(text, length), 1
        while label in shown:
            number += 1
            end = f" ({number})"
            label = clean_label(text, length - len(end)) + end
        shown.append(label)
    return shown


def sorting_key(text: str) -> str:
    """`text` without accents and case, so that names sort as in an index: Åland beside Albania."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def listed(names: Sequence[str], most: int = 12) -> str:
    """`a, b and 3 more`."""
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest
