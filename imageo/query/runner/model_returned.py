"""Whether the model that answered is the one that was asked: providers route the names of retired models elsewhere."""

import re

_VERSION = re.compile(r"[-@:](?:latest|\d{4}-\d{2}-\d{2}|\d{8}|\d{6}|\d{3,4}|\d{2}-\d{2})$")


def is_same_model(requested: str, returned: str) -> bool:
    """Whether the names differ at most in a date or a version: gpt-4o answers as gpt-4o-2024-11-20.

    A date that was asked for must come back.
    """
    asked, answered = _plain(requested), _plain(returned)
    base = _VERSION.sub("", asked) if asked.endswith("latest") else asked
    return answered == asked or _VERSION.sub("", answered) == base or _VERSION.sub("", answered) == asked


def _plain(name: str) -> str:
    return name.strip().lower().removeprefix("models/")
