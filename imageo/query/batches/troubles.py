"""What a provider's SDK raises, as a batch that was refused or one that is unclear. Keys are taken out of the text."""

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import SecretStr

from imageo.query.batches import BatchRefused, BatchUnclear
from imageo.query.keys import redact

LONGEST = 500
"""Characters of a provider's message that are shown."""


@contextmanager
def told(provider: str, doing: str, key: SecretStr | None) -> Iterator[None]:
    """Translate what is raised inside. `doing`: what was tried, as in "uploading the requests"."""
    import httpx2

    try:
        yield
    except (BatchRefused, BatchUnclear):
        raise
    except httpx2.HTTPError as problem:
        raise _unclear(provider, doing, str(problem) or type(problem).__name__, key) from None
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        # A body that is no JSON, or JSON of another kind: a proxy's page with status 200.
        raise _unclear(provider, doing, f"an answer that cannot be read ({type(problem).__name__})", key) from None
    except Exception as problem:
        status = _status(problem)
        message = f"{status}: {_message(problem)}" if status else _message(problem)
        # 408, 409 and 5xx leave open what the provider did; so does a connection that ended.
        if status is not None and 400 <= status < 500 and status not in (408, 409):
            raise BatchRefused(_text(provider, doing, message, key)) from None
        if status is None and not _is_of_an_sdk(problem):
            raise
        raise _unclear(provider, doing, message, key) from None


def _unclear(provider: str, doing: str, message: str, key: SecretStr | None) -> BatchUnclear:
    return BatchUnclear(_text(provider, doing, message, key))


def _text(provider: str, doing: str, message: str, key: SecretStr | None) -> str:
    line = " ".join(redact(message, key).split())[:LONGEST]
    return f"{provider}, {doing}: {line}"


def _status(problem: Exception) -> int | None:
    """The HTTP status: `status_code` of OpenAI's and Anthropic's errors, `code` of Google's."""
    for name in ("status_code", "code"):
        value = getattr(problem, name, None)
        if isinstance(value, int):
            return value
    return None


def _message(problem: Exception) -> str:
    body = getattr(problem, "body", None)
    error = body.get("error", body) if isinstance(body, dict) else None
    inner = error.get("message") if isinstance(error, dict) else None
    message = inner or getattr(problem, "message", None) or str(problem)
    return str(message) or type(problem).__name__


def _is_of_an_sdk(problem: Exception) -> bool:
    return type(problem).__module__.partition(".")[0] in ("openai", "anthropic", "google")
