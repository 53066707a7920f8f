"""From the raw text of a model's answer to its fields. Pure: no database, no clock, nothing raised.

`stage` is the rung of the ladder that read the answer: `strict` (the text is JSON), `fence` (JSON in a Markdown
fence), `object` (JSON with text around it), `repair` (JSON that json-repair mends), `prose` (labelled lines).
Answers that somebody else has parsed are `published` (by IMAGEO-Bench's authors) or `mapped` (columns of a table).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from imageo.outcome import FAILED, Outcome
from imageo.query.answers.address import Address, split_address
from imageo.query.answers.coordinates import Point, read_pair, read_point
from imageo.query.answers.ladder import Fields, Stage, geocoding, keyed, read_fields

PARSER_VERSION = 2
"""Raised with every change that reads any answer differently."""

ENDS = frozenset(("stop", "end_turn", "stop_sequence", "eos"))
"""Finish reasons, in lower case, of a model that had said all it wanted."""

REFUSAL_PHRASES = (
    r"\bsorry\b.{0,40}\b(?:can(?:'|no)t|can not|unable|not able|won't)\b",
    r"\bi(?:'m| am) (?:unable|not able) to\b",
    r"\b(?:i|we) (?:can(?:'|no)t|can not|won't|will not) "
    r"(?:assist|help|comply|identify|determine|locate|provide|process|analy[sz]e|view|see|fulfil)",
    r"\b(?:against|violates?) (?:my|our|the|openai's) (?:guidelines|policy|policies)\b",
    r"\bas an ai\b",
)
"""Regular expressions of a refusal: sought only where no field could be read, in the first 500 characters."""

_REFUSAL = re.compile("|".join(REFUSAL_PHRASES), re.IGNORECASE | re.DOTALL)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_CONFIDENCE = re.compile(r"([1-5])(?:\.0+)?(?:\s*(?:/|out of)\s*5)?(?!\d|[/%.]|\s*[-\u2013|]\s*\d)")
NULL_ISLAND = Point(0.0, 0.0)
_NO_TEXT = frozenset(("", "null", "none"))  # of four characters at most


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model answered. `answered` means that `latitude` and `longitude` are set: WGS84 degrees, in range."""

    outcome: Outcome
    stage: Stage | None = None
    latitude: float | None = None
    longitude: float | None = None
    is_placeholder: bool = False
    country: str | None = None
    state: str | None = None
    city: str | None = None
    street: str | None = None
    confidence: int | None = None
    environment: str | None = None
    scene_type: str | None = None
    setting: str | None = None
    reasoning: dict[str, str] | None = None

    @property
    def point(self) -> Point | None:
        """The answered place."""
        if self.latitude is None or self.longitude is None:
            return None
        return Point(self.latitude, self.longitude)


def parse_answer(raw: str | None, *, is_cut: bool = False) -> Answer:
    """Read a raw answer. Never raises; never gives a coordinate that the text does not hold.

    Empty strings and nulls become None, other words ("Unknown") stay as the model wrote them. A point of exactly
    (0, 0) is a placeholder: outcome `no_coordinates`, flagged. `is_cut`: the model was stopped (`was_cut`), and the
    last number may be half of one.
    """
    text = storable(raw or "").lstrip("\ufeff")
    if not text.strip("\ufffd\ufeff \t\r\n"):
        return Answer("empty")
    read = read_fields(text, is_cut=is_cut)
    if read is not None:
        return _answer(*read)
    return Answer("refused" if _REFUSAL.search(text[:500].replace("\u2019", "'")) else "unparsable")


def was_cut(finish_reason: str | None) -> bool:
    """Whether a model was stopped amid its answer, by a limit or a filter, as far as its provider tells."""
    return finish_reason is not None and finish_reason.lower() not in ENDS


