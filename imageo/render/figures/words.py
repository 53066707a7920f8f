"""Word cloud and commonest pairs of words of the models' reasons."""

from collections.abc import Mapping

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager, get_font
from matplotlib.patches import PathPatch
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

from imageo.analysis.words import Terms, count_terms
from imageo.render.figures.captions import counted, set_title
from imageo.render.figures.catalogue import Choice, Frames
from imageo.render.figures.models import models_of
from imageo.render.figures.placing import fitted
from imageo.render.figures.reasons import reason_terms, reasons_of
from imageo.render.figures.stop_words import stop_words
from imageo.render.labels import clean_label

_MOST_WORDS, _MOST_PAIRS = 90, 20
_CANVAS = (900, 760)
_SEED = 0


def draw(frames: Frames, choice: Choice) -> Figure:
    """Left the words, the larger the more answers use them; right the commonest pairs of neighbouring words.

    `frames`: bi.prediction_reasoning and bi.leaderboard.
    """
    terms, _ = _terms(frames, choice)
    figure = Figure(figsize=(mpl.rcParams["figure.figsize"][0], 4.4))
    cloud, bars = figure.subplots(1, 2, width_ratios=(2.1, 1))
    _cloud(cloud, _drawable(terms.words))
    _bars(bars, terms)
    set_title(figure, "What the models give as their reasons")
    return figure


def caption(frames: Frames, choice: Choice) -> str:
    terms, n_models = _terms(frames, choice)
    unseen = len(_top(terms.words, _MOST_WORDS)) - len(_drawable(terms.words))
    parts = [
        f"Dataset {clean_label(choice.dataset, 60)}: reasons of {counted(terms.n_texts, 'answer')} by "
        f"{counted(n_models, 'model')}, hits and misses. Area and place mean nothing, the size of a word is the number "
        "of answers that use it. Without function words, and without the names of the answer's own true and answered "
        "place; a pair are two words side by side."
    ]
    if unseen:
        parts.append(f"Not drawn, since the font lacks their letters: {counted(unseen, 'word')}.")
    return " ".join(parts)


def _terms(frames: Frames, choice: Choice) -> tuple[Terms, int]:
    told = reasons_of(frames["bi.prediction_reasoning"], choice, "words")
    models_of(frames["bi.leaderboard"], choice)
    return count_terms(reason_terms(told, stop_words())), told["run_id"].nunique()


def _top(counts: Mapping[str, int], most: int) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most]


def _font_path() -> str:
    return str(fontManager.findfont(FontProperties(family=mpl.rcParams["font.family"])))


def _drawable(counts: Mapping[str, int]) -> dict[str, int]:
    """The commonest words, those whose letters the font has."""
    letters = get_font(_font_path()).get_charmap()
    return {word: n for word, n in _top(counts, _MOST_WORDS) if all(ord(letter) in letters for letter in word)}


def _cloud(axes: Axes, words: Mapping[str, int]) -> None:
    from wordcloud import WordCloud

    width, height = _CANVAS
    axes.set(xlim=(0, width), ylim=(height, 0), aspect="equal")
    axes.set_axis_off()
    if not words:
        return
    layout = WordCloud(
        font_path=_font_path(), width=width, height=height, random_state=_SEED, prefer_horizontal=1.0,
        relative_scaling=0.6, max_words=_MOST_WORDS, margin=4, min_font_size=10, max_font_size=height // 8,
    ).generate_from_frequencies(dict(words))  # fmt: skip
    family = FontProperties(fname=_font_path())
    most = max(words.values())
    for (word, share), size, (top, left), _, _ in layout.layout_:
        # As an outline, so that the words keep their place whatever the size of the figure. In pixels, y downward.
        outline = TextPath((0, 0), word, size=size, prop=family)
        box = outline.get_extents()
        place = Affine2D().translate(-box.x0, -box.y1).scale(1, -1).translate(left, top)
        shade = "C0" if share * most >= most / 2 else mpl.rcParams["text.color"]
        axes.add_patch(PathPatch(outline.transformed(place), facecolor=shade, linewidth=0, alpha=0.55 + 0.45 * share))


def _bars(axes: Axes, terms: Terms) -> None:
    pairs = [(pair, n) for pair, n in _top(terms.pairs, _MOST_PAIRS) if n > 1]
    axes.set_title("pairs of words, % of answers", fontsize="small")
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False)
    axes.set(yticks=())
    if not pairs:
        axes.text(0, 0.98, "none occurs twice", fontsize="small", va="top", transform=axes.transAxes)
        axes.spines["bottom"].set_visible(False)
        axes.set(xticks=())
        return
    lines = np.arange(len(pairs))
    beside = axes.get_yaxis_transform()
    shares = [100 * n / terms.n_texts for _, n in pairs]
    axes.barh(lines + 0.28, shares, height=0.26, color="C0")
    room = 72 * float(mpl.rcParams["figure.figsize"][0]) / 3.4 - 40
    for line, (pair, _), share in zip(lines, pairs, shares, strict=True):
        axes.text(0, line - 0.05, fitted(pair, room, "x-small"), fontsize="x-small", va="center")
        axes.text(1, line - 0.05, f"{share:.1f}", fontsize="x-small", va="center", ha="right", transform=beside)
    axes.set(ylim=(max(len(pairs), 8) - 0.4, -0.5), xlim=(0, 1.1 * max(shares)))
