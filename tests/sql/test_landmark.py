"""Does a model's text name a landmark? The rule, against texts that a person read."""

import json
from pathlib import Path

import psycopg
import pytest

from imageo.query.answers.parse import parse_answer

LABELS = json.loads((Path(__file__).parent / "landmark_labels.json").read_text())
ROOT = Path(__file__).parents[2]


def is_named(connection: psycopg.Connection, text: str | None) -> bool | None:
    row = connection.execute("select functions.is_landmark_named(%s)", [text]).fetchone()
    assert row
    return None if row[0] is None else bool(row[0])


@pytest.mark.parametrize(
    "text",
    [
        "The Golden Gate Bridge is visible in the background.",
        "Mount Fuji behind a lake",
        "A sign reads 'CARNEGIE HALL'.",
        "Red brick buildings of the University of Virginia.",
        "No single icon, but the tower resembles the Berlin TV Tower.",
        "A street in front of the Zojo-ji temple",
    ],
)
def test_a_named_landmark(connection: psycopg.Connection, text: str) -> None:
    assert is_named(connection, text) is True


@pytest.mark.parametrize(
    "text",
    [
        "No landmark visible.",
        "None",
        "No tower such as the Eiffel Tower is visible.",
        "A tall bridge over a wide river",
        "McDonald's restaurant",
        "Palm trees typical of the Coachella Valley and of Palm Springs Park homes",
        "A traditional Japanese temple",
        "Houses in Long Beach, near Salt Lake City or College Park",
        "The building is modern.",
    ],
)
def test_no_named_landmark(connection: psycopg.Connection, text: str) -> None:
    assert is_named(connection, text) is False


def test_no_text_says_nothing(connection: psycopg.Connection) -> None:
    assert is_named(connection, None) is None


def labelled(bench: Path, part: str) -> list[tuple[str, bool]]:
    """The texts of the real files that were labelled, with the label."""
    found = []
    for name, labels in LABELS[part].items():
        texts = {}
        for line in (bench / "results" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            if record["raw_response"]:
                answer = parse_answer(record["raw_response"])
                image = record["image_file"].rsplit("/", 1)[-1].split(".")[0]
                texts[image] = (answer.reasoning or {}).get("landmark_recognition", "")
        found += [(texts[image], label == "yes") for image, label in labels.items()]
    return found


@pytest.mark.parametrize(
    ("part", "precision", "recall"), [("tuned", 0.95, 0.95), ("held_out", 0.95, 0.85), ("fresh", 0.9, 0.8)]
)
def test_precision_and_recall_are_those_of_the_docs(
    connection: psycopg.Connection, bench_dir: Path, part: str, precision: float, recall: float
) -> None:
    texts = labelled(bench_dir, part)
    assert len(texts) == 112
    assert all(text for text, _ in texts)
    verdicts = [(is_named(connection, text), label) for text, label in texts]
    hits = sum(1 for said, label in verdicts if said and label)
    n_said, n_labelled = sum(1 for said, _ in verdicts if said), sum(label for _, label in verdicts)
    assert hits / n_said >= precision
    assert hits / n_labelled >= recall
    row = f"| {part.replace('_', ' ')} | 112 | {n_labelled} | {hits / n_said:.3f} | {hits / n_labelled:.3f} |"
    assert row in (ROOT / "docs" / "regression.md").read_text()


@pytest.mark.parametrize(
    ("function", "given", "word"),
    [
        ("scene_environment", "Outdoor", "outdoor"),
        ("scene_environment", "Indoor and outdoor", "mixed"),
        ("scene_environment", "unknown", None),
        ("scene_environment", "underwater", "other"),
        ("scene_type", "Building", "building"),
        ("scene_type", "Mixed (scenery with a building)", "mixed"),
        ("scene_type", "Building/Scenery", "mixed"),
        ("scene_type", "train tracks", "street"),
        ("scene_type", "Park or Open Space", "scenery"),
        ("scene_type", "landscape", "scenery"),
        ("scene_type", "building|scenery|street|mixed", None),
        ("scene_type", "Sign", "other"),
        ("scene_setting", "urban area", "urban"),
        ("scene_setting", "Suburban", "suburban"),
        ("scene_setting", "Urban (near a highway and a body of water, natural)", "urban"),
        ("scene_setting", "Rural or Natural", "mixed"),
        ("scene_setting", "wilderness", "natural"),
        ("scene_setting", "Coastal/Maritime", "natural"),
        ("scene_setting", "", None),
    ],
)
def test_scene_words(connection: psycopg.Connection, function: str, given: str, word: str | None) -> None:
    assert connection.execute(f"select functions.{function}(%s)".encode(), [given]).fetchone() == (word,)


def test_every_real_word_has_its_place(connection: psycopg.Connection, bench_dir: Path) -> None:
    """Of 1,897 answers one kind of scene fits nowhere ("Sign")."""
    other = []
    for path in sorted((bench_dir / "results").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            raw = json.loads(line)["raw_response"]
            answer = parse_answer(raw) if raw else None
            for field, given in (
                [("environment", answer.environment), ("type", answer.scene_type), ("setting", answer.setting)]
                if answer
                else []
            ):
                said = connection.execute(f"select functions.scene_{field}(%s)".encode(), [given]).fetchone()
                other += [given] if said == ("other",) else []
    assert other == ["Sign"]
