"""The run that a command belongs to: the same command again finds it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson
import psycopg
from psycopg.types.json import Jsonb

from imageo.errors import InputError
from imageo.query.answers.parse import storable
from imageo.query.prompt import Prompt


@dataclass(frozen=True)
class RunKey:
    """What makes a run: one model over one dataset under one prompt and one set of parameters, and the repeat.

    `parameters` holds all that may change an answer, and nothing secret.
    """

    dataset_id: int
    provider: str
    model: str
    variant: str
    prompt: Prompt | None
    parameters: Mapping[str, object] = field(default_factory=dict)
    repeat: int = 1


@dataclass(frozen=True)
class OpenRun:
    """A run in the database. `is_new`: nothing stood there before."""

    run_id: int
    label: str
    is_new: bool


def find_run(connection: psycopg.Connection, key: RunKey) -> int | None:
    """The run of that key, or None where it was never begun."""
    row = connection.execute(
        "select run.run_id from data.run as run inner join data.model as model on model.model_id = run.model_id"
        " where run.dataset_id = %s and model.provider = %s and model.name = %s and run.variant = %s"
        " and run.prompt_hash = %s and run.parameters = %s and run.repeat = %s",
        [key.dataset_id, key.provider, key.model, key.variant, _hash(key), Jsonb(dict(key.parameters)), key.repeat],
    ).fetchone()
    return None if row is None else int(row[0])


def open_run(connection: psycopg.Connection, key: RunKey) -> OpenRun:
    """The run of that key, made where there is none. In the caller's transaction."""
    found = find_run(connection, key)
    if found is None:
        connection.execute(
            "insert into data.model (provider, name) values (%s, %s) on conflict do nothing", [key.provider, key.model]
        )
        connection.execute(
            "insert into data.run (dataset_id, model_id, variant, prompt_hash, prompt_text, parameters, repeat)"
            " select %s, model_id, %s, %s, %s, %s, %s from data.model where provider = %s and name = %s"
            " on conflict do nothing",
            [
                key.dataset_id,
                key.variant,
                _hash(key),
                key.prompt.text if key.prompt else None,
                Jsonb(dict(key.parameters)),
                key.repeat,
                key.provider,
                key.model,
            ],
        )
    run_id = find_run(connection, key)
    assert run_id is not None
    row = connection.execute("select run_label from core.run where run_id = %s", [run_id]).fetchone()
    return OpenRun(run_id, row[0] if row else key.model, is_new=found is None)


def discard_run(connection: psycopg.Connection, run_id: int) -> bool:
    """Forget a run as if never begun, if it has no answer, no cost and no batch at a provider; whether it did."""
    with connection.transaction():
        connection.execute("select from data.run where run_id = %s for update", [run_id])
        row = connection.execute(
            "select exists (select from data.prediction where run_id = %(run)s)"
            " or exists (select from data.cost where run_id = %(run)s)"
            " or exists (select from data.batch where run_id = %(run)s and state <> 'failed')",
            {"run": run_id},
        ).fetchone()
        if row == (True,):
            return False
        for table in ("task", "batch"):
            connection.execute(f"delete from data.{table} where run_id = %s".encode(), [run_id])  # noqa: S608
        row = connection.execute("delete from data.run where run_id = %s returning model_id", [run_id]).fetchone()
        if row:
            connection.execute(
                "delete from data.model as model where model_id = %s"
                " and not exists (select from data.run as run where run.model_id = model.model_id)",
                row,
            )
    return True


def parse_parameters(given: tuple[str, ...]) -> dict[str, object]:
    """`--param key=value` as a mapping; a value that is JSON is read as such, any other is text."""
    parameters: dict[str, object] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise InputError(f"--param {text!r} is not KEY=VALUE")
        if name.strip() in parameters:
            raise InputError(f"--param {name.strip()} is given twice; leave one out")
        require_storable("--param", name)
        parameters |= _sendable({name.strip(): _value(value)})
    return parameters


def require_storable(option: str, text: str) -> None:
    """Raise InputError for what no database and no request can hold: bytes that are no UTF-8, NUL."""
    if storable(text) != text:
        raise InputError(f"{option} {storable(text)!r} holds characters that are no text; type it again")


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _sendable(parameter: dict[str, object]) -> dict[str, object]:
    """The parameter, fit for a request and for the database. Raises InputError where JSON has no such value."""
    try:
        orjson.dumps(parameter)  # no numbers beyond 64 bits, no broken text
        is_fit = "\\u0000" not in json.dumps(parameter, allow_nan=False)
    except (TypeError, ValueError):
        is_fit = False
    if not is_fit:
        raise InputError(f"--param {next(iter(parameter))!a}: its value cannot be sent as JSON; give another one")
    return parameter


def _hash(key: RunKey) -> str:
    return key.prompt.sha256 if key.prompt else ""
