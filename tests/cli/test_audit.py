"""`imageo audit`, over made files and over the real ones, whose findings pandas counts anew."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from imageo.cli.main import cli
from imageo.errors import InputError
from imageo.render.text.audit import CHECKS
from imageo.settings import Settings
from tests.conftest import Server
from tests.ingest.conftest import answer


def _run(settings: Settings, *arguments: object) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(cli, [str(argument) for argument in arguments], obj=settings)


def _out(settings: Settings, *arguments: object) -> str:
    result = _run(settings, *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def _json(settings: Settings, *arguments: object) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(_out(settings, "audit", "--json", *arguments))
    return told


def _counts(findings: dict[str, Any]) -> dict[str, int]:
    return {check: len(rows) for check, rows in findings.items() if rows}


@pytest.fixture(scope="module")
def made(server: Server, region_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Two datasets; three answers a model, one of them about an image without truth, a copied file, a clean set."""
    folder = tmp_path_factory.mktemp("audit")
    settings = Settings(home=folder / "home", database_url=server.create("audit", region_template))
    rows = ["image_id,latitude,longitude,country", "a,10,20,Chad", "b,10,20,Chad", "c,48.8,2.3,Germany"]
    (folder / "truth.csv").write_text("\n".join([*rows, "d,12,18,Chad", "e,912,1,Chad", ""]))
    (folder / "clean.csv").write_text("image_id,latitude,longitude,country\nz,12,18,Chad\n")
    for model in ("m1", "m2"):
        records = [answer("a", 10.5, 20.5), answer("b", 0, 0), answer("c", 48.8 if model == "m1" else 48.9, 2.3)]
        lines = [json.dumps(record | {"model_used": model}) for record in (*records, answer("x"))]
        (folder / f"{model}.jsonl").write_text("\n".join([*lines, ""]))
    shutil.copy(folder / "m1.jsonl", folder / "copy.jsonl")
    (folder / "z.jsonl").write_text(json.dumps(answer("z", 12, 18)) + "\n")
    _out(settings, "ingest", "truth", folder / "truth.csv", "--dataset", "set")
    _out(settings, "ingest", "truth", folder / "clean.csv", "--dataset", "clean")
    for name in ("m1", "m2", "copy"):
        _out(settings, "ingest", "predictions", folder / f"{name}.jsonl", "--dataset", "set")
    _out(settings, "ingest", "predictions", folder / "z.jsonl", "--dataset", "clean")
    yield settings
    server.drop("audit")


def test_every_check_is_told_with_its_count_and_first_rows(made: Settings) -> None:
    told = _out(made, "audit", "--rows", "1")
    for check in CHECKS:
        assert re.search(rf"^ +\d+ +{re.escape(check.meaning)} +{check.view}$", told, re.MULTILINE), check.name
    found = _counts(_json(made))
    for check in CHECKS:
        assert re.search(rf"^ +{found.get(check.name, 0)} +{re.escape(check.meaning)}", told, re.MULTILINE)
        assert (f"\n{check.meaning}: " in told) == (check.name in found)
    assert "images whose true coordinates are those of another one: the first 1 of 2\n" in told
    assert "files that are a copy of another one: 1\n" in told
    assert "\n\n\n" not in told


def test_what_is_wrong_is_found(made: Settings) -> None:
    found = _json(made)
    assert list(found) == [check.name for check in CHECKS]
    assert _counts(found) == {
        "duplicate_file": 1,
        "answer_without_truth": 3,
        "truth_without_answer": 1,
        "shared_coordinate": 2,
        "label_conflict": 1,
        "zero_answer": 2,
        "confidence_without_point": 2,
        "rejected_row": 1,
    }
    (copy,) = found["duplicate_file"]
    assert (Path(copy["file_name"]).name, Path(copy["first_file_name"]).name) == ("copy.jsonl", "m1.jsonl")
    assert (copy["n_new"], copy["n_unchanged"], copy["n_rejected"], copy["dataset"]) == (0, 3, 1, "set")
    assert {row["image_name"] for row in found["answer_without_truth"]} == {"x"}
    assert [row["image_name"] for row in found["truth_without_answer"]] == ["d"]
    assert [row["image_name"] for row in found["label_conflict"]] == ["c"]
    assert found["rejected_row"][0]["reason"].startswith("out of range")


def test_one_dataset(made: Settings) -> None:
    assert _counts(_json(made, "--dataset", "clean")) == {}
    assert "duplicate_file" in _counts(_json(made, "--dataset", "set"))
    result = _run(made, "audit", "--dataset", "nowhere")
    assert isinstance(result.exception, InputError)
    assert str(result.exception) == "there is no dataset 'nowhere' here; there is clean, set"


