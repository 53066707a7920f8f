"""What a regression explains, and the rows that it is explained for."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from imageo.analysis.consensus import consensus
from imageo.errors import InputError
from imageo.measures import ACCURACY_KM

if TYPE_CHECKING:
    import pandas as pd

Described = Literal["model", "consensus"]

_SCENE = ("environment", "scene_type", "setting", "landmark")
_NEAREST_KM = 0.001


@dataclass(frozen=True)
class Outcome:
    """`name` as other tables have it, `column` of bi.regression_panel; under `all` a non-answer is a miss."""

    name: str
    column: str
    denominator: str
    km: int | None = None
    is_hit: bool = True


OUTCOMES = ("city", "state", "country", *(f"hit@{km}km" for km in ACCURACY_KM), "log_error")


def parse_outcome(text: str, denominator: str = "all") -> Outcome:
    """An outcome as typed: city, state, country, hit@25km, log_error. Raises InputError with those that there are.

    A distance has only answers with coordinates: its denominator is `answered`, whatever is asked.
    """
    if text in ("city", "state", "country"):
        return Outcome(f"{text}_match", f"is_{text}_match", denominator)
    if (found := re.fullmatch(r"hit@(\d+) ?km", text)) and int(found[1]) in ACCURACY_KM:
        return Outcome(f"accuracy_{found[1]}km", "error_km", denominator, km=int(found[1]))
    if text == "log_error":
        return Outcome("log_error_km", "error_km", "answered", is_hit=False)
    raise InputError(f"--outcome {text}: there is {', '.join(OUTCOMES)}")


def outcome_rows(panel: "pd.DataFrame", outcome: Outcome, described: Described = "model") -> "pd.DataFrame":
    """Rows of bi.regression_panel that have the outcome, with `y` and `landmark` (named, none).

    y: 1 for a hit and 0 for a miss; ln of the geodesic error in kilometres, an error below a metre taken for a metre.
    A match is counted where the truth is known. `described`: by each model in its own words, or by the `consensus`
    of the models in `panel`, which describes the images that a model did not answer too.
    """
    import numpy as np

    rows = describe(panel, described)
    if outcome.km is not None:
        y = (rows["error_km"] <= outcome.km).astype(float)
        rows = rows.assign(y=y) if outcome.denominator == "all" else rows.assign(y=y)[rows["is_located"]]
    elif outcome.is_hit:
        rows = rows.assign(y=rows[outcome.column].astype("Float64").astype(float))
        if outcome.denominator == "answered":
            rows = rows[rows[outcome.column.replace("_match", "_named")].astype(bool)]
    else:
        rows = rows.assign(y=np.log(rows["error_km"].clip(lower=_NEAREST_KM)))
    return rows[rows["y"].notna()].reset_index(drop=True)


def paper_rows(panel: "pd.DataFrame", outcome: Outcome, described: Described = "model") -> "pd.DataFrame":
    """As `outcome_rows`, by the rules of IMAGEO-Bench's scripts: answers only, described in every field.

    A match is plain equality of names among rows with both; a distance is ln(1 + planar degrees).
    """
    import numpy as np

    rows = describe(panel, described)
    if outcome.km is not None:
        rows = rows[rows["is_located"]]
        rows = rows.assign(y=(rows["error_km"] <= outcome.km).astype(float))
    elif outcome.is_hit:
        rows = rows.assign(y=rows[f"{outcome.column}_strict"].astype("Float64").astype(float))
    else:
        rows = rows.assign(y=np.log1p(rows["error_planar_degrees"]))
    return rows.dropna(subset=["y", *_SCENE]).reset_index(drop=True)


def describe(panel: "pd.DataFrame", described: Described) -> "pd.DataFrame":
    """The panel with `landmark` as a word, its scene fields by each model or by consensus."""
    named = panel["is_landmark_named"].astype("object")
    words = named.where(named.notna(), None).map({True: "named", False: "none"})
    panel = panel.assign(landmark=words)
    if described == "model":
        return panel
    agreed = consensus(panel, _SCENE)
    return panel.drop(columns=list(_SCENE)).join(agreed, on="image_id")
