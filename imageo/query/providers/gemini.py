"""Gemini's generateContent, of the Gemini API (not Vertex)."""

import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import google.genai as genai
import httpx2
import orjson
from google.genai import errors

from imageo.errors import InputError
from imageo.query.answers.form import answer_schema
from imageo.query.providers import Endpoint
from imageo.query.providers.calling import Response, call, lower, open_client, response_of
from imageo.query.providers.chat import count, parsed
from imageo.query.providers.failures import failure_in_200
from imageo.query.providers.parameters import check_choice, check_reserved, merged, refuse
from imageo.query.questions import Asking, ImageLimits, Question
from imageo.query.replies import CallFailed, Reply, Usage

BASE_URL = "https://generativelanguage.googleapis.com"
API_VERSION = "v1beta"
"""The SDK's default `v1` has neither previews nor the `-latest` names (README of google-genai 3)."""

# "Maximum total request size is 20 MB, including text" for images sent inline, of these types: no GIF
# (ai.google.dev, Image understanding). Larger sides than 3072 were shrunk by Gemini 1.5 and 2.
LIMITS = ImageLimits(
    max_side=4096,
    max_bytes=14_000_000,
    media_types=frozenset(("image/jpeg", "image/png", "image/webp", "image/heic", "image/heif")),
)

BUDGETS = {"none": 0, "minimal": 1024, "low": 1024, "medium": 8192, "high": 24576}
"""Thinking tokens of Gemini 2.5 by effort (ai.google.dev, OpenAI compatibility)."""
LEVELS = ("minimal", "low", "medium", "high", "xhigh")
"""`ThinkingLevel` of the SDK 3.4, for Gemini 3 and on; which of them a model takes, it says itself."""

_REQUEST_FIELDS = frozenset((
    "systemInstruction", "tools", "toolConfig", "safetySettings", "generationConfig", "cachedContent", "labels",
    "serviceTier", "store",
))  # fmt: skip
"""Fields of the request; any other parameter belongs to its generationConfig."""


class GeminiProvider:
    """Asks over `models/NAME:generateContent`."""

    name = "gemini"

    def __init__(self, asking: Asking, endpoint: Endpoint) -> None:
        self.image_limits: ImageLimits | None = LIMITS
        self._asking = asking
        self._endpoint = endpoint
        self._parameters = parameters(asking)
        self._http = open_client(endpoint)
        # The SDK counts in milliseconds. With a client of ours it neither takes aiohttp nor the environment's proxies.
        self._client = genai.Client(
            vertexai=False,
            api_key=endpoint.key.get_secret_value() if endpoint.key else "none",
            http_options=genai.types.HttpOptions(
                base_url=endpoint.base_url or BASE_URL,
                api_version=API_VERSION,
                timeout=int(endpoint.timeout_s * 1000),
                httpx_async_client=self._http,
            ),
        )

    def encode(self, question: Question) -> bytes:
        """The body of the request; the model's name is in its URL."""
        return content_body(self._asking, question, self._parameters)

    async def ask(self, body: bytes) -> Reply:
        """One call. Raises CallFailed."""
        return await call(self._send, body, self._endpoint, read_reply)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aio.aclose()
        self._client.close()
        await self._http.aclose()

    async def _send(self, body: bytes) -> Response:
        # The public method would decode and encode the image anew at every call.
        path = f"models/{self._asking.model}:generateContent"
        try:
            answer = await self._client._api_client.async_request("post", path, orjson.loads(body))
        except errors.APIError as error:
            if isinstance(error.response, httpx2.Response):
                return response_of(error.response)
            return Response(error.code, {}, orjson.dumps(error.details))
        return Response(200, lower(answer.headers or {}), (answer.body or "").encode())


def make(asking: Asking, endpoint: Endpoint) -> GeminiProvider:
    """A provider for Google's Gemini models. Raises InputError where the model is known to refuse a parameter."""
    return GeminiProvider(asking, endpoint)


def parameters(asking: Asking) -> dict[str, object]:
    """What goes into the body beside the contents. Raises InputError for what the model is known to refuse."""
    check_reserved(asking)
    config: dict[str, object] = {}
    if asking.temperature is not None:
        config["temperature"] = asking.temperature
    if asking.max_output_tokens is not None:
        config["maxOutputTokens"] = asking.max_output_tokens
    if asking.is_structured:
        config |= {"responseMimeType": "application/json", "responseJsonSchema": answer_schema()}
    if asking.reasoning_effort is not None:
        config["thinkingConfig"] = _thinking(asking, asking.reasoning_effort)
    body: dict[str, object] = {"generationConfig": config} if config else {}
    for name, value in asking.extra.items():
        camel = re.sub(r"_([a-z])", lambda letter: letter[1].upper(), name)
        body = merged(body, {camel: value} if camel in _REQUEST_FIELDS else {"generationConfig": {camel: value}})
    return body


