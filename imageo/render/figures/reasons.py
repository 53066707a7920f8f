"""The models' reasons as words: read once for the figures that show them."""

from collections.abc import Collection

import pandas as pd

from imageo.analysis.words import terms_of
from imageo.errors import InputError
from imageo.render.figures.catalogue import Choice

_NAMES = (
    "true_country", "true_country_name", "true_state", "true_state_name", "true_city",
    "answered_country", "answered_country_name", "answered_state", "answered_city",
)  # fmt: skip


def reasons_of(frame: pd.DataFrame, choice: Choice, name: str) -> pd.DataFrame:
    """The answers of bi.prediction_reasoning that say something. Raises InputError where none does."""
    told = frame[frame["reasoning"].fillna("").str.strip() != ""].sort_values(["run_id", "image_id"], ignore_index=True)
    if told.empty:
        raise InputError(
            f"figure {name}: no answer over {choice.dataset!r} comes with reasons; `imageo query` asks models for "
            "them, `imageo ingest predictions` reads them"
        )
    return told


def reason_terms(told: pd.DataFrame, stop: Collection[str]) -> list[tuple[set[str], set[str]]]:
    """Words and pairs of each answer, without the names of its own true and answered place."""
    names = told[list(_NAMES)].to_numpy().tolist()
    return [terms_of(text, stop, own) for text, own in zip(told["reasoning"], names, strict=True)]
