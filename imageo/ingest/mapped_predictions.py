"""Predictions in any table: each field in a column of its own, or the raw answer in one."""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from imageo.ingest.prediction import Prediction, Question, Usage, dollars, read_question, whole_number
from imageo.ingest.rows import Reject, Row, rejected
from imageo.ingest.tables import flattened
from imageo.ingest.truth import label_text
from imageo.query.answers.parse import Answer, mapped_answer, parse_answer, storable

_ANSWER = ("latitude", "longitude", "country", "state", "city", "street", "confidence")


@dataclass(frozen=True)
class MappedPredictions:
    """`columns` is the column of each field. `model` and `provider`, where given, hold for all rows."""

    columns: Mapping[str, str]
    model: str | None = None
    provider: str | None = None

    def identify(self, row: Row) -> Question | Reject:
        """Who was asked about what."""
        fields = self._fields(row)
        try:
            content = orjson.dumps(fields, default=str, option=orjson.OPT_SORT_KEYS)
        except orjson.JSONEncodeError as problem:
            return rejected(row, "not storable", str(problem))
        image, model, provider = (label_text(fields.get(name)) or "" for name in ("image_id", "model", "provider"))
        return read_question(row, image, self.model or model, self.provider or provider, content)

    def read(self, row: Row) -> Prediction:
        """The answer. A coordinate that cannot be used is the model's fault: the answer stays, without a point."""
        fields = self._fields(row)
        raw, error = label_text(fields.get("raw_response")), label_text(fields.get("error"))
        return Prediction(
            answer=self._answer(fields, raw, error),
            raw_response=raw,
            error_message=error,
            usage=Usage(
                input_tokens=whole_number(fields.get("input_tokens")),
                output_tokens=whole_number(fields.get("output_tokens")),
                reasoning_tokens=whole_number(fields.get("reasoning_tokens")),
                cached_tokens=whole_number(fields.get("cached_tokens")),
                image_tokens=whole_number(fields.get("image_tokens")),
                latency_ms=whole_number(fields.get("latency_ms")),
                cost_usd=dollars(fields.get("cost_usd")),
            ),
        )

    def _answer(self, fields: Mapping[str, object], raw: str | None, error: str | None) -> Answer:
        answer = mapped_answer({name: _value(fields.get(name)) for name in _ANSWER if name in self.columns})
        if answer.outcome == "empty" and raw:
            answer = parse_answer(raw)
        return Answer("provider_error") if error and answer.outcome == "empty" else answer

    def _fields(self, row: Row) -> dict[str, object]:
        values = flattened(row.values)
        given = {field: values.get(column) for field, column in self.columns.items()}
        return {field: storable(value) if isinstance(value, str) else value for field, value in given.items()}


def _value(value: object) -> object:
    return None if label_text(value) is None else value
