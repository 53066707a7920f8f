"""One small object for notebooks: views as frames, figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import psycopg

from imageo.db.engine import connect
from imageo.db.frames import list_views, read_view
from imageo.db.query import run_query
from imageo.settings import Settings

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from matplotlib.figure import Figure
    from pandas import DataFrame


@dataclass(frozen=True)
class Database:
    """A read-only look at the views. Each call reads what is there at that moment."""

    connection: psycopg.Connection

    @classmethod
    def open(cls, settings: Settings | None = None) -> "Database":
        """Open what the environment names; starts the embedded server where it names none."""
        return cls(connect(settings or Settings.from_environment(), role="reader", autocommit=True))

    def views(self) -> list[str]:
        """Names of all views, lowest layer first."""
        return list_views(self.connection)

    def frame(self, view: str, **where: object) -> "DataFrame | GeoDataFrame":
        """A view such as `bi.leaderboard`; a GeoDataFrame (EPSG:4326) where it has a geometry.

        `where`: column=value or column=[values]. Raises InputError where the view or column does not exist.
        """
        return read_view(self.connection, view, where)

    def sql(self, query: str) -> "DataFrame":
        """The rows of one read-only query. Raises InputError with what the database said."""
        import pandas as pd

        columns, rows = run_query(self.connection, query)
        return pd.DataFrame(rows, columns=columns)

    def figure(
        self,
        name: str,
        dataset: str = "",
        *,
        models: Sequence[str] = (),
        style: str | Path | None = None,
        **choice: Any,
    ) -> "Figure":
        """A figure of `imageo figure`, for matplotlib: show it, change it, save it.

        `dataset` may be left out where there is only one. `choice`: level, measure, denominator, minimum_n. For files
        that are equal byte for byte use the command or `imageo.render.figures.write.write_figure`. Raises InputError
        where there is no such figure or nothing to draw.
        """
        from imageo.render.figures.catalogue import chosen
        from imageo.render.figures.style import figure_style
        from imageo.render.figures.write import draw_figure, one_dataset, read_frames

        what = one_dataset(self.connection, chosen(dataset, choice))
        frames = read_frames(self.connection, name, what, models)
        with figure_style(None if style is None else Path(style)):
            return draw_figure(name, frames, what)

    def close(self) -> None:
        self.connection.close()

    def __enter__(self) -> "Database":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
