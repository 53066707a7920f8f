"""`imageo figure` over one small world, and the notebook's figures."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result
from matplotlib.figure import Figure

import imageo
from imageo.cli.main import cli
from imageo.errors import InputError
from imageo.render.figures.catalogue import FIGURES
from imageo.settings import Settings
from tests.conftest import ROOT, Server
from tests.world import World

PLACES = {
    "Berlin": (52.52, 13.405),
    "Paris": (48.8566, 2.3522),
    "Houston": (29.7604, -95.3698),
    "Suva": (-18.14, 178.44),
}
MINE = ("thresholds", "true-predicted", "errors", "confidence", "reliability", "world", "us", "dataset")


@pytest.fixture(scope="module")
def drawn(server: Server, region_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Twelve images of each of four places; `good` and `odd` answer all of them, `coy` every third."""
    url = server.create("drawing", region_template)
    with psycopg.connect(url) as connection:
        world = World.make(connection)
        images = [
            (world.image(f"{city}{number}", latitude + number / 1000, longitude, city=city), number, city)
            for city, (latitude, longitude) in PLACES.items()
            for number in range(12)
        ]
        good, coy, odd = world.run("good"), world.run("coy"), world.run("$odd_{\\x")
        for image, number, city in images:
            latitude, longitude = PLACES[city]
            said = {"confidence": 1 + number % 5, "environment": "outdoor", "setting": "urban", "scene_type": "street"}
            world.answer(good, image, latitude, longitude, **said)
            world.answer(odd, image, latitude + number, longitude, confidence=5)
            if number % 3:
                world.answer(coy, image, outcome="refused")
            else:
                world.answer(coy, image, latitude, longitude + 1)
        world.score(good, coy, odd)
    yield Settings(home=tmp_path_factory.mktemp("home"), database_url=url)
    server.drop("drawing")


def _run(settings: Settings, *arguments: object) -> Result:
    return CliRunner().invoke(cli, ["figure", *map(str, arguments)], obj=settings)


def _error(settings: Settings, *arguments: object) -> str:
    result = _run(settings, *arguments)
    assert isinstance(result.exception, InputError), result.output
    message = str(result.exception)
    assert "\n" not in message
    return message


@pytest.mark.parametrize("name", MINE)
def test_a_figure_is_written_and_named(drawn: Settings, tmp_path: Path, name: str) -> None:
    result = _run(drawn, name, "-o", tmp_path / "x.svg")
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"{tmp_path / 'x.svg'}\n", "")
    assert [path.name for path in tmp_path.iterdir()] == ["x.svg"]
    assert "Dataset world, 48 images" in (tmp_path / "x.svg").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["svg", "pdf", "png"])
def test_every_figure_is_the_same_in_another_process(drawn: Settings, tmp_path: Path, suffix: str) -> None:
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-m", "imageo", "figure", "all", "--format", suffix, "-o", tmp_path / seed],
            env=os.environ
            | {"PYTHONHASHSEED": seed, "IMAGEO_DATABASE_URL": str(drawn.database_url), "IMAGEO_HOME": str(drawn.home)},
            check=True,
            cwd=ROOT,
        )
    first, second = (sorted((tmp_path / seed).iterdir()) for seed in ("1", "2"))
    assert [path.name for path in first] == [path.name for path in second]
    assert {f"{name}.{suffix}" for name in MINE} <= {path.name for path in first}
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name


def test_all_skips_what_lacks_data_and_says_why(drawn: Settings, tmp_path: Path) -> None:
    result = _run(drawn, "all", "--model", "coy", "-o", tmp_path / "figures", "--format", "png")
    assert result.exit_code == 0
    written = {Path(line).name for line in result.stdout.splitlines()}
    assert {path.name for path in (tmp_path / "figures").iterdir()} == written
    assert {"errors.png", "world.png"} <= written
    told = dict(line.split(": not drawn: ") for line in result.stderr.splitlines())
    assert {f"{name}.png" for name in FIGURES} == written | {f"{name}.png" for name in told}
    assert told["confidence"] == "no answer over dataset 'world' states one beside coordinates"
    assert "states a confidence" in told["reliability"]


