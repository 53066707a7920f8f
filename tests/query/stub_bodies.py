"""What the stand-in answers, in the words of each vendor. Shapes after their API references of November 2026."""

from typing import Any

import orjson

from tests.query.stub_config import StubConfig, place_of, tokens_of

REFUSAL = "I can't help with identifying this location."
PROSE_REFUSAL = "I'm sorry, but I can't help with that."
HTML = b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"

_STATUS = {
    "rate_limited": 429, "overloaded": 503, "server_error": 500, "bad_image": 400, "bad_request": 400,
    "content_policy": 400, "unauthorised": 401, "unknown_model": 404, "no_credit": 429, "error_in_200": 200,
}  # fmt: skip
_MESSAGE = {
    "rate_limited": "Rate limit reached for requests",
    "overloaded": "The model is overloaded. Please try again later.",
    "server_error": "The server had an error while processing your request.",
    "error_in_200": "Provider returned error",
    "bad_image": "You uploaded an unsupported image. Please make sure your image is valid.",
    "bad_request": "Unsupported value: 'temperature' does not support 0.5 with this model.",
    "content_policy": "Your input image may contain content that is not allowed by our safety system.",
    "unauthorised": "Incorrect API key provided.",
    "unknown_model": "The model does not exist or you do not have access to it.",
    "no_credit": "You exceeded your current quota, please check your plan and billing details.",
}
_OPENAI_CODE = {
    "bad_image": "invalid_image", "bad_request": "unsupported_value", "content_policy": "content_policy_violation",
    "unauthorised": "invalid_api_key", "unknown_model": "model_not_found", "no_credit": "insufficient_quota",
    "rate_limited": "rate_limit_exceeded",
}  # fmt: skip
_ANTHROPIC_TYPE = {
    "rate_limited": "rate_limit_error", "overloaded": "overloaded_error", "server_error": "api_error",
    "unauthorised": "authentication_error", "unknown_model": "not_found_error",
}  # fmt: skip
_GEMINI_STATUS = {
    "rate_limited": "RESOURCE_EXHAUSTED", "overloaded": "UNAVAILABLE", "server_error": "INTERNAL",
    "unknown_model": "NOT_FOUND", "no_credit": "RESOURCE_EXHAUSTED",
}  # fmt: skip


def answer_text(key: str, config: StubConfig, *, is_known: bool = True) -> str:
    """The answer for an image, as the default prompt asks for it."""
    if config.answer_text is not None:
        return config.answer_text
    latitude, longitude = place_of(key) if is_known else (None, None)
    answer = {
        "image_information": {"environment": "outdoor", "scene_type": "street", "setting": "urban"},
        "reasoning": {
            "landmark_recognition": f"image {key}",
            "text_and_signage": "",
            "cultural_indicators": "",
            "spatial_context": "",
        },
        "reverse_geocoding": {
            "confidence": 3 if is_known else 1,
            "address": {"street": None, "city": None, "state": None, "country": "France" if is_known else None},
            "coordinates": {"latitude": latitude, "longitude": longitude},
        },
    }
    return orjson.dumps(answer).decode()


def error_body(protocol: str, fault: str, retry_after_s: float | None) -> tuple[int, bytes]:
    """Status and body of an error."""
    status, message = _STATUS[fault], _MESSAGE[fault]
    if fault == "error_in_200":
        return 200, orjson.dumps({"error": {"message": message, "code": 502}, "user_id": "user_1"})
    if protocol == "anthropic":
        status = {"overloaded": 529, "no_credit": 400}.get(fault, status)
        message = {"no_credit": "Your credit balance is too low.", "bad_image": "Could not process image"}.get(
            fault, message
        )
        error = {"type": _ANTHROPIC_TYPE.get(fault, "invalid_request_error"), "message": message}
        return status, orjson.dumps({"type": "error", "error": error, "request_id": "req_1"})
    if protocol == "gemini":
        return _gemini_error(fault, status, message, retry_after_s)
    kind = "server_error" if status >= 500 else "invalid_request_error"
    if fault == "no_credit":
        kind = "insufficient_quota"
    return status, orjson.dumps(
        {"error": {"message": message, "type": kind, "param": None, "code": _OPENAI_CODE.get(fault)}}
    )


