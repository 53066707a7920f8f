"""leaderboard, bias, sql, export and the notebook's object, over one small world."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import psycopg
import pytest
from click.testing import CliRunner, Result

import imageo
from imageo.cli.main import cli, main
from imageo.errors import ImageoError, InputError
from imageo.settings import Settings
from tests.conftest import Server
from tests.world import World

BERLIN = (52.52, 13.405)
PARIS = (48.8566, 2.3522)
HOSTILE = "[red]evil[/red]\x1b[31m<b>"


@pytest.fixture(scope="module")
def scored(server: Server, region_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Twelve images of Berlin and two of Paris; `good` is always right, `coy` answers a single image."""
    url = server.create("reading", region_template)
    with psycopg.connect(url) as connection:
        world = World.make(connection)
        berlin = [world.image(f"b{i}", *BERLIN, country="Germany", city="Berlin") for i in range(12)]
        paris = [world.image(f"p{i}", *PARIS, country="France", city="Paris") for i in range(2)]
        good, coy, odd = world.run("good"), world.run("coy"), world.run(HOSTILE)
        for image in berlin:
            world.answer(good, image, *BERLIN, country="Germany", city="Berlin", confidence=5)
            world.answer(odd, image, *PARIS, country="France", city="Paris", confidence=1)
        for image in paris:
            world.answer(good, image, *BERLIN, country="Germany", city="Berlin", confidence=5)
        world.answer(coy, berlin[0], *BERLIN, country="Germany", city="Berlin")
        for image in (*berlin[1:], *paris):
            world.answer(coy, image, outcome="refused")
        world.score(good, coy, odd)
    yield Settings(home=tmp_path_factory.mktemp("home"), database_url=url)
    server.drop("reading")


def _run(settings: Settings, *arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], obj=settings)


def _out(settings: Settings, *arguments: object) -> str:
    result = _run(settings, *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def _error(settings: Settings, *arguments: object) -> str:
    result = _run(settings, *arguments)
    assert isinstance(result.exception, ImageoError), result.output
    assert "\n" not in str(result.exception)
    return str(result.exception)


def test_leaderboard_as_json_has_every_promised_column(scored: Settings) -> None:
    rows = json.loads(_out(scored, "leaderboard", "--json"))
    promised = (
        "dataset model run_id n_images n_answered n_located city_match_strict_answered state_match_strict_answered "
        "country_match_strict_answered city_match_all state_match_all country_match_all accuracy_1km_all "
        "accuracy_25km_all accuracy_200km_all accuracy_750km_all accuracy_2500km_all geoscore_mean_all "
        "error_haversine_km_mean_answered error_haversine_km_median_answered error_km_median_answered "
        "error_km_median_bounded tokens_total cost_usd"
    ).split()
    assert [set(promised) - set(row) for row in rows] == [set()] * 3
    assert [row["model"] for row in rows] == ["good", "coy", HOSTILE]
    assert rows[0]["accuracy_1km_all"] == pytest.approx(12 / 14)
    assert rows[0]["state_match_all"] is None
    assert rows[0]["cost_usd"] is None


def test_leaderboard_for_people(scored: Settings) -> None:
    printed = _out(scored, "leaderboard")
    assert "world: rates over all images; a non-answer is wrong" in printed
    assert "was not asked about 2 images" in printed
    assert "Ranks that depend on who is counted" in printed
    assert "\x1b" not in printed
    assert "[red]evil[/red]" in printed


def test_leaderboard_leaves_non_answers_out_on_demand(scored: Settings) -> None:
    def row(*options: str) -> list[str]:
        lines = [line.split() for line in _out(scored, "leaderboard", *options).splitlines()]
        return next(line for line in lines if line[:2] == ["coy", "14"])

    assert "100.0" not in row()
    assert "100.0" in row("--denominator", "answered")


def test_leaderboard_sorts_errors_upwards(scored: Settings) -> None:
    rows = json.loads(_out(scored, "leaderboard", "--json", "--sort", "error_km_median_answered"))
    medians = [row["error_km_median_answered"] for row in rows]
    assert medians == sorted(medians)


def test_bias_compares_regions_with_enough_images(scored: Settings) -> None:
    printed = _out(scored, "bias", "--level", "country", "--measure", "country_match", "--model", "good", "--min-n", 10)
    assert "Germany" in printed
    assert "France" not in printed
    assert "1 regions with fewer than 10 images" in printed
    rows = json.loads(_out(scored, "bias", "--level", "country", "--measure", "country_match", "--json"))
    by_region = {row["region_code"]: row for row in rows if row["model"] == "good"}
    assert (by_region["DE"]["n_all"], by_region["DE"]["n_correct"]) == (12, 12)
    assert (by_region["FR"]["n_all"], by_region["FR"]["n_correct"]) == (2, 0)
    assert "No run has two regions" in _out(scored, "bias", "--level", "country", "--measure", "country_match")


def test_sql_as_table_csv_and_json(scored: Settings) -> None:
    query = "select model, n_images, cost_usd from bi.leaderboard where model = 'good'"
    assert "good" in _out(scored, "sql", query)
    assert list(csv.reader(io.StringIO(_out(scored, "sql", "--csv", query)))) == [
        ["model", "n_images", "cost_usd"],
        ["good", "14", ""],
    ]
    assert json.loads(_out(scored, "sql", "--json", query)) == [{"model": "good", "n_images": 14, "cost_usd": None}]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("delete from data.run", "permission denied"),
        ("with gone as (delete from data.score returning 1) select * from gone", "permission denied"),
        ("create table core.x (i int)", "permission denied|read-only"),
        ("select 1; drop view bi.cost", "multiple commands|syntax"),
        ("reset role", "returns no rows"),
        ("select set_config('transaction_read_only', 'off', false)", "read-write mode"),
        ("selec 1", "at character 1: syntax error"),
        ("select nope from bi.cost", 'column "nope" does not exist'),
        ("", "returns no rows"),
    ],
)
def test_sql_reads_only_and_says_what_is_wrong(scored: Settings, query: str, said: str) -> None:
    import re

    assert re.search(said, _error(scored, "sql", query))


