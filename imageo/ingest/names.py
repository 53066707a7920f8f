"""Names as files spell them, and the one spelling that they are matched by."""

import re

from imageo.query.providers.names import provider_of, spelled

_SUFFIX = re.compile(r"\.(?:jpe?g|jfif|png|webp|gif|hei[cf])$", re.IGNORECASE)

UNKNOWN_PROVIDER = "unknown"
LONGEST_NAME = 500
"""Characters; an index takes no more."""


def image_key(name: str) -> str:
    """The name of an image without folders and image suffixes, doubled ones too: `a/b.jpg.JPG` is `b`."""
    key = name.strip().replace("\\", "/").rpartition("/")[2]
    while (bare := _SUFFIX.sub("", key)) != key:
        key = bare
    return key


def provider_name(provider: str, model: str) -> str:
    """The provider in one spelling; where none is given, the one that the model's name tells."""
    return spelled(provider) or provider_of(model) or UNKNOWN_PROVIDER
