"""A simulated world holds what was planted, as far as chance allows, before any database sees it."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

from imageo.demo.confidence import planted_accuracy
from imageo.demo.plan import (
    CALIBRATIONS,
    SceneShare,
    WorldPlan,
    parse_gaps,
    parse_scene_effects,
    parse_scene_mix,
    shares,
    skills_of,
)
from imageo.demo.world import World, make_world
from imageo.demo.world_files import write_world
from imageo.errors import InputError

COUNTRIES = {"KE": "AF", "NG": "AF", "BR": "SA", "DE": "EU", "JP": "AS", "US": "NA", "NZ": "OC"}


def _gazetteer(n_per_country: int = 300) -> pd.DataFrame:
    """Towns strewn over the whole Earth, whatever their country."""
    rng = np.random.default_rng(1)
    codes = np.repeat(list(COUNTRIES), n_per_country)
    return pd.DataFrame(
        {
            "place_id": np.arange(len(codes)) + 1,
            "city": [f"Town {number}" for number in range(len(codes))],
            "state": None,
            "state_code": None,
            "country": [f"Country {code}" for code in codes],
            "country_code": codes,
            "continent": [COUNTRIES[code] for code in codes],
            "latitude": np.degrees(np.arcsin(rng.uniform(-1, 1, len(codes)))),
            "longitude": rng.uniform(-180, 180, len(codes)),
            "population": rng.integers(500, 2_000_000, len(codes)),
        }
    )


GAZETTEER = _gazetteer()


def _is_within(hits: int, n: int, rate: float) -> bool:
    """Four standard deviations of a binomial count."""
    return abs(hits - n * rate) <= 4 * math.sqrt(n * rate * (1 - rate)) + 1e-9


def _files(plan: WorldPlan, folder: Path) -> tuple[pd.DataFrame, dict[str, Any], dict[str, pd.DataFrame]]:
    """Truth, what is said to be planted, and the answers of each model read anew, with the distance in km."""
    files = write_world(plan, GAZETTEER, folder)
    truth = pd.read_csv(files.truth, keep_default_na=False).set_index("image_id")
    answers = {}
    for path in files.predictions:
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        frame = pd.DataFrame([_read(row) for row in rows]).set_index("image_id")
        answers[rows[0]["model_used"]] = _beside(frame, truth).assign(km=_km)
    return truth, json.loads(files.planted.read_text()), answers


def _read(row: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"image_id": row["image_file"].removesuffix(".jpg")}
    if not row["raw_response"].startswith("{"):
        return told | {"kind": "refused"}
    raw = json.loads(row["raw_response"])
    point = raw["reverse_geocoding"]["coordinates"]
    told |= {"confidence": int(raw["reverse_geocoding"]["confidence"]), "said": raw["image_information"]["environment"]}
    return told | {"kind": "answered" if point else "bare"} | {axis: float(degrees) for axis, degrees in point.items()}


def _beside(frame: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    return frame.merge(truth, left_index=True, right_index=True, suffixes=("", "_true"), validate="1:1")


def _km(frame: pd.DataFrame) -> pd.Series:
    """By the angle of two vectors: another formula than the simulation's."""

    def vectors(latitude: pd.Series, longitude: pd.Series) -> np.ndarray:
        north, east = np.radians(latitude.to_numpy(float)), np.radians(longitude.to_numpy(float))
        return np.stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)])

    a = vectors(frame["latitude"], frame["longitude"])
    b = vectors(frame["latitude_true"], frame["longitude_true"])
    cross = np.linalg.norm(np.cross(a, b, axis=0), axis=0)
    return pd.Series(6371 * np.arctan2(cross, (a * b).sum(axis=0)), index=frame.index)


FULL = WorldPlan(
    n_images=6000,
    skills=(0.8, 0.6),
    gaps={"AF": -0.2, "country:NG": -0.35, "OC": 0.1},
    scene_effects={("environment", "indoor"): -0.1, ("weather", "fog"): -0.1},
    scene_mix=(SceneShare("*", "weather", "fog", 0.2), SceneShare("AF", "environment", "indoor", 0.6)),
    refusal_rate=0.1,
    no_coordinates_rate=0.05,
    seed=11,
)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, dict[str, Any], dict[str, pd.DataFrame]]:
    return _files(FULL, tmp_path_factory.mktemp("full"))


