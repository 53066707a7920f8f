"""One number that a statistic gives, with all that makes it honest."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """`estimate` with its 95 % interval; None where there is too little data, and then `note` says so in a sentence.

    `n` images (or pairs) of which `k` are hits. `run_id`, `other_run_id`: the runs it is of. `grouping`, `subject`: a
    level of regions and a code, an attribute and its value, `term` and a name. `p_adjusted`: corrected for how many
    were tested. Stored as a row of data.estimate.
    """

    statistic: str
    estimate: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    k: int | None = None
    p_value: float | None = None
    p_adjusted: float | None = None
    run_id: int | None = None
    other_run_id: int | None = None
    measure: str | None = None
    denominator: str | None = None
    grouping: str | None = None
    subject: str | None = None
    other_subject: str | None = None
    note: str | None = None
