"""`imageo query` as a user types it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from imageo.cli.main import main
from imageo.settings import Settings
from tests.cli.asking import KEY, assert_all_answered_once, make_dataset
from tests.query.stub import Stub
from tests.query.stub_config import StubConfig


@dataclass(frozen=True)
class Told:
    returncode: int
    stdout: str
    stderr: str

    @property
    def runs(self) -> Any:
        return json.loads(self.stdout)["runs"]


Run = Callable[..., Told]
WRITTEN = ("run", "model", "task", "prediction", "cost", "batch")


@pytest.fixture
def command(settings: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("IMAGEO_HOME", str(settings.home))
    monkeypatch.setenv("IMAGEO_DATABASE_URL", settings.database_url or "")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)

    def run(*arguments: str | Path) -> Told:
        with pytest.raises(SystemExit) as end:
            main(list(map(str, arguments)))
        assert isinstance(end.value.code, int)
        return Told(end.value.code, *capfd.readouterr())

    return run


@pytest.fixture
def photos(settings: Settings, tmp_path: Path) -> dict[str, str]:
    """Dataset `mine` of six images, their files in tmp_path/photos; the stub's key of each."""
    return make_dataset(settings.database_url or "", tmp_path / "photos", 6)


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as opened:
        yield opened


@pytest.fixture
def query(command: Run, photos: dict[str, str], stub: Stub, tmp_path: Path) -> Run:  # noqa: ARG001
    """`imageo query` of gpt-4o at the stub, over all photos."""

    def run(*more: str | Path, model: str = "gpt-4o") -> Told:
        endpoint = ("--provider", "openai", "--base-url", stub.base_url("openai"))
        return command("query", "--model", model, *endpoint, "--images", tmp_path / "photos", *more)

    return run


def written(settings: Settings) -> dict[str, int]:
    with psycopg.connect(settings.database_url or "") as connection:
        counts = {}
        for table in WRITTEN:
            row = connection.execute(f"select count(*) from data.{table}".encode()).fetchone()
            assert row
            counts[table] = row[0]
    return counts


def test_every_image_is_asked_once_and_stands_on_the_leaderboard(
    query: Run, command: Run, settings: Settings, photos: dict[str, str], stub: Stub
) -> None:
    told = query("--json")
    assert told.returncode == 0, told.stderr
    (run,) = told.runs
    assert (run["run"], run["outcomes"]["answered"], run["n_left"]) == ("mine: gpt-4o", 6, 0)
    assert run["cost_usd"] > 0
    assert_all_answered_once(settings.database_url or "", photos)
    again = query()
    assert again.returncode == 0
    assert "nothing is left to ask" in again.stdout
    assert len(stub.calls) == 6
    board = json.loads(command("leaderboard", "--json").stdout)
    assert [(row["run_label"], row["n_images"], row["cost_usd"]) for row in board] == [("gpt-4o", 6, run["cost_usd"])]
    costs = json.loads(command("costs", "--json").stdout)
    assert [row["cost_usd"] for row in costs] == [pytest.approx(run["cost_usd"], abs=1e-9)]


