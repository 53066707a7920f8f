"""From an error that a provider answers to what it means for us: one reading for all of them. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

import orjson

from imageo.query.providers.headers import duration_s, read_limits, retry_after_s
from imageo.query.replies import CallFailed, FailureKind, Reply, Usage

LONGEST_MESSAGE = 500
NO_HEADERS: Mapping[str, str] = MappingProxyType({})

_OVERLOADED = frozenset((503, 529))
_MAYBE_WORKED = frozenset((504, 522, 524))
"""A gateway gave up waiting for the provider, who may have answered."""

_NO_CREDIT_CODES = frozenset(("insufficient_quota", "billing_hard_limit_reached", "billing_not_active"))
# "You exceeded your current quota" is not among them: Gemini says so at every rate limit.
_NO_CREDIT = re.compile(r"credit balance is too low|insufficient (?:credit|balance|funds)|credits? (?:are|is) depleted")
_NO_ENTRY = re.compile(r"api[ _]key not valid|api_key_invalid|invalid api key|user location is not supported")
_NO_MODEL_CODES = frozenset(("model_not_found", "model_not_available", "invalid_model"))
_NO_MODEL = re.compile(r"not a valid model id|model .{0,80}(?:does not exist|not found|is not available)")
_POLICY_CODES = frozenset((
    "content_policy_violation", "content_filter", "moderation_blocked", "image_content_policy_violation",
    "responsibleaipolicyviolation", "content_violation",
))  # fmt: skip
_POLICY = re.compile(
    r"not allowed by our safety system|content (?:management )?polic|safety system|flagged (?:as|by|for)|"
    r"requires moderation|output blocked by content filtering"
)
_IMAGE_CODES = frozenset((
    "invalid_image", "invalid_image_format", "invalid_base64_image", "invalid_image_url", "image_too_large",
    "image_too_small", "image_parse_error", "image_file_too_large", "unsupported_image_media_type",
    "empty_image_file", "failed_to_download_image", "request_too_large",
))  # fmt: skip
_IMAGE = re.compile(r"\bimages?\b")
_SIGHTLESS = re.compile(
    r"(?:models?|endpoints?|deployments?)\b.{0,60}\b(?:do(?:es)? ?n[o']t|cannot|not|only|no longer) support|"
    r"no endpoints found|support image input|image input modality is not enabled|not a multimodal model|"
    r"only supported by certain models|missing data required for image"
)
"""The model takes no images at all."""
_BROKEN_IMAGE = re.compile(
    r"cannot identify image|(?:decode|load|process|open|read|fetch|parse)\w* (?:the |input |this )?images?|"
    r"invalid image|image\b.{0,40}\b(?:corrupt|truncated|invalid|broken)"
)
_TOO_LONG = re.compile(r"context (?:length|window)|max_tokens|input tokens?")
"""Together answers 403 to it."""
_TRY_AGAIN = re.compile(r"(?:try again|retry) in ((?:\d+(?:\.\d+)?(?:ms|[dhms]))+)")


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """An error in a body: `codes` are all its names in lower case, `status` an HTTP status that it tells."""

    message: str
    codes: frozenset[str] = frozenset()
    status: int | None = None
    retry_after_s: float | None = None


def read_error(
    status: int,
    body: bytes | Mapping[str, object],
    headers: Mapping[str, str] = NO_HEADERS,
    now: datetime | None = None,
) -> Reply:
    """The reply to a question that the provider's rules refuse; raises CallFailed for every other error.

    `body`: as it came, or the error in a batch's results. `headers`: names in lower case; dates in them count from
    `now`.
    """
    now = now or datetime.now(UTC)
    error = error_in(body) or ErrorBody(_plain(body))
    if _is_policy(status, error):
        # Refused before the model saw it: nothing is billed.
        return Reply(None, refusal=_line(error.message), usage=Usage(input_tokens=0, output_tokens=0))
    kind = kind_of(status, error)
    wait_s = retry_after_s(headers, now)
    if wait_s is None and kind == "rate_limited":
        said = _TRY_AGAIN.search(error.message)
        wait_s = error.retry_after_s if error.retry_after_s is not None else duration_s(said[1] if said else None, now)
    raise CallFailed(
        kind,
        _line(f"{status}: {error.message}" if error.message else f"status {status} without a message"),
        status=status,
        retry_after_s=wait_s,
        may_be_billed=status in _MAYBE_WORKED,
        limits=read_limits(headers, now),
    )


def failure_in_200(body: Mapping[str, object], reply: Reply | None = None) -> CallFailed | None:
    """The failure in a body that came with status 200, or None: OpenRouter passes on the errors of those behind it so,
    with their status as `code`. `reply`: what came with it, if its usage is known.
    """
    error = error_in(body)
    if error is None:
        return None
    status = error.status or 500
    return CallFailed(kind_of(status, error), _line(f"{status}: {error.message}"), status=status, reply=reply)


def kind_of(status: int, error: ErrorBody) -> FailureKind:
    """What an error means, by its status, its codes and, where vendors leave no other way, its words."""
    text = error.message.lower()
    if status == 402 or error.codes & _NO_CREDIT_CODES or _NO_CREDIT.search(text):
        return "no_credit"
    if status == 429:
        return "rate_limited"
    if status in _OVERLOADED or "overloaded_error" in error.codes:
        return "overloaded"
    if status >= 500 or status in (408, 409, 425):
        return "bad_image" if _BROKEN_IMAGE.search(text) else "server_error"
    if status == 401 or error.codes & {"api_key_invalid"} or _NO_ENTRY.search(text):
        return "unauthorised"
    if _SIGHTLESS.search(text):
        return "bad_request"
    if status == 404 or error.codes & _NO_MODEL_CODES or _NO_MODEL.search(text):
        return "unknown_model"
    if status == 413 or error.codes & _IMAGE_CODES or (status in (400, 415, 422) and _IMAGE.search(text)):
        return "bad_image"
    return "unauthorised" if status == 403 and not _TOO_LONG.search(text) else "bad_request"


def error_in(body: bytes | Mapping[str, object]) -> ErrorBody | None:
    """The error that a body holds, in any vendor's form, or None: it is none, or no JSON."""
    value: object = body
    if isinstance(body, bytes):
        try:
            value = orjson.loads(body)
        except orjson.JSONDecodeError:
            return None
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, Mapping):
        return None
    error = value.get("error") or value.get("detail") or value.get("errors")
    if isinstance(error, Mapping):
        return _error(error)
    if error:
        return ErrorBody(_plain_value(error))
    # A bare error: the error itself, as batches hold it, or a message at the top.
    is_bare = "message" in value and not value.keys() & {"choices", "content", "candidates"}
    return _error(value) if is_bare else None


