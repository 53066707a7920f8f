"""`imageo map` from files to the screen, over the shipped regions."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from imageo.cli.main import cli
from imageo.errors import InputError
from imageo.settings import Settings
from tests.conftest import Server

PLACES = {
    "france": [("France", 44 + number / 4, 1 + number / 4) for number in range(12)],
    "fiji": [("Fiji", -17.8, 178.0), ("Fiji", -17.6, 177.5), ("Fiji", -16.85, -179.97)],
    "texas": [("United States", 30 + number / 8, -98.0) for number in range(10)],
}


@dataclass(frozen=True)
class User:
    """Somebody with a database, at the command line."""

    settings: Settings
    folder: Path

    def call(self, *arguments: object) -> Result:
        return CliRunner().invoke(cli, [str(argument) for argument in arguments], obj=self.settings)

    def ingest(self, dataset: str) -> None:
        """Fill a dataset: 'sharp' is always right; 'blunt' puts all photos at one place in Spain."""
        rows = [(f"{dataset}-{name}-{i}", *row) for name, rows in PLACES.items() for i, row in enumerate(rows)]
        truth, answers = self.folder / f"{dataset}.csv", self.folder / f"{dataset}-answers.csv"
        truth.write_text("image_id,country,latitude,longitude\n" + "".join(f"{i},{c},{y},{x}\n" for i, c, y, x in rows))
        answers.write_text(
            "image_id,model,country,latitude,longitude\n"
            + "".join(f"{image},sharp,{country},{y},{x}\n" for image, country, y, x in rows)
            + "".join(f"{image},blunt,Spain,40.4,-3.7\n" for image, *_ in rows)
        )
        for arguments in (("truth", truth), ("predictions", answers)):
            result = self.call("ingest", *arguments, "--dataset", dataset)
            assert result.exit_code == 0, result.output


@pytest.fixture(scope="module")
def tourist(server: Server, region_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[User]:
    """Somebody whose database holds one dataset, tour."""
    folder = tmp_path_factory.mktemp("tour")
    user = User(Settings(home=folder / "home", database_url=server.create("tour", region_template)), folder)
    user.ingest("tour")
    yield user
    server.drop("tour")


def test_map_of_countries_opens_and_tells_the_numbers(tourist: User, visit_file: Callable, tmp_path: Path) -> None:
    file = tmp_path / "bias.html"
    result = tourist.call("map", "-o", file)
    assert (result.exit_code, result.stdout) == (0, f"{file}\n")
    visited = visit_file(file)
    visited.choose("run", "sharp")
    visited.point_at(visited.region("France"))
    shown = visited.tooltip()
    assert (shown["name"], shown["Rate"], shown["Images"]) == ("France", "100.0 %", "12")
    # Wilson's interval of 12 of 12: 12 / (12 + 1.96^2) to 1.
    assert shown["95 % interval"] == "75.8 % to 100.0 %"
    visited.point_at(visited.region("Fiji"))
    assert visited.tooltip()["Images"] == "3"
    assert visited.fill(visited.region("Fiji")) == 'url("#hatch")'
    sharp = visited.fill(visited.region("France"))
    visited.choose("run", "blunt")
    assert visited.fill(visited.region("France")) != sharp
    footer = visited.page.locator("footer").inner_text()
    assert "Dataset tour, 2 runs: blunt, sharp." in footer
    assert "Natural Earth" in footer


def test_world_is_small_and_summed_up_as_json(tourist: User, tmp_path: Path) -> None:
    told = json.loads(tourist.call("map", "--json", "-o", tmp_path / "bias.html").stdout)
    assert told["dataset"] == "tour"
    assert told["runs"] == ["blunt", "sharp"]
    assert told["regions_with_images"] == 3
    assert told["regions"] > 230
    assert told["bytes"] == (tmp_path / "bias.html").stat().st_size < 700_000


@pytest.mark.parametrize(("level", "region"), [("us_state", "Texas"), ("admin1", "Texas, US")])
def test_other_levels(tourist: User, visit_file: Callable, tmp_path: Path, level: str, region: str) -> None:
    file = tmp_path / "bias.html"
    result = tourist.call("map", "--level", level, "--model", "sharp", "--measure", "accuracy_25km", "-o", file)
    assert result.exit_code == 0, result.output
    visited = visit_file(file)
    visited.point_at(visited.region(region))
    assert visited.tooltip()["Correct"] == "10"
    assert visited.page.locator("select[name=run] option").all_inner_texts() == ["sharp"]


def test_what_there_is_not_is_said(settings: Settings, tmp_path: Path) -> None:
    user = User(settings, tmp_path)

    def complaint(*arguments: object) -> str:
        result = user.call("map", "-o", tmp_path / "bias.html", *arguments)
        assert isinstance(result.exception, InputError)
        assert not (tmp_path / "bias.html").exists()
        return str(result.exception)

    assert "there are no rates yet" in complaint()
    user.ingest("tour")
    assert "of dataset 'x' at level country; there are tour (" in complaint("--dataset", "x")
    assert "no model or run charm at level country; there are blunt, sharp" in complaint("--model", "charm")
    assert "there is no measure 'charm'" in complaint("--measure", "charm")
    user.ingest("second")
    assert "second, tour have rates at level country; choose one with --dataset" in complaint()


def test_failure_leaves_an_older_file_as_it_was(tourist: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "bias.html"
    file.write_text("older")

    def fail(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    assert tourist.call("map", "-o", file).exit_code != 0
    monkeypatch.undo()
    assert file.read_text() == "older"
    assert not list(tmp_path.glob(".imageo-*"))
    assert tourist.call("map", "-o", file).exit_code == 0
    assert file.stat().st_mode & 0o777 == 0o666 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_place_that_cannot_be_written_is_said_first(tmp_path: Path) -> None:
    nobody = User(Settings(home=tmp_path / "home", database_url="postgresql://localhost:1/none"), tmp_path)
    for place, words in ((tmp_path, "is a folder"), (tmp_path / "none" / "bias.html", "there is no folder")):
        result = nobody.call("map", "-o", place)
        assert isinstance(result.exception, InputError)
        assert words in str(result.exception)
