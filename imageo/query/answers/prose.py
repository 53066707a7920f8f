"""Read an answer's fields from labelled lines of prose: `* City: Atlanta`, `**Latitude:** 33.7`.

The last rung of the parser: what it finds is flagged by its stage. It reads labels, it does not understand text.
"""

import re
from collections.abc import Iterator

from imageo.query.answers.coordinates import read_pair

READ_LIMIT = 1_000_000
"""Characters of a text that are read."""

_SECTIONS = {
    "environment": "image_information",
    "scene_type": "image_information",
    "setting": "image_information",
    "landmark_recognition": "reasoning",
    "text_and_signage": "reasoning",
    "cultural_indicators": "reasoning",
    "spatial_context": "reasoning",
    "street": "address",
    "city": "address",
    "state": "address",
    "country": "address",
}
_SYNONYMS = {
    "lat": "latitude",
    "lon": "longitude",
    "long": "longitude",
    "lng": "longitude",
    "gps": "coordinates",
    "gps_coordinates": "coordinates",
    "approximate_coordinates": "coordinates",
    "location": "address",
    "confidence_score": "confidence",
    "confidence_level": "confidence",
}
_LABELS = {*_SECTIONS, *_SYNONYMS, "address", "confidence", "coordinates", "latitude", "longitude"}

_MARKUP = " \t\r*_+-\u2022\u00b7#>\"'`\\"
_NUMBERING = re.compile(r"\d{1,2}[.)]\s+")
_LABELLED = re.compile(r"(\w[\w ]{1,30})[*_\"'`]{0,4}\s?[:=]")
# Broken JSON on one line is taken apart into its members.
_LINE_END = re.compile(r"[\n{}]|,\s?(?=\")")

_DECIMALS = r"[+-]?\d{1,3}\.\d{3,12}(?:\s?\u00b0)?(?:\s?[NSEW]\b)?"
_PAIR_IN_TEXT = re.compile(rf"(?<![\d.,+-])(?<!\d, ){_DECIMALS},\s?{_DECIMALS}(?!\d|\.\d|\s?,\s?[+-]?\d)")

_VAGUE = re.compile(
    r"(?:not\b|no\b|none\b|null\b|n/?a\b|un(?:known|specified|available|able|determined|identified|clear)\b|cannot\b|-*$)",
    re.IGNORECASE,
)


def is_vague(text: str) -> bool:
    """Whether a value says that there is no value: "Not specified", "N/A", "unknown (park)"."""
    return _VAGUE.match(text.strip()) is not None


def read_prose(text: str, *, is_cut: bool = False) -> dict[str, object] | None:
    """The fields of labelled lines in the shape of the JSON answer, or None where there is no labelled line.

    A later line replaces an earlier one unless it is vague. Without labelled coordinates, one single pair of
    decimal degrees in the running text counts ("Paris (48.8584, 2.2945)"); two different pairs do not.
    `is_cut`: the text ends where the model was stopped, perhaps amid a number; JSON with open braces always does.
    """
    labelled: dict[str, str] = {}
    if is_cut or len(text) > READ_LIMIT or text.count("{") > text.count("}"):
        text = _without_loose_end(text[:READ_LIMIT])
    for label, value in _labelled_values(text):
        if label not in labelled or not is_vague(value):
            labelled[label] = value
    pair = None if {"latitude", "coordinates"} & labelled.keys() else _only_pair(text)
    if pair is not None:
        labelled["coordinates"] = pair
    return _answer_shape(labelled) if labelled else None


def _without_loose_end(text: str) -> str:
    start = max((found.end() for found in _LINE_END.finditer(text)), default=0)
    last = text[start:].rstrip(" \t\r*_,")
    is_whole = last.endswith('"') and last.count('"') % 2 == 0
    return text if is_whole else text[:start]


def _labelled_values(text: str) -> Iterator[tuple[str, str]]:
    for line in _LINE_END.split(text):
        start = _NUMBERING.sub("", line.lstrip(_MARKUP)[:1000], count=1).lstrip(_MARKUP)
        found = _LABELLED.match(start)
        if found is None:
            continue
        label = found[1].strip("_ ").lower().replace(" ", "_")
        if label in _LABELS:
            yield _SYNONYMS.get(label, label), start[found.end() :].strip(_MARKUP.replace("-", "") + ",;")


def _only_pair(text: str) -> str | None:
    pairs = {match[0] for match in _PAIR_IN_TEXT.finditer(text) if read_pair(match[0]) is not None}
    return pairs.pop() if len(pairs) == 1 else None


def _answer_shape(labelled: dict[str, str]) -> dict[str, object]:
    sections: dict[str, dict[str, object]] = {"image_information": {}, "reasoning": {}, "address": {}}
    for label, section in _SECTIONS.items():
        if label in labelled:
            sections[section][label] = labelled[label]
    coordinates: object = labelled.get("coordinates")
    if "latitude" in labelled or "longitude" in labelled:
        coordinates = {"latitude": labelled.get("latitude"), "longitude": labelled.get("longitude")}
    return {
        "image_information": sections["image_information"],
        "reasoning": sections["reasoning"],
        "reverse_geocoding": {
            "confidence": labelled.get("confidence"),
            "address": sections["address"] or labelled.get("address"),
            "coordinates": coordinates,
        },
    }
