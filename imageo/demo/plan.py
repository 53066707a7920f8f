"""What a simulated world is to be: skills, gaps, scenes, calibration; read from the words of the command line. Pure.

The chance that model m finds image i, given that it answers with a point, is a sum of planted differences,

    p = skill of m + gap of the region of i + effects of the scenes of i,

a share between 0 and 1. It is accuracy at any threshold from 10 to 200 km, over answers with a point.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from imageo.errors import InputError

CONTINENTS = {
    "AF": "Africa",
    "AS": "Asia",
    "EU": "Europe",
    "NA": "North America",
    "OC": "Oceania",
    "SA": "South America",
}
"""Those with towns, each with the same number of images."""

SCENES: Mapping[str, Mapping[str, float]] = {
    "environment": {"outdoor": 0.75, "indoor": 0.25},
    "scene_type": {"street": 0.5, "building": 0.3, "scenery": 0.2},
    "setting": {"urban": 0.5, "suburban": 0.2, "rural": 0.3},
    "landmark": {"no": 0.8, "yes": 0.2},
    "lighting_condition": {"day": 0.7, "dusk/dawn": 0.1, "night": 0.2},
    "weather": {"clear": 0.6, "cloudy": 0.3, "rainy": 0.1},
}
"""Attributes of the images and the share of each value, where nothing else is planted; fields are independent."""

CALIBRATIONS = ("well", "overconfident", "underconfident", "flat", "top")
"""How the stated confidence goes with being right; `imageo.demo.confidence` says what each means."""

EVERYWHERE = "*"
REST = "other"
"""The other value of a field that is in no list of ours."""


@dataclass(frozen=True)
class SceneShare:
    """In a continent (or everywhere) this share of the images has this value; other values share the rest."""

    region: str
    field: str
    value: str
    share: float


@dataclass(frozen=True)
class WorldPlan:
    """All that is planted. Rates, shares, skills, gaps and effects are shares of 1, never percent.

    `skills`: one a model. `gaps`: code of a continent, or `country:CODE` -> difference to the skill elsewhere; a
    country's holds instead of its continent's; `2/CODE` is of the second model alone. `scene_effects`: (field, value)
    -> difference. `scene_noise`: share of the models' words on environment, scene type and setting that are drawn at
    random. `shared_difficulty`: correlation, 0 to 1, of what is behind the models' hits on one image. `refusal_rate`,
    `no_coordinates_rate`: of all images.
    """

    n_images: int
    skills: tuple[float, ...]
    gaps: Mapping[str, float] = field(default_factory=dict)
    scene_effects: Mapping[tuple[str, str], float] = field(default_factory=dict)
    scene_mix: tuple[SceneShare, ...] = ()
    calibration: str = "well"
    refusal_rate: float = 0.0
    no_coordinates_rate: float = 0.0
    scene_noise: float = 0.0
    shared_difficulty: float = 0.3
    seed: int = 1

    def __post_init__(self) -> None:
        """Raises InputError where the parts do not go together."""
        if self.n_images < 1 or not self.skills:
            raise InputError("a world needs an image and a model: --images and --models are 1 or more")
        if self.seed < 0:
            raise InputError(f"--seed {self.seed}: a seed is 0 or more")
        rates = {"--refusal-rate": self.refusal_rate, "--no-coordinates-rate": self.no_coordinates_rate}
        rates |= {"--scene-noise": self.scene_noise, "--shared-difficulty": self.shared_difficulty}
        rates |= {f"--skill {skill}": skill for skill in self.skills}
        for name, rate in rates.items():
            if not 0 <= rate <= 1:
                raise InputError(f"{name}: {rate:g} is not between 0 and 1")
        if self.refusal_rate + self.no_coordinates_rate > 1:
            raise InputError("--refusal-rate and --no-coordinates-rate together are more than 1")
        for code in self.gaps:
            if "/" in code and not 1 <= int(code.partition("/")[0]) <= len(self.skills):
                raise InputError(f"--gap {code}: the models have the numbers 1 to {len(self.skills)}")
        if self.calibration not in CALIBRATIONS:
            raise InputError(f"--calibration {self.calibration}: choose one of {', '.join(CALIBRATIONS)}")


def skills_of(given: Sequence[float], n_models: int) -> tuple[float, ...]:
    """A skill for each model: one for all, or as many as there are models."""
    if len(given) not in (1, n_models):
        raise InputError(f"--skill is given {len(given)} times for {n_models} models; give it once, or once a model")
    return tuple(given) * (n_models if len(given) == 1 else 1)


def parse_gaps(texts: Sequence[str]) -> dict[str, float]:
    """`AF=-0.2`, `Africa=-0.2`, `country:NG=-0.2`, or `2/AF=-0.2` for the second model alone -> code -> difference."""
    gaps = {}
    for text in texts:
        name, number = _name_and_number(text, "=", "--gap", "AF=-0.2")
        model, slash, place = name.rpartition("/")
        kind, _, code = place.rpartition(":")
        if kind not in ("", "country") or (slash and not model.isdecimal()):
            raise InputError(f"--gap {text}: write a continent, a country as country:NG=-0.2, a model as 2/AF=-0.2")
        region = f"country:{code.upper()}" if kind else _continent(code, "--gap", text)
        gaps[f"{int(model)}/{region}" if slash else region] = number
    return gaps


def gaps_of(plan: "WorldPlan", number: int) -> dict[str, float]:
    """The gaps of the model of that number, from 1: its own hold instead of those of all models."""
    own = {code.rpartition("/")[2]: gap for code, gap in plan.gaps.items() if code.startswith(f"{number}/")}
    return {code: gap for code, gap in plan.gaps.items() if "/" not in code} | own


def parse_scene_effects(texts: Sequence[str]) -> dict[tuple[str, str], float]:
    """`environment:indoor=-0.1` -> (field, value) -> difference."""
    effects = {}
    for text in texts:
        name, number = _name_and_number(text, "=", "--scene-effect", "environment:indoor=-0.1")
        scene, _, value = name.partition(":")
        if not scene or not value:
            raise InputError(f"--scene-effect {text}: write it like environment:indoor=-0.1")
        effects[scene, value] = number
    return effects


def parse_scene_mix(texts: Sequence[str]) -> tuple[SceneShare, ...]:
    """`AF:environment=indoor:0.6`, or `*:...` for all continents."""
    mix = []
    for text in texts:
        name, share = _name_and_number(text, ":", "--scene-mix", "AF:environment=indoor:0.6")
        region, _, rest = name.partition(":")
        scene, _, value = rest.partition("=")
        if not scene or not value:
            raise InputError(f"--scene-mix {text}: write it like AF:environment=indoor:0.6")
        if not 0 <= share <= 1:
            raise InputError(f"--scene-mix {text}: the share {share:g} is not between 0 and 1")
        code = EVERYWHERE if region == EVERYWHERE else _continent(region, "--scene-mix", text)
        mix.append(SceneShare(code, scene, value, share))
    return tuple(mix)


def shares(plan: WorldPlan, continent: str) -> dict[str, dict[str, float]]:
    """Field -> value -> share of the images of a continent; each field's shares add up to 1.

    What is planted for the continent holds before what is planted everywhere.
    """
    planted: dict[str, dict[str, float]] = {}
    for region in (EVERYWHERE, continent):
        for part in plan.scene_mix:
            if part.region == region:
                planted.setdefault(part.field, {})[part.value] = part.share
    fields = dict.fromkeys([*SCENES, *(part.field for part in plan.scene_mix)])
    return {name: _filled(name, planted.get(name, {}), continent) for name in fields}


def _filled(name: str, planted: Mapping[str, float], continent: str) -> dict[str, float]:
    others = {value: share for value, share in SCENES.get(name, {}).items() if value not in planted}
    rest = 1.0 - sum(planted.values())
    if rest < -1e-9:
        raise InputError(f"--scene-mix: the shares of {name} in {continent} add up to more than 1")
    if not others and rest > 1e-9:
        others = {REST: 1.0}
    total = sum(others.values())
    return {**planted, **{value: max(rest, 0.0) * share / total for value, share in others.items()}}


def _continent(name: str, option: str, text: str) -> str:
    codes = {spelling.lower(): code for code, label in CONTINENTS.items() for spelling in (code, label)}
    if name.strip().lower() not in codes:
        known = ", ".join(f"{code} ({label})" for code, label in CONTINENTS.items())
        raise InputError(f"{option} {text}: there is no continent {name!r}; there is {known}")
    return codes[name.strip().lower()]


def _name_and_number(text: str, sign: str, option: str, example: str) -> tuple[str, float]:
    name, found, number = text.rpartition(sign)
    try:
        value = float(number)
    except ValueError:
        value = float("nan")
    if not found or not name or not -1 <= value <= 1:
        raise InputError(f"{option} {text}: write it like {example}, a share between -1 and 1")
    return name, value
