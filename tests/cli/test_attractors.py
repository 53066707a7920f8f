"""`imageo attractors` over a made world, and over the real PCW files."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from imageo.cli.main import cli
from imageo.errors import InputError
from imageo.ingest.store_predictions import PredictionOptions, ingest_predictions
from imageo.ingest.store_truth import TruthOptions, ingest_truth
from imageo.settings import Settings
from tests.conftest import Server
from tests.world import World

BERLIN, PARIS, VIENNA = (52.52, 13.405), (48.8566, 2.3522), (48.2082, 16.3738)


@pytest.fixture(scope="module")
def drawn(server: Server, region_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Twelve images each of Berlin, Paris and Vienna; `paris` takes all but two Berlins for Paris."""
    url = server.create("attractors", region_template)
    with psycopg.connect(url) as connection:
        world = World.make(connection)
        paris, right = world.run("paris"), world.run("right")
        for city, country, place in (
            ("Berlin", "Germany", BERLIN),
            ("Paris", "France", PARIS),
            ("Vienna", "Austria", VIENNA),
        ):
            for number in range(12):
                image = world.image(f"{city}{number}", *place, country=country, city=city)
                world.answer(right, image, *place, country=country, city=city)
                if number < 2 and city == "Berlin":
                    world.answer(paris, image, *place, country=country, city=city)
                else:
                    world.answer(paris, image, PARIS[0] + number / 100, PARIS[1], country="France", city="Paris")
        world.score(paris, right)
    yield Settings(home=tmp_path_factory.mktemp("home"), database_url=url)
    server.drop("attractors")


def _out(settings: Settings, *arguments: object) -> str:
    given = ["attractors", *(str(argument) for argument in arguments)]
    result = CliRunner(env={"COLUMNS": "200"}).invoke(cli, given, obj=settings)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_attractor_is_found_and_kept(drawn: Settings) -> None:
    rows = json.loads(_out(drawn, "--level", "country", "--json"))
    ratio = {(row["model"], row["grouping"], row["subject"]): row for row in rows if row["statistic"] == "attraction"}
    france = ratio["paris", "country", "FR"]
    assert (france["n"], france["k"], france["subject_name"]) == (12, 34, "France")
    assert france["estimate"] == pytest.approx(34 / 12)
    assert france["low"] > 1
    assert france["p_adjusted"] < 0.001
    assert ratio["paris", "city", "paris, FR"]["k"] == 34
    assert ratio["paris", "city", "paris, FR"]["subject_name"] == "Paris, France"
    assert ratio["right", "country", "FR"]["p_adjusted"] == 1
    bearings = {(row["model"], row["subject"]): row for row in rows if row["statistic"] == "displacement_bearing"}
    # From Vienna Paris lies in the west, from Berlin in the south-west.
    assert 270 < bearings["paris", "AT"]["low"] < bearings["paris", "AT"]["high"] < 300
    assert 235 < bearings["paris", "DE"]["estimate"] < 255
    entropy = {(row["model"], row["subject"]): row for row in rows if row["statistic"] == "entropy_bits"}
    assert 0.65 < entropy["paris", "DE"]["estimate"] < 0.75  # of 2 and 10: 0.65, and 1 / (24 ln 2) for the bias
    assert entropy["paris", "AT"]["estimate"] == 0
    assert drawn.database_url
    with psycopg.connect(drawn.database_url) as connection:
        kept = connection.execute(
            "select estimate, low, high from bi.estimate where kind = 'attractor' order by estimate_id"
        ).fetchall()
    assert kept == [(row["estimate"], row["low"], row["high"]) for row in rows]


def test_for_people(drawn: Settings) -> None:
    printed = _out(drawn)
    for said in (
        "world: countries answered too often, then too seldom",
        "world: cities answered too often, then too seldom",
        "world: countries most often taken for another",
        "world: mean displacement from the true to the answered points",
        "world: entropy of the answered country given the true one",
    ):
        assert said in printed
    right = _out(drawn, "--model", "right")
    assert "no country is answered too often or too seldom beyond chance" in right
    assert "taken for another" not in right


def test_words_that_nobody_knows(drawn: Settings) -> None:
    result = CliRunner().invoke(cli, ["attractors", "--model", "nope"], obj=drawn)
    assert isinstance(result.exception, InputError)
    assert "paris, right" in str(result.exception)


def test_private_photos(settings: Settings, bench_dir: Path) -> None:
    """PCW: Llama 4 Maverick takes the United States for Canada; models name college towns too seldom."""
    assert settings.database_url
    with psycopg.connect(settings.database_url) as connection:
        ingest_truth(connection, bench_dir / "dataset3_info.csv", TruthOptions(dataset="pcw"))
        for model in ("Llama-4-Maverick-17B-128E-Instruct-FP8", "gemini-2.5-pro"):
            path = bench_dir / "results" / f"dataset3_{model}.jsonl"
            ingest_predictions(connection, path, PredictionOptions(dataset="pcw"))
    rows = json.loads(_out(settings, "--json"))
    beyond = {
        (row["run_label"].split("/")[-1][:7], row["subject"])
        for row in rows
        if row["statistic"] == "attraction" and row["p_adjusted"] <= 0.05
    }
    assert ("Llama-4", "CA") in beyond
    assert {("gemini-", "ann arbor, US"), ("gemini-", "lubbock, US")} <= beyond
