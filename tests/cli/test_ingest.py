"""`imageo ingest` as a user types it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from imageo.cli.main import main
from imageo.settings import Settings
from tests.ingest.conftest import answer


@dataclass(frozen=True)
class Told:
    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Told]


@pytest.fixture
def ingest(settings: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("IMAGEO_HOME", str(settings.home))
    monkeypatch.setenv("IMAGEO_DATABASE_URL", settings.database_url or "")

    def run(*arguments: str | Path) -> Told:
        with pytest.raises(SystemExit) as end:
            main(["ingest", *map(str, arguments)])
        assert isinstance(end.value.code, int)
        return Told(end.value.code, *capfd.readouterr())

    return run


@pytest.fixture
def truth_file(tmp_path: Path) -> Path:
    path = tmp_path / "t.csv"
    path.write_text("photo,lat,lon,country\na,10,20,Chad\nb,48.8,2.3,France\nc,912,1,\n")
    return path


@pytest.fixture
def results(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{name}.jsonl" for name in ("m1", "m2")]
    for path in paths:
        records = [answer(name, model_used=path.stem) for name in ("a", "b", "x")]
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return paths


def test_truth_then_predictions(ingest: Run, truth_file: Path, results: list[Path]) -> None:
    told = ingest("truth", truth_file, "--dataset", "mine", "--title", "Mine")
    assert told.returncode == 0
    assert told.stdout == (
        f"{truth_file} -> mine: 2 new, 0 changed, 0 unchanged\n  not taken: 1 out of range (see data.reject)\n"
    )
    assert "columns: image_id from photo, latitude from lat" in told.stderr
    told = ingest("predictions", *results)
    assert told.returncode == 0
    assert f"{results[0]} -> mine, m1: 2 new, 0 changed, 0 unchanged" in told.stdout
    assert told.stdout.count("not taken: 1 unknown image") == 2
    assert "dataset mine: the only one that has these images" in told.stderr
    told = ingest("predictions", *results, "--as-published", "--dataset", "mine", "--jobs", "1")
    assert f"{results[1]} -> mine, m2 (as published): 2 new" in told.stdout


def test_json_summary(ingest: Run, truth_file: Path, results: list[Path]) -> None:
    told = json.loads(ingest("truth", truth_file, "--dataset", "mine", "--json").stdout)
    assert (told["new"], told["rejected"], told["failed"]) == (2, 1, 0)
    assert told["files"][0]["reasons"] == {"out of range": 1}
    told = json.loads(ingest("predictions", *results, "--json").stdout)
    assert (told["new"], told["unchanged"], told["rejected"]) == (4, 0, 2)
    assert {file["runs"][0] for file in told["files"]} == {"m1", "m2"}
    results[0].write_text(results[0].read_text().replace("10.5", "11.5"))
    told = json.loads(ingest("predictions", *results, "--json").stdout)
    assert (told["new"], told["changed"], told["unchanged"]) == (0, 2, 2)
    assert ["line 1: a", "line 2: b"] in [file["changed_rows"] for file in told["files"]]


def test_a_map_names_the_columns(ingest: Run, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("p;n;o\na;10,5;20,5\n")
    told = ingest("truth", path, "--dataset", "d", "--map", "image_id=p,latitude=n,longitude=o")
    assert "1 new" in told.stdout
    guesses = tmp_path / "guesses.csv"
    guesses.write_text("p,my lat,my lon\na,1,2\n")
    columns = "image_id=p,latitude=my lat,longitude=my lon"
    told = ingest("predictions", guesses, "--map", columns, "--model", "mine", "--provider", "me", "--label", "x")
    assert "-> d, mine (x): 1 new" in told.stdout


@pytest.mark.parametrize(
    ("words", "content", "message"),
    [
        (["truth", "FILE"], "a,b\n1,2\n", "Missing option '--dataset'"),
        (["truth", "FILE", "--dataset", " "], "a,b\n1,2\n", "--dataset is empty"),
        (["truth", "FILE", "--dataset", "d"], "a,b\n1,2\n", "no column for image_id and latitude and longitude"),
        (["truth", "FILE", "--dataset", "d"], "image,lat,lon\n1,,\n", "no valid row (1 no coordinates)"),
        (["truth", "FILE", "--dataset", "d"], "", "the file is empty"),
        (["truth", "FILE", "--dataset", "d", "--map", "x"], "a\n", "--map 'x' is not FIELD=COLUMN"),
        (["truth", "absent.csv", "--dataset", "d"], "", "no such file"),
        (["truth", ".", "--dataset", "d"], "", "this is a folder"),
        (["predictions"], "", "Missing argument"),
        (["predictions", "FILE"], "image,model,lat,lon\na,m,1,2\n", "there is no ground truth yet"),
        (["predictions", "FILE", "--as-published", "--label", "x"], "", "--as-published goes neither with --label"),
        (["predictions", "FILE", "--jobs", "0"], "", "is not in the range"),
        (["regions", "FILE"], "", "FILE and --level go together"),
    ],
)
def test_what_goes_wrong_is_told_in_one_line_and_exit_code_2(
    ingest: Run, tmp_path: Path, settings: Settings, words: list[str], content: str, message: str
) -> None:
    file = tmp_path / "f.csv"
    file.write_text(content)
    told = ingest(*(str(file) if word == "FILE" else word for word in words))
    assert told.returncode == 2
    assert message in told.stderr
    assert "Traceback" not in told.stderr
    assert told.stdout == ""
    with psycopg.connect(settings.database_url or "") as connection:
        for table in ("dataset", "image", "ingest where kind <> 'regions'", "reject", "run"):
            assert connection.execute(f"select count(*) from data.{table}".encode()).fetchone() == (0,)


def test_one_bad_file_among_good_ones(ingest: Run, truth_file: Path, results: list[Path], tmp_path: Path) -> None:
    ingest("truth", truth_file, "--dataset", "mine")
    bad = tmp_path / "bad.jsonl"
    bad.write_text("{\n")
    told = ingest("predictions", bad, *results, "--json")
    assert told.returncode == 2
    summary = json.loads(told.stdout)
    assert (summary["new"], summary["failed"]) == (4, 1)
    assert f"imageo: {bad}: no valid row" in told.stderr


def test_names_from_files_do_not_drive_the_terminal(ingest: Run, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("image_id,lat,lon\n\x1b[31mred,1,2\n\x1b]0;title\x07,912,2\n")
    ingest("truth", path, "--dataset", "d")
    path.write_text("image_id,lat,lon\n\x1b[31mred,1,3\n")
    told = ingest("truth", path, "--dataset", "d")
    assert "1 changed" in told.stdout
    assert "\x1b" not in told.stdout + told.stderr


def test_regions_that_are_loaded_stay(ingest: Run) -> None:
    told = ingest("regions")
    assert (told.returncode, told.stdout) == (0, "These regions are loaded already: nothing changed.\n")
    assert json.loads(ingest("regions", "--json").stdout)["changed"] is False
