"""Read coordinates as people and models write them. Never guesses: what is not plainly a number of degrees is None."""

import math
import re
from typing import Literal, NamedTuple

Axis = Literal["latitude", "longitude"]

LIMIT: dict[Axis, float] = {"latitude": 90.0, "longitude": 180.0}

# A longer text is not a coordinate.
LONGEST = 200

_HEMISPHERE = {
    "n": ("latitude", 1.0), "north": ("latitude", 1.0), "s": ("latitude", -1.0), "south": ("latitude", -1.0),
    "e": ("longitude", 1.0), "east": ("longitude", 1.0), "w": ("longitude", -1.0), "west": ("longitude", -1.0),
}  # fmt: skip

_LOOKALIKES = str.maketrans({
    "\u2212": "-", "\u2013": "-", "\u2012": "-", "\uff0d": "-",  # minus and dashes
    "\u00ba": "\u00b0", "\u02da": "\u00b0",  # ordinal and ring, for the degree sign
    "\u2032": "'", "\u2019": "'", "\u2018": "'", "\u00b4": "'", "`": "'",
    "\u2033": '"', "\u201d": '"', "\u201c": '"',
    "\u00a0": " ", "\u202f": " ",
})  # fmt: skip

_AXIS_WORD = r"(?:(?:latitude|longitude|lat|long|lng|lon)\b\.?\s*[:=]?\s*)?"
_VAGUE_WORD = r"(?:(?:approximately|approx\.?|about|around|roughly|circa|ca\.?|~|\u2248)\s*)?"
_DIRECTION = r"(?:north|south|east|west|[nsew])"
_REMARK = r"\s*(?:[.;,]?\s*\([^()]*\))?\s*[.;,]?\s*"


def _angle_pattern(prefix: str) -> str:
    # Minutes and seconds stand apart from the digits before them: a text that lost its degree sign tells no angle.
    return (
        rf"{_AXIS_WORD}{_VAGUE_WORD}"
        rf"(?P<{prefix}before>{_DIRECTION}\s*)?"
        rf"(?P<{prefix}degrees>[+-]?\s?\d{{1,3}}(?:\.\d+)?)\s*(?:\u00b0|degrees?\b|deg\b\.?)?"
        rf"(?:\s*(?<![\d.])(?P<{prefix}minutes>\d{{1,2}}(?:\.\d+)?)\s*(?:'|min\b))?"
        rf"(?:\s*(?<![\d.])(?P<{prefix}seconds>\d{{1,2}}(?:\.\d+)?)\s*(?:\"|''|sec\b))?"
        rf"\s*(?P<{prefix}after>{_DIRECTION}\b)?"
    )


_ONE = re.compile(_angle_pattern("") + _REMARK, re.IGNORECASE)
_TWO = re.compile(
    rf"[\[(]?\s*{_angle_pattern('first_')}(?:\s*[,;/]\s*|\s+){_angle_pattern('second_')}\s*[\])]?{_REMARK}",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"([+-]?\d{1,3}),(\d+)")


class Point(NamedTuple):
    """WGS84 degrees."""

    latitude: float
    longitude: float


class Angle(NamedTuple):
    """Degrees, and the axis that a hemisphere letter told."""

    degrees: float
    axis: Axis | None


def read_degrees(value: object, axis: Axis) -> float | None:
    """One coordinate in degrees, whatever its range, or None.

    Takes numbers, numeric strings (decimal comma too), degree signs, degrees/minutes/seconds, hemisphere letters
    and words such as "approximately". Words alone, two numbers, NaN and infinity give None, as does a hemisphere
    of the other axis ("87 W" for a latitude) or one that contradicts the sign ("-87 E").
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _finite(value)
    if not isinstance(value, str) or len(value) > LONGEST:
        return None
    if _NUMBER.fullmatch(value):
        return _finite(float(value))
    text = _plain(value)
    if comma := _DECIMAL_COMMA.fullmatch(text):
        text = f"{comma[1]}.{comma[2]}"
    if _NUMBER.fullmatch(text):
        return _finite(float(text))
    found = _ONE.fullmatch(text)
    angle = _angle(found.groupdict(), "") if found else None
    if angle is None or angle.axis not in (None, axis):
        return None
    return angle.degrees


def read_point(latitude: object, longitude: object) -> Point | None:
    """A usable point from two values: both readable and in range, never exchanged or clipped."""
    lat, lon = read_degrees(latitude, "latitude"), read_degrees(longitude, "longitude")
    return None if lat is None or lon is None else _in_range(lat, lon)


def read_pair(value: object) -> Point | None:
    """A usable point from a text such as "36.16, -86.78" or "41.9 N 87.6 W": latitude first unless letters say else."""
    if not isinstance(value, str) or len(value) > LONGEST:
        return None
    found = _TWO.fullmatch(_plain(value))
    if found is None:
        return None
    first, second = _angle(found.groupdict(), "first_"), _angle(found.groupdict(), "second_")
    if first is None or second is None:
        return None
    if first.axis == "longitude" or second.axis == "latitude":
        first, second = second, first
    if first.axis == "longitude" or second.axis == "latitude":
        return None
    return _in_range(first.degrees, second.degrees)


def _plain(text: str) -> str:
    # Runs of blanks would make the patterns backtrack without end.
    return " ".join(text.translate(_LOOKALIKES).split())


def _angle(parts: dict[str, str | None], prefix: str) -> Angle | None:
    number = (parts[f"{prefix}degrees"] or "").replace(" ", "")
    minutes, seconds = parts[f"{prefix}minutes"], parts[f"{prefix}seconds"]
    letters = [letter.strip().lower() for side in ("before", "after") if (letter := parts[f"{prefix}{side}"])]
    if len(letters) > 1 or (seconds and not minutes):
        return None
    fraction = float(minutes or 0) / 60 + float(seconds or 0) / 3600
    if fraction >= 1 or (fraction and "." in number):
        return None
    magnitude = abs(float(number)) + fraction
    is_negative = number.startswith("-")
    if not letters:
        return Angle(-magnitude if is_negative else magnitude, None)
    axis, sign = _HEMISPHERE[letters[0]]
    if is_negative and sign > 0:
        return None
    return Angle(sign * magnitude, "latitude" if axis == "latitude" else "longitude")


def _in_range(latitude: float, longitude: float) -> Point | None:
    if abs(latitude) > LIMIT["latitude"] or abs(longitude) > LIMIT["longitude"]:
        return None
    return Point(latitude, longitude)


def _finite(value: float) -> float | None:
    try:
        number = float(value)
    except OverflowError:
        return None
    return number + 0.0 if math.isfinite(number) else None
