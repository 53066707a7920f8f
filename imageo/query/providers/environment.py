"""What the SDKs of OpenAI and Anthropic take from the environment by themselves, and would send to any server."""

from typing import Any, TypeVar

_Client = TypeVar("_Client", bound=Any)


def without_environment(client: _Client) -> _Client:
    """The client without OPENAI_ORG_ID, OPENAI_PROJECT_ID and *_CUSTOM_HEADERS. A copy of a client has them again."""
    client._custom_headers = {}
    for name in ("organization", "project"):
        if hasattr(client, name):
            setattr(client, name, None)
    return client
