"""Names of regions that no list has, and the words that tell a region's kind."""

COUNTRY = {
    "US": ("US", "U.S.", "USA", "U.S.A.", "America", "United States", "United States of America", "The States"),
    "GB": ("UK", "U.K.", "Great Britain", "Britain", "England", "Scotland", "Wales", "Northern Ireland"),
    "MO": ("Macau", "Macau SAR", "Macao SAR", "Macau SAR, China", "Macau, China", "Macao, China"),
    "HK": ("Hong Kong", "Hong Kong SAR", "Hong Kong SAR, China", "Hong Kong, China"),
    "CN": ("China", "Mainland China", "PRC", "China (Mainland)"),
    "TW": ("Taiwan", "Taiwan, Province of China", "Taiwan (ROC)", "Republic of China"),
    "FK": ("Falkland Islands (Islas Malvinas)", "Falkland Islands", "Islas Malvinas"),
    "CD": ("Congo (Kinshasa)", "DR Congo", "DRC", "Democratic Republic of Congo", "Congo-Kinshasa"),
    "CG": ("Congo (Brazzaville)", "Congo", "Congo-Brazzaville"),
    "PS": ("West Bank", "Gaza", "Gaza Strip", "Palestine", "State of Palestine"),
    "GE": ("Georgia",),
    "RE": ("Reunion", "La Réunion", "Réunion, France"),
    "GM": ("The Gambia",),
    "BS": ("The Bahamas",),
    "KR": ("South Korea", "Korea", "Republic of Korea"),
    "KP": ("North Korea", "DPRK"),
    "CZ": ("Czech Republic", "Czechia"),
    "TR": ("Turkey", "Türkiye", "Turkiye"),
    "MK": ("Macedonia", "North Macedonia", "FYROM"),
    "SZ": ("Swaziland", "Eswatini"),
    "MM": ("Burma", "Myanmar", "Myanmar (Burma)"),
    "CV": ("Cape Verde", "Cabo Verde"),
    "TL": ("East Timor", "Timor-Leste"),
    "IE": ("Ireland", "Republic of Ireland"),
    "AE": ("UAE", "U.A.E.", "Emirates"),
    "VA": ("Vatican", "Vatican City", "Holy See"),
    "FM": ("Micronesia", "Federated States of Micronesia"),
    "MF": ("Saint Martin", "Saint Martin (French part)"),
    "SX": ("Sint Maarten",),
    "VI": ("US Virgin Islands", "U.S. Virgin Islands", "United States Virgin Islands", "Virgin Islands, U.S."),
    "VG": ("British Virgin Islands", "Virgin Islands, British"),
}
"""Country code -> names that mean it, whatever any list says."""

US_STATE = {
    "AK": ("Alas",),
    "AL": ("Ala",),
    "AR": ("Ark",),
    "AZ": ("Ariz",),
    "CA": ("Cal", "Calif"),
    "CO": ("Colo",),
    "CT": ("Conn",),
    "DC": ("D.C.", "Washington D.C.", "Washington, District of Columbia"),
    "DE": ("Del",),
    "FL": ("Fla",),
    "HI": ("Hawai'i",),
    "ID": ("Ida",),
    "IL": ("Ill",),
    "IN": ("Ind",),
    "KS": ("Kan", "Kans"),
    "KY": ("Commonwealth of Kentucky",),
    "MA": ("Mass", "Commonwealth of Massachusetts"),
    "MI": ("Mich",),
    "MN": ("Minn",),
    "MP": ("CNMI", "Northern Mariana Islands"),
    "MS": ("Miss",),
    "MT": ("Mont",),
    "NC": ("N. Carolina",),
    "ND": ("N. Dak.", "N. Dakota"),
    "NE": ("Neb", "Nebr"),
    "NM": ("N. Mex.",),
    "NV": ("Nev",),
    "OK": ("Okla",),
    "OR": ("Ore", "Oreg"),
    "PA": ("Penn", "Penna", "Commonwealth of Pennsylvania"),
    "PR": ("Commonwealth of Puerto Rico",),
    "SC": ("S. Carolina",),
    "SD": ("S. Dak.", "S. Dakota"),
    "TN": ("Tenn",),
    "TX": ("Tex",),
    "VA": ("Commonwealth of Virginia",),
    "VI": ("US Virgin Islands", "Virgin Islands", "USVI"),
    "WA": ("Wash", "Washington"),
    "WI": ("Wis", "Wisc"),
    "WV": ("W. Va.", "W. Virginia"),
    "WY": ("Wyo",),
}
"""Postal code -> traditional abbreviations and other names; matched exactly, so that "Main" is not Maine."""

ADMIN1 = {
    "AUS-2654": ("NSW",),
    "MX-DIF": ("Mexico City", "CDMX", "Ciudad de México", "Mexico D.F."),
    "RU-MOW": ("Moscow", "Moscow City"),
    "RU-MOS": ("Moscow Oblast", "Moscow Region"),
}
"""Code of an admin-1 unit -> names that mean it within its country."""

_KINDS = (
    "administrative|autonomous|metropolitan|federal|special|capital|region|province|prefecture|state|county|district"
    "|department|governorate|municipality|canton|oblast|krai|republic|territory|city|parish|voivodeship|emirate|atoll"
    "|division|rayon|raion|borough|community|council|land|provincia|provincie|departamento|departement|estado|kraj|kommune"
)
KIND = rf"(\s+({_KINDS}))+$|^(({_KINDS})\s+)+((of|de|du|del|di|da|do|d')\s+)?"
"""Words for the kind of a region, at the end or at the front of its name."""
