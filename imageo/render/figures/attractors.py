"""Countries that models answer too often or too seldom."""

import pandas as pd
from matplotlib.figure import Figure

from imageo.errors import InputError
from imageo.render.figures.captions import counted
from imageo.render.figures.catalogue import Choice, Frames
from imageo.render.figures.forest import Trees, forest, has_arrows
from imageo.render.figures.models import models_of
from imageo.render.labels import clean_label

_MOST_OFTEN, _MOST_SELDOM = 7, 5
_OFTEN, _SELDOM = "surplus of answers", "lack of answers"


def draw(frames: Frames, choice: Choice) -> Figure:
    """How many times as often as it is true a country is answered, of those that matter most over all models.

    `frames`: bi.leaderboard, and bi.estimate of kind attractor.
    """
    title = "Countries that models are drawn to, and those that they miss"
    return forest(_trees(frames, choice), title, "answered / true (log scale)")


def caption(frames: Frames, choice: Choice) -> str:
    trees = _trees(frames, choice)
    tests = _attraction(frames, choice)
    n_beyond = int((tests["p_adjusted"] <= 0.05).sum())
    beyond = f"{n_beyond:,} of {len(tests):,} ratios {'differs' if n_beyond == 1 else 'differ'} from 1"
    arrows = " An arrow leads to an end beyond the axis." if has_arrows(trees) else ""
    return (
        f"Dataset {clean_label(choice.dataset, 60)}, {counted(len(trees), 'model')}: how often a country is named over "
        "how often it is true, among images whose answer names a known country; the countries with the largest surplus "
        "and lack of answers over all models, among those that are true of an image. 95 % intervals, not corrected; "
        f"{beyond} after correction for their number.{arrows}"
    )


def _attraction(frames: Frames, choice: Choice) -> pd.DataFrame:
    """The newest ratio of each run and country, by name and not by place. Raises InputError where there is none."""
    estimates = frames["bi.estimate"]
    found = estimates[
        (estimates["statistic"] == "attraction")
        & (estimates["grouping"] == "country")
        & (estimates["measure"] == "country_name")
        & estimates["estimate"].notna()
        & estimates["low"].notna()
        & estimates["run_id"].isin(frames["bi.leaderboard"]["run_id"])
    ]
    if found.empty:
        raise InputError(
            f"figure attractors: no attraction of countries is stored for {choice.dataset!r}: `imageo attractors` "
            "computes it"
        )
    newest = found.sort_values(["created_at", "analysis_id", "estimate_id"], ascending=[False, False, True])
    return newest.drop_duplicates(["run_id", "subject"]).sort_values(["run_id", "subject"], ignore_index=True)


def _trees(frames: Frames, choice: Choice) -> list[Trees]:
    ratios = _attraction(frames, choice)
    # Of two names that read the same the code tells which.
    ratios["level"] = ratios["subject_name"].fillna(ratios["subject"])
    surplus = (ratios["k"] - ratios["n"]).astype(float).groupby(ratios["level"]).sum()
    ordered = sorted(surplus.items(), key=lambda item: (-item[1], str(item[0])))
    often = [name for name, gain in ordered if gain > 0][:_MOST_OFTEN]
    seldom = [name for name, gain in ordered[::-1] if gain < 0][:_MOST_SELDOM]
    fields = dict.fromkeys(often, _OFTEN) | dict.fromkeys(seldom, _SELDOM)
    if not fields:
        raise InputError(
            f"figure attractors: no country of {choice.dataset!r} is answered more or less than it is true"
        )
    shown = ratios[ratios["level"].isin(fields)].assign(field=lambda rows: rows["level"].map(fields))
    shown = shown.sort_values(["field", "level"], ascending=[False, True], kind="stable")
    trees = []
    for model in models_of(frames["bi.leaderboard"], choice, 26):
        own = shown[shown["run_id"] == model.run_id]
        if not own.empty:
            trees.append(Trees(model.name, model.color, model.marker, own))
    return trees
