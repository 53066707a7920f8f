"""Split an address that a model wrote as one text."""

import re
from typing import NamedTuple

from imageo.query.answers.prose import is_vague

# fmt: off
_US_STATES = frozenset((
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DC", "DE", "FL", "GA", "HI", "IA", "ID", "IL", "IN", "KS", "KY", "LA",
    "MA", "MD", "ME", "MI", "MN", "MO", "MS", "MT", "NC", "ND", "NE", "NH", "NJ", "NM", "NV", "NY", "OH", "OK", "OR",
    "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VA", "VT", "WA", "WI", "WV", "WY",
))
# fmt: on
_REMARK = re.compile(r"\([^()]*\)")
_POSTCODE = re.compile(r"\s+\d{4,6}(?:-\d{4})?$")


class Address(NamedTuple):
    """Parts of an address, None where it does not name them."""

    street: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None


def split_address(text: str) -> Address:
    """Split "450 Serra Mall, Stanford, CA 94305, USA" from the right: country, state, city; a first number is a street.

    A last part that is a US postal code ("Arlington, VA") is a state without a country. One part alone is a country.
    """
    if len(text) > 500 or is_vague(text):
        return Address()
    parts = [_POSTCODE.sub("", part.strip()) for part in _REMARK.sub("", text).split(",")]
    parts = [part for part in parts if part]
    country = parts.pop() if parts and parts[-1] not in _US_STATES else None
    street = parts.pop(0) if len(parts) > 2 or (parts and parts[0][0].isdigit()) else None
    state = parts.pop() if parts and (country is None or len(parts) > 1) else None
    city = parts.pop() if parts else None
    return Address(street, city, state, country)
