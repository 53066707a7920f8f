"""How often a model is right at each confidence that it states."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from statsmodels.stats.proportion import proportion_confint

from imageo.errors import InputError
from imageo.render.figures.captions import WILSON, about_data, set_title
from imageo.render.figures.catalogue import Choice, Frames
from imageo.render.figures.confidence import LEVELS, short_count
from imageo.render.figures.models import models_of
from imageo.render.figures.panels import panel_grid, room_for_name

_MOST_COLUMNS = 4
_MEASURES = {
    # (measure, denominator) -> columns of k and n in bi.reliability, what is counted, among whom
    ("accuracy_25km", "all"): ("n_correct_25km", "n_answered", "within 25 km", "one without coordinates is wrong"),
    ("accuracy_25km", "answered"): (
        "n_correct_25km",
        "n_located",
        "within 25 km",
        "one without coordinates is left out",
    ),
    ("country_match", "all"): ("n_correct_country", "n_country", "in the right country", "one without is wrong"),
}


def draw(frames: Frames, choice: Choice) -> Figure:
    """Rate by stated confidence with Wilson's interval and n, a panel a model; dashed: the rate of all its answers.

    `frames`: `bi.leaderboard` and `bi.reliability`. A level is no probability, so there is no diagonal to lie on.
    Raises InputError for a measure that `bi.reliability` does not have.
    """
    board = frames["bi.leaderboard"]
    models = models_of(board, choice, room_for_name(len(board), _MOST_COLUMNS))
    right, among, what, _ = _measure(choice)
    levels = _stated(frames, choice)
    figure, panels = panel_grid(models, most_columns=_MOST_COLUMNS, height_inches=1.6)
    for axes, model in zip(panels, models, strict=True):
        mine = levels[(levels["run_id"] == model.run_id) & (levels[among] > 0)]
        k, n = mine[right].to_numpy(dtype=float), mine[among].to_numpy(dtype=float)
        if n.sum() > 0:
            axes.axhline(100 * k.sum() / n.sum(), color="black", linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
        low, high = proportion_confint(k, n, method="wilson")
        level, rate = mine["confidence"].to_numpy(dtype=float), k / n
        axes.vlines(level, 100 * np.asarray(low), 100 * np.asarray(high), color="C0", linewidth=1.8)
        axes.plot(level, 100 * rate, "o", color="C0", markersize=4.5, markeredgecolor="white", markeredgewidth=0.6)
        for each, images in zip(level, n, strict=True):
            axes.text(each, -4, short_count(int(images)), ha="center", va="top", fontsize=5.5)
        axes.set(xlim=(0.4, 5.6), xticks=LEVELS, ylim=(-18, 103), yticks=(0, 50, 100))
        axes.grid(visible=False, axis="x")
    set_title(figure, f"Answers {what}, by stated confidence")
    figure.supxlabel("stated confidence, 1 (low) to 5 (high)", fontsize="small")
    figure.supylabel(f"{what}, %", fontsize="small")
    return figure


def caption(frames: Frames, choice: Choice) -> str:
    models = models_of(frames["bi.leaderboard"], choice)
    _, among, what, non_answer = _measure(choice)
    levels = _stated(frames, choice)
    return (
        f"{about_data(models, choice)} {int(levels[among].sum()):,} answers that state a confidence; {non_answer}. "
        f"Share {what}; below: number of answers; dashed: the share over all levels. Confidence is a level and no "
        f"probability, so there is no diagonal. {WILSON}"
    )


def _measure(choice: Choice) -> tuple[str, str, str, str]:
    known = _MEASURES.get((choice.measure, choice.denominator))
    if known is None:
        pairs = ", ".join(f"{measure} over {denominator}" for measure, denominator in _MEASURES)
        raise InputError(
            f"reliability: there is no {choice.measure} over {choice.denominator} by confidence; there is {pairs}"
        )
    return known


def _stated(frames: Frames, choice: Choice) -> pd.DataFrame:
    levels = frames["bi.reliability"]
    stated = levels[levels["confidence"] > 0].sort_values(["run_id", "confidence"])
    if stated.empty:
        raise InputError(f"reliability: no answer over dataset {choice.dataset!r} states a confidence")
    return stated
