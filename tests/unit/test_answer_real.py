"""The real answers of seven models on PCW. What the authors' parser lost was read by eye, one by one."""

import collections
import json
from collections.abc import Iterator
from pathlib import Path

import json_repair

from imageo.query.answers.parse import Answer, parse_answer, published_answer

LLAMA = "dataset3_Llama-3.2-11B-Vision-Instruct-Turbo.jsonl"

# Lines of the Llama 3.2 file whose answer the authors' parser lost, by what a reader finds in them.
TEXT_AROUND_AN_OBJECT = {27, 96, 181, 217, 224, 255}
MENDED_OBJECT = {2, 3, 5, 12, 70, 87, 113, 133, 193, 254, 265}
PROSE_WITH_COORDINATES = {
    8, 11, 18, 35, 52, 53, 57, 63, 68, 72, 78, 83, 84, 85, 97, 100, 117, 120, 123, 142, 144, 153, 157, 166, 170, 178,
    184, 187, 191, 210, 212, 218, 225, 245, 270,
}  # fmt: skip
PROSE_WITHOUT = {14, 31, 46, 58, 135, 167, 180, 182, 186, 194, 196, 201, 215, 216, 220, 237, 261, 268, 271}
NOTHING = {124}  # "The image shows an airport ... Answer: Not Applicable"

OBJECTS_WITHOUT_COORDINATES = {2, 3, 5, 181, 224}
# json-repair nests what stood side by side: bold lines, and backslashes before the line ends.
REPAIRED_WRONGLY = {46, 144, 259}


def records(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        yield number, json.loads(line)


def both(record: dict[str, object]) -> tuple[Answer, Answer]:
    error = record["error"]
    assert error is None or isinstance(error, str)
    raw = record["raw_response"]
    assert raw is None or isinstance(raw, str)
    return parse_answer(raw), published_answer(record["location_info"], error)


def test_every_answer_that_the_authors_lost(bench_dir: Path) -> None:
    found = collections.defaultdict(set)
    for number, record in records(bench_dir / "results" / LLAMA):
        ours, theirs = both(record)
        if theirs.outcome == "unparsable":
            found[ours.outcome, ours.stage].add(number)
    assert found == {
        ("answered", "object"): TEXT_AROUND_AN_OBJECT - OBJECTS_WITHOUT_COORDINATES,
        ("answered", "repair"): MENDED_OBJECT - OBJECTS_WITHOUT_COORDINATES,
        ("answered", "prose"): PROSE_WITH_COORDINATES,
        ("no_coordinates", "object"): {181, 224},
        ("no_coordinates", "repair"): {2, 3, 5},
        ("no_coordinates", "prose"): PROSE_WITHOUT,
        ("unparsable", None): NOTHING,
    }
    assert sum(len(lines) for lines in found.values()) == 72


def test_what_json_repair_gets_wrong_is_not_taken_from_it(bench_dir: Path) -> None:
    seen = set()
    for number, record in records(bench_dir / "results" / LLAMA):
        raw = record["raw_response"]
        if number not in REPAIRED_WRONGLY or not isinstance(raw, str):
            continue
        seen.add(number)
        wrong = json_repair.loads(raw)
        assert isinstance(wrong, dict)
        assert "reverse_geocoding" not in wrong
        assert parse_answer(raw).stage in ("object", "prose")
    assert seen == REPAIRED_WRONGLY


def test_all_seven_files(bench_dir: Path) -> None:
    counts: collections.Counter[tuple[str, str | None, str]] = collections.Counter()
    placeholders = 0
    for path in sorted((bench_dir / "results").glob("*.jsonl")):
        for _, record in records(path):
            ours, theirs = both(record)
            counts[ours.outcome, ours.stage, theirs.outcome] += 1
            placeholders += ours.is_placeholder
            assert ours.is_placeholder == theirs.is_placeholder
            if theirs.outcome == "answered" and not theirs.is_placeholder:
                assert (ours.latitude, ours.longitude) == (theirs.latitude, theirs.longitude)
    assert placeholders == 9
    assert counts == {
        ("answered", "strict", "answered"): 1127,
        ("answered", "fence", "answered"): 481,
        ("answered", "object", "answered"): 28,
        ("answered", "repair", "answered"): 1,
        ("answered", "strict", "no_coordinates"): 1,  # "approximately 40.0"
        ("no_coordinates", "strict", "answered"): 7,  # (0, 0)
        ("no_coordinates", "fence", "answered"): 2,  # (0, 0)
        ("no_coordinates", "strict", "no_coordinates"): 43,
        ("no_coordinates", "fence", "no_coordinates"): 59,
        ("no_coordinates", "object", "no_coordinates"): 6,
        ("answered", "object", "unparsable"): 4,
        ("answered", "repair", "unparsable"): 8,
        ("answered", "prose", "unparsable"): 35,
        ("no_coordinates", "object", "unparsable"): 2,
        ("no_coordinates", "repair", "unparsable"): 3,
        ("no_coordinates", "prose", "unparsable"): 19,
        ("unparsable", None, "unparsable"): 1,
        ("empty", None, "provider_error"): 70,
    }
