"""What a call costs: the user's own price where they name the model, else genai-prices, else unknown, never 0."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from imageo.errors import InputError
from imageo.query.finished import Priced
from imageo.query.money.price_file import OwnPrice, own_price
from imageo.query.providers.names import LOCAL
from imageo.query.replies import Usage

if TYPE_CHECKING:
    from genai_prices.types import ModelPrice, PriceCalculation, TieredPrices

GENAI_PROVIDERS = {"openai": "openai", "anthropic": "anthropic", "gemini": "google", "together": "together"}
"""Our name of a provider, and that of genai-prices. Any other is looked for by the address of its endpoint."""

_CENT_OF_MICRODOLLAR = Decimal("1e-9")
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Rates:
    """US dollars a million tokens by kind, for a call of one size at one time.

    `image` and `reasoning` are None where they cost as much as other tokens sent and received. `cache_write` is for a
    cache of five minutes. `source`: genai-prices or override.
    """

    input: Decimal
    cached: Decimal
    cache_write: Decimal
    output: Decimal
    source: str
    image: Decimal | None = None
    reasoning: Decimal | None = None

    def cost(self, usage: Usage) -> Decimal:
        """US dollars of a call whose usage is known, to the ninth digit.

        Each token is counted once: as cached, as written to the cache, as image, else as input. Raises nothing: a
        provider that tells of more cached tokens than were sent is taken at the smaller number.
        """
        assert usage.input_tokens is not None
        assert usage.output_tokens is not None
        cached = min(usage.cached_tokens or 0, usage.input_tokens)
        written = min(usage.cache_write_tokens or 0, usage.input_tokens - cached)
        image = min(usage.image_tokens or 0, usage.input_tokens - cached - written) if self.image is not None else 0
        reasoning = min(usage.reasoning_tokens or 0, usage.output_tokens) if self.reasoning is not None else 0
        total = (
            (usage.input_tokens - cached - written - image) * self.input
            + cached * self.cached
            + written * self.cache_write
            + image * (self.image or 0)
            + (usage.output_tokens - reasoning) * self.output
            + reasoning * (self.reasoning or 0)
        )
        return (total / _MILLION).quantize(_CENT_OF_MICRODOLLAR, ROUND_HALF_UP)

    def as_json(self) -> Mapping[str, object]:
        """For the ledger: a float of these few digits is written as the decimal that it was read from."""
        kinds = {
            "input": self.input,
            "cached": self.cached,
            "cache_write": self.cache_write,
            "image": self.image,
            "output": self.output,
            "reasoning": self.reasoning,
        }
        return {kind: float(rate) for kind, rate in kinds.items() if rate is not None}


class Pricer:
    """Prices the calls of one model.

    `own_prices` as `price_file.read_prices` gives them. `base_url` is the endpoint of the user's, which tells who
    serves a model where `provider` does not. `warn` hears once of each model that has no price.
    """

    def __init__(
        self,
        provider: str,
        model: str,
        own_prices: Sequence[OwnPrice] = (),
        *,
        base_url: str | None = None,
        warn: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.provider = provider
        self.model = model
        self._own_prices = tuple(own_prices)
        self._base_url = base_url
        self._warn = warn
        self._warned: set[str] = set()

    @property
    def is_free(self) -> bool:
        """Whether nothing leaves the machine."""
        return self.provider in LOCAL

    def price(self, usage: Usage, model_returned: str | None, at: datetime, is_batch: bool = False) -> Priced:
        """What a call cost. `at`: when it was made, with a time zone. The model that answered is priced, if known."""
        if self.is_free:
            return Priced(Decimal(0), {}, at, "free")
        if not usage.is_known:
            self._warn_once(f"{self.provider} does not tell the tokens of a call of {self.model}: its cost is unknown")
            return Priced(None, None, None, "none")
        rates = self.rates(at, usage.input_tokens or 0, is_batch, model_returned)
        if rates is None:
            self._warn_once(self._unknown(model_returned or self.model, is_batch) + "; the cost is stored as unknown")
            return Priced(None, None, None, "none")
        return Priced(rates.cost(usage), rates.as_json(), at, rates.source)

    def most(self, input_tokens: int, max_output_tokens: int, at: datetime, is_batch: bool = False) -> Decimal | None:
        """The most that one call may cost, US dollars: every token at the dearest rate of its direction.

        None where no price is known.
        """
        if self.is_free:
            return Decimal(0)
        rates = self.rates(at, input_tokens, is_batch)
        if rates is None:
            return None
        dearest_in = max(rates.input, rates.cached, rates.cache_write, rates.image or Decimal(0))
        dearest_out = max(rates.output, rates.reasoning or Decimal(0))
        total = (input_tokens * dearest_in + max_output_tokens * dearest_out) / _MILLION
        return total.quantize(_CENT_OF_MICRODOLLAR, ROUND_HALF_UP)

    def require_price(self, at: datetime, is_batch: bool = False) -> None:
        """Raises InputError where no price is known: a budget cannot hold without one."""
        if not self.is_free and self.rates(at, 1, is_batch) is None:
            raise InputError(f"--budget: {self._unknown(self.model, is_batch)}")

    def rates(
        self, at: datetime, input_tokens: int, is_batch: bool = False, model_returned: str | None = None
    ) -> Rates | None:
        """The price of a call of that size at that time, or None.

        Of the model that answered, else of the one that was asked: gpt-4o answers as gpt-4o-2024-11-20, and a price of
        the user's for the short name holds for the long one; a model of another name is another model.
        """
        returned = (model_returned or self.model).removeprefix("models/")
        is_version = re.match(re.escape(self.model) + r"($|[-@:](\d|latest|preview))", returned, re.IGNORECASE)
        for names in [(returned, self.model)] if is_version else [(returned,), (self.model,)]:
            for name in names:
                own = own_price(self._own_prices, self.provider, name, at)
                if own is not None:
                    return _own_rates(own, is_batch)
            for name in names:
                known = self._genai_rates(name, at, input_tokens, is_batch)
                if known is not None:
                    return known
        return None

    def _genai_rates(self, model: str, at: datetime, input_tokens: int, is_batch: bool) -> Rates | None:
        from genai_prices import Usage as GenaiUsage
        from genai_prices import calc_price

        sent = GenaiUsage(input_tokens=input_tokens, output_tokens=0)
        context = {"processing": "batch"} if is_batch else None
        served_by = GENAI_PROVIDERS.get(self.provider)
        try:
            if served_by is not None:
                found = calc_price(
                    sent, model, provider_id=served_by, genai_request_timestamp=at, price_context=context
                )
            elif self._base_url is not None:
                found = calc_price(
                    sent, model, provider_api_url=self._base_url, genai_request_timestamp=at, price_context=context
                )
            else:
                return None
        except LookupError:
            return None
        if is_batch and not _has_batch_price(found, at):
            return None
        return _genai_price(found.model_price, input_tokens)

    def _unknown(self, model: str, is_batch: bool) -> str:
        what = "batch price" if is_batch else "price"
        return f"no {what} is known for {self.provider}:{model}; write it into a file for --prices"

    def _warn_once(self, message: str) -> None:
        if message not in self._warned:
            self._warned.add(message)
            self._warn(message)


def _own_rates(own: OwnPrice, is_batch: bool) -> Rates | None:
    """A price of the user's; a kind that they do not tell apart costs as much as plain tokens."""
    kinds = own.batch if is_batch else own.standard
    if kinds is None:
        return None
    return Rates(
        input=kinds.input,
        cached=kinds.input if kinds.cached is None else kinds.cached,
        cache_write=kinds.input if kinds.cache_write is None else kinds.cache_write,
        output=kinds.output,
        source="override",
    )


