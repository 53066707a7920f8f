"""Read stored answers again with the present parser, without asking anybody: a better reading is a new version."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson
import psycopg
from psycopg import sql

from imageo.db.refresh import refresh_runs
from imageo.errors import InputError
from imageo.outcome import FAILED
from imageo.query.answers.parse import PARSER_VERSION, Answer, parse_answer, was_cut
from imageo.query.store.answers import LOCK

READ_BY_OTHERS = ("published", "mapped")
"""Stages of answers that our parser did not read."""

KEPT = (
    "raw_response", "error_message", "model_returned", "input_tokens", "output_tokens", "reasoning_tokens",
    "cached_tokens", "image_tokens", "latency_ms", "finish_reason", "attempts", "row_digest",
)  # fmt: skip
"""Columns of `data.prediction` that a new version has from the one before; its digest too, so that it stays known."""

READ = (
    "outcome", "parse_stage", "is_placeholder", "country", "state", "city", "street", "confidence", "environment",
    "scene_type", "setting", "reasoning",
)  # fmt: skip
"""Columns that a reading fills, beside the location."""

AT_ONCE = 500

_STORED = """
select
    image_id, version, raw_response, finish_reason, outcome, parse_stage, st_y(location), st_x(location),
    is_placeholder, country, state, city, street, confidence, environment, scene_type, setting, reasoning
from data.prediction as stored
where run_id = %(run_id)s
    and raw_response ~ '\\S'
    and outcome <> all (%(no_reading)s)
    and coalesce(parse_stage <> all (%(read_by_others)s), true)
    and (%(is_every)s or coalesce(parser_version, 0) < %(parser_version)s)
    and not exists (
        select from data.prediction as later
        where later.image_id = stored.image_id and later.run_id = stored.run_id and later.version > stored.version
    )
"""

_MAKE_READINGS = """
create temporary table reading (
    image_id bigint, version smallint, outcome text, parse_stage text, latitude float8, longitude float8,
    is_placeholder boolean, country text, state text, city text, street text, confidence smallint, environment text,
    scene_type text, setting text, reasoning jsonb
) on commit drop
"""

_ADD_READINGS = "insert into reading select * from json_populate_recordset(null::reading, %s)"

_APPEND = sql.SQL("""
insert into data.prediction (image_id, run_id, version, location, parser_version, {kept}, {read})
select
    old.image_id, old.run_id, old.version + 1, st_setsrid(st_makepoint(reading.longitude, reading.latitude), 4326),
    %(parser_version)s, {old_kept}, {new_read}
from reading
inner join data.prediction as old
    on old.image_id = reading.image_id and old.run_id = %(run_id)s and old.version = reading.version