def test_export_every_format(scored: Settings, tmp_path: Path) -> None:
    where = ("--where", "measure=country_match", "--where", "model=good")
    for suffix in ("csv", "parquet", "geojson", "gpkg"):
        _out(scored, "export", "bi.country_map", "-o", tmp_path / f"map.{suffix}", *where)
    assert list(pd.read_csv(tmp_path / "map.csv")["region_code"].sort_values()) == ["DE", "FR"]
    for name in ("map.parquet", "map.geojson", "map.gpkg"):
        read = gpd.read_parquet if name.endswith("parquet") else gpd.read_file
        frame = read(tmp_path / name)
        assert frame.crs.to_epsg() == 4326
        assert set(frame["region_code"]) == {"DE", "FR"}
        assert frame.geometry.is_valid.all()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_export_refuses_kindly(scored: Settings, tmp_path: Path) -> None:
    assert ".csv, .parquet" in _error(scored, "export", "bi.cost", "-o", tmp_path / "x.xls")
    assert "no geometry" in _error(scored, "export", "bi.cost", "-o", tmp_path / "x.geojson")
    assert "--list" in _error(scored, "export", "bi.nope", "-o", tmp_path / "x.csv")
    assert "no column nope" in _error(scored, "export", "bi.cost", "-o", tmp_path / "x.csv", "--where", "nope=1")
    assert "invalid input" in _error(scored, "export", "bi.cost", "-o", tmp_path / "x.csv", "--where", "run_id=abc")
    assert "no folder" in _error(scored, "export", "bi.cost", "-o", tmp_path / "no" / "x.csv")
    assert list(tmp_path.iterdir()) == []


def test_export_lists_views(scored: Settings) -> None:
    listed = _out(scored, "export", "--list").split()
    assert "bi.leaderboard" in listed
    assert "core.image" in listed