@pytest.mark.usefixtures("photos")
def test_a_baseline_needs_no_key_and_no_image(command: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    assert command("query", "--model", "baseline:prior").returncode == 0
    assert command("query", "--model", "baseline:centre").returncode == 0
    assert command("query", "--model", "baseline:exif", "--images", tmp_path / "photos").returncode == 0
    board = json.loads(command("leaderboard", "--json").stdout)
    located = {row["run_label"]: (row["n_images"], row["n_located"]) for row in board}
    assert located == {"baseline:prior": (6, 6), "baseline:centre": (6, 6), "baseline:exif": (6, 0)}


def test_repeats_are_runs_of_their_own(query: Run, command: Run) -> None:
    assert query("--repeat", "2").returncode == 0
    assert query("--temperature", "0.5").returncode == 0
    labels = [row["run_label"] for row in json.loads(command("leaderboard", "--json").stdout)]
    assert sorted(labels) == ["gpt-4o #2", "gpt-4o [run 1]", "gpt-4o [run 3]"]


def test_a_limit_then_the_rest(query: Run, stub: Stub, settings: Settings) -> None:
    assert query("--limit", "2", "--json").runs[0]["n_finished"] == 2
    assert written(settings)["task"] == 0
    assert query("--sample", "3", "--seed", "4", "--json").returncode == 0
    assert query("--json").returncode == 0
    assert len(stub.calls) == 6


def test_failures_are_asked_again_on_request(query: Run, stub: Stub, tmp_path: Path) -> None:
    broken = tmp_path / "photos" / "photo-0002.jpg"
    whole = broken.read_bytes()
    broken.write_bytes(whole[:-400])
    told = query("--json")
    assert told.returncode == 3
    assert told.runs[0]["outcomes"]["bad_image"] == 1
    again = query()
    assert again.returncode == 3, "the same command again does not make it whole"
    assert "1 of the run failed: --retry-errors asks them again" in again.stdout
    broken.write_bytes(whole)
    assert len(stub.calls) == 5
    told = query("--retry-errors", "--json")
    assert (told.returncode, told.runs[0]["outcomes"]["answered"]) == (0, 1)


def test_a_budget_is_a_hard_stop(query: Run, tmp_path: Path) -> None:
    prices = tmp_path / "prices.toml"
    prices.write_text('[[models]]\nprovider = "openai"\nmodel = "gpt-4o"\ninput = 10\noutput = 10\n')
    options = ("--prices", prices, "--max-output-tokens", "1000", "--concurrency", "2", "--json")
    told = query("--budget", "0.06", *options)
    assert told.returncode == 4, told.stderr
    (run,) = told.runs
    assert "one question may cost up to $0.0" in query("--budget", "0.06", *options[:-1]).stdout
    assert 0 < run["cost_usd"] <= 0.06
    assert 0 < run["n_finished"] < 6
    assert run["n_left"] == 6 - run["n_finished"]
    told = query("--budget", "1", *options)
    assert (told.returncode, told.runs[0]["n_left"]) == (0, 0)


def test_a_budget_sets_aside_what_a_closer_look_costs(query: Run, stub: Stub, tmp_path: Path) -> None:
    # At $100 a million tokens an image of gpt-5.4 costs $0.30 at most as it is, and $1.20 at `original`:
    # 2,500 and 10,000 squares of 1.2 tokens.
    prices = tmp_path / "prices.toml"
    prices.write_text('[[models]]\nprovider = "openai"\nmodel = "gpt-5.4"\ninput = 100\noutput = 0\n')
    options = ("--budget", "1", "--prices", prices, "--limit", "1")
    assert query(*options, "--param", "detail=original", model="gpt-5.4").returncode == 4
    assert stub.calls == []
    assert query(*options, model="gpt-5.4").returncode == 0


def test_a_budget_is_for_all_repeats_together(query: Run, tmp_path: Path) -> None:
    prices = tmp_path / "prices.toml"
    prices.write_text('[[models]]\nprovider = "openai"\nmodel = "gpt-4o"\ninput = 10\noutput = 10\n')
    told = query("--repeat", "3", "--budget", "0.15", "--prices", prices, "--max-output-tokens", "1000", "--json")
    assert told.returncode == 4, told.stderr
    assert [run["ending"] for run in told.runs] == ["done", "budget"]
    assert 0.1 < sum(run["cost_usd"] for run in told.runs) <= 0.15


def test_an_interrupted_whole_does_not_hold_a_part_back(query: Run, stub: Stub, settings: Settings) -> None:
    assert query("--limit", "1").returncode == 0
    with psycopg.connect(settings.database_url or "") as connection:
        # As Ctrl-C leaves it: queued, and nobody's.
        connection.execute(
            "insert into data.task (image_id, run_id) select image_id, run_id from data.image, data.run"
            " where image_name <> 'photo-0000'"
        )
    assert query("--limit", "2", "--json").runs[0]["n_finished"] == 1
    assert len(stub.calls) == 2
    assert written(settings)["task"] == 4


def test_a_dry_run_sends_and_writes_nothing(
    query: Run, stub: Stub, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    told = query("--dry-run")
    assert told.returncode == 0, told.stderr
    assert "images to ask     6" in told.stdout
    told = query("--dry-run", "--json")
    assert json.loads(told.stdout)["n_images"] == 6
    assert not stub.calls
    assert not any(written(settings).values())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--dataset", "none"], "no dataset 'none'; the datasets are mine"),
        (["--images", "EMPTY"], "no image file in it"),
        (["--images", "absent"], "no such folder"),
        (["--budget", "-1"], "--budget -1.0: give US dollars, 0 or more"),
        (["--budget", "nan"], "give US dollars"),
        (["--prompt", "EMPTY/none.md"], "the prompt cannot be read"),
        (["--prompt", "BLANK"], "prompt"),
        (["--stratify", "country"], "--stratify goes with --sample"),
        (["--sample", "3", "--stratify", "colour"], "no such grouping"),
        (["--param", "x"], "is not KEY=VALUE"),
        (["--param", "model=other"], "imageo sets this itself"),
        (["--reasoning-effort", "high"], "does not reason"),
        (["--wait"], "--wait goes with --batch"),
        (["--limit", "0"], "is not in the range"),
        (["--prices", "BLANK/none.toml"], "none.toml"),
        (["--base-url", "localhost"], "is no URL"),
        (["--label", "x" * 61], "--label has 61 characters"),
        (["--label", "j\udcff"], "no text"),
        (["--timeout", "nan"], "--timeout is no number"),
        (["--param", "api_key=hunter"], "no secret goes into parameters"),
        (["--max-output-tokens", "9" * 20], "is not in the range"),
    ],
)
def test_what_goes_wrong_is_told_in_one_line_and_nothing_is_written(
    query: Run, settings: Settings, stub: Stub, tmp_path: Path, words: list[str], message: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "blank.md").write_text("\n")
    places = {"EMPTY": str(tmp_path / "empty"), "BLANK": str(tmp_path / "blank.md")}
    told = query(*(word.replace("EMPTY", places["EMPTY"]).replace("BLANK", places["BLANK"]) for word in words))
    assert told.returncode == 2
    assert message in told.stderr
    assert "Traceback" not in told.stderr
    assert told.stdout == ""
    assert not stub.calls
    assert not any(written(settings).values())


