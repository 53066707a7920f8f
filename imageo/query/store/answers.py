"""Finished questions into the database: answer, ledger and queue in one transaction; writing twice changes nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import orjson
import psycopg

from imageo.outcome import FAILED
from imageo.query.finished import Finished
from imageo.query.store.rows import answer_row, call_rows, reduced

LOCK = 0x616E7377  # "answ": one writer of a run's answers at a time
REFUSED = (
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.errors.ProgramLimitExceeded,
    AttributeError,
    TypeError,
    ValueError,
)
"""A value that PostgreSQL, or the way to it, does not take: no other try would fare better."""
AT_ONCE = 1_000

# `+ 0` against the index on run_id: the planner does not know yet how a run grows, and would read all of it.
_ANSWERS = """
insert into data.prediction (
    image_id, run_id, version, outcome, parse_stage, location, is_placeholder, country, state, city, street,
    confidence, environment, scene_type, setting, reasoning, raw_response, error_message, model_returned,
    input_tokens, output_tokens, reasoning_tokens, cached_tokens, image_tokens, latency_ms, finish_reason,
    parser_version, answer_key, attempts, row_digest
)
select
    answer.image_id, %(run_id)s, coalesce(stored.version, 0) + 1, answer.outcome, answer.parse_stage,
    st_setsrid(st_makepoint(answer.longitude, answer.latitude), 4326), answer.is_placeholder, answer.country,
    answer.state, answer.city, answer.street, answer.confidence, answer.environment, answer.scene_type,
    answer.setting, answer.reasoning, answer.raw_response, answer.error_message, answer.model_returned,
    answer.input_tokens, answer.output_tokens, answer.reasoning_tokens, answer.cached_tokens, answer.image_tokens,
    answer.latency_ms, answer.finish_reason, answer.parser_version, answer.answer_key, answer.attempts,
    answer.row_digest
from json_to_recordset(%(answers)s) as answer (
    image_id bigint, outcome text, parse_stage text, latitude float8, longitude float8, is_placeholder boolean,
    country text, state text, city text, street text, confidence smallint, environment text, scene_type text,
    setting text, reasoning jsonb, raw_response text, error_message text, model_returned text, input_tokens int,
    output_tokens int, reasoning_tokens int, cached_tokens int, image_tokens int, latency_ms int, finish_reason text,
    parser_version smallint, answer_key uuid, attempts smallint, row_digest bigint, is_failure boolean
)
cross join lateral (
    select
        max(version) as version,
        bool_or(known.answer_key = answer.answer_key) is true as has_this,
        bool_or(known.outcome <> all (%(failures)s)) is true as has_answer
    from data.prediction as known
    where known.image_id = answer.image_id and known.run_id + 0 = %(run_id)s
) as stored
where not stored.has_this and not (answer.is_failure and stored.has_answer)
"""

_CALLS = """
insert into data.cost (
    image_id, run_id, call, cost_usd, price, priced_on, price_source, is_batch, input_tokens, cached_tokens,
    cache_write_tokens, image_tokens, output_tokens, reasoning_tokens, model_returned, response_id, call_key
)
select
    billed.image_id, %(run_id)s,
    coalesce(stored.call, 0) + row_number() over (partition by billed.image_id order by billed.position),
    billed.cost_usd, billed.price, billed.priced_on, billed.price_source, billed.is_batch, billed.input_tokens,
    billed.cached_tokens, billed.cache_write_tokens, billed.image_tokens, billed.output_tokens,
    billed.reasoning_tokens, billed.model_returned, billed.response_id, billed.call_key
from json_to_recordset(%(calls)s) as billed (
    image_id bigint, position int, cost_usd numeric, price jsonb, priced_on timestamptz, price_source text,
    is_batch boolean, input_tokens int, cached_tokens int, cache_write_tokens int, image_tokens int, output_tokens int,
    reasoning_tokens int, model_returned text, response_id text, call_key uuid
)
cross join lateral (
    select max(known.call) as call, bool_or(known.call_key = billed.call_key) is true as has_this
    from data.cost as known
    where known.image_id = billed.image_id and known.run_id + 0 = %(run_id)s
) as stored
where not stored.has_this
"""

# Whom a question is leased to now, or the batch that it is in, keeps it, and what is reserved for the call under way.
_TASKS = """
delete from data.task
where run_id = %(run_id)s and image_id = any (%(image_ids)s) and batch_id is not distinct from %(batch_id)s and (
    leased_by is null or leased_by = %(worker)s or leased_until < statement_timestamp()
)
"""

_HASHES = """
update data.image as image
set content_hash = file.content_hash
from unnest(%(hashed_ids)s::bigint[], %(hashes)s::text[]) as file (image_id, content_hash)
where image.image_id = file.image_id and image.content_hash is distinct from file.content_hash
"""


@dataclass
class Written:
    """New rows of answers and of the ledger; what cannot be stored in any form, with PostgreSQL's reason."""

    n_answers: int = 0
    n_calls: int = 0
    unstorable: list[tuple[Finished, str]] = field(default_factory=list)

    def __add__(self, other: "Written") -> "Written":
        return Written(
            self.n_answers + other.n_answers, self.n_calls + other.n_calls, self.unstorable + other.unstorable
        )


