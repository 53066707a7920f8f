"""OpenAI."""

import re

from imageo.query.answers.form import answer_schema
from imageo.query.providers import Endpoint
from imageo.query.providers.chat import schema_format
from imageo.query.providers.chat_provider import ChatProvider
from imageo.query.providers.parameters import check_choice, check_reserved, refuse
from imageo.query.questions import Asking, ImageLimits

BASE_URL = "https://api.openai.com/v1"
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
"""`ReasoningEffort` of the SDK 3.54; which of them a model takes, it says itself."""

# Up to 20 MB an image and 50 MB a request (developers.openai.com, Images and vision). The models that look closest
# (gpt-5.5, `original` of gpt-5.4) see 6000 pixels a side; others shrink the image themselves.
LIMITS = ImageLimits(max_side=6000, max_bytes=20_000_000)

_SAMPLING = frozenset((
    "temperature", "top_p", "presence_penalty", "frequency_penalty", "logprobs", "top_logprobs", "logit_bias",
))  # fmt: skip


def is_reasoning(model: str) -> bool:
    """Whether a model thinks first: o1 and on, gpt-5 and on, fine-tuned or not, but not their `-chat` variants."""
    name = model.removeprefix("ft:")
    generation = re.match(r"gpt-(\d+)", name)
    return bool(re.match(r"o\d", name) or (generation and int(generation[1]) >= 5)) and "-chat" not in name


def make(asking: Asking, endpoint: Endpoint) -> ChatProvider:
    """A provider for OpenAI's models. Raises InputError where the model is known to refuse a parameter."""
    return ChatProvider(
        "openai", asking, endpoint, endpoint.base_url or BASE_URL, LIMITS, parameters(asking)
    )  # fmt: skip


def parameters(asking: Asking) -> dict[str, object]:
    """What goes into the body beside model and messages."""
    check_reserved(asking)
    check_choice("--reasoning-effort", asking.reasoning_effort, EFFORTS, asking.model)
    effort = asking.reasoning_effort or asking.extra.get("reasoning_effort")
    if is_reasoning(asking.model) and effort != "none":
        refuse(asking, _SAMPLING, f"{asking.model} reasons, and takes no sampling parameters")
    if not is_reasoning(asking.model):
        refuse(asking, frozenset(("reasoning_effort",)), f"{asking.model} does not reason")
    given = {
        "temperature": asking.temperature,
        "reasoning_effort": asking.reasoning_effort,
        "max_completion_tokens": asking.max_output_tokens,
        "response_format": schema_format(answer_schema()) if asking.is_structured else None,
    }
    return {name: value for name, value in given.items() if value is not None}
