"""Bring everything that a report shows up to date: the same computations as the commands make."""

from collections.abc import Callable
from functools import partial

import psycopg

from imageo.analysis.attractor_survey import AttractorOptions
from imageo.analysis.gaps_report import GapOptions
from imageo.analysis.regression_outcome import parse_outcome
from imageo.analysis.spatial_survey import SpatialOptions
from imageo.db.engine import Progress, connect, say
from imageo.errors import DatabaseError, InputError
from imageo.render.report.material import ReportChoice, read_survey
from imageo.render.report.parts import Part, outcome_of
from imageo.settings import Settings
from imageo.surveys.attractors import keep_attractors
from imageo.surveys.calibration import keep_calibration
from imageo.surveys.comparison import keep_comparison
from imageo.surveys.gaps import cell_degrees, keep_gaps
from imageo.surveys.regression import RegressionOptions, keep_regression
from imageo.surveys.spatial import keep_spatial


def bring_up_to_date(settings: Settings, choice: ReportChoice, progress: Progress = say) -> dict[str, str]:
    """Compute and keep what is missing or older than the data: part of the report -> why it could not be.

    Where the database may not be written that is told, and the report makes do with what is stored.
    """
    with connect(settings, role="reader") as connection:
        parts = read_survey(connection, choice).outdated
    failed: dict[str, str] = {}
    for number, part in enumerate(parts, 1):
        progress(f"{choice.dataset}: {part.title} ({number} of {len(parts)})")
        try:
            _computation(settings, choice, part, lambda _: None)()
        except InputError as nothing:
            progress(f"{part.title}: {nothing}")
            failed[part.key] = str(nothing)
        except (DatabaseError, psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction) as closed:
            reason = f"the database may not be written ({str(closed).splitlines()[0]})"
            progress(f"{reason}: the report shows what is stored")
            return failed | {later.key: reason for later in parts[number - 1 :]}
    return failed


def _computation(settings: Settings, choice: ReportChoice, part: Part, progress: Progress) -> Callable[[], object]:
    """What computes and keeps a part."""
    dataset, measure = choice.dataset, choice.measure
    if part.kind == "comparison":
        return partial(keep_comparison, settings, dataset=dataset, progress=progress)
    if part.kind == "gap":
        options = GapOptions(
            grouping=part.level,
            measure=measure,
            adjust=("scene",) if part.is_adjusted else (),
            minimum_n=choice.minimum_n,
            degrees=cell_degrees(part.level),
        )
        return partial(keep_gaps, settings, options, dataset=dataset, progress=progress)
    if part.kind == "spatial":
        pattern = SpatialOptions(level=part.level, measure=measure)
        return partial(keep_spatial, settings, pattern, dataset=dataset, progress=progress)
    if part.kind == "attractor":
        return partial(keep_attractors, settings, AttractorOptions(), dataset=dataset, progress=progress)
    if part.kind == "calibration":
        return partial(
            keep_calibration, settings, measure=measure, level=part.level, dataset=dataset, progress=progress
        )
    explained = RegressionOptions(parse_outcome(outcome_of(measure)), "consensus")
    return partial(keep_regression, settings, explained, dataset=dataset, progress=progress)
