"""The form of an answer: what models are held to where they take a JSON schema, and what the parser reads first."""

from functools import cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class _Form(BaseModel):
    # Every vendor wants closed objects with all fields required; what is not known is null.
    model_config = ConfigDict(extra="forbid")


class ImageInformation(_Form):
    """What kind of scene it is."""

    environment: str
    scene_type: str
    setting: str


class Reasoning(_Form):
    """The four parts of IMAGEO-Bench."""

    landmark_recognition: str
    text_and_signage: str
    cultural_indicators: str
    spatial_context: str


class Address(_Form):
    """null where it cannot be told."""

    street: str | None
    city: str | None
    state: str | None
    country: str | None


class Coordinates(_Form):
    """WGS84 decimal degrees; null where no place can be told."""

    latitude: float | None
    longitude: float | None


class ReverseGeocoding(_Form):
    """Where the photo was taken."""

    address: Address
    coordinates: Coordinates
    confidence: Literal[1, 2, 3, 4, 5]


class AnswerForm(_Form):
    """An answer. Fields are written in this order: the place comes after the reasons for it."""

    image_information: ImageInformation
    reasoning: Reasoning
    reverse_geocoding: ReverseGeocoding


@cache
def answer_schema() -> dict[str, Any]:
    """The form as a JSON schema that OpenAI, Anthropic and Gemini take alike: no references, no bounds, no defaults.

    It describes nothing: what a field means is the prompt's to say. Not to be changed by who reads it.
    """
    schema = AnswerForm.model_json_schema()
    definitions = schema.pop("$defs")
    inlined = _inlined(schema, definitions)
    assert isinstance(inlined, dict)
    return inlined


def _inlined(part: object, definitions: dict[str, Any]) -> object:
    if isinstance(part, list):
        return [_inlined(item, definitions) for item in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _inlined(definitions[part["$ref"].rpartition("/")[2]], definitions)
    # A field may have such a name; the keyword's value is a text.
    return {
        key: _inlined(value, definitions)
        for key, value in part.items()
        if not (key in ("title", "description") and isinstance(value, str))
    }
