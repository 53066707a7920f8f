"""Which local statistics get an outline."""

import pandas as pd

from imageo.render.maps.patterns import ERROR_MEASURE, pattern_spots

MORAN = {
    "run_label": "a",
    "measure": "country_match",
    "denominator": "all",
    "statistic": "local_moran",
    "subject": "FR",
    "estimate": 1.2,
    "p_value": 0.001,
    "p_adjusted": 0.01,
    "note": "High among high.",
}
GETIS = MORAN | {"measure": "log_error", "denominator": "bounded", "statistic": "getis_ord_z"}


def spots(*changes: dict) -> dict:
    frame = pd.DataFrame([MORAN | change for change in changes])
    return pattern_spots(frame, ["a", "b"], ["country_match", ERROR_MEASURE], ["all", "answered"])


def test_only_what_is_beyond_chance_is_drawn_and_what_was_tested_is_known() -> None:
    found = spots(
        {"p_adjusted": 0.06}, {"run_label": "b", "p_adjusted": 0.05}, {"denominator": "answered", "p_adjusted": 0.9}
    )
    assert found == {"notes": ["High among high."], "spots": {"0/0/0": [], "0/0/1": [], "1/0/0": [["FR", 1, 0, 0.05]]}}


def test_errors_go_with_the_median_error() -> None:
    hot, cold = (
        GETIS | {"note": "Hot spot: large errors."},
        GETIS | {"subject": "DE", "estimate": -3.0, "note": "Cold spot."},
    )
    found = spots(hot, cold, GETIS | {"denominator": "answered", "note": "Hot spot: large errors."})
    assert found["spots"] == {"0/1/0": [["DE", 0, 0, 0.01], ["FR", 1, 1, 0.01]], "0/1/1": [["FR", 1, 1, 0.01]]}


def test_low_among_high_is_low() -> None:
    found = spots(
        {"note": "Low among high; 4 images of its own, so its neighbours speak."},
        {"subject": "DE", "note": "High among low."},
    )
    assert [(code, high) for code, high, *_ in found["spots"]["0/0/0"]] == [("DE", 1), ("FR", 0)]


def test_the_larger_p_of_two_analyses_counts_in_either_order() -> None:
    pair = [{"p_adjusted": 0.2}, {"p_adjusted": 0.01}]
    assert spots(*pair) == spots(*reversed(pair)) == {"notes": [], "spots": {"0/0/0": []}}


def test_what_is_no_local_statistic_or_of_something_else_is_left_out() -> None:
    others = [{"statistic": "moran_i", "subject": None, "p_adjusted": None}, {"run_label": "z"}, {"measure": "charm"}]
    others += [{"p_adjusted": None, "note": "An island."}, {"denominator": "bounded"}]
    assert spots(*others) == {"notes": [], "spots": {}}
    assert pattern_spots(None, [], [], []) is None
