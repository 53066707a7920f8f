"""The data audit: the checks, each a view, and their findings as text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imageo.db.frames import read_view
from imageo.errors import InputError
from imageo.render.tables import Format, table

if TYPE_CHECKING:
    import pandas as pd
    import psycopg


@dataclass(frozen=True)
class Check:
    """One question to the data; `columns` of its view are shown, the most telling first."""

    name: str
    meaning: str
    columns: dict[str, tuple[str, Format]]

    @property
    def view(self) -> str:
        """The view whose rows are the findings."""
        return f"bi.audit_{self.name}"


@dataclass(frozen=True)
class Finding:
    """A check and the rows that it found."""

    check: Check
    rows: "pd.DataFrame"


_DATASET: dict[str, tuple[str, Format]] = {"dataset": ("dataset", "text")}
_RUN: dict[str, tuple[str, Format]] = {**_DATASET, "run_label": ("model", "text")}
_IMAGE: dict[str, tuple[str, Format]] = {**_DATASET, "image_name": ("image", "text")}
_POINT: dict[str, tuple[str, Format]] = {"latitude": ("latitude", "text"), "longitude": ("longitude", "text")}
_ANSWER: dict[str, tuple[str, Format]] = {**_RUN, "image_name": ("image", "text"), "confidence": ("says", "count")}

CHECKS: Sequence[Check] = (
    Check(
        "duplicate_file",
        "files that are a copy of another one",
        _DATASET
        | {
            "file_name": ("file", "text"),
            "first_file_name": ("is the same as", "text"),
            "n_new": ("new rows", "count"),
        },
    ),
    Check(
        "twin_run",
        "pairs of runs with the same answers",
        _RUN
        | {
            "other_run_label": ("other model", "text"),
            "n_equal_points": ("equal points", "count"),
            "share_equal_points": ("of located %", "percent"),
            "n_equal_texts": ("equal texts", "count"),
        },
    ),
    Check(
        "answer_without_truth",
        "answers about images that have no truth",
        _IMAGE | {"n_files": ("answers", "count"), "file_name": ("file", "text"), "line": ("line", "text")},
    ),
    Check(
        "truth_without_answer",
        "images that no model was asked about",
        _IMAGE | {"n_runs": ("runs", "count"), "city_label": ("city", "text"), "country_label": ("country", "text")},
    ),
    Check(
        "shared_coordinate",
        "images whose true coordinates are those of another one",
        _IMAGE | _POINT | {"n_images": ("images there", "count"), "city_label": ("city", "text")},
    ),
    Check(
        "label_conflict",
        "images whose labels and whose point disagree",
        _IMAGE
        | {
            "conflict": ("conflict", "text"),
            "country_label": ("label", "text"),
            "country_place": ("point", "text"),
            "state_label": ("state label", "text"),
            "state_place_code": ("point ", "text"),
        }
        | _POINT,
    ),
    Check("zero_answer", "answers of exactly (0, 0)", _ANSWER | {"answered_city": ("city", "text")}),
    Check(
        "prompt_example",
        "answers that are an example of the prompt",
        _ANSWER
        | {"answered_latitude": ("latitude", "text"), "answered_longitude": ("longitude", "text")}
        | {"answered_city": ("city", "text")},
    ),
    Check(
        "repeated_point",
        "points given for many images, wrong for most",
        _RUN
        | _POINT
        | {
            "n_images": ("images", "count"),
            "n_correct_200km": ("within 200 km", "count"),
            "answered_city": ("city", "text"),
        },
    ),
    Check(
        "confidence_without_point",
        "answers with a confidence and no coordinates",
        _ANSWER | {"outcome": ("outcome", "text"), "answered_city": ("city", "text")},
    ),
    Check(
        "uneven_count",
        "runs over another number of images than the others",
        _RUN | {"n_images": ("images", "count"), "n_images_usual": ("others", "count")},
    ),
    Check(
        "rejected_row",
        "rows that were not taken, for another reason",
        _DATASET | {"reason": ("reason", "text"), "file_name": ("file", "text"), "line": ("line", "text")},
    ),
)
"""In the order shown: files, truth, answers."""

_ORDER = ("dataset", "run_label", "conflict", "latitude", "longitude", "image_name", "file_name", "line")
"""Rows that belong together stand together."""


def read_audit(connection: "psycopg.Connection", *, dataset: str | None = None) -> list[Finding]:
    """All checks with their rows; of one dataset where it is named, and of files whose dataset is not known.

    Raises InputError where there is no such dataset.
    """
    if dataset is not None:
        known = sorted({name for (name,) in connection.execute("select distinct dataset from core.image")})
        if dataset not in known:
            raise InputError(f"there is no dataset {dataset!r} here; there is {', '.join(known) or 'none'}")
    findings = []
    for check in CHECKS:
        rows = read_view(connection, check.view)
        if dataset is not None:
            rows = rows[rows["dataset"].isna() | (rows["dataset"] == dataset)]
        keys = [name for name in _ORDER if name in rows]
        findings.append(Finding(check, rows.sort_values(keys, kind="stable", ignore_index=True)))
    return findings


def audit_frame(findings: Sequence[Finding]) -> "pd.DataFrame":
    """One row a check: `n` that it found, its `meaning`, and the `view` that has the rows."""
    import pandas as pd

    return pd.DataFrame(
        {
            "n": [len(finding.rows) for finding in findings],
            "meaning": [finding.check.meaning for finding in findings],
            "view": [finding.check.view for finding in findings],
        }
    )


def audit_table(findings: Sequence[Finding]) -> str:
    """One line a check: how much it found, and the view that has the rows."""
    columns: dict[str, tuple[str, Format]] = {
        "n": ("found", "count"),
        "meaning": ("what", "text"),
        "view": ("all rows in", "text"),
    }
    return table(audit_frame(findings), columns)


def finding_table(finding: Finding, most: int) -> str:
    """The first rows of a check, and how many there are; empty where nothing was found."""
    n = len(finding.rows)
    if not n:
        return ""
    title = f"{finding.check.meaning}: {f'the first {most} of {n:,}' if n > most else f'{n:,}'}"
    # A line of its own: a title of the table would be folded to the table's width.
    return f"{title}\n\n{table(finding.rows.head(most), finding.check.columns)}"
