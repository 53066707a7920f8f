"""Words of the models' reasons that tell hits from misses."""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from imageo.analysis.words import Telling, Terms, count_terms, telling_terms
from imageo.errors import InputError
from imageo.measures import DENOMINATORS
from imageo.render.figures.captions import counted, set_title
from imageo.render.figures.catalogue import Choice, Frames
from imageo.render.figures.placing import fitted
from imageo.render.figures.reasons import reason_terms, reasons_of
from imageo.render.figures.stop_words import stop_words
from imageo.render.labels import MEASURES, clean_label

_MOST = 15
_IMAGES = 5
_NOTHING = 1e-9
_HIT, _MISS = "C0", "C5"


def draw(frames: Frames, choice: Choice) -> Figure:
    """Two panels, words and pairs: the z of those most typical of hits, above, and of misses, below.

    `frames`: bi.prediction_reasoning. Statistic: Monroe, Colaresi and Quinn 2008, see imageo.analysis.words.
    """
    found = _found(frames, choice)[0]
    rows = max(len(some) for some in found)
    figure = Figure(figsize=(mpl.rcParams["figure.figsize"][0], 1.2 + 0.155 * max(rows, 6)))
    panels = figure.subplots(1, 2)
    for axes, some, title in zip(panels, found, ("words", "pairs of words"), strict=True):
        _lollipops(axes, some, title)
    figure.supxlabel("typical of misses   ←   z of the log-odds ratio   →   typical of hits", fontsize="small")
    set_title(figure, f"Words of hits and of misses ({MEASURES[choice.measure].label.lower()})")
    return figure


def caption(frames: Frames, choice: Choice) -> str:
    _, groups, n_models = _found(frames, choice)
    hits, misses = (sum(each[side].n_texts for each in groups) for side in (0, 1))
    return (
        f"Dataset {clean_label(choice.dataset, 60)}: reasons of {hits:,} hits and {misses:,} misses by "
        f"{counted(n_models, 'model')}; {MEASURES[choice.measure].label.lower()} "
        f"{DENOMINATORS[choice.denominator]}. Log-odds ratio with an informative Dirichlet prior (Monroe, Colaresi and "
        "Quinn 2008) within each model, then weighted together. A term counts once an answer, and not where it is of "
        f"the name of that answer's true or answered place; shown are terms said to {_IMAGES} images or more. z "
        "describes and is no test: answers to one image are not independent. In brackets: hits and misses that have it."
    )


def _found(
    frames: Frames, choice: Choice
) -> tuple[tuple[list[Telling], list[Telling]], list[tuple[Terms, Terms]], int]:
    """The words and the pairs that tell most, the terms of hits and of misses of each model, and how many models."""
    told = reasons_of(frames["bi.prediction_reasoning"], choice, "hits-misses")
    is_hit, counts = verdicts(told, choice)
    told, is_hit = told[counts].reset_index(drop=True), is_hit[counts]
    if not is_hit.any() or is_hit.all():
        side = "a miss" if is_hit.any() else "a hit"
        raise InputError(
            f"figure hits-misses: no answer over {choice.dataset!r} with reasons is {side} by {choice.measure}, so "
            "there is nothing to tell apart; choose another --measure"
        )
    terms = reason_terms(told, stop_words())
    groups = [
        (
            count_terms(terms[place] for place in places if is_hit[place]),
            count_terms(terms[place] for place in places if not is_hit[place]),
        )
        for _, places in sorted(told.groupby("run_id").indices.items())
    ]
    by_image = [
        (set().union(*(terms[place][0] for place in places)), set().union(*(terms[place][1] for place in places)))
        for _, places in sorted(told.groupby("image_id").indices.items())
    ]
    images = count_terms(by_image)
    words = _extremes([(hits.words, misses.words) for hits, misses in groups], images.words)
    pairs = _extremes([(hits.pairs, misses.pairs) for hits, misses in groups], images.pairs)
    if not words and not pairs:
        raise InputError(
            f"figure hits-misses: the reasons of hits and of misses over {choice.dataset!r} are the same words, or no "
            f"word is said to {_IMAGES} images; there is nothing to draw"
        )
    return (words, pairs), groups, len(groups)


def verdicts(told: pd.DataFrame, choice: Choice) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Whether each answer is a hit by the chosen measure, and whether it counts under the chosen denominator."""
    if choice.measure.startswith("accuracy_"):
        km = float(choice.measure.removeprefix("accuracy_").removesuffix("km"))
        hit = told["error_km"].astype(float).le(km).to_numpy(bool)
        return hit, np.ones(len(told), bool) if choice.denominator == "all" else told["is_located"].to_numpy(bool)
    what = choice.measure.removesuffix("_match")
    known = told[f"is_{what}_match"].notna().to_numpy(bool)
    hit = told[f"is_{what}_match"].fillna(False).to_numpy(bool)
    return hit, known & (True if choice.denominator == "all" else told[f"is_{what}_named"].to_numpy(bool))


def _extremes(
    groups: Sequence[tuple[Mapping[str, int], Mapping[str, int]]], images: Mapping[str, int]
) -> list[Telling]:
    """The terms most typical of hits, then those of misses, the most typical last."""
    found = telling_terms(groups, images, minimum=_IMAGES)
    above = [each for each in found if each.z > _NOTHING][:_MOST]
    below = [each for each in found if each.z < -_NOTHING][-_MOST:]
    return above + below


def _lollipops(axes: Axes, terms: Sequence[Telling], title: str) -> None:
    axes.set_title(title, fontsize="small")
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False, axis="y")
    axes.set_yticks(())
    axes.axvline(0, color="0.45", linewidth=0.8)
    widest = max([abs(each.z) for each in terms], default=1.0)
    axes.set(xlim=(-1.9 * widest, 1.9 * widest), ylim=(max(len(terms), 1) - 0.3, -0.7))
    if not terms:
        axes.text(0.05 * widest, 0, "none", va="center", fontsize="small")
    room = 72 * float(mpl.rcParams["figure.figsize"][0]) / 4 - 14
    for line, each in enumerate(terms):
        color, marker = (_HIT, "o") if each.z > 0 else (_MISS, "s")
        axes.hlines(line, 0, each.z, color=color, linewidth=1.6)
        axes.plot(each.z, line, marker, color=color, markersize=4)
        counts = f" ({each.n_hits:,} : {each.n_misses:,})"
        term = fitted(each.term, room - 6 * len(counts) * 0.55, "x-small")
        text, side = (f"{term}{counts}", "right") if each.z > 0 else (f"{term}{counts}", "left")
        axes.text(-0.03 * widest if each.z > 0 else 0.03 * widest, line, text, ha=side, va="center", fontsize="x-small")
