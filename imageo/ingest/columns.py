"""Which column holds what: as the user maps it, else by its name."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from imageo.errors import InputError

_PLACE = {
    "country": ("country", "country_name", "country_label", "nation"),
    "state": ("state", "state_name", "state_label", "province", "prefecture", "admin1", "region"),
    "city": ("city", "city_name", "city_label", "town", "municipality", "locality"),
    "street": ("street", "street_name", "street_label", "road"),
}
_IMAGE = (
    "image_id", "image", "image_name", "image_file", "file_name", "filename", "file", "photo", "photo_id", "img", "id",
)  # fmt: skip

TRUTH_FIELDS: Mapping[str, tuple[str, ...]] = {
    "image_id": _IMAGE,
    "latitude": ("latitude", "lat", "true_latitude", "true_lat", "gt_lat", "lat_true", "y"),
    "longitude": ("longitude", "lon", "lng", "long", "true_longitude", "true_lon", "gt_lon", "lon_true", "x"),
    **_PLACE,
}
"""Fields of a ground-truth row and the column names that are taken for them, the likeliest first."""

PREDICTION_FIELDS: Mapping[str, tuple[str, ...]] = {
    "image_id": _IMAGE,
    "model": ("model", "model_name", "model_used", "model_id"),
    "provider": ("provider",),
    "latitude": ("latitude", "lat", "pred_latitude", "pred_lat", "predicted_latitude", "predicted_lat", "y"),
    "longitude": (
        "longitude", "lon", "lng", "long", "pred_longitude", "pred_lon", "pred_lng", "predicted_longitude",
        "predicted_lon", "x",
    ),
    **{field: (*names, f"pred_{field}", f"predicted_{field}") for field, names in _PLACE.items()},
    "confidence": ("confidence", "confidence_score"),
    "raw_response": ("raw_response", "response", "raw", "answer", "completion", "output"),
    "error": ("error", "error_message"),
    "input_tokens": ("input_tokens", "prompt_tokens", "usage.input_tokens", "usage.prompt_tokens"),
    "output_tokens": ("output_tokens", "completion_tokens", "usage.output_tokens", "usage.completion_tokens"),
    "reasoning_tokens": ("reasoning_tokens",),
    "cached_tokens": ("cached_tokens",),
    "image_tokens": ("image_tokens",),
    "latency_ms": ("latency_ms",),
    "cost_usd": ("cost_usd", "cost"),
}  # fmt: skip
"""Fields of a prediction and the column names that are taken for them, the likeliest first."""


def parse_map(text: str | None, fields: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """`image_id=photo,latitude=lat` as a dict. Raises InputError for what is no pair, or no field."""
    mapping: dict[str, str] = {}
    for pair in text.split(",") if text else ():
        field, equals, column = (part.strip() for part in pair.partition("="))
        if not equals or not column:
            raise InputError(
                f"--map {pair.strip()!r} is not FIELD=COLUMN; write for example image_id=photo,latitude=lat"
            )
        if field not in fields:
            raise InputError(f"--map knows no field {field!r}; the fields are {', '.join(fields)}")
        mapping[field] = column
    return mapping


def choose_columns(
    path: Path,
    columns: Sequence[str],
    given: Mapping[str, str],
    fields: Mapping[str, tuple[str, ...]],
    required: Sequence[str],
) -> dict[str, str]:
    """Column of each field: the given ones, the rest by name (case, blanks and hyphens do not count).

    Raises InputError where a given column does not exist, or a required field has none.
    """
    for field, column in given.items():
        if column not in columns:
            raise InputError(f"{path}: no column {column!r} for {field}; its columns are {', '.join(columns)}")
    by_name = {_plain(column): column for column in reversed(columns) if column not in given.values()}
    chosen = dict(given)
    for field, names in fields.items():
        found = next((by_name[name] for name in names if name in by_name), None)
        if field not in chosen and found is not None:
            chosen[field] = found
    missing = [field for field in required if field not in chosen]
    if missing:
        raise InputError(
            f"{path}: no column for {' and '.join(missing)}; name it with --map {missing[0]}=COLUMN "
            f"(columns: {', '.join(columns)})"
        )
    return chosen


def told(chosen: Mapping[str, str]) -> str:
    """The choice as a line for the user."""
    return ", ".join(f"{field} from {column}" for field, column in chosen.items())


def _plain(column: str) -> str:
    return column.strip().lower().replace(" ", "_").replace("-", "_")
