"""Parameters that a user chose: merged into the body, or refused before any call if the model is known to."""

from collections.abc import Mapping

from imageo.errors import InputError
from imageo.query.questions import Asking

RESERVED = frozenset(("model", "messages", "contents", "stream", "n", "candidatecount"))
"""What imageo sets: one question, one answer, in one piece. In small letters, without underscores."""

LENGTHS = frozenset(("maxtokens", "maxcompletiontokens", "maxoutputtokens"))
"""The longest answer by all its names: what a budget sets aside for a call depends on it."""

OPTIONS = {
    "temperature": "--temperature",
    "reasoning_effort": "--reasoning-effort",
    "max_output_tokens": "--max-output-tokens",
}


def check_reserved(asking: Asking) -> None:
    """Raise InputError where `--param` would change what imageo sets itself."""
    config = asking.extra.get("generationConfig", asking.extra.get("generation_config"))
    for name in [*asking.extra, *(config if isinstance(config, Mapping) else ())]:
        plain = name.replace("_", "").lower()
        if plain in LENGTHS:
            raise InputError(f"--param {name}: use --max-output-tokens for it, which a budget counts with")
        if plain in RESERVED:
            raise InputError(f"--param {name}: imageo sets this itself; leave it out")


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
