"""Every check of the audit finds what is there, and nothing where nothing is wrong."""

from typing import Any

import psycopg
import pytest

from imageo.render.text.audit import CHECKS
from tests.world import World

BERLIN = (52.52, 13.405)
MUNICH = (48.1374, 11.5755)
PARIS = (48.8566, 2.3522)
SAN_JUAN = (18.4655, -66.1057)
PHOENIX = (33.4484, -112.074)
AUSTIN = (30.2672, -97.7431)
AT_SEA = (45.0, -35.0)


def _found(world: World, check: str, columns: str) -> list[tuple[Any, ...]]:
    query = f"select {columns} from bi.audit_{check} order by {columns}"
    return world.connection.execute(query.encode()).fetchall()


def _images(world: World, n: int) -> list[int]:
    """Towns on a line across Germany, no two in one place."""
    return [world.image(f"i{i:02d}", 50 + i / 50, 9.5 + i / 50, country="Germany") for i in range(n)]


def _read(world: World, file_name: str, digest: str, kind: str = "predictions", minute: int = 0) -> int:
    row = world.connection.execute(
        "insert into data.ingest (kind, file_name, file_digest, n_new, n_changed, n_unchanged, n_rejected, created_at)"
        " values (%s, %s, %s, 1, 0, 0, 0, now() + %s * interval '1 minute') returning ingest_id",
        [kind, file_name, digest, minute],
    ).fetchone()
    assert row
    return int(row[0])


def _reject(world: World, ingest_id: int, line: int, reason: str) -> None:
    world.connection.execute(
        "insert into data.reject (file_name, line, reason, ingest_id)"
        " select file_name, %s, %s, ingest_id from data.ingest where ingest_id = %s",
        [line, reason, ingest_id],
    )


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_nothing_is_found_where_nothing_is_wrong(check: Any, world: World) -> None:
    images = _images(world, 30)
    runs = [world.run("one", prompt_hash="p", prompt_text="Like 10.5, 20.5"), world.run("two")]
    for number, run in enumerate(runs, start=1):
        for i, image in enumerate(images):
            at = (50 + i / 50 + number / 1000, 9.5 + i / 50)
            world.answer(run, image, *at, confidence=4, country="Germany", raw_response=f"{number} {i}")
    _read(world, "/a/truth.csv", "t", "truth")
    _read(world, "/a/one.jsonl", "o")
    _read(world, "/a/one.jsonl", "o", minute=1)
    world.score(*runs)
    assert _found(world, check.name, "1") == []


def test_a_copy_of_a_file_is_found_once_for_each_name(world: World) -> None:
    _read(world, "/a/o3.jsonl", "same")
    _read(world, "/a/copy.jsonl", "same", minute=1)
    _read(world, "/a/copy.jsonl", "same", minute=2)
    _read(world, "/b/o3.jsonl", "same", minute=3)
    _read(world, "/a/other.jsonl", "other", minute=4)
    assert _found(world, "duplicate_file", "file_name, first_file_name") == [
        ("/a/copy.jsonl", "/a/o3.jsonl"),
        ("/b/o3.jsonl", "/a/o3.jsonl"),
    ]


def test_a_file_is_of_the_dataset_whose_run_it_brought(world: World) -> None:
    other = World.make(world.connection, "elsewhere")
    world.run("m", created_at="2026-01-01 10:00+00")
    other.run("m", created_at="2026-01-02 10:00+00")
    for number, (name, digest, moment) in enumerate(
        [("a", "1", "2026-01-01 10:00+00"), ("b", "2", "2026-01-02 10:00+00"), ("c", "1", "2026-01-03 10:00+00")]
    ):
        key = _read(world, name, digest, minute=number)
        world.connection.execute("update data.ingest set created_at = %s where ingest_id = %s", [moment, key])
    late = _read(world, "d", "4", minute=9)
    assert late
    rows = world.connection.execute(
        "select file_name, dataset from core.ingest where kind = 'predictions' order by 1"
    ).fetchall()
    assert rows == [("a", "world"), ("b", "elsewhere"), ("c", "world"), ("d", None)]


def test_runs_with_the_same_points_are_found(world: World) -> None:
    images = _images(world, 12)
    first, copy, partly, far = (world.run(name) for name in ("first", "copy", "partly", "far"))
    for i, image in enumerate(images):
        world.answer(first, image, 50 + i, 8.0, raw_response=f"answer {i}")
        world.answer(far, image, 50 + i, 9.0, raw_response="at 9")
        if i < 10:
            world.answer(copy, image, 50 + i, 8.0, raw_response=f"answer {i}" if i < 9 else "said otherwise")
            world.answer(partly, image, 50 + i, 8.0 if i < 5 else 8.5)
        else:
            world.answer(copy, image, outcome="refused", raw_response="no")
    columns = "run_label, other_run_label, n_located, n_equal_points, share_equal_points, n_equal_texts, is_same_model"
    # `partly` shares 5 of its 10: no more than half.
    assert _found(world, "twin_run", columns) == [("first", "copy", 10, 10, 1.0, 9, False)]


