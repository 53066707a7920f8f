"""`imageo simulate`: what is planted comes out of the views, by the same way that real files take."""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from imageo.cli.main import cli
from imageo.errors import InputError
from imageo.settings import Settings
from tests.conftest import Server

ROOT = Path(__file__).parent.parent.parent
PLANTED = (
    "--images 3000 --models 3 --skill 0.8 --skill 0.6 --skill 0.7 --gap AF=-0.25 --gap country:CN=-0.3"
    " --scene-effect environment:indoor=-0.15 --scene-mix AF:environment=indoor:0.6 --refusal-rate 0.1"
    " --no-coordinates-rate 0.05 --calibration well --seed 7"
).split()


def _run(settings: Settings, *arguments: object) -> Result:
    return CliRunner(env={"COLUMNS": "160"}).invoke(cli, [str(argument) for argument in arguments], obj=settings)


@dataclass(frozen=True)
class Simulated:
    """A world that was written, ingested and scored."""

    settings: Settings
    folder: Path
    output: str

    @property
    def planted(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads((self.folder / "planted.json").read_text())
        return told

    def groups(self, grouping: str) -> dict[tuple[str, str], dict[str, Any]]:
        return {
            (model["model"], group["subject"]): group
            for model in self.planted["models"]
            for group in model["groups"]
            if group["grouping"] == grouping
        }

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        assert self.settings.database_url
        with psycopg.connect(self.settings.database_url) as connection:
            return connection.execute(statement.encode()).fetchall()


@pytest.fixture(scope="module")
def world(server: Server, region_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulated]:
    folder = tmp_path_factory.mktemp("simulate")
    settings = Settings(home=folder / "home", database_url=server.create("simulate", region_template))
    told = _run(settings, "simulate", *PLANTED, "-o", folder / "world")
    assert told.exit_code == 0, told.output
    truth = _run(settings, "ingest", "truth", folder / "world" / "truth.csv", "--dataset", "world-7")
    assert truth.exit_code == 0, truth.output
    models = sorted((folder / "world").glob("simulated-*.jsonl"))
    answers = _run(settings, "ingest", "predictions", *models, "--dataset", "world-7", "--jobs", 1)
    assert answers.exit_code == 0, answers.output
    yield Simulated(settings, folder / "world", told.stdout)
    server.drop("simulate")


def _is_within(hits: int, n: int, rate: float) -> bool:
    """Four standard deviations of a binomial count."""
    return abs(hits - n * rate) <= 4 * math.sqrt(n * rate * (1 - rate)) + 1e-9


def test_it_says_what_to_type_next(world: Simulated) -> None:
    assert world.output.startswith("3,000 images, 3 simulated models")
    for line in ("imageo ingest truth ", "imageo ingest predictions ", "imageo bias --dataset world-7"):
        assert line in world.output


def test_every_row_is_taken(world: Simulated) -> None:
    assert world.query("select count(*) from data.reject") == [(0,)]
    assert world.query("select model, n_images, n_missing from bi.leaderboard order by model") == [
        (f"simulated-0{number}", 3000, 0) for number in (1, 2, 3)
    ]


@pytest.mark.parametrize("km", [25, 200])
def test_rates_by_continent_are_recovered(km: int, world: Simulated) -> None:
    groups = world.groups("continent")
    rows = world.query(
        "select model, region_code, n_answered, n_correct, rate_answered from bi.region_rate"
        f" where level = 'continent' and measure = 'accuracy_{km}km'"
    )
    assert {(model, code) for model, code, *_ in rows} >= set(groups)
    for model, code, n, k, rate in rows:
        group = groups[model, code]
        # Towns at a border may lie on the other side of it.
        assert abs(n - group["n_located"]) <= 5
        assert abs(k - group["n_hit"]) <= 5
        assert rate == pytest.approx(k / n)
        assert _is_within(k, n, group["rate_answered"]), (model, code)


def test_a_planted_gap_of_a_country_is_recovered(world: Simulated) -> None:
    for model, skill in (("simulated-01", 0.8), ("simulated-02", 0.6), ("simulated-03", 0.7)):
        ((n, k),) = world.query(
            f"select n_answered, n_correct from bi.region_rate where model = '{model}' and level = 'country'"
            " and region_code = 'CN' and measure = 'accuracy_25km'"
        )
        assert n > 50
        # A quarter of the images is indoors, at 0.15 less.
        assert _is_within(k, n, skill - 0.3 - 0.15 * 0.25)


def test_rates_by_scene_are_recovered_from_the_attributes(world: Simulated) -> None:
    groups = world.groups("environment")
    rows = world.query(
        "select run.model, image.attributes->>'environment', count(*),"
        " count(*) filter (where score.error_km <= 25),"
        " count(*) filter (where said.environment <> image.attributes->>'environment')"
        " from metrics.prediction_score as score"
        " inner join core.run as run using (run_id) inner join core.image as image using (image_id)"
        " inner join core.prediction as said using (run_id, image_id) where score.is_located group by 1, 2"
    )
    assert len(rows) == 6
    for model, scene, n, k, n_otherwise in rows:
        group = groups[model, scene]
        assert (n, k, n_otherwise) == (group["n_located"], group["n_hit"], 0)
        assert _is_within(k, n, group["rate_answered"])


def test_calibration_is_recovered(world: Simulated) -> None:
    planted = {model["model"]: model["accuracy_by_confidence"] for model in world.planted["models"]}
    rows = world.query("select model, confidence, n_located, n_correct_25km from bi.reliability")
    assert len(rows) == 15
    for model, level, n, k in rows:
        accuracy = planted[model][str(level)]["accuracy"]
        assert (level - 1) / 5 <= accuracy <= level / 5
        assert _is_within(k, n, accuracy), (model, level)


def test_losses_are_counted_as_what_they_are(world: Simulated) -> None:
    rows = world.query(
        "select run_label, count(*) filter (where outcome = 'refused'),"
        " count(*) filter (where outcome = 'no_coordinates'), count(*) from bi.prediction_detail group by 1"
    )
    for _, refused, bare, n in rows:
        assert n == 3000
        assert _is_within(refused, n, 0.1)
        assert _is_within(bare, n, 0.05)
    ((rate,),) = world.query("select accuracy_25km_all from bi.leaderboard where model = 'simulated-01'")
    assert _is_within(round(rate * 3000), 3000, world.groups("all")["simulated-01", "all"]["rate_all"])


def test_the_landmark_is_in_the_models_words(world: Simulated) -> None:
    rows = world.query(
        "select distinct image.attributes->>'landmark', said.reasoning->>'landmark_recognition' from core.prediction"
        " as said inner join core.image as image using (image_id) where said.is_answered order by 1"
    )
    assert rows == [("no", "No landmark is visible."), ("yes", "Saint Mary Cathedral stands in the middle.")]


def test_the_audit_finds_what_was_planted_and_no_more(world: Simulated) -> None:
    told = json.loads(_run(world.settings, "audit", "--json", "--dataset", "world-7").stdout)
    n_bare = sum('"coordinates\\": {}' in line for path in world.folder.glob("*.jsonl") for line in path.open())
    found = {check: len(rows) for check, rows in told.items() if check not in ("label_conflict", "shared_coordinate")}
    assert {check: n for check, n in found.items() if n} == {"confidence_without_point": n_bare}


def test_the_same_command_writes_the_same_files(world: Simulated, tmp_path: Path) -> None:
    assert _run(world.settings, "simulate", *PLANTED, "-o", tmp_path).exit_code == 0
    first, second = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in (world.folder, tmp_path))
    assert first == second