def write_finished(
    connection: psycopg.Connection,
    run_id: int,
    finished: Sequence[Finished],
    worker: UUID | None = None,
    batch_id: int | None = None,
) -> Written:
    """Store answers and billed calls, end their tasks, note the files' digests: one transaction.

    A second answer of an image becomes its next version, but a failure does not follow an answer: only what was
    billed for it is kept. An answer that PostgreSQL refuses does not take others down: it is stored in a reduced
    form, as `provider_error` with its raw text. Tasks leased to another than `worker` stay that one's, and those of a
    batch its own, but for that of `batch_id`: else its answers and their bills would find no task and be left out.
    """
    ends = {"worker": worker, "batch_id": batch_id}
    written = Written()
    try:
        with connection.transaction():
            for chunk in _chunks(finished):
                written += _write(connection, run_id, chunk, ends)
    except REFUSED:
        with connection.transaction():
            written = Written()
            for chunk in _chunks(finished):
                written += _write_apart(connection, run_id, chunk, ends)
    return written


def note_abandoned(connection: psycopg.Connection, run_id: int, image_ids: Sequence[int]) -> None:
    """Enter calls whose replies nobody waited for into the ledger: billed perhaps, their cost unknown."""
    connection.execute(
        "insert into data.cost (image_id, run_id, call, price_source, call_key)"
        " select abandoned.image_id, %(run_id)s, coalesce(max(known.call), 0) + 1, 'none', gen_random_uuid()"
        " from unnest(%(image_ids)s::bigint[]) as abandoned (image_id)"
        " left join data.cost as known on known.image_id = abandoned.image_id and known.run_id = %(run_id)s"
        " group by abandoned.image_id",
        {"run_id": run_id, "image_ids": list(image_ids)},
    )


def _chunks(finished: Sequence[Finished]) -> Iterator[Sequence[Finished]]:
    """Each image once a chunk: the rules for a second answer look at what is stored."""
    chunk: dict[int, Finished] = {}
    for one in finished:
        if one.image_id in chunk or len(chunk) == AT_ONCE:
            yield list(chunk.values())
            chunk = {}
        chunk[one.image_id] = one
    if chunk:
        yield list(chunk.values())


def _write(
    connection: psycopg.Connection, run_id: int, finished: Sequence[Finished], ends: Mapping[str, object]
) -> Written:
    calls = [row for one in finished for row in call_rows(one)]
    # In order: two runs over one dataset may see the same new files at once.
    hashes = dict(sorted((one.image_id, one.content_hash) for one in finished if one.content_hash))
    values = {
        **ends,
        "run_id": run_id,
        "failures": list(FAILED),
        "answers": _json([answer_row(one) for one in finished]),
        "calls": _json(calls),
        "image_ids": [one.image_id for one in finished],
        "hashed_ids": list(hashes),
        "hashes": list(hashes.values()),
    }
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", [LOCK, run_id])
        n_answers = cursor.execute(_ANSWERS, values).rowcount
        n_calls = cursor.execute(_CALLS, values).rowcount if calls else 0
        cursor.execute(_TASKS, values)
        if hashes:
            cursor.execute(_HASHES, values)
    return Written(n_answers, n_calls)


def _write_apart(
    connection: psycopg.Connection, run_id: int, finished: Sequence[Finished], ends: Mapping[str, object]
) -> Written:
    """Halve until what is refused stands alone."""
    try:
        with connection.transaction():
            return _write(connection, run_id, finished, ends)
    except REFUSED as refusal:
        reason = str(refusal).partition("\n")[0]
    if len(finished) > 1:
        middle = len(finished) // 2
        return _write_apart(connection, run_id, finished[:middle], ends) + _write_apart(
            connection, run_id, finished[middle:], ends
        )
    try:
        with connection.transaction():
            return _write(connection, run_id, [reduced(finished[0], reason)], ends)
    except REFUSED:
        return Written(unstorable=[(finished[0], reason)])


def _json(rows: Sequence[object]) -> str:
    return orjson.dumps(rows).decode()
