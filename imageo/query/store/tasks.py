"""The database as the queue of questions: processes on any machine claim them for a time, within a budget."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import psycopg

from imageo.outcome import FAILED
from imageo.query.store.answers import LOCK as ANSWERS_LOCK

BUDGET_LOCK = 0x627564  # "bud": one claim at a time where money is counted
MANY = 1_000
"""Tasks that the planner should hear of before they are claimed."""

_ENQUEUE = """
insert into data.task (image_id, run_id)
select wanted.image_id, %(run_id)s
from unnest(%(image_ids)s::bigint[]) as wanted (image_id)
left join lateral (
    select outcome
    from data.prediction
    where prediction.image_id = wanted.image_id and prediction.run_id + 0 = %(run_id)s
    order by version desc
    limit 1
) as latest on true
where latest.outcome is null or (%(retry_errors)s and latest.outcome = any (%(failures)s))
order by wanted.image_id
on conflict do nothing
"""

# Free is also what this worker holds without knowing it: a claim was cut off before it heard of its tasks.
# Sub-queries instead of joins, and `+ 0` against the index on run_id: the planner does not know yet how a run grows.
_PICK = """
select
    task.image_id,
    (select image_name from data.image where image.image_id = task.image_id),
    (
        select coalesce(bool_or(known.outcome <> all (%(failures)s)), false)
        from data.prediction as known
        where known.image_id = task.image_id and known.run_id + 0 = %(run_id)s
    )
from (
    select image_id
    from data.task
    where run_id = %(run_id)s and batch_id is null and (
        leased_by is null
        or leased_until < statement_timestamp()
        or leased_by = %(worker)s
    ) and image_id <> all (%(held)s) and (%(only)s::bigint[] is null or image_id in (select unnest(%(only)s::bigint[])))
    order by image_id
    limit %(n)s
    for update skip locked
) as task
"""

_LEASE = """
update data.task
set leased_by = %(worker)s, leased_until = statement_timestamp() + %(lease)s, reserved_usd = %(reserve)s
where run_id = %(run_id)s and image_id = any (%(image_ids)s)
"""

_SETTLE = "delete from data.task where run_id = %(run_id)s and image_id = any (%(image_ids)s)"

# The ledger and what is under way, in one snapshot: a call is never in neither of them.
_COMMITTED = """
select
    (
        select coalesce(sum(coalesce(cost_usd, %(reserve)s, 0)), 0)
        from data.cost
        where run_id = %(run_id)s
    ) + (
        select coalesce(sum(coalesce(reserved_usd, %(reserve)s, 0)), 0)
        from data.task
        where run_id = %(run_id)s and (
            batch_id is not null
            or (leased_until >= statement_timestamp() and (leased_by <> %(worker)s or image_id = any (%(held)s)))
        )
    )
"""

_COUNTS = """
select
    count(*) filter (where holder = 'nobody') as n_free,
    count(*) filter (where holder = 'here') as n_here,
    count(*) filter (where holder = 'elsewhere') as n_elsewhere,
    count(*) filter (where holder = 'batch') as n_in_batches,
    extract(epoch from min(leased_until) filter (where holder = 'elsewhere') - statement_timestamp())::float8
from (
    select
        leased_until,
        case
            when batch_id is not null then 'batch'
            -- A crash of the server may forget a lease: what this worker asks about is still its own.
            when image_id = any (%(held)s) and (leased_by is null or leased_by = %(worker)s) then 'here'
            when leased_by is null or leased_until < statement_timestamp() then 'nobody'
            when leased_by <> %(worker)s then 'elsewhere'
            when image_id = any (%(held)s) then 'here'
            else 'nobody'
        end as holder
    from data.task
    where run_id = %(run_id)s and (%(only)s::bigint[] is null or image_id in (select unnest(%(only)s::bigint[])))
) as held
"""

_EXTEND = """
update data.task
set leased_by = %(worker)s, leased_until = statement_timestamp() + %(lease)s
where run_id = %(run_id)s and image_id = any (%(held)s) and batch_id is null
    and (leased_by is null or leased_by = %(worker)s or leased_until < statement_timestamp())
returning image_id
"""

_RELEASE = """
update data.task
set leased_by = null, leased_until = null, reserved_usd = null
where run_id = %(run_id)s and leased_by = %(worker)s
    and (%(image_ids)s::bigint[] is null or image_id = any (%(image_ids)s))
