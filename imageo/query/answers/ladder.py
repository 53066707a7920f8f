"""From the text of an answer to its JSON object, rung by rung. A rung gives None where the text is not of its kind."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Literal

import json_repair
import orjson

from imageo.query.answers.prose import READ_LIMIT, read_prose

Stage = Literal["strict", "fence", "object", "repair", "prose", "published", "mapped"]
Fields = Mapping[str, object]

# json-repair takes quadratic time on hostile nesting; real answers have fewer than ten braces.
REPAIR_LIMIT = 20_000
REPAIR_BRACES = 40
BROKEN_OBJECTS = 20

_DECODER = json.JSONDecoder(strict=False)
_GEOCODING = ("reverse_geocoding", "geocoding", "geolocation", "location")
_AXES = ("latitude", "lat", "longitude", "lon", "lng", "long")
_PLACE = frozenset(("coordinates", "latitude", "lat", "address", "country", "city"))
# The keys that the prompt asks for: nearly all answers have just these, and need no respelling.
_EXPECTED = frozenset((
    "image_information", "environment", "scene_type", "setting", "reasoning", "reverse_geocoding", "confidence",
    "address", "street", "city", "state", "country", "coordinates", "latitude", "longitude",
))  # fmt: skip
# Some models escape the line ends between tokens: a backslash before each, or a literal \\n.
_ESCAPED_LINE_END = re.compile(r"\\n|\\(?=\s*\n)")


def keyed(value: object) -> Fields | None:
    """An object with its keys in one spelling ("Scene Type" -> "scene_type"), or None where it is none."""
    if not isinstance(value, dict):
        return None
    if value.keys() <= _EXPECTED:
        return value
    return {str(key).strip().lower().replace(" ", "_").replace("-", "_"): item for key, item in value.items()}


def geocoding(fields: Fields) -> Fields | None:
    """The part of an answer that tells the place: `reverse_geocoding`, or the answer itself where it is flat."""
    for name in _GEOCODING:
        part = keyed(fields.get(name))
        if part is not None:
            return part
    return fields if _PLACE & fields.keys() else None


def read_fields(text: str, *, is_cut: bool = False) -> tuple[Fields, Stage] | None:
    """The first rung that gives an object which tells a place, and the rung's name.

    `is_cut`: the model was stopped amid the text. What JSON closes is whole all the same.
    """
    for stage, read in _JSON_RUNGS:
        fields = read(text)
        if fields is not None and geocoding(fields) is not None:
            return fields, stage
    prose = read_prose(text, is_cut=is_cut)
    return None if prose is None else (prose, "prose")


def _strict(text: str) -> Fields | None:
    try:
        value = orjson.loads(text)
        if isinstance(value, str):
            value = orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
    return _merged(value if isinstance(value, list) else [value])


def _fence(text: str) -> Fields | None:
    # Every second piece stands inside a fence; the last one counts.
    for body in reversed(text.split("```")[1::2]):
        brace = body.find("{")
        fields = _strict(body[brace:]) if brace >= 0 else None
        if fields is not None:
            return fields
    return None


def _object(text: str) -> Fields | None:
    text = text[:READ_LIMIT]
    return _decoded(text) or _decoded(_ESCAPED_LINE_END.sub("\n", text))


def _decoded(text: str) -> Fields | None:
    # Objects in a row are one answer. What a broken object holds inside is none: go on at the next that begins a line.
    found: list[object] = []
    failures = 0
    start = text.find("{")
    while start >= 0 and failures < BROKEN_OBJECTS:
        try:
            value, end = _DECODER.raw_decode(text, start)
            found.append(value)
            start = text.find("{", end)
        except (ValueError, RecursionError):
            failures += 1
            line_end = text.find("\n{", start)
            start = line_end + 1 if line_end >= 0 else -1
    return _merged(found)


def _repair(text: str) -> Fields | None:
    # Up to the last brace: what a cut answer says after it may be a cut number.
    body = text[text.find("{") : text.rfind("}") + 1]
    if not body or len(body) > REPAIR_LIMIT or body.count("{") + body.count("[") > REPAIR_BRACES:
        return None
    try:
        fields = keyed(json_repair.loads(body, skip_json_loads=True))
    except (ValueError, RecursionError):
        return None
    return fields if fields is not None and _is_sane(fields, body) else None


def _is_sane(fields: Fields, text: str) -> bool:
    """json-repair sometimes nests what stood side by side, or drops what it cannot read of a number: no answers."""
    place = geocoding(fields)
    return place is not None and all(_stands_in(text, before, value) for before, value in _coordinates(place))


def _coordinates(place: Fields) -> list[tuple[str, object]]:
    """Each value that tells coordinates, after a pattern of what stands before it."""
    value = place.get("coordinates")
    if isinstance(value, list):
        return [(r"[\[,]", item) for item in value]
    if isinstance(value, str):
        return [(_label("coordinates"), value)]
    members = keyed(value) or place
    return [(_label(name), members[name]) for name in _AXES if members.get(name) not in (None, "")]


def _label(name: str) -> str:
    return rf"\b{name}[\"']?\s*:"


def _stands_in(text: str, before: str, value: object) -> bool:
    # As a whole, to the end of its member: neither a sign nor a hemisphere is lost.
    zeros = "0*" if isinstance(value, float) else ""
    member = rf"{before}\s*[\"']?{re.escape(str(value))}{zeros}[\"']?\s*(?:[,}}\]\n]|$)"
    return re.search(member, text, re.IGNORECASE) is not None


def _merged(values: list[object]) -> Fields | None:
    merged: dict[str, object] = {}
    for value in values:
        merged.update(keyed(value) or {})
    return merged or None


_JSON_RUNGS: tuple[tuple[Stage, Callable[[str], Fields | None]], ...] = (
    ("strict", _strict),
    ("fence", _fence),
    ("object", _object),
    ("repair", _repair),
)
