"""Batches as a table."""

from typing import TYPE_CHECKING

from imageo.render.tables import table

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = {
    "batch_id": ("batch", "count"),
    "dataset": ("dataset", "text"),
    "run_label": ("run", "text"),
    "state": ("state", "text"),
    "provider_status": ("at the provider", "text"),
    "n_requests": ("questions", "count"),
    "n_open": ("open", "count"),
    "created": ("made", "text"),
    "provider_batch": ("the provider's name", "text"),
    "error_message": ("problem", "text"),
}


def batch_table(frame: "pd.DataFrame") -> str:
    """`bi.batch` with a column `provider_status`, the newest batch last; times in UTC."""
    import pandas as pd

    created = pd.to_datetime(frame["created_at"], utc=True).dt.strftime("%Y-%m-%d %H:%M")
    shown = frame.assign(created=created).sort_values("batch_id")
    has_problem = shown["error_message"].notna().any()
    return table(shown, {name: column for name, column in _COLUMNS.items() if has_problem or name != "error_message"})
