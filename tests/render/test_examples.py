"""Answers for the panel of a region."""

import json

import numpy as np
import pandas as pd

from imageo.render.maps.examples import region_examples, thumbnails_json

ROW = {
    "run_label": "a",
    "region_code": "FR",
    "image_id": 5,
    "image_name": "five.jpg",
    "worst_rank": 1,
    "true_city": "Lyon",
    "true_country_iso": "FR",
    "true_latitude": 45.764043,
    "true_longitude": 4.835659,
    "answered_city": "Bern",
    "answered_state": None,
    "answered_country": "Switzerland",
    "answered_latitude": 46.0,
    "answered_longitude": 7.4,
    "error_km": 199.6789,
    "outcome": "answered",
    "confidence": 3,
    "reasoning": "Roofs\nand hills.",
}


def told(*changes: dict) -> dict:
    return region_examples(pd.DataFrame([ROW | change for change in changes]), ["a", "b"], ["DE", "FR"])


def test_an_image_stands_once_for_all_runs() -> None:
    found = told({"run_label": "b", "answered_city": None}, {})
    assert found["images"] == [[5, "five.jpg", "Lyon", "FR", 45.764, 4.8357]]
    first = [0, "Bern, Switzerland", 46, 7.4, 199.68, "answered", 3, "Roofs and hills."]
    assert found["answers"] == {"1": {"0": [first], "1": [[0, "Switzerland", *first[2:]]]}}


def test_the_worst_is_first_whatever_the_order() -> None:
    rows = [{"image_id": image, "worst_rank": rank} for image, rank in ((9, 3), (7, 1), (8, 2))]
    found = told(*rows)
    assert found == told(*reversed(rows))
    assert [found["images"][image][0] for image, *_ in found["answers"]["1"]["0"]] == [7, 8, 9]


def test_what_is_not_known_is_null_and_no_number_is_unreal() -> None:
    unknown = {"error_km": np.nan, "confidence": np.inf, "answered_latitude": None, "answered_longitude": pd.NA}
    unknown |= {"answered_city": None, "answered_country": np.nan, "reasoning": None, "outcome": "refused"}
    (answer,) = told(unknown)["answers"]["1"]["0"]
    assert answer == [0, None, None, None, None, "refused", None, None]
    json.dumps(answer, allow_nan=False)


def test_runs_and_regions_that_are_not_drawn_are_left_out() -> None:
    assert told({"run_label": "z"}, {"region_code": "XX"}) == {"images": [], "answers": {}}
    assert region_examples(None, [], []) is None


def test_pictures_of_what_is_not_shown_stay_away() -> None:
    shown = told({})
    assert json.loads(thumbnails_json({5: b"\xff\xd8", 6: b"secret"}, shown)) == {"5": "/9g="}
    assert thumbnails_json({5: b"\xff\xd8"}, None) == "{}"
