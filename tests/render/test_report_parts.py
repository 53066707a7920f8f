"""Which stored analyses serve a report: those that its sentences and commands are true of."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd
import pytest

from imageo.analysis.attractor_survey import AttractorOptions
from imageo.analysis.gaps_report import GapOptions
from imageo.analysis.spatial_survey import SpatialOptions
from imageo.render.report.parts import stored_parts, wanted_parts

NOW = pd.Timestamp("2026-01-01", tz="UTC")
SCENE = ("environment", "scene_type", "setting", "landmark")
GAP = asdict(GapOptions("country", "accuracy_25km", adjust=SCENE)) | {"models": [], "against": None}
USUAL: dict[str, dict[str, Any]] = {
    "comparison": {"run_ids": [1, 2], "replicates": 2000},
    "gap country": GAP | {"adjust": list(SCENE)},
    "spatial": SpatialOptions(measure="accuracy_25km").parameters([1, 2]),
    "attractor": AttractorOptions().parameters([2, 1]),
    "calibration": {"measure": "accuracy_25km", "level": "country", "replicates": 2000},
    "regression": {"outcome": "accuracy_25km", "denominator": "all", "fields": "consensus", "recipe": None,
                   "min_count": 20, "folds": 5, "run_ids": [1, 2]},
}  # fmt: skip


def served(stored: Mapping[str, Mapping[str, Any]]) -> dict[str, bool]:
    """Part -> whether one of these analyses serves it."""
    parts = wanted_parts(
        "world", "accuracy_25km", ["country"], "country", [1, 2], [1, 2], has_scenes=True, minimum_n=10
    )
    rows = [
        {"analysis_id": at, "kind": key.split()[0], "parameters": given, "created_at": NOW, "version": "1"}
        for at, (key, given) in enumerate(stored.items())
    ]
    return {one.part.key: one.is_current for one in stored_parts(parts, pd.DataFrame(rows), NOW, "1")}


def test_what_the_commands_store_serves() -> None:
    assert served(USUAL) == dict.fromkeys(USUAL, True)


@pytest.mark.parametrize(
    ("key", "other"),
    [
        ("comparison", {"run_ids": [1]}),
        ("gap country", {"adjust": ["setting"]}),
        ("gap country", {"adjust": []}),
        ("gap country", {"adjust": [*SCENE, "weather"]}),
        ("gap country", {"fields": "own"}),
        ("gap country", {"minimum_n": 5}),
        ("gap country", {"reference": "FR"}),
        ("gap country", {"models": ["a"]}),
        ("spatial", {"weights": "nearest", "k": 5}),
        ("spatial", {"minimum_n": 1}),
        ("spatial", {"resolution": 3}),
        ("spatial", {"denominator": "answered"}),
        ("attractor", {"evidence": "place"}),
        ("attractor", {"minimum_n": 1}),
        ("calibration", {"level": "continent"}),
        ("regression", {"min_count": 1}),
        ("regression", {"fields": "model"}),
        ("regression", {"run_ids": [1]}),
    ],
)
def test_what_was_asked_otherwise_does_not(key: str, other: Mapping[str, Any]) -> None:
    assert served(USUAL | {key: USUAL[key] | other}) == dict.fromkeys(USUAL, True) | {key: False}


@pytest.mark.parametrize("key", ["comparison", "gap country", "calibration"])
def test_more_resamples_serve_as_well(key: str) -> None:
    assert served(USUAL | {key: USUAL[key] | {"replicates": 9999}})[key]
