"""Predictions in any table: each field in a column of its own, or the raw answer in one."""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from imageo.ingest.names import image_key, provider_name
from imageo.ingest.prediction import Prediction, Question, Usage, dollars, whole_number
from imageo.ingest.rows import Reject, Row, rejected, row_digest
from imageo.ingest.tables import flattened
from imageo.ingest.truth import label_text
from imageo.query.answer import Answer, mapped_answer, parse_answer, storable

_ANSWER = ("latitude", "longitude", "country", "state", "city", "street", "confidence")


@dataclass(frozen=True)
class MappedPredictions:
    """`columns` is the column of each field. `model` and `provider` stand in where the table has no such column."""

    columns: Mapping[str, str]
    model: str | None = None
    provider: str | None = None

    def identify(self, row: Row) -> Question | Reject:
        """Who was asked about what."""
        fields = self._fields(row)
        image = image_key(label_text(fields.get("image_id")) or "")
        if not image:
            return rejected(row, "no image name")
        model = self.model or label_text(fields.get("model"))
        if not model:
            return rejected(row, "no model name")
        try:
            content = orjson.dumps(fields, default=str, option=orjson.OPT_SORT_KEYS)
        except orjson.JSONEncodeError as problem:
            return rejected(row, "not storable", str(problem))
        provider = self.provider or label_text(fields.get("provider")) or ""
        return Question(image, storable(provider_name(provider, model)), storable(model), row_digest(content))

    def read(self, row: Row) -> Prediction:
        """The answer. A coordinate that cannot be used is the model's fault: the answer stays, without a point."""
        fields = self._fields(row)
        raw, error = label_text(fields.get("raw_response")), label_text(fields.get("error"))
        return Prediction(
            answer=self._answer(fields, raw, error),
            raw_response=storable(raw) if raw else None,
            error_message=storable(error) if error else None,
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
        if "latitude" in self.columns:
            answer = mapped_answer({name: _value(fields.get(name)) for name in _ANSWER})
        else:
            answer = parse_answer(raw)
        return Answer("provider_error") if error and answer.outcome == "empty" else answer

    def _fields(self, row: Row) -> dict[str, object]:
        values = flattened(row.values)
        return {field: values.get(column) for field, column in self.columns.items()}


def _value(value: object) -> object:
    return None if label_text(value) is None else value
