"""Answers that a region's panel shows, as the page reads them: an image stands once, however many runs failed on it."""

import base64
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from imageo.render.labels import clean_label

# Longer words are cut by the caller; this keeps a page that was handed a book from becoming one.
_LONGEST_WORDS = 20_000
_DIGITS = 4  # of a degree: about 10 metres


def region_examples(
    examples: pd.DataFrame | None, runs: Sequence[str], regions: Sequence[str]
) -> dict[str, Any] | None:
    """`{"images": [...], "answers": {place of the region: {place of the run: [...]}}}`; None where none were asked for.

    An image is [id, name, city, country, latitude, longitude]; an answer is [place of its image, place as written,
    latitude, longitude, error in km, outcome, confidence, words]. What is not known is None.
    """
    if examples is None:
        return None
    run_places = {run: place for place, run in enumerate(runs)}
    region_places = {code: place for place, code in enumerate(regions)}
    known = [
        (region_places[row["region_code"]], run_places[row["run_label"]], int(row["worst_rank"]), row)
        for row in examples.to_dict("records")
        if row["region_code"] in region_places and row["run_label"] in run_places
    ]
    images: dict[int, int] = {}
    told: list[list[Any]] = []
    answers: dict[str, dict[str, list[list[Any]]]] = {}
    for region, run, _, row in sorted(known, key=lambda each: (*each[:3], int(each[3]["image_id"]))):
        image = int(row["image_id"])
        if image not in images:
            images[image] = len(told)
            told.append(
                [
                    image,
                    _text(row["image_name"]),
                    _text(row["true_city"]),
                    _text(row["true_country_iso"]),
                    _number(row["true_latitude"], _DIGITS),
                    _number(row["true_longitude"], _DIGITS),
                ]
            )
        written = [_text(part) for part in (row["answered_city"], row["answered_state"], row["answered_country"])]
        answer = [
            images[image],
            ", ".join(part for part in written if part) or None,
            _number(row["answered_latitude"], _DIGITS),
            _number(row["answered_longitude"], _DIGITS),
            _number(row["error_km"], 2),
            _text(row["outcome"]),
            _number(row["confidence"], 2),
            _text(row["reasoning"], _LONGEST_WORDS),
        ]
        answers.setdefault(str(region), {}).setdefault(str(run), []).append(answer)
    return {"images": told, "answers": answers}


def thumbnails_json(thumbnails: Mapping[int, bytes], examples: dict[str, Any] | None) -> str:
    """JPEGs of the images that are shown, as base64 by image id; nothing in it can end an element of a page."""
    shown = [row[0] for row in examples["images"]] if examples else []
    pictures = {str(image): base64.b64encode(thumbnails[image]).decode() for image in shown if image in thumbnails}
    return json.dumps(pictures, separators=(",", ":"))


def _text(value: object, length: int = 120) -> str | None:
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    return clean_label(value, length) or None


def _number(value: Any, digits: int) -> float | int | None:
    if value is None or pd.isna(value) or not math.isfinite(value):
        return None
    rounded = round(float(value), digits)
    return int(rounded) if rounded.is_integer() else rounded
