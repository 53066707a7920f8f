"""From the rows of a truth file to images with known places. Pure: no database."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from imageo.ingest.names import LONGEST_NAME, image_key
from imageo.ingest.rows import Reject, Row, rejected, row_digest
from imageo.ingest.tables import flattened
from imageo.ingest.truth_formats import TruthFormat
from imageo.query.answers.coordinates import LIMIT, Axis, read_degrees

LABELS = ("country", "state", "city", "street")
_NAN = frozenset(("nan", "inf", "+inf", "-inf", "infinity", "-infinity"))


@dataclass(frozen=True, slots=True)
class TruthImage:
    """One image of a truth file; `attributes` is JSON text, `digest` tells a changed row from a known one."""

    line: int
    name: str
    latitude: float
    longitude: float
    country: str | None
    state: str | None
    city: str | None
    street: str | None
    attributes: bytes
    digest: int


def read_image(row: Row, columns: Mapping[str, str], known: TruthFormat | None) -> TruthImage | Reject:
    """The image of a row, or what is wrong with it."""
    values = flattened(row.values)
    name = image_key(label_text(values.get(columns["image_id"])) or "")
    if not name:
        return rejected(row, "no image name")
    if len(name) > LONGEST_NAME:
        return rejected(row, "name too long", f"more than {LONGEST_NAME} characters")
    place = _place(row, values.get(columns["latitude"]), values.get(columns["longitude"]))
    if isinstance(place, Reject):
        return place
    labels = {label: label_text(values.get(columns[label])) if label in columns else None for label in LABELS}
    if known:
        known.mend(labels, values)
    taken = set(columns.values())
    others = {name: value for name, value in values.items() if name not in taken and value not in ("", None)}
    try:
        attributes = orjson.dumps(others, default=str, option=orjson.OPT_SORT_KEYS)
        content = orjson.dumps([place, labels]) + attributes
    except orjson.JSONEncodeError as problem:
        return rejected(row, "not storable", str(problem))
    if b"\\u0000" in content:
        return rejected(row, "NUL byte")
    return TruthImage(
        line=row.line,
        name=name,
        latitude=place[0],
        longitude=place[1],
        country=labels["country"],
        state=labels["state"],
        city=labels["city"],
        street=labels["street"],
        attributes=attributes,
        digest=row_digest(name.encode() + content),
    )


def label_text(value: object) -> str | None:
    """A cell as text; None where it is empty or NaN."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    return str(value).strip() or None


def _place(row: Row, latitude: object, longitude: object) -> tuple[float, float] | Reject:
    degrees: dict[Axis, float] = {}
    given: dict[Axis, object] = {"latitude": latitude, "longitude": longitude}
    for axis, value in given.items():
        text = str(value).strip().lower()
        if text in _NAN:
            return rejected(row, "NaN", f"{axis} is {text}")
        if value is None or text in ("", "null", "none"):
            return rejected(row, "no coordinates", f"{axis} is empty")
        number = read_degrees(value, axis)
        if number is None:
            return rejected(row, "not a coordinate", f"{axis} is {text[:50]!r}")
        degrees[axis] = number
    lat, lon = degrees["latitude"], degrees["longitude"]
    if abs(lat) > LIMIT["latitude"] and abs(lon) <= LIMIT["latitude"] and abs(lat) <= LIMIT["longitude"]:
        return rejected(row, "coordinates swapped", f"latitude is {lat:g}, longitude is {lon:g}")
    for axis, number in degrees.items():
        if abs(number) > LIMIT[axis]:
            return rejected(row, "out of range", f"{axis} {number:g} is outside -{LIMIT[axis]:g}..{LIMIT[axis]:g}")
    return lat, lon
