"""Carry a plan out: estimate it, ask now, or hand it over in batches; one run for each repeat."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import psycopg

from imageo.errors import InputError
from imageo.outcome import FAILED
from imageo.query.batches import BatchRefused
from imageo.query.batches.clients import open_batches
from imageo.query.batches.job import Collecting, Requests
from imageo.query.batches.job import Tally as BatchTally
from imageo.query.batches.run import run_batches
from imageo.query.images.prepare import read_image
from imageo.query.money.dry_run import DryRun, dry_run
from imageo.query.money.estimate import Sizes, read_earlier, read_sizes
from imageo.query.plan import Options, Plan, make_plan
from imageo.query.runner.job import Job
from imageo.query.runner.progress import Sink
from imageo.query.runner.rate_control import RateControl
from imageo.query.runner.run import run_to_end
from imageo.query.runner.summary import Summary
from imageo.query.runs import OpenRun, discard_run, find_run, open_run
from imageo.query.session import Pace, Session, open_session
from imageo.query.store.tasks import TaskQueue, enqueue
from imageo.query.store.unsaved import take_in
from imageo.settings import Settings


@dataclass(frozen=True)
class Terms:
    """On what terms to ask: how often, how fast, for how much at most."""

    repeats: int = 1
    retry_errors: bool = False
    pace: Pace = field(default_factory=Pace)
    budget_usd: Decimal | None = None
    prices: Path | None = None


@dataclass(frozen=True)
class Done:
    """What came of one run; its label as the leaderboard shows it."""

    label: str
    summary: Summary


@dataclass(frozen=True)
class HandedOver:
    """What came of handing one run over; its label as the leaderboard shows it.

    `n_failed_in_run` counts the failures of earlier commands too.
    """

    label: str
    tally: BatchTally
    n_failed_in_run: int = 0


def estimate(
    connection: psycopg.Connection, settings: Settings, options: Options, terms: Terms, say: Callable[[str], None]
) -> DryRun:
    """What the command would take. Sends and writes nothing. Raises InputError as asking would, but wants no key."""
    plan = make_plan(connection, options)
    session = open_session(
        connection,
        settings,
        plan,
        terms.pace,
        prices=terms.prices,
        budget_usd=terms.budget_usd,
        is_batch=False,
        warn=say,
        needs_key=False,
    )
    to_ask = [
        image_id
        for repeat in range(1, terms.repeats + 1)
        for image_id in _unanswered(connection, plan, repeat, retry_errors=terms.retry_errors)
    ]
    files = [plan.paths[image_id] for image_id in to_ask if image_id in plan.paths]
    limits = session.limits
    return dry_run(
        session.pricer,
        prompt=plan.asking.prompt,
        sizes=read_sizes(files) if limits else Sizes((), 0, len(to_ask)),
        at=datetime.now(UTC),
        earlier=read_earlier(connection, plan.model.provider, plan.model.name),
        n_answered=terms.repeats * len(plan.chosen) - len(to_ask),
        n_without_file=plan.n_without_file,
        max_side=session.max_side,
        max_pixels=limits.max_pixels if limits else None,
        detail=plan.image_detail,
        reasoning_effort=options.reasoning_effort,
    )


def ask(
    connect: Callable[[], psycopg.Connection],
    settings: Settings,
    options: Options,
    terms: Terms,
    say: Callable[[str], None],
    open_sink: Callable[[], Sink],
) -> list[Done]:
    """Ask what has no answer yet, one run after another; what cannot go on ends the rest.

    `connect` opens connections in autocommit mode: one that was idle for a run's hours may be dead. Raises InputError
    before anything is written, where the first question is refused too.
    """
    with connect() as connection:
        plan = make_plan(connection, options)
        session = _session(connection, settings, plan, terms, say, is_batch=False)
    pace = terms.pace
    control = RateControl(pace.concurrency, pace.rpm, pace.tpm)
    done: list[Done] = []
    for repeat in range(1, terms.repeats + 1):
        with connect() as connection:
            provider = session.provider(connection, repeat)
            run = _begin(connection, settings, plan, repeat, terms, say)
            budget_usd = _budget_of(connection, plan, repeat, terms, session.reserve_usd)
            only = _only(connection, run.run_id, plan)
        job = Job(
            settings=settings,
            run_id=run.run_id,
            model=plan.model.name,
            provider=provider,
            pricer=session.pricer,
            control=control,
            paths=plan.paths,
            image_options=options.image,
            concurrency=pace.concurrency,
            timeout_s=pace.timeout_s,
            reserve_usd=session.reserve_usd,
            budget_usd=budget_usd,
            progress=open_sink(),
            only=only,
        )
        try:
            summary = run_to_end(job)
        except InputError:
            if run.is_new:
                with connect() as connection:
                    discard_run(connection, run.run_id)
            raise
        done.append(Done(run.label, summary))
        if summary.ending != "done":
            break
    return done


def ask_in_batches(
    connection: psycopg.Connection,
    settings: Settings,
    options: Options,
    terms: Terms,
    say: Callable[[str], None],
    *,
    is_waiting: bool,
) -> list[HandedOver]:
    """Hand over what has no answer yet, and store what came back. `connection` is in autocommit mode."""
    plan = make_plan(connection, options)
    session = _session(connection, settings, plan, terms, say, is_batch=True)
    client = open_batches(plan.model.provider, session.endpoint)
    limits = session.limits
    assert limits is not None
    runs: list[OpenRun] = []
    try:
        provider = session.provider(connection, 1)
        reserve_usd = session.batch_reserve_usd
        requests = Requests(
            plan.model.name,
            prepare=lambda image_id: read_image(plan.paths[image_id], limits, options.image),
            encode=provider.encode,
            reserve_usd=reserve_usd,
        )
        runs = [_begin(connection, settings, plan, repeat, terms, say) for repeat in range(1, terms.repeats + 1)]
        handed_over = [HandedOver(run.label, BatchTally()) for run in runs]
        # All repeats are under way before the first of them is waited for.
        for is_last_round in (False, True) if is_waiting else (False,):
            for repeat, (run, each) in enumerate(zip(runs, handed_over, strict=True), 1):
                job = Collecting(run.run_id, client, session.pricer, say)
                within = replace(requests, budget_usd=_budget_of(connection, plan, repeat, terms, reserve_usd))
                run_batches(connection, job, within, tally=each.tally, is_waiting=is_last_round)
        return [
            replace(each, n_failed_in_run=_n_failed(connection, run))
            for run, each in zip(runs, handed_over, strict=True)
        ]
    except BatchRefused:
        for run in runs:
            if run.is_new:
                discard_run(connection, run.run_id)
        raise
    finally:
        client.close()


def _session(
    connection: psycopg.Connection,
    settings: Settings,
    plan: Plan,
    terms: Terms,
    say: Callable[[str], None],
    *,
    is_batch: bool,
) -> Session:
    if plan.n_without_file:
        say(f"{plan.n_without_file:,} images of {plan.dataset} have no file in {plan.options.images}: not asked about")
    if plan.n_unused_files:
        say(f"{plan.n_unused_files:,} files in {plan.options.images} match no image of {plan.dataset}: not used")
    return open_session(
        connection,
        settings,
        plan,
        terms.pace,
        prices=terms.prices,
        budget_usd=terms.budget_usd,
        is_batch=is_batch,
        warn=say,
    )


def _begin(
    connection: psycopg.Connection,
    settings: Settings,
    plan: Plan,
    repeat: int,
    terms: Terms,
    say: Callable[[str], None],
) -> OpenRun:
    """The run with its questions queued."""
    with connection.transaction():
        run = open_run(connection, plan.run_key(repeat))
    taken = take_in(connection, settings.home, run.run_id)
    if taken.n_questions:
        say(f"{taken.n_questions:,} answers that an earlier command could not save are stored now")
    for file in taken.left:
        say(f"{file}: lines that cannot be stored are left in it; please report them")
    enqueue(connection, run.run_id, [image.image_id for image in plan.chosen], retry_errors=terms.retry_errors)
    return replace(run, label=f"{plan.dataset}: {run.label}")


def _n_failed(connection: psycopg.Connection, run: OpenRun) -> int:
    row = connection.execute(
        "select count(*) from core.prediction where run_id = %s and outcome = any(%s)", [run.run_id, list(FAILED)]
    ).fetchone()
    return row[0] if row else 0


def _budget_of(
    connection: psycopg.Connection, plan: Plan, repeat: int, terms: Terms, reserve_usd: Decimal | None
) -> Decimal | None:
    """What the other repeats leave of the budget to this one: it is for all of them together."""
    if terms.budget_usd is None:
        return None
    others = [find_run(connection, plan.run_key(other)) for other in range(1, terms.repeats + 1) if other != repeat]
    known = [run_id for run_id in others if run_id is not None]
    spent = sum((TaskQueue(run_id, uuid4()).committed(connection, reserve_usd) for run_id in known), Decimal(0))
    return max(Decimal(0), terms.budget_usd - spent)


def _only(connection: psycopg.Connection, run_id: int, plan: Plan) -> tuple[int, ...] | None:
    """The chosen images where others are queued too: of an earlier command, or of another machine with other files."""
    chosen = tuple(image.image_id for image in plan.chosen)
    row = connection.execute(
        "select exists (select from data.task where run_id = %s and image_id <> all (%s))", [run_id, list(chosen)]
    ).fetchone()
    return chosen if row == (True,) else None


def _unanswered(connection: psycopg.Connection, plan: Plan, repeat: int, *, retry_errors: bool) -> list[int]:
    chosen = [image.image_id for image in plan.chosen]
    run_id = find_run(connection, plan.run_key(repeat))
    if run_id is None:
        return chosen
    rows = connection.execute(
        "select image_id from core.prediction where run_id = %s and not (%s and outcome = any(%s))",
        [run_id, retry_errors, list(FAILED)],
    )
    answered = {image_id for (image_id,) in rows}
    return [image_id for image_id in chosen if image_id not in answered]
