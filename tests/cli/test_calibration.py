"""`imageo calibration` over a small world, and over the real files of PCW."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from imageo.analysis.calibration_counts import confidences
from imageo.analysis.calibration_report import calibrate
from imageo.cli.main import cli
from imageo.errors import InputError
from imageo.ingest.store_predictions import PredictionOptions, ingest_predictions
from imageo.ingest.store_truth import TruthOptions, ingest_truth
from imageo.render.reading.boards import read_runs
from imageo.render.reading.runs import read_image_regions, read_scores
from imageo.settings import Settings
from tests.conftest import Server
from tests.world import World

BERLIN, PARIS, TOKYO = (52.52, 13.405), (48.8566, 2.3522), (35.68, 139.69)


@pytest.fixture(scope="module")
def scored(server: Server, region_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """`wise` says 5 where it is right (12 in Berlin) and 2 where not (3 in Tokyo); `proud` always 5; `mute` nothing."""
    url = server.create("calibrating", region_template)
    with psycopg.connect(url) as connection:
        world = World.make(connection)
        wise, proud, mute = world.run("wise"), world.run("proud"), world.run("mute")
        for number in range(15):
            is_tokyo = number >= 12
            image = world.image(
                f"i{number}", *(TOKYO if is_tokyo else BERLIN), country="Japan" if is_tokyo else "Germany"
            )
            world.answer(wise, image, *(PARIS if is_tokyo else BERLIN), country="x", confidence=2 if is_tokyo else 5)
            world.answer(proud, image, *(BERLIN if number < 3 else PARIS), country="x", confidence=5)
            world.answer(mute, image, *BERLIN, country="Germany")
        world.score(wise, proud, mute)
    yield Settings(home=tmp_path_factory.mktemp("home"), database_url=url)
    server.drop("calibrating")


def _out(settings: Settings, *arguments: str) -> str:
    result = CliRunner().invoke(cli, [*arguments, "--replicates", "200"], obj=settings)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_every_number_by_hand(scored: Settings) -> None:
    rows = json.loads(_out(scored, "calibration", "--json"))

    def one(run: str | None, statistic: str, **where: str) -> dict[str, object]:
        wanted = {"grouping": None, "subject": None} | where
        found = [
            row
            for row in rows
            if (row["run_label"], row["statistic"]) == (run, statistic)
            and all(row[name] == value for name, value in wanted.items())
        ]
        assert len(found) == 1, found
        return found[0]

    assert [one("wise", "top_share")[name] for name in ("k", "n")] == [12, 15]
    assert [one("proud", "top_share")[name] for name in ("k", "n")] == [15, 15]
    assert one("mute", "top_share")["note"] == "No answer states a confidence."
    assert one("mute", "stated_share")["estimate"] == 0
    # Of 27 answers at 5, 12 + 3 are right; of 3 at 2, none.
    assert one(None, "level_worth", grouping="confidence", subject="5")["estimate"] == pytest.approx(15 / 27)
    assert one(None, "level_worth", grouping="confidence", subject="2")["estimate"] == 0
    assert one("wise", "auroc")["estimate"] == 1
    assert one("proud", "auroc")["estimate"] == 0.5
    assert one("proud", "auroc")["note"] == "One confidence for all answers: it tells nothing."
    assert one("wise", "calibration_error")["estimate"] == pytest.approx(12 / 15 * 12 / 27)
    assert one("proud", "overconfidence")["estimate"] == pytest.approx(15 / 27 - 3 / 15)
    assert one("proud", "overconfidence_face")["estimate"] == pytest.approx(1 - 3 / 15)
    # Twelve hits, then three misses: risks 1/13, 2/14, 3/15, which is the best order there is.
    assert one("wise", "aurc")["estimate"] == pytest.approx((1 / 13 + 2 / 14 + 3 / 15) / 15)
    assert one("wise", "excess_aurc")["estimate"] == pytest.approx(0)
    assert one("proud", "aurc")["estimate"] == pytest.approx(12 / 15)
    assert one("wise", "coverage", grouping="confidence_from", subject="5")["estimate"] == pytest.approx(12 / 15)
    assert one("wise", "risk", grouping="confidence_from", subject="2")["k"] == 3
    europe = one("wise", "overconfidence", grouping="continent", subject="EU")
    assert europe["estimate"] == pytest.approx(15 / 27 - 1)
    asia = one("wise", "calibration_error", grouping="continent", subject="AS")
    assert (asia["n"], asia["estimate"], asia["note"]) == (3, None, "Fewer than 10 answers: too few to say.")
    rate = one("wise", "rate", grouping="continent", subject="AS", other_subject="2")
    assert (rate["k"], rate["n"]) == (0, 3)


def test_for_people_and_for_sql(scored: Settings) -> None:
    printed = _out(scored, "calibration", "--model", "wise", "--model", "mute")
    assert "world: confidence against 25 km" in printed
    assert "2 = 0 %, 5 = 56 %" in printed
    assert "wise: by stated confidence" in printed
    assert "mute: no answer states a confidence." in printed
    assert "1 regions with fewer than 10 answers" in printed
    assert "nan" not in printed
    query = "select subject_name, estimate from bi.estimate where kind = 'calibration' and statistic = 'overconfidence'"
    kept = json.loads(CliRunner().invoke(cli, ["sql", "--json", query], obj=scored).stdout)
    assert {row["subject_name"] for row in kept} == {None, "Europe", "Asia"}


def test_names_are_measured_too(scored: Settings) -> None:
    """No answer of wise or proud names a country that is one; mute is right on 12 of 15 and states no confidence."""
    rows = json.loads(_out(scored, "calibration", "--measure", "country_match", "--level", "country", "--json"))
    assert {row["k"] for row in rows if row["statistic"] == "rate"} == {0}
    stated = next(row for row in rows if (row["run_label"], row["statistic"]) == ("mute", "stated_share"))
    assert (stated["k"], stated["n"]) == (0, 15)


def test_where_nobody_states_a_confidence(region_database: str, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url=region_database)
    with psycopg.connect(region_database) as connection:
        world = World.make(connection)
        run = world.run("mute")
        image = world.image("i", *BERLIN)
    result = CliRunner().invoke(cli, ["calibration"], obj=settings)
    assert isinstance(result.exception, InputError)
    assert "no run has been scored yet" in str(result.exception)
    with psycopg.connect(region_database) as connection:
        world = World(connection, world.dataset_id)
        world.answer(run, image, *BERLIN)
        world.score(run)
    rows = json.loads(_out(settings, "calibration", "--json"))
    assert {row["statistic"] for row in rows if row["estimate"] is not None} == {"stated_share"}
    assert all(row["note"] for row in rows if row["estimate"] is None)
    assert "nan" not in _out(settings, "calibration", "--model", "mute")


def test_gemini_says_five(region_connection: psycopg.Connection, bench_dir: Path) -> None:
    """gemini-2.5-pro says 5 on 264 of its 269 located answers, 68 % of them within 25 km; o3 on fewer than 1 in 4."""
    ingest_truth(region_connection, bench_dir / "dataset3_info.csv", TruthOptions(dataset="pcw"))
    for name in ("gemini-2.5-pro", "o3"):
        path = bench_dir / "results" / f"dataset3_{name}.jsonl"
        ingest_predictions(region_connection, path, PredictionOptions(dataset="pcw"))
    runs = read_runs(region_connection)
    scores = read_scores(region_connection, runs["run_id"].tolist())
    regions = read_image_regions(region_connection, ["pcw"], "continent")
    answers = confidences(scores.assign(region=scores["image_id"].map(regions)), "accuracy_25km")
    estimates = calibrate(answers, "accuracy_25km", "continent", 500, 0)
    by_run = {run.model: run.run_id for run in runs.itertuples()}

    def one(model: str, statistic: str, subject: str | None = None):  # type: ignore[no-untyped-def]
        return next(
            e
            for e in estimates
            if (e.run_id, e.statistic, e.subject) == (by_run[model], statistic, subject) and e.other_subject is None
        )

    # And on a 270th, whose file name carries its suffix twice: plain matching of names loses it.
    top = one("gemini-2.5-pro", "top_share")
    assert (top.k, top.n) == (264 + 1, 269 + 1)
    assert round(100 * one("gemini-2.5-pro", "rate", "5").estimate) == 68
    # Its confidence tells next to nothing, o3's much.
    assert one("gemini-2.5-pro", "auroc").high < 0.6 < 0.8 < one("o3", "auroc").low
    assert one("gemini-2.5-pro", "overconfidence").low > 0 > one("o3", "overconfidence").high
    assert one("o3", "spearman").high < one("gemini-2.5-pro", "spearman").low < 0.1
