"""Local statistics beyond chance as the page reads them: which regions get an outline for which choice."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from imageo.render.labels import clean_label

SIGNIFICANT = 0.05
ERROR_MEASURE = "error_km_median"
# What `imageo spatial` tests of the error goes with the median error of the page.
_ERROR_DENOMINATORS = {"bounded": "all", "answered": "answered"}


def pattern_spots(
    patterns: pd.DataFrame | None, runs: Sequence[str], measures: Sequence[str], denominators: Sequence[str]
) -> dict[str, Any] | None:
    """The spots of each choice of run, measure and denominator; None where no statistics were asked for.

    `patterns`: rows of `bi.estimate` of kind spatial. A local Moran is of the rates of its measure, a Getis-Ord z of
    the errors. `{"notes": [...], "spots": {"0/1/0": [[region code, is high, place of its note, p], ...]}}`: a choice
    that was tested and has nothing beyond chance has an empty list, one that was not tested has no entry. Where two
    analyses tell of one spot the larger corrected p counts.
    """
    if patterns is None:
        return None
    local = patterns[patterns["statistic"].isin(["local_moran", "getis_ord_z"]) & patterns["p_adjusted"].notna()]
    spots: dict[str, dict[str, tuple[bool, str, float]]] = {}
    for row in sorted(local.to_dict("records"), key=lambda row: (float(row["p_adjusted"]), str(row["note"]))):
        of_errors = row["statistic"] == "getis_ord_z"
        measure = ERROR_MEASURE if of_errors else row["measure"]
        denominator = _ERROR_DENOMINATORS.get(row["denominator"]) if of_errors else row["denominator"]
        if row["run_label"] not in runs or measure not in measures or denominator not in denominators:
            continue
        choice = (runs.index(row["run_label"]), measures.index(measure), denominators.index(denominator))
        note = clean_label(row["note"], 200) if isinstance(row["note"], str) else ""
        is_high = row["estimate"] > 0 if of_errors else note.casefold().startswith("high")
        spots.setdefault("/".join(map(str, choice)), {})[row["subject"]] = (is_high, note, float(row["p_adjusted"]))
    notes = sorted({note for of_choice in spots.values() for _, note, p in of_choice.values() if p <= SIGNIFICANT})
    return {
        "notes": notes,
        "spots": {
            choice: [
                [code, int(is_high), notes.index(note), float(f"{p:.2g}")]
                for code, (is_high, note, p) in sorted(of_choice.items())
                if p <= SIGNIFICANT
            ]
            for choice, of_choice in sorted(spots.items())
        },
    }
