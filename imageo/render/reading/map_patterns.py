"""Which regions stand out beyond chance: what `imageo spatial` has stored, for the outlines of a map."""

from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

import pandas as pd
import psycopg

from imageo.db.frames import read_view
from imageo.measures import MEASURES as KNOWN
from imageo.render.labels import MEASURES, clean_label, listed

LOCAL_STATISTICS = ("local_moran", "getis_ord_z")
_KEY = ["run_id", "measure", "denominator", "statistic"]
_COLUMNS = [
    "run_label", "run_id", "measure", "denominator", "subject", "statistic", "estimate", "p_value",
    "p_adjusted", "note",
]  # fmt: skip


class Patterns(NamedTuple):
    """`rows`: local statistics of bi.estimate that were tested; `sentence`: what they are, or how to have them."""

    rows: pd.DataFrame
    sentence: str


def read_patterns(
    connection: psycopg.Connection,
    *,
    dataset: str,
    level: str,
    runs: Sequence[str],
    resolution: int | None = None,
    measure: str | None = None,
) -> Patterns:
    """The latest local statistics of each of `runs` (labels), measure and denominator at a level.

    `resolution` of the hexagons where `level` is "hex". `measure` is what the map shows first: where nothing is stored
    the sentence names the command for it.
    """
    stored = read_view(
        connection,
        "bi.estimate",
        {
            "kind": "spatial",
            "dataset": dataset,
            "grouping": "hexagon" if level == "hex" else level,
            "statistic": list(LOCAL_STATISTICS),
            "run_label": list(runs),
        },
    )
    rows = latest(stored, resolution)
    if rows.empty:
        command = _command(dataset, level, resolution, measure)
        sentence = f"No region is outlined: its local statistics are not stored; {command} computes them."
    else:
        sentence = _sentence(rows, runs)
        changes = read_view(connection, "bi.dataset", {"dataset": dataset})["last_change_at"]
        if (rows["created_at"] < changes.max()).any():
            sentence += " Answers, images, regions or imageo have changed since: outlines may be out of date."
    return Patterns(rows[_COLUMNS].reset_index(drop=True), sentence)


def latest(stored: pd.DataFrame, resolution: int | None) -> pd.DataFrame:
    """Rows of bi.estimate that were tested, of the last analysis that tells of their run, measure and denominator."""
    tested = stored[stored["subject"].notna() & stored["p_adjusted"].notna()]
    if resolution is not None:
        sizes = [chosen.get("resolution") for chosen in tested["parameters"]]
        tested = tested[pd.Series(sizes, index=tested.index, dtype=object) == resolution]
    if tested.empty:
        return tested
    last = tested.groupby(_KEY)["analysis_id"].transform("max")
    return tested[tested["analysis_id"] == last]


def _sentence(rows: pd.DataFrame, runs: Sequence[str]) -> str:
    analyses = rows.drop_duplicates("analysis_id").sort_values("analysis_id")
    told = listed([_analysis(row) for row in analyses.to_dict("records")], most=3)
    without = [clean_label(run) for run in runs if run not in set(rows["run_label"])]
    missing = f" Not computed for {listed(without)}." if without else ""
    return (
        "Outlined are regions whose local statistic (Moran's of the rate, Getis and Ord's of the error) is beyond "
        f"chance at a false discovery rate of 5 % within a run: {told}.{missing}"
    )


def _analysis(row: dict[Hashable, Any]) -> str:
    parameters = row["parameters"]
    measure = str(parameters.get("measure"))
    label = MEASURES[measure].label if measure in MEASURES else clean_label(measure)
    over = "all images" if parameters.get("denominator") == "all" else "answers only"
    weights = "a shared border" if parameters.get("weights") == "contiguity" else f"the {parameters.get('k')} nearest"
    return (
        f"{label} over {over}, neighbours by {weights}, at least {parameters.get('minimum_n')} images, "
        f"computed {row['created_at']:%Y-%m-%d}"
    )


def _command(dataset: str, level: str, resolution: int | None, measure: str | None) -> str:
    which = f"--resolution {resolution}" if level == "hex" else f"--level {level}"
    counted = f" --measure {measure}" if measure in KNOWN else ""
    return f"`imageo spatial {which}{counted} --dataset {clean_label(dataset)}`"
