"""From the name of a provider to its batches. An SDK is loaded only when it is used."""

from imageo.errors import InputError
from imageo.query.batches import BatchClient, BatchLimits
from imageo.query.providers import Endpoint
from imageo.query.providers.names import BATCHING


def open_batches(provider: str, endpoint: Endpoint, limits: BatchLimits | None = None) -> BatchClient:
    """The batches of a provider; `limits` are smaller ones than the provider's own.

    Raises InputError where it has none.
    """
    if provider == "openai":
        from imageo.query.batches import openai

        return openai.OpenAIBatches(endpoint, limits or openai.LIMITS)
    if provider == "anthropic":
        from imageo.query.batches import anthropic

        return anthropic.AnthropicBatches(endpoint, limits or anthropic.LIMITS)
    if provider == "gemini":
        from imageo.query.batches import gemini

        return gemini.GeminiBatches(endpoint, limits or gemini.LIMITS)
    raise InputError(f"{provider} takes no batches here; those that do are {', '.join(BATCHING)}: leave out --batch")