"""


@dataclass(frozen=True, slots=True)
class Task:
    """One image that is to be asked about."""

    image_id: int
    image_name: str


@dataclass(frozen=True, slots=True)
class Claim:
    """Tasks to be asked now, in the order of image_id.

    Only where they are fewer than wanted do the other fields tell why: `n_leased_elsewhere` are with other processes,
    the first of them free again in `next_free_in_s` seconds if its process died. `is_short_of_money`: there are more,
    but the rest of the budget does not admit them. `is_budget_reached`: none was given for that reason, and nothing
    is under way that might end cheaper than reserved.
    """

    tasks: list[Task]
    n_leased_elsewhere: int = 0
    next_free_in_s: float | None = None
    is_short_of_money: bool = False
    is_budget_reached: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """Tasks of a run: free, with this worker, with others, in batches; and when the first lease of others ends."""

    n_free: int
    n_here: int
    n_elsewhere: int
    n_in_batches: int
    next_free_in_s: float | None

    @property
    def n_open(self) -> int:
        """All of them."""
        return self.n_free + self.n_here + self.n_elsewhere + self.n_in_batches


def enqueue(
    connection: psycopg.Connection, run_id: int, image_ids: Sequence[int], *, retry_errors: bool = False
) -> int:
    """Queue images that have no answer yet, with `retry_errors` those too whose latest one is a failure; how many."""
    with connection.transaction():
        # An answer on its way in must not be asked for again.
        connection.execute("select pg_advisory_xact_lock(%s, %s)", [ANSWERS_LOCK, run_id])
        values = {
            "run_id": run_id,
            "image_ids": list(image_ids),
            "retry_errors": retry_errors,
            "failures": list(FAILED),
        }
        n_queued = connection.execute(_ENQUEUE, values).rowcount
        if n_queued >= MANY:
            connection.execute("analyze data.task")  # the owner can; for others autovacuum comes in a minute
        return n_queued


@dataclass(frozen=True)
class TaskQueue:
    """The tasks of one run as one worker sees them. `held`: the images that the worker knows to be its own.

    `only`: the images that this worker is after; None for all of the run.
    """

    run_id: int
    worker: UUID
    lease_s: float = 30.0
    only: tuple[int, ...] | None = None

    def claim(
        self,
        connection: psycopg.Connection,
        n: int,
        reserve_usd: Decimal | None = None,
        budget_usd: Decimal | None = None,
        held: Collection[int] = (),
    ) -> Claim:
        """Lease up to `n` free tasks, each with `reserve_usd` set aside: the most that one may cost.

        With a budget, the whole ledger of the run (a call of unknown cost counts as `reserve_usd`) and what is set
        aside for all processes stay within it. Without `reserve_usd` only what was spent can be counted.
        """
        with connection.transaction():
            _commit_lazily(connection)
            admitted = n if budget_usd is None else self._admitted(connection, n, reserve_usd, budget_usd, held)
            tasks = self._lease(connection, admitted, reserve_usd, held)
            if len(tasks) == n:
                return Claim(tasks)
            counts = self.counts(connection, [*held, *(task.image_id for task in tasks)])
        is_short = len(tasks) == admitted and counts.n_free > 0
        # Free, but not given: just now in the hands of another claim.
        n_contended = 0 if is_short else counts.n_free
        return Claim(
            tasks,
            n_leased_elsewhere=counts.n_elsewhere + n_contended,
            next_free_in_s=0.0 if n_contended else counts.next_free_in_s,
            is_short_of_money=is_short,
            is_budget_reached=is_short and not tasks and not counts.n_here + counts.n_elsewhere,
        )

    def extend(self, connection: psycopg.Connection, held: Collection[int]) -> set[int]:
        """Move the leases of the images on, taking those back that ran out and were not taken; the lost ones."""
        with connection.transaction():
            _commit_lazily(connection)
            kept = connection.execute(_EXTEND, self._values(held))
            return set(held) - {image_id for (image_id,) in kept}

    def release(self, connection: psycopg.Connection, image_ids: Collection[int] | None) -> None:
        """Give tasks back unasked, None for all of this worker: another may take them at once."""
        chosen = None if image_ids is None else list(image_ids)
        connection.execute(_RELEASE, {"run_id": self.run_id, "worker": self.worker, "image_ids": chosen})

    def counts(self, connection: psycopg.Connection, held: Collection[int] = ()) -> Counts:
        """How many tasks there are, and with whom."""
        row = connection.execute(_COUNTS, self._values(held)).fetchone()
        assert row is not None
        return Counts(*row)

    def _lease(
        self, connection: psycopg.Connection, n: int, reserve_usd: Decimal | None, held: Collection[int]
    ) -> list[Task]:
        values = self._values(held) | {"reserve": reserve_usd}
        tasks: list[Task] = []
        while len(tasks) < n:
            held = [*held, *(task.image_id for task in tasks)]
            picked = connection.execute(_PICK, values | {"n": n - len(tasks), "held": held}).fetchall()
            # Answered by a process that had lost the lease, while another that asked again did not come back.
            settled = [image_id for image_id, _name, has_answer in picked if has_answer]
            free = [Task(image_id, name) for image_id, name, has_answer in picked if not has_answer]
            if settled:
                connection.execute(_SETTLE, values | {"image_ids": settled})
            if free:
                connection.execute(_LEASE, values | {"image_ids": [task.image_id for task in free]})
            tasks += free
            if not settled:
                break
        return tasks

    def committed(
        self, connection: psycopg.Connection, reserve_usd: Decimal | None, held: Collection[int] = ()
    ) -> Decimal:
        """US dollars that the run has spent, and may spend on what is under way; unknown costs as `reserve_usd`."""
        row = connection.execute(_COMMITTED, self._values(held) | {"reserve": reserve_usd}).fetchone()
        assert row is not None
        return Decimal(row[0])

    def _admitted(
        self,
        connection: psycopg.Connection,
        n: int,
        reserve_usd: Decimal | None,
        budget_usd: Decimal,
        held: Collection[int],
    ) -> int:
        connection.execute("select pg_advisory_xact_lock(%s, %s)", [BUDGET_LOCK, self.run_id])
        left = budget_usd - self.committed(connection, reserve_usd, held)
        if not reserve_usd:
            return n if left > 0 or (left == 0 and reserve_usd is not None) else 0
        return max(0, min(n, int(left // reserve_usd)))

    def _values(self, held: Collection[int]) -> dict[str, object]:
        return {
            "run_id": self.run_id,
            "worker": self.worker,
            "held": list(held),
            "lease": timedelta(seconds=self.lease_s),
            "failures": list(FAILED),
            "only": None if self.only is None else list(self.only),
        }


def _commit_lazily(connection: psycopg.Connection) -> None:
    # A lease lost in a crash of the server is taken back by the heartbeat: no need to wait for the disk.
    connection.execute("set local synchronous_commit = off")
