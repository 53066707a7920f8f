"""Names as files spell them, and the one spelling that they are matched by."""

import re

_SUFFIX = re.compile(r"\.(?:jpe?g|png|webp|gif|heic)$", re.IGNORECASE)

_PROVIDERS = {
    "togetherai": "together",
    "together_ai": "together",
    "together.ai": "together",
    "google": "gemini",
    "googleai": "gemini",
    "google-genai": "gemini",
    "claude": "anthropic",
}
_PROVIDER_OF_MODEL = (
    (re.compile(r"(?:gpt-|chatgpt|o\d)"), "openai"),
    (re.compile(r"claude-"), "anthropic"),
    (re.compile(r"gemini-"), "gemini"),
    (re.compile(r"[^/]+/[^/]+$"), "together"),
)
UNKNOWN_PROVIDER = "unknown"
LONGEST_NAME = 500
"""Characters; an index takes no more."""


def image_key(name: str) -> str:
    """The name of an image without folders and image suffixes, doubled ones too: `a/b.jpg.JPG` is `b`."""
    key = name.strip().replace("\\", "/").rpartition("/")[2]
    while (bare := _SUFFIX.sub("", key)) != key:
        key = bare
    return key


def provider_name(provider: str, model: str) -> str:
    """The provider in one spelling; where none is given, the one that the model's name tells."""
    given = provider.strip().lower()
    if given:
        return _PROVIDERS.get(given, given)
    return next((name for pattern, name in _PROVIDER_OF_MODEL if pattern.match(model)), UNKNOWN_PROVIDER)
