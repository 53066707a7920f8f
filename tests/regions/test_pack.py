"""The shipped pack: its size, its codes, its shapes."""

from pathlib import Path

import geopandas as gpd
import psycopg
import pytest
import shapely

from imageo.regions.load import PACK

MB = 1_000_000

ISO_3166_1 = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY
    BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK
    FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR
    IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK
    ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM
    PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF
    TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""


def test_fits_into_the_repository() -> None:
    sizes = {file.name: file.stat().st_size for file in PACK.glob("*.parquet")}
    assert sum(sizes.values()) < 25 * MB
    assert max(sizes.values()) < 6 * MB


def test_is_readable_by_anybody() -> None:
    region = gpd.read_parquet(PACK / "region.parquet")
    assert region.crs == "EPSG:4326"
    assert region.is_valid.all()
    assert not region.geometry.is_empty.any()
    assert len(gpd.read_parquet(PACK / "piece_south.parquet")) > 10_000


def test_levels_and_their_numbers(regions: psycopg.Connection) -> None:
    n_regions = dict(regions.execute("select level, count(*) from core.region group by level").fetchall())
    # 249 codes of ISO 3166-1 and Kosovo; 50 states, DC and 5 territories.
    assert n_regions == {"continent": 7, "country": 250, "admin1": 4595, "us_state": 56}


def test_countries_are_those_of_iso_3166(regions: psycopg.Connection) -> None:
    codes = {code for (code,) in regions.execute("select code from core.region where level = 'country'")}
    assert codes == {*ISO_3166_1.split(), "XK"}


@pytest.mark.parametrize(
    ("code", "continent", "sovereign"),
    [
        ("FR", "EU", "FR"), ("NO", "EU", "NO"), ("RE", "AF", "FR"), ("GP", "NA", "FR"), ("GF", "SA", "FR"),
        ("YT", "AF", "FR"), ("MQ", "NA", "FR"), ("HK", "AS", "CN"), ("MO", "AS", "CN"), ("TW", "AS", "TW"),
        ("GG", "EU", "GB"), ("JE", "EU", "GB"), ("IM", "EU", "GB"), ("PR", "NA", "US"), ("GU", "OC", "US"),
        ("MV", "AS", "MV"), ("MU", "AF", "MU"), ("SC", "AF", "SC"), ("SH", "AF", "GB"), ("TF", "AF", "FR"),
        ("GL", "NA", "DK"), ("PS", "AS", "PS"), ("XK", "EU", "XK"), ("EH", "AF", "EH"), ("AX", "EU", "FI"),
        ("AU", "OC", "AU"), ("CX", "OC", "AU"), ("SJ", "EU", "NO"), ("BQ", "NA", "NL"), ("TK", "OC", "NZ"),
        ("RU", "EU", "RU"), ("TR", "AS", "TR"), ("AQ", "AN", "AQ"),
    ],
)  # fmt: skip
def test_continent_and_sovereign(regions: psycopg.Connection, code: str, continent: str, sovereign: str) -> None:
    row = regions.execute(
        "select parent_code, sovereign_code from core.region where level = 'country' and code = %s", [code]
    ).fetchone()
    assert row == (continent, sovereign)


def test_every_country_has_what_readers_need(regions: psycopg.Connection) -> None:
    lacking = regions.execute(
        """
        select code from core.region
        where level = 'country' and (
            parent_code not in ('AF', 'AN', 'AS', 'EU', 'NA', 'OC', 'SA') or parent_code is null
            or sovereign_code is null or iso_a3 !~ '^[A-Z]{3}$' or subregion is null or population is null
            or subregion like 'Seven%' or point_of_view is null or name ~ '\\.|\\t'
        )
        """
    ).fetchall()
    assert lacking == []


def test_parents_exist(regions: psycopg.Connection) -> None:
    orphans = regions.execute(
        """
        select child.level, child.code, child.parent_code
        from core.region as child
        left join core.region as parent
            on parent.code = child.parent_code
            and parent.level = case when child.level = 'country' then 'continent' else 'country' end
        where child.level <> 'continent' and parent.code is null
        """
    ).fetchall()
    assert orphans == []


def test_codes_have_no_stray_blanks(regions: psycopg.Connection) -> None:
    assert regions.execute("select code from core.region where code ~ '\\s' or name ~ '\\t|^ | $'").fetchall() == []


