"""What handing over and collecting the batches of one run takes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from imageo.query.batches import BatchClient
from imageo.query.money.prices import Pricer
from imageo.query.questions import PreparedImage, Question


@dataclass(frozen=True)
class Collecting:
    """One run at its provider. `say` hears what happens, a line at a time."""

    run_id: int
    client: BatchClient
    pricer: Pricer
    say: Callable[[str], None] = lambda _: None


@dataclass(frozen=True)
class Requests:
    """How the images of a run become requests.

    `prepare`: the image of an image_id; raises BadImage, or LookupError where it has no file here. `encode`: the
    provider's, JSON on one line. `reserve_usd`: the most that one question may cost at the price of a batch, None where
    no price is known.
    """

    model: str
    prepare: Callable[[int], PreparedImage]
    encode: Callable[[Question], bytes]
    reserve_usd: Decimal | None = None
    budget_usd: Decimal | None = None
    threads: int = 4


@dataclass
class Tally:
    """What was done. `stopped_by`: why nothing more was handed over, in words that tell the remedy."""

    n_batches_submitted: int = 0
    n_requests_submitted: int = 0
    n_bad_images: int = 0
    n_answers: int = 0
    n_failures: int = 0
    n_requeued: int = 0
    n_running: int = 0
    is_short_of_money: bool = False
    stopped_by: list[str] = field(default_factory=list)
