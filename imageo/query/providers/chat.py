"""OpenAI's chat completions: the protocol of OpenAI, Together and every compatible server. Pure.

What a reply holds beyond OpenAI's own form is read where other servers are known to write it so.
"""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import orjson

from imageo.query.providers.failures import failure_in_200
from imageo.query.providers.parameters import merged
from imageo.query.questions import Asking, Question
from imageo.query.replies import CallFailed, Reply, Usage

IMAGE_DETAIL = "detail"
"""`--param detail=high` belongs to the image, not to the body."""


def schema_format(schema: dict[str, Any]) -> dict[str, Any]:
    """Answers that obey a JSON schema."""
    return {"type": "json_schema", "json_schema": {"name": "photo_location", "strict": True, "schema": schema}}


def chat_body(asking: Asking, question: Question, parameters: Mapping[str, object]) -> bytes:
    """The body: `parameters` of the provider's own making, and what the user adds to them."""
    image = question.image
    if image is None:
        raise ValueError(f"image {question.image_id} was not prepared")
    extra = dict(asking.extra)
    url: dict[str, object] = {"url": f"data:{image.media_type};base64,{b64encode(image.data).decode()}"}
    if IMAGE_DETAIL in extra:
        url["detail"] = extra.pop(IMAGE_DETAIL)
    content = [{"type": "text", "text": asking.prompt}, {"type": "image_url", "image_url": url}]
    body = {"model": asking.model, "messages": [{"role": "user", "content": content}], **parameters}
    return orjson.dumps(merged(body, extra))


def read_reply(body: bytes | Mapping[str, object]) -> Reply:
    """The reply in a body of status 200, or of a line of a batch. Raises CallFailed where it holds none."""
    value = parsed(body)
    choices = value.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], Mapping):
        raise _no_choice(value)
    choice = choices[0]
    message = _mapping(choice.get("message"))
    reason = _text(choice.get("finish_reason"))
    refusal = _text(message.get("refusal"))
    if refusal is None and reason == "content_filter":
        refusal = reason
    reply = Reply(
        text=_content(message.get("content")),
        finish_reason=reason,
        refusal=refusal,
        model=_text(value.get("model")),
        response_id=_text(value.get("id")),
        usage=read_usage(_mapping(value.get("usage"))),
    )
    failure = failure_in_200({"error": choice.get("error")}, reply)
    if failure is not None and not reply.text:
        raise failure
    if not message:
        raise CallFailed("broken_response", "a choice without a message", reply=reply)
    return reply


def read_usage(usage: Mapping[str, Any]) -> Usage:
    """Tokens as OpenAI counts them: output with reasoning, input with cached and image tokens.

    Some servers leave reasoning out of `completion_tokens` but not out of `total_tokens` (xAI, Gemini behind OpenAI's
    protocol): then the total tells.
    """
    sent, received = count(usage.get("prompt_tokens")), count(usage.get("completion_tokens"))
    of_input = _mapping(usage.get("prompt_tokens_details"))
    of_output = _mapping(usage.get("completion_tokens_details"))
    reasoning = count(of_output.get("reasoning_tokens"))
    total = count(usage.get("total_tokens"))
    if sent is not None and received is not None and reasoning and total == sent + received + reasoning:
        received += reasoning
    return Usage(
        input_tokens=sent,
        output_tokens=received,
        reasoning_tokens=reasoning,
        cached_tokens=count(of_input.get("cached_tokens")),
        cache_write_tokens=count(of_input.get("cache_write_tokens")),
        image_tokens=count(of_input.get("image_tokens")),
    )


def parsed(body: bytes | Mapping[str, object]) -> Mapping[str, object]:
    """The object in a body. Raises CallFailed for a cut body, a page of HTML, and anything that is no object."""
    if isinstance(body, Mapping):
        return body
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        is_page = body.lstrip()[:1] == b"<"
        what = "a page of HTML instead of an answer" if is_page else f"a body of {len(body)} bytes that is no JSON"
        # A page comes from something between us and the provider; a cut body was an answer once.
        raise CallFailed("broken_response", what, may_be_billed=not is_page) from None
    if not isinstance(value, dict):
        raise CallFailed("broken_response", f"a JSON {type(value).__name__} instead of an object")
    return value


def count(value: object) -> int | None:
    """A number of tokens, or None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _no_choice(value: Mapping[str, object]) -> CallFailed:
    usage = read_usage(_mapping(value.get("usage")))
    reply = Reply(None, model=_text(value.get("model")), response_id=_text(value.get("id")), usage=usage)
    billed = reply if usage.is_known else None
    return failure_in_200(value, billed) or CallFailed(
        "broken_response", "an answer without choices", reply=billed, may_be_billed=billed is None
    )


def _content(content: object) -> str | None:
    if isinstance(content, list):
        parts = (part.get("text") for part in content if isinstance(part, Mapping) and part.get("type") == "text")
        return "".join(text for text in parts if isinstance(text, str))
    return content if isinstance(content, str) else None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