def test_no_two_units_of_a_country_share_a_name_unless_they_do(regions: psycopg.Connection) -> None:
    """Moscow and its oblast have one English name in the source, Mexico City has the country's."""
    names = dict(
        regions.execute("select code, name from core.region where code in ('RU-MOW', 'RU-MOS', 'MX-DIF')").fetchall()
    )
    assert len(set(names.values())) == 3
    assert names["MX-DIF"] != "Mexico"


def test_corrections_leave_small_countries_small(regions: psycopg.Connection) -> None:
    """Square kilometres, from their statistical offices, within a third (Vatican City: the source draws a dot)."""
    known = {"SM": 61, "LI": 160, "AD": 468, "LU": 2586, "SG": 728, "MT": 316}
    rows = regions.execute(
        "select code, sum(st_area(geometry::geography)) / 1e6"
        " from core.region_piece where level = 'country' group by code"
    )
    area = dict(rows.fetchall())
    assert {code: size for code, size in known.items() if not 0.67 < area[code] / size < 1.33} == {}
    assert area["VA"] < 1
    assert area["MC"] < 25


def test_exact_pieces_cover_the_label_point(regions: psycopg.Connection) -> None:
    uncovered = regions.execute(
        """
        select region.level, region.code
        from core.region as region
        where region.level <> 'continent' and not exists (
            select 1
            from core.region_piece as piece
            where piece.level = region.level
                and piece.code = region.code
                and piece.cell = functions.degree_cell(region.label_location)
                and st_covers(piece.geometry, region.label_location)
        )
        """
    ).fetchall()
    assert uncovered == []


def test_each_piece_lies_in_its_cell(regions: psycopg.Connection) -> None:
    outside = regions.execute(
        """
        select part_id
        from core.region_piece
        where not st_covers(
            st_makeenvelope(cell % 360 - 180, cell / 360 - 90, cell % 360 - 179, cell / 360 - 89, 4326), geometry
        )
        """
    ).fetchall()
    assert outside == []


def test_pieces_of_a_level_hardly_overlap(regions: psycopg.Connection) -> None:
    """Countries do not share ground: what overlaps in the source is less than a millionth."""
    row = regions.execute(
        """
        select
            (select sum(st_area(geometry)) from core.region_piece where level = 'country'),
            (
                select sum(st_area(st_intersection(a.geometry, b.geometry)))
                from core.region_piece as a
                inner join core.region_piece as b
                    on b.level = 'country' and b.cell = a.cell and b.code > a.code
                    and st_intersects(a.geometry, b.geometry)
                where a.level = 'country'
            )
        """
    ).fetchone()
    assert row is not None
    area, overlap = row
    assert overlap < area * 1e-6


def test_drawn_shapes_are_like_the_exact_ones(regions: psycopg.Connection) -> None:
    """Simplified for the eye: countries of some size keep their area within two percent, archipelagos within ten."""
    rows = regions.execute(
        """
        select region.code, st_area(region.geometry) / sum(st_area(piece.geometry)), sum(st_area(piece.geometry))
        from core.region as region
        inner join core.region_piece as piece on piece.level = region.level and piece.code = region.code
        where region.level = 'country'
        group by region.region_id, region.code, region.geometry
        """
    ).fetchall()
    assert [code for code, share, area in rows if area > 1 and not 0.9 < share < 1.1] == []
    assert [code for code, share, area in rows if area > 5 and not 0.98 < share < 1.02] == []
    # Vatican City is drawn as the dot that the source has.
    assert [code for code, share, _ in rows if share < 0.1] == ["VA"]


@pytest.mark.parametrize("pair", [("FR", "DE"), ("US", "CA"), ("ES", "PT"), ("EG", "LY")])
def test_drawn_neighbours_share_their_border(regions: psycopg.Connection, pair: tuple[str, str]) -> None:
    one, other = (
        shapely.from_wkb(
            regions.execute(
                "select st_asbinary(geometry) from core.region where level = 'country' and code = %s", [code]
            ).fetchone()[0]  # type: ignore[index]
        )
        for code in pair
    )
    shared = shapely.intersection(one.boundary, other.boundary)
    assert shared.length > 1
    assert shapely.intersection(one, other).area < 1e-6


def test_notice_names_the_sources() -> None:
    notice = (Path(__file__).parents[2] / "NOTICE").read_text()
    for source in ("Natural Earth", "Census Bureau", "GeoNames", "Attribution 4.0", "countrynames", "CLDR"):
        assert source in notice
