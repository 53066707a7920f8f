"""`imageo map --errors` over one small world."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

import imageo
from imageo.cli.main import cli
from imageo.errors import InputError
from imageo.render.maps.error_map import error_map
from imageo.settings import Settings
from tests.conftest import Server
from tests.world import World

BERLIN = (52.52, 13.405)
PARIS = (48.8566, 2.3522)
AT_SEA = (0.0, -30.0)


@pytest.fixture(scope="module")
def travelled(server: Server, region_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Three images of Berlin: `far` puts one in Paris and one at sea and refuses the third; `mute` never answers."""
    url = server.create("errors", region_template)
    with psycopg.connect(url) as connection:
        world = World.make(connection)
        images = [world.image(f"b{i}", *BERLIN, country="Deutschland", city="Berlin") for i in range(3)]
        far, mute = world.run("far"), world.run("mute")
        world.answer(far, images[0], *PARIS, country="Frankreich", state="Île-de-France", city="Paris", confidence=5)
        world.answer(far, images[1], *AT_SEA, country="Atlantis")
        world.answer(far, images[2], outcome="refused")
        for image in images:
            world.answer(mute, image, outcome="refused")
        world.score(far, mute)
    yield Settings(home=tmp_path_factory.mktemp("home"), database_url=url)
    server.drop("errors")


def _run(settings: Settings, *arguments: object) -> Result:
    return CliRunner().invoke(cli, ["map", "--errors", *map(str, arguments)], obj=settings)


def test_page_is_written_and_summed_up(travelled: Settings, tmp_path: Path) -> None:
    file = tmp_path / "errors.html"
    result = _run(travelled, "--json", "-o", file)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {
        "path": str(file),
        "dataset": "world",
        "runs": ["far"],
        "vectors": 2,
        "outside": 0,
        "unlocated": 4,
        "bytes": file.stat().st_size,
    }
    page = file.read_text()
    assert "4 more, refused or without coordinates, have no line." in page
    assert "Dataset world, 1 run: far. Outlines: Natural Earth" in page


def test_distance_leaves_out_and_says_so(travelled: Settings, tmp_path: Path) -> None:
    # Berlin to Paris is 879.7 km on WGS84 (PROJ's geod).
    near, far = tmp_path / "near.html", tmp_path / "far.html"
    assert _run(travelled, "--max-km", 900, "-o", near).exit_code == 0
    assert "1 more, 900 km away or farther, has no line." in near.read_text()
    told = json.loads(_run(travelled, "--min-km", 880, "--model", "far", "--json", "-o", far).stdout)
    assert (told["vectors"], told["outside"], told["unlocated"]) == (1, 1, 1)
    assert "1 more, nearer than 880 km, has no line." in far.read_text()


def test_what_cannot_be_drawn_is_said(travelled: Settings, tmp_path: Path) -> None:
    file = tmp_path / "errors.html"

    def complaint(*arguments: object) -> str:
        result = _run(travelled, "-o", file, *arguments)
        assert isinstance(result.exception, InputError)
        assert not file.exists()
        return str(result.exception)

    assert "no answer of mute has coordinates" in complaint("--model", "mute")
    assert "no model or run none here; there are far, mute" in complaint("--model", "none")
    assert "there is no dataset 'x' here" in complaint("--dataset", "x")
    assert "none of 2 answers is 9000 km or more away" in complaint("--min-km", 9000)
    assert "none of 2 answers is 0 km or more and less than 5 km away" in complaint("--max-km", 5)
    assert "raise --max-km" in complaint("--min-km", 10, "--max-km", 10)
    assert "--min-n draws regions; --errors draws every answer" in complaint("--min-n", 3)
    assert "--level draws regions" in complaint("--level", "admin1")
    result = CliRunner().invoke(cli, ["map", "--min-km", "10", "-o", str(file)], obj=travelled)
    assert "--min-km goes with --errors" in str(result.exception)


def test_vectors_tell_true_and_answered_names(travelled: Settings) -> None:
    with imageo.open(travelled) as db:
        frame = db.frame("bi.error_vector", model="far").sort_values("error_km", ignore_index=True)
    names = ["true_country_iso", "true_country", "true_city", "answered_country", "answered_state", "answered_city"]
    assert frame[names].iloc[0].tolist() == ["DE", "Germany", "Berlin", "Frankreich", "Île-de-France", "Paris"]
    assert frame["place_country_iso"].iloc[0] == "FR"
    assert frame["place_country"].iloc[0] == "France"
    assert frame[["place_country_iso", "place_country"]].iloc[1].isna().all()
    assert frame["answered_country"].iloc[1] == "Atlantis"
    assert len(error_map(frame).get_root().render()) > 150_000


def test_file_has_a_name_of_its_own(travelled: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert _run(travelled).stdout == "errors.html\n"
    assert [path.name for path in tmp_path.iterdir()] == ["errors.html"]