def test_refusals_in_the_same_words_make_no_twins(world: World) -> None:
    images = _images(world, 12)
    for number, name in enumerate(("shy", "coy")):
        run = world.run(name)
        for i, image in enumerate(images):
            point = (50 + i, 8 + number) if i < 2 else ()
            world.answer(run, image, *point, raw_response="Sorry.")
    assert _found(world, "twin_run", "1") == []


def test_repeats_are_twins_and_a_reading_as_published_is_none(world: World) -> None:
    images = _images(world, 8)
    runs = [world.run("m"), world.run("m", repeat=2), world.run("m", variant="as published")]
    for run in runs:
        for i, image in enumerate(images):
            world.answer(run, image, 50 + i, 8.0)
    assert _found(world, "twin_run", "run_label, other_run_label, n_equal_texts, is_same_model") == [
        ("m", "m #2", 0, True)
    ]


def test_answers_without_truth_and_other_rejects(world: World) -> None:
    one, two = _read(world, "/a/one.jsonl", "1"), _read(world, "/a/two.jsonl", "2", minute=1)
    _reject(world, one, 7, "unknown image: 'is not in dataset x' is not in dataset world")
    _reject(world, two, 8, 'unknown image: "it\'s" is not in dataset world')
    _reject(world, two, 9, 'unknown image: "it\'s" is not in dataset world')
    _reject(world, two, 10, "duplicate image: 'a' stands on line 3 already")
    columns = "image_name, file_name, line, n_files, dataset"
    assert _found(world, "answer_without_truth", columns) == [
        ("is not in dataset x", "/a/one.jsonl", 7, 1, "world"),
        ("it's", "/a/two.jsonl", 8, 2, "world"),
        ("it's", "/a/two.jsonl", 9, 2, "world"),
    ]
    assert _found(world, "rejected_row", "file_name, line, reason") == [
        ("/a/two.jsonl", 10, "duplicate image: 'a' stands on line 3 already")
    ]


def test_truth_that_nobody_was_asked_about(world: World) -> None:
    images = _images(world, 4)
    idle = World.make(world.connection, "idle")
    idle.image("never", *BERLIN)
    for name in ("m", "k"):
        run = world.run(name)
        world.answer(run, images[0], outcome="refused")
    world.answer(run, images[1], *BERLIN)
    assert _found(world, "truth_without_answer", "dataset, image_name, n_runs") == [
        ("world", "i02", 2),
        ("world", "i03", 2),
    ]


def test_images_in_one_place(world: World) -> None:
    other = World.make(world.connection, "elsewhere")
    world.image("a", *BERLIN, city="Berlin")
    world.image("b", *BERLIN, city="Berlin")
    world.image("c", *PARIS, city="Paris")
    world.image("d", *PARIS)
    world.image("e", BERLIN[0] + 1e-7, BERLIN[1])
    other.image("a", *BERLIN)
    assert _found(world, "shared_coordinate", "image_name, dataset, n_images, is_city_label_different") == [
        ("a", "world", 2, False),
        ("b", "world", 2, False),
        ("c", "world", 2, True),
        ("d", "world", 2, True),
    ]


def test_labels_against_points(world: World) -> None:
    world.image("fine", *BERLIN, country="Deutschland")
    world.image("other", *PARIS, country="Germany")
    world.image("territory", *SAN_JUAN, country="USA")
    world.image("state", *PHOENIX, country="USA", state="AL")
    world.image("right state", *AUSTIN, country="USA", state="Texas")
    world.image("no such", *BERLIN, country="Atlantis")
    world.image("sea", *AT_SEA, country="Portugal")
    world.image("bare", *BERLIN)
    world.image("bare at sea", *AT_SEA)
    world.score()
    columns = "image_name, conflict, country_label_iso, country_place_iso, country_place, state_label, state_place_code"
    assert _found(world, "label_conflict", columns) == [
        ("no such", "unknown name", None, "DE", "Germany", None, None),
        ("other", "country", "DE", "FR", "France", None, None),
        ("sea", "no country there", "PT", None, None, None, None),
        ("state", "state", "US", "US", "United States", "AL", "AZ"),
        ("territory", "territory", "US", "PR", "Puerto Rico", None, "PR"),
    ]


def test_answers_of_zero_and_confidence_without_a_point(world: World) -> None:
    a, b, c, d = _images(world, 4)
    run = world.run("m")
    world.answer(run, a, is_placeholder=True, confidence=5, city="Accra")
    world.answer(run, b, confidence=2)
    world.answer(run, c, outcome="refused")
    world.answer(run, d, *BERLIN, confidence=3)
    published = world.run("m", variant="as published")
    world.answer(published, a, 0, 0, is_placeholder=True, confidence=5)
    columns = "run_label, image_name, confidence"
    assert _found(world, "zero_answer", columns) == [("m", "i00", 5), ("m (as published)", "i00", 5)]
    assert _found(world, "confidence_without_point", f"{columns}, is_placeholder") == [
        ("m", "i00", 5, True),
        ("m", "i01", 2, False),
    ]