def _error(error: Mapping[str, object]) -> ErrorBody:
    inner = error.get("error")
    if isinstance(inner, Mapping):
        return _error(inner)
    code = error.get("code")
    names = [code, error.get("type"), error.get("status")]
    wait_s = None
    details = error.get("details")
    for detail in details if isinstance(details, list) else []:
        if isinstance(detail, Mapping):
            names.append(detail.get("reason"))
            delay = detail.get("retryDelay")
            if isinstance(delay, str) and delay.endswith("s") and delay[:-1].replace(".", "", 1).isdigit():
                wait_s = float(delay[:-1])
    digits = int(code) if isinstance(code, int) or (isinstance(code, str) and code.isdigit()) else 0
    return ErrorBody(
        message=_plain_value(error.get("message") or error.get("error") or ""),
        codes=frozenset(name.lower() for name in names if isinstance(name, str)),
        status=digits if 400 <= digits <= 599 else None,
        retry_after_s=wait_s,
    )


def _is_policy(status: int, error: ErrorBody) -> bool:
    if status not in (400, 403, 422):
        return False
    return bool(error.codes & _POLICY_CODES or _POLICY.search(error.message.lower()))


def _plain(body: bytes | Mapping[str, object]) -> str:
    if not isinstance(body, bytes):
        return orjson.dumps(body, default=str).decode()
    text = body[:4000].decode("utf-8", "replace")
    title = re.search(r"<title>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
    return title[1] if title else text


def _plain_value(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value, default=str).decode()


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_MESSAGE else line[:LONGEST_MESSAGE] + "..."
