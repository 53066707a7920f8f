"""`imageo demo`: what is planted comes out of the database, by the same way that real files take."""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from imageo.cli.main import cli
from imageo.demo.simulation import ANGLOPHONE, MODELS, SimulatedModel
from imageo.errors import InputError
from imageo.settings import Settings
from tests.conftest import Server

ROOT = Path(__file__).parent.parent.parent


def _invoke(settings: Settings, *arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "160"}).invoke(cli, ["demo", *arguments], obj=settings)


@dataclass(frozen=True)
class Shown:
    """The demo after its first run."""

    settings: Settings
    folder: Path
    output: str

    def again(self, *arguments: str) -> Result:
        return _invoke(self.settings, "-o", str(self.folder), *arguments)

    def query(self, statement: str, *parameters: object) -> list[tuple[object, ...]]:
        assert self.settings.database_url
        with psycopg.connect(self.settings.database_url) as connection:
            return connection.execute(statement.encode(), parameters).fetchall()


@pytest.fixture(scope="module")
def shown(server: Server, region_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    url = server.create("demo", region_template)
    folder = tmp_path_factory.mktemp("demo")
    demo = Shown(Settings(home=folder / "home", database_url=url), folder, "")
    first = demo.again()
    assert first.exit_code == 0, first.output
    yield Shown(demo.settings, folder, first.stdout)
    server.drop("demo")


def _planted(model: SimulatedModel, country: str, continent: str) -> float:
    return model.skill_by_country.get(country, model.skill_by_continent.get(continent, model.skill))


def _is_within(hits: int, n: int, rate: float) -> bool:
    """Four standard deviations of a binomial count."""
    return abs(hits - n * rate) <= 4 * math.sqrt(n * rate * (1 - rate))


def test_it_shows_a_leaderboard_a_map_and_what_to_do_next(shown: Shown) -> None:
    for model in MODELS:
        assert model.name in shown.output
        assert model.name in (shown.folder / "map.html").read_text()
    assert "What to type next" in shown.output
    assert "map.html" in shown.output


def test_places_of_the_whole_earth(shown: Shown) -> None:
    ((n, n_countries, n_states),) = shown.query(
        "select count(*), count(distinct country_place_iso), count(distinct state_place) from core.image"
    )
    assert 1_800 <= n <= 3_000
    assert n_countries >= 230
    assert n_states >= 51


def test_every_line_of_every_file_is_taken(shown: Shown) -> None:
    n_lines = len((shown.folder / "truth.csv").read_text().splitlines()) - 1
    assert shown.query("select count(*) from core.image") == [(n_lines,)]
    assert shown.query("select count(*) from data.reject") == [(0,)]
    runs = shown.query("select model, n_images, n_missing from bi.leaderboard order by model")
    assert runs == [(name, n_lines, 0) for name in sorted(model.name for model in MODELS)]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_planted_skill_comes_back(model: SimulatedModel, shown: Shown) -> None:
    rows = shown.query(
        """
        select rate.region_code, region.parent_code, rate.n_answered, rate.n_correct
        from bi.region_rate as rate
        inner join core.region as region on region.level = 'country' and region.code = rate.region_code
        where rate.model = %s and rate.level = 'country' and rate.measure = 'accuracy_25km'
        """,
        model.name,
    )
    counts: dict[tuple[str, float], list[int]] = {}
    for country, continent, n, k in rows:
        group = counts.setdefault((str(continent), _planted(model, str(country), str(continent))), [0, 0])
        group[0] += int(str(n))
        group[1] += int(str(k))
    assert {continent for continent, _ in counts} >= {"AF", "AS", "EU", "NA", "OC", "SA"}
    for (continent, planted), (n, k) in counts.items():
        assert _is_within(k, n, planted), (continent, k, n, planted)


def test_the_bias_of_the_north_is_found_and_the_even_model_has_none(shown: Shown) -> None:
    gaps = {
        model: (worst, best, gap)
        for model, worst, best, gap in shown.query(
            "select model, worst_region, best_region, gap_all from bi.region_gap"
            " where level = 'continent' and measure = 'accuracy_25km'"
        )
    }
    assert gaps["simulated-north"][0] == "Africa"
    assert float(str(gaps["simulated-north"][2])) > 0.3
    assert float(str(gaps["simulated-even"][2])) < 0.15


def test_who_is_counted_decides_who_is_first(shown: Shown) -> None:
    ((by_answers,),) = shown.query("select model from bi.leaderboard order by accuracy_25km_answered desc limit 1")
    ((by_images,),) = shown.query("select model from bi.leaderboard order by accuracy_25km_all desc limit 1")
    assert by_answers == "simulated-shy"
    assert by_images in ("simulated-north", "simulated-even")


def test_non_answers_are_counted_as_what_they_are(shown: Shown) -> None:
    counted = {
        (model, outcome, is_placeholder): n
        for model, outcome, is_placeholder, n in shown.query(
            "select run.model, p.outcome, p.is_placeholder, count(*) from core.prediction as p"
            " inner join core.run as run on run.run_id = p.run_id where p.outcome <> 'answered' group by 1, 2, 3"
        )
    }
    written = {"refused": 0, "placeholder": 0, "bare": 0}
    for name, kind in (("simulated-shy", "refused"), ("simulated-local", "")):
        for line in (shown.folder / f"{name}.jsonl").read_text().splitlines():
            raw = json.loads(line)["raw_response"]
            if not raw.startswith("{"):
                written["refused"] += 1
            elif kind == "" and '"coordinates": {}' in raw:
                written["bare"] += 1
            elif kind == "" and '"latitude": "0.0"' in raw:
                written["placeholder"] += 1
    assert counted == {
        ("simulated-shy", "refused", False): written["refused"],
        ("simulated-local", "no_coordinates", False): written["bare"],
        ("simulated-local", "no_coordinates", True): written["placeholder"],
    }
    assert min(written.values()) > 50


def test_names_in_the_local_language_match_but_not_strictly(shown: Shown) -> None:
    ((strict, matched),) = shown.query(
        "select country_match_strict_answered, country_match_answered from bi.leaderboard"
        " where model = 'simulated-local'"
    )
    ((even_strict, even_matched),) = shown.query(
        "select country_match_strict_answered, country_match_answered from bi.leaderboard"
        " where model = 'simulated-even'"
    )
    assert float(str(matched)) - float(str(strict)) > 0.1
    assert float(str(even_matched)) - float(str(even_strict)) < 0.01


def test_the_bold_model_is_not_calibrated(shown: Shown) -> None:
    ((confidence, n, k),) = shown.query(
        "select confidence, n_located, n_correct_25km from bi.reliability where model = 'simulated-bold'"
    )
    assert confidence == 5
    assert _is_within(int(str(k)), int(str(n)), 0.5)
    levels = shown.query(
        "select confidence, accuracy_25km from bi.reliability where model = 'simulated-even' order by confidence"
    )
    rates = [float(str(rate)) for _, rate in levels]
    assert rates == sorted(rates)
    assert (rates[0], rates[-1]) == (pytest.approx(0.0, abs=0.02), pytest.approx(0.96, abs=0.03))


def test_a_second_run_changes_nothing(shown: Shown) -> None:
    counts = "select (select count(*) from data.image), (select count(*) from data.prediction)"
    before, page = shown.query(counts), (shown.folder / "map.html").read_bytes()
    second = shown.again()
    assert second.exit_code == 0, second.output
    assert second.stdout == shown.output
    assert shown.query(counts) == before
    assert (shown.folder / "map.html").read_bytes() == page


def test_real_results(settings: Settings, bench_dir: Path, tmp_path: Path) -> None:
    real = Settings(settings.home, settings.database_url, bench_dir)
    result = _invoke(real, "--real", "-o", str(tmp_path / "new"))
    assert result.exit_code == 0, result.output
    for model in ("o3", "gpt-4.1", "gemini-2.5-pro", "Llama-3.2-11B"):
        assert model in result.stdout
    assert "simulated" not in result.stdout
    assert (tmp_path / "new" / "map.html").is_file()


def test_real_results_that_are_not_there(settings: Settings, tmp_path: Path) -> None:
    away = Settings(settings.home, settings.database_url, tmp_path / "nowhere")
    result = _invoke(away, "--real", "-o", str(tmp_path))
    assert isinstance(result.exception, InputError)
    assert "nowhere does not hold IMAGEO-Bench's dataset3_info.csv" in str(result.exception)
    assert "IMAGEO_BENCH_DIR" in str(result.exception)


def test_a_folder_that_cannot_be_written(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = _invoke(settings, "-o", str(tmp_path / "file" / "below"))
    assert isinstance(result.exception, InputError)
    assert "choose another folder with -o" in str(result.exception)


def test_the_page_about_the_demo_tells_what_is_planted() -> None:
    table = (ROOT / "docs" / "demo.md").read_text()
    for model in MODELS:
        (row,) = re.findall(rf"^\| `{model.name}` \|.*$", table, flags=re.MULTILINE)
        exceptions = {*model.skill_by_continent.values(), *model.skill_by_country.values()}
        lost = {model.refusal_rate, model.no_coordinates_rate, model.placeholder_rate} - {0.0}
        told = {int(percent) / 100 for percent in re.findall(r"(\d+) %", row)}
        assert told == {model.skill, *exceptions, *lost}
    assert set(ANGLOPHONE) == {"AU", "CA", "GB", "IE", "NZ", "US"}
