"""Parameters that a user chose: merged into the body, or refused before any call if the model is known to."""

import re
from collections.abc import Iterator, Mapping

from imageo.errors import InputError
from imageo.query.questions import Asking

RESERVED = frozenset(("model", "messages", "contents", "stream", "n", "candidatecount"))
"""What imageo sets: one question, one answer, in one piece. In small letters, without underscores."""

LENGTHS = frozenset(("maxtokens", "maxcompletiontokens", "maxoutputtokens"))
"""The longest answer by all its names: what a budget sets aside for a call depends on it."""

FORMS = frozenset(("responseformat", "responsejsonschema", "responseschema"))

TIERS = frozenset(("servicetier", "speed"))
"""Billed at prices that are not known."""

_SECRET = re.compile(
    r"key$|secret|passw|authori|header|credential|bearer|^(?:access_?|auth_?)?token$|extra_(?:query|body)",
    re.IGNORECASE,
)

OPTIONS = {
    "temperature": "--temperature",
    "reasoning_effort": "--reasoning-effort",
    "max_output_tokens": "--max-output-tokens",
}


def check_reserved(asking: Asking) -> None:
    """Raise InputError where `--param` would change what imageo sets itself."""
    for name in _names(asking.extra):
        plain = name.replace("_", "").lower()
        if plain in LENGTHS:
            raise InputError(f"--param {name}: use --max-output-tokens for it, which a budget counts with")
        if plain in RESERVED:
            raise InputError(f"--param {name}: imageo sets this itself; leave it out")
        if plain in TIERS:
            raise InputError(f"--param {name}: its price is not known to imageo, and the ledger would be wrong")
        if plain in FORMS and asking.is_structured:
            raise InputError(f"--param {name}: it goes with --plain, which asks for no form of imageo's own")
        if _SECRET.search(name):
            # Parameters are stored with the run, for everybody who reads the database.
            raise InputError(f"--param {name}: no secret goes into parameters; see `imageo keys set`")
    for name, option in OPTIONS.items():
        if name in asking.extra and getattr(asking, name) is not None:
            raise InputError(f"--param {name} and {option} say the same; leave one out")


def _names(value: object) -> Iterator[str]:
    """Names of parameters, those inside of others too."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield str(name)
            yield from _names(inner)


def refuse(asking: Asking, names: frozenset[str], reason: str) -> None:
    """Raise InputError if any of these parameters is given, by an option of its own or by `--param`."""
    for name in sorted(names):
        if getattr(asking, name, None) is not None:
            raise InputError(f"{OPTIONS.get(name, name)}: {reason}; leave it out")
        if name in asking.extra:
            raise InputError(f"--param {name}: {reason}; leave it out")


def check_choice(option: str, value: str | None, choices: tuple[str, ...], model: str) -> None:
    """Raise InputError where a value is none of those that the model takes."""
    if value is not None and value not in choices:
        raise InputError(f"{option} {value}: {model} takes {', '.join(choices)}")


def merged(body: Mapping[str, object], extra: Mapping[str, object]) -> dict[str, object]:
    """The body with the extra parameters in it; objects are merged, anything else is replaced."""
    result = dict(body)
    for name, value in extra.items():
        mine = result.get(name)
        result[name] = merged(mine, value) if isinstance(mine, Mapping) and isinstance(value, Mapping) else value
    return result