def _gemini_error(fault: str, status: int, message: str, retry_after_s: float | None) -> tuple[int, bytes]:
    details: list[dict[str, Any]] = []
    if fault == "unauthorised":
        status, message = 400, "API key not valid. Please pass a valid API key."
        details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]
    if fault == "bad_image":
        message = "Unable to process input image. Please retry or report."
    if retry_after_s is not None:
        details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{retry_after_s:g}s"}]
    error = {"code": status, "message": message, "status": _GEMINI_STATUS.get(fault, "INVALID_ARGUMENT")}
    return status, orjson.dumps({"error": error | ({"details": details} if details else {})})


def reply_body(protocol: str, key: str, model: str, fault: str | None, text: str, config: StubConfig) -> bytes:
    """The body of a call that is billed."""
    maker = {"anthropic": _anthropic, "gemini": _gemini}.get(protocol, _openai)
    return orjson.dumps(maker(key, config.model or model, fault, text, config))


def _openai(key: str, model: str, fault: str | None, text: str, config: StubConfig) -> dict[str, Any]:
    sent, received = tokens_of(key, config)
    message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None, "annotations": []}
    finish = "stop"
    if fault == "refusal":
        message |= {"content": None, "refusal": REFUSAL}
    elif fault == "content_filter":
        message["content"], finish = None, "content_filter"
    elif fault == "length":
        finish = "length"
    body = {
        "id": f"chatcmpl-{key}",
        "object": "chat.completion",
        "created": 1760000000,
        "model": model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}],
        "usage": {
            "prompt_tokens": sent,
            "completion_tokens": received,
            "total_tokens": sent + received,
            "prompt_tokens_details": {"cached_tokens": config.cached_tokens, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": config.reasoning_tokens, "audio_tokens": 0},
        },
        "service_tier": "default",
    }
    if fault == "no_choices":
        body["choices"] = []
    if fault == "no_usage":
        del body["usage"]
    return body


def _anthropic(key: str, model: str, fault: str | None, text: str, config: StubConfig) -> dict[str, Any]:
    sent, received = tokens_of(key, config)
    content = [{"type": "text", "text": text}] if text else []
    reason = {"refusal": "refusal", "length": "max_tokens"}.get(fault or "", "end_turn")
    body: dict[str, Any] = {
        "id": f"msg_{key}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [] if fault in ("refusal", "no_choices") else content,
        "stop_reason": None if fault == "no_choices" else reason,
        "stop_sequence": None,
        "usage": {
            "input_tokens": sent - config.cached_tokens,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": config.cached_tokens,
            "output_tokens": received,
            "service_tier": "standard",
        },
    }
    if fault == "no_usage":
        del body["usage"]
    return body


def _gemini(key: str, model: str, fault: str | None, text: str, config: StubConfig) -> dict[str, Any]:
    sent, received = tokens_of(key, config)
    reason = {"length": "MAX_TOKENS", "content_filter": "SAFETY"}.get(fault or "", "STOP")
    candidate: dict[str, Any] = {"finishReason": reason, "index": 0}
    if text and fault != "content_filter":
        candidate["content"] = {"parts": [{"text": text}], "role": "model"}
    usage = {
        "promptTokenCount": sent,
        "candidatesTokenCount": received - config.reasoning_tokens,
        "totalTokenCount": sent + received,
        "promptTokensDetails": [
            {"modality": "TEXT", "tokenCount": sent - 258},
            {"modality": "IMAGE", "tokenCount": 258},
        ],
    }
    if config.reasoning_tokens:
        usage["thoughtsTokenCount"] = config.reasoning_tokens
    if config.cached_tokens:
        usage["cachedContentTokenCount"] = config.cached_tokens
    body = {"candidates": [candidate], "usageMetadata": usage, "modelVersion": model, "responseId": f"resp-{key}"}
    if fault == "refusal":
        del body["candidates"]
        body["promptFeedback"] = {"blockReason": "PROHIBITED_CONTENT"}
    if fault == "no_choices":
        del body["candidates"]
    if fault == "no_usage":
        del body["usageMetadata"]
    return body
