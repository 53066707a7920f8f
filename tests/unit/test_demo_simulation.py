"""The simulated models do what is planted, before any database sees them."""

import json
import math

import numpy as np
import pandas as pd
import pytest

from imageo.demo.simulation import (
    HIT_KM,
    MISS_KM,
    MODELS,
    PLACES_PER_REGION,
    SimulatedModel,
    choose_places,
    haversine_km,
    planted_skill,
    prediction_lines,
    simulate,
    truth_table,
)
from imageo.query.answers.parse import parse_answer

COUNTRIES = {"KE": "AF", "BR": "SA", "DE": "EU", "JP": "AS", "US": "NA", "NZ": "OC"}
MODEL_BY_NAME = {model.name: model for model in MODELS}


def _gazetteer(n_per_country: int) -> pd.DataFrame:
    """Places strewn over the whole Earth; every second one of the US lies in Texas, the others in Ohio."""
    rng = np.random.default_rng(1)
    codes = np.repeat(list(COUNTRIES), n_per_country)
    state_code = np.where(codes == "US", np.where(np.arange(len(codes)) % 2, "TX", "OH"), None)
    return pd.DataFrame(
        {
            "place_id": np.arange(len(codes)) + 1,
            "city": [f"Town {number}" for number in range(len(codes))],
            "state": pd.Series(state_code).map({"TX": "Texas", "OH": "Ohio"}),
            "state_code": state_code,
            "country": pd.Series(codes).map(lambda code: f"Country {code}"),
            "country_code": codes,
            "continent": pd.Series(codes).map(COUNTRIES),
            "latitude": np.degrees(np.arcsin(rng.uniform(-1, 1, len(codes)))),
            "longitude": rng.uniform(-180, 180, len(codes)),
            "population": rng.integers(500, 2_000_000, len(codes)),
        }
    )


@pytest.fixture(scope="module")
def places() -> pd.DataFrame:
    return _gazetteer(400)


def _is_within(hits: int, n: int, rate: float) -> bool:
    """Four standard deviations of a binomial count."""
    return abs(hits - n * rate) <= 4 * math.sqrt(n * rate * (1 - rate)) + 1e-9


def _km(places: pd.DataFrame, answers: pd.DataFrame) -> np.ndarray:
    return haversine_km(
        places["latitude"].to_numpy(),
        places["longitude"].to_numpy(),
        answers["latitude"].to_numpy(),
        answers["longitude"].to_numpy(),
    )


def test_haversine_of_a_quarter_meridian() -> None:
    km = haversine_km(np.array([0.0]), np.array([12.0]), np.array([90.0]), np.array([-77.0]))
    assert km[0] == pytest.approx(6371 * math.pi / 2)


def test_every_country_and_state_gives_its_share_of_places(places: pd.DataFrame) -> None:
    chosen = choose_places(places, PLACES_PER_REGION, np.random.default_rng(7))
    region = chosen["country_code"] + "-" + chosen["state_code"].fillna("")
    assert region.value_counts().to_dict() == {
        **{f"{code}-": PLACES_PER_REGION for code in COUNTRIES if code != "US"},
        "US-TX": PLACES_PER_REGION,
        "US-OH": PLACES_PER_REGION,
    }


def test_a_small_country_gives_all_it_has() -> None:
    chosen = choose_places(_gazetteer(3), PLACES_PER_REGION, np.random.default_rng(7))
    assert len(chosen) == 3 * len(COUNTRIES)


def test_the_choice_depends_on_the_seed_and_not_on_the_order(places: pd.DataFrame) -> None:
    chosen = choose_places(places, 10, np.random.default_rng(7))
    shuffled = choose_places(places.sample(frac=1, random_state=3), 10, np.random.default_rng(7))
    other = choose_places(places, 10, np.random.default_rng(8))
    pd.testing.assert_frame_equal(chosen, shuffled)
    assert set(chosen["place_id"]) != set(other["place_id"])


def test_larger_towns_are_likelier() -> None:
    gazetteer = _gazetteer(100).query("country_code == 'KE'").assign(population=100)
    gazetteer.loc[gazetteer["place_id"] == 50, "population"] = 1_000_000
    chosen = [50 in set(choose_places(gazetteer, 10, np.random.default_rng(s))["place_id"]) for s in range(50)]
    # At equal weights it would be 10 of 100; its weight is half of all, so 1 - 0.5 ** 10 at the least.
    assert sum(chosen) >= 48


