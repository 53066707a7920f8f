"""Photos in groups: by the region they lie in, by what that region is like, by what they show.

The frames are those of the views: `images` of core.image, `answers` of bi.prediction_detail, `countries`
of core.region.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from imageo.analysis.consensus import count_votes
from imageo.errors import InputError
from imageo.measures import LEVELS, MEASURES

if TYPE_CHECKING:
    import pandas as pd

REGION_COLUMNS = dict(zip(LEVELS, ("continent_code", "country_iso", "admin1_code", "state_code"), strict=True))
COUNTRY_ATTRIBUTES = ("income_group", "subregion", "population")
SCENE_FIELDS = ("environment", "scene_type", "setting", "landmark")
"""What models say of a scene; `landmark` where the answers carry it."""

NOT_TOLD = "not told"
MOST_VALUES = 12
"""A number with more values than this is cut into quarters of the photos."""


def verdicts(answers: "pd.DataFrame", measure: str) -> "pd.DataFrame":
    """One row a (run_id, image_id) to which the measure applies: is_hit, and is_answered, that the answer says to it.

    `country_match` and the like apply where the truth is known, `accuracy_25km` and the like to every photo.
    """
    if measure not in MEASURES:
        raise InputError(f"there is no measure {measure!r}; there is {', '.join(MEASURES)}")
    frame = answers[["run_id", "image_id"]].copy()
    if measure.startswith("accuracy_"):
        frame["is_hit"] = answers["error_km"] <= float(measure.removeprefix("accuracy_").removesuffix("km"))
        frame["is_answered"] = answers["error_km"].notna()
        return frame
    verdict = answers[f"is_{measure}"]
    frame["is_hit"] = verdict.eq(True).fillna(False).astype(bool)
    frame["is_answered"] = answers[f"answered_{measure.removesuffix('_match')}"].notna()
    return frame[verdict.notna()].reset_index(drop=True)


def known_groupings(images: "pd.DataFrame", answers: "pd.DataFrame") -> list[str]:
    """Every name that photos can be grouped by."""
    told = {key for attributes in images["attributes"] if attributes for key in attributes}
    scene = [name for name in SCENE_FIELDS if name in answers.columns]
    return [*LEVELS, *COUNTRY_ATTRIBUTES, *scene, *sorted(told - {*LEVELS, *COUNTRY_ATTRIBUTES, *scene})]


def label_rows(
    rows: "pd.DataFrame",
    name: str,
    images: "pd.DataFrame",
    answers: "pd.DataFrame",
    countries: "pd.DataFrame",
    fields: str = "consensus",
) -> "pd.Series":
    """The group of each row (run_id, image_id) by one grouping; None where it has none.

    Scene fields are models' own words: with `fields` "consensus" what most models say of a photo, the same for all of
    them; with "model" each run's own word. Raises InputError where nothing has that name.
    """
    if name in SCENE_FIELDS and name in answers.columns:
        if fields == "model":
            own = answers[["run_id", "image_id"]].assign(label=_words(answers[name]))
            return rows[["run_id", "image_id"]].merge(own, how="left", on=["run_id", "image_id"])["label"]
        return rows["image_id"].map(consensus(answers, name)).astype(object)
    return rows["image_id"].map(image_labels(name, images, answers, countries)).astype(object)


def image_labels(name: str, images: "pd.DataFrame", answers: "pd.DataFrame", countries: "pd.DataFrame") -> "pd.Series":
    """image_id -> group, by a level of regions, an attribute of countries or a column of the truth file."""
    keyed = images.set_index("image_id")
    if name in REGION_COLUMNS:
        labels = keyed[REGION_COLUMNS[name]]
        return labels.where(labels.notna(), None)
    if name in COUNTRY_ATTRIBUTES:
        return banded(keyed["country_iso"].map(countries.set_index("code")[name]))
    known = known_groupings(images, answers)
    if name not in known:
        raise InputError(f"photos cannot be grouped by {name!r} here; they can by {', '.join(known)}")
    return banded(keyed["attributes"].map(lambda attributes: (attributes or {}).get(name)))


def banded(values: "pd.Series") -> "pd.Series":
    """Values as labels: a list by its first entry, a number of many values by its quarter, all else as it is."""
    import numpy as np
    import pandas as pd

    words = values.map(_word)
    numbers = pd.to_numeric(words, errors="coerce")
    is_numeric = np.isfinite(numbers[words.notna()]).all()
    if not is_numeric or numbers.nunique() <= MOST_VALUES:
        return words
    bands = pd.qcut(numbers, 4, duplicates="drop")
    lowest = numbers.min()
    told = {
        band: f"{'over ' if band.left > lowest else ''}{_number(max(band.left, lowest))} to {_number(band.right)}"
        for band in bands.cat.categories
    }
    return bands.astype(object).map(told)


def consensus(answers: "pd.DataFrame", field: str) -> "pd.Series":
    """image_id -> what most models say of the photo, in lower case; of equally many the first in the alphabet."""
    model_id = answers["provider"] + " " + answers["model"]
    counts = count_votes(answers["image_id"], model_id, _words(answers[field])).rename("n").reset_index()
    first = counts.sort_values(["image_id", "n", "word"], ascending=[True, False, True])
    return first.drop_duplicates("image_id").set_index("image_id")["word"]


def strata(columns: Sequence["pd.Series"]) -> "pd.Series":
    """One text a row out of several labels: `outdoor / street / urban`."""
    told = [column.where(column.notna(), NOT_TOLD).astype(str) for column in columns]
    text = told[0]
    for column in told[1:]:
        text = text + " / " + column
    return text


def _word(value: Any) -> str | None:
    import ast

    if value is None or value != value or isinstance(value, dict):
        return None
    if isinstance(value, str) and value.startswith("["):
        try:
            value = ast.literal_eval(value)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            # No list after all: it comes from a file or from a model, and may be anything.
            return str(value)
    if isinstance(value, list):
        value = value[0] if value else None
    text = "" if value is None else str(value).strip()
    return text or None


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.6g}"


def _words(values: "pd.Series") -> "pd.Series":
    return values.map(_word).map(str.lower, na_action="ignore")
