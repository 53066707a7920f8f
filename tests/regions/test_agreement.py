"""Regions by point against the labels of the real benchmarks; every miss is known, with its cause."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from imageo.ingest.many import ingest_files
from imageo.ingest.store_truth import TruthOptions
from imageo.settings import Settings
from tests.conftest import Server

FILES = {"gss": "dataset1_info.csv", "upc": "dataset2_info.csv", "pcw": "dataset3_info.csv"}
MISSES = json.loads((Path(__file__).parent / "known_misses.json").read_text(encoding="utf-8"))

GSS_LABELS = {
    "Albania": "AL", "Algeria": "DZ", "Argentina": "AR", "Aruba": "AW", "Australia": "AU", "Austria": "AT",
    "Azerbaijan": "AZ", "Bahrain": "BH", "Bangladesh": "BD", "Barbados": "BB", "Belgium": "BE", "Belize": "BZ",
    "Bolivia": "BO", "Bosnia And Herzegovina": "BA", "Brazil": "BR", "Bulgaria": "BG", "Canada": "CA", "Chile": "CL",
    "China": "CN", "Colombia": "CO", "Congo (Kinshasa)": "CD", "Costa Rica": "CR", "Croatia": "HR", "Cuba": "CU",
    "Cyprus": "CY", "Czechia": "CZ", "Denmark": "DK", "Dominica": "DM", "Dominican Republic": "DO", "Ecuador": "EC",
    "El Salvador": "SV", "Estonia": "EE", "Falkland Islands (Islas Malvinas)": "FK", "Finland": "FI", "France": "FR",
    "Germany": "DE", "Greece": "GR", "Guatemala": "GT", "Hungary": "HU", "India": "IN", "Indonesia": "ID",
    "Iran": "IR", "Iraq": "IQ", "Ireland": "IE", "Israel": "IL", "Italy": "IT", "Japan": "JP", "Kazakhstan": "KZ",
    "Kenya": "KE", "Kosovo": "XK", "Kyrgyzstan": "KG", "Latvia": "LV", "Lebanon": "LB", "Lesotho": "LS",
    "Libya": "LY", "Lithuania": "LT", "Luxembourg": "LU", "Malaysia": "MY", "Maldives": "MV", "Mauritius": "MU",
    "Mexico": "MX", "Moldova": "MD", "Monaco": "MC", "Mongolia": "MN", "Montenegro": "ME", "Morocco": "MA",
    "Mozambique": "MZ", "Myanmar": "MM", "Netherlands": "NL", "New Zealand": "NZ", "Nicaragua": "NI",
    "Nigeria": "NG", "Norway": "NO", "Oman": "OM", "Pakistan": "PK", "Papua New Guinea": "PG", "Paraguay": "PY",
    "Philippines": "PH", "Poland": "PL", "Portugal": "PT", "Puerto Rico": "PR", "Reunion": "RE", "Romania": "RO",
    "Russia": "RU", "Saint Lucia": "LC", "San Marino": "SM", "Senegal": "SN", "Serbia": "RS", "Singapore": "SG",
    "Slovakia": "SK", "Slovenia": "SI", "Solomon Islands": "SB", "South Africa": "ZA", "South Korea": "KR",
    "Spain": "ES", "Sweden": "SE", "Switzerland": "CH", "Taiwan": "TW", "Tanzania": "TZ", "Thailand": "TH",
    "The Bahamas": "BS", "Timor-Leste": "TL", "Tunisia": "TN", "Turkey": "TR", "Uganda": "UG",
    "United Arab Emirates": "AE", "United Kingdom": "GB", "United States": "US", "Vanuatu": "VU", "Vietnam": "VN",
    "West Bank": "PS",
}  # fmt: skip
"""ISO 3166-1 alpha-2 codes, by hand."""


@pytest.fixture(scope="module")
def truth(server: Server, region_template: str, bench_dir: Path) -> Iterator[psycopg.Connection]:
    url = server.create("agreement", region_template)
    settings = Settings(home=Path("/nowhere"), database_url=url)
    for dataset, file in FILES.items():
        for report in ingest_files(settings, [bench_dir / file], TruthOptions(dataset), jobs=1):
            assert report.error is None
    with psycopg.connect(url) as connection:
        yield connection


def _misses(connection: psycopg.Connection, dataset: str, label: str, found: str) -> dict[str, tuple[str, str | None]]:
    rows = connection.execute(
        f"select image_name, {label}, {found} from core.image"
        f" where dataset = %s and {label} is not null and {found} is distinct from {label}",
        [dataset],
    )
    return {name: (labelled, place) for name, labelled, place in rows}


def _known(key: str) -> dict[str, tuple[str, str | None]]:
    return {image: (miss["labelled"], miss["found"]) for miss in MISSES[key] for image in miss["images"]}


@pytest.mark.parametrize(
    ("key", "dataset", "label", "found", "n_labelled", "n_agreeing"),
    [
        ("gss_country", "gss", "country_label_iso", "country_place_iso", 6152, 6130),
        ("upc_state", "upc", "state_label", "state_place", 2928, 2924),
        ("pcw_country", "pcw", "country_label_iso", "country_place_iso", 270, 264),
    ],
)
def test_points_lie_where_their_labels_say_but_for_the_known_misses(
    truth: psycopg.Connection, key: str, dataset: str, label: str, found: str, n_labelled: int, n_agreeing: int
) -> None:
    row = truth.execute(f"select count({label}) from core.image where dataset = %s", [dataset]).fetchone()
    assert row == (n_labelled,)
    misses = _misses(truth, dataset, label, found)
    assert misses == _known(key)
    assert n_labelled - len(misses) == n_agreeing


def test_labels_of_gss_mean_the_right_countries(truth: psycopg.Connection) -> None:
    rows = truth.execute("select distinct country_label, country_label_iso from core.image where dataset = 'gss'")
    assert dict(rows.fetchall()) == GSS_LABELS


def test_most_city_labels_are_places(truth: psycopg.Connection) -> None:
    """Shares of the labels that the gazetteer knows near the point; what is missing are wards and hamlets."""
    rows = truth.execute("select dataset, count(city_label), count(city_place_id) from core.image group by dataset")
    share = {dataset: known / labelled for dataset, labelled, known in rows}
    assert share["gss"] > 0.95
    assert share["upc"] > 0.90
    assert share["pcw"] > 0.90
