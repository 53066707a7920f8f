"""Predictions into a real PostGIS."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pandas as pd
import psycopg
import pytest

from imageo.errors import InputError
from imageo.ingest.report import FileReport
from tests.ingest.conftest import CONTENT, Write, answer, rows_of

Ingest = Callable[..., FileReport]

pytestmark = pytest.mark.usefixtures("three_images")


def test_an_imageo_bench_record_in_full(connection: psycopg.Connection, write: Write, ingest_file: Ingest) -> None:
    path = write("r.jsonl", [answer("a")])
    report = ingest_file(path)
    assert (report.dataset, report.runs, report.n_new) == ("set", ["org/model-1"], 1)
    assert rows_of(
        connection,
        "select provider, m.name, variant, prompt_hash, repeat, version, outcome, parse_stage, st_y(location),"
        " st_x(location), is_placeholder, country, state, city, street, confidence, environment, scene_type, setting,"
        " reasoning, raw_response, error_message, input_tokens, output_tokens, attempts"
        " from data.prediction join data.run using (run_id) join data.model m using (model_id)",
    ) == [
        (
            *("together", "org/model-1", "", "", 1, 1, "answered", "strict", 10.5, 20.5, False),
            *("Chad", "Ouaddaï", "Abéché", None, 3, "outdoor", "street", "urban"),
            *({"landmark_recognition": "A mosque"}, answer("a")["raw_response"], None, 100, 20, 1),
        )
    ]
    assert rows_of(connection, "select call, cost_usd, price, price_source from data.cost") == [
        (1, Decimal("0.001230000"), None, "file r.jsonl")
    ]


def test_every_answer_counts_whatever_it_is(connection: psycopg.Connection, write: Write, ingest_file: Ingest) -> None:
    records = [
        answer("a", "0", "0.0"),
        answer("b", "912", "-10"),
        answer("c.jpg", raw_response=None, location_info=None, error="Error code: 500", usage_info={"cost_usd": 0}),
        answer("a", model_used="m2", raw_response="I'm sorry, I can't help with that."),
        answer("b", model_used="m2", raw_response="", usage_info=None),
        answer("c", model_used="m2", raw_response="Who knows?", usage_info={"cost_usd": "x", "input_tokens": -1}),
    ]
    ingest_file(write("r.jsonl", records))
    assert rows_of(
        connection,
        "select m.name, image_name, outcome, is_placeholder, error_message, cost_usd from data.prediction p"
        " join data.image using (image_id) join data.run using (run_id) join data.model m using (model_id)"
        " left join data.cost using (run_id, image_id) order by 1, 2",
    ) == [
        ("m2", "a", "refused", False, None, Decimal("0.001230000")),
        ("m2", "b", "empty", False, None, None),
        ("m2", "c", "unparsable", False, None, None),
        ("org/model-1", "a", "no_coordinates", True, None, Decimal("0.001230000")),
        ("org/model-1", "b", "no_coordinates", False, None, Decimal("0.001230000")),
        ("org/model-1", "c", "provider_error", False, "Error code: 500", None),
    ]


def test_as_published_is_a_run_of_its_own_and_keeps_what_the_authors_read(
    connection: psycopg.Connection, write: Write, ingest_file: Ingest
) -> None:
    theirs = {
        "reverse_geocoding": {
            "address": {"street": None, "city": "", "state": "ON", "country": " USA"},
            "coordinates": {"latitude": "1.5", "longitude": 2},
        }
    }
    failed = {"address": "Parse Failed", "reasoning": "Could not parse output."}
    path = write("r.jsonl", [answer("a", location_info=theirs), answer("b", location_info=failed)])
    ingest_file(path)
    report = ingest_file(path, is_as_published=True)
    assert report.runs == ["org/model-1 (as published)"]
    assert rows_of(
        connection,
        "select variant, outcome, parse_stage, st_y(location), city, country from data.prediction"
        " join data.run using (run_id) order by variant, image_id",
    ) == [
        ("", "answered", "strict", 10.5, "Abéché", "Chad"),
        ("", "answered", "strict", 10.5, "Abéché", "Chad"),
        ("as published", "answered", "published", 1.5, "", " USA"),
        ("as published", "unparsable", "published", None, None, None),
    ]


def test_the_same_file_twice_changes_nothing(connection: psycopg.Connection, write: Write, ingest_file: Ingest) -> None:
    path = write("r.jsonl", [answer("a"), answer("b"), answer("unknown")])
    ingest_file(path)
    before = rows_of(connection, CONTENT)
    report = ingest_file(path)
    assert (report.n_new, report.n_changed, report.n_unchanged, report.n_rejected) == (0, 0, 2, 1)
    assert rows_of(connection, CONTENT) == before


def test_a_changed_answer_is_the_next_version_and_the_old_one_stays(
    connection: psycopg.Connection, write: Write, ingest_file: Ingest
) -> None:
    ingest_file(write("r.jsonl", [answer("a"), answer("b")]))
    report = ingest_file(write("again.jsonl", [answer("a", "11.5"), answer("b"), answer("c")]))
    assert (report.n_new, report.n_changed, report.n_unchanged) == (1, 1, 1)
    assert report.changed == ["line 1: a"]
    versions = "select version, st_y(location) from data.prediction join data.image using (image_id)"
    assert rows_of(
        connection, f"{versions} where image_name = 'a' order by 1".replace("location", "prediction.location")
    ) == [
        (1, 10.5),
        (2, 11.5),
    ]
    assert rows_of(
        connection, "select call from data.cost join data.image using (image_id) where image_name = 'a'"
    ) == [
        (1,),
        (2,),
    ]
    back = ingest_file(write("r.jsonl", [answer("a"), answer("b")]))
    assert (back.n_changed, back.n_unchanged) == (1, 1)
    assert rows_of(connection, "select max(version) from data.prediction") == [(3,)]


def test_rows_that_cannot_be_taken_are_kept_with_line_and_reason(
    connection: psycopg.Connection, write: Write, ingest_file: Ingest
) -> None:
    good, again, unknown = (json.dumps(answer(name)).encode() for name in ("a", "a.jpg", "XGGV"))
    nameless, modelless = json.dumps(answer("") | {"image_file": None}), json.dumps(answer("b", model_used=None))
    lines = [good, unknown, again, b"{", b"[]", b'{"x": "\xff"}', b"\x00" + good, nameless.encode(), modelless.encode()]
    lines += [json.dumps(answer("b", model_used="m" * 501)).encode(), json.dumps(answer("c")).encode()[:-30]]
    report = ingest_file(write("r.jsonl", b"\n".join(lines)))
    assert report.n_new == 1
    assert rows_of(connection, "select line, reason from data.reject order by line") == [
        (2, "unknown image: 'XGGV' is not in dataset set"),
        (3, "duplicate image: 'a' stands on line 1 already"),
        (4, "malformed JSON: Expecting property name enclosed in double quotes: line 2 column 1 (char 2)"),
        (5, "malformed JSON: not an object"),
        (6, "wrong encoding: not UTF-8"),
        (7, "NUL byte"),
        (8, "no image name"),
        (9, "no model name"),
        (10, "name too long: more than 500 characters"),
        (11, "malformed JSON: the file ends within this line"),
    ]


def test_what_postgresql_cannot_store_does_not_lose_an_answer(
    connection: psycopg.Connection, write: Write, ingest_file: Ingest
) -> None:
    hostile = answer(
        "a",
        raw_response="City: A\x00B\ud800\nCoordinates: 1.5, 2.5",
        error="x\x00",
        usage_info={"cost_usd": float("nan")},
    )
    names = answer("b\x00\ud800", model_used="m\x00")
    report = ingest_file(write("r.jsonl", [hostile, names]))
    assert dict(report.reasons) == {"unknown image": 1}
    assert rows_of(connection, "select city, raw_response, error_message, st_x(location) from data.prediction") == [
        ("A\ufffdB\ufffd", "City: A\ufffdB\ufffd\nCoordinates: 1.5, 2.5", "x\ufffd", 2.5)
    ]
    assert rows_of(connection, "select reason from data.reject") == [
        ("unknown image: 'b\ufffd\ufffd' is not in dataset set",)
    ]


def test_ten_megabyte_answers_are_taken(connection: psycopg.Connection, write: Write, ingest_file: Ingest) -> None:
    big = json.dumps({"country": "Chad", "latitude": 1, "longitude": 2, "reasoning": "x" * 10_000_000})
    ingest_file(write("r.jsonl", [answer("a", raw_response=big)]))
    assert rows_of(
        connection, "select outcome, length(raw_response), length(reasoning->>'text') from data.prediction"
    ) == [("answered", len(big), 10_000_000)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([answer("x"), answer("y")], r"no dataset has its images \(x, y\); datasets: set"),
        ("{\n{\n", r"no valid row: line 1: malformed JSON: Expecting property name"),
        ('{"image_file": "a", "model_used": "", "raw_response": ""}\n', r"no valid row: line 1: no model name"),
    ],
)
def test_a_file_without_a_valid_row_writes_nothing(
    connection: psycopg.Connection, write: Write, ingest_file: Ingest, content: object, message: str
) -> None:
    before = rows_of(connection, CONTENT)
    with pytest.raises(InputError, match=message):
        ingest_file(write("r.jsonl", content))
    assert rows_of(connection, CONTENT) == before
    assert rows_of(connection, "select count(*) from data.ingest where kind = 'predictions'") == [(0,)]


def test_unknown_images_only_are_an_error_that_shows_both_sides(write: Write, ingest_file: Ingest) -> None:
    with pytest.raises(InputError, match=r"named like x, y; in dataset set like a, b, c"):
        ingest_file(write("r.jsonl", [answer("x"), answer("y")]), dataset="set")


def test_the_dataset_is_found_by_its_images_or_must_be_named(
    write: Write, ingest_truth_file: Ingest, ingest_file: Ingest
) -> None:
    ingest_truth_file(write("other.csv", "image_id,lat,lon\nz,1,2\n"), "other")
    assert ingest_file(write("r.jsonl", [answer("z")])).dataset == "other"
    ingest_truth_file(write("third.csv", "image_id,lat,lon\na,1,2\n"), "third")
    path = write("s.jsonl", [answer("a"), answer("b")])
    with pytest.raises(
        InputError, match=r"more than one dataset: set \(2 of 2\), third \(1 of 2\); choose with --dataset"
    ):
        ingest_file(path)
    assert ingest_file(path, dataset="set").n_new == 2
    with pytest.raises(InputError, match="no dataset 'nil'; the datasets are other, set, third"):
        ingest_file(path, dataset="nil")


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_any_table_of_predictions(
    connection: psycopg.Connection, tmp_path: Path, ingest_file: Ingest, suffix: str
) -> None:
    frame = pd.DataFrame(
        {
            "photo": ["a.png", "b.png", "c.png"],
            "model": ["gpt-9", "gpt-9", None],
            "pred_lat": ["10.5", "912", None],
            "pred_lon": ["20.5", "1", None],
            "country": ["Chad", None, None],
            "confidence": [4, 9, None],
            "prompt_tokens": [7, -1, None],
            "cost": [0.5, None, None],
            "error": [None, None, "timeout"],
        }
    )
    path = tmp_path / f"t.{suffix}"
    if suffix == "csv":
        frame.to_csv(path, index=False)
    elif suffix == "jsonl":
        frame.to_json(path, orient="records", lines=True)
    else:
        frame.to_parquet(path)
    report = ingest_file(path)
    assert dict(report.reasons) == {"no model name": 1}
    assert rows_of(
        connection,
        "select provider, outcome, parse_stage, st_y(p.location), country, confidence, p.input_tokens, cost_usd"
        " from data.prediction p join data.run using (run_id) join data.model using (model_id)"
        " left join data.cost using (image_id, run_id) order by image_id",
    ) == [
        ("openai", "answered", "mapped", 10.5, "Chad", 4, 7, Decimal("0.500000000")),
        ("openai", "no_coordinates", "mapped", None, None, None, None, None),
    ]
    report = ingest_file(path, model="other", provider="Mine", label="take 2")
    assert (report.runs, report.n_new) == (["other (take 2)"], 3)
    assert rows_of(
        connection, "select outcome, error_message from data.prediction where error_message is not null"
    ) == [("provider_error", "timeout")]


def test_raw_answers_in_a_table_are_parsed(connection: psycopg.Connection, write: Write, ingest_file: Ingest) -> None:
    raw = json.dumps({"lat": 1.5, "lon": 2.5, "city": "X"})
    path = write("t.jsonl", [{"img": {"file": "a"}, "out": raw}, {"img": {"file": "b"}, "out": "I cannot help."}])
    ingest_file(path, columns={"image_id": "img.file", "raw_response": "out"}, model="m")
    assert rows_of(connection, "select outcome, parse_stage, city, raw_response from data.prediction order by 1") == [
        ("answered", "strict", "X", raw),
        ("refused", None, None, "I cannot help."),
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "no column for the model; name it with --map model=COLUMN, or say --model NAME"),
        ({"model": "m", "columns": {"latitude": "nil"}}, "no column 'nil' for latitude"),
        ({"model": "m", "is_as_published": True}, "--as-published is for IMAGEO-Bench's result files"),
    ],
)
def test_a_table_that_lacks_something_is_an_error(
    write: Write, ingest_file: Ingest, options: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        ingest_file(write("t.csv", "image,lat,lon\na,1,2\n"), **options)


def test_a_table_without_an_answer_is_an_error(write: Write, ingest_file: Ingest) -> None:
    with pytest.raises(InputError, match="no columns for latitude and longitude, nor for raw_response"):
        ingest_file(write("t.csv", "image,model,lat\na,m,1\n"))


def test_without_any_truth_the_remedy_is_told(
    connection: psycopg.Connection, write: Write, ingest_file: Ingest
) -> None:
    connection.execute("truncate data.dataset cascade")
    with pytest.raises(InputError, match="there is no ground truth yet; read it with `imageo ingest truth"):
        ingest_file(write("r.jsonl", [answer("a")]))


def test_caches_follow_in_the_same_transaction(
    connection: psycopg.Connection, write: Write, ingest_truth_file: Ingest, ingest_file: Ingest
) -> None:
    ingest_file(write("r.jsonl", [answer("a", "10", "20")]))
    score = "select n_missing, accuracy_1km_all from data.run_score"
    assert rows_of(connection, score) == [(2, 1.0)]
    ingest_truth_file(write("moved.csv", "image_id,latitude,longitude,country\na,11,20,Chad\nd,1,1,\n"))
    assert rows_of(connection, score) == [(3, 0.0)]
