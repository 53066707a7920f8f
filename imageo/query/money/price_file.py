"""The user's own prices: a TOML file that names models and what their tokens cost.

    [[models]]
    provider = "together"                              # as in the leaderboard; left out: any provider
    model = "meta-llama/Llama-3.2-11B-Vision-*"        # a name, or a pattern with * and ?
    input = 0.18                                       # US dollars a million tokens
    output = 0.18
    cached = 0.09                                      # left out: as input
    cache_write = 0.225                                # left out: as input
    batch_input = 0.09                                 # left out: no batch price is known
    batch_output = 0.09
    from = 2025-07-01                                  # holds from this day on, UTC; left out: always
    source = "https://www.together.ai/pricing"         # a note for yourself

A price of 0 is a statement: the model is free, or runs on a machine of your own.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path

from imageo.errors import InputError

DEFAULT_NAME = "prices.toml"
"""Read from the folder of imageo where the user names no file."""

_KINDS = ("input", "output", "cached", "cache_write")
_KEYS = ("provider", "model", *_KINDS, *(f"batch_{kind}" for kind in _KINDS), "from", "source")


@dataclass(frozen=True, slots=True)
class Kinds:
    """US dollars a million tokens; None where a kind is not told apart."""

    input: Decimal
    output: Decimal
    cached: Decimal | None = None
    cache_write: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OwnPrice:
    """What the user says that a model costs from a day on. `provider` None: whoever serves it."""

    model: str
    standard: Kinds
    batch: Kinds | None = None
    provider: str | None = None
    since: date = date.min


def read_prices(path: Path | None, home: Path) -> tuple[OwnPrice, ...]:
    """The prices in the file that the user names, else in `prices.toml` in the folder of imageo, else none.

    Raises InputError with file and key where it cannot be read.
    """
    if path is None:
        path = home / DEFAULT_NAME
        if not path.is_file():
            return ()
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"), parse_float=Decimal)
    except OSError as problem:
        raise InputError(f"{path}: {problem.strerror or problem}; name a file of prices") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise InputError(f"{path}: no TOML: {problem}; a price is [[models]], then model, input, output") from None
    unknown = sorted(set(content) - {"models"})
    models = content.get("models", [])
    if unknown or not isinstance(models, list) or not models:
        found = f"unknown key {unknown[0]!r}" if unknown else "no [[models]]"
        raise InputError(f"{path}: {found}; a price is a line [[models]], then lines model, input, output")
    return tuple(_own_price(path, number, entry) for number, entry in enumerate(models, 1))


def own_price(prices: Sequence[OwnPrice], provider: str, model: str, at: datetime) -> OwnPrice | None:
    """The price that holds for a model at a time: a name before a pattern, then the latest day, then the last one."""
    day = at.astimezone(UTC).date()
    holding = [
        (own.model.lower() == model.lower(), own.since, number)
        for number, own in enumerate(prices)
        if own.provider in (None, provider) and fnmatchcase(model.lower(), own.model.lower()) and own.since <= day
    ]
    return prices[max(holding)[-1]] if holding else None


def _own_price(path: Path, number: int, entry: object) -> OwnPrice:
    where = f"{path}: [[models]] number {number}"
    if not isinstance(entry, dict):
        raise InputError(f"{where} is no table; write a line [[models]] and its keys below")
    for key in entry:
        if key not in _KEYS:
            raise InputError(f"{where}: unknown key {key!r}; there is {', '.join(_KEYS)}")
    for key in ("provider", "model", "source"):
        if key in entry and (not isinstance(entry[key], str) or not entry[key].strip()):
            raise InputError(f"{where}: {key} is no text; write it in quotation marks")
    if "model" not in entry:
        raise InputError(f'{where}: model is missing; write the name, or a pattern as in "gpt-*"')
    standard = _kinds(where, entry, "")
    if standard is None:
        raise InputError(f"{where}: input and output are missing; write US dollars a million tokens")
    since = entry.get("from", date.min)
    if isinstance(since, datetime) or not isinstance(since, date):
        raise InputError(f"{where}: from is no day; write it as 2026-11-22, without quotation marks")
    return OwnPrice(entry["model"], standard, _kinds(where, entry, "batch_"), entry.get("provider"), since)


def _kinds(where: str, entry: Mapping[str, object], prefix: str) -> Kinds | None:
    found = {kind: _dollars(where, prefix + kind, entry[prefix + kind]) for kind in _KINDS if prefix + kind in entry}
    if not found:
        return None
    for kind in ("input", "output"):
        if kind not in found:
            raise InputError(
                f"{where}: {prefix}{kind} is missing; write US dollars a million tokens, 0 where it is free"
            )
    return Kinds(**found)


def _dollars(where: str, key: str, value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise InputError(f"{where}: {key} is no number; write US dollars a million tokens")
    dollars = Decimal(value)
    if not dollars.is_finite() or not 0 <= dollars <= 1_000_000:
        raise InputError(f"{where}: {key} = {value} is no price; write US dollars a million tokens, 0 or more")
    return dollars
