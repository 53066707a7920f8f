"""Simulated models with a planted bias: something to look at without asking anybody, and a test of the whole house.

Pure: frames in, frames out, randomness from the generator that is passed in. A model that knows a place answers
with its names and a point at most HIT_KM away; one that does not answers another place, at least MISS_KM away, the
nearer the likelier. Accuracy at any threshold between the two is therefore the planted skill.
"""

import json
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

SEED = 20_250_806
PLACES_PER_REGION = 10
"""Places of a country, and of each US state: as many as a rate needs to be shown."""

HIT_KM, MISS_KM, MISS_SCALE_KM = 10.0, 200.0, 1500.0
EARTH_RADIUS_KM = 6371.0

CONFIDENCE_OF_HIT = (0.00, 0.05, 0.15, 0.30, 0.50)
CONFIDENCE_OF_MISS = (0.30, 0.30, 0.25, 0.10, 0.05)
"""Shares of the answers 1 to 5 of a model that knows what it knows."""

LOCAL_NAMES = {
    "AT": "Österreich", "BR": "Brasil", "CH": "Schweiz", "DE": "Deutschland", "ES": "España", "FI": "Suomi",
    "GB": "UK", "HU": "Magyarország", "IT": "Italia", "JP": "日本", "NL": "Nederland", "PL": "Polska",
    "RU": "Россия", "SE": "Sverige", "TR": "Türkiye", "US": "USA",
}  # fmt: skip
_LANDMARK = {True: "Saint Mary Cathedral stands in the middle.", False: "No landmark is visible."}
ANGLOPHONE = ("AU", "CA", "GB", "IE", "NZ", "US")


@dataclass(frozen=True)
class SimulatedModel:
    """What is planted. Rates are shares of all images, skills are shares of the located answers, both 0 to 1.

    `skill` holds where neither `skill_by_continent` nor `skill_by_country` (which wins) says otherwise; their keys
    are codes of regions. `country_names`: how it writes a country, by ISO code, where not as the truth does.
    """

    name: str
    skill: float
    skill_by_continent: Mapping[str, float] = field(default_factory=dict)
    skill_by_country: Mapping[str, float] = field(default_factory=dict)
    refusal_rate: float = 0.0
    no_coordinates_rate: float = 0.0
    placeholder_rate: float = 0.0
    is_bold: bool = False
    country_names: Mapping[str, str] = field(default_factory=dict)
    usd_per_million_tokens: float = 2.0


MODELS = (
    SimulatedModel("simulated-even", skill=0.70, usd_per_million_tokens=8.0),
    SimulatedModel("simulated-north", skill=0.80, skill_by_continent={"AF": 0.40, "SA": 0.50}),
    SimulatedModel("simulated-anglo", skill=0.45, skill_by_country=dict.fromkeys(ANGLOPHONE, 0.90)),
    SimulatedModel("simulated-bold", skill=0.50, is_bold=True, usd_per_million_tokens=0.5),
    SimulatedModel("simulated-shy", skill=0.85, refusal_rate=0.40, usd_per_million_tokens=8.0),
    SimulatedModel(
        "simulated-local",
        skill=0.65,
        no_coordinates_rate=0.10,
        placeholder_rate=0.05,
        country_names=LOCAL_NAMES,
        usd_per_million_tokens=0.5,
    ),
)


def choose_places(gazetteer: pd.DataFrame, per_region: int, rng: np.random.Generator) -> pd.DataFrame:
    """Up to `per_region` places of every country and of every US state; larger towns are likelier, as in photos.

    `gazetteer`: place_id, city, state, state_code, country, country_code, continent, latitude, longitude,
    population; state and its code are None outside the US. Returns the same columns, in the order of place_id.
    """
    ordered = gazetteer.sort_values("place_id", ignore_index=True)
    # The smallest of exponential times at rate w: a draw without replacement with weight w (Efraimidis, Spirakis 2006).
    arrival = rng.exponential(size=len(ordered)) / np.sqrt(ordered["population"] + 1.0)
    region = ordered["country_code"] + "-" + ordered["state_code"].fillna("")
    rank = arrival.groupby(region).rank(method="first")
    chosen: pd.DataFrame = ordered[rank <= per_region].reset_index(drop=True)
    return chosen


def truth_table(places: pd.DataFrame) -> pd.DataFrame:
    """The places as a truth file: image_id, latitude, longitude, city, state, country."""
    truth: pd.DataFrame = places[["latitude", "longitude", "city", "state", "country"]].copy()
    truth.insert(0, "image_id", "demo-" + places["place_id"].astype(str))
    return truth


def planted_skill(model: SimulatedModel, places: pd.DataFrame) -> pd.Series:
    """The chance of a hit for every place, given that the model answers with a point."""
    skill = places["continent"].map(dict(model.skill_by_continent)).fillna(model.skill)
    return places["country_code"].map(dict(model.skill_by_country)).fillna(skill).astype(float)


