"""`imageo bias --gaps`, `--by` and `--adjust`, over one planted world in a real database."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import psycopg
import pytest
from click.testing import CliRunner, Result
from psycopg.types.json import Jsonb

from imageo.cli.main import cli
from imageo.errors import DatabaseError, ImageoError
from imageo.settings import Settings
from tests.conftest import Server
from tests.world import World

HOSTILE = "night[red]\x1b[31m"
SHY = 3
"""Every third photo of Kenya is refused by `shy`."""


@pytest.fixture(scope="module")
def scored(server: Server, region_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """60 photos in Germany, 45 in Kenya, 3 in Peru; `fair` knows 80 % everywhere, `shy` half of Kenya's."""
    url = server.create("gaps", region_template)
    rng = np.random.default_rng(20)
    with psycopg.connect(url) as connection:
        world = World.make(connection)
        fair, shy = world.run("fair"), world.run("shy")
        photos = [("Germany", 51 + i % 9 * 0.2, 9 + i % 7 * 0.3) for i in range(60)]
        photos += [("Kenya", -0.5 + i % 9 * 0.3, 36.5 + i % 5 * 0.3) for i in range(45)]
        photos += [("Peru", -12.0, -76.0)] * 3
        for i, (country, latitude, longitude) in enumerate(photos):
            image = world.image(f"p{i}", latitude, longitude, country=country)
            attributes = {"lighting": HOSTILE if i % 2 else "day", "year": 2000 + i % 20, "tags": f"['t{i % 3}', 'x']"}
            connection.execute("update data.image set attributes = %s where image_id = %s", [Jsonb(attributes), image])
            for run, skill in ((fair, 0.8), (shy, 0.9 if country == "Germany" else 0.4)):
                scene = {"environment": "Outdoor" if i % 4 else "indoor", "scene_type": "street", "setting": "urban"}
                if run == shy and country == "Kenya" and i % SHY == 0:
                    world.answer(run, image, outcome="refused")
                elif rng.random() < skill:
                    world.answer(run, image, latitude, longitude, country=country, **scene)
                else:
                    world.answer(run, image, 40.0, -100.0, country="United States", **scene)
        world.score(fair, shy)
    yield Settings(home=tmp_path_factory.mktemp("home"), database_url=url)
    server.drop("gaps")


def _run(settings: Settings, *arguments: object) -> Result:
    return CliRunner().invoke(cli, ["bias", *(str(argument) for argument in arguments)], obj=settings)


