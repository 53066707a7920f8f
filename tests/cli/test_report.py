"""`imageo report`: what it computes, what it says of simulated worlds, what it does where it may not write."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psycopg
import pytest
from click.testing import CliRunner, Result

from imageo.cli.main import cli
from imageo.errors import ImageoError
from imageo.settings import Settings
from tests.conftest import Server
from tests.world import World

HOSTILE = "</td><script>alert('x')</script> | [a](http://evil.example) \u202e{{ 7 * 7 }} `b` @c"


def call(settings: Settings, *arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], obj=settings)


def report(settings: Settings, path: Path, *arguments: object) -> dict[str, object]:
    result = call(settings, "report", "-o", path, "--json", *arguments)
    assert result.exit_code == 0, result.output
    told: dict[str, object] = json.loads(result.stdout)
    return told


def complaint(settings: Settings, *arguments: object) -> str:
    result = call(settings, "report", *arguments)
    assert isinstance(result.exception, ImageoError), result.output
    assert "\n" not in str(result.exception)
    return str(result.exception)


@pytest.fixture(scope="module")
def scored(server: Server, region_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """60 photos in Germany, 45 in Kenya; the second model finds few of Kenya, and its name is hostile."""
    url = server.create("report", region_template)
    rng = np.random.default_rng(20)
    with psycopg.connect(url) as connection:
        world = World.make(connection)
        fair, odd = world.run("fair"), world.run(HOSTILE)
        photos = [("Germany", 51 + i % 9 * 0.2, 9 + i % 7 * 0.3) for i in range(60)]
        photos += [("Kenya", -0.5 + i % 9 * 0.3, 36.5 + i % 5 * 0.3) for i in range(45)]
        for i, (country, latitude, longitude) in enumerate(photos):
            image = world.image(f"{HOSTILE} {i}", latitude, longitude, country=country, city=HOSTILE)
            for run, skill in ((fair, 0.8), (odd, 0.9 if country == "Germany" else 0.2)):
                if rng.random() < skill:
                    world.answer(run, image, latitude, longitude, country=country, city=HOSTILE, confidence=5)
                else:
                    world.answer(run, image, 40.0, -100.0, country="United States", city=HOSTILE, confidence=2)
        world.score(fair, odd)
    yield Settings(home=tmp_path_factory.mktemp("home"), database_url=url)
    server.drop("report")


@pytest.fixture(scope="module")
def written(scored: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a report in both formats."""
    folder = tmp_path_factory.mktemp("report")
    html = report(scored, folder / "report.html")
    assert html["format"] == "html"
    (folder / "told.json").write_text(json.dumps(html))
    assert report(scored, folder / "report.md")["format"] == "md"
    return folder


def test_a_report_has_every_part(written: Path) -> None:
    told = json.loads((written / "told.json").read_text())
    assert {"in-short", "leaderboard", "comparison", "gaps", "calibration", "audit", "methods"} <= set(told["sections"])
    assert "thresholds" in told["figures"]
    assert told["bytes"] == (written / "report.html").stat().st_size
    text = (written / "report.html").read_text()
    for words in ("For whom models fail", "bi.estimate", "Wilson (1927)", "Natural Earth", "imageo bias --level"):
        assert words in text
    assert (written / "report_files" / "thresholds.svg").read_bytes().startswith(b"<?xml")


def test_the_same_data_give_the_same_bytes(scored: Settings, written: Path) -> None:
    for name in ("again.html", "again.md"):
        report(scored, written / name)
        first = (written / name.replace("again", "report")).read_text()
        assert (written / name).read_text() == first.replace("report_files", "again_files")


def test_names_of_others_are_text(written: Path) -> None:
    html, markdown = (written / "report.html").read_text(), (written / "report.md").read_text()
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    for text in (html, markdown):
        assert "{{ 7 * 7 }}" in text.replace("\\", "")
        assert "\u202e" not in text
    outside = "".join(markdown.split("```")[::2])
    assert not re.search(r"(?<!\\)(<script|\]\(http)", outside)


def test_numbers_are_those_of_the_views(scored: Settings, written: Path) -> None:
    assert scored.database_url
    with psycopg.connect(scored.database_url) as connection:
        row = connection.execute(
            "select round(accuracy_25km_all * n_images), n_images from bi.leaderboard where model = 'fair'"
        ).fetchone()
    assert row
    k, n = int(row[0]), int(row[1])
    # Wilson by hand.
    p, z = k / n, 1.959963984540054
    middle, half = (
        (p + z * z / 2 / n) / (1 + z * z / n),
        z * (p * (1 - p) / n + z * z / 4 / n / n) ** 0.5 / (1 + z * z / n),
    )
    cell = f"{100 * p:.1f} ({100 * (middle - half):.1f} to {100 * (middle + half):.1f})"
    assert f'<td class="number">{cell}</td>' in (written / "report.html").read_text()


