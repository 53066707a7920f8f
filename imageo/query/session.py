"""A plan made ready to be carried out: key, provider, prices, and the images by their number."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
from pydantic import SecretStr

from imageo.errors import InputError
from imageo.query.baseline_data import make_baseline
from imageo.query.keys import find_key
from imageo.query.money.estimate import tokens_at_most
from imageo.query.money.price_file import read_prices
from imageo.query.money.prices import Pricer
from imageo.query.plan import Plan
from imageo.query.providers import Endpoint, Provider
from imageo.query.providers.geoclip import GeoClip, load_model
from imageo.query.providers.make import make_provider
from imageo.query.questions import ImageLimits
from imageo.settings import Settings


@dataclass(frozen=True)
class Pace:
    """How fast, at most: calls under way, requests and tokens a minute (None: learnt), seconds a call."""

    concurrency: int = 64
    rpm: int | None = None
    tpm: int | None = None
    timeout_s: float = 300.0


@dataclass(frozen=True)
class Session:
    """What asking one model takes. `reserve_usd`: the most that one question may cost, None where no price is known.

    `first`: the provider of the first run, where it was made already.
    """

    plan: Plan
    pricer: Pricer
    endpoint: Endpoint
    limits: ImageLimits | None
    reserve_usd: Decimal | None
    batch_reserve_usd: Decimal | None
    first: Provider | None

    @property
    def max_side(self) -> int | None:
        """The longest side of an image as it is sent, pixels; None where none is sent."""
        chosen = self.plan.options.image.max_side
        return min(self.limits.max_side, chosen or self.limits.max_side) if self.limits else None

    def provider(self, connection: psycopg.Connection, repeat: int) -> Provider:
        """The provider of one run; the seed of a baseline moves on with the repeat."""
        if repeat == 1 and self.first is not None:
            return self.first
        return _provider(connection, self.plan, self.endpoint, repeat)


def open_session(
    connection: psycopg.Connection,
    settings: Settings,
    plan: Plan,
    pace: Pace,
    *,
    prices: Path | None,
    budget_usd: Decimal | None,
    is_batch: bool,
    warn: Callable[[str], None],
    needs_key: bool = True,
) -> Session:
    """Find key and price, and let the provider look at the parameters. Raises InputError; nothing is sent.

    Without `needs_key` no key is looked for: for a dry run, which asks nobody.
    """
    key = None if plan.is_local else find_key(plan.model.provider) if needs_key else SecretStr("none")
    endpoint = Endpoint(key, plan.options.base_url, pace.timeout_s, pace.concurrency)
    now = datetime.now(UTC)
    pricer = Pricer(
        plan.model.provider,
        plan.model.name,
        read_prices(prices, settings.home),
        base_url=plan.options.base_url,
        warn=warn,
    )
    if budget_usd is not None:
        pricer.require_price(now, is_batch)
    # GeoCLIP takes seconds to load, and a dry run needs no model.
    first = None if plan.model.provider == "geoclip" else _provider(connection, plan, endpoint, 1)
    limits = first.image_limits if first else GeoClip.image_limits
    reserve_usd, batch_reserve_usd = (_most(plan, pricer, limits, now, is_batch=batch) for batch in (False, True))
    return Session(plan, pricer, endpoint, limits, reserve_usd, batch_reserve_usd, first)


def _most(plan: Plan, pricer: Pricer, limits: ImageLimits | None, now: datetime, *, is_batch: bool) -> Decimal | None:
    """The most that one question may cost: the largest image that is sent, the longest answer that is taken."""
    side = min(limits.max_side, plan.options.image.max_side or limits.max_side) if limits else None
    size = (side, side) if side else None
    sent = tokens_at_most(plan.model.provider, plan.model.name, size, plan.asking.prompt, plan.image_detail)
    return pricer.most(sent, plan.asking.max_output_tokens or 0, now, is_batch)


def _provider(connection: psycopg.Connection, plan: Plan, endpoint: Endpoint, repeat: int) -> Provider:
    if plan.model.provider == "baseline":
        return make_baseline(plan.model.name, connection, plan.dataset_id, plan.options.seed, repeat)
    if plan.model.provider == "geoclip":
        return GeoClip(load_model())
    return make_provider(plan.model, plan.asking, endpoint)


def checked_budget(usd: float | None) -> Decimal | None:
    """`--budget` as an exact number. Raises InputError where it is negative or no number."""
    if usd is None:
        return None
    budget = Decimal(str(usd))
    if not budget.is_finite() or budget < 0:
        raise InputError(f"--budget {usd}: give US dollars, 0 or more")
    return budget
