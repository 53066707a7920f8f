"""What makes a photo hard to place: regression of hits and distances on how it is described."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from imageo.analysis.design_matrix import Design, effect_design, generalised_vif
from imageo.analysis.estimate import Estimate
from imageo.analysis.held_out import held_out_score
from imageo.analysis.paired import holm
from imageo.analysis.regression_outcome import Outcome
from imageo.analysis.separation import Patterns, firth, profile_interval, separation

if TYPE_CHECKING:
    import pandas as pd

Matrix = npt.NDArray[np.float64]
Method = Literal["logit", "OLS", "Firth logit", "none"]

FIELDS = ("environment", "scene_type", "setting", "landmark")
"""How a picture is described; `landmark` is whether the model names one."""

MINIMUM_COUNT = 20
"""Fewer rows than this are no category of their own."""

FOLDS = 5

FEW_IMAGES = 50
"""With fewer images standard errors by image are too small: of 20 images 14 to 17 in 100 levels without an effect had
p below 0.05, of 40 images 3 to 9, of 80 images 5 to 6 (simulated, five and ten models)."""


@dataclass(frozen=True)
class Term:
    """Effect of one level on log odds (or on log kilometres) against the mean of all levels of its field.

    `k` of its `n` rows are hits; `k` is None for a distance. exp(effect) is an odds ratio, or a ratio of errors.
    """

    field: str
    level: str
    n: int
    k: int | None
    effect: float
    low: float
    high: float
    p_value: float
    p_adjusted: float


@dataclass(frozen=True)
class FieldFit:
    """A field as a whole: degrees of freedom, generalised VIF, and the Wald test that none of its levels matters.

    `wald` is a chi2 of a hit, an F of a distance.
    """

    field: str
    df: int
    gvif: float
    wald: float
    p_value: float


@dataclass(frozen=True)
class Regression:
    """One fit; without terms where there is too little data, and then `notes` say so.

    `held_out`: AUC of a hit, or R2 of log kilometres, over answers to images that the fit had not seen.
    """

    outcome: Outcome
    method: Method
    n: int
    n_images: int
    n_models: int
    k: int | None
    terms: tuple[Term, ...] = ()
    fields: tuple[FieldFit, ...] = ()
    held_out: float | None = None
    notes: tuple[str, ...] = ()


def fit_regression(
    rows: "pd.DataFrame", outcome: Outcome, *, minimum: int = MINIMUM_COUNT, folds: int = FOLDS, seed: int = 0
) -> Regression:
    """Logistic regression of a hit, or linear regression of ln kilometres, on the description of the picture.

    `rows`: one an answer, with image_id, run_label, y (see `outcome_rows`) and FIELDS. Fields are effect coded, rare
    levels pooled (`effect_design`); several models are fitted together with a field "model", and their standard
    errors are cluster-robust by image (Liang & Zeger 1986), because the models share the images. A single logit has
    the usual ones, a single OLS the HC3 of MacKinnon & White (1985). Intervals are 95 %, `p_adjusted` is Holm's over
    all levels. Where the fields separate hits from misses, Firth's penalised fit takes the place of the logit, and a
    note says so.
    """
    n_models = rows["run_label"].nunique()
    fields = [*FIELDS, "model"] if n_models > 1 else list(FIELDS)
    design = effect_design(rows.assign(model=rows["run_label"]), fields, minimum)
    used = rows[design.kept]
    y, groups = used["y"].to_numpy(float), used["image_id"].to_numpy()
    n_images, notes = len(np.unique(groups)), [*design.notes]
    if lacking := _lacking(y, outcome, design, minimum):
        k = int(y.sum()) if outcome.is_hit else None
        return Regression(outcome, "none", len(y), n_images, n_models, k, notes=(lacking, *notes))
    kind = separation(design.matrix, y) if outcome.is_hit else "none"
    if kind == "none":
        method: Method = "logit" if outcome.is_hit else "OLS"
        effects, tests = _statsmodels_fit(design, y, groups, outcome, is_pooled=n_models > 1)
        if n_models > 1 and n_images < FEW_IMAGES:
            notes.append(f"{n_images} images are few for standard errors by image: intervals and p values are too sure")
    else:
        method = "Firth logit"
        effects, tests = _firth_fit(design, y)
        notes.append(
            f"{kind} separation ({_telling(design, y)}): no finite odds ratio by maximum likelihood; fitted with "
            "Firth's penalty, intervals from its profile likelihood"
            + ("; they take the answers of several models to one image for independent" if n_models > 1 else "")
        )
    return Regression(
        outcome=outcome,
        method=method,
        n=len(y),
        n_images=n_images,
        n_models=n_models,
        k=int(y.sum()) if outcome.is_hit else None,
        terms=_terms(design, y, effects, outcome),
        fields=_field_fits(design, tests),
        held_out=held_out_score(design.matrix, y, groups, is_hit=outcome.is_hit, folds=folds, seed=seed),
        notes=tuple(notes),
    )


def regression_estimates(fit: Regression, run_id: int | None = None) -> list[Estimate]:
    """The numbers of a fit as rows of data.estimate: grouping `term`, subject `field: level`, or a field's name."""
    about: dict[str, Any] = {"measure": fit.outcome.name, "denominator": fit.outcome.denominator, "run_id": run_id}
    ratio = "odds_ratio" if fit.outcome.is_hit else "error_ratio"
    estimates = [
        Estimate(
            ratio, float(np.exp(term.effect)), float(np.exp(term.low)), float(np.exp(term.high)), term.n, term.k,
            term.p_value, term.p_adjusted, grouping="term", subject=f"{term.field}: {term.level}", **about,
        )
        for term in fit.terms
    ]  # fmt: skip
    for field in fit.fields:
        estimates.append(Estimate("gvif", field.gvif, n=fit.n, grouping="term", subject=field.field, **about))
        scaled = field.gvif ** (1 / (2 * field.df))
        estimates.append(Estimate("gvif_per_df", scaled, n=fit.n, grouping="term", subject=field.field, **about))
        note = f"Wald test that no level of {field.field} matters, degrees of freedom: {field.df}"
        tested = Estimate("wald", field.wald, n=fit.n, p_value=field.p_value, grouping="term", note=note, **about)
        estimates.append(replace(tested, subject=field.field))
    said = "; ".join([f"{fit.method} of {fit.n:,} answers to {fit.n_images:,} images", *fit.notes])
    if not fit.terms:
        return [Estimate(ratio, None, n=fit.n, k=fit.k, grouping="term", note=said, **about)]
    if fit.held_out is None:
        said += "; too few images to hold some out"
    score = "auc" if fit.outcome.is_hit else "r2"
    estimates.append(
        Estimate(score, fit.held_out, n=fit.n, k=fit.k, grouping="term", subject="held out", note=said, **about)
    )
    return estimates