def published_answer(location_info: object, error: str | None) -> Answer:
    """IMAGEO-Bench's own parse as it is, so that the published figures can be reproduced. Never raises.

    Unlike `parse_answer`: empty strings stay, only plain numbers are coordinates, and (0, 0) is a point, if flagged.
    """
    if error:
        return Answer("provider_error", "published")
    if location_info is None:
        return Answer("empty", "published")
    info = location_info if isinstance(location_info, dict) else {}
    place = info.get("reverse_geocoding")
    if not isinstance(place, dict):
        return Answer("unparsable", "published")
    coordinates, address = _dict(place.get("coordinates")), _dict(place.get("address"))
    scene = _dict(info.get("image_information"))
    point = _plain_point(coordinates.get("latitude"), coordinates.get("longitude"))
    return Answer(
        outcome="answered" if point else "no_coordinates",
        stage="published",
        latitude=point.latitude if point else None,
        longitude=point.longitude if point else None,
        is_placeholder=point == NULL_ISLAND,
        country=_as_it_is(address.get("country")),
        state=_as_it_is(address.get("state")),
        city=_as_it_is(address.get("city")),
        street=_as_it_is(address.get("street")),
        confidence=_confidence(place.get("confidence")),
        environment=_as_it_is(scene.get("environment")),
        scene_type=_as_it_is(scene.get("scene_type")),
        setting=_as_it_is(scene.get("setting")),
        reasoning=_reasoning(info.get("reasoning")),
    )


def mapped_answer(fields: Mapping[str, object]) -> Answer:
    """An answer from the columns of a table: latitude, longitude, country, state, city, street, confidence."""
    if all(_text(value) is None for value in fields.values()):
        return Answer("empty", "mapped")
    return _answer(fields, "mapped")


def parser_version(answer: Answer, raw: str | None) -> int | None:
    """The version of this parser, or None where an answer is not its reading of a text."""
    is_ours = answer.stage not in ("published", "mapped") and answer.outcome not in FAILED
    return PARSER_VERSION if raw and is_ours else None


def storable(text: str) -> str:
    """The text without what PostgreSQL cannot store: NUL and lone surrogates become U+FFFD."""
    if text.isascii() and "\x00" not in text:
        return text
    return _UNSTORABLE.sub("\ufffd", text)


def _answer(fields: Fields, stage: Stage) -> Answer:
    place = geocoding(fields) or fields
    scene = keyed(fields.get("image_information")) or fields
    found = _point(place)
    point = None if found == NULL_ISLAND else found
    address = _address(place)
    return Answer(
        outcome="answered" if point else "no_coordinates",
        stage=stage,
        latitude=point.latitude if point else None,
        longitude=point.longitude if point else None,
        is_placeholder=found == NULL_ISLAND,
        country=address.country,
        state=address.state,
        city=address.city,
        street=address.street,
        confidence=_confidence(place.get("confidence", fields.get("confidence"))),
        environment=_text(scene.get("environment")),
        scene_type=_text(scene.get("scene_type")),
        setting=_text(scene.get("setting")),
        reasoning=_reasoning(fields.get("reasoning")),
    )


def _point(place: Fields) -> Point | None:
    value = place.get("coordinates")
    if isinstance(value, str):
        return read_pair(value)
    if isinstance(value, list):
        return read_point(*value) if len(value) == 2 else None
    return _labelled_point(keyed(value) or place)


def _labelled_point(fields: Fields) -> Point | None:
    latitude = fields.get("latitude", fields.get("lat"))
    longitude = fields.get("longitude", fields.get("lon", fields.get("lng", fields.get("long"))))
    return read_point(latitude, longitude)


def _plain_point(latitude: object, longitude: object) -> Point | None:
    try:
        lat, lon = float(latitude), float(longitude)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return read_point(lat, lon)


def _address(place: Fields) -> Address:
    value = place.get("address")
    if isinstance(value, str) and not {"city", "country"} & place.keys():
        return split_address(storable(value))
    parts = keyed(value) or place
    return Address(*(_text(parts.get(part)) for part in Address._fields))


def _confidence(value: object) -> int | None:
    found = _CONFIDENCE.match(str(value).strip()) if isinstance(value, str | int | float) else None
    return int(found[1]) if found and not isinstance(value, bool) else None


def _reasoning(value: object) -> dict[str, str] | None:
    parts = value if isinstance(value, dict) else {"text": value}
    texts = {storable(str(name)): text for name, part in parts.items() if (text := _text(part)) is not None}
    return texts or None


def _text(value: object) -> str | None:
    if isinstance(value, list):
        value = ", ".join(item for item in value if isinstance(item, str))
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    text = storable(value).strip()
    return None if len(text) <= 4 and text.lower() in _NO_TEXT else text


def _as_it_is(value: object) -> str | None:
    return None if value is None else storable(str(value))


def _dict(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}
