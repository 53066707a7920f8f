"""`imageo map`: what of the database and of a folder reaches the page, and what is said of the rest."""

import base64
import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from imageo.cli.main import cli
from imageo.errors import InputError
from imageo.settings import Settings
from tests.conftest import Server
from tests.world import World

EVIL = "</script><script>alert(1)</script> \u202e<img src=x onerror=alert(2)>"
PARIS, NICE, MADRID, FIJI = (48.8566, 2.3522), (43.7, 7.26), (40.4, -3.7), (-17.0, 179.99)


@dataclass(frozen=True)
class User:
    """Somebody with a database and a folder, at the command line."""

    settings: Settings
    folder: Path

    def map(self, *arguments: object) -> Result:
        given = ["map", "-o", str(self.folder / "map.html"), *map(str, arguments)]
        return CliRunner().invoke(cli, given, obj=self.settings)

    def told(self, *arguments: object) -> dict[str, Any]:
        result = self.map("--json", *arguments)
        assert result.exit_code == 0, result.output
        summary: dict[str, Any] = json.loads(result.stdout)
        return summary

    def page(self) -> str:
        return (self.folder / "map.html").read_text()

    def payload(self) -> dict[str, Any]:
        """What the script of the page reads."""
        found = re.search(r'id="regions-data">([^<]*)<', self.page())
        assert found
        data: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(found[1])))
        return data

    def footer(self) -> str:
        found = re.search(r"<footer[^>]*>(.*?)</footer>", self.page(), re.S)
        assert found
        return found[1]


