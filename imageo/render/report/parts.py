"""The analyses that a report is made of, and which stored ones serve it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from shlex import quote
from typing import TYPE_CHECKING, Any

from imageo.analysis.attractor_survey import AttractorOptions
from imageo.analysis.groups import COUNTRY_ATTRIBUTES, REGION_COLUMNS, SCENE_FIELDS, image_labels
from imageo.analysis.regression import FOLDS, MINIMUM_COUNT
from imageo.analysis.spatial_survey import SpatialOptions
from imageo.measures import LEVELS
from imageo.render.labels import clean_label

if TYPE_CHECKING:
    import pandas as pd

Parameters = Mapping[str, Any]

GAP_GROUPINGS = ("continent", "income_group", "country", "us_state")
LEAST_UNITS = 10
"""Regions that a spatial pattern needs, each of at least LEAST_PHOTOS."""
LEAST_PHOTOS = 5


# More draws than usual are none the worse.
_OF_DRAWS = ("replicates", "permutations", "local_draws")


@dataclass(frozen=True)
class Part:
    """One analysis: `matches` its stored parameters; `command` computes it, `level` is its kind of group."""

    key: str
    kind: str
    title: str
    command: str
    matches: Callable[[Parameters], bool]
    level: str = ""
    is_adjusted: bool = False


@dataclass(frozen=True)
class Standing:
    """Which analysis of data.analysis serves a part; None where none is stored."""

    part: Part
    analysis_id: int | None
    is_current: bool


def typed(dataset: str) -> str:
    """A name as it is typed in a shell, on one line."""
    return quote(clean_label(dataset, 200))


def outcome_of(measure: str) -> str:
    """The outcome of `imageo regress` that is this measure: accuracy_25km -> hit@25km, city_match -> city."""
    return f"hit@{measure.removeprefix('accuracy_')}" if measure.startswith("accuracy_") else measure[: -len("_match")]


def groupings(images: "pd.DataFrame", countries: "pd.DataFrame", minimum_n: int) -> list[str]:
    """Of GAP_GROUPINGS those in which at least two groups have enough photos."""
    found = []
    for name in GAP_GROUPINGS:
        assert name in (*LEVELS, *COUNTRY_ATTRIBUTES)
        counts = image_labels(name, images, images, countries).value_counts()
        if (counts >= minimum_n).sum() > 1:
            found.append(name)
    return found


def spatial_level(images: "pd.DataFrame") -> str | None:
    """Countries, else US states, where enough of them have enough photos for a pattern."""
    for level in ("country", "us_state"):
        if (images[REGION_COLUMNS[level]].value_counts() >= LEAST_PHOTOS).sum() >= LEAST_UNITS:
            return level
    return None


def wanted_parts(
    dataset: str,
    measure: str,
    found: Sequence[str],
    level: str | None,
    entrants: Sequence[int],
    run_ids: Sequence[int],
    *,
    has_scenes: bool,
    minimum_n: int,
) -> list[Part]:
    """All parts that these data can give. `found`: groupings; `level`: of the spatial pattern; runs that are scored.

    `entrants`: the runs that are compared, one a model; `minimum_n`: photos that a group needs.
    """
    of_dataset, of_measure = f"--dataset {typed(dataset)}", f"--measure {measure}"
    all_runs = set(run_ids)
    parts = []
    if len(entrants) > 1:
        parts.append(
            Part(
                "comparison",
                "comparison",
                "the comparison of the models",
                f"imageo compare {of_dataset} {of_measure}",
                lambda given: set(given["run_ids"]) == set(entrants),
            )
        )
    for grouping in found:
        option = f"--level {grouping} --gaps" if grouping in LEVELS else f"--by {grouping}"
        scenes = " --adjust scene" if has_scenes else ""
        least = f" --min-n {minimum_n}" if minimum_n != 10 else ""
        parts.append(
            Part(
                f"gap {grouping}",
                "gap",
                f"gaps by {grouping.replace('_', ' ')}",
                f"imageo bias {option} {of_measure}{scenes}{least} {of_dataset}",
                lambda given, grouping=grouping: (  # type: ignore[misc]
                    given["grouping"] == grouping
                    and given["measure"] == measure
                    and given["minimum_n"] == minimum_n
                    and not given["models"]
                    and not given.get("against")
                    and not given.get("reference")
                    and given["fields"] == "consensus"
                    and _are_scenes(given["adjust"], has_scenes)
                ),
                grouping,
                has_scenes,
            )
        )
    if level:
        parts.append(
            Part(
                "spatial",
                "spatial",
                "the spatial pattern",
                f"imageo spatial --level {level} {of_measure} {of_dataset}",
                lambda given: _is_usual(given, SpatialOptions(level=level, measure=measure).parameters(list(all_runs))),
                level,
            )
        )
    stated = next((name for name in ("continent", "us_state", "country") if name in found), "continent")
    parts += [
        Part(
            "attractor",
            "attractor",
            "places answered too often",
            f"imageo attractors {of_dataset}",
            lambda given: _is_usual(given, AttractorOptions().parameters(list(all_runs))),
            "continent",
        ),
        Part(
            "calibration",
            "calibration",
            "calibration",
            f"imageo calibration --level {stated} {of_measure} {of_dataset}",
            lambda given: given["measure"] == measure and given["level"] == stated,
            stated,
        ),
        Part(
            "regression",
            "regression",
            "the regression on scenes",
            f"imageo regress --outcome {outcome_of(measure)} --fields consensus {of_dataset}",
            lambda given: (
                given["outcome"] == measure
                and given["fields"] == "consensus"
                and not given.get("recipe")
                and given["denominator"] == "all"
                and (given["min_count"], given["folds"]) == (MINIMUM_COUNT, FOLDS)
                and set(given["run_ids"]) == all_runs
            ),
        ),
    ]
    return parts


def _is_usual(given: Parameters, usual: Parameters) -> bool:
    """Whether an analysis is what its command makes of these runs when nothing else is asked of it."""
    return set(given["run_ids"]) == set(usual["run_ids"]) and all(
        given.get(key) == value for key, value in usual.items() if key not in ("run_ids", *_OF_DRAWS)
    )


def _are_scenes(adjust: Sequence[str], has_scenes: bool) -> bool:
    """Whether rates are adjusted for the whole scene, `landmark` where answers carry it, or for nothing."""
    return set(SCENE_FIELDS[:3]) <= set(adjust) <= set(SCENE_FIELDS) if has_scenes else not adjust


def stored_parts(
    parts: Sequence[Part], analyses: "pd.DataFrame", changed_at: datetime | None, version: str
) -> list[Standing]:
    """The newest analysis that serves each part; current where nothing has changed since, the version neither.

    `analyses`: core.analysis of the dataset; `changed_at`: when its data last changed.
    """
    newest_first = analyses.sort_values(["created_at", "analysis_id"], ascending=False)
    rows: list[dict[str, Any]] = [
        {str(key): value for key, value in row.items()} for row in newest_first.to_dict("records")
    ]
    standings = []
    for part in parts:
        serving = next((row for row in rows if row["kind"] == part.kind and part.matches(row["parameters"])), None)
        if serving is None:
            standings.append(Standing(part, None, is_current=False))
            continue
        is_new = changed_at is None or bool(serving["created_at"] >= changed_at)
        standings.append(
            Standing(part, int(serving["analysis_id"]), is_current=is_new and serving["version"] == version)
        )
    return standings