def test_words_that_nobody_knows(scored: Settings) -> None:
    assert "there is world" in _error(scored, "leaderboard", "--dataset", "nope")
    assert "no such column" in _error(scored, "leaderboard", "--sort", "nope")
    assert "coy, good" in _error(scored, "bias", "--level", "country", "--model", "nope")


def test_an_empty_database_says_what_to_do(settings: Settings) -> None:
    for command in ("leaderboard", "bias"):
        assert "imageo" in _error(settings, command)


def test_an_error_drives_no_terminal(
    scored: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMAGEO_DATABASE_URL", str(scored.database_url))
    with pytest.raises(SystemExit):
        main(["bias", "--level", "country", "--model", "nope"])
    said = capsys.readouterr().err
    assert "[red]evil[/red]" in said
    assert "\x1b" not in said


def test_an_unreachable_server_is_one_line_without_its_password(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMAGEO_DATABASE_URL", "postgresql://imageo:swordfish@127.0.0.1:1/imageo")
    with pytest.raises(SystemExit) as end:
        main(["leaderboard"])
    said = capsys.readouterr().err
    assert end.value.code == 2
    assert said.startswith("imageo: cannot reach database 'imageo' on 127.0.0.1")
    assert said.count("\n") == 1
    assert "swordfish" not in said


def test_a_server_of_the_users_own_is_not_changed_unasked(server: Server, tmp_path: Path) -> None:
    url = server.create("bare")
    try:
        assert "imageo db upgrade" in _error(Settings(home=tmp_path, database_url=url), "leaderboard")
        with psycopg.connect(url) as connection:
            assert connection.execute("select to_regnamespace('bi')").fetchone() == (None,)
    finally:
        server.drop("bare")


def test_a_login_without_rights_gets_one_line(
    scored: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    url = scored.database_url or ""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create role stranger login")
    try:
        monkeypatch.setenv("IMAGEO_DATABASE_URL", url.replace("imageo@", "stranger@"))
        with pytest.raises(SystemExit) as end:
            main(["leaderboard"])
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("drop role stranger")
    assert end.value.code == 2
    err = capfd.readouterr().err
    assert err == "imageo: permission denied for schema core; `imageo --debug` shows where\n"


def test_a_full_disk_gets_one_line(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    def full(*_given: object, **_named: object) -> None:
        raise OSError(28, "No space left on device", "/tmp/requests.jsonl")

    monkeypatch.setattr("imageo.db.engine.connect", full)
    with pytest.raises(SystemExit) as end:
        main(["leaderboard"])
    assert end.value.code == 2
    assert "No space left on device" in (told := capfd.readouterr().err)
    assert "Traceback" not in told


def test_a_member_of_the_reader_role_needs_no_more(scored: Settings) -> None:
    assert scored.database_url
    with psycopg.connect(scored.database_url, autocommit=True) as connection:
        connection.execute("create role analyst login in role imageo_reader")
    try:
        url = scored.database_url.replace("imageo@", "analyst@")
        assert "good" in _out(Settings(home=scored.home, database_url=url), "leaderboard")
    finally:
        with psycopg.connect(scored.database_url, autocommit=True) as connection:
            connection.execute("drop role analyst")


def test_notebook(scored: Settings) -> None:
    with imageo.open(scored) as db:
        board = db.frame("bi.leaderboard", model="good")
        assert list(board["n_images"]) == [14]
        assert board["cost_usd"].isna().all()
        regions = db.frame("bi.country_map", measure=["country_match"], model="good")
        assert isinstance(regions, gpd.GeoDataFrame)
        assert regions.crs.to_epsg() == 4326
        assert set(regions["region_name"]) == {"Germany", "France"}
        lines = db.frame("bi.error_vector", model=HOSTILE)
        assert set(lines.geom_type) == {"LineString"}
        assert db.sql("select count(*) as n from bi.cost")["n"].tolist() == [3]
        assert "bi.reliability" in db.views()
        with pytest.raises(InputError):
            db.frame("data.image")