def test_names_that_do_not_match_are_shown_of_both_sides(query: Run, tmp_path: Path) -> None:
    for path in (tmp_path / "photos").iterdir():
        path.rename(path.with_name("x" + path.name))
    told = query()
    assert told.returncode == 2
    assert told.stderr.count("xphoto-000") == 3
    assert "photo-0000, photo-0001, photo-0002" in told.stderr


def test_an_unknown_model_and_a_missing_key(
    query: Run, command: Run, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told = command("query", "--model", "llava", "--images", tmp_path / "photos")
    assert told.returncode == 2
    assert "no provider is known for the model 'llava'" in told.stderr
    monkeypatch.delenv("OPENAI_API_KEY")
    told = query()
    assert told.returncode == 2
    assert "set OPENAI_API_KEY" in told.stderr
    assert not any(written(settings).values())


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("unauthorised", "Incorrect API key provided"),
        ("unknown_model", "does not exist"),
        ("bad_request", "Unsupported value: 'temperature'"),
        ("no_credit", "exceeded your current quota"),
    ],
)
def test_what_the_provider_refuses_at_first_leaves_nothing_behind(
    query: Run, stub: Stub, settings: Settings, fault: str, message: str
) -> None:
    stub.configure(StubConfig(script=[fault]))
    told = query()
    assert told.returncode == 2
    assert message in told.stderr
    assert len(told.stderr.strip().splitlines()[-1]) < 400
    assert len(stub.calls) == 1
    assert not any(written(settings).values())


def test_a_model_that_is_answered_by_another_is_told(query: Run, stub: Stub) -> None:
    stub.configure(StubConfig(model="gpt-9-mini"))
    assert "asked for gpt-4o, answered by gpt-9-mini" in query().stderr
    stub.configure(StubConfig(model="gpt-4o-2024-11-20"))
    assert "answered by" not in query("--repeat", "2").stderr
