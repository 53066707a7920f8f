"""The truth files of IMAGEO-Bench, known by their columns."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

_US_ADDRESS = re.compile(
    r"(?:.*,)?\s*(?P<city>[^,]+),\s*(?P<state>[A-Z]{2})\s+\d{5}(?:-\d{4})?(?:,\s*United States)?\s*"
)


@dataclass(frozen=True)
class TruthFormat:
    """`has` are the columns that tell the format, `columns` gives the column of each field."""

    title: str
    has: frozenset[str]
    columns: Mapping[str, str]
    mend: Callable[[dict[str, str | None], Mapping[str, object]], None] = lambda _fields, _values: None


def mend_from_us_address(fields: dict[str, str | None], values: Mapping[str, object]) -> None:
    """Take city and state from the address where their columns are damaged: "AL 35203" as a city, or nothing.

    The authors split the address from its end: ", United States" shifted 22 rows.
    """
    state, city = fields["state"], fields["city"]
    if city and state and re.fullmatch(r"[A-Z]{2}", state):
        return
    found = _US_ADDRESS.fullmatch(str(values.get("address") or ""))
    if found:
        fields["city"], fields["state"] = found["city"].strip(), found["state"]


_PLACE = {"image_id": "image_id", "latitude": "latitude", "longitude": "longitude", "city": "city"}

FORMATS = (
    TruthFormat(
        "IMAGEO-Bench GSS: global street scenes",
        frozenset(("image_id", "orig_id", "sequence_id", "city_id", "country", "continent", "latitude", "longitude")),
        {**_PLACE, "country": "country"},
    ),
    TruthFormat(
        "IMAGEO-Bench UPC: points of interest in the USA",
        frozenset(("image_id", "gmap_id", "address", "street", "city", "state", "latitude", "longitude")),
        {**_PLACE, "state": "state", "street": "street"},
        mend_from_us_address,
    ),
    TruthFormat(
        "IMAGEO-Bench PCW: private photos",
        frozenset(("image_id", "address", "street", "city", "state", "country", "latitude", "longitude")),
        {**_PLACE, "country": "country", "state": "state", "street": "street"},
    ),
)


def known_format(columns: Collection[str]) -> TruthFormat | None:
    """The format that the columns tell, the first that fits."""
    return next((known for known in FORMATS if known.has <= set(columns)), None)
