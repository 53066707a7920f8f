"""Names that mean a region: collected with a priority, so that one name within a country means one region."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import pandas as pd
import yaml

from imageo.regions.pack_build import alias_overrides

BY_HAND, OWN, ENGLISH, FOREIGN, FREE, DERIVED = range(6)
"""Priorities: where a name could mean two regions, the lower number wins, then the greater weight."""


class Alias(NamedTuple):
    """`country_code` is empty for countries; `weight` decides within one priority."""

    level: str
    country_code: str
    name: str
    code: str
    priority: int
    weight: float


def country_aliases(countries: gpd.GeoDataFrame, countrynames: Path) -> Iterator[Alias]:
    """Names of countries: by hand, ISO codes, CLDR in every language, the free list of package countrynames."""
    from babel import Locale

    codes = set(countries["code"])
    for code, names in alias_overrides.COUNTRY.items():
        yield from (Alias("country", "", name, code, BY_HAND, 1) for name in names)
    for row in countries.itertuples():
        for name in (row.name, row.code, row.iso_a3):
            yield Alias("country", "", name, row.code, OWN, 1)
    for (name, code), votes in _cldr_names(codes).items():
        yield Alias("country", "", name, code, FOREIGN, votes)
    for code, name in Locale("en").territories.items():
        if code in codes:
            yield Alias("country", "", name, code, ENGLISH, 1)
    listed = yaml.safe_load((countrynames / "countrynames/data.yaml").read_text(encoding="utf-8"))
    for key, names in listed.items():
        code = key[:2]
        if code in codes and (len(key) == 2 or key[2] == "-"):
            # Short ones are other codes (GZ, ENG), which clash with ISO's.
            yield from (Alias("country", "", name, code, FREE, 1) for name in map(str, names) if len(name) > 3)


def _cldr_names(codes: set[str]) -> Counter[tuple[str, str]]:
    """(name, code) -> number of CLDR locales that use it."""
    from babel import Locale, UnknownLocaleError
    from babel.localedata import locale_identifiers

    votes: Counter[tuple[str, str]] = Counter()
    for identifier in locale_identifiers():
        try:
            territories = Locale.parse(identifier).territories
        except UnknownLocaleError:
            continue
        votes.update({(name, code) for code, name in territories.items() if code in codes})
    return votes


def us_state_aliases(states: gpd.GeoDataFrame, admin1: gpd.GeoDataFrame) -> Iterator[Alias]:
    """Names of US states: by hand, postal codes, traditional abbreviations, Natural Earth's other languages."""
    for code, names in alias_overrides.US_STATE.items():
        yield from (Alias("us_state", "US", name, code, BY_HAND, 1) for name in names)
    for row in states.itertuples():
        for name in (row.name, row.code, f"US-{row.code}"):
            yield Alias("us_state", "US", name, row.code, OWN, 1)
        yield Alias("us_state", "US", f"{row.name} State", row.code, DERIVED, 1)
    for unit in admin1[admin1["iso_a2"] == "US"].to_dict("records"):
        for name in _foreign_names(unit):
            yield Alias("us_state", "US", name, unit["postal"], FOREIGN, 1)


def admin1_aliases(units: gpd.GeoDataFrame, source: gpd.GeoDataFrame) -> Iterator[Alias]:
    """Names of admin-1 units within their country; `source` holds Natural Earth's columns for each adm1_code.

    Each is in with and without the word for its kind ("Kagoshima", "Kagoshima Prefecture"). The larger unit wins
    where two have one name.
    """
    columns = source.set_index("adm1_code", drop=False)
    for row in units.itertuples():
        unit = columns.loc[json.loads(row.attributes)["adm1_code"]].to_dict()
        area = row.geometry.area
        names = dict.fromkeys(alias_overrides.ADMIN1.get(row.code, ()), BY_HAND)
        own = [row.name, unit["name"], row.code]
        letters = re.sub(r"^[A-Z]{2}-(?=[A-Z]+$)|.*\d.*", "", row.code)
        for priority, group in (
            (OWN, own),
            (ENGLISH, [*_split(unit["name_alt"]), *_split(unit["name_local"]), unit["gn_name"], unit["woe_name"]]),
            (FOREIGN, _foreign_names(unit)),
            (FREE, [letters, unit["postal"]]),
            (DERIVED, _derived([row.name, unit["name"], unit["name_en"]], unit["type_en"] or "")),
        ):
            for name in group:
                if isinstance(name, str) and name.strip():
                    names.setdefault(name.strip(), priority)
        for name, priority in names.items():
            yield Alias("admin1", row.parent_code, name, row.code, priority, area)


def resolve(aliases: pd.DataFrame) -> pd.DataFrame:
    """One code for a name: aliases (level, country_code, name_normalised, code, priority, weight) to data.region_alias.

    Raises ValueError where two names by hand contradict each other.
    """
    key = ["level", "country_code", "name_normalised"]
    by_hand = aliases[aliases["priority"] == BY_HAND].drop_duplicates([*key, "code"])
    if by_hand.duplicated(key).any():
        raise ValueError(f"contradiction among the names by hand:\n{by_hand[by_hand.duplicated(key, keep=False)]}")
    best = aliases.sort_values([*key, "priority", "weight", "code"], ascending=[True, True, True, True, False, True])
    return best.drop_duplicates(key)[[*key, "code"]].reset_index(drop=True)


def _split(text: object) -> list[str]:
    return text.split("|") if isinstance(text, str) else []


def _foreign_names(unit: dict[str, object]) -> list[str]:
    named = (
        value for column, value in unit.items() if re.fullmatch(r"name_[a-z]{2,3}", column) and column != "name_len"
    )
    return [value for value in named if isinstance(value, str) and value]


def _derived(names: list[str], kinds: str) -> Iterator[str]:
    bare = {re.sub(alias_overrides.KIND, "", name, flags=re.IGNORECASE).strip() for name in names if name} - {""}
    for name in sorted(bare):
        yield name
        for kind in (*kinds.split("|"), "Province", "State", "Region", "Prefecture", "County", "District"):
            yield f"{name} {kind}"
            yield f"{kind} of {name}"