def test_what_is_said_to_be_planted_is_the_sum_of_the_parts(full: tuple[Any, ...]) -> None:
    truth, planted, _ = full
    of = {model["model"]: {(g["grouping"], g["subject"]): g for g in model["groups"]} for model in planted["models"]}
    in_africa = truth["country"].isin(["Country KE", "Country NG"])
    n_nigeria = int((truth["country"] == "Country NG").sum())
    n_indoor = int((in_africa & (truth["environment"] == "indoor")).sum())
    n_fog = int((in_africa & (truth["weather"] == "fog")).sum())
    lost = -0.2 * int(in_africa.sum()) - 0.15 * n_nigeria - 0.1 * n_indoor - 0.1 * n_fog
    for name, skill in (("simulated-01", 0.8), ("simulated-02", 0.6)):
        africa = of[name]["continent", "AF"]
        assert africa["n_images"] == in_africa.sum() == 1000
        assert africa["rate_all"] == pytest.approx(0.85 * (skill + lost / 1000))


def test_every_planted_rate_comes_out_of_the_files(full: tuple[Any, ...]) -> None:
    _, planted, answers = full
    for model in planted["models"]:
        frame = answers[model["model"]].assign(continent=lambda f: f["country"].str[-2:].map(COUNTRIES), all="all")
        located = frame[frame["kind"] == "answered"]
        assert set(located["km"].between(10.01, 200)) == {False}
        for group in model["groups"]:
            member = located[located[group["grouping"]] == group["subject"]]
            hits = int((member["km"] <= 25).sum())
            assert (len(member), hits) == (group["n_located"], group["n_hit"])
            assert _is_within(hits, len(member), group["rate_answered"]), group
        assert len(model["groups"]) == 1 + 6 + 2 + 3 + 3 + 2 + 3 + 4


def test_losses_are_as_planted_and_independent_of_place(full: tuple[Any, ...]) -> None:
    _, _, answers = full
    for frame in answers.values():
        for kind, rate in (("refused", 0.1), ("bare", 0.05)):
            assert _is_within(int((frame["kind"] == kind).sum()), len(frame), rate)
            africa = frame[frame["country"].isin(["Country KE", "Country NG"])]
            assert _is_within(int((africa["kind"] == kind).sum()), len(africa), rate)


def test_scenes_have_their_shares(full: tuple[Any, ...]) -> None:
    truth, planted, _ = full
    assert planted["scene_shares"]["EU"]["weather"] == pytest.approx(
        {"fog": 0.2, "clear": 0.8 * 0.6, "cloudy": 0.8 * 0.3, "rainy": 0.8 * 0.1}
    )
    continent = truth["country"].str[-2:].map(COUNTRIES)
    for code, fields in planted["scene_shares"].items():
        for name, values in fields.items():
            assert sum(values.values()) == pytest.approx(1)
            for value, share in values.items():
                n = int((continent == code).sum())
                assert _is_within(int(((continent == code) & (truth[name] == value)).sum()), n, share), (code, value)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    plan = WorldPlan(n_images=300, skills=(0.7, 0.7), seed=5)
    contents = []
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        (tmp_path / name).mkdir()
        shuffled = GAZETTEER.sample(frac=1, random_state=len(contents))
        write_world(WorldPlan(300, plan.skills, seed=seed), shuffled, tmp_path / name)
        contents.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert contents[0] == contents[1]
    assert set(contents[0]) == {"truth.csv", "planted.json", "simulated-01.jsonl", "simulated-02.jsonl"}
    assert all(contents[0][name] != contents[2][name] for name in contents[0])


@pytest.mark.parametrize("p", [0.3, 0.65])
@pytest.mark.parametrize("calibration", CALIBRATIONS)
def test_accuracy_by_confidence_is_the_integral(p: float, calibration: str) -> None:
    beta = stats.beta(2 * p, 2 * (1 - p))
    fifths = [((j - 1) / 5, j / 5) for j in range(1, 6)]
    states = {
        "well": [[0], [1], [2], [3], [4]],
        "overconfident": [[], [], [0], [1], [2, 3, 4]],
        "underconfident": [[0, 1, 2], [3], [4], [], []],
    }
    found = planted_accuracy(np.full(7, p), calibration)
    if calibration in ("flat", "top"):
        levels = [1, 2, 3, 4, 5] if calibration == "flat" else [5]
        assert found == {level: {"share": 1 / len(levels), "accuracy": pytest.approx(p)} for level in levels}
        return
    expected = {}
    for level, parts in enumerate(states[calibration], start=1):
        if parts:
            share = sum(beta.cdf(fifths[part][1]) - beta.cdf(fifths[part][0]) for part in parts)
            right = sum(integrate.quad(lambda q: q * beta.pdf(q), *fifths[part])[0] for part in parts)
            expected[level] = {"share": pytest.approx(share), "accuracy": pytest.approx(right / share, abs=1e-6)}
    assert found == expected


