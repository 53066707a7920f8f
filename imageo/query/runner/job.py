"""What the runner is given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from imageo.query.images.prepare import ImageOptions
from imageo.query.money.prices import Pricer
from imageo.query.providers import Provider
from imageo.query.runner.progress import Silent, Sink
from imageo.query.runner.rate_control import RateControl
from imageo.query.runner.retry import RetryPolicy
from imageo.query.store.database_thread import Connect
from imageo.settings import Settings


@dataclass(frozen=True)
class Job:
    """All that asking takes. `paths`: the file of each image, by image_id.

    `control` is made once for all runs that ask one provider, so that its limits hold from one to the next.
    `reserve_usd`: the most that one call may cost; under `budget_usd` it must be known. `seed` is that of the waits.
    `only`: the images that this job is after, None for all that are queued. `resume_hint` tells how to go on after an
    interruption. `connect` opens connections in tests, in autocommit mode.
    """

    settings: Settings
    run_id: int
    model: str
    provider: Provider
    pricer: Pricer
    control: RateControl
    paths: Mapping[int, Path] = field(default_factory=dict)
    image_options: ImageOptions = field(default_factory=ImageOptions)
    concurrency: int = 64
    timeout_s: float = 300.0
    reserve_usd: Decimal | None = None
    budget_usd: Decimal | None = None
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    seed: int | None = None
    progress: Sink = field(default_factory=Silent)
    lease_s: float = 30.0
    only: tuple[int, ...] | None = None
    resume_hint: str = "give the same command again to go on"
    connect: Connect | None = None
