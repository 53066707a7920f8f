"""Labels of photos from columns that may hold anything."""

import pandas as pd
import pytest

from imageo.analysis.groups import banded, consensus


@pytest.mark.parametrize(
    "value", ["[{[]: 1}]", "[" + "-" * 100_000 + "1]", "[" * 5000, "[1, 2", "[\x00]"], ids=lambda value: value[:9]
)
def test_what_only_looks_like_a_list_is_a_word(value: str) -> None:
    assert banded(pd.Series([value, "['a', 'b']"])).tolist() == [value, "a"]


@pytest.mark.parametrize("endless", ["inf", "-inf", "1e400"])
def test_an_endless_number_is_no_number(endless: str) -> None:
    values = pd.Series([endless, *(str(number) for number in range(20))])
    assert banded(values).tolist() == values.tolist()


def test_many_numbers_are_cut_into_quarters() -> None:
    bands = banded(pd.Series([*range(1, 101), None]))
    assert bands.value_counts().tolist() == [25] * 4
    assert set(bands.dropna()) == {"1 to 25.75", "over 25.75 to 50.5", "over 50.5 to 75.25", "over 75.25 to 100"}


def test_a_model_that_was_asked_three_times_has_one_vote() -> None:
    said = [("a", "Indoor"), ("a", "indoor"), ("a", "indoor"), ("b", "outdoor"), ("c", "outdoor")]
    answers = pd.DataFrame(said, columns=["model", "environment"]).assign(provider="test", image_id=1)
    assert consensus(answers, "environment").to_dict() == {1: "outdoor"}
    level = pd.concat([answers, answers.tail(1).assign(model="d", environment="indoor")])
    assert consensus(level, "environment").to_dict() == {1: "indoor"}, "of equally many the first in the alphabet"