@pytest.mark.parametrize("calibration", CALIBRATIONS)
def test_stated_confidence_is_as_planted(calibration: str, tmp_path: Path) -> None:
    plan = WorldPlan(8000, (0.6,), gaps={"AF": -0.3}, calibration=calibration, seed=4)
    _, planted, answers = _files(plan, tmp_path)
    (model,), frame = planted["models"], answers["simulated-01"]
    assert {str(level) for level in set(frame["confidence"])} == set(model["accuracy_by_confidence"])
    for level, told in model["accuracy_by_confidence"].items():
        at = frame[frame["confidence"] == int(level)]
        assert _is_within(len(at), len(frame), told["share"]), level
        assert _is_within(int((at["km"] <= 25).sum()), len(at), told["accuracy"]), level
        if calibration == "well":
            assert (int(level) - 1) / 5 <= told["accuracy"] <= int(level) / 5
    overall = int((frame["km"] <= 25).sum())
    assert _is_within(overall, len(frame), 0.6 - 0.3 / 6)


def _hits(world: World) -> list[np.ndarray]:
    return list(world.hits())


def test_hits_are_those_of_the_answers() -> None:
    world = make_world(FULL, GAZETTEER)
    for hits, simulated in zip(world.hits(), world.models(), strict=True):
        assert (hits == simulated.is_hit).all()


def test_an_image_that_is_hard_for_one_model_is_hard_for_all() -> None:
    # With q uniform (p = 1/2, K = 2) and the same normal score in both models, P(both right) is E[min(q, q')] = 1/3.
    phi = {}
    for rho in (0.0, 1.0):
        first, second = _hits(make_world(WorldPlan(20_000, (0.5, 0.5), shared_difficulty=rho, seed=2), GAZETTEER))
        both = int((first & second).sum())
        assert _is_within(both, 20_000, 0.25 if rho == 0 else 1 / 3)
        phi[rho] = np.corrcoef(first, second)[0, 1]
    assert abs(phi[0.0]) < 0.03 < phi[1.0]


def test_where_only_the_scenes_differ_the_raw_gap_is_theirs() -> None:
    plan = WorldPlan(
        30_000,
        (0.8,),
        scene_effects={("environment", "indoor"): -0.4},
        scene_mix=(SceneShare("AF", "environment", "indoor", 0.75),),
        seed=8,
    )
    world = make_world(plan, GAZETTEER)
    (is_hit,) = _hits(world)
    images = world.images.assign(is_hit=is_hit)
    in_africa = images["continent"] == "AF"
    raw = images[in_africa]["is_hit"].mean() - images[~in_africa]["is_hit"].mean()
    assert raw == pytest.approx(-0.4 * (0.75 - 0.25), abs=0.03)
    for place in (True, False):
        for scene, rate in (("indoor", 0.4), ("outdoor", 0.8)):
            member = images[(in_africa == place) & (images["environment"] == scene)]
            assert _is_within(int(member["is_hit"].sum()), len(member), rate)


def test_models_describe_the_scene_as_it_is_or_as_noise_has_it(tmp_path: Path) -> None:
    said = {}
    for noise in (0.0, 1.0):
        (tmp_path / str(noise)).mkdir()
        _, _, answers = _files(WorldPlan(3000, (0.7,), scene_noise=noise), tmp_path / str(noise))
        said[noise] = answers["simulated-01"]
    assert (said[0.0]["said"] == said[0.0]["environment"]).all()
    assert _is_within(int((said[1.0]["said"] == said[1.0]["environment"]).sum()), 3000, 0.5)


def test_more_images_than_towns_are_near_their_town_and_not_in_one_place() -> None:
    world = make_world(WorldPlan(6000, (1.0,)), _gazetteer(100))
    assert not world.images.duplicated(["latitude", "longitude"]).any()
    town = _gazetteer(100).set_index("place_id").loc[world.images["place_id"]].reset_index()
    pair = _beside(world.images, town[["latitude", "longitude"]])
    assert _km(pair).max() < 1.001
    assert (world.images["continent"].value_counts() == 1000).all()


def test_a_gap_of_one_model_alone() -> None:
    plan = WorldPlan(12_000, (0.7, 0.7), gaps=parse_gaps(["AF=-0.1", "2/AF=-0.4", "2/country:JP=-0.3"]), seed=3)
    world = make_world(plan, GAZETTEER)
    rates = {"AF": (0.6, 0.3), "AS": (0.7, 0.4), "EU": (0.7, 0.7)}
    for number, is_hit in enumerate(_hits(world)):
        for code, planted in rates.items():
            member = is_hit[world.images["continent"] == code]
            assert _is_within(int(member.sum()), len(member), planted[number])


