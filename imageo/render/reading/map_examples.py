"""The answers that stand beside a map: the largest errors of each run in each region, as many as a page can carry."""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd
import psycopg

from imageo.db.frames import read_view
from imageo.render.labels import clean_label
from imageo.render.maps.hexagons import LEVEL as HEX

EACH = 3
"""Examples of a run in a region, where nobody asks for another number."""

SHORT_WORDS = 160
LONG_WORDS = 400

MOST_CHARACTERS = {"admin1": 120_000}
MOST_CHARACTERS_ELSEWHERE = 420_000
"""Of all that is told of the examples: about 0.07 and 0.22 MB of a page, which admin-1 outlines fill already."""

_TOLD = ("image_name", "true_city", "answered_city", "answered_state", "answered_country", "reasoning")
_NUMBERS_OF_A_ROW = 60  # characters that identifiers, places and distances take


class Examples(NamedTuple):
    """`rows`: those of bi.region_example that a page shows; `sentence`: how they were chosen, for its readers."""

    rows: pd.DataFrame
    sentence: str


def read_examples(connection: psycopg.Connection, rates: pd.DataFrame, *, level: str, each: int | None) -> Examples:
    """The worst answers of each run and region of `rates` (bi.region_rate of a level). See `choose_examples`."""
    where: dict[str, object] = {
        "level": level,
        "run_id": rates["run_id"].unique().tolist(),
        "worst_rank": list(range(1, (EACH if each is None else each) + 1)),
    }
    if each is None and (regions := regions_within_reach(rates, level)):
        where["region_code"] = regions
    return choose_examples(read_view(connection, "bi.region_example", where), images_of(rates), each, level)


def read_grouped_examples(
    connection: psycopg.Connection, rates: pd.DataFrame, answers: pd.DataFrame, groups: pd.Series, *, each: int | None
) -> Examples:
    """The same of groups that no table knows, hexagons: `groups` is the group of each of `answers`
    (bi.prediction_detail).
    """
    most = EACH if each is None else each
    worst = answers.assign(level=HEX, region_code=groups).sort_values(
        ["error_km", "image_id"], ascending=[False, True], na_position="last", kind="stable"
    )
    worst["worst_rank"] = worst.groupby(["run_id", "region_code"]).cumcount() + 1
    worst = worst[worst["worst_rank"] <= most]
    if each is None and (regions := regions_within_reach(rates, HEX)):
        worst = worst[worst["region_code"].isin(regions)]
    key = ["image_id", "run_id"]
    said = read_view(connection, "bi.answer", {name: sorted(set(worst[name].tolist())) for name in key})
    rows = worst.merge(said[[*key, "reasoning"]], on=key, how="left").assign(example_id=range(1, len(worst) + 1))
    return choose_examples(rows, images_of(rates), each, HEX)


def images_of(rates: pd.DataFrame) -> dict[str, int]:
    """Region -> images that a run was asked about there, the most of any run."""
    return {str(code): int(n) for code, n in rates.groupby("region_code")["n_all"].max().items()}


def choose_examples(rows: pd.DataFrame, images: Mapping[str, int], each: int | None, level: str) -> Examples:
    """What a page carries of the worst answers of each run and region (`rows` of bi.region_example).

    With `each` given, that many of each run and region and LONG_WORDS of what the model says. Without it up to EACH,
    SHORT_WORDS, and no more than the page of this level can carry: first the worst answer of every run in the regions
    with most images, then in others, then the second worst. `images`: region -> images in it.
    """
    if each == 0:
        return Examples(rows.iloc[:0], "")
    most, length = (EACH, SHORT_WORDS) if each is None else (each, LONG_WORDS)
    offered = rows[rows["worst_rank"] <= most]
    offered = offered.assign(n_images=offered["region_code"].map(images).fillna(0)).sort_values(
        ["worst_rank", "n_images", "region_code", "run_label"], ascending=[True, False, True, True], kind="stable"
    )
    kept = offered
    if each is None:
        n_characters = pd.Series(
            [
                _NUMBERS_OF_A_ROW + sum(min(len(text), length) for text in texts if isinstance(text, str))
                for texts in zip(*(offered[name] for name in _TOLD), strict=True)
            ],
            index=offered.index,
            dtype=int,
        )
        kept = offered[n_characters.cumsum() <= _most_characters(level)]
    words = [None if pd.isna(text) else clean_label(text, length) for text in kept["reasoning"]]
    kept = kept.assign(reasoning=pd.Series(words, index=kept.index, dtype=object)).drop(columns="n_images")
    kept = kept.sort_values(["region_code", "run_label", "worst_rank"], kind="stable", ignore_index=True)
    all_there = len(kept) == len(offered) and set(kept["region_code"]) >= set(images)
    return Examples(kept, _sentence(kept, images, most, all_there))


def _most_characters(level: str) -> int:
    return MOST_CHARACTERS.get(level, MOST_CHARACTERS_ELSEWHERE)


def regions_within_reach(rates: pd.DataFrame, level: str) -> list[str]:
    """The regions whose worst answers can be told before the page is full; empty where all of them can."""
    regions = rates.groupby("region_code").agg(n_images=("n_all", "max"), n_runs=("run_id", "nunique")).reset_index()
    regions = regions.sort_values(["n_images", "region_code"], ascending=[False, True])
    before = regions["n_runs"].cumsum() - regions["n_runs"]
    near = before <= _most_characters(level) / _NUMBERS_OF_A_ROW
    return [] if near.all() else regions.loc[near, "region_code"].tolist()


def _sentence(kept: pd.DataFrame, images: Mapping[str, int], most: int, all_there: bool) -> str:
    if kept.empty:
        return ""
    said = (
        f"Examples are the {most} largest errors of a run in a region; an answer without a place comes last."
        if most > 1
        else "The example of a run in a region is its largest error, else an answer without a place."
    )
    if all_there:
        return said
    held = kept["region_code"].nunique()
    return (
        f"{said} The page has room for {len(kept):,} in {held:,} of {len(images):,} regions with images: the largest "
        "of every run first, and regions with most images first."
    )
