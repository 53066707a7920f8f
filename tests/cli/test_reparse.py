"""`imageo reparse` as a user types it."""

import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from imageo.cli.main import main
from imageo.ingest.store_predictions import PredictionOptions, ingest_predictions
from imageo.ingest.store_truth import TruthOptions, ingest_truth
from imageo.query.answers.parse import PARSER_VERSION
from imageo.settings import Settings
from tests.ingest.conftest import answer

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def stored(settings: Settings, tmp_path: Path) -> psycopg.Connection:
    """Two answers, of which an older parser could not read one."""
    truth, results = tmp_path / "truth.csv", tmp_path / "results.jsonl"
    truth.write_text("image_id,latitude,longitude\na,10,20\nb,10,20\n")
    whole = answer("a")
    results.write_text("".join(json.dumps(row) + "\n" for row in (whole, whole | {"image_file": "b.jpg"})))
    connection = psycopg.connect(settings.database_url or "", autocommit=True)
    ingest_truth(connection, truth, TruthOptions("set"))
    ingest_predictions(connection, results, PredictionOptions())
    connection.execute(
        "update data.prediction set parser_version = 0, outcome = 'unparsable', parse_stage = null, location = null"
        " where image_id = 2"
    )
    return connection


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("IMAGEO_HOME", str(settings.home))
    monkeypatch.setenv("IMAGEO_DATABASE_URL", settings.database_url or "")

    def _run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main(["reparse", *arguments])
        assert isinstance(end.value.code, int)
        return (end.value.code, *capfd.readouterr())

    return _run


def test_counts_by_outcome_and_stage(stored: psycopg.Connection, run: Run) -> None:
    report = (
        "Read 1 stored answers again: 1 are read differently.\n"
        "  outcome  unparsable -> answered: 1\n"
        "  stage    none -> strict: 1\n"
    )
    told = "set, org/model-1: 1 of 1 answers differ\n"
    assert run("--dry-run") == (0, f"{report}Nothing was written: --dry-run.\n", told)
    assert stored.execute("select max(version) from data.prediction").fetchone() == (1,)
    assert run("--dataset", "set") == (0, f"{report}The old readings are kept as earlier versions.\n", told)
    assert stored.execute("select max(version) from data.prediction").fetchone() == (2,)
    code, out, err = run()
    assert (code, err) == (0, "")
    assert out.startswith("Nothing to read: the present parser has read every stored answer; --all")
    assert run("--all")[1] == "Read 2 stored answers again: 0 are read differently.\n"


@pytest.mark.usefixtures("stored")
def test_json(run: Run) -> None:
    code, out, _ = run("--json", "--model", "org/model-1")
    assert code == 0
    assert json.loads(out) == {
        "parser_version": PARSER_VERSION,
        "dry_run": False,
        "read": 1,
        "changed": 1,
        "moved": 0,
        "overtaken": 0,
        "outcomes": [{"from": "unparsable", "to": "answered", "answers": 1}],
        "stages": [{"from": None, "to": "strict", "answers": 1}],
        "runs": [{"dataset": "set", "run": "org/model-1", "read": 1, "changed": 1, "moved": 0, "overtaken": 0}],
    }


@pytest.mark.usefixtures("stored")
def test_names_that_nobody_has(run: Run) -> None:
    assert run("--dataset", "x") == (2, "", "imageo: no dataset 'x'; the datasets are set\n")
    assert run("--model", "x") == (2, "", "imageo: no answers of model 'x'; the models are org/model-1\n")


def test_an_empty_database(run: Run) -> None:
    assert run("--json")[0] == 0
    assert run("--dataset", "x") == (2, "", "imageo: no dataset 'x'; the datasets are none\n")