def _thinking(asking: Asking, effort: str) -> dict[str, object]:
    if re.match(r"gemini-(?:1|2\.0)", asking.model):
        refuse(asking, frozenset(("reasoning_effort",)), f"{asking.model} does not reason")
    if not asking.model.startswith("gemini-2.5"):
        check_choice("--reasoning-effort", effort, LEVELS, asking.model)
        return {"thinkingLevel": effort.upper()}
    check_choice("--reasoning-effort", effort, tuple(BUDGETS), asking.model)
    if effort == "none" and "pro" in asking.model:
        raise InputError(f"--reasoning-effort none: {asking.model} cannot stop thinking; take minimal")
    return {"thinkingBudget": BUDGETS[effort]}


def content_body(asking: Asking, question: Question, parameters: Mapping[str, object]) -> bytes:
    """The body: `parameters` as made here, with what the user adds. The image stands first, as Google advises."""
    image = question.image
    if image is None:
        raise ValueError(f"image {question.image_id} was not prepared")
    data = {"mimeType": image.media_type, "data": b64encode(image.data).decode()}
    parts = [{"inlineData": data}, {"text": asking.prompt}]
    return orjson.dumps({"contents": [{"role": "user", "parts": parts}], **parameters})


def read_reply(body: bytes | Mapping[str, object]) -> Reply:
    """The reply in a body of status 200, or in the response of a batch's line. Raises CallFailed where it is none."""
    value = parsed(body)
    usage = _usage(value.get("usageMetadata"))
    feedback = value.get("promptFeedback")
    blocked = feedback.get("blockReason") if isinstance(feedback, Mapping) else None
    candidates = value.get("candidates")
    candidate = candidates[0] if isinstance(candidates, list) and candidates else None
    reason, text = _said(candidate) if isinstance(candidate, Mapping) else (None, None)
    reply = Reply(
        text=text,
        finish_reason=reason or (blocked if isinstance(blocked, str) else None),
        refusal=blocked if isinstance(blocked, str) else reason if reason in _REFUSALS and not text else None,
        model=_text(value.get("modelVersion")),
        response_id=_text(value.get("responseId")),
        usage=usage,
    )
    if isinstance(candidate, Mapping) or reply.refusal:
        return reply
    billed = reply if usage.is_known else None
    raise failure_in_200(value, billed) or CallFailed(
        "broken_response", "an answer without candidates", reply=billed, may_be_billed=billed is None
    )


_REFUSALS = frozenset((
    "SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION", "MODEL_ARMOR",
))  # fmt: skip
"""Finish reasons that are a rule's doing."""


def _said(candidate: Mapping[str, Any]) -> tuple[str | None, str | None]:
    content = candidate.get("content")
    parts = content.get("parts") if isinstance(content, Mapping) else None
    texts = [
        part["text"]
        for part in (parts if isinstance(parts, list) else [])
        if isinstance(part, Mapping) and isinstance(part.get("text"), str) and not part.get("thought")
    ]
    return _text(candidate.get("finishReason")), "".join(texts) if texts else None


def _usage(usage: object) -> Usage:
    """Gemini counts thoughts beside `candidates`; both are billed as output. The prompt includes what was cached."""
    told: Mapping[str, Any] = usage if isinstance(usage, Mapping) else {}
    sent, thoughts = count(told.get("promptTokenCount")), count(told.get("thoughtsTokenCount"))
    said = count(told.get("candidatesTokenCount"))
    if sent is not None and said is None:
        # A blocked prompt, or one that was thought about until the limit: nothing was said.
        said = 0
    details = told.get("promptTokensDetails")
    images = [
        count(part.get("tokenCount"))
        for part in (details if isinstance(details, list) else [])
        if isinstance(part, Mapping) and part.get("modality") == "IMAGE"
    ]
    return Usage(
        input_tokens=sent,
        output_tokens=None if said is None else said + (thoughts or 0),
        reasoning_tokens=thoughts,
        cached_tokens=count(told.get("cachedContentTokenCount")),
        image_tokens=sum(number or 0 for number in images) if images else None,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
