"""Regression against statsmodels' formulas, published numbers and hand calculation."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from sklearn.metrics import roc_auc_score
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.outliers_influence import variance_inflation_factor

from imageo.analysis.design_matrix import effect_design, generalised_vif
from imageo.analysis.held_out import auc, held_out_score
from imageo.analysis.regression import FIELDS, Regression, fit_regression, regression_estimates
from imageo.analysis.regression_outcome import Outcome, parse_outcome

HIT, LOG = parse_outcome("city"), parse_outcome("log_error")
FORMULA = "y ~ " + " + ".join(f"C({field}, Sum)" for field in FIELDS)


def described(
    n_images: int, n_models: int, seed: int, *, is_correlated: bool = True
) -> tuple[pd.DataFrame, np.ndarray]:
    """Images with a description that all models share, and log odds that follow from it; `y` is drawn."""
    random = np.random.default_rng(seed)
    images = pd.DataFrame(
        {
            "environment": random.choice(["indoor", "outdoor"], n_images, p=[0.3, 0.7]),
            "scene_type": random.choice(["building", "scenery", "street"], n_images),
            "setting": random.choice(["rural", "suburban", "urban"], n_images),
            "landmark": random.choice(["named", "none"], n_images),
        }
    )
    effects = {"building": 0.4, "scenery": -0.6, "street": 0.2, "rural": -0.7, "suburban": 0.1, "urban": 0.6}
    effects |= {"indoor": -0.2, "outdoor": 0.2, "named": 0.5, "none": -0.5}
    rows = images.loc[images.index.repeat(n_models)].reset_index(names="image_id")
    linear = rows[list(FIELDS)].map(effects.__getitem__).sum(axis=1).to_numpy()
    rows["run_label"] = np.tile([f"m{i}" for i in range(n_models)], n_images)
    # A Gaussian copula: answers to one image go together, yet each has exactly the log odds planted.
    shared = np.repeat(random.normal(size=n_images), n_models) if is_correlated else 0.0
    weight = np.sqrt(0.6) if is_correlated else 0.0
    uniform = norm.cdf(weight * shared + np.sqrt(1 - weight**2) * random.normal(size=len(rows)))
    rows["y"] = (uniform < 1 / (1 + np.exp(-linear))).astype(float)
    return rows, np.array([effects[level] for level in sorted(effects)])


def effects_of(fit: Regression) -> dict[str, tuple[float, float, float, float]]:
    return {f"{t.field}: {t.level}": (t.effect, t.low, t.high, t.p_value) for t in fit.terms}


@pytest.mark.parametrize(("n_models", "outcome"), [(1, HIT), (3, HIT), (1, LOG), (3, LOG)])
def test_fits_are_those_of_statsmodels_formulas(n_models: int, outcome: Outcome) -> None:
    rows, _ = described(300, n_models, seed=1)
    if not outcome.is_hit:
        rows["y"] += np.random.default_rng(2).normal(size=len(rows))
    formula = FORMULA + (" + C(run_label, Sum)" if n_models > 1 else "")
    robust = {"cov_type": "cluster", "cov_kwds": {"groups": rows["image_id"]}} if n_models > 1 else {}
    if outcome.is_hit:
        theirs = smf.logit(formula, rows).fit(disp=0, **robust)
    else:
        theirs = smf.ols(formula, rows).fit(**(robust or {"cov_type": "HC3"}))
    ours = fit_regression(rows, outcome, minimum=10)
    assert ours.method == ("logit" if outcome.is_hit else "OLS")
    found = effects_of(ours)
    intervals = theirs.conf_int()
    n_compared = 0
    for term in ours.terms:
        name = f"C({term.field.replace('model', 'run_label')}, Sum)[S.{term.level}]"
        if name in theirs.params:
            expected = (theirs.params[name], *intervals.loc[name], theirs.pvalues[name])
            assert found[f"{term.field}: {term.level}"] == pytest.approx(expected, abs=1e-8)
            n_compared += 1
        else:  # the last level: minus the sum of the others
            others = [t.effect for t in ours.terms if t.field == term.field and t.level != term.level]
            assert term.effect == pytest.approx(-sum(others), abs=1e-10)
    assert n_compared == len(theirs.params) - 1
    assert [t.p_adjusted for t in ours.terms] == pytest.approx(
        multipletests([t.p_value for t in ours.terms], method="holm")[1]
    )


def test_the_level_without_a_column_has_its_interval_too() -> None:
    """Coding in another order makes it a level with a column: its numbers may not change."""
    rows, _ = described(300, 1, seed=3)
    turned = rows.assign(setting=rows["setting"].map({"rural": "z", "suburban": "y", "urban": "x"}))
    ours, theirs = effects_of(fit_regression(rows, HIT)), effects_of(fit_regression(turned, HIT))
    assert ours["setting: urban"] == pytest.approx(theirs["setting: x"], abs=1e-8)
    assert ours["setting: rural"] == pytest.approx(theirs["setting: z"], abs=1e-8)


def test_the_odds_ratio_of_a_two_by_two_table_by_hand() -> None:
    """60 of 80 against 20 of 80: odds 3 and 1/3, ratio 9, of which each level stands sqrt(9) = 3 from the mean.

    Standard error of half the log ratio: sqrt(1/60 + 1/20 + 1/20 + 1/60) / 2 = 0.182574.
    """
    rows = pd.DataFrame({"landmark": ["named"] * 80 + ["none"] * 80, "image_id": range(160), "run_label": "m"})
    rows["y"] = [1.0] * 60 + [0.0] * 20 + [1.0] * 20 + [0.0] * 60
    rows = rows.assign(environment="outdoor", scene_type="street", setting="urban")
    fit = fit_regression(rows, HIT)
    named = next(each for each in regression_estimates(fit, 7) if each.subject == "landmark: named")
    assert named.estimate == pytest.approx(3, rel=1e-8)
    assert (named.low, named.high) == pytest.approx(
        (3 * np.exp(-1.959964 * 0.182574), 3 * np.exp(1.959964 * 0.182574)), rel=1e-5
    )
    assert (named.statistic, named.n, named.k, named.run_id) == ("odds_ratio", 80, 60, 7)
    assert "environment does not vary among these answers: left out" in fit.notes
    assert [field.gvif for field in fit.fields] == pytest.approx([1.0])


# Duncan (1961), 45 US occupations, as R's carData has them: type, income, education.
DUNCAN = (
    "prof 62 86,prof 72 76,prof 75 92,prof 55 90,prof 64 86,prof 21 84,prof 64 93,prof 80 100,wc 67 87,prof 72 86,"
    "prof 42 74,prof 76 98,prof 76 97,prof 41 84,prof 48 91,wc 76 34,prof 53 45,prof 60 56,prof 42 44,prof 78 82,"
    "wc 29 72,wc 48 55,wc 55 71,wc 29 50,bc 21 23,bc 47 39,bc 81 28,bc 36 32,bc 22 22,bc 44 25,bc 15 29,bc 7 7,"
    "bc 42 26,bc 9 19,bc 21 15,bc 21 20,bc 16 26,bc 16 28,bc 9 17,bc 14 22,bc 12 30,bc 17 25,bc 7 20,bc 34 47,bc 8 32"
)


def test_generalised_vif_is_that_of_the_published_example() -> None:
    """R: car::vif(lm(prestige ~ income + education + type, Duncan)); Fox & Weisberg, An R Companion."""
    rows = pd.DataFrame([cell.split() for cell in DUNCAN.split(",")], columns=["type", "income", "education"])
    design = effect_design(rows, ["type"], minimum=5)
    columns = np.column_stack([rows[["income", "education"]].astype(float), design.matrix[:, 1:]])
    assert generalised_vif(columns, [[0], [1], [2, 3]]) == pytest.approx([2.209178, 5.297584, 5.098592], abs=1e-6)
    assert generalised_vif(columns[:, :2], [[0], [1]])[0] == pytest.approx(
        variance_inflation_factor(np.column_stack([np.ones(45), columns[:, :2]]), 1)
    )


def test_rare_levels_are_pooled_and_those_without_company_left_out() -> None:
    rows = pd.DataFrame({"a": ["x"] * 30 + ["y"] * 30 + ["r"] * 6 + ["s"] * 5 + [None] * 2})
    rows["b"] = ["u", "v"] * 36 + ["w"]
    design = effect_design(rows, ["a", "b"], minimum=10)
    assert [factor.levels for factor in design.factors] == [("other", "x", "y"), ("u", "v")]
    assert design.kept.sum() == len(design.matrix) == 71
    assert (design.values["a"] == "other").sum() == 11
    assert any("r, s (each in fewer than 10 answers) pooled into other" in note for note in design.notes)
    assert any("2 answers without a description" in note for note in design.notes)
    strict = effect_design(rows, ["a", "b"], minimum=12)
    assert strict.kept.sum() == 60
    assert any("left out, 11 together" in note for note in strict.notes)


def test_a_field_that_follows_from_another_is_left_out() -> None:
    rows, _ = described(200, 1, seed=5)
    design = effect_design(rows.assign(twin=rows["setting"] + "!"), ["setting", "twin"], minimum=10)
    assert [factor.name for factor in design.factors] == ["setting"]
    assert "twin follows from the fields before it: left out" in design.notes


def test_too_little_data_is_said_in_a_sentence() -> None:
    rows, _ = described(200, 1, seed=6)
    few = fit_regression(rows.assign(y=[1.0] * 195 + [0.0] * 5), HIT)
    (only,) = regression_estimates(few)
    assert only.estimate is None
    assert only.note is not None
    assert "too little data: 195 hits among 200 answers" in only.note
    assert regression_estimates(fit_regression(rows[:0], HIT))[0].estimate is None
    assert regression_estimates(fit_regression(rows[:12], LOG, minimum=2))[0].estimate is None


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(-3, 3)), min_size=2, max_size=60))
def test_auc_is_scikit_learns(pairs: list[tuple[bool, int]]) -> None:
    hit = np.array([float(each) for each, _ in pairs])
    score = np.array([float(each) for _, each in pairs])
    if 0 < hit.sum() < len(hit):
        assert auc(hit, score) == pytest.approx(roc_auc_score(hit, score))
    else:
        assert auc(hit, score) is None


def test_no_image_is_both_seen_and_held_out() -> None:
    """Each image has a column of its own and an outcome of its own: by row it would be foretold, by image it cannot."""
    images = np.repeat(np.arange(40), 5)
    hit = np.repeat(np.random.default_rng(0).permutation([0.0, 1.0] * 20), 5)
    matrix = np.column_stack([np.ones(200), np.eye(40)[images]])
    by_image = held_out_score(matrix, hit, images, is_hit=True, folds=5, seed=1)
    by_row = held_out_score(matrix, hit, np.arange(200), is_hit=True, folds=5, seed=1)
    assert by_row == pytest.approx(1, abs=0.02)
    assert by_image is not None
    assert by_image < 0.6
    assert held_out_score(matrix, hit, images, is_hit=True, folds=5, seed=1) == by_image
    assert held_out_score(matrix[:3], hit[:3], images[:3], is_hit=True, folds=5, seed=1) is None


def test_held_out_r2_of_a_straight_line_and_of_noise() -> None:
    random = np.random.default_rng(4)
    x = random.normal(size=(400, 1))
    matrix = np.column_stack([np.ones(400), x])
    noise = random.normal(size=400)
    score = held_out_score(matrix, 3 * x[:, 0] + noise, np.arange(400), is_hit=False, folds=5, seed=0)
    assert score == pytest.approx(0.9, abs=0.03)  # 9 of 10 parts of the variance
    nothing = held_out_score(matrix, noise, np.arange(400), is_hit=False, folds=5, seed=0)
    assert nothing is not None
    assert nothing < 0.02


@pytest.mark.slow
@pytest.mark.parametrize("n_models", [1, 4])
def test_intervals_of_odds_ratios_cover(n_models: int) -> None:
    """Over 200 simulated sets the 95 % intervals hold the planted effect 93 to 97 times of 100.

    With four models whose answers to an image go together, intervals that ignore it cover far less.
    """
    covered, naive = [], []
    for seed in range(200):
        rows, truth = described(400, n_models, seed=1000 + seed, is_correlated=n_models > 1)
        fit = fit_regression(rows, HIT, folds=2)
        terms = sorted((t for t in fit.terms if t.field != "model"), key=lambda term: term.level)
        covered += [t.low <= planted <= t.high for t, planted in zip(terms, truth, strict=True)]
        if n_models > 1 and seed < 50:
            alone = fit_regression(rows.assign(image_id=np.arange(len(rows))), HIT, folds=2)
            terms = sorted((t for t in alone.terms if t.field != "model"), key=lambda term: term.level)
            naive += [t.low <= planted <= t.high for t, planted in zip(terms, truth, strict=True)]
    assert 0.93 <= np.mean(covered) <= 0.97
    assert not naive or np.mean(naive) < 0.9


def test_few_images_asked_of_many_models_are_said_to_be_few() -> None:
    """Standard errors by image grow right with the number of images: with 20 they are far too small."""
    few, enough = (fit_regression(described(n, 8, seed=4)[0], HIT) for n in (20, 60))
    assert "20 images are few for standard errors by image" in " ".join(few.notes)
    assert "are few" not in " ".join(enough.notes)
    assert "are few" not in " ".join(fit_regression(described(60, 1, seed=4)[0], HIT, minimum=5).notes)
    assert "20 images are few" in str(regression_estimates(few)[-1].note)


def test_an_error_that_is_always_the_same_is_nothing_to_explain() -> None:
    rows, _ = described(100, 1, seed=5)
    fit = fit_regression(rows.assign(y=np.log(0.001)), LOG)
    assert fit.terms == ()
    assert "do not differ" in fit.notes[0]