@pytest.mark.parametrize("more", [(), ("--json",), ("--rows", "0")])
def test_strict_says_it_by_the_exit_code(more: tuple[str, ...], made: Settings) -> None:
    assert _run(made, "audit", *more).exit_code == 0
    assert _run(made, "audit", "--strict", *more).exit_code == 1
    assert _run(made, "audit", "--strict", "--dataset", "clean", *more).exit_code == 0


def test_an_empty_database_has_no_findings(settings: Settings) -> None:
    assert _counts(_json(settings)) == {}


@dataclass(frozen=True)
class Real:
    """The three truth files and seven result files, as ingested and as pandas reads them."""

    settings: Settings
    folder: Path
    found: dict[str, Any]

    def truth(self, number: int) -> pd.DataFrame:
        return pd.read_csv(self.folder / f"dataset{number}_info.csv")

    def results(self) -> dict[str, pd.DataFrame]:
        """Model -> image, confidence, latitude and longitude, by an independent look at the raw answers."""
        tables = {}
        for path in sorted((self.folder / "results").glob("dataset3_*.jsonl")):
            rows = [row for line in path.read_text().splitlines() if not _is_unknown(row := json.loads(line))]
            tables[rows[0]["model_used"]] = pd.DataFrame(
                [{"image": row["image_file"], **_looked_at(row)} for row in rows]
            )
        return tables


def _is_unknown(row: dict[str, Any]) -> bool:
    return str(row["image_file"]).startswith("XGGVMDFROHQSHKJUDXHMURDSDYXNRZ")


def _looked_at(row: dict[str, Any]) -> dict[str, float | None]:
    """The first numbers after the words confidence, latitude and longitude of a raw answer, JSON or not."""
    raw = row["raw_response"] or ""
    numbers: dict[str, float | None] = {}
    for word in ("confidence", "latitude", "longitude"):
        match = re.search(rf'{word}[\s"*:]*(?:score: |approximately )?(-?[0-9][0-9.]*)', raw, re.IGNORECASE)
        numbers[word] = float(match[1]) if match else None
    # Nine answers of Llama 3.2 without the words: "Coordinates: 38.8816, -77.0863" or "40.1° N, 72.3° W".
    if numbers["latitude"] is None and re.search(r"coordinates\W*\d+\.\d+\W[^0-9\n]*\d+\.\d+", raw, re.IGNORECASE):
        numbers |= {"latitude": -1.0, "longitude": -1.0}
    return numbers


@pytest.fixture(scope="module")
def real(
    server: Server, region_template: str, bench_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Real]:
    folder = tmp_path_factory.mktemp("real")
    settings = Settings(home=folder / "home", database_url=server.create("audit_real", region_template))
    for number, name in enumerate(("gss", "upc", "pcw"), start=1):
        _out(settings, "ingest", "truth", bench_dir / f"dataset{number}_info.csv", "--dataset", name)
    files = sorted((bench_dir / "results").glob("dataset3_*.jsonl"))
    _out(settings, "ingest", "predictions", *files, "--jobs", 1)
    yield Real(settings, bench_dir, _json(settings))
    server.drop("audit_real")


def test_real_images_in_one_place(real: Real) -> None:
    found = pd.DataFrame(real.found["shared_coordinate"])
    for number, name, known in ((1, "gss", 96), (2, "upc", 34), (3, "pcw", 83)):
        truth = real.truth(number)
        shared = truth[truth.duplicated(["latitude", "longitude"], keep=False)]
        of = found[found["dataset"] == name]
        assert len(shared) == len(of) == known
        sizes = shared.groupby(["latitude", "longitude"]).size()
        assert sorted(of["n_images"]) == sorted(sizes.repeat(sizes))


def test_real_answers_of_zero(real: Real) -> None:
    found = pd.DataFrame(real.found["zero_answer"])
    counted = {
        model: int(((answers["latitude"] == 0) & (answers["longitude"] == 0)).sum())
        for model, answers in real.results().items()
    }
    assert found["run_label"].value_counts().to_dict() == {model: n for model, n in counted.items() if n}
    assert len(found) == 9
    assert {model: n for model, n in counted.items() if n} == {
        "gemini-1.5-pro-latest": 2,
        "gpt-4.1-mini": 4,
        "meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8": 3,
    }


def test_real_confidence_without_coordinates(real: Real) -> None:
    found = pd.DataFrame(real.found["confidence_without_point"])
    counted = {}
    for model, answers in real.results().items():
        is_bare = answers["latitude"].isna() | answers["longitude"].isna()
        is_zero = (answers["latitude"] == 0) & (answers["longitude"] == 0)
        n = int((answers["confidence"].notna() & (is_bare | is_zero)).sum())
        if n:
            counted[model] = n
    assert found["run_label"].value_counts().to_dict() == counted
    assert sum(counted.values()) == 141


