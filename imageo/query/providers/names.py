"""Who answers under a model's name. The only table of it: asking and ingesting read the same."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from imageo.errors import InputError

NETWORKED = ("openai", "anthropic", "gemini", "together", "compatible")
LOCAL = ("baseline", "geoclip")
"""They run on the user's machine: no key, no network, no prompt, no cost."""
PROVIDERS = NETWORKED + LOCAL
BATCHING = ("openai", "anthropic", "gemini")
"""Who takes questions in batches, at half price."""

_SPELLINGS = {
    "togetherai": "together",
    "together_ai": "together",
    "together.ai": "together",
    "google": "gemini",
    "googleai": "gemini",
    "google-genai": "gemini",
    "claude": "anthropic",
}
_PROVIDER_OF_MODEL = (
    (re.compile(r"(?:ft:)?(?:gpt-|chatgpt|o\d)"), "openai"),
    (re.compile(r"claude-"), "anthropic"),
    (re.compile(r"gemini-"), "gemini"),
    (re.compile(r"geoclip$"), "geoclip"),
    (re.compile(r"[^/]+/[^/]+$"), "together"),
)


@dataclass(frozen=True, slots=True)
class ModelName:
    """A provider of ours, and the name that it knows the model by."""

    provider: str
    name: str


def spelled(provider: str) -> str:
    """The provider in one spelling; what is not known stays as it is, in lower case."""
    given = provider.strip().lower()
    return _SPELLINGS.get(given, given)


def provider_of(model: str) -> str | None:
    """The provider that a model's name tells, or None."""
    return next((name for pattern, name in _PROVIDER_OF_MODEL if pattern.match(model)), None)


def resolve(model: str, provider: str | None = None, base_url: str | None = None) -> ModelName:
    """The provider and its name for the model: as given, as in `provider:name`, `compatible` with a base URL, or told
    by the name.

    Raises InputError with the remedy.
    """
    model = model.strip()
    prefix, colon, rest = model.partition(":")
    # A colon may belong to the name: `ft:gpt-4.1:org::id` at OpenAI, `llava:13b` at Ollama.
    prefixed = spelled(prefix) if colon and spelled(prefix) in PROVIDERS else None
    given = spelled(provider) if provider else None
    if given is not None and given not in PROVIDERS:
        raise InputError(f"--provider {provider}: there is none of that name; take one of {', '.join(PROVIDERS)}")
    if given and prefixed and given != prefixed:
        raise InputError(f"--model {model} names {prefixed}, --provider {given}: give one of them")
    name = rest.strip() if prefixed else model
    if not name:
        raise InputError("--model is empty: give a name such as gpt-5, or provider:name")
    if base_url is not None:
        _check_base_url(base_url)
    chosen = given or prefixed or ("compatible" if base_url is not None else provider_of(name))
    if chosen is None:
        raise InputError(
            f"no provider is known for the model {name!r}: name one with --provider or as provider:name "
            f"({', '.join(PROVIDERS)}), or give the --base-url of an OpenAI-compatible server"
        )
    if chosen == "compatible" and base_url is None:
        raise InputError("--provider compatible needs --base-url, such as http://127.0.0.1:11434/v1 for Ollama")
    if chosen in LOCAL and base_url is not None:
        raise InputError(f"{chosen} runs on this machine: leave --base-url out")
    return ModelName(chosen, name)


def _check_base_url(base_url: str) -> None:
    try:
        parts = urlsplit(base_url)
        is_usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        parts.port  # noqa: B018 - raises where it is no number
    except ValueError:
        is_usable = False
    if not is_usable:
        raise InputError(f"--base-url {base_url!r} is no URL such as https://host/v1")
    if parts.username or parts.password or parts.query:
        # It is stored with the run.
        raise InputError("--base-url holds a user, a password or a query: give the key as IMAGEO_COMPATIBLE_API_KEY")