def _lacking(y: Matrix, outcome: Outcome, design: Design, minimum: int) -> str | None:
    """What is too little for a regression, in a sentence."""
    n_columns = design.matrix.shape[1]
    if not design.factors:
        return f"too little data: no field varies among the {len(y):,} answers that can be used"
    if outcome.is_hit and min(y.sum(), len(y) - y.sum()) < minimum:
        return (
            f"too little data: {int(y.sum()):,} hits among {len(y):,} answers; "
            f"a regression wants at least {minimum} hits and as many misses"
        )
    if not outcome.is_hit and np.ptp(y) == 0:
        return f"the {len(y):,} errors do not differ: there is nothing to explain"
    if len(y) < 2 * n_columns:
        return f"too little data: {len(y):,} answers for {n_columns} coefficients"
    return None


def _statsmodels_fit(
    design: Design, y: Matrix, groups: npt.NDArray[Any], outcome: Outcome, *, is_pooled: bool
) -> tuple[list[tuple[float, float, float, float]], list[tuple[float, float]]]:
    """Effect, interval and p value of every level; Wald test and its p value of every factor."""
    import statsmodels.api as sm

    codes = np.unique(groups, return_inverse=True)[1].ravel()
    clustered = {"cov_type": "cluster", "cov_kwds": {"groups": codes}}
    if outcome.is_hit:
        model, how = sm.Logit(y, design.matrix), clustered if is_pooled else {}
        fit = model.fit(disp=0, maxiter=100, **how)
    else:
        how = clustered if is_pooled else {"cov_type": "HC3"}
        fit = sm.OLS(y, design.matrix).fit(**how)
    tested = fit.t_test(_contrasts(design))
    intervals = tested.conf_int()
    effects = [
        (float(effect), float(low), float(high), float(p))
        for effect, (low, high), p in zip(np.ravel(tested.effect), intervals, np.ravel(tested.pvalue), strict=True)
    ]
    eye = np.eye(design.matrix.shape[1])
    tests = [
        fit.wald_test(eye[list(factor.columns)], use_f=not outcome.is_hit, scalar=True) for factor in design.factors
    ]
    return effects, [(float(test.statistic), float(test.pvalue)) for test in tests]


def _firth_fit(design: Design, y: Matrix) -> tuple[list[tuple[float, float, float, float]], list[tuple[float, float]]]:
    from scipy.stats import chi2

    patterns = Patterns.of(design.matrix, y)
    fit = firth(patterns)
    effects = []
    for contrast in _contrasts(design):
        low, high, p_value = profile_interval(patterns, fit, contrast)
        effects.append((float(contrast @ fit.coefficients), low, high, p_value))
    tests = []
    for factor in design.factors:
        part = list(factor.columns)
        held = fit.coefficients[part]
        wald = float(held @ np.linalg.solve(fit.covariance[np.ix_(part, part)], held))
        tests.append((wald, float(chi2.sf(wald, len(part)))))
    return effects, tests


def _contrasts(design: Design) -> Matrix:
    return np.array([design.contrast(factor, level) for factor in design.factors for level in factor.levels])


def _terms(
    design: Design, y: Matrix, effects: Sequence[tuple[float, float, float, float]], outcome: Outcome
) -> tuple[Term, ...]:
    names = [(factor.name, level) for factor in design.factors for level in factor.levels]
    adjusted = holm([p for *_, p in effects])
    terms = []
    for (field, level), (effect, low, high, p_value), corrected in zip(names, effects, adjusted, strict=True):
        rows = (design.values[field] == level).to_numpy()
        k = int(y[rows].sum()) if outcome.is_hit else None
        terms.append(Term(field, level, int(rows.sum()), k, effect, low, high, p_value, float(corrected)))
    return tuple(terms)


def _field_fits(design: Design, tests: Sequence[tuple[float, float]]) -> tuple[FieldFit, ...]:
    groups = [[column - 1 for column in factor.columns] for factor in design.factors]
    inflation = generalised_vif(design.matrix[:, 1:], groups)
    return tuple(
        FieldFit(factor.name, len(factor.columns), gvif, *test)
        for factor, gvif, test in zip(design.factors, inflation, tests, strict=True)
    )


def _telling(design: Design, y: Matrix) -> str:
    """The levels that are all hits or all misses, in words."""
    found = []
    for factor in design.factors:
        for level in factor.levels:
            outcomes = y[(design.values[factor.name] == level).to_numpy()]
            if outcomes.min() == outcomes.max():
                found.append(f"{factor.name} {level}: {'only hits' if outcomes[0] else 'no hit'} in {len(outcomes)}")
    return "; ".join(found) or "a combination of fields tells hits from misses"
