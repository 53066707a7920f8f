"""`imageo spatial` over a made world, and over the real PCW files."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
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

STATES = {
    "WA": (47.4, -120.5), "OR": (43.9, -120.6), "CA": (37.2, -119.4), "NV": (39.3, -116.6), "ID": (44.3, -114.6),
    "UT": (39.3, -111.7), "AZ": (34.3, -111.7), "MT": (47.0, -109.6), "WY": (43.0, -107.5), "CO": (39.0, -105.5),
    "NM": (34.4, -106.1), "TX": (31.5, -99.3), "OK": (35.6, -97.5), "KS": (38.5, -98.4), "NE": (41.5, -99.8),
    "IA": (42.0, -93.5), "MO": (38.4, -92.5), "AR": (34.9, -92.4), "IL": (40.0, -89.2), "HI": (19.6, -155.5),
}  # fmt: skip
WEST = {"WA", "OR", "CA", "NV", "ID", "UT", "AZ"}


@pytest.fixture(scope="module")
def planted(server: Server, region_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Twelve images in each of 20 states; `lost` is right in the west and 3,000 km off elsewhere, `even` is random."""
    url = server.create("spatial", region_template)
    rng = np.random.default_rng(6)
    with psycopg.connect(url) as connection:
        world = World.make(connection)
        lost, even = world.run("lost"), world.run("even")
        for state, (latitude, longitude) in STATES.items():
            for number in range(12):
                image = world.image(f"{state}{number}", latitude, longitude + number / 100, state=state, country="USA")
                west = rng.random() < (0.9 if state in WEST else 0.1)
                for run, is_right in ((lost, west), (even, rng.random() < 0.5)):
                    off = 0.1 if is_right else 30.0
                    world.answer(run, image, latitude, longitude + off, country="USA", confidence=3)
        world.score(lost, even)
    yield Settings(home=tmp_path_factory.mktemp("home"), database_url=url)
    server.drop("spatial")


def _out(settings: Settings, *arguments: object) -> str:
    given = ["spatial", "--level", "us_state", *(str(argument) for argument in arguments)]
    result = CliRunner(env={"COLUMNS": "200"}).invoke(cli, given, obj=settings)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_what_was_planted_is_found_and_kept(planted: Settings) -> None:
    rows = json.loads(_out(planted, "--json"))
    overall = {(row["model"], row["measure"], row["grouping"]): row for row in rows if row["subject"] is None}
    assert overall["lost", "accuracy_200km", "us_state"]["p_adjusted"] < 0.01
    assert overall["even", "accuracy_200km", "us_state"]["p_adjusted"] > 0.05
    spots = {row["subject"] for row in rows if row["statistic"] == "getis_ord_z" and (row["p_adjusted"] or 1) <= 0.05}
    assert spots
    assert {row["model"] for row in rows if (row["p_adjusted"] or 1) <= 0.05} == {"lost"}
    island = [row for row in rows if row["subject"] == "HI"]
    assert {row["note"] for row in island} == {"An island: no neighbour with images, so it is in no pattern."}
    assert {row["subject_name"] for row in island} == {"Hawaii"}
    assert planted.database_url
    with psycopg.connect(planted.database_url) as connection:
        kept = connection.execute(
            "select estimate, p_value, p_adjusted from bi.estimate where kind = 'spatial' order by estimate_id"
        ).fetchall()
        assert kept == [(row["estimate"], row["p_value"], row["p_adjusted"]) for row in rows]
        parameters, seed = connection.execute("select parameters, seed from core.analysis").fetchall()[0]
    assert (parameters["weights"], parameters["permutations"], parameters["local_draws"]) == ("contiguity", 999, 99_999)
    assert seed == 0


def test_the_same_seed_gives_the_same_numbers(planted: Settings) -> None:
    options = ("--weights", "nearest", "--k", 3, "--model", "lost", "--json")
    assert _out(planted, *options, "--seed", 5) == _out(planted, *options, "--seed", 5)
    assert _out(planted, *options, "--seed", 5) != _out(planted, *options, "--seed", 6)


def test_for_people(planted: Settings) -> None:
    printed = _out(planted)
    assert "world: Moran's I of accuracy 200km, over all images; a non-answer is wrong" in printed
    assert "Cold spot: small errors" in printed
    assert "islands, left out of the us state pattern: Hawaii" in printed
    assert "after correction" in printed


def test_words_that_nobody_knows(planted: Settings) -> None:
    result = CliRunner().invoke(cli, ["spatial", "--model", "nope"], obj=planted)
    assert isinstance(result.exception, InputError)
    assert "even, lost" in str(result.exception)


def test_private_photos(settings: Settings, bench_dir: Path) -> None:
    """PCW: right answers stand beside right ones, image by image; 16 states hold no pattern beyond chance."""
    assert settings.database_url
    with psycopg.connect(settings.database_url) as connection:
        ingest_truth(connection, bench_dir / "dataset3_info.csv", TruthOptions(dataset="pcw"))
        for model in ("o3", "gemini-2.5-pro"):
            path = bench_dir / "results" / f"dataset3_{model}.jsonl"
            ingest_predictions(connection, path, PredictionOptions(dataset="pcw"))
    rows = json.loads(_out(settings, "--json"))
    joins = {(row["model"], row["statistic"]): row for row in rows if row["grouping"] == "image"}
    assert joins["o3", "join_ratio_miss_miss"]["p_adjusted"] < 0.01
    assert joins["o3", "join_ratio_miss_miss"]["estimate"] > 1.5
    assert joins["gemini-2.5-pro", "join_ratio_miss_miss"]["estimate"] > 2
    states = [row for row in rows if row["grouping"] == "us_state" and row["subject"]]
    assert {row["subject"] for row in states if row["estimate"] is None} == {"HI", "IL", "MI"}
    assert not [row for row in states if (row["p_adjusted"] or 1) <= 0.05]
    (overall,) = [
        row for row in rows if row["model"] == "o3" and row["grouping"] == "hexagon" and row["subject"] is None
    ]
    assert overall["note"].endswith("26 with fewer than 5 images are left out.")
    assert "hexagon: 7 units with a neighbour: fewer than 10" in _out(settings)
