"""A simulated world as files: what `imageo ingest` takes, and what was planted."""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from imageo import __version__
from imageo.demo.plan import SceneShare, WorldPlan, shares
from imageo.demo.simulation import HIT_KM, MISS_KM, prediction_lines
from imageo.demo.world import World, make_world, planted
from imageo.errors import InputError


@dataclass(frozen=True)
class WorldFiles:
    """What was written."""

    truth: Path
    predictions: tuple[Path, ...]
    planted: Path


def write_world(plan: WorldPlan, gazetteer: pd.DataFrame, folder: Path) -> WorldFiles:
    """Write truth.csv, a JSON-lines file a model and planted.json; the same bytes for the same plan and gazetteer.

    Raises InputError where the plan does not hold together or the folder cannot be written.
    """
    world = make_world(plan, gazetteer)
    truth = world.truth_table()
    files = WorldFiles(folder / "truth.csv", (), folder / "planted.json")
    written, told = [], []
    try:
        files.truth.write_text(truth.to_csv(index=False, lineterminator="\n"), encoding="utf-8")
        for simulated in world.models():
            path = folder / f"{simulated.model.name}.jsonl"
            with path.open("w", encoding="utf-8", newline="\n") as file:
                file.writelines(f"{line}\n" for line in prediction_lines(simulated.model, truth, simulated.answers))
            written.append(path)
            told.append(planted(world, simulated))
        text = json.dumps(_planted(world, told), indent=2, ensure_ascii=False)
        files.planted.write_text(f"{text}\n", encoding="utf-8")
    except OSError as problem:
        raise InputError(f"{folder} cannot be written ({problem.strerror}); choose another folder with -o") from problem
    return dataclasses.replace(files, predictions=tuple(written))


def _planted(world: World, models: list[dict[str, Any]]) -> dict[str, Any]:
    plan = world.plan
    continents = sorted(set(world.images["continent"]))
    return {
        "imageo": __version__,
        "seed": plan.seed,
        "n_images": plan.n_images,
        "measure": f"accuracy at any threshold from {HIT_KM:g} to {MISS_KM:g} km",
        "gaps": dict(plan.gaps),
        "scene_effects": {f"{name}:{value}": effect for (name, value), effect in plan.scene_effects.items()},
        "scene_mix": [dataclasses.asdict(part) for part in _in_order(plan.scene_mix)],
        "scene_shares": {code: shares(plan, code) for code in continents},
        "scene_noise": plan.scene_noise,
        "calibration": plan.calibration,
        "refusal_rate": plan.refusal_rate,
        "no_coordinates_rate": plan.no_coordinates_rate,
        "shared_difficulty": plan.shared_difficulty,
        "models": models,
    }


def _in_order(mix: tuple[SceneShare, ...]) -> list[SceneShare]:
    return sorted(mix, key=dataclasses.astuple)
