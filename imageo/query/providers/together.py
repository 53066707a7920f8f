"""Together, over OpenAI's protocol."""

from imageo.query.answers.form import answer_schema
from imageo.query.providers import Endpoint
from imageo.query.providers.chat import schema_format
from imageo.query.providers.chat_provider import ChatProvider
from imageo.query.providers.parameters import check_choice, check_reserved
from imageo.query.questions import Asking, ImageLimits

BASE_URL = "https://api.together.xyz/v1"
EFFORTS = ("low", "medium", "high")
"""`reasoning_effort` of Together's API reference (together-py, completion_create_params)."""

# Together tells no limit; what its models see at most is a few tiles of some hundred pixels.
LIMITS = ImageLimits(
    max_side=4096, max_bytes=10_000_000, media_types=frozenset(("image/jpeg", "image/png", "image/webp"))
)


def make(asking: Asking, endpoint: Endpoint) -> ChatProvider:
    """A provider for the models that Together serves. Raises InputError where it is known to refuse a parameter."""
    return ChatProvider(
        "together", asking, endpoint, endpoint.base_url or BASE_URL, LIMITS, parameters(asking)
    )  # fmt: skip


def parameters(asking: Asking) -> dict[str, object]:
    """What goes into the body beside model and messages."""
    check_reserved(asking)
    check_choice("--reasoning-effort", asking.reasoning_effort, EFFORTS, asking.model)
    given = {
        "temperature": asking.temperature,
        "reasoning_effort": asking.reasoning_effort,
        "max_tokens": asking.max_output_tokens,
        "response_format": schema_format(answer_schema()) if asking.is_structured else None,
    }
    return {name: value for name, value in given.items() if value is not None}
