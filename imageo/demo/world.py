"""A simulated world of any size, with a known answer to every question of the statistics. Pure: frames in, frames out.

Images are towns of the gazetteer, answers are those of `imageo.demo.simulation`: near where the model knows the
place, at least MISS_KM away where it does not. `imageo.demo.plan` says what can be planted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr

from imageo.demo.confidence import draw_chance, planted_accuracy, stated_level
from imageo.demo.plan import CONTINENTS, SCENES, WorldPlan, gaps_of, shares
from imageo.demo.simulation import (
    HIT_KM,
    MISS_KM,
    MISS_SCALE_KM,
    SimulatedModel,
    haversine_km,
    moved,
    planted_skill,
)
from imageo.errors import InputError

CANDIDATES = 48
"""Places that a wrong answer is drawn from: enough that near ones are likelier, few enough for a million answers."""
COPY_KM = 1.0
WORDS = ("environment", "scene_type", "setting")
"""Fields that the models describe in their own words; the others are known of the images only."""


@dataclass(frozen=True)
class SimulatedAnswers:
    """One model over all images, in their order: `chance` is the planted p, `is_hit` whether its place is right."""

    model: SimulatedModel
    answers: pd.DataFrame
    chance: np.ndarray
    is_hit: np.ndarray


@dataclass(frozen=True)
class World:
    """`images`: place columns of the gazetteer, image_id and one column a scene field."""

    plan: WorldPlan
    images: pd.DataFrame
    scene_fields: tuple[str, ...]

    def models(self) -> Iterator[SimulatedAnswers]:
        """The models one after the other, the same every time: memory is that of one."""
        for number, model in enumerate(models_of(self.plan)):
            yield _simulate(self, model, np.random.default_rng([self.plan.seed, 2, number]))

    def hits(self) -> Iterator[np.ndarray]:
        """For each model which images it finds, as in `models`, without the answers: for many worlds in little time."""
        for number, model in enumerate(models_of(self.plan)):
            yield _draw(self, model, np.random.default_rng([self.plan.seed, 2, number]))[2]

    def truth_table(self) -> pd.DataFrame:
        """The images as a truth file, scenes as attributes."""
        columns = ["image_id", "latitude", "longitude", "city", "state", "country", *self.scene_fields]
        table: pd.DataFrame = self.images[columns]
        return table


def make_world(plan: WorldPlan, gazetteer: pd.DataFrame) -> World:
    """Draw the images and their scenes; `gazetteer` as `choose_places` takes it.

    Raises InputError where a gap or an effect is of something that no image has, or leads to a chance outside 0 to 1.
    """
    images = choose_images(gazetteer, plan.n_images, np.random.default_rng([plan.seed, 0]))
    images.insert(0, "image_id", [f"sim{plan.seed}-{number:07d}" for number in range(1, len(images) + 1)])
    scenes = draw_scenes(plan, images["continent"], np.random.default_rng([plan.seed, 1]))
    world = World(plan, images.assign(**scenes), tuple(scenes))
    _require_planted(world)
    return world


def choose_images(gazetteer: pd.DataFrame, n: int, rng: np.random.Generator) -> pd.DataFrame:
    """`n` places, the same number from every continent, larger towns likelier, none twice while there are others.

    A further image of a place is at most COPY_KM away from it.
    """
    ordered = gazetteer.sort_values("place_id", ignore_index=True)
    # As in `choose_places`: a draw without replacement with weight, by the smallest of exponential times.
    ordered["arrival"] = rng.exponential(size=len(ordered)) / np.sqrt(ordered["population"] + 1.0)
    found = [code for code in CONTINENTS if (ordered["continent"] == code).any()]
    if not found:
        raise InputError("there is no gazetteer here: load it with `imageo ingest regions`")
    picked, copies = [], []
    for number, code in enumerate(found):
        quota = (n + number) // len(found)
        known = ordered.index[ordered["continent"] == code]
        known = known[np.argsort(ordered.loc[known, "arrival"].to_numpy(), kind="stable")]
        picked.append(np.resize(known.to_numpy(), quota))
        copies.append(np.arange(quota) >= len(known))
    index, is_copy = np.concatenate(picked), np.concatenate(copies)
    shuffle = rng.permutation(len(index))
    images = ordered.drop(columns="arrival").iloc[index[shuffle]].reset_index(drop=True)
    latitude, longitude = images["latitude"].to_numpy(float), images["longitude"].to_numpy(float)
    near = moved(latitude, longitude, COPY_KM, rng)
    is_copy = is_copy[shuffle]
    images["latitude"] = np.where(is_copy, near[0].round(6), latitude)
    images["longitude"] = np.where(is_copy, near[1].round(6), longitude)
    return images


def draw_scenes(plan: WorldPlan, continent: pd.Series, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Field -> value of every image, drawn independently with the shares of its continent."""
    codes = continent.to_numpy()
    drawn: dict[str, np.ndarray] = {}
    # Each field draws once for all images: what one continent is given leaves the others as they are.
    luck = {name: rng.random(len(codes)) for name in shares(plan, "AF")}
    for name, chance in luck.items():
        value = np.empty(len(codes), dtype=object)
        for code in np.unique(codes):
            mix = shares(plan, code)[name]
            ends = np.cumsum(list(mix.values()))
            place = np.minimum(np.searchsorted(ends, chance[codes == code], side="right"), len(mix) - 1)
            value[codes == code] = np.array(list(mix), dtype=object)[place]
        drawn[name] = value
    return drawn


