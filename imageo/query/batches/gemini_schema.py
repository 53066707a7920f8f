"""A JSON schema in the form of Gemini's `responseSchema`: a part of OpenAPI 3.0 (ai.google.dev/api/caching#Schema)."""

from collections.abc import Mapping
from typing import Any

_AS_THEY_ARE = ("title", "description", "minimum", "maximum", "pattern", "format")
_AS_TEXT = ("minItems", "maxItems", "minLength", "maxLength")


def open_api(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema without what that form does not know: `additionalProperties`, references, types in a list.

    A type that may be null is `nullable`. Whole numbers of a list become a range: enums are for text alone. Fields
    come in the order in which they stand, which Gemini would else sort.
    """
    made: dict[str, Any]
    if "anyOf" in schema:
        choices = [choice for choice in schema["anyOf"] if choice.get("type") != "null"]
        made = open_api(choices[0]) if len(choices) == 1 else {"anyOf": [open_api(choice) for choice in choices]}
        return made | ({"nullable": True} if len(choices) < len(schema["anyOf"]) else {})
    made = {name: schema[name] for name in _AS_THEY_ARE if name in schema}
    made |= {name: str(schema[name]) for name in _AS_TEXT if name in schema}
    if "type" in schema:
        made["type"] = schema["type"].upper()
    values = schema.get("enum")
    if values and made.get("type") == "STRING":
        made |= {"enum": values, "format": "enum"}
    elif values and made.get("type") == "INTEGER":
        made |= {"minimum": min(values), "maximum": max(values)}
    if "items" in schema:
        made["items"] = open_api(schema["items"])
    if properties := schema.get("properties"):
        made["properties"] = {name: open_api(field) for name, field in properties.items()}
        made["propertyOrdering"] = list(properties)
        made["required"] = schema.get("required", [])
    return made
