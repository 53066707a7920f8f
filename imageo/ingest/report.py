"""What came of reading a file."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

CHANGES_NAMED = 5


@dataclass
class FileReport:
    """Counts of one file. `error` is set where nothing of the file was taken."""

    file: str
    kind: str
    dataset: str | None = None
    runs: list[str] = field(default_factory=list)
    n_new: int = 0
    n_changed: int = 0
    n_unchanged: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    changed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    error: str | None = None

    @property
    def n_rejected(self) -> int:
        """Rows that were not taken."""
        return self.reasons.total()

    @property
    def has_valid_row(self) -> bool:
        """Whether any row was taken, or would have been were it not known."""
        return bool(self.n_new or self.n_changed or self.n_unchanged)

    def add_change(self, line: int, image: str) -> None:
        """Count a changed row and name it among the first."""
        self.n_changed += 1
        if len(self.changed) < CHANGES_NAMED:
            self.changed.append(f"line {line}: {image}")

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "file": self.file,
            "kind": self.kind,
            "dataset": self.dataset,
            "runs": self.runs,
            "new": self.n_new,
            "changed": self.n_changed,
            "unchanged": self.n_unchanged,
            "rejected": self.n_rejected,
            "reasons": dict(self.reasons.most_common()),
            "changed_rows": self.changed,
            "notes": self.notes,
            "error": self.error,
        }

    def rejects_told(self) -> str:
        """Rejected rows by kind, the most frequent first: "3 out of range, 1 NaN"."""
        return ", ".join(f"{count} {kind}" for kind, count in self.reasons.most_common())

    def lines(self) -> list[str]:
        """For the terminal."""
        into = f"{self.dataset}" + (f", {', '.join(self.runs)}" if self.runs else "")
        told = [f"{self.file} -> {into}: {self.n_new} new, {self.n_changed} changed, {self.n_unchanged} unchanged"]
        if self.changed:
            more = f" and {self.n_changed - len(self.changed)} more" if self.n_changed > len(self.changed) else ""
            told.append(f"  changed: {'; '.join(self.changed)}{more}")
        if self.reasons:
            told.append(f"  not taken: {self.rejects_told()} (see data.reject)")
        return told
