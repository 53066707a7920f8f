"""Anthropic's messages."""

import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import anthropic
import httpx2
import orjson

from imageo.query.answers.form import answer_schema
from imageo.query.providers import Endpoint
from imageo.query.providers.calling import Response, call, open_client, response_of, timeout
from imageo.query.providers.chat import count, parsed
from imageo.query.providers.environment import without_environment
from imageo.query.providers.failures import failure_in_200
from imageo.query.providers.parameters import check_choice, check_reserved, merged, refuse
from imageo.query.questions import Asking, ImageLimits, Question
from imageo.query.replies import CallFailed, Reply, Usage

BASE_URL = "https://api.anthropic.com"
EFFORTS = ("low", "medium", "high", "xhigh", "max")
"""`OutputConfigParam.effort` of the SDK 2.12; which of them a model takes, it says itself."""
DEFAULT_MAX_TOKENS = 16_000
"""The API wants a limit; this leaves room for thinking."""

# Base64 up to 5 MB an image, sides up to 8000 pixels (platform.claude.com, Vision). Anthropic itself shrinks sides to
# 1568 pixels, from Claude 4.7 on to 2576.
LIMITS = ImageLimits(max_side=8000, max_bytes=3_750_000)

_SAMPLING = frozenset(("temperature", "top_p", "top_k"))
# Effort: Opus 4.5 and later, Sonnet 4.6 and later (platform.claude.com, Effort).
_WITHOUT_EFFORT = re.compile(r"claude-(?:[23]|instant)|claude-(?:opus|sonnet)-4(?:-[01])?(?:-\d{8})?$|claude-\w+-4-5")
_HAS_EFFORT = re.compile(r"claude-opus-4-5")


class AnthropicProvider:
    """Asks over `/v1/messages`."""

    name = "anthropic"

    def __init__(self, asking: Asking, endpoint: Endpoint) -> None:
        self.image_limits: ImageLimits | None = LIMITS
        self._asking = asking
        self._endpoint = endpoint
        self._parameters = parameters(asking)
        client = anthropic.AsyncAnthropic(
            api_key=endpoint.key.get_secret_value() if endpoint.key else "none",
            base_url=endpoint.base_url or BASE_URL,
            max_retries=0,
            timeout=timeout(endpoint),
            http_client=open_client(endpoint),
        )
        self._client = without_environment(client)

    def encode(self, question: Question) -> bytes:
        """The body of the request."""
        return message_body(self._asking, question, self._parameters)

    async def ask(self, body: bytes) -> Reply:
        """One call. Raises CallFailed."""
        return await call(self._send, body, self._endpoint, read_reply)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _send(self, body: bytes) -> Response:
        try:
            answer = await self._client.post("/v1/messages", cast_to=httpx2.Response, content=body)
        except anthropic.APIStatusError as error:
            return response_of(error.response)
        return response_of(answer)


def make(asking: Asking, endpoint: Endpoint) -> AnthropicProvider:
    """A provider for Anthropic's models. Raises InputError where the model is known to refuse a parameter."""
    return AnthropicProvider(asking, endpoint)


def parameters(asking: Asking) -> dict[str, object]:
    """What goes into the body beside model and messages. Raises InputError for what the API is known to refuse."""
    check_reserved(asking)
    refuse(asking, _SAMPLING, "Anthropic's API of 2026-10-21 takes no sampling parameters")
    check_choice("--reasoning-effort", asking.reasoning_effort, EFFORTS, asking.model)
    if _WITHOUT_EFFORT.match(asking.model) and not _HAS_EFFORT.match(asking.model):
        refuse(asking, frozenset(("reasoning_effort",)), f"{asking.model} has no effort to choose")
    output: dict[str, object] = {}
    if asking.reasoning_effort is not None:
        output["effort"] = asking.reasoning_effort
    if asking.is_structured:
        output["format"] = {"type": "json_schema", "schema": answer_schema()}
    limit: dict[str, object] = {"max_tokens": asking.max_output_tokens or DEFAULT_MAX_TOKENS}
    return limit | ({"output_config": output} if output else {})


def message_body(asking: Asking, question: Question, parameters: Mapping[str, object]) -> bytes:
    """The body: `parameters` as made here, and what the user adds. The image stands first, as Anthropic advises."""
    image = question.image
    if image is None:
        raise ValueError(f"image {question.image_id} was not prepared")
    source = {"type": "base64", "media_type": image.media_type, "data": b64encode(image.data).decode()}
    content = [{"type": "image", "source": source}, {"type": "text", "text": asking.prompt}]
    body = {"model": asking.model, "messages": [{"role": "user", "content": content}], **parameters}
    return orjson.dumps(merged(body, asking.extra))


def read_reply(body: bytes | Mapping[str, object]) -> Reply:
    """The reply in a body of status 200, or in the message of a batch's result. Raises CallFailed where it is none."""
    value = parsed(body)
    blocks = value.get("content")
    if not isinstance(blocks, list):
        raise failure_in_200(value) or CallFailed("broken_response", "an answer without content", may_be_billed=True)
    texts = [block.get("text") for block in blocks if isinstance(block, Mapping) and block.get("type") == "text"]
    reason = value.get("stop_reason")
    return Reply(
        text="".join(text for text in texts if isinstance(text, str)),
        finish_reason=reason if isinstance(reason, str) else None,
        refusal=_refusal(value.get("stop_details")) if reason == "refusal" else None,
        model=_text(value.get("model")),
        response_id=_text(value.get("id")),
        usage=_usage(value.get("usage")),
    )


def _usage(usage: object) -> Usage:
    """Anthropic's `input_tokens` leaves out what was read from and written to the cache."""
    told: Mapping[str, Any] = usage if isinstance(usage, Mapping) else {}
    details = told.get("output_tokens_details")
    sent = count(told.get("input_tokens"))
    read, written = count(told.get("cache_read_input_tokens")), count(told.get("cache_creation_input_tokens"))
    return Usage(
        input_tokens=None if sent is None else sent + (read or 0) + (written or 0),
        output_tokens=count(told.get("output_tokens")),
        reasoning_tokens=count(details.get("thinking_tokens")) if isinstance(details, Mapping) else None,
        cached_tokens=read,
        cache_write_tokens=written,
    )


def _refusal(details: object) -> str:
    told = details if isinstance(details, Mapping) else {}
    return _text(told.get("explanation")) or _text(told.get("category")) or "refusal"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
