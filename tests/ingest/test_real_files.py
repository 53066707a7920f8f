"""The files of IMAGEO-Bench into a real PostGIS."""

from pathlib import Path

import psycopg
import pytest

from imageo.ingest.report import FileReport
from imageo.ingest.store_predictions import PredictionOptions, ingest_predictions
from imageo.ingest.store_truth import TruthOptions, ingest_truth
from tests.ingest.conftest import CONTENT, rows_of

TRUTH = {"gss": "dataset1_info.csv", "upc": "dataset2_info.csv", "pcw": "dataset3_info.csv"}


def ingest_all_truth(connection: psycopg.Connection, bench: Path) -> list[FileReport]:
    return [
        ingest_truth(connection, bench / file, TruthOptions(name, is_refreshed=False)) for name, file in TRUTH.items()
    ]


def results(bench: Path) -> list[Path]:
    return sorted((bench / "results").glob("*.jsonl"))


def ingest_all(connection: psycopg.Connection, bench: Path, *, is_as_published: bool = False) -> list[FileReport]:
    options = PredictionOptions(is_as_published=is_as_published, is_refreshed=False)
    return [ingest_predictions(connection, path, options) for path in results(bench)]


def test_truth(connection: psycopg.Connection, bench_dir: Path) -> None:
    ingest_all_truth(connection, bench_dir)
    assert rows_of(
        connection,
        "select name, count(*), count(country_label), count(state_label), count(city_label), count(street_label),"
        " count(*) filter (where abs(st_x(location)) = 180), count(distinct image_name)"
        " from data.image join data.dataset using (dataset_id) group by 1 order by 1",
    ) == [
        ("gss", 6152, 6152, 0, 6152, 0, 0, 6152),
        ("pcw", 270, 270, 240, 259, 267, 0, 270),
        ("upc", 2928, 0, 2928, 2928, 2928, 2, 2928),
    ]
    assert rows_of(connection, "select count(*) from data.reject") == [(0,)]
    # The 22 rows whose address ends in ", United States", and Ravenden, whose street is its city.
    mended = "attributes->>'gmap_id' <> '' and attributes->>'address' ~ '(, United States$|^Ravenden,)'"
    labels = rows_of(connection, f"select city_label, state_label from data.image where {mended}")
    assert len(labels) == 23
    assert {("Birmingham", "AL"), ("New Castle", "DE"), ("Ravenden", "AR"), ("North Sioux City", "SD")} < set(labels)
    assert rows_of(connection, "select count(*) from data.image where city_label ~ '[0-9]{5}'") == [(0,)]


def test_truth_twice(connection: psycopg.Connection, bench_dir: Path) -> None:
    ingest_all_truth(connection, bench_dir)
    before = rows_of(connection, CONTENT)
    for report in ingest_all_truth(connection, bench_dir):
        assert (report.n_new, report.n_changed, report.n_rejected) == (0, 0, 0)
    assert rows_of(connection, CONTENT) == before


def test_predictions(connection: psycopg.Connection, bench_dir: Path) -> None:
    ingest_all_truth(connection, bench_dir)
    for report in ingest_all(connection, bench_dir):
        assert (report.dataset, report.n_new, dict(report.reasons)) == ("pcw", 270, {"unknown image": 1})
    assert rows_of(connection, "select outcome, count(*) from data.prediction group by 1 order by 1") == [
        ("answered", 1678),
        ("no_coordinates", 141),
        ("provider_error", 70),
        ("unparsable", 1),
    ]
    assert rows_of(connection, "select provider, count(*) from data.model group by 1 order by 1") == [
        ("gemini", 2),
        ("openai", 3),
        ("together", 2),
    ]
    assert {line for (line,) in rows_of(connection, "select raw ~ 'XGGV' from data.reject")} == {True}
    # The doubled suffix: ELVJ....jpg.jpg
    assert rows_of(
        connection,
        "select count(*) from data.prediction join data.image using (image_id) where image_name like 'ELVJBOHDSMEC%'",
    ) == [(7,)]
    assert rows_of(connection, "select count(*), sum(cost_usd)::float from data.cost") == [
        (1820, pytest.approx(7.0954524, abs=1e-6))
    ]


def test_as_published_beside_our_own_reading(connection: psycopg.Connection, bench_dir: Path) -> None:
    ingest_all_truth(connection, bench_dir)
    ingest_all(connection, bench_dir)
    ingest_all(connection, bench_dir, is_as_published=True)
    assert rows_of(connection, "select variant, count(*) from data.run group by 1 order by 1") == [
        ("", 7),
        ("as published", 7),
    ]
    located = (
        "select name, count(p.location) from data.prediction p join data.run using (run_id) join data.model using"
        " (model_id) where variant = 'as published' group by 1 order by 2"
    )
    assert [count for _, count in rows_of(connection, located)] == [139, 211, 251, 256, 256, 256, 270]
    before = rows_of(connection, CONTENT)
    for is_as_published in (False, True):
        for report in ingest_all(connection, bench_dir, is_as_published=is_as_published):
            assert (report.n_new, report.n_changed, report.n_unchanged) == (0, 0, 270)
    assert rows_of(connection, CONTENT) == before
