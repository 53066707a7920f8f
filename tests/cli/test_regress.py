"""imageo regress, over a small world and over the real files."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psycopg
import pytest
from click.testing import CliRunner
from psycopg.types.json import Jsonb

from imageo.cli.main import cli
from imageo.db.frames import read_view
from imageo.errors import InputError
from imageo.ingest.store_predictions import PredictionOptions, ingest_predictions
from imageo.ingest.store_truth import TruthOptions, ingest_truth
from imageo.settings import Settings
from tests.conftest import Server
from tests.world import World

BERLIN = (52.52, 13.405)
NEARBY = (52.53, 13.5)
PARIS = (48.8566, 2.3522)


@pytest.fixture(scope="module")
def asked(server: Server, region_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Two models and 120 images of Berlin; a street and a landmark help. A third model answers five images."""
    url = server.create("regressing", region_template)
    random = np.random.default_rng(3)
    with psycopg.connect(url) as connection:
        world = World.make(connection)
        images = [world.image(f"i{i}", *BERLIN, country="Germany", city="Berlin") for i in range(120)]
        first, second, thin = world.run("first"), world.run("second"), world.run("thin")
        for run, asked_about in ((first, images), (second, images), (thin, images[:5])):
            for place, image in enumerate(asked_about):
                is_street, is_named = place % 2 == 0, place % 3 == 0
                is_near = random.random() < 0.3 + 0.2 * is_street + 0.3 * is_named
                words = "The Berlin TV Tower" if is_named else "No landmark visible."
                world.answer(
                    run,
                    image,
                    *(NEARBY if is_near else PARIS),
                    country="Germany" if is_near else "France",
                    city="Berlin" if is_near else "Paris",
                    environment="Outdoor",
                    scene_type="Street" if is_street else "building",
                    setting="urban area" if place % 5 else "suburban",
                    reasoning=Jsonb({"landmark_recognition": words}),
                )
        world.score(first, second, thin)
    yield Settings(home=tmp_path_factory.mktemp("home"), database_url=url)
    server.drop("regressing")


def _out(settings: Settings, *arguments: object) -> str:
    result = CliRunner().invoke(cli, ["regress", *map(str, arguments)], obj=settings)
    assert result.exit_code == 0, result.output
    return result.stdout


def _stored(settings: Settings) -> list[dict[str, object]]:
    assert settings.database_url
    with psycopg.connect(settings.database_url) as connection:
        return read_view(connection, "bi.estimate", {"kind": "regression"}).to_dict("records")


def test_what_is_printed_is_in_json_and_in_sql(asked: Settings) -> None:
    text = _out(asked, "--outcome", "hit@25km", "--model", "first")
    rows = json.loads(_out(asked, "--outcome", "hit@25km", "--model", "first", "--json"))
    terms = {row["subject"]: row for row in rows if row["statistic"] == "odds_ratio"}
    assert set(terms) == {
        "landmark: named", "landmark: none", "scene_type: building", "scene_type: street",
        "setting: suburban", "setting: urban",
    }  # fmt: skip
    named = terms["landmark: named"]
    assert named["low"] < named["estimate"] < named["high"]
    assert (named["n"], named["measure"], named["denominator"]) == (40, "accuracy_25km", "all")
    assert f"{named['estimate']:.2f}" in text
    assert "environment does not vary" in text
    (auc,) = (row for row in rows if row["statistic"] == "auc")
    assert f"{auc['estimate']:.3f}" in text
    kept = [row for row in _stored(asked) if row["measure"] == "accuracy_25km" and row["run_label"] == "first"]
    # Asked twice, kept once.
    assert len(kept) == len(rows)
    by_key = {(row["statistic"], row["subject"]): row["estimate"] for row in kept}
    assert all(by_key[row["statistic"], row["subject"]] == pytest.approx(row["estimate"]) for row in rows)
    parameters = kept[0]["parameters"]
    assert isinstance(parameters, dict)
    assert (parameters["min_count"], parameters["fields"], kept[0]["seed"]) == (20, "model", 0)


def test_several_models_are_pooled_with_a_field_of_their_own(asked: Settings) -> None:
    text = _out(asked, "--outcome", "city", "--model", "first", "--model", "second")
    assert "240 answers to 120 images by 2 models, standard errors by image" in text
    assert "second" in text
    everyone = _out(asked, "--outcome", "city")
    assert "model: thin (each in fewer than 20 answers) left out, 5 together" in everyone


def test_distance_consensus_and_recipe(asked: Settings) -> None:
    rows = json.loads(_out(asked, "--outcome", "log_error", "--fields", "consensus", "--json"))
    assert {row["statistic"] for row in rows} == {"error_ratio", "gvif", "gvif_per_df", "wald", "r2"}
    assert next(row for row in rows if row["subject"] == "landmark: named")["estimate"] < 1
    weights = json.loads(_out(asked, "--outcome", "city", "--recipe", "paper", "--json"))
    assert {row["statistic"] for row in weights} == {"paper_coefficient"}
    assert sum(row["estimate"] for row in weights if row["subject"].startswith("setting")) == pytest.approx(0)
    assert "as IMAGEO-Bench does it" in _out(asked, "--outcome", "log_error", "--recipe", "paper")


def test_too_little_is_said_and_kept(asked: Settings) -> None:
    text = _out(asked, "--outcome", "country", "--model", "thin")
    assert "too little data" in text
    (row,) = json.loads(_out(asked, "--outcome", "country", "--model", "thin", "--json"))
    assert row["estimate"] is None
    assert "too little data" in row["note"]
    assert "too little data" in _out(asked, "--recipe", "paper", "--outcome", "country", "--model", "thin")


@pytest.mark.parametrize("seed", ["-1", "99999999999"])
def test_a_seed_that_cannot_be_kept_is_refused_before_the_work(asked: Settings, seed: str) -> None:
    result = CliRunner().invoke(cli, ["regress", "--seed", seed], obj=asked)
    assert result.exit_code == 2
    assert "0<=x<=2147483647" in result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--outcome", "town"), "there is city, state, country"),
        (("--model", "nobody"), "there is no model 'nobody' here; there is first, second, thin"),
        (("--dataset", "nowhere"), "no scored answer in a dataset 'nowhere'"),
    ],
)
def test_refuses_kindly(asked: Settings, arguments: tuple[str, ...], said: str) -> None:
    result = CliRunner().invoke(cli, ["regress", *arguments], obj=asked)
    assert isinstance(result.exception, InputError)
    assert said in str(result.exception)


def test_a_named_landmark_helps_on_the_real_files(settings: Settings, bench_dir: Path) -> None:
    """PCW by seven models: a landmark named and a town raise the odds of a hit, suburbs and scenery lower them."""
    assert settings.database_url
    with psycopg.connect(settings.database_url) as connection:
        ingest_truth(connection, bench_dir / "dataset3_info.csv", TruthOptions("pcw"))
        for path in sorted((bench_dir / "results").glob("*.jsonl")):
            ingest_predictions(connection, path, PredictionOptions())
    rows = json.loads(_out(settings, "--outcome", "hit@25km", "--json"))
    terms = {row["subject"]: row for row in rows if row["statistic"] == "odds_ratio"}
    assert terms["landmark: named"]["low"] > 1
    assert terms["setting: urban"]["low"] > 1
    assert terms["setting: suburban"]["high"] < 1
    assert terms["scene_type: scenery"]["high"] < 1
    assert terms["landmark: named"]["p_adjusted"] < 0.001
    (auc,) = (row["estimate"] for row in rows if row["statistic"] == "auc")
    assert 0.75 < auc < 0.9
