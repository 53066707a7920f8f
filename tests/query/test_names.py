"""Names of models: who is asked. Pure."""

import pytest

from imageo.errors import InputError
from imageo.query.providers.names import ModelName, resolve

LOCAL_SERVER = "http://127.0.0.1:11434/v1"


@pytest.mark.parametrize(
    ("model", "provider", "base_url", "resolved"),
    [
        ("o3", None, None, ("openai", "o3")),
        ("o4-mini", None, None, ("openai", "o4-mini")),
        ("gpt-4.1-mini", None, None, ("openai", "gpt-4.1-mini")),
        ("chatgpt-4o-latest", None, None, ("openai", "chatgpt-4o-latest")),
        ("ft:gpt-4.1:org::abc", None, None, ("openai", "ft:gpt-4.1:org::abc")),
        ("openai:ft:gpt-4.1:org::abc", None, None, ("openai", "ft:gpt-4.1:org::abc")),
        ("claude-opus-5", None, None, ("anthropic", "claude-opus-5")),
        ("gemini-3-pro", None, None, ("gemini", "gemini-3-pro")),
        ("google:gemma-4", None, None, ("gemini", "gemma-4")),
        ("meta-llama/Llama-4-Maverick", None, None, ("together", "meta-llama/Llama-4-Maverick")),
        (" o3 ", None, None, ("openai", "o3")),
        ("openai: o3", None, None, ("openai", "o3")),
        ("baseline:prior", None, None, ("baseline", "prior")),
        ("prior", "baseline", None, ("baseline", "prior")),
        ("geoclip", None, None, ("geoclip", "geoclip")),
        ("mine", "openai", None, ("openai", "mine")),
        ("openai:o3", "OpenAI", None, ("openai", "o3")),
        ("x/y", "TogetherAI", None, ("together", "x/y")),
        ("llava:13b", None, LOCAL_SERVER, ("compatible", "llava:13b")),
        ("gpt-4.1", None, LOCAL_SERVER, ("compatible", "gpt-4.1")),
        ("meta/llama", None, LOCAL_SERVER, ("compatible", "meta/llama")),
        ("gpt-4.1", "openai", LOCAL_SERVER, ("openai", "gpt-4.1")),
        ("anthropic:claude-opus-5", None, LOCAL_SERVER, ("anthropic", "claude-opus-5")),
        ("compatible:x", None, LOCAL_SERVER, ("compatible", "x")),
    ],
)
def test_who_is_asked(model: str, provider: str | None, base_url: str | None, resolved: tuple[str, str]) -> None:
    assert resolve(model, provider, base_url) == ModelName(*resolved)


@pytest.mark.parametrize(
    ("model", "provider", "base_url", "told"),
    [
        ("llava:13b", None, None, "no provider is known for the model 'llava:13b': name one with --provider"),
        ("mine", None, None, "--base-url of an OpenAI-compatible server"),
        ("", None, None, "--model is empty"),
        ("openai:", None, None, "--model is empty"),
        ("o3", "openal", None, "--provider openal: there is none of that name; take one of openai, anthropic"),
        ("openai:o3", "gemini", None, "--model openai:o3 names openai, --provider gemini: give one of them"),
        ("mine", "compatible", None, "needs --base-url, such as http://127.0.0.1:11434/v1"),
        ("baseline:prior", None, LOCAL_SERVER, "baseline runs on this machine: leave --base-url out"),
        ("x", None, "127.0.0.1:8000", "is no URL such as https://host/v1"),
        ("x", None, "http://host:port/v1", "is no URL such as"),
        ("x", None, "ftp://host/v1", "is no URL such as"),
        ("x", None, "https:///v1", "is no URL such as"),
        ("x", None, "https://me:secret@host/v1", "holds a user, a password or a query"),
        ("x", None, "https://host/v1?key=secret", "holds a user, a password or a query"),
    ],
)
def test_what_cannot_be_resolved_has_a_remedy(
    model: str, provider: str | None, base_url: str | None, told: str
) -> None:
    with pytest.raises(InputError) as raised:
        resolve(model, provider, base_url)
    message = str(raised.value)
    assert told in message
    assert "\n" not in message
    assert "secret" not in message