def models_of(plan: WorldPlan) -> list[SimulatedModel]:
    """The models of a plan: simulated-01, simulated-02, ..."""
    width = max(2, len(str(len(plan.skills))))
    models = []
    for number, skill in enumerate(plan.skills, start=1):
        rates = {code: skill + gap for code, gap in gaps_of(plan, number).items()}
        model = SimulatedModel(
            f"simulated-{number:0{width}d}",
            skill,
            skill_by_continent={code: rate for code, rate in rates.items() if ":" not in code},
            skill_by_country={code.removeprefix("country:"): rate for code, rate in rates.items() if ":" in code},
            refusal_rate=plan.refusal_rate,
            no_coordinates_rate=plan.no_coordinates_rate,
        )
        models.append(model)
    return models


def chance_of_hit(world: World, model: SimulatedModel) -> np.ndarray:
    """The planted p of every image. Raises InputError where one is outside 0 to 1."""
    chance = planted_skill(model, world.images).to_numpy(float)
    for (name, value), effect in world.plan.scene_effects.items():
        chance = chance + effect * (world.images[name] == value).to_numpy()
    for worst in (chance.argmin(), chance.argmax()):
        if not -1e-9 <= chance[worst] <= 1 + 1e-9:
            image = world.images.iloc[worst]
            having = ", ".join(str(image[name]) for name, _ in world.plan.scene_effects)
            raise InputError(
                f"skill, gaps and effects give {model.name} a rate of {chance[worst]:.2f} for images of "
                f"{image['country']}{f' ({having})' if having else ''}; choose them so that it stays between 0 and 1"
            )
    clipped: np.ndarray = chance.clip(0, 1)
    return clipped


def _require_planted(world: World) -> None:
    for code in world.plan.gaps:
        kind, _, country = code.rpartition("/")[2].rpartition(":")
        if not (world.images["country_code" if kind else "continent"] == country).any():
            raise InputError(f"--gap {code}: no image is from there; ask for more --images, or see the code")
    for name, value in world.plan.scene_effects:
        if name not in world.scene_fields or not (world.images[name] == value).any():
            mix = f"--scene-mix '*:{name}={value}:0.2'"
            raise InputError(f"--scene-effect {name}:{value}: no image is so; give it a share with {mix}")
    for model in models_of(world.plan):
        chance_of_hit(world, model)