where not exists (
    select from data.prediction as later
    where later.image_id = old.image_id and later.run_id = old.run_id and later.version > old.version
)
""").format(
    kept=sql.SQL(", ").join(map(sql.Identifier, KEPT)),
    read=sql.SQL(", ").join(map(sql.Identifier, READ)),
    old_kept=sql.SQL(", ").join(sql.Identifier("old", name) for name in KEPT),
    new_read=sql.SQL(", ").join(sql.Identifier("reading", name) for name in READ),
)


@dataclass(frozen=True)
class Parser:
    """How a raw answer is read, told whether the model was stopped amid it, and the number of that way."""

    version: int = PARSER_VERSION
    read: Callable[[str, bool], Answer] = lambda raw, is_cut: parse_answer(raw, is_cut=is_cut)


@dataclass(frozen=True)
class Choice:
    """Which answers are read again. `is_every`: those too that this parser has read already."""

    dataset: str | None = None
    model: str | None = None
    is_every: bool = False


@dataclass
class Rereading:
    """What became of one run. `outcomes` and `stages` count the answers read differently by (before, after).

    `n_overtaken` of them were answered anew meanwhile, and left alone.
    """

    dataset: str
    run: str
    n_read: int = 0
    n_changed: int = 0
    n_moved: int = 0
    n_overtaken: int = 0
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    stages: Counter[tuple[str | None, str | None]] = field(default_factory=Counter)

    def add(self, before: Answer, after: Answer) -> None:
        """Count an answer that is read differently; `n_moved` if its point is another, or is there no more."""
        self.n_changed += 1
        self.n_moved += before.point is not None and before.point != after.point
        self.outcomes[before.outcome, after.outcome] += 1
        self.stages[before.stage, after.stage] += 1


def reparse(
    connection: psycopg.Connection, choice: Choice, *, is_dry: bool = False, parser: Parser | None = None
) -> Iterator[Rereading]:
    """Read the latest stored answers again, run by run, each in a transaction of its own, and refresh its scores.

    A new version is appended where the reading differs; where it does not, nothing is written. Answers without text,
    and those that others have parsed, are left alone. The connection is in autocommit mode. Raises InputError where
    there is no such dataset or model.
    """
    used = parser or Parser()
    for run_id, dataset, run in _runs(connection, choice):
        rereading = Rereading(dataset, run)
        with connection.transaction():
            _reread(connection, run_id, choice, used, rereading, is_dry)
        yield rereading


def _runs(connection: psycopg.Connection, choice: Choice) -> list[tuple[int, str, str]]:
    known = connection.execute(
        "select run_id, dataset, run_label, model, provider from core.run order by dataset, run_label, run_id"
    ).fetchall()
    datasets = [name for (name,) in connection.execute("select name from data.dataset order by name")]
    if choice.dataset is not None and choice.dataset not in datasets:
        raise InputError(f"no dataset {choice.dataset!r}; the datasets are {', '.join(datasets) or 'none'}")
    known = [row for row in known if choice.dataset in (None, row[1])]
    if choice.model is not None and not any(choice.model in _names(*row[3:]) for row in known):
        models = ", ".join(dict.fromkeys(row[3] for row in known))
        raise InputError(f"no answers of model {choice.model!r}; the models are {models or 'none'}")
    return [row[:3] for row in known if choice.model is None or choice.model in _names(*row[3:])]


def _names(model: str, provider: str) -> tuple[str, str]:
    return model, f"{provider}:{model}"


def _reread(
    connection: psycopg.Connection, run_id: int, choice: Choice, parser: Parser, told: Rereading, is_dry: bool
) -> None:
    values = {
        "run_id": run_id,
        "parser_version": parser.version,
        "is_every": choice.is_every,
        "no_reading": list(FAILED),
        "read_by_others": list(READ_BY_OTHERS),
    }
    if not is_dry:
        connection.execute(_MAKE_READINGS)
    with connection.cursor(name="stored", binary=True) as cursor:
        cursor.itersize = AT_ONCE
        cursor.execute(_STORED, values)
        while rows := cursor.fetchmany(AT_ONCE):
            readings = list(_read(rows, parser, told))
            if readings and not is_dry:
                connection.execute(_ADD_READINGS, [orjson.dumps(readings).decode()])
    if is_dry or not told.n_changed:
        return
    connection.execute("analyze reading")
    # Whoever writes answers of this run takes turns; what was answered since has the last word.
    connection.execute("select pg_advisory_xact_lock(%s, %s)", [LOCK, run_id])
    n_appended = connection.execute(_APPEND, values).rowcount
    told.n_overtaken = told.n_changed - n_appended
    if n_appended:
        refresh_runs(connection, [run_id])


def _read(rows: Sequence[tuple[Any, ...]], parser: Parser, told: Rereading) -> Iterator[dict[str, object]]:
    for image_id, version, raw, finish_reason, *fields in rows:
        before, after = Answer(*fields), parser.read(raw, was_cut(finish_reason))
        told.n_read += 1
        if after == before:
            continue
        told.add(before, after)
        columns = asdict(after)
        columns["parse_stage"] = columns.pop("stage")
        yield {"image_id": image_id, "version": version, **columns}
