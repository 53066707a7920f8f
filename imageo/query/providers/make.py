"""From a name to the provider that asks it. The SDK of a provider is loaded only when it is asked."""

from importlib import import_module

from imageo.errors import InputError
from imageo.query.keys import OPTIONAL, VARIABLES
from imageo.query.providers import Endpoint, Provider
from imageo.query.providers.names import NETWORKED, ModelName
from imageo.query.questions import Asking


def make_provider(model: ModelName, asking: Asking, endpoint: Endpoint) -> Provider:
    """The provider that asks this model over the network.

    Raises InputError for a provider that is none of these, for a missing key, and for parameters that the model is
    known to refuse: before any call.
    """
    if model.provider not in NETWORKED:
        raise InputError(f"provider {model.provider} is not asked over the network; those are {', '.join(NETWORKED)}")
    if endpoint.key is None and model.provider not in OPTIONAL:
        raise InputError(f"no key for {model.provider}: set {' or '.join(VARIABLES[model.provider])}")
    provider: Provider = import_module(f"imageo.query.providers.{model.provider}").make(asking, endpoint)
    return provider