def test_options_reach_the_figure(drawn: Settings, tmp_path: Path) -> None:
    path = tmp_path / "x.svg"
    options = ("--level", "continent", "--measure", "accuracy_200km", "--denominator", "answered", "--min-n", 13)
    assert _run(drawn, "world", "--model", "good", *options, "-o", path).exit_code == 0
    words = path.read_text()
    assert "1 model" in words
    # North America and Oceania hold twelve images each, Europe 24.
    assert "48 images lie in 3 continents, of which 1 have at least 13" in words
    assert "over answers only" in words


def test_what_cannot_be_drawn_is_one_line(drawn: Settings, tmp_path: Path) -> None:
    assert "there is no dataset 'none'" in _error(drawn, "errors", "--dataset", "none", "-o", tmp_path / "x.svg")
    assert "there is no model 'none'" in _error(drawn, "errors", "--model", "none", "-o", tmp_path / "x.svg")
    assert "cannot draw .gif" in _error(drawn, "errors", "-o", tmp_path / "x.gif")
    assert "there is no folder" in _error(drawn, "errors", "-o", tmp_path / "no" / "x.svg")
    assert "is a folder" in _error(drawn, "errors", "-o", tmp_path)
    assert "there is no folder" in _error(drawn, "all", "-o", tmp_path / "no" / "deeper")
    (tmp_path / "file").write_text("")
    assert "is a file" in _error(drawn, "all", "-o", tmp_path / "file")
    (tmp_path / "bad.mplstyle").write_text("font.size: big\n")
    assert "line 1: bad value" in _error(
        drawn, "errors", "-o", tmp_path / "x.svg", "--style", tmp_path / "bad.mplstyle"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.mplstyle", "file"]


def test_a_format_is_for_all_figures_only(drawn: Settings, tmp_path: Path) -> None:
    result = _run(drawn, "errors", "--format", "png", "-o", tmp_path / "x.svg")
    assert result.exit_code == 2
    assert "--format is for `all`" in result.stderr


def test_an_older_file_stays_where_drawing_fails(drawn: Settings, tmp_path: Path) -> None:
    (tmp_path / "x.svg").write_text("older")
    _error(drawn, "reliability", "--measure", "accuracy_1km", "-o", tmp_path / "x.svg")
    assert (tmp_path / "x.svg").read_text() == "older"


def test_help_lists_every_figure(drawn: Settings) -> None:
    words = _run(drawn, "--help").stdout
    assert all(re.search(rf"^ +{name} ", words, re.MULTILINE) for name in [*FIGURES, "all"])


def test_the_readme_lists_every_figure() -> None:
    section = (ROOT / "README.md").read_text().split("\n## Figures\n")[1].split("\n## ")[0]
    listed = re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE)
    assert sorted(listed) == sorted(FIGURES)


def test_a_notebook_has_figures(drawn: Settings, tmp_path: Path) -> None:
    with imageo.open(drawn) as db:
        figure = db.figure("errors", "world", models=["good", "coy"], denominator="answered")
        assert isinstance(figure, Figure)
        figure.savefig(tmp_path / "x.png")
        assert [text.get_text() for text in figure.legends[0].get_texts()] == ["good", "coy"]
        for wrong, message in (
            ({"name": "none"}, "there is no figure 'none'"),
            ({"name": "errors", "measure": "luck"}, "there is no measure 'luck'"),
            ({"name": "errors", "colour": "red"}, "there is no choice 'colour'"),
            ({"name": "errors", "minimum_n": 0}, "minimum_n=0"),
        ):
            with pytest.raises(InputError, match=message):
                db.figure(**wrong)


def test_statistics_that_are_older_than_the_answers_are_told_as_such(drawn: Settings, tmp_path: Path) -> None:
    compared = CliRunner().invoke(cli, ["compare", "--replicates", "100"], obj=drawn)
    assert compared.exit_code == 0, compared.output
    changed = "The data have changed since these statistics were computed."
    result = _run(drawn, "ranks", "-o", tmp_path / "new.svg")
    assert result.exit_code == 0, result.output
    assert changed not in (tmp_path / "new.svg").read_text()
    with psycopg.connect(str(drawn.database_url)) as connection:
        connection.execute("update data.analysis set created_at = created_at - interval '1 year'")
    _run(drawn, "ranks", "-o", tmp_path / "old.svg")
    assert changed in (tmp_path / "old.svg").read_text()
