"""What can become of one question. Read by the tables, the parser and the ingest; imports nothing."""

from typing import Literal, get_args

Outcome = Literal[
    "answered",
    "no_coordinates",
    "refused",
    "empty",
    "unparsable",
    "bad_image",
    "provider_error",
]

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
"""Closed: a CHECK constraint holds it. `answered` means: there is a usable point, and only then."""

FAILED: tuple[Outcome, ...] = ("provider_error", "bad_image")
"""The question was not put, or not heard: worth asking again. All others are the model's own answer, if a poor one."""
