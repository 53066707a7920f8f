"""Read the rows of the regressions, with a kind word where there is nothing to read."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from imageo.db.frames import read_view
from imageo.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    import psycopg


def read_panel(
    connection: "psycopg.Connection", *, dataset: str | None = None, models: Sequence[str] = ()
) -> Iterator[tuple[str, "pd.DataFrame", list[int]]]:
    """Every dataset's name, all its rows of `bi.regression_panel`, and the runs that are asked for.

    All rows come even where few runs are asked for: a consensus is of all models. Raises InputError where there is
    nothing to read, or no such dataset or model.
    """
    panel = read_view(connection, "bi.regression_panel", {"dataset": dataset})
    if panel.empty:
        where = f" in a dataset {dataset!r}" if dataset else ""
        raise InputError(f"there is no scored answer{where} to explain: see `imageo leaderboard`")
    panel["model_id"] = panel["provider"] + " " + panel["model"]
    known = sorted(set(panel["model"]) | set(panel["run_label"]))
    if unknown := sorted(set(models) - set(known)):
        raise InputError(f"there is no model {unknown[0]!r} here; there is {', '.join(known)}")
    for name, rows in panel.groupby("dataset", sort=True):
        wanted = rows[rows["model"].isin(models) | rows["run_label"].isin(models)] if models else rows
        if not wanted.empty:
            yield str(name), rows.reset_index(drop=True), sorted(map(int, wanted["run_id"].unique()))
