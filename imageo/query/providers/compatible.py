"""Any server that speaks OpenAI's protocol: vLLM, Ollama, OpenRouter, one of your own."""

from imageo.errors import InputError
from imageo.query.providers import Endpoint
from imageo.query.providers.chat_provider import ChatProvider
from imageo.query.providers.parameters import check_reserved
from imageo.query.questions import Asking, ImageLimits

# What servers of one's own read at all: they decode with Pillow or stb_image, and shrink by the model's own rule.
LIMITS = ImageLimits(max_side=4096, max_bytes=20_000_000, media_types=frozenset(("image/jpeg", "image/png")))


def make(asking: Asking, endpoint: Endpoint) -> ChatProvider:
    """A provider for the server at `endpoint.base_url`, with or without a key. Raises InputError without a URL."""
    if endpoint.base_url is None:
        raise InputError("--provider compatible needs --base-url, such as http://127.0.0.1:11434/v1 for Ollama")
    return ChatProvider("compatible", asking, endpoint, endpoint.base_url, LIMITS, parameters(asking))


def parameters(asking: Asking) -> dict[str, object]:
    """What goes into the body beside model and messages: of JSON no more than that it be JSON, which most can."""
    check_reserved(asking)
    given = {
        "temperature": asking.temperature,
        "reasoning_effort": asking.reasoning_effort,
        "max_tokens": asking.max_output_tokens,
        "response_format": {"type": "json_object"} if asking.is_structured else None,
    }
    return {name: value for name, value in given.items() if value is not None}