def test_an_answer_is_right_or_far_off(places: pd.DataFrame) -> None:
    km = _km(places, simulate(MODELS[0], places, np.random.default_rng(5)))
    assert ((km <= HIT_KM + 1e-6) | (km >= MISS_KM - HIT_KM)).all()
    assert 0 < (km <= HIT_KM).sum() < len(km)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_skill_by_continent_is_as_planted(model: SimulatedModel, places: pd.DataFrame) -> None:
    is_hit = _km(places, simulate(model, places, np.random.default_rng(5))) <= HIT_KM
    for country, planted in planted_skill(model, places).groupby(places["country_code"]):
        assert planted.nunique() == 1
        hits = int(is_hit[places["country_code"] == country].sum())
        assert _is_within(hits, len(planted), planted.iloc[0]), (country, hits, planted.iloc[0])


def test_what_is_planted(places: pd.DataFrame) -> None:
    planted = {
        name: dict(zip(places["country_code"], planted_skill(model, places), strict=True))
        for name, model in MODEL_BY_NAME.items()
    }
    assert planted["simulated-north"] == {"KE": 0.4, "BR": 0.5, "DE": 0.8, "JP": 0.8, "US": 0.8, "NZ": 0.8}
    assert planted["simulated-anglo"] == {"KE": 0.45, "BR": 0.45, "DE": 0.45, "JP": 0.45, "US": 0.9, "NZ": 0.9}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_non_answers_are_as_planted(model: SimulatedModel, places: pd.DataFrame) -> None:
    kinds = simulate(model, places, np.random.default_rng(5))["kind"]
    planted = {
        "refused": model.refusal_rate,
        "no_coordinates": model.no_coordinates_rate,
        "placeholder": model.placeholder_rate,
    }
    for kind, rate in planted.items():
        assert _is_within(int((kinds == kind).sum()), len(kinds), rate)


def test_confidence_tells_hits_from_misses_unless_the_model_is_bold(places: pd.DataFrame) -> None:
    even = simulate(MODEL_BY_NAME["simulated-even"], places, np.random.default_rng(5))
    is_hit = _km(places, even) <= HIT_KM
    assert _is_within(int((even["confidence"] == 5)[is_hit].sum()), int(is_hit.sum()), 0.50)
    assert _is_within(int((even["confidence"] == 5)[~is_hit].sum()), int((~is_hit).sum()), 0.05)
    bold = simulate(MODEL_BY_NAME["simulated-bold"], places, np.random.default_rng(5))
    assert set(bold["confidence"]) == {5}


def test_lines_are_read_back_as_they_were_meant(places: pd.DataFrame) -> None:
    model = MODEL_BY_NAME["simulated-local"]
    answers = simulate(model, places, np.random.default_rng(5))
    lines = [json.loads(line) for line in prediction_lines(model, truth_table(places), answers)]
    assert [line["image_file"] for line in lines] == [f"demo-{place_id}.jpg" for place_id in places["place_id"]]
    for line, answer in zip(lines, answers.itertuples(), strict=True):
        read = parse_answer(line["raw_response"])
        assert read.outcome == ("answered" if answer.kind == "answered" else "no_coordinates")
        assert read.is_placeholder == (answer.kind == "placeholder")
        assert (read.city, read.state or "", read.country) == (answer.city, answer.state, answer.country)
        assert read.confidence == answer.confidence
        if read.outcome == "answered":
            assert read.latitude == pytest.approx(answer.latitude, abs=1e-5)
            assert read.longitude == pytest.approx(answer.longitude, abs=1e-5)
    assert "Deutschland" in set(answers["country"])


def test_a_refusal_is_read_as_one(places: pd.DataFrame) -> None:
    model = MODEL_BY_NAME["simulated-shy"]
    answers = simulate(model, places, np.random.default_rng(5))
    lines = prediction_lines(model, truth_table(places), answers)
    outcomes = pd.Series([parse_answer(json.loads(line)["raw_response"]).outcome for line in lines])
    assert ((outcomes == "refused") == (answers["kind"] == "refused")).all()


def test_points_stay_on_the_map_at_the_antimeridian_and_the_pole() -> None:
    edge = _gazetteer(50).assign(longitude=179.999, latitude=[89.99, -0.01] * 150)
    answers = simulate(SimulatedModel("simulated-sure", skill=1.0), edge, np.random.default_rng(5))
    assert answers["longitude"].between(-180, 180, inclusive="left").all()
    assert answers["latitude"].between(-90, 90).all()
    assert (_km(edge, answers) <= HIT_KM + 1e-6).all()