def test_only_what_is_out_of_date_is_computed(scored: Settings, written: Path) -> None:
    assert scored.database_url

    def analyses() -> list[tuple[int, str]]:
        with psycopg.connect(str(scored.database_url)) as connection:
            return connection.execute("select analysis_id, kind from core.analysis order by 1").fetchall()

    before = analyses()
    with psycopg.connect(scored.database_url) as connection:
        connection.execute("update data.analysis set created_at = created_at - interval '1 year' where kind = 'gap'")
    stored = call(scored, "report", "--stored", "-o", written / "stored.html")
    assert "gaps by" not in stored.stderr
    assert analyses() == before
    assert "have changed since these were computed: gaps by continent" in (written / "stored.html").read_text()
    result = call(scored, "report", "-o", written / "again.html")
    assert "gaps by continent (1 of" in result.stderr
    assert "calibration (" not in result.stderr
    after = analyses()
    assert [row for row in after if row[1] != "gap"] == [row for row in before if row[1] != "gap"]
    assert {row[0] for row in after if row[1] == "gap"}.isdisjoint({row[0] for row in before if row[1] == "gap"})


def test_another_measure_is_another_report(scored: Settings, tmp_path: Path) -> None:
    told = report(scored, tmp_path / "report.html", "--measure", "country_match", "--stored")
    assert told["left_out"]["gap continent"] == "not computed yet"  # type: ignore[index]
    text = (tmp_path / "report.html").read_text()
    assert "Not in this report: gaps by continent (not computed yet)" in text
    assert "where it names the right country" in text


def test_who_may_only_read_gets_what_is_stored(scored: Settings, tmp_path: Path) -> None:
    assert scored.database_url
    with psycopg.connect(scored.database_url, autocommit=True) as connection:
        connection.execute("create role guest login in role imageo_reader")
    try:
        guest = Settings(home=scored.home, database_url=scored.database_url.replace("imageo@", "guest@"))
        result = call(guest, "report", "--measure", "city_match", "-o", tmp_path / "report.html")
        assert result.exit_code == 0, result.output
        assert "the database may not be written" in result.stderr
        text = (tmp_path / "report.html").read_text()
        assert "Not in this report:" in text
        assert "the database may not be written" in text
    finally:
        with psycopg.connect(scored.database_url, autocommit=True) as connection:
            connection.execute("drop role guest")


def test_what_cannot_be_done_is_said_before_anything_is_computed(scored: Settings, tmp_path: Path) -> None:
    assert "a report is .html or .md, not .pdf" in complaint(scored, "-o", tmp_path / "report.pdf")
    assert "--format md does not go with .html" in complaint(scored, "-o", tmp_path / "x.html", "--format", "md")
    assert "there is no folder" in complaint(scored, "-o", tmp_path / "nowhere" / "x.html")
    assert "there is no dataset 'nope' here" in complaint(scored, "-o", tmp_path / "x.html", "--dataset", "nope")
    assert list(tmp_path.iterdir()) == []


def test_no_scored_run_is_said(settings: Settings, tmp_path: Path) -> None:
    assert "no run has been scored yet" in complaint(settings, "-o", tmp_path / "x.html")


def simulated(settings: Settings, folder: Path, *options: object) -> str:
    """The gaps and differences that a report tells of a simulated world."""
    made = call(settings, "simulate", "--images", 900, "--models", 3, "-o", folder, *options)
    assert made.exit_code == 0, made.output
    files = sorted(folder.glob("simulated-*.jsonl"))
    assert call(settings, "ingest", "truth", folder / "truth.csv", "--dataset", "world").exit_code == 0
    assert call(settings, "ingest", "predictions", *files, "--dataset", "world").exit_code == 0
    report(settings, folder / "report.md")
    return (folder / "report.md").read_text().replace("\\", "").replace("\u00a0", " ")


@pytest.mark.slow
def test_a_world_without_bias_is_not_accused(settings: Settings, tmp_path: Path) -> None:
    told = simulated(settings, tmp_path / "fair", "--seed", 3)
    assert "a gap of" not in told
    assert "points fewer than of all others" not in told
    assert "points more than of all others" not in told
    assert "is ahead of" not in told
    assert "hot spots" not in told
    assert "surer than it is right" not in told
    assert "no gap that can be told from chance for any of the 3 models" in told
    assert "no bias" not in told.lower()


@pytest.mark.slow
def test_a_planted_bias_is_named(settings: Settings, tmp_path: Path) -> None:
    told = simulated(settings, tmp_path / "biased", "--seed", 3, "--gap", "2/AF=-0.4")
    short = told.partition("## What was measured")[0]
    assert "simulated-02 places within 25 km" in short
    assert "of the photos from Africa" in short
    assert "Photos from Africa: simulated-02" in short
    for other in ("simulated-01", "simulated-03"):
        assert f"Photos from Africa: {other}" not in told
        assert f"gap that can be told from chance for {other}" in told or "for simulated-01 and simulated-03" in told