def test_it_writes_no_table(world: Simulated) -> None:
    assert world.query("select name from data.dataset") == [("world-7",)]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ("--gap Atlantis=-0.1", "there is no continent 'Atlantis'"),
        ("--skill 0.2 --gap AF=-0.5", "give simulated-01 a rate of -0.30"),
        ("--models 3 --skill 0.2 --skill 0.3", "give it once, or once a model"),
        ("--scene-effect weather:snow=-0.1", "no image is so; give it a share"),
    ],
)
def test_what_cannot_be_planted(arguments: str, problem: str, world: Simulated, tmp_path: Path) -> None:
    result = _run(world.settings, "simulate", *arguments.split(), "-o", tmp_path / "new")
    assert isinstance(result.exception, InputError), result.output
    assert problem in str(result.exception)


def test_a_folder_that_cannot_be_written(world: Simulated, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = _run(world.settings, "simulate", "-o", tmp_path / "file" / "below")
    assert isinstance(result.exception, InputError)
    assert "choose another folder with -o" in str(result.exception)


def test_the_commands_of_the_page_are_understood(world: Simulated, tmp_path: Path) -> None:
    lines = re.findall(r"^imageo simulate (.*)$", (ROOT / "docs" / "simulation.md").read_text(), flags=re.MULTILINE)
    assert len(lines) == 2
    for line in lines:
        result = _run(world.settings, "simulate", *line.split(), "--images", "600", "-o", tmp_path)
        assert result.exit_code == 0, result.output


def test_the_page_tells_every_option(world: Simulated) -> None:
    page = (ROOT / "docs" / "simulation.md").read_text()
    told = _run(world.settings, "simulate", "--help").stdout
    for option in set(re.findall(r"--[a-z][a-z-]+", told)) - {"--help", "--output", "--seed"}:
        assert f"`{option} " in page, option
