"""Reading what providers answer: pure, from bodies as they were seen or are documented."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imageo.query.finished import answer_of
from imageo.query.providers import anthropic, chat, gemini
from imageo.query.providers.failures import LONGEST_MESSAGE, error_in, read_error
from imageo.query.providers.headers import duration_s, read_limits, retry_after_s
from imageo.query.replies import CallFailed, FailureKind, RateLimits, Reply, Usage

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
READERS: tuple[Callable[[bytes], Reply], ...] = (chat.read_reply, anthropic.read_reply, gemini.read_reply)


def chat_reply(message: Mapping[str, object] | None = None, **more: Any) -> Reply:
    choice = {"index": 0, "message": message or {"content": "x"}, "finish_reason": more.pop("reason", "stop")}
    return chat.read_reply({"id": "1", "model": "m", "choices": [choice]} | more)


def failed(read: Callable[..., object], *arguments: Any) -> CallFailed:
    with pytest.raises(CallFailed) as raised:
        read(*arguments)
    return raised.value


class TestChat:
    def test_an_answer(self) -> None:
        usage = {
            "prompt_tokens": 900,
            "completion_tokens": 300,
            "total_tokens": 1200,
            "prompt_tokens_details": {"cached_tokens": 128, "image_tokens": 765},
            "completion_tokens_details": {"reasoning_tokens": 256},
        }
        reply = chat_reply({"content": "Paris", "refusal": None}, usage=usage)
        assert reply == Reply(
            text="Paris",
            finish_reason="stop",
            model="m",
            response_id="1",
            usage=Usage(900, 300, reasoning_tokens=256, cached_tokens=128, image_tokens=765),
        )

    def test_reasoning_that_completion_tokens_leave_out_is_billed_too(self) -> None:
        # https://docs.x.ai: total = prompt + completion + reasoning.
        usage = {"prompt_tokens": 32, "completion_tokens": 9, "total_tokens": 135}
        details = {"completion_tokens_details": {"reasoning_tokens": 94}}
        assert chat.read_usage(usage | details).output_tokens == 103
        inclusive = {"prompt_tokens": 32, "completion_tokens": 103, "total_tokens": 135}
        assert chat.read_usage(inclusive | details).output_tokens == 103

    def test_an_unknown_usage_is_not_zero(self) -> None:
        for usage in (None, {}, {"prompt_tokens": None}, {"prompt_tokens": "12"}, {"prompt_tokens": -1}):
            assert chat_reply(usage=usage).usage == Usage()
        assert not chat_reply().usage.is_known

    def test_refusals(self) -> None:
        reply = chat_reply({"content": None, "refusal": "I can't help with that."})
        assert reply.refusal == "I can't help with that."
        assert answer_of(reply).outcome == "refused"
        filtered = chat_reply({"content": ""}, reason="content_filter")
        assert (filtered.refusal, answer_of(filtered).outcome) == ("content_filter", "refused")

    def test_a_cut_answer_keeps_its_text_and_usage(self) -> None:
        reply = chat_reply({"content": '{"a": 1'}, reason="length", usage={"prompt_tokens": 1, "completion_tokens": 2})
        assert (reply.text, reply.finish_reason, reply.usage) == ('{"a": 1', "length", Usage(1, 2))

    def test_content_in_parts(self) -> None:
        parts = [
            {"type": "thinking", "thinking": "..."},
            {"type": "text", "text": "Pa"},
            {"type": "text", "text": "ris"},
        ]
        assert chat_reply({"content": parts}).text == "Paris"

    def test_openrouters_error_with_status_200(self) -> None:
        body = {"error": {"message": "Provider returned error", "code": 502}, "choices": None, "user_id": "u"}
        failure = failed(chat.read_reply, body)
        assert (failure.kind, failure.status, failure.may_be_billed) == ("server_error", 502, False)
        limited = failed(chat.read_reply, {"error": {"message": "slow down", "code": 429}})
        assert limited.kind == "rate_limited"

    def test_openrouters_error_inside_a_choice_keeps_what_was_billed(self) -> None:
        choice = {"message": {"content": ""}, "finish_reason": "error", "error": {"code": 529, "message": "overloaded"}}
        usage = {"prompt_tokens": 5, "completion_tokens": 0}
        failure = failed(chat.read_reply, {"choices": [choice], "usage": usage})
        assert failure.kind == "overloaded"
        assert failure.reply is not None
        assert failure.reply.usage == Usage(5, 0)

    @pytest.mark.parametrize("choices", [[], None, "x", [None], [{}]])
    def test_no_choice_keeps_what_was_billed(self, choices: object) -> None:
        body = {"choices": choices, "usage": {"prompt_tokens": 5, "completion_tokens": 6}}
        failure = failed(chat.read_reply, body)
        assert (failure.kind, failure.may_be_billed) == ("broken_response", False)
        assert failure.reply is not None
        assert failure.reply.usage == Usage(5, 6)
        del body["usage"]
        if choices != [{}]:
            assert failed(chat.read_reply, body).may_be_billed


class TestAnthropic:
    BODY: Mapping[str, Any] = {
        "id": "msg_1",
        "type": "message",
        "model": "claude-opus-5",
        "content": [{"type": "thinking", "thinking": "..."}, {"type": "text", "text": "Paris"}],
        "stop_reason": "end_turn",
        "usage": {
            "input_tokens": 100,
            "cache_creation_input_tokens": 30,
            "cache_read_input_tokens": 7,
            "output_tokens": 50,
            "output_tokens_details": {"thinking_tokens": 40},
        },
    }

    def test_an_answer_counts_cached_tokens_as_sent(self) -> None:
        # docs: "Total input tokens in a request is the summation of input_tokens, cache_creation_..., cache_read_...".
        assert anthropic.read_reply(self.BODY) == Reply(
            text="Paris",
            finish_reason="end_turn",
            model="claude-opus-5",
            response_id="msg_1",
            usage=Usage(137, 50, reasoning_tokens=40, cached_tokens=7, cache_write_tokens=30),
        )

    def test_refusals(self) -> None:
        details = {"type": "refusal", "category": "bio", "explanation": None}
        body = {**self.BODY, "content": [], "stop_reason": "refusal", "stop_details": details}
        assert anthropic.read_reply(body).refusal == "bio"
        assert answer_of(anthropic.read_reply(body)).outcome == "refused"
        assert anthropic.read_reply({**body, "stop_details": None}).refusal == "refusal"

    def test_nothing_said_is_an_empty_answer(self) -> None:
        assert answer_of(anthropic.read_reply({**self.BODY, "content": []})).outcome == "empty"

    def test_an_error_with_status_200(self) -> None:
        body = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
        assert failed(anthropic.read_reply, body).kind == "overloaded"


class TestGemini:
    BODY: Mapping[str, Any] = {
        "candidates": [
            {
                "content": {"parts": [{"text": "hm", "thought": True}, {"text": "Pa"}, {"text": "ris"}]},
                "finishReason": "STOP",
            }
        ],
        "usageMetadata": {
            "promptTokenCount": 300,
            "candidatesTokenCount": 20,
            "thoughtsTokenCount": 80,
            "totalTokenCount": 400,
            "cachedContentTokenCount": 11,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 42}, {"modality": "IMAGE", "tokenCount": 258}],
        },
        "modelVersion": "gemini-3-pro-001",
        "responseId": "r",
    }

    def test_an_answer_counts_thoughts_as_received(self) -> None:
        assert gemini.read_reply(self.BODY) == Reply(
            text="Paris",
            finish_reason="STOP",
            model="gemini-3-pro-001",
            response_id="r",
            usage=Usage(300, 100, reasoning_tokens=80, cached_tokens=11, image_tokens=258),
        )

    def test_thoughts_alone_are_billed(self) -> None:
        usage = {"promptTokenCount": 300, "thoughtsTokenCount": 4096, "totalTokenCount": 4396}
        reply = gemini.read_reply({"candidates": [{"finishReason": "MAX_TOKENS"}], "usageMetadata": usage})
        assert reply.usage == Usage(300, 4096, reasoning_tokens=4096)
        assert (reply.text, answer_of(reply).outcome) == (None, "empty")

    def test_a_blocked_prompt(self) -> None:
        body = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": {"promptTokenCount": 300}}
        reply = gemini.read_reply(body)
        assert (reply.refusal, reply.finish_reason, reply.usage) == (
            "PROHIBITED_CONTENT",
            "PROHIBITED_CONTENT",
            Usage(300, 0),
        )
        assert answer_of(reply).outcome == "refused"

    @pytest.mark.parametrize("reason", ["SAFETY", "RECITATION", "IMAGE_SAFETY"])
    def test_a_blocked_answer(self, reason: str) -> None:
        reply = gemini.read_reply({"candidates": [{"finishReason": reason, "content": {}}]})
        assert (reply.refusal, answer_of(reply).outcome) == (reason, "refused")

    def test_no_candidates(self) -> None:
        failure = failed(gemini.read_reply, {"usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 0}})
        assert (failure.kind, failure.may_be_billed) == ("broken_response", False)
        assert failure.reply is not None
        assert failure.reply.usage == Usage(3, 0)
        assert failed(gemini.read_reply, {}).may_be_billed


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    ("body", "may_be_billed"),
    [
        (b"", True),
        (b'{"choices": [{"message": {"content": "Par', True),
        (b'{"candidates": [', True),
        (b"null", False),
        (b"[]", False),
        (b"\xff\xfe", True),
        (b"<!DOCTYPE html><html><title>502</title></html>", False),
        (b"  <html>", False),
    ],
)
def test_what_is_no_answer_is_a_broken_response(
    read: Callable[[bytes], Reply], body: bytes, may_be_billed: bool
) -> None:
    failure = failed(read, body)
    assert failure.kind == "broken_response"
    assert failure.may_be_billed is may_be_billed


CHAT_BODY: Mapping[str, Any] = {
    "id": "1",
    "model": "m",
    "choices": [{"message": {"content": [{"type": "text", "text": "x"}], "refusal": "no"}, "finish_reason": "stop"}],
    "usage": {
        "prompt_tokens": 1,
        "completion_tokens": 2,
        "total_tokens": 3,
        "prompt_tokens_details": {"cached_tokens": 1},
        "completion_tokens_details": {"reasoning_tokens": 1},
    },
}
ERROR_BODY: Mapping[str, Any] = {
    "error": {"message": "m", "code": 400, "type": "t", "details": [{"reason": "r", "retryDelay": "3s"}]},
}
BODIES = (CHAT_BODY, TestAnthropic.BODY, TestGemini.BODY, {"promptFeedback": {"blockReason": "SAFETY"}}, ERROR_BODY)
_ODD = st.sampled_from((None, True, -1, 0, 1.5, 10**30, "", "x", "9", [], [None], ["x"], {}, {"x": None}, [{}], [[]]))


def with_odd_parts(part: Any, draw: Callable[[st.SearchStrategy[Any]], Any]) -> Any:
    if draw(st.integers(0, 7)) == 0:
        return draw(_ODD)
    if isinstance(part, Mapping):
        return {key: with_odd_parts(value, draw) for key, value in part.items() if draw(st.integers(0, 9))}
    if isinstance(part, list):
        return [with_odd_parts(item, draw) for item in part]
    return part


@given(st.data(), st.sampled_from(BODIES), st.sampled_from((200, 400, 403, 429, 500)))
@settings(max_examples=500, deadline=None)
def test_no_body_whatever_breaks_the_reading(data: st.DataObject, whole: Mapping[str, Any], status: int) -> None:
    body = json.dumps(with_odd_parts(whole, data.draw)).encode()
    for read in READERS:
        with suppress(CallFailed):
            reply = read(body)
            assert reply.text is None or isinstance(reply.text, str)
            assert reply.refusal is None or isinstance(reply.refusal, str)
            assert all(tokens is None or tokens >= 0 for tokens in astuple(reply.usage))
            answer_of(reply)
    with suppress(CallFailed):
        assert isinstance(read_error(status, body).refusal, str)


def openai_error(message: str, code: str | None = None, kind: str = "invalid_request_error") -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def anthropic_error(message: str, kind: str = "invalid_request_error") -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message}}


def gemini_error(message: str, status: str, *details: Mapping[str, object]) -> dict[str, Any]:
    return {"error": {"code": 400, "message": message, "status": status, "details": list(details)}}


INVALID_KEY = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        # OpenAI: platform.openai.com, Error codes, and messages as users report them.
        (401, openai_error("Incorrect API key provided: sk-...", "invalid_api_key"), "unauthorised"),
        (403, openai_error("Country, region, or territory not supported"), "unauthorised"),
        (404, openai_error("The model `gpt-9` does not exist", "model_not_found"), "unknown_model"),
        (429, openai_error("Rate limit reached for gpt-5", "rate_limit_exceeded", "tokens"), "rate_limited"),
        (429, openai_error("You exceeded your current quota", "insufficient_quota"), "no_credit"),
        (429, openai_error("You exceeded your current quota", None, "insufficient_quota"), "no_credit"),
        (500, openai_error("The server had an error", None, "server_error"), "server_error"),
        (503, openai_error("The engine is currently overloaded"), "overloaded"),
        (400, openai_error("Unsupported parameter: 'max_tokens'", "unsupported_parameter"), "bad_request"),
        (400, openai_error("You uploaded an unsupported image.", "invalid_image_format"), "bad_image"),
        (400, openai_error("Invalid base64 image_url.", "invalid_base64_image"), "bad_image"),
        (400, openai_error("Invalid content type. image_url is only supported by certain models."), "bad_request"),
        (413, {}, "bad_image"),
        (408, {}, "server_error"),
        (409, {}, "server_error"),
        # Anthropic: platform.claude.com, Errors.
        (401, anthropic_error("invalid x-api-key", "authentication_error"), "unauthorised"),
        (403, anthropic_error("Your API key does not have permission", "permission_error"), "unauthorised"),
        (404, anthropic_error("model: claude-9", "not_found_error"), "unknown_model"),
        (400, anthropic_error("Your credit balance is too low to access the Anthropic API."), "no_credit"),
        (400, anthropic_error("Could not process image"), "bad_image"),
        (400, anthropic_error("messages.0.content.0.image.source.base64: image exceeds 5 MB maximum"), "bad_image"),
        (400, anthropic_error("`temperature` is deprecated for this model."), "bad_request"),
        (413, anthropic_error("Request exceeds the maximum size", "request_too_large"), "bad_image"),
        (429, anthropic_error("This request would exceed your rate limit", "rate_limit_error"), "rate_limited"),
        (500, anthropic_error("Internal server error", "api_error"), "server_error"),
        (529, anthropic_error("Overloaded", "overloaded_error"), "overloaded"),
        # Gemini: ai.google.dev, Troubleshooting.
        (400, gemini_error("API key not valid.", "INVALID_ARGUMENT", INVALID_KEY), "unauthorised"),
        (400, gemini_error("User location is not supported for the API use.", "FAILED_PRECONDITION"), "unauthorised"),
        (403, gemini_error("Permission denied", "PERMISSION_DENIED"), "unauthorised"),
        (404, gemini_error("models/gemini-9 is not found for API version v1beta", "NOT_FOUND"), "unknown_model"),
        (400, gemini_error("Unable to process input image.", "INVALID_ARGUMENT"), "bad_image"),
        (400, gemini_error("Image input modality is not enabled for models/x", "INVALID_ARGUMENT"), "bad_request"),
        (400, gemini_error("Thinking level is not supported for this model.", "INVALID_ARGUMENT"), "bad_request"),
        (429, gemini_error("You exceeded your current quota", "RESOURCE_EXHAUSTED"), "rate_limited"),
        (429, gemini_error("Your prepayment credits are depleted.", "RESOURCE_EXHAUSTED"), "no_credit"),
        (503, gemini_error("The model is overloaded.", "UNAVAILABLE"), "overloaded"),
        (504, gemini_error("Deadline expired", "DEADLINE_EXCEEDED"), "server_error"),
        (400, [gemini_error("Unable to process input image.", "INVALID_ARGUMENT")], "bad_image"),
        # Together: docs.together.ai, Error codes; it answers 500 to bad images.
        (402, openai_error("Payment required"), "no_credit"),
        (403, openai_error("input token count + max_tokens must be less than the context length"), "bad_request"),
        (500, openai_error("Failed to decode image: cannot identify image file"), "bad_image"),
        (500, openai_error("Internal server error"), "server_error"),
        # Others.
        (404, openai_error("No endpoints found that support image input"), "bad_request"),
        (400, openai_error("foo/bar is not a valid model ID"), "unknown_model"),
        (400, {"object": "error", "message": "llava is not a multimodal model", "code": 400}, "bad_request"),
        (404, {"detail": "Not Found"}, "unknown_model"),
        (422, {"detail": [{"loc": ["body", "messages"], "msg": "field required"}]}, "bad_request"),
        (502, b"<html><head><title>502 Bad Gateway</title></head></html>", "server_error"),
        (301, b"", "bad_request"),
    ],
)
def test_errors(status: int, body: object, kind: FailureKind) -> None:
    failure = failed(read_error, status, body if isinstance(body, bytes) else orjson.dumps(body))
    assert failure.kind == kind
    assert failure.status == status
    assert failure.message.startswith((f"{status}: ", f"status {status} "))
    assert "\n" not in failure.message


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, openai_error("Your input image may contain content that is not allowed by our safety system.")),
        (400, openai_error("Rejected", "content_policy_violation")),
        (400, anthropic_error("Output blocked by content filtering policy")),
        (403, openai_error("Your chosen model requires moderation and your input was flagged for violence")),
    ],
)
def test_an_input_that_the_rules_refuse_is_a_refusal_that_costs_nothing(status: int, body: dict[str, Any]) -> None:
    reply = read_error(status, orjson.dumps(body))
    assert reply.refusal == body["error"]["message"]
    assert reply.usage == Usage(0, 0)
    assert answer_of(reply).outcome == "refused"


def test_messages_are_one_line_of_bearable_length() -> None:
    failure = failed(read_error, 400, orjson.dumps(openai_error("a\nb " * 1000)))
    assert failure.message.startswith("400: a b a b")
    assert len(failure.message) <= LONGEST_MESSAGE + 3
    assert failed(read_error, 502, b"<html><title>Bad\n Gateway</title>").message == "502: Bad Gateway"
    assert failed(read_error, 500, b"").message == "status 500 without a message"


def test_a_gateway_that_gave_up_may_cost_money() -> None:
    assert failed(read_error, 504, b"").may_be_billed
    assert failed(read_error, 524, b"").may_be_billed
    assert not failed(read_error, 500, b"").may_be_billed


def test_errors_of_batches_are_read_as_they_stand_there() -> None:
    # Anthropic's results hold the whole error response; OpenAI's error file a body; Gemini's a google.rpc.Status.
    inner = {"type": "error", "error": {"type": "invalid_request_error", "message": "Could not process image"}}
    assert failed(read_error, 400, inner).kind == "bad_image"
    assert failed(read_error, 429, {"code": 8, "message": "Resource has been exhausted"}).kind == "rate_limited"
    assert error_in({"code": 8, "message": "m"}) is not None
    assert error_in({"choices": [], "message": "no error"}) is None
    assert error_in({"candidates": []}) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "20"}, 20.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "1250", "retry-after": "1"}, 1.25),
        ({"retry-after": format_datetime(NOW + timedelta(seconds=30), usegmt=True)}, 30.0),
        ({"retry-after": format_datetime(NOW - timedelta(seconds=30), usegmt=True)}, 0.0),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({}, None),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers, NOW) == seconds


def test_how_long_to_wait_may_stand_in_the_body() -> None:
    info = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "12.5s"}
    body = orjson.dumps(gemini_error("quota", "RESOURCE_EXHAUSTED", info))
    assert failed(read_error, 429, body).retry_after_s == 12.5
    assert failed(read_error, 429, body, {"retry-after": "3"}, NOW).retry_after_s == 3
    said = orjson.dumps(openai_error("Rate limit reached for gpt-5. Please try again in 6.52s. Visit ...", "x"))
    assert failed(read_error, 429, said).retry_after_s == pytest.approx(6.52)
    said = orjson.dumps(openai_error("Limit 3, Used 3. Please try again in 1m20s.", "x"))
    assert failed(read_error, 429, said).retry_after_s == pytest.approx(80)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("6m0s", 360.0),
        ("1s", 1.0),
        ("20ms", 0.02),
        ("1h2m3.5s", 3723.5),
        ("7.66s", 7.66),
        ("1d", 86400.0),
        ("0", 0.0),
        ("59.9", 59.9),
        ("2026-11-22T12:01:30Z", 90.0),
        ("2026-11-22T11:00:00Z", 0.0),
        (str(int(NOW.timestamp()) + 45), 45.0),
        (str((int(NOW.timestamp()) + 45) * 1000), 45.0),
        ("6m0s later", None),
        ("2026-11-22T12:01:30", None),
        ("", None),
        (None, None),
    ],
)
def test_durations(text: str | None, seconds: float | None) -> None:
    assert duration_s(text, NOW) == (None if seconds is None else pytest.approx(seconds))


def test_limits() -> None:
    openai = {
        "x-ratelimit-limit-requests": "5000",
        "x-ratelimit-remaining-requests": "4999",
        "x-ratelimit-reset-requests": "12ms",
        "x-ratelimit-limit-tokens": "160000",
        "x-ratelimit-remaining-tokens": "159976",
        "x-ratelimit-reset-tokens": "6m0s",
    }
    assert read_limits(openai, NOW) == RateLimits(5000, 4999, 0.012, 160000, 159976, 360.0)
    claude = {
        "anthropic-ratelimit-requests-limit": "50",
        "anthropic-ratelimit-requests-remaining": "49",
        "anthropic-ratelimit-requests-reset": "2026-11-22T12:00:01Z",
        "anthropic-ratelimit-input-tokens-limit": "30000",
        "anthropic-ratelimit-input-tokens-remaining": "0",
        "anthropic-ratelimit-input-tokens-reset": "2026-11-22T12:01:00Z",
    }
    assert read_limits(claude, NOW) == RateLimits(50, 49, 1.0, 30000, 0, 60.0)
    together = {"x-ratelimit-limit": "10", "x-ratelimit-remaining": "9", "x-ratelimit-reset": "0.1"}
    assert read_limits(together, NOW) == RateLimits(10, 9, 0.1)
    assert read_limits({"content-type": "application/json"}, NOW) is None
