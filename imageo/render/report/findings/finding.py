"""A sentence with what it rests on."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """`text` about some runs and groups (`about`).

    `is_claim`: it says that something is there, which a corrected p value and an interval support; other sentences
    describe, or say that nothing can be told. `strength`: the effect in half widths of its interval, so that a well
    measured one comes before a large one of a few photos; claims are shown strongest first. `scenes`: what remains of a
    gap over the same scenes.
    """

    topic: str
    text: str
    is_claim: bool
    strength: float = 0.0
    about: tuple[str, ...] = ()
    scenes: str = ""

    @property
    def whole(self) -> str:
        """With what is left of it over the same scenes, or why that cannot be said."""
        return f"{self.text} {self.scenes}".strip()


def strongest_first(findings: Iterable[Finding]) -> list[Finding]:
    """Claims before all else, the strongest first; of equals in the order given."""
    return sorted(findings, key=lambda one: (not one.is_claim, -one.strength))


def evidence(estimate: float, low: float, high: float) -> float:
    """An effect in half widths of its 95 % interval: 1 is where it may just be none."""
    half = (high - low) / 2
    return abs(estimate) / half if half > 0 else 0.0


def least(low: float, high: float) -> float:
    """How much of an effect its interval leaves at least; 0 where it may be none."""
    return max(low, -high, 0.0)