def _draw(world: World, model: SimulatedModel, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The planted chance p, the chance q behind each answer, and whether it is right."""
    n, rho = len(world.images), world.plan.shared_difficulty
    chance = chance_of_hit(world, model)
    q = draw_chance(chance, rng)
    # A Gaussian copula: what makes an image hard for one model makes it hard for all, and every rate stays as planted.
    common = np.random.default_rng([world.plan.seed, 3]).standard_normal(n)
    return chance, q, ndtr(np.sqrt(rho) * common + np.sqrt(1 - rho) * rng.standard_normal(n)) < q


def _simulate(world: World, model: SimulatedModel, rng: np.random.Generator) -> SimulatedAnswers:
    plan, images, n = world.plan, world.images, len(world.images)
    chance, q, is_hit = _draw(world, model, rng)
    pick = np.arange(n)
    pick[~is_hit] = _elsewhere(np.flatnonzero(~is_hit), images, rng)
    answer = images.iloc[pick][["city", "state", "country"]].fillna("").reset_index(drop=True)
    latitude, longitude = images["latitude"].to_numpy(float), images["longitude"].to_numpy(float)
    answer["latitude"], answer["longitude"] = moved(latitude[pick], longitude[pick], HIT_KM, rng)
    answer["confidence"] = stated_level(q, plan.calibration, rng)
    answer["input_tokens"] = 1_200
    answer["output_tokens"] = rng.integers(180, 320, n)
    luck = rng.random(n)
    lost = model.refusal_rate + model.no_coordinates_rate
    answer["kind"] = np.where(luck < model.refusal_rate, "refused", np.where(luck < lost, "no_coordinates", "answered"))
    for name in (*WORDS, "landmark"):
        answer[name] = _described(images[name].to_numpy(), name, 0.0 if name == "landmark" else plan.scene_noise, rng)
    return SimulatedAnswers(model, answer, chance, is_hit)


def _described(seen: np.ndarray, name: str, noise: float, rng: np.random.Generator) -> np.ndarray:
    """What is seen, or with the given chance any of the usual words."""
    guess = rng.choice(np.array(list(SCENES[name]), dtype=object), size=len(seen))
    return np.where(rng.random(len(seen)) < noise, guess, seen)


def _elsewhere(missed: np.ndarray, images: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """For each missed image the place of another one, out of reach, of some candidates the nearer the likelier."""
    latitude, longitude = images["latitude"].to_numpy(float), images["longitude"].to_numpy(float)
    picked = np.empty(len(missed), dtype=int)
    left = np.arange(len(missed))
    for _ in range(20):
        candidate = rng.integers(0, len(images), (len(left), CANDIDATES))
        at = missed[left]
        km = haversine_km(latitude[at, None], longitude[at, None], latitude[candidate], longitude[candidate])
        score = np.where(km < MISS_KM + 2 * HIT_KM, -np.inf, rng.gumbel(size=km.shape) - km / MISS_SCALE_KM)
        best = score.argmax(axis=1)
        picked[left] = candidate[np.arange(len(left)), best]
        left = left[np.isneginf(score.max(axis=1))]
        if not len(left):
            return picked
    raise InputError(f"these images lie too near to each other for a wrong answer {MISS_KM:g} km away; ask for more")


def planted(world: World, simulated: SimulatedAnswers) -> dict[str, Any]:
    """What was planted into a model and what was drawn, in all, by continent and by scene."""
    images, is_located = world.images, (simulated.answers["kind"] == "answered").to_numpy()
    rate = 1 - simulated.model.refusal_rate - simulated.model.no_coordinates_rate
    groups = []
    for grouping in ("all", "continent", *world.scene_fields):
        subject = images[grouping].to_numpy() if grouping != "all" else np.full(len(images), "all")
        for name in np.unique(subject.astype(str)):
            member = subject == name
            located = member & is_located
            groups.append(
                {
                    "grouping": grouping,
                    "subject": name,
                    "n_images": int(member.sum()),
                    "n_located": int(located.sum()),
                    "n_hit": int((located & simulated.is_hit).sum()),
                    "rate_answered": float(simulated.chance[located].mean()) if located.any() else None,
                    "rate_all": float(simulated.chance[member].mean() * rate),
                }
            )
    levels = planted_accuracy(simulated.chance, world.plan.calibration)
    return {
        "model": simulated.model.name,
        "skill": simulated.model.skill,
        "accuracy_by_confidence": {str(level): value for level, value in levels.items()},
        "groups": groups,
    }
