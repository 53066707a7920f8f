"""IMAGEO-Bench's recipe against scikit-learn; the consensus of models and the outcomes by hand."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import OneHotEncoder

from imageo.analysis.consensus import consensus
from imageo.analysis.paper_recipe import l2_logistic, paper_weights, ridge
from imageo.analysis.regression import FIELDS
from imageo.analysis.regression_outcome import outcome_rows, paper_rows, parse_outcome
from imageo.errors import InputError
from tests.analysis.test_regression import described


@pytest.mark.parametrize("c", [0.1, 1.0, 1000.0])
def test_l2_logistic_and_ridge_are_scikit_learns(c: float) -> None:
    random = np.random.default_rng(0)
    matrix = random.normal(size=(120, 4))
    hit = (matrix @ [1, -2, 0, 0.5] + random.normal(size=120) > 0.7).astype(float)
    theirs = LogisticRegression(C=c, tol=1e-12, max_iter=20_000).fit(matrix, hit)
    weights, level = l2_logistic(matrix, hit, c)
    assert weights == pytest.approx(theirs.coef_[0], abs=1e-4)
    assert level == pytest.approx(theirs.intercept_[0], abs=1e-4)
    straight = Ridge(alpha=c).fit(matrix, hit)
    weights, level = ridge(matrix, hit, c)
    assert weights == pytest.approx(straight.coef_, abs=1e-10)
    assert level == pytest.approx(straight.intercept_, abs=1e-10)


@pytest.mark.parametrize("is_binary", [True, False])
def test_the_recipe_is_scikit_learns_centred_by_field(is_binary: bool) -> None:
    rows, _ = described(200, 1, seed=11)
    values = rows[list(FIELDS)]
    y = rows["y"].to_numpy() if is_binary else np.log1p(np.random.default_rng(1).gamma(1, 5, len(rows)))
    encoder = OneHotEncoder(sparse_output=False)
    matrix = encoder.fit_transform(values)
    model = LogisticRegression(tol=1e-12, max_iter=20_000) if is_binary else Ridge(alpha=1.0)
    raw = np.ravel(model.fit(matrix, y).coef_)
    names = [(field, level) for field, levels in zip(FIELDS, encoder.categories_, strict=True) for level in levels]
    expected = pd.Series(raw, pd.MultiIndex.from_tuples(names))
    expected -= expected.groupby(level=0).transform("mean")
    ours = paper_weights(values, y, is_binary=is_binary)
    assert {(w.field, w.level): w.coefficient for w in ours} == pytest.approx(expected.to_dict(), abs=1e-5)
    assert {(w.field, w.level): w.n for w in ours} == values.stack().groupby(
        [values.stack().index.get_level_values(1), values.stack()]
    ).size().to_dict()


def test_the_majority_of_models_and_its_ties() -> None:
    votes = [
        # image, model, run, word
        (1, "a", 1, "urban"), (1, "b", 2, "urban"), (1, "c", 3, "rural"),
        (2, "a", 1, "urban"), (2, "b", 2, "rural"), (2, "c", 3, None),
        # Model a was run twice, and its runs share its vote: half for each.
        (3, "a", 1, "urban"), (3, "a", 4, "rural"), (3, "b", 2, "rural"), (3, "c", 3, "urban"),
        (4, "a", 1, "urban"), (4, "a", 4, "urban"), (4, "b", 2, "rural"),
        (5, "a", 1, None),
        (6, "a", 1, None), (6, "b", 2, "natural"),
    ]  # fmt: skip
    panel = pd.DataFrame(votes, columns=["image_id", "model_id", "run_id", "setting"])
    agreed = consensus(panel, ["setting"])["setting"]
    assert agreed.drop(5).to_dict() == {1: "urban", 2: "tie", 3: "tie", 4: "tie", 6: "natural"}
    assert pd.isna(agreed[5])


PANEL = pd.DataFrame(
    {
        "image_id": [1, 2, 3, 1, 2, 3],
        "run_id": [1, 1, 1, 2, 2, 2],
        "model_id": ["a"] * 3 + ["b"] * 3,
        "run_label": ["a"] * 3 + ["b"] * 3,
        "environment": ["outdoor"] * 5 + [None],
        "scene_type": ["street"] * 5 + [None],
        "setting": ["urban"] * 5 + [None],
        "is_landmark_named": [True, False, None, True, True, None],
        "is_located": [True, True, True, True, True, False],
        "is_city_named": [True, True, True, True, False, False],
        "is_city_match": [True, False, None, True, False, None],
        "is_city_match_strict": [False, None, None, True, None, None],
        "error_km": [0.0, 25.0, 30.0, 5.0, 5000.0, np.nan],
        "error_planar_degrees": [0.0, 0.3, 0.4, np.e - 1, 60.0, np.nan],
    }
)


def test_outcomes_by_hand() -> None:
    def y(outcome: str, denominator: str = "all") -> list[float]:
        return outcome_rows(PANEL, parse_outcome(outcome, denominator))["y"].tolist()

    assert y("city") == [1, 0, 1, 0]
    assert y("city", "answered") == [1, 0, 1]
    assert y("hit@25km") == [1, 1, 0, 1, 0, 0]
    assert y("hit@25km", "answered") == [1, 1, 0, 1, 0]
    assert y("log_error") == pytest.approx(np.log([0.001, 25, 30, 5, 5000]))


def test_rows_of_the_paper_are_answers_described_in_full() -> None:
    strict = paper_rows(PANEL, parse_outcome("city"))
    assert strict["y"].tolist() == [0, 1]
    distances = paper_rows(PANEL, parse_outcome("log_error"))
    assert distances["y"].tolist() == pytest.approx([0, np.log(1.3), 1, np.log(61)])
    assert distances["landmark"].tolist() == ["named", "none", "named", "named"]


def test_a_consensus_describes_what_a_model_did_not_answer() -> None:
    rows = outcome_rows(PANEL, parse_outcome("hit@25km"), "consensus")
    assert rows["setting"].tolist() == ["urban"] * 6
    assert rows.loc[rows["image_id"] == 2, "landmark"].tolist() == ["tie", "tie"]


@pytest.mark.parametrize("text", ["town", "hit@26km", "hit", "log"])
def test_an_unknown_outcome_is_told_what_there_is(text: str) -> None:
    with pytest.raises(InputError, match="there is city, state, country, hit@1km"):
        parse_outcome(text)
