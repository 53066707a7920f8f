"""The result files of IMAGEO-Bench: one JSON object a line, with the raw answer and the authors' own parse of it."""

from collections.abc import Collection
from dataclasses import dataclass

from imageo.ingest.prediction import Prediction, Question, Usage, dollars, read_question, whole_number
from imageo.ingest.rows import Reject, Row
from imageo.query.answers.parse import Answer, parse_answer, published_answer, storable

COLUMNS = frozenset(("image_file", "model_used", "raw_response"))


@dataclass(frozen=True)
class ImageoBench:
    """`is_as_published` takes the authors' `location_info` instead of reading `raw_response` anew.

    `model` and `provider`, where given, hold for all rows.
    """

    is_as_published: bool = False
    model: str | None = None
    provider: str | None = None

    def identify(self, row: Row) -> Question | Reject:
        """Who was asked about what."""
        told = {name: row.values.get(name) for name in ("image_file", "model_used", "provider")}
        image, model, provider = (value if isinstance(value, str) else "" for value in told.values())
        content = row.raw.strip().encode()
        return read_question(row, image, self.model or model, self.provider or provider, content)

    def read(self, row: Row) -> Prediction:
        """The answer, by our parser or by theirs."""
        raw, error = row.values.get("raw_response"), row.values.get("error")
        raw_response = storable(raw) if isinstance(raw, str) else None
        error_message = storable(str(error)) if error else None
        return Prediction(
            answer=self._answer(raw_response, error_message, row.values.get("location_info")),
            raw_response=raw_response,
            error_message=error_message,
            usage=_usage(row.values.get("usage_info")),
        )

    def _answer(self, raw_response: str | None, error: str | None, location_info: object) -> Answer:
        if self.is_as_published:
            return published_answer(location_info, error)
        if error and not raw_response:
            return Answer("provider_error")
        return parse_answer(raw_response)


def is_imageo_bench(columns: Collection[str]) -> bool:
    """Whether a table's columns are those of the result files."""
    return set(columns) >= COLUMNS


def _usage(given: object) -> Usage:
    told = given if isinstance(given, dict) else {}
    return Usage(
        input_tokens=whole_number(told.get("input_tokens")),
        output_tokens=whole_number(told.get("output_tokens")),
        cost_usd=dollars(told.get("cost_usd")),
    )