@pytest.fixture(scope="module")
def tourist(server: Server, region_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[User]:
    """Twelve photos of Paris, one of Nice, eleven of Fiji; `lost` answers Madrid, in hostile words, `mute` nothing."""
    url = server.create("tourist", region_template)
    with psycopg.connect(url) as connection:
        world = World.make(connection, "tour")
        lost, mute = world.run("lost"), world.run("mute")
        photos = [(f"paris{i}", PARIS, "France") for i in range(12)] + [("nice", NICE, "France")]
        photos += [(f"fiji{i}", FIJI, "Fiji") for i in range(11)]
        for name, place, country in photos:
            image = world.image(name, *place, country=country)
            words = json.dumps({"spatial_context": EVIL + "x" * 10_000})
            world.answer(lost, image, *MADRID, country="Spain", city=EVIL, reasoning=words, confidence=5)
            world.answer(mute, image, outcome="refused", raw_response="I cannot tell.")
        world.score(lost, mute)
    folder = tmp_path_factory.mktemp("tourist")
    yield User(Settings(home=folder / "home", database_url=url), folder)
    server.drop("tourist")


def images_of(payload: dict[str, Any]) -> list[str]:
    return [name for _, name, *_ in payload["examples"]["images"]]


def test_examples_are_the_worst_of_each_run_and_region(tourist: User) -> None:
    told = tourist.told()
    assert told["examples"] == 12  # three of two runs in two countries
    payload = tourist.payload()
    assert "nice" not in images_of(payload)  # nearer to Madrid than Paris is
    assert "Examples are the 3 largest errors" in tourist.footer()
    assert tourist.told("--examples", 13)["examples"] == 48
    assert "nice" in images_of(tourist.payload())
    assert tourist.told("--examples", 0)["examples"] == 0
    assert tourist.payload()["examples"] is None
    assert "Examples" not in tourist.footer()


def test_hostile_words_are_data_and_short(tourist: User) -> None:
    tourist.told()
    page, payload = tourist.page(), tourist.payload()
    assert "alert(1)" not in page
    said = json.dumps(payload["examples"], ensure_ascii=False)
    assert "</script><script>alert(1)</script> <img" in said
    assert "\u202e" not in said
    assert "x" * 200 not in said
    assert "I cannot tell." in said


@pytest.mark.parametrize("resolution", [1, 3])
def test_hexagons(tourist: User, resolution: int) -> None:
    told = tourist.told("--level", "hex", "--resolution", resolution)
    assert (told["level"], told["resolution"], told["regions"]) == ("hex", resolution, 3)
    payload = tourist.payload()
    assert payload["level"] == ["hexagon", "hexagons"]
    # Match of country of `lost`; values stand in the order of the rated regions.
    n_all = payload["values"]["n_all"][0][0]
    counted = {name: n_all[place] for name, place in zip(payload["names"], payload["rated"], strict=True)}
    france = {name: n for name, n in counted.items() if name.startswith("France, ")}
    assert sum(france.values()) == 13
    assert next(n for name, n in counted.items() if name.startswith("Fiji, 1")) == 11
    assert told["examples"] == 2 * (3 + 3 + 1)
    assert f"H3 hexagons of resolution {resolution}" in tourist.footer()
    assert f"`imageo spatial --resolution {resolution} --measure country_match --dataset tour`" in tourist.footer()


def test_what_a_map_rests_on_stands_below_it(tourist: User) -> None:
    tourist.told()
    footer = tourist.footer()
    for words in (
        "Dataset tour, 2 runs: lost, mute.",
        "where a non-answer is wrong",
        "No region is outlined: its local statistics are not stored; `imageo spatial --level country "
        "--measure country_match --dataset tour`",
        "Natural Earth",
        "disputed borders: Germany",
        "GeoNames (CC BY 4.0)",
        "Drawn by imageo 0.1.0, definitions ",
    ):
        assert words in footer, words


def test_stored_statistics_reach_the_page(tourist: User) -> None:
    assert tourist.settings.database_url
    with psycopg.connect(tourist.settings.database_url) as connection:
        connection.execute(
            """
            with added as (
                insert into data.analysis (dataset_id, kind, parameters, seed, version)
                select dataset_id, 'spatial', '{"measure": "country_match", "denominator": "all",
                    "weights": "contiguity", "minimum_n": 5}', 0, '0.1.0' from data.dataset returning analysis_id
            )

            insert into data.estimate (analysis_id, run_id, measure, denominator, "grouping", subject, statistic,
                estimate, p_value, p_adjusted, note)
            select analysis_id, run_id, 'country_match', 'all', 'country', 'FR', 'local_moran', 2, 0.001, 0.01,
                'Low among low' from added, data.run
            """
        )
    try:
        assert tourist.told("--model", "lost")["local_statistics"] == 1
        assert "Country match over all images, neighbours by a shared border" in tourist.footer()
        assert "FR" in json.dumps(tourist.payload()["patterns"])
    finally:
        with psycopg.connect(tourist.settings.database_url) as connection:
            connection.execute("delete from data.analysis")


def test_pictures_travel_only_where_their_folder_is_given(tourist: User, tmp_path: Path) -> None:
    file = BytesIO()
    Image.new("RGB", (400, 300), (9, 120, 30)).save(file, "JPEG")
    for name in ("paris0.jpg", "fiji1.JPG", "nice.jpg", "other.jpg"):
        (tmp_path / name).write_bytes(file.getvalue())
    (tmp_path / "paris1.jpg").write_bytes(b"no picture")
    tourist.told()
    assert "/9j/" not in tourist.page()  # how a JPEG begins in base64
    result = tourist.map("--images", tmp_path, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["thumbnails"], told["images_missing"], told["images_unreadable"]) == (
        2,
        ["paris2", "fiji0", "fiji2"],
        ["paris1"],
    )
    assert tourist.page().count("/9j/") == 2
    said = f"thumbnails of 2 of 6 example images, {told['thumbnail_bytes'] / 1e6:.2f} MB; 3 without a file, such as"
    assert said in result.stderr
    assert "1 cannot be shown, such as paris1" in result.stderr
    assert 0 < told["thumbnail_bytes"] < 5_000


def test_same_data_same_bytes(tourist: User) -> None:
    tourist.told("--level", "hex")
    first = tourist.page()
    tourist.told("--level", "hex")
    assert tourist.page() == first


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--dataset", "x"), "there are no rates of dataset 'x' at level country; there are tour"),
        (("--level", "hex", "--dataset", "x"), "there is no dataset 'x' here; there is tour"),
        (("--model", "charm"), "no model or run charm at level country; there are lost, mute"),
        (("--level", "hex", "--model", "charm"), "there is no model 'charm' here; there is lost, mute"),
        (("--measure", "charm"), "there is no measure 'charm'"),
        (("--level", "us_state"), "there are no rates at level us_state"),
        (("--images", "nowhere"), "nowhere: no such folder"),
        (("--resolution", "3"), "--resolution goes with --level hex"),
    ],
)
def test_what_there_is_not_is_said_in_one_line(tourist: User, arguments: tuple[str, ...], words: str) -> None:
    (tourist.folder / "map.html").unlink(missing_ok=True)
    result = tourist.map(*arguments)
    assert isinstance(result.exception, InputError)
    assert words in str(result.exception)
    assert "\n" not in str(result.exception)
    assert not (tourist.folder / "map.html").exists()


def test_a_level_without_boundaries_is_said(settings: Settings, tmp_path: Path) -> None:
    assert settings.database_url
    with psycopg.connect(settings.database_url) as connection:
        world = World.make(connection, "tour")
        run, image = world.run("one"), world.image("a", *PARIS, country="France")
        world.answer(run, image, *PARIS)
        world.score(run)
        connection.execute("update data.region set geometry = null where level = 'country'")
    result = User(settings, tmp_path).map()
    assert isinstance(result.exception, InputError)
    assert "there are no boundaries of level country" in str(result.exception)
