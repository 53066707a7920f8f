"""Gaps between groups of photos."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from imageo.analysis.gaps_report import GapOptions, gap_estimates
from imageo.db.engine import Progress, connect, say
from imageo.db.estimates import store_analysis
from imageo.render.reading.gap_frames import gap_rows, group_names, read_photos, spelt_out, with_against
from imageo.render.tables import printable
from imageo.render.text.estimates import estimate_frame
from imageo.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

# Cells that are drawn whole, in degrees (1 elsewhere): so fine that a group has many, so coarse that they hold a town.
_CELL_DEGREES = {"continent": 5.0, "subregion": 5.0, "income_group": 5.0, "population": 5.0} | {
    "admin1": 0.5,
    "us_state": 0.5,
}


def cell_degrees(grouping: str) -> float:
    """Height of the cells that are resampled for a grouping."""
    return _CELL_DEGREES.get(grouping, 1.0)


def keep_gaps(
    settings: Settings,
    options: GapOptions,
    *,
    dataset: str | None = None,
    models: Sequence[str] = (),
    against: str | None = None,
    keep: bool = True,
    progress: Progress = say,
) -> "tuple[list[pd.DataFrame], GapOptions, dict[str, object]]":
    """Test the gaps of each dataset, and keep the estimates (kind `gap`): frames, options spelt out, parameters."""
    # The one that others are compared with is read too, whether it is to be shown or not.
    wanted = (*models, against) if models and against else models
    with connect(settings, role="reader") as connection:
        found = read_photos(connection, dataset=dataset, models=wanted)
        names = group_names(connection, options)
    options = spelt_out(found, options, names)
    parameters: dict[str, object] = asdict(options) | {"models": list(models), "against": against}
    del parameters["seed"]
    named = {(options.grouping, code): name for code, name in names.items()}
    frames = []
    for photos in found:
        labels: dict[int, str] = dict(zip(photos.runs["run_id"], photos.runs["run_label"], strict=True))

        def tell(run_id: int, labels: dict[int, str] = labels) -> None:
            progress(printable(f"gaps by {options.grouping}: {labels[run_id]}"))

        chosen = with_against(photos, options, against)
        estimates = gap_estimates(gap_rows(photos, chosen), chosen, tell)
        frames.append(estimate_frame(estimates, photos.dataset, photos.runs, named))
        if keep:
            with connect(settings, role="writer") as connection:
                store_analysis(connection, photos.dataset_id, "gap", parameters, options.seed, map(asdict, estimates))
    return frames, options, parameters
