"""IMAGEO-Bench's figures on PCW, from the authors' own parsing, to a millionth."""

from pathlib import Path

import psycopg
import pytest

from imageo.ingest.store_predictions import PredictionOptions, ingest_predictions
from imageo.ingest.store_truth import TruthOptions, ingest_truth

# Strict city, state, country; haversine mean and median, kilometres: the figures that this project was asked to
# reproduce. That an empty state is left out is inferred from the state figure of Llama-3.2, which therefore proves the
# arithmetic and not the rule; the other figures hold either way.
PUBLISHED = {
    "o3": (0.608163, 0.730088, 0.968750, 239.960991, 0.936478),
    "gpt-4.1": (0.600000, 0.707965, 0.976562, 226.439685, 1.432583),
    "gemini-2.5-pro": (0.586873, 0.700000, 0.970370, 275.127419, 0.676486),
    "meta-llama/Llama-3.2-11B-Vision-Instruct-Turbo": (0.419162, 0.409396, 0.872222, 684.567090, 10.501936),
}


@pytest.fixture
def pcw(region_connection: psycopg.Connection, bench_dir: Path) -> psycopg.Connection:
    ingest_truth(region_connection, bench_dir / "dataset3_info.csv", TruthOptions(dataset="pcw"))
    for path in sorted((bench_dir / "results").glob("dataset3_*.jsonl")):
        ingest_predictions(region_connection, path, PredictionOptions(dataset="pcw", is_as_published=True))
    return region_connection


def test_published_figures_are_reproduced(pcw: psycopg.Connection) -> None:
    rows = pcw.execute(
        "select model, n_images, city_match_strict_answered, state_match_strict_answered,"
        " country_match_strict_answered, error_haversine_km_mean_answered, error_haversine_km_median_answered"
        " from bi.leaderboard"
    ).fetchall()
    assert len(rows) == 7
    assert {row[1] for row in rows} == {270}
    figures = {row[0]: row[2:] for row in rows}
    for model, published in PUBLISHED.items():
        assert figures[model] == pytest.approx(published, abs=1e-6), model


def test_ranks_change_when_non_answers_count(pcw: psycopg.Connection) -> None:
    """Over answers o3 names more cities right than gemini-2.5-pro, over all images fewer: it failed on 14."""
    rows = pcw.execute(
        "select model, city_match_strict_answered, city_match_all from bi.leaderboard"
        " where model in ('o3', 'gemini-2.5-pro')"
    ).fetchall()
    figures = {model: (strict, everybody) for model, strict, everybody in rows}
    assert figures["o3"][0] > figures["gemini-2.5-pro"][0]
    assert figures["o3"][1] < figures["gemini-2.5-pro"][1]
