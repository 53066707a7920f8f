"""Forest plot: how the way a picture is described goes with a hit, as odds ratios."""

import json
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from imageo.errors import InputError
from imageo.measures import DENOMINATORS
from imageo.render.figures.captions import counted
from imageo.render.figures.catalogue import Choice, Frames
from imageo.render.figures.forest import Trees, forest, has_arrows
from imageo.render.figures.models import models_of
from imageo.render.labels import MEASURES, clean_label, listed

_OUTCOMES = {"country_match": "country", "state_match": "state", "city_match": "city"}


def draw(frames: Frames, choice: Choice) -> Figure:
    """Odds ratios on a log axis, grouped by field; models as colours, or as panels where they are many.

    `frames`: bi.leaderboard, and bi.estimate of kind regression. Each level stands against the mean of its field's
    levels, so that no level is missing as a reference.
    """
    fits, _ = _fits(frames, choice)
    title = f"{MEASURES[choice.measure].label}: what goes with a hit"
    return forest(fits, title, "odds ratio against the mean of the field's levels (log scale)")


def caption(frames: Frames, choice: Choice) -> str:
    fits, described_by = _fits(frames, choice)
    pooled = [fit for fit in fits if fit.is_pooled]
    own = len(fits) - len(pooled)
    who = [f"{counted(own, 'model')}, each by itself"] if own else []
    who += [f"{fit.name}, standard errors by image" for fit in pooled]
    described = {"model": "each model describes them", "consensus": "most of all models do"}[described_by]
    beyond = "; an arrow leads to an end beyond the axis" if has_arrows(fits) else ""
    return (
        f"Dataset {clean_label(choice.dataset, 60)}: logit of {MEASURES[choice.measure].label.lower()}, pictures as "
        f"{described}; {listed(who)}. Each level against the mean of its field's levels, which is 1, the others held; "
        f"95 % intervals, not corrected for how many there are{beyond}. Hits {DENOMINATORS[choice.denominator]}."
    )


def _fits(frames: Frames, choice: Choice) -> tuple[list[Trees], str]:
    """The newest fit of each model and of all together, and by whom pictures are described."""
    found = _newest(frames["bi.estimate"], choice, set(frames["bi.leaderboard"]["run_id"]))
    fits = []
    for model in models_of(frames["bi.leaderboard"], choice, 26):
        terms = found[found["run_id"] == model.run_id]
        if not terms.empty:
            fits.append(Trees(model.name, model.color, model.marker, terms))
    for _, terms in found[found["run_id"].isna()].groupby("analysis_id"):
        name = f"{len(terms['run_ids'].iloc[0])} models together"
        fits.append(Trees(name, "0.45", "D", terms, is_pooled=True))
    return fits, str(found["fields"].iloc[0])


def _newest(estimates: pd.DataFrame, choice: Choice, run_ids: set[int]) -> pd.DataFrame:
    """Odds ratios of the chosen runs with field, level, fields, run_ids. Raises InputError where there is none."""
    ratios = estimates[(estimates["statistic"] == "odds_ratio") & estimates["estimate"].notna()]
    fitting = ratios[(ratios["measure"] == choice.measure) & (ratios["denominator"] == choice.denominator)]
    parameters = pd.DataFrame([_parameters(each) for each in fitting["parameters"]], index=fitting.index)
    if not fitting.empty:
        fitting = fitting.join(parameters)
        fitting = fitting[fitting["run_ids"].map(lambda ids: set(ids) <= run_ids)]
    if fitting.empty:
        outcome = _OUTCOMES.get(choice.measure, f"hit@{choice.measure.removeprefix('accuracy_')}")
        stored = sorted({f"{m} ({d})" for m, d in zip(ratios["measure"], ratios["denominator"], strict=True)})
        there = f"there is {', '.join(stored)}" if stored else "there is none at all"
        raise InputError(
            f"figure regression: no fit of {choice.measure} ({choice.denominator}) is stored for {choice.dataset!r}, "
            f"{there}: `imageo regress --outcome {outcome} --denominator {choice.denominator}` computes it"
        )
    ordered = fitting.sort_values(["created_at", "analysis_id", "estimate_id"], ascending=[False, False, True])
    newest = ordered.iloc[0]
    ordered = ordered[(ordered["fields"] == newest["fields"]) & (ordered["min_count"] == newest["min_count"])]
    # Of a run, and of all together, the newest analysis alone.
    whose = ordered["run_id"].astype("Int64").fillna(-1)
    latest = ordered.groupby(whose)["analysis_id"].transform("first")
    kept: pd.DataFrame = ordered[ordered["analysis_id"] == latest]
    split = kept["subject"].astype(str).str.partition(": ")
    return kept.assign(field=split[0], level=split[2])


def _parameters(given: Any) -> dict[str, Any]:
    told = json.loads(given) if isinstance(given, str) else dict(given or {})
    return {"fields": told.get("fields"), "min_count": told.get("min_count"), "run_ids": told.get("run_ids") or []}