def test_real_answer_that_every_file_has_and_the_truth_lacks(real: Real) -> None:
    rows = real.found["answer_without_truth"]
    assert {row["image_name"] for row in rows} == {"XGGVMDFROHQSHKJUDXHMURDSDYXNRZ"}
    assert [row["n_files"] for row in rows] == [7] * 7
    known = set(real.truth(3)["image_id"].str.removesuffix(".jpg"))
    assert "XGGVMDFROHQSHKJUDXHMURDSDYXNRZ" not in known


def test_real_labels_that_contradict_their_point(real: Real) -> None:
    rows = [row for row in real.found["label_conflict"] if row["dataset"] == "pcw"]
    truth = real.truth(3).assign(key=lambda frame: frame["image_id"].str.replace(".jpg", "")).set_index("key")
    # Photos of Phoenix and of the Grand Canyon that say Alabama, one of the Smokies beyond the border of the state.
    states = {
        (row["state_label"], row["state_place_code"], row["city_label"]) for row in rows if row["conflict"] == "state"
    }
    assert states == {("AL", "AZ", "Phoenix"), ("AL", "AZ", None), ("NC", "TN", "Bryson City")}
    for row in rows:
        given = truth.loc[row["image_name"]]
        assert (given["latitude"], given["longitude"]) == (row["latitude"], row["longitude"])
        if row["state_label"] == "AL":  # Alabama lies between 88.5 and 84.9 degrees west
            assert given["longitude"] < -109
    territories = truth[(truth["country"] == "China") & truth["city"].isin(["Hong Kong", "Macau"])]
    named = {row["image_name"] for row in rows if row["conflict"] == "territory"}
    assert named >= set(territories.index)
    assert named <= set(truth[truth["country"] == "China"].index)


def test_real_point_given_for_many_images(real: Real) -> None:
    (row,) = real.found["repeated_point"]
    answers = real.results()["gpt-4.1-mini"]
    same = answers[(answers["latitude"] == 44.9778) & (answers["longitude"] == -93.265)]
    assert (row["run_label"], row["answered_city"], row["n_images"]) == ("gpt-4.1-mini", "Minneapolis", len(same))
    truth = real.truth(3).assign(key=lambda frame: frame["image_id"].str.replace(".jpg", ""))
    places = truth[truth["key"].isin(same["image"].str.replace(".jpg", ""))]
    assert ((places["latitude"] - 44.9778).abs() > 2).sum() + ((places["longitude"] + 93.265).abs() > 3).sum() >= 5
    assert row["n_correct_200km"] == 0


def test_nothing_else_is_wrong_with_the_real_files(real: Real) -> None:
    quiet = {"duplicate_file", "twin_run", "truth_without_answer", "prompt_example", "uneven_count", "rejected_row"}
    assert quiet.isdisjoint(_counts(real.found))
    assert [len(answers) for answers in real.results().values()] == [270] * 7


def test_a_real_file_under_two_names_and_one_cut_short(settings: Settings, bench_dir: Path, tmp_path: Path) -> None:
    source = bench_dir / "results" / "dataset3_o3.jsonl"
    shutil.copy(source, tmp_path / "mine.jsonl")
    cut = tmp_path / "cut.jsonl"
    cut.write_text("".join(source.read_text().splitlines(keepends=True)[:100]))
    _out(settings, "ingest", "truth", bench_dir / "dataset3_info.csv", "--dataset", "pcw")
    other = bench_dir / "results" / "dataset3_gpt-4.1.jsonl"
    _out(settings, "ingest", "predictions", source, other, "--jobs", 1)
    _out(settings, "ingest", "predictions", tmp_path / "mine.jsonl", "--model", "mine")
    _out(settings, "ingest", "predictions", cut, "--model", "cut")
    found = _json(settings, "--dataset", "pcw")
    (copy,) = found["duplicate_file"]
    assert (Path(copy["file_name"]).name, Path(copy["first_file_name"]).name) == ("mine.jsonl", source.name)
    assert copy["n_new"] == 270
    rows = [json.loads(line) for line in source.read_text().splitlines()]
    looked = [_looked_at(row) | {"image": row["image_file"]} for row in rows if not _is_unknown(row)]
    n_located = sum(row["latitude"] is not None for row in looked)
    twins = {(row["run_label"], row["other_run_label"]): row for row in found["twin_run"]}
    assert set(twins) == {("o3", "mine"), ("o3", "cut"), ("mine", "cut")}
    twin = twins["o3", "mine"]
    assert (twin["n_equal_points"], twin["n_equal_texts"], twin["share_equal_points"]) == (n_located, n_located, 1.0)
    (short,) = found["uneven_count"]
    n_cut = sum(not _is_unknown(row) for row in rows[:100])
    assert (short["run_label"], short["n_images"], short["n_images_usual"]) == ("cut", n_cut, 270)