def simulate(model: SimulatedModel, places: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One answer a place: kind, city, state, country, latitude, longitude, confidence, input_tokens, output_tokens.

    `kind` is answered, refused, no_coordinates or placeholder; names and point are those of the answer.
    """
    n = len(places)
    latitude, longitude = places["latitude"].to_numpy(float), places["longitude"].to_numpy(float)
    is_hit = rng.random(n) < planted_skill(model, places).to_numpy()
    pick = np.arange(n)
    pick[~is_hit] = _elsewhere(np.flatnonzero(~is_hit), latitude, longitude, rng)
    answer = places.iloc[pick][["city", "state", "country", "country_code"]].fillna("").reset_index(drop=True)
    names = zip(answer.pop("country_code"), answer["country"], strict=True)
    answer["country"] = [model.country_names.get(code, name) for code, name in names]
    answer["latitude"], answer["longitude"] = moved(latitude[pick], longitude[pick], HIT_KM, rng)
    answer["confidence"] = _confidence(is_hit, model.is_bold, rng)
    answer["input_tokens"] = 1_200
    answer["output_tokens"] = rng.integers(180, 320, n)
    shares = [model.refusal_rate, model.no_coordinates_rate, model.placeholder_rate]
    kinds = np.array(["refused", "no_coordinates", "placeholder", "answered"])
    answer["kind"] = kinds[rng.choice(4, size=n, p=[*shares, 1.0 - sum(shares)])]
    return answer


def prediction_lines(model: SimulatedModel, truth: pd.DataFrame, answers: pd.DataFrame) -> Iterator[str]:
    """The answers as lines of an IMAGEO-Bench result file.

    Where `answers` have environment, scene_type, setting, landmark (yes, no) or reasons, the model describes the photo
    so.
    """
    for image_id, answer in zip(truth["image_id"], answers.to_dict("records"), strict=True):
        tokens = {"input_tokens": answer["input_tokens"], "output_tokens": answer["output_tokens"]}
        total = sum(tokens.values())
        cost = {"total_tokens": total, "cost_usd": round(total * model.usd_per_million_tokens / 1e6, 9)}
        line = {
            "image_file": f"{image_id}.jpg",
            "provider": "simulated",
            "model_used": model.name,
            "raw_response": _raw_response(answer),
            "location_info": None,
            "error": None,
            "usage_info": {**tokens, **cost, "model": model.name},
        }
        yield json.dumps(line, ensure_ascii=False)


def _raw_response(answer: Mapping[Hashable, Any]) -> str:
    if answer["kind"] == "refused":
        return "I'm sorry, but I can't tell where this photo was taken."
    point: dict[str, str] = {}
    if answer["kind"] == "placeholder":
        point = {"latitude": "0.0", "longitude": "0.0"}
    elif answer["kind"] == "answered":
        point = {"latitude": f"{answer['latitude']:.5f}", "longitude": f"{answer['longitude']:.5f}"}
    address = {"street": "", **{part: answer[part] for part in ("city", "state", "country")}}
    usual = {"environment": "outdoor", "scene_type": "street", "setting": "urban"}
    response = {
        "image_information": {name: answer.get(name, value) for name, value in usual.items()},
        "reasoning": {
            **({"landmark_recognition": _LANDMARK[answer["landmark"] == "yes"]} if "landmark" in answer else {}),
            "spatial_context": answer.get("reasons", "Simulated: no model was asked and no photo was seen."),
        },
        "reverse_geocoding": {"confidence": str(answer["confidence"]), "address": address, "coordinates": point},
    }
    return json.dumps(response, ensure_ascii=False)


def _confidence(is_hit: np.ndarray, is_bold: bool, rng: np.random.Generator) -> np.ndarray:
    levels = np.arange(1, 6)
    if is_bold:
        return np.full(len(is_hit), 5)
    of_hit = rng.choice(levels, size=len(is_hit), p=CONFIDENCE_OF_HIT)
    of_miss = rng.choice(levels, size=len(is_hit), p=CONFIDENCE_OF_MISS)
    return np.where(is_hit, of_hit, of_miss)


def _elsewhere(missed: np.ndarray, latitude: np.ndarray, longitude: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """For each missed place the index of another one, at least MISS_KM away, drawn with weight exp(-km / scale)."""
    km = haversine_km(latitude[missed, None], longitude[missed, None], latitude, longitude)
    # Gumbel noise on the log weight makes the largest one a draw.
    score = rng.gumbel(size=km.shape) - km / MISS_SCALE_KM
    picked: np.ndarray = np.where(km < MISS_KM, -np.inf, score).argmax(axis=1)
    return picked


def moved(
    latitude: np.ndarray, longitude: np.ndarray, most_km: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Points in any direction, at most so far away on the sphere."""
    angle = rng.uniform(0.0, most_km / EARTH_RADIUS_KM, len(latitude))
    bearing = rng.uniform(0.0, 2.0 * np.pi, len(latitude))
    north = np.radians(latitude)
    moved = np.arcsin(np.sin(north) * np.cos(angle) + np.cos(north) * np.sin(angle) * np.cos(bearing))
    turn = np.arctan2(np.sin(bearing) * np.sin(angle) * np.cos(north), np.cos(angle) - np.sin(north) * np.sin(moved))
    return np.degrees(moved), (longitude + np.degrees(turn) + 180.0) % 360.0 - 180.0


def haversine_km(
    latitude_a: np.ndarray, longitude_a: np.ndarray, latitude_b: np.ndarray, longitude_b: np.ndarray
) -> np.ndarray:
    """Great-circle distance of points in degrees, R = 6371 km; the arrays broadcast."""
    a, b = np.radians(latitude_a), np.radians(latitude_b)
    half = np.sin((b - a) / 2) ** 2 + np.cos(a) * np.cos(b) * np.sin(np.radians(longitude_b - longitude_a) / 2) ** 2
    km: np.ndarray = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    return km