PROMPT = """Rate 1 to 5. For example {"latitude": "48.8584", "longitude": "2.2945"}, or [-122.4194, 37.7749] in
GeoJSON; version 1.2.3, model gpt-4.1, id A12 7, 1234567890 400 or 2024-05-17."""


@pytest.mark.parametrize(
    ("point", "is_example"),
    [
        ((48.8584, 2.2945), True),
        ((37.7749, -122.4194), True),
        ((48.8584, 2.2946), False),
        ((2.2945, -122.4194), True),
        ((48.8584, 37.7749), False),
        ((48.85840001, 2.2945), False),
    ],
)
def test_an_answer_that_stands_in_the_prompt(point: tuple[float, float], is_example: bool, world: World) -> None:
    (image,) = _images(world, 1)
    run = world.run("m", prompt_hash="p", prompt_text=PROMPT)
    again = world.run("m", prompt_hash="p", prompt_text=PROMPT, repeat=2)
    unknown = world.run("k")
    for asked in (run, again, unknown):
        world.answer(asked, image, *point, confidence=4)
    found = _found(world, "prompt_example", "run_label, image_name, answered_latitude, answered_longitude, confidence")
    expected = [("m", "i00", *point, 4), ("m #2", "i00", *point, 4)]
    assert found == (expected if is_example else [])


def test_the_same_example_twice_in_a_prompt_is_one_finding(world: World) -> None:
    (image,) = _images(world, 1)
    run = world.run("m", prompt_hash="p", prompt_text="12.5, 13.5 and 12.5, 13.5 and 13.5, 12.5")
    world.answer(run, image, 12.5, 13.5)
    assert len(_found(world, "prompt_example", "image_id, run_id")) == 1


def test_a_point_given_for_many_images(world: World) -> None:
    berlin = [world.image(f"b{i}", BERLIN[0] + i / 1000, BERLIN[1], country="Germany") for i in range(6)]
    far = [world.image(f"f{i}", *at, country=name) for i, (at, name) in enumerate([(PARIS, "France")] * 4)]
    munich = [world.image(f"m{i}", MUNICH[0] + i / 1000, MUNICH[1], country="Germany") for i in range(4)]
    stuck, right = world.run("stuck"), world.run("right")
    for image in (*berlin[:2], *far, *munich):
        world.answer(stuck, image, *BERLIN, city="Berlin", country="Germany")
    for image in berlin:
        world.answer(right, image, *BERLIN, city="Berlin", country="Germany")
    for image in far:
        world.answer(right, image, *PARIS)
    world.score(stuck, right)
    columns = (
        "run_label, latitude, longitude, answered_city, n_images, share_of_located, n_correct_200km, n_true_countries"
    )
    assert _found(world, "repeated_point", columns) == [("stuck", *BERLIN, "Berlin", 10, 1.0, 2, 2)]


def test_a_run_with_another_number_of_images(world: World) -> None:
    images = _images(world, 5)
    for name, n in (("a", 5), ("b", 5), ("cut", 3), ("idle", 0)):
        run = world.run(name)
        for image in images[:n]:
            world.answer(run, image, outcome="refused")
    columns = "run_label, n_images, n_images_usual, n_more, n_runs"
    assert _found(world, "uneven_count", columns) == [("cut", 3, 5, -2, 3)]


def test_of_two_frequent_counts_the_larger_is_usual(world: World) -> None:
    images = _images(world, 3)
    for name, n in (("a", 3), ("b", 2)):
        run = world.run(name)
        for image in images[:n]:
            world.answer(run, image, outcome="refused")
    assert _found(world, "uneven_count", "run_label, n_images, n_images_usual") == [("b", 2, 3)]


def test_only_the_answer_that_counts_is_looked_at(world: World) -> None:
    (image,) = _images(world, 1)
    run = world.run("m")
    world.answer(run, image, is_placeholder=True, confidence=5)
    world.answer(run, image, *BERLIN, confidence=5, version=2)
    assert _found(world, "zero_answer", "1") == []
    assert _found(world, "confidence_without_point", "1") == []


def test_each_check_has_its_view_and_each_view_its_check(connection: psycopg.Connection) -> None:
    rows = connection.execute(
        "select table_schema || '.' || table_name, array_agg(column_name::text) from information_schema.columns"
        " where table_schema = 'bi' and table_name like 'audit%' group by 1"
    ).fetchall()
    columns = dict(rows)
    assert sorted(columns) == sorted(check.view for check in CHECKS)
    for check in CHECKS:
        assert set(check.columns) <= set(columns[check.view])
        assert "dataset" in check.columns
