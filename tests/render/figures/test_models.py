"""Names and looks of models."""

import pandas as pd
import pytest

from imageo.errors import InputError
from imageo.render.figures.catalogue import Choice
from imageo.render.figures.models import models_of, short_names
from imageo.render.figures.style import figure_style
from imageo.render.figures.write import reason

CHOICE = Choice("made")


def _board(**accuracy: float) -> pd.DataFrame:
    return pd.DataFrame(
        {"run_id": range(len(accuracy)), "run_label": list(accuracy), "accuracy_25km_all": list(accuracy.values())}
    )


@pytest.mark.parametrize(
    ("labels", "shown"),
    [
        (["meta-llama/Llama-4", "o3"], ["Llama-4", "o3"]),
        (["a/model", "b/model"], ["a/model", "b/model"]),
        (["x" * 40, "x" * 40], ["xxxxxxxxxxxx…xxxxxx (1)", "xxxxxxxxxxxx…xxxxxx (2)"]),
        (["</script>"], ["</script>"]),
        (["a/"], ["a/"]),
        ([""], [""]),
    ],
)
def test_names_are_short_and_none_appears_twice(labels: list[str], shown: list[str]) -> None:
    assert short_names(labels, 20) == shown


def test_wide_letters_count_double() -> None:
    assert len(short_names(["模" * 40], 20)[0]) < len(short_names(["x" * 40], 20)[0])


def test_the_best_comes_first_and_looks_go_by_name() -> None:
    with figure_style():
        first = {model.name: model for model in models_of(_board(a=0.1, b=0.9, c=float("nan")), CHOICE)}
        second = {model.name: model for model in models_of(_board(a=0.9, b=0.1, c=0.5), CHOICE)}
    assert list(first) == ["b", "a", "c"]
    assert list(second) == ["a", "c", "b"]
    for name, model in first.items():
        assert (model.color, model.marker) == (second[name].color, second[name].marker)


def test_twenty_models_can_be_told_apart() -> None:
    with figure_style():
        models = models_of(_board(**{f"m{number:02}": 0.5 for number in range(20)}), CHOICE)
    assert len({(model.color, model.marker, str(model.dashes)) for model in models}) == 20
    assert len({(model.marker, str(model.dashes)) for model in models}) == 20  # without colour too


def test_no_run_is_told() -> None:
    with pytest.raises(InputError, match="no run over dataset 'made' has a score"):
        models_of(_board(), CHOICE)


@pytest.mark.parametrize("told", ["figure gaps: none is stored", "gaps: none is stored", "map: none is stored"])
def test_why_a_figure_is_not_drawn_does_not_name_it_again(told: str) -> None:
    assert reason("gaps", InputError(told)) == "none is stored"
