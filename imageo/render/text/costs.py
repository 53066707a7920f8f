"""What runs, models and days cost: read `bi.cost*`, sum up, show."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from imageo.db.frames import read_view
from imageo.errors import InputError
from imageo.render.tables import printable, table

if TYPE_CHECKING:
    import pandas as pd
    import psycopg

By = Literal["run", "model", "day"]

VIEWS: dict[By, str] = {"run": "bi.cost", "model": "bi.cost_by_model", "day": "bi.cost_by_day"}
COUNTS = ("n_calls", "n_batch_calls", "n_unpriced_calls")
TOKENS = ("input_tokens", "cached_tokens", "cache_write_tokens", "image_tokens", "output_tokens", "reasoning_tokens")

_LEDGER_DIGITS = 9


def read_costs(
    connection: "psycopg.Connection", by: By, *, dataset: str | None = None, model: str | None = None
) -> "pd.DataFrame":
    """Costs by run, model or day, dearest first, days in order. Raises InputError where there is nothing to show.

    `model` is a model's name, or the label of a run. Tokens and dollars that nobody told are missing, never 0.
    """
    frame = read_view(connection, VIEWS[by])
    if frame.empty:
        raise InputError(
            "nothing has been asked or read yet: `imageo query` asks a model, `imageo ingest` reads your files"
        )
    for kind, name, columns in (("dataset", dataset, ["dataset"]), ("model", model, ["model", "run_label"])):
        if name is not None:
            known = frame.columns.intersection(columns)
            found = (frame[known] == name).any(axis=1)
            if not found.any():
                names = ", ".join(sorted({each for column in known for each in frame[column]}))
                raise InputError(f"there is no {kind} {name!r} here; there is {names}")
            frame = frame[found]
    if by == "day":
        return sum_days(frame)
    return frame.sort_values(["dataset", "cost_usd", "model"], ascending=[True, False, True], ignore_index=True)


def sum_days(frame: "pd.DataFrame") -> "pd.DataFrame":
    """`bi.cost_by_day`, runs summed up: one row a day, earliest first."""
    days = frame.groupby("day", sort=True)
    # min_count: a sum of nothing known is unknown.
    sums = days[[*COUNTS, *TOKENS, "cost_usd"]].sum(min_count=1)
    sums["cost_usd"] = sums["cost_usd"].round(_LEDGER_DIGITS)
    sums.insert(0, "n_runs", days["run_id"].nunique())
    sums.insert(4, "batch_share", sums["n_batch_calls"] / sums["n_calls"])
    return sums.reset_index()


def cost_tables(frame: "pd.DataFrame", by: By) -> str:
    """As text: one table for each dataset, or one of all days, and the total below."""
    parts = [frame] if by == "day" else [part for _, part in frame.groupby("dataset", sort=True)]
    tables = [table(part, _columns(part, by), title=_title(part, by)) for part in parts]
    return "\n\n".join([*tables, total_line(frame)])


def total_line(frame: "pd.DataFrame") -> str:
    """`$12.34 for 1,000 calls`, and how many calls have no known price."""
    calls, unpriced = int(frame["n_calls"].sum()), int(frame["n_unpriced_calls"].sum())
    if calls == 0:
        return "no call was billed"
    if unpriced == calls:
        return f"{calls:,} calls, and no price of any is known"
    dollars = round(float(frame["cost_usd"].sum()), _LEDGER_DIGITS)
    line = f"${dollars:,.9f}".rstrip("0").ljust(len(f"${dollars:,.2f}"), "0") + f" for {calls - unpriced:,} calls"
    return line + (f"; {unpriced:,} more have no known price and are not in it" if unpriced else "")


def _title(part: "pd.DataFrame", by: By) -> str:
    return "all runs by day (UTC)" if by == "day" else f"{printable(part['dataset'].iloc[0])}: by {by}"


def _columns(part: "pd.DataFrame", by: By) -> dict[str, tuple[str, str]]:
    first: dict[By, dict[str, tuple[str, str]]] = {
        "run": {"run_label": ("model", "text")},
        "model": {"model": ("model", "text"), "n_runs": ("runs", "count")},
        "day": {"day": ("day", "text"), "n_runs": ("runs", "count")},
    }
    columns = first[by] | {
        "n_calls": ("calls", "count"),
        "n_unpriced_calls": ("unpriced", "count"),
        "cost_usd": ("US$", "usd"),
        "cost_usd_per_image": ("an image", "usd"),
        "cost_usd_per_hit_25km": ("a 25 km hit", "usd"),
        "cost_usd_per_city_match": ("a city", "usd"),
        "input_tokens": ("tokens in", "count"),
        "cached_tokens": ("cached", "count"),
        "cache_write_tokens": ("cache writes", "count"),
        "image_tokens": ("image", "count"),
        "output_tokens": ("tokens out", "count"),
        "reasoning_tokens": ("reasoning", "count"),
        "batch_share": ("batch %", "percent"),
    }
    return {name: shown for name, shown in columns.items() if name in part.columns and not _is_empty(part, name)}


def _is_empty(part: "pd.DataFrame", name: str) -> bool:
    """A column of details that nobody told, or that is 0 everywhere, is left out; cost and price never are."""
    details: Sequence[str] = ("n_unpriced_calls", "cached_tokens", "cache_write_tokens", "image_tokens")
    return name in (*details, "reasoning_tokens", "batch_share") and bool((part[name].fillna(0) == 0).all())