def test_a_sure_and_a_hopeless_model() -> None:
    sure, hopeless = _hits(make_world(WorldPlan(600, (1.0, 0.0)), GAZETTEER))
    assert sure.all()
    assert not hopeless.any()


def test_words_of_the_command_line() -> None:
    assert parse_gaps(["africa=-0.2", "SA=0.1", "country:ng=-.3"]) == {"AF": -0.2, "SA": 0.1, "country:NG": -0.3}
    assert parse_scene_effects(["lighting_condition:dusk/dawn=-0.1"]) == {("lighting_condition", "dusk/dawn"): -0.1}
    mix = parse_scene_mix(["*:crowd=yes:0.3", "North America:crowd=yes:0.5"])
    assert mix == (SceneShare("*", "crowd", "yes", 0.3), SceneShare("NA", "crowd", "yes", 0.5))
    plan = WorldPlan(1, (0.5,), scene_mix=mix)
    assert shares(plan, "EU")["crowd"] == pytest.approx({"yes": 0.3, "other": 0.7})
    assert shares(plan, "NA")["crowd"] == pytest.approx({"yes": 0.5, "other": 0.5})
    assert skills_of((0.5,), 3) == (0.5, 0.5, 0.5)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (lambda: parse_gaps(["XX=-0.2"]), "there is no continent 'XX'; there is AF (Africa)"),
        (lambda: parse_gaps(["AF=-20"]), "--gap AF=-20: write it like AF=-0.2"),
        (lambda: parse_gaps(["AF"]), "--gap AF: write it like AF=-0.2"),
        (lambda: parse_gaps(["state:TX=0.1"]), "country:NG=-0.2"),
        (lambda: parse_gaps(["o3/AF=0.1"]), "a model as 2/AF=-0.2"),
        (lambda: WorldPlan(1, (0.5,), gaps={"2/AF": -0.1}), "the models have the numbers 1 to 1"),
        (lambda: parse_scene_effects(["indoor=-0.1"]), "write it like environment:indoor=-0.1"),
        (lambda: parse_scene_mix(["AF:indoor:0.6"]), "write it like AF:environment=indoor:0.6"),
        (lambda: parse_scene_mix(["AF:environment=indoor:-0.6"]), "the share -0.6 is not between 0 and 1"),
        (lambda: skills_of((0.5, 0.6), 3), "--skill is given 2 times for 3 models"),
        (lambda: WorldPlan(0, (0.5,)), "--images and --models are 1 or more"),
        (lambda: WorldPlan(1, (0.5,), refusal_rate=0.7, no_coordinates_rate=0.7), "together are more than 1"),
        (lambda: WorldPlan(1, (1.5,)), "--skill 1.5: 1.5 is not between 0 and 1"),
        (lambda: WorldPlan(1, (0.5,), seed=-1), "--seed -1: a seed is 0 or more"),
        (lambda: WorldPlan(1, (0.5,), calibration="odd"), "choose one of well"),
    ],
)
def test_words_that_make_no_world(words: Any, problem: str) -> None:
    with pytest.raises(InputError) as caught:
        words()
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("plan", "problem"),
    [
        (WorldPlan(600, (0.3,), gaps={"AF": -0.4}), "give simulated-01 a rate of -0.10 for images of Country"),
        (WorldPlan(600, (0.9,), scene_effects={("setting", "urban"): 0.2}), "a rate of 1.10"),
        (WorldPlan(600, (0.9,), gaps={"country:FR": -0.1}), "--gap country:FR: no image is from there"),
        (WorldPlan(600, (0.9,), scene_effects={("weather", "snow"): -0.1}), "'*:weather=snow:0.2'"),
        (
            WorldPlan(600, (0.9,), scene_mix=(SceneShare("*", "a", "b", 0.6), SceneShare("*", "a", "c", 0.6))),
            "the shares of a in AF add up to more than 1",
        ),
    ],
)
def test_plans_that_make_no_world(plan: WorldPlan, problem: str) -> None:
    with pytest.raises(InputError) as caught:
        make_world(plan, GAZETTEER)
    assert problem in str(caught.value)


def test_towns_too_near_to_each_other_allow_no_wrong_answer() -> None:
    near = GAZETTEER.assign(latitude=10.0, longitude=20.0)
    world = make_world(WorldPlan(60, (0.5,)), near)
    with pytest.raises(InputError, match="too near to each other"):
        list(world.models())
