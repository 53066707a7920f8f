"""What every file of predictions gives, whatever its format."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Protocol

from imageo.ingest.names import LONGEST_NAME, image_key, provider_name
from imageo.ingest.rows import Reject, Row, rejected, row_digest
from imageo.query.answers.parse import Answer, storable

_LARGEST_INT4 = 2**31 - 1
_DEAREST_USD = 99_999
_NANO_USD = Decimal("1e-9")


@dataclass(frozen=True, slots=True)
class Question:
    """Who was asked about what; `digest` tells a changed answer from a known one without reading it."""

    image: str
    provider: str
    model: str
    digest: int


@dataclass(frozen=True, slots=True)
class Usage:
    """What a call used, as far as it was told."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    cached_tokens: int | None = None
    image_tokens: int | None = None
    latency_ms: int | None = None
    cost_usd: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Prediction:
    """What was answered."""

    answer: Answer
    raw_response: str | None
    error_message: str | None
    usage: Usage


def read_question(row: Row, image: str, model: str, provider: str, content: bytes) -> Question | Reject:
    """The question of a row from the names as the file gives them, or what they lack."""
    key, model_name = storable(image_key(image)), storable(model.strip())
    if not key:
        return rejected(row, "no image name")
    if not model_name:
        return rejected(row, "no model name")
    names = (key, model_name, storable(provider_name(provider, model_name)))
    if max(map(len, names)) > LONGEST_NAME:
        return rejected(row, "name too long", f"more than {LONGEST_NAME} characters")
    return Question(key, names[2], model_name, row_digest(content))


class PredictionFormat(Protocol):
    """Reads rows of one format. A row whose answer is known already is identified only."""

    def identify(self, row: Row) -> Question | Reject:
        """Who was asked about what, or why the row cannot tell."""

    def read(self, row: Row) -> Prediction:
        """The answer of a row that `identify` took."""


def whole_number(value: object) -> int | None:
    """A count such as tokens, from a number or its text; None where it is none, negative or too large."""
    try:
        number = int(float(value))  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return number if 0 <= number <= _LARGEST_INT4 and not isinstance(value, bool) else None


def dollars(value: object) -> Decimal | None:
    """A cost as an exact number; None where it is none, negative or absurd."""
    if value is None or isinstance(value, bool):
        return None
    try:
        amount = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return amount.quantize(_NANO_USD) if amount.is_finite() and 0 <= amount <= _DEAREST_USD else None
