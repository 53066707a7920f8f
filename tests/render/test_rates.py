"""Rows of rates become columns; labels become fit to be shown."""

import numpy as np
import pandas as pd
import pytest

from imageo.errors import InputError
from imageo.render.labels import clean_label, distinct_labels, sorting_key
from imageo.render.maps.rates import rate_columns, without_repeats

ROW = {
    "run_label": "a",
    "measure": "country_match",
    "region_code": "FR",
    "n_all": 10,
    "n_answered": 8,
    "n_correct": 6,
    "wilson_lower_all": 0.3127,
    "wilson_upper_all": 0.8318,
    "shrunk_rate_all": 0.6049,
    "wilson_lower_answered": 0.4093,
    "wilson_upper_answered": 0.9285,
    "shrunk_rate_answered": np.nan,
    "error_km_median_answered": 0.6765,
    "error_km_median_bounded": 20015.0,
}


def columns(*changes: dict, minimum_n: int = 1):
    return rate_columns(pd.DataFrame([ROW | change for change in changes]), ["country_match", "city_match"], minimum_n)


def test_values_stand_at_run_measure_and_region() -> None:
    made = columns({}, {"run_label": "b", "region_code": "DE", "n_correct": 1}, {"measure": "city_match"})
    assert (made.runs, made.measures, made.regions) == (["a", "b"], ["country_match", "city_match"], ["DE", "FR"])
    assert made.values["n_correct"] == [[[None, 6], [None, 6]], [[1, None], [None, None]]]


def test_numbers_are_as_fine_as_they_are_shown() -> None:
    made = columns({})
    assert made.values["shrunk_rate_all"] == [[[605]]]
    assert made.values["shrunk_rate_answered"] == [[[None]]]
    assert made.values["error_km_median_answered"] == [[[0.68]]]
    assert made.values["error_km_median_bounded"] == [[[20015]]]
    assert made.intervals == {"6/10": (313, 832), "6/8": (409, 928)}


def test_repeated_numbers_stand_once() -> None:
    values = {"n_all": [[[1, 2], [1, 2], [3, None], [3, None]], [[1, 2], [5, 6], [5, 6], [1, 2]]]}
    assert without_repeats(values) == {"n_all": [[[1, 2], 0, [3, None], 2], [[1, 2], [5, 6], 1, 0]]}


def test_numbers_that_do_not_depend_on_the_denominator_stand_once() -> None:
    answered = [[[605, 700, None], [1, 2, 3]]]
    over_all = [[[605, 650, None], [None, 2, 4]]]
    told = without_repeats({"shrunk_rate_all": over_all, "shrunk_rate_answered": answered})
    assert told == {"shrunk_rate_all": [[[-1, 650, None], [None, -1, 4]]], "shrunk_rate_answered": answered}


def test_median_errors_have_classes_half_a_magnitude_apart() -> None:
    near = [
        {"region_code": f"{d}", "error_km_median_bounded": d, "error_km_median_answered": d}
        for d in (0.5, 2, 7, 20, 60, 200)
    ]
    assert columns(*near).distance_breaks == (1, 3, 10, 30, 100)
    far = [
        {"region_code": f"{d}", "error_km_median_bounded": d, "error_km_median_answered": d}
        for d in (50, 200, 700, 2000, 5000, 19000)
    ]
    assert columns(*far).distance_breaks == (100, 300, 1000, 3000, 10000)
    assert (
        columns(
            *far, {"region_code": "N", "n_all": 1, "n_answered": 0, "error_km_median_answered": np.nan}, minimum_n=5
        ).distance_breaks[0]
        == 100
    )


def test_images_of_the_median_error_are_all_images() -> None:
    made = rate_columns(pd.DataFrame([ROW, ROW | {"measure": "accuracy_25km"}]), ["country_match", "accuracy_25km"], 1)
    assert made.measures[made.distance_measure] == "accuracy_25km"


def test_regions_below_the_minimum_have_no_say_in_the_classes() -> None:
    def regions(images: int, *correct: int) -> list[dict]:
        return [
            {"region_code": f"{images}-{k}", "n_all": images, "n_answered": images, "n_correct": k} for k in correct
        ]

    low = regions(100, 2, 7, 15, 25, 40, 60)
    high = regions(20, 12, 15, 17, 18, 19, 20) + regions(21, 12, 15, 17, 19, 20, 21)
    assert columns(*low, minimum_n=50).breaks[0][0] == 0.05
    assert columns(*low, *high, minimum_n=50).breaks[0][0] == 0.05
    assert columns(*low, *high, minimum_n=10).breaks[0][0] != 0.05


def test_unknown_measures_are_left_out() -> None:
    assert columns({}, {"measure": "charm"}).measures == ["country_match"]


def test_two_rows_for_one_cell_are_refused() -> None:
    with pytest.raises(InputError, match="two rows give country_match of run 'a' in 'FR'"):
        columns({}, {"n_all": 11})


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("  o3\n(as published) ", "o3 (as published)"),
        ("a\u202eb\u2066c\x00d", "abc d"),
        ("x" * 200, "x" * 79 + "…"),
        ("a\ufffeb\uffff", "a b"),
        ("<b>", "<b>"),
        ("東京", "東京"),
    ],
)
def test_labels_are_one_short_line(given: str, shown: str) -> None:
    assert clean_label(given) == shown


def test_names_sort_without_accents() -> None:
    assert sorted(["Zambia", "Åland", "albania"], key=sorting_key) == ["Åland", "albania", "Zambia"]


def test_labels_that_come_out_alike_are_numbered() -> None:
    assert distinct_labels(["a", "a\u202e", "b", "a\n", "a (2)"]) == ["a", "a (2)", "b", "a (3)", "a (2) (2)"]
    assert distinct_labels(["x" * 100 + "1", "x" * 100 + "2"], 10) == ["x" * 9 + "…", "x" * 5 + "… (2)"]
