"""Read `bi.*` for the commands, with a kind word where there is nothing to read."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from imageo.db.frames import read_view
from imageo.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    import psycopg

# Of these columns less is better; of all others more.
_LESS_IS_BETTER = ("error_", "cost_", "contradiction_", "n_missing", "tokens")


def read_leaderboard(
    connection: "psycopg.Connection", *, dataset: str | None = None, sort: str = "accuracy_25km_all"
) -> "pd.DataFrame":
    """`bi.leaderboard`, datasets together, best run first. Raises InputError where there is nothing to show."""
    board = read_view(connection, "bi.leaderboard")
    if sort not in board.columns:
        raise InputError(f"--sort {sort}: bi.leaderboard has no such column; it has {', '.join(board.columns)}")
    if board.empty:
        raise InputError("no run has been scored yet: `imageo demo` shows an example, `imageo ingest` reads your files")
    if dataset is not None:
        _require(dataset, sorted(set(board["dataset"])), "dataset")
        board = board[board["dataset"] == dataset]
    ascending = sort.startswith(_LESS_IS_BETTER)
    return board.sort_values(
        ["dataset", sort, "run_id"], ascending=[True, ascending, True], kind="stable", ignore_index=True
    )


def read_rates(
    connection: "psycopg.Connection",
    *,
    level: str,
    measure: str,
    dataset: str | None = None,
    models: Sequence[str] = (),
) -> "pd.DataFrame":
    """`bi.region_rate` of one level and measure. Raises InputError where there is nothing to show."""
    rates = read_view(connection, "bi.region_rate", {"level": level, "measure": measure})
    if rates.empty:
        raise InputError(f"no image has a {level.replace('_', ' ')} and a score yet: see `imageo leaderboard`")
    if dataset is not None:
        _require(dataset, sorted(set(rates["dataset"])), "dataset")
        rates = rates[rates["dataset"] == dataset]
    for model in models:
        _require(model, sorted(set(rates["model"]) | set(rates["run_label"])), "model")
    if models:
        rates = rates[rates["model"].isin(models) | rates["run_label"].isin(models)]
    return rates.reset_index(drop=True)


def read_runs(
    connection: "psycopg.Connection", *, dataset: str | None = None, models: Sequence[str] = ()
) -> "pd.DataFrame":
    """`core.run`, the runs that have a score. Raises InputError where there is nothing to show."""
    scored = read_leaderboard(connection, dataset=dataset)
    for model in models:
        _require(model, sorted(set(scored["model"]) | set(scored["run_label"])), "model")
    if models:
        scored = scored[scored["model"].isin(models) | scored["run_label"].isin(models)]
    return read_view(connection, "core.run", {"run_id": sorted(scored["run_id"].tolist())})


def _require(name: str, known: Sequence[str], kind: str) -> None:
    if name not in known:
        raise InputError(f"there is no {kind} {name!r} here; there is {', '.join(known)}")


def read_gaps(connection: "psycopg.Connection", *, level: str, measure: str, run_ids: Sequence[int]) -> "pd.DataFrame":
    """`bi.region_gap` of some runs, widest gap first."""
    gaps = read_view(connection, "bi.region_gap", {"level": level, "measure": measure, "run_id": list(run_ids)})
    return gaps.sort_values(["dataset", "gap_all", "run_id"], ascending=[True, False, True], ignore_index=True)
