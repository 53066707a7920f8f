"""What no source says rightly: decisions of our own, each with its reason."""

from dataclasses import dataclass

FOLDED = {
    "Dhekelia": "CY",
    "Akrotiri": "CY",
    "Guantanamo Bay USNB": "CU",
    "Brazilian Island": "BR",
    "Clipperton I.": "FR",
    "Indian Ocean Ter.": "AU",
    "Coral Sea Is.": "AU",
    "Ashmore and Cartier Is.": "AU",
}
"""Natural Earth units without an ISO 3166-1 code: counted to the country that photo labels name."""

DROPPED = ("Bir Tawil", "Spratly Is.", "Scarborough Reef")
"""Units that no country's code covers: a point there lies in no country, or in one within 10 km."""


@dataclass(frozen=True)
class SplitCountry:
    """A territory with an ISO 3166-1 code that Natural Earth folds into its sovereign state."""

    code: str
    iso_a3: str
    name: str
    sovereign_code: str
    continent: str
    subregion: str
    population: int
    admin1_units: tuple[str, ...]


SPLIT = (
    SplitCountry("GP", "GLP", "Guadeloupe", "FR", "North America", "Caribbean", 443_000, ("FRA-4603",)),
    SplitCountry("MQ", "MTQ", "Martinique", "FR", "North America", "Caribbean", 432_900, ("FRA-1442",)),
    SplitCountry("GF", "GUF", "French Guiana", "FR", "South America", "South America", 195_506, ("FRA-2000",)),
    SplitCountry("RE", "REU", "Réunion", "FR", "Africa", "Eastern Africa", 776_948, ("FRA-4601",)),
    SplitCountry("YT", "MYT", "Mayotte", "FR", "Africa", "Eastern Africa", 279_471, ("FRA-4602",)),
    SplitCountry("SJ", "SJM", "Svalbard and Jan Mayen", "NO", "Europe", "Northern Europe", 2_550, ("NOR-901",)),
    SplitCountry("BV", "BVT", "Bouvet Island", "NO", "South America", "South America", 0, ("BVT+00?",)),
    SplitCountry(
        "BQ",
        "BES",
        "Caribbean Netherlands",
        "NL",
        "North America",
        "Caribbean",
        18_012,
        ("NLD-5147", "NLD-5148", "NLD-5149"),
    ),
    SplitCountry("TK", "TKL", "Tokelau", "NZ", "Oceania", "Polynesia", 1_466, ("NZL-5472",)),
    SplitCountry("CX", "CXR", "Christmas Island", "AU", "Oceania", "Australia and New Zealand", 1_500, ("IOA-2652",)),
    SplitCountry(
        "CC", "CCK", "Cocos (Keeling) Islands", "AU", "Oceania", "Australia and New Zealand", 628, ("IOA-1928",)
    ),
)
"""Populations: GeoNames. Continent and subregion: UN M49."""

SEVEN_SEAS = {
    "MV": ("Asia", "Southern Asia"),
    "MU": ("Africa", "Eastern Africa"),
    "SC": ("Africa", "Eastern Africa"),
    "SH": ("Africa", "Western Africa"),
    "IO": ("Africa", "Eastern Africa"),
    "TF": ("Africa", "Eastern Africa"),
    "HM": ("Oceania", "Australia and New Zealand"),
    "GS": ("South America", "South America"),
    "UM": ("Oceania", "Micronesia"),
}
"""Continent and subregion, after UN M49, where Natural Earth says "Seven seas (open ocean)"."""

OWN_SOVEREIGN = ("PS", "XK", "EH", "TW")
"""Disputed units that stand for themselves here, whatever the source's sovereignty column says."""

CONTINENTS = {
    "Africa": "AF",
    "Antarctica": "AN",
    "Asia": "AS",
    "Europe": "EU",
    "North America": "NA",
    "Oceania": "OC",
    "South America": "SA",
}

COUNTRY_NAMES = {
    "KR": "South Korea",
    "KP": "North Korea",
    "SZ": "Eswatini",
    "US": "United States",
    "MO": "Macao",
    "CV": "Cabo Verde",
    "TL": "Timor-Leste",
    "CI": "Côte d'Ivoire",
    "VA": "Vatican City",
    "BL": "Saint Barthélemy",
    "MF": "Saint Martin",
    "WF": "Wallis and Futuna",
    "FO": "Faroe Islands",
    "GS": "South Georgia and the South Sandwich Islands",
    "CD": "Democratic Republic of the Congo",
    "CG": "Republic of the Congo",
}

ADMIN1_PARENT = {
    "RUS-283": "UA",
    "RUS-5482": "UA",
    "MAR-3456": "EH",
    "MAR-3469": "EH",
    "SOL+00?": "SO",
    "CYN+00?": "CY",
    "KAS+00?": "IN",
    "KAB+00?": "KZ",
    "ESB-5132": "CY",
    "WSB-5133": "CY",
    "USG+00?": "CU",
    "CSI+00?": "AU",
    "CLP+00?": "FR",
}
"""Country of an admin-1 unit where Natural Earth's own column disagrees with the country boundaries that we ship."""

ADMIN1_CODE = {"RUS-2364": "RU-MOS", "RUS-2365": "RU-MOW"}
"""ISO 3166-2 codes that Natural Earth has on the wrong unit: it swaps Moscow and its oblast."""

ADMIN1_DROPPED = ("PGA+00?",)
"""Spratly Islands: see DROPPED."""

UNCORRECTED = (
    frozenset(("IL", "PS")),
    frozenset(("IL", "SY")),
    frozenset(("IN", "PK")),
    frozenset(("IN", "CN")),
    frozenset(("MA", "EH")),
    frozenset(("CN", "MO")),
    frozenset(("ES", "GI")),
    frozenset(("SD", "SS")),
    frozenset(("RS", "XK")),
    frozenset(("FR", "MC")),
)
"""Borders that the gazetteer does not correct: the two sources take different views, the gazetteer errs (CN/MO), or the
country is no wider than a correction (MC)."""