def _out(settings: Settings, *arguments: object) -> str:
    result = _run(settings, "--replicates", 300, *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def _estimates(settings: Settings, *arguments: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(_out(settings, "--json", *arguments))["estimates"]
    return found


def _error(settings: Settings, *arguments: object) -> str:
    result = _run(settings, *arguments)
    assert isinstance(result.exception, ImageoError), result.output
    assert "\n" not in str(result.exception)
    return str(result.exception)


def _one(rows: list[dict[str, Any]], **where: object) -> dict[str, Any]:
    found = [row for row in rows if all(row[name] == value for name, value in where.items())]
    assert len(found) == 1, found
    return found[0]


def test_photos_are_grouped_by_named_landmarks(scored: Settings) -> None:
    with psycopg.connect(scored.database_url or "") as connection:
        connection.execute(
            "update data.prediction set reasoning = jsonb_build_object('landmark_recognition',"
            " case when image_id % 2 = 0 then 'The Eiffel Tower stands in the middle.' else 'None visible' end)"
        )
    rows = _estimates(scored, "--by", "landmark", "--no-keep")
    groups = {row["subject"]: row["n"] for row in rows if row["statistic"] == "rate" and row["denominator"] == "all"}
    assert set(groups) == {"landmark named", "no landmark named"}


def test_the_spatial_pattern_is_that_of_imageo_spatial(scored: Settings) -> None:
    spatial = CliRunner().invoke(cli, ["spatial", "--json"], obj=scored)
    assert spatial.exit_code == 0, spatial.output
    result = _run(scored, "--spatial", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == json.loads(spatial.stdout)
    assert "--spatial goes with none of" in _error(scored, "--spatial", "--gaps")


def test_the_widest_gap_by_country_for_people(scored: Settings) -> None:
    printed = _out(scored, "--gaps", "--level", "country", "--measure", "accuracy_25km")
    line = next(line.split() for line in printed.splitlines() if line.startswith(" shy"))
    assert line[1:3] == ["Kenya", "Germany"]
    assert "its interval holds for all pairs at once" in printed
    assert "whole cells 1° high" in printed


def test_every_group_of_a_model_against_the_rest_and_a_reference(scored: Settings) -> None:
    printed = _out(scored, "--gaps", "--level", "country", "--model", "shy", "--measure", "accuracy_25km")
    assert "to rest" in printed
    assert "1 groups with too few photos are not compared" in printed
    referred = _out(
        scored, "--gaps", "--level", "country", "--model", "shy", "--reference", "Germany", "--measure", "accuracy_25km"
    )
    assert "to Germany" in referred
    assert "fair" not in referred


def test_rates_are_those_of_the_sql_views(scored: Settings) -> None:
    rows = _estimates(scored, "--gaps", "--level", "country", "--measure", "country_match")
    assert scored.database_url
    with psycopg.connect(scored.database_url) as connection:
        sql = connection.execute(
            "select run_label, region_code, n_all, n_answered, n_correct, rate_all, wilson_lower_all, wilson_upper_all,"
            " shrunk_rate_all, rate_answered, wilson_upper_answered, shrunk_rate_answered from bi.region_rate"
            " where level = 'country' and measure = 'country_match'"
        ).fetchall()
    assert len(sql) == 6
    for run, code, n_all, n_answered, k, rate, low, high, shrunk, rate_answered, high_answered, shrunk_answered in sql:
        over_all = _one(rows, run_label=run, subject=code, statistic="rate", denominator="all")
        assert (over_all["n"], over_all["k"]) == (n_all, k)
        assert (over_all["estimate"], over_all["low"], over_all["high"]) == pytest.approx((rate, low, high))
        answered = _one(rows, run_label=run, subject=code, statistic="rate", denominator="answered")
        assert (answered["n"], answered["k"]) == (n_answered, k)
        assert (answered["estimate"], answered["high"]) == pytest.approx((rate_answered, high_answered))
        for denominator, expected in (("all", shrunk), ("answered", shrunk_answered)):
            found = _one(rows, run_label=run, subject=code, statistic="shrunk_rate", denominator=denominator)
            assert found["estimate"] == pytest.approx(expected)


def test_what_is_printed_is_kept_for_sql(scored: Settings) -> None:
    arguments = ("--by", "income_group", "--measure", "accuracy_25km", "--seed", 4)
    rows = _estimates(scored, *arguments)
    assert rows == _estimates(scored, *arguments)  # and it replaces itself
    assert scored.database_url
    with psycopg.connect(scored.database_url) as connection:
        kept = connection.execute(
            "select run_label, denominator, subject, other_subject, statistic, n, k, estimate, low, high, p_value,"
            " note, measure, parameters ->> 'degrees' from bi.estimate"
            " where kind = 'gap' and grouping = 'income_group' and seed = 4 order by estimate_id"
        ).fetchall()
    names = "run_label denominator subject other_subject statistic n k estimate low high p_value note".split()
    assert [dict(zip(names, row[:12], strict=True)) for row in kept] == [
        {name: row[name] for name in names} for row in rows
    ]
    assert {row[12:] for row in kept} == {("accuracy_25km", "5.0")}


def test_reading_only_keeps_nothing(scored: Settings) -> None:
    assert scored.database_url
    count = b"select count(*) from bi.estimate where seed = 99"
    with psycopg.connect(scored.database_url, autocommit=True) as connection:
        _out(scored, "--gaps", "--seed", 99, "--no-keep")
        assert connection.execute(count).fetchone() == (0,)
        _out(scored, "--gaps", "--seed", 99)
        assert connection.execute(count).fetchone() != (0,)


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("continent", {"AF", "EU", "SA"}),
        ("income_group", {"High income: OECD", "Upper middle income", "Low income"}),
        ("subregion", {"Eastern Africa", "Western Europe", "South America"}),
        ("lighting", {"day", HOSTILE}),
        ("tags", {"t0", "t1", "t2"}),
        ("year", {"2000 to 2004", "over 2004 to 2009", "over 2009 to 2014", "over 2014 to 2019"}),
        ("environment", {"indoor", "outdoor"}),
    ],
)
def test_photos_are_grouped_by_whatever_is_known(scored: Settings, by: str, groups: set[str]) -> None:
    rows = _estimates(scored, "--by", by, "--no-keep")
    found = {row["subject"] for row in rows if row["statistic"] == "rate"}
    assert found == groups
    counted = [row["n"] for row in rows if row["statistic"] == "rate" and row["denominator"] == "all"]
    assert sum(counted) == 2 * 108


def test_consensus_gives_non_answers_a_scene_and_own_words_do_not(scored: Settings) -> None:
    def told(*options: str) -> dict[str, int]:
        rows = _estimates(scored, "--by", "environment", "--no-keep", *options)
        return {
            row["run_label"]: row["k"]
            for row in rows
            if row["statistic"] == "ungrouped" and row["denominator"] == "all"
        }

    assert told() == {}
    assert told("--fields", "model") == {"shy": 15}


def test_adjusted_stands_beside_raw(scored: Settings) -> None:
    rows = _estimates(scored, "--level", "country", "--adjust", "scene", "--measure", "accuracy_25km", "--cell", 0.2)
    raw = _one(rows, run_label="shy", statistic="difference", subject="KE", denominator="all")
    adjusted = _one(rows, run_label="shy", statistic="adjusted_difference", subject="KE", denominator="all")
    assert adjusted["note"].startswith("adjusted for environment, scene_type, setting")
    # The scenes are spread alike over both countries.
    assert adjusted["estimate"] == pytest.approx(raw["estimate"], abs=0.05)
    assert adjusted["low"] < adjusted["estimate"] < adjusted["high"] < 0
    printed = _out(scored, "--level", "country", "--adjust", "environment", "--model", "shy", "--no-keep")
    assert "adjusted" in printed
    assert "the pooled mix of environment (direct standardisation)" in printed


def test_gaps_of_two_models_are_compared_over_the_same_places(scored: Settings) -> None:
    rows = _estimates(scored, "--level", "country", "--against", "fair", "--measure", "accuracy_25km", "--cell", 0.2)
    own, others = (
        _one(rows, run_label=run, statistic="difference", subject="KE", other_subject="rest", denominator="all")
        for run in ("shy", "fair")
    )
    apart = _one(rows, statistic="difference_of_differences", subject="KE", denominator="all")
    assert (apart["run_label"], apart["other_run_label"]) == ("shy", "fair")
    assert apart["estimate"] == pytest.approx(own["estimate"] - others["estimate"])
    assert apart["low"] < apart["estimate"] < apart["high"] < 0
    assert apart["p_value"] < 0.01
    assert "model against model" in _out(scored, "--gaps", "--against", "fair", "--no-keep")
    assert "there is fair, shy" in _error(scored, "--against", "nope")
    assert "model against model" in _out(scored, "--model", "shy", "--against", "fair", "--no-keep")


def test_words_that_nobody_knows(scored: Settings) -> None:
    assert "lighting, tags, year" in _error(scored, "--by", "nope")
    assert "lighting, tags, year" in _error(scored, "--adjust", "nope")
    assert "grouped by it" in _error(scored, "--by", "setting", "--adjust", "setting")
    assert "there is DE, KE, PE" in _error(scored, "--gaps", "--level", "country", "--reference", "Atlantis")
    assert "there is world" in _error(scored, "--gaps", "--dataset", "nope")
    assert "fair, shy" in _error(scored, "--gaps", "--model", "nope")


def test_a_name_from_a_file_drives_no_terminal(scored: Settings) -> None:
    printed = _out(scored, "--by", "lighting", "--model", "shy", "--adjust", "tags", "--reference", "day", "--no-keep")
    assert "night[red]" in printed
    assert "\x1b" not in printed


def test_nothing_to_compare_is_a_sentence(scored: Settings) -> None:
    printed = _out(scored, "--gaps", "--level", "us_state", "--no-keep")
    assert "no photo has a us_state" in printed
    assert "nan" not in printed.lower()
    few = _out(scored, "--gaps", "--level", "country", "--min-n", 50, "--no-keep")
    assert "1 of 3 groups have 50 photos or more: two are needed" in few


def test_a_reader_may_look_and_is_told_that_it_cannot_keep(scored: Settings) -> None:
    assert scored.database_url
    with psycopg.connect(scored.database_url, autocommit=True) as connection:
        connection.execute("create role onlooker login in role imageo_reader")
    try:
        reader = Settings(home=scored.home, database_url=scored.database_url.replace("imageo@", "onlooker@"))
        assert "widest gap" in _out(reader, "--gaps", "--no-keep")
        refused = _run(reader, "--gaps")
        assert isinstance(refused.exception, DatabaseError)
    finally:
        with psycopg.connect(scored.database_url, autocommit=True) as connection:
            connection.execute("drop role onlooker")


def test_no_scored_run_is_said(settings: Settings) -> None:
    assert "imageo demo" in _error(settings, "--gaps")