def _genai_price(price: "ModelPrice", input_tokens: int) -> Rates | None:
    """What genai-prices knows. Its free and its unpriced models have no price at all, and 0 would be a guess."""
    sent, received = _tier(price.input_mtok, input_tokens), _tier(price.output_mtok, input_tokens)
    if sent is None or received is None:
        return None
    cached, written = _tier(price.cache_read_mtok, input_tokens), _tier(price.cache_write_mtok, input_tokens)
    return Rates(
        input=sent,
        cached=sent if cached is None else cached,
        cache_write=sent if written is None else written,
        output=received,
        source="genai-prices",
        image=_tier(price.input_image_mtok, input_tokens),
        reasoning=_tier(price.output_reasoning_mtok, input_tokens),
    )


def _tier(price: "Decimal | TieredPrices | None", input_tokens: int) -> Decimal | None:
    """The price of a call of that size: beyond the start of a tier all its tokens cost the price of the tier."""
    if price is None or isinstance(price, Decimal):
        return price
    reached = [tier.price for tier in price.tiers if input_tokens > tier.start]
    return reached[-1] if reached else price.base


def _has_batch_price(found: "PriceCalculation", at: datetime) -> bool:
    """Whether the price is that of a batch: where genai-prices knows none, it gives the standard one."""
    is_own_model = any(model is found.model for model in found.provider.models)
    return is_own_model and any(
        variant.when == {"processing": "batch"} and (variant.constraint is None or variant.constraint.active(at))
        for variant in found.model.price_variants or ()
    )
