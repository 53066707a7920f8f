"""What an answer costs against how good it is, and which models nothing beats."""

from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from statsmodels.stats.proportion import proportion_confint

from imageo.errors import InputError
from imageo.render.figures.captions import WILSON, about_data, about_denominator, set_title
from imageo.render.figures.catalogue import Choice, Frames
from imageo.render.figures.models import Model, models_of
from imageo.render.figures.placing import Crowd, Labelled, fitted, place_labels
from imageo.render.figures.ranks import counted_in
from imageo.render.labels import MEASURES, listed

_PER = 1000
_FRONT, _BEATEN = "C5", "0.5"


@dataclass(frozen=True)
class Offer:
    """A model's price, US dollars per 1,000 images, and its rate in per cent with Wilson's bounds.

    `is_on_front`: no other is at least as cheap and at least as good, and better in one.
    """

    model: Model
    price: float
    rate: float
    low: float
    high: float
    is_on_front: bool = False


def draw(frames: Frames, choice: Choice) -> Figure:
    """A point a model of known price, on a log axis of costs; those that cost nothing in a strip of their own.

    `frames["bi.leaderboard"]`: one row a run.
    """
    offers, _ = _offers(frames, choice)
    free = [offer for offer in offers if offer.price == 0]
    paid = [offer for offer in offers if offer.price > 0]
    figure = Figure(figsize=(mpl.rcParams["figure.figsize"][0], 4.2))
    panels: list[tuple[Axes, list[Offer]]] = []
    if free and paid:
        left, right = figure.subplots(1, 2, sharey=True, width_ratios=(1, 3))
        panels = [(left, free), (right, paid)]
    else:
        panels = [(figure.add_subplot(), free or paid)]
    for axes, some in panels:
        _points(axes, some)
        _scale(axes, some)
    stairs = _front(panels[-1][0], paid, max((offer.rate for offer in free), default=None)) if paid else []
    low, high = min(offer.low for offer in offers), max(offer.high for offer in offers)
    margin = max(2.0, 0.08 * (high - low))
    panels[0][0].set_ylim(max(-2, low - margin), min(102, high + margin))
    panels[0][0].set_ylabel(f"{MEASURES[choice.measure].label}, %")
    set_title(figure, "What a better answer costs")
    place_labels(figure, [_names(axes, some, stairs if some is paid else []) for axes, some in panels])
    return figure


def caption(frames: Frames, choice: Choice) -> str:
    offers, unpriced = _offers(frames, choice)
    parts = [about_data([offer.model for offer in offers], choice)]
    front = [offer.model.name for offer in offers if offer.is_on_front]
    parts.append(
        f"Diamonds: {listed(front)}; no other is at least as cheap and at least as good, and better in one "
        "(Pareto front). Cost is spread over all images asked about."
    )
    if unpriced:
        parts.append(f"Without a known price, and so not drawn: {listed(unpriced)}.")
    return " ".join([*parts, about_denominator(choice), WILSON])


def pareto_front(prices: "np.ndarray", rates: "np.ndarray") -> "np.ndarray":
    """Whether no other is at least as cheap and at least as good, and better in one."""
    cheaper = prices[None, :] <= prices[:, None]
    better = rates[None, :] >= rates[:, None]
    strictly = (prices[None, :] < prices[:, None]) | (rates[None, :] > rates[:, None])
    return np.asarray(~(cheaper & better & strictly).any(axis=1))


def _offers(frames: Frames, choice: Choice) -> tuple[list[Offer], list[str]]:
    """The models of known price, and the names of the others."""
    column, found, unpriced = f"{choice.measure}_{choice.denominator}", [], []
    for model in models_of(frames["bi.leaderboard"], choice):
        price, rate = model.row["cost_usd_per_image"], model.row[column]
        if pd.isna(price):
            unpriced.append(model.name)
            continue
        if pd.isna(rate):
            continue
        n = int(model.row[counted_in(choice.measure, choice.denominator)])
        low, high = proportion_confint(round(float(rate) * n), n, method="wilson")
        found.append(Offer(model, _PER * float(price), 100 * float(rate), 100 * min(low, rate), 100 * max(high, rate)))
    if not found:
        raise InputError(
            f"figure pareto: no model of {choice.dataset!r} has a known price and a {choice.measure}; "
            "prices come with the answers: see `imageo costs`"
        )
    on_front = pareto_front(np.array([each.price for each in found]), np.array([each.rate for each in found]))
    return [
        Offer(each.model, each.price, each.rate, each.low, each.high, bool(is_on_front))
        for each, is_on_front in zip(found, on_front, strict=True)
    ], unpriced


def _points(axes: Axes, offers: list[Offer]) -> None:
    for offer in offers:
        color = _FRONT if offer.is_on_front else _BEATEN
        axes.vlines(offer.price, offer.low, offer.high, color=color, linewidth=1.2, alpha=0.7)
        axes.plot(offer.price, offer.rate, "D" if offer.is_on_front else "o", color=color, markersize=5.5, zorder=3)


def _scale(axes: Axes, offers: list[Offer]) -> None:
    if offers[0].price == 0:
        axes.set(xlim=(-0.12, 1), xticks=(0,))
        axes.set_xticklabels(["free"])
        axes.grid(visible=False, axis="x")
        return
    prices = [offer.price for offer in offers]
    axes.set(xscale="log", xlim=(min(prices) / 2.2, max(prices) * 2.2))
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5), numticks=12))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axes.set_xlabel(f"US$ per {_PER:,} images (log scale)")


def _front(axes: Axes, paid: list[Offer], best_free: float | None) -> list[tuple[float, float]]:
    """Draw the best that any price up to here buys, as a staircase; points along it."""
    front = sorted((offer for offer in paid if offer.is_on_front), key=lambda offer: (offer.price, offer.rate))
    if not front:
        return []
    left, right = axes.get_xlim()
    x, y = [offer.price for offer in front], [offer.rate for offer in front]
    if best_free is not None:
        x, y = [left, *x], [best_free, *y]
    x, y = [*x, right], [*y, y[-1]]
    axes.step(x, y, where="post", color=_FRONT, linewidth=1.0, linestyle=(0, (4, 2)), zorder=1)
    across = [(at, y[i]) for i in range(len(x) - 1) for at in np.geomspace(x[i], x[i + 1], 60)]
    upward = [(x[i + 1], at) for i in range(len(x) - 1) for at in np.linspace(y[i], y[i + 1], 30)]
    return across + upward


def _names(axes: Axes, offers: list[Offer], stairs: list[tuple[float, float]]) -> Crowd:
    points = [(offer.price, height) for offer in offers for height in np.linspace(offer.low, offer.high, 7)]
    width = 130 if offers[0].price else 92
    wanted = [Labelled(offer.price, offer.rate, fitted(offer.model.name, width, "x-small")) for offer in offers]
    return Crowd(axes, wanted, points + stairs)
