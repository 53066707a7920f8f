"""The converters of the pack's build on small inputs."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from imageo.errors import ImageoError
from imageo.regions.drawing import label_points, simplify
from imageo.regions.grid import to_grid, to_multipolygons
from imageo.regions.pack_build import admin1, aliases, borders, countries, gazetteer, overrides, sources


def test_the_grid_moves_by_centimetres_and_keeps_every_vertex() -> None:
    ring = [(0.1, 0.1), (1 / 3, 0.2), (0.7, 1.1), (0.1, 0.1)]
    (rounded,) = to_grid(np.array([shapely.Polygon(ring)], dtype=object))
    moved = shapely.get_coordinates(rounded) - np.array(ring)
    assert len(moved) == 4
    assert 0 < np.abs(moved).max() <= 2**-21
    assert np.all(shapely.get_coordinates(rounded) * 2**20 % 1 == 0)


def test_the_grid_repairs() -> None:
    bow_tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    (repaired,) = to_grid(np.array([bow_tie], dtype=object))
    assert repaired.is_valid
    assert repaired.area == 0.5


def test_only_polygons_stay() -> None:
    mixed = shapely.GeometryCollection(
        [shapely.MultiPolygon([shapely.box(0, 0, 1, 1)]), shapely.LineString([(0, 0), (5, 5)]), shapely.Point(1, 2)]
    )
    (kept,) = to_multipolygons(np.array([mixed], dtype=object))
    assert kept.equals(shapely.box(0, 0, 1, 1))


def _natural_earth(rows: list[dict[str, object]]) -> gpd.GeoDataFrame:
    usual = {
        "SOVEREIGNT": "France", "ISO_A3_EH": "FRA", "ADM0_A3": "FRA", "CONTINENT": "Europe",
        "SUBREGION": "Western Europe", "INCOME_GRP": "1. High income: OECD", "POP_EST": 67.0, "ECONOMY": "1. Developed",
        "GDP_MD": 1, "GDP_YEAR": 2019, "POP_YEAR": 2019, "REGION_WB": "Europe", "TYPE": "Country", "WIKIDATAID": "Q1",
        "LABEL_X": 1.0, "LABEL_Y": 1.0,
    }  # fmt: skip
    return gpd.GeoDataFrame([{**usual, "ADMIN": row["NAME"], **row} for row in rows], geometry="geometry", crs=4326)


@pytest.fixture
def small_world(monkeypatch: pytest.MonkeyPatch) -> gpd.GeoDataFrame:
    reunion = overrides.SplitCountry("RE", "REU", "Réunion", "FR", "Africa", "Eastern Africa", 7, ("FRA-4601",))
    monkeypatch.setattr(overrides, "SPLIT", (reunion,))
    mainland, island = shapely.box(0, 40, 5, 50), shapely.box(55, -21.5, 56, -20.5)
    source = _natural_earth(
        [
            {"NAME": "France", "ISO_A2_EH": "FR", "geometry": shapely.MultiPolygon([mainland, island])},
            {
                "NAME": "Clipperton I.", "ISO_A2_EH": "FR", "CONTINENT": "Seven seas (open ocean)",
                "geometry": shapely.box(-110, 10, -109, 11),
            },
            {"NAME": "Bir Tawil", "ISO_A2_EH": "-99", "geometry": shapely.box(33, 21, 34, 22)},
            {
                "NAME": "Maldives", "ISO_A2_EH": "MV", "ISO_A3_EH": "MDV", "CONTINENT": "Seven seas (open ocean)",
                "SOVEREIGNT": "Maldives", "geometry": shapely.box(73, 4, 74, 5),
            },
            {
                "NAME": "Kosovo", "ISO_A2_EH": "XK", "ISO_A3_EH": "-99", "ADM0_A3": "KOS", "SOVEREIGNT": "Serbia?",
                "geometry": shapely.box(20, 42, 21, 43),
            },
        ]
    )  # fmt: skip
    units = gpd.GeoDataFrame({"adm1_code": ["FRA-4601"]}, geometry=[shapely.box(55.2, -21.4, 55.8, -20.8)], crs=4326)
    return countries.build_countries(source, units).set_index("code")


def test_overseas_departments_are_split_off(small_world: gpd.GeoDataFrame) -> None:
    assert set(small_world.index) == {"FR", "RE", "MV", "XK"}
    assert small_world.geometry["RE"].equals(shapely.box(55, -21.5, 56, -20.5))
    assert not small_world.geometry["FR"].intersects(small_world.geometry["RE"])
    assert small_world.loc["RE", ["sovereign_code", "parent_code", "iso_a3"]].tolist() == ["FR", "AF", "REU"]


def test_units_without_a_code_are_counted_to_a_country(small_world: gpd.GeoDataFrame) -> None:
    assert small_world.geometry["FR"].covers(shapely.Point(-109.5, 10.5))
    assert small_world.loc["FR", "name"] == "France"


def test_seven_seas_and_disputed_units(small_world: gpd.GeoDataFrame) -> None:
    assert small_world.loc["MV", "parent_code"] == "AS"
    assert small_world.loc["XK", ["sovereign_code", "iso_a3"]].tolist() == ["XK", "KOS"]


def test_an_unknown_unit_stops_the_build() -> None:
    source = _natural_earth([{"NAME": "Atlantis", "ISO_A2_EH": "-99", "geometry": shapely.box(0, 0, 1, 1)}])
    with pytest.raises(ValueError, match="Atlantis"):
        countries.build_countries(source, gpd.GeoDataFrame({"adm1_code": []}, geometry=[], crs=4326))


def test_repeated_and_irregular_codes_give_way() -> None:
    units = pd.DataFrame(
        {
            "iso_3166_2": ["JP-26", "IE-CO", "IE-CO", "-99-X11~", "GB-LND"],
            "adm1_code": ["JPN-1", "IRL-78", "IRL-5569", "SOL+00?", "GBR-1"],
        }
    )
    assert admin1.unit_codes(units).tolist() == ["JP-26", "IRL-78", "IRL-5569", "SOL+00?", "GB-LND"]


def test_parents_of_units() -> None:
    units = pd.DataFrame({"adm1_code": ["RUS-283", "FRA-4601", "FRA-1", "SOL+00?"], "iso_a2": ["RU", "FR", "FR", "-1"]})
    assert admin1.parent_codes(units).tolist() == ["UA", "RE", "FR", "SO"]
    with pytest.raises(ValueError, match="XXX-1"):
        admin1.parent_codes(pd.DataFrame({"adm1_code": ["XXX-1"], "iso_a2": ["-99"]}))


def test_english_names_of_units() -> None:
    units = pd.DataFrame(
        {
            "name": ["Vilniaus", "Distrito Federal", "Moskva", "Moskovskaya", "Kyoto"],
            "name_en": ["Vilnius", "Mexico", "Moscow", "Moscow", ""],
            "admin": ["Lithuania", "Mexico", "Russia", "Russia", "Japan"],
            "parent_code": ["LT", "MX", "RU", "RU", "JP"],
        }
    )
    assert admin1.english_names(units).tolist() == ["Vilnius", "Distrito Federal", "Moskva", "Moskovskaya", "Kyoto"]


def test_a_border_town_goes_home_with_its_ground() -> None:
    west, east = shapely.box(0, -1, 1, 1), shapely.box(1, -1, 2, 1)
    frame = gpd.GeoDataFrame({"code": ["WE", "EA"]}, geometry=[west, east], crs=4326)
    places = gpd.GeoDataFrame(
        {"country_code": ["WE", "EA", "WE"], "population": [9000, 9000, 9000]},
        # 1.1 km inside the east; a town of the east; one 11 km inside, which is no matter of a drawn border.
        geometry=gpd.points_from_xy([1.01, 1.05, 1.1], [0, 0, 0.5], crs=4326),
        crs=4326,
    )
    moves = borders.find_moves(frame, places, ())
    assert [(move.from_country, move.to_country) for move in moves] == [("EA", "WE")]
    corrected = borders.apply_moves(frame, "code", moves).set_index("code").geometry
    assert corrected["WE"].covers(shapely.Point(1.01, 0))
    assert corrected["EA"].covers(shapely.Point(1.05, 0))
    # Half-way to the other town at most.
    assert not corrected["WE"].covers(shapely.Point(1.031, 0))
    assert corrected["WE"].intersection(corrected["EA"]).area == pytest.approx(0, abs=1e-12)
    assert corrected["WE"].union(corrected["EA"]).area == pytest.approx(4, abs=1e-9)
    assert borders.find_moves(frame, places, (frozenset(("WE", "EA")),)) == []


def test_census_ground_is_american() -> None:
    frame = gpd.GeoDataFrame(
        {"code": ["US", "CA"]}, geometry=[shapely.box(0, 0, 2, 1), shapely.box(0, 1, 2, 2)], crs=4326
    )
    state = gpd.GeoDataFrame({"code": ["NY"]}, geometry=[shapely.box(0.5, 0.5, 1, 1.01)], crs=4326)
    corrected = borders.apply_moves(frame, "code", borders.census_moves(frame, state)).set_index("code").geometry
    assert corrected["US"].covers(shapely.Point(0.7, 1.005))
    assert not corrected["CA"].covers(shapely.Point(0.7, 1.005))


def test_names_of_places() -> None:
    records = [
        {
            "geonameid": 1, "name": "Praha", "population": 1_000_000,
            "alternatenames": ["Praha", "Prag", "PRG", "Прага", "bulaga", "10000", "", "布拉格", "NYC"],
        },
        {"geonameid": 2, "name": "Ořech", "population": 600, "alternatenames": ["Orech", "Оржех"]},
    ]  # fmt: skip
    names = gazetteer.names_of(records)
    of_place = names.groupby("place_id")["name"].agg(set)
    assert of_place[1] == {"Praha", "Prag", "Прага", "布拉格"}
    assert of_place[2] == {"Ořech", "Orech"}


def test_the_more_certain_name_wins() -> None:
    columns = ["level", "country_code", "name_normalised", "code", "priority", "weight"]
    frame = pd.DataFrame(
        [
            ("country", "", "congo", "CD", aliases.FOREIGN, 40),
            ("country", "", "congo", "CG", aliases.BY_HAND, 1),
            ("country", "", "guinea", "GQ", aliases.FOREIGN, 2),
            ("country", "", "guinea", "GN", aliases.FOREIGN, 90),
            ("admin1", "IE", "cork", "IRL-5569", aliases.OWN, 0.1),
            ("admin1", "IE", "cork", "IRL-78", aliases.OWN, 0.9),
        ],
        columns=columns,
    )
    resolved = aliases.resolve(frame).set_index(["level", "country_code", "name_normalised"])["code"]
    assert resolved.to_dict() == {
        ("country", "", "congo"): "CG",
        ("country", "", "guinea"): "GN",
        ("admin1", "IE", "cork"): "IRL-78",
    }


def test_names_by_hand_must_not_contradict() -> None:
    row = {"level": "country", "country_code": "", "name_normalised": "korea", "priority": aliases.BY_HAND, "weight": 1}
    with pytest.raises(ValueError, match="contradiction"):
        aliases.resolve(pd.DataFrame([row | {"code": "KR"}, row | {"code": "KP"}]))


def test_simplified_neighbours_share_their_border() -> None:
    wiggle = [(1 + 0.01 * (i % 2), i / 100) for i in range(101)]
    west = shapely.Polygon([(0, 0), *wiggle, (0, 1)])
    east = shapely.Polygon([(2, 0), *wiggle, (2, 1)])
    islet = shapely.box(-1, 0, -0.99, 0.01)
    exact = np.array([shapely.MultiPolygon([west, islet]), shapely.MultiPolygon([east])], dtype=object)
    drawn_west, drawn_east = simplify(exact, 0.05, 0.001)
    assert shapely.get_num_coordinates(drawn_west) < 20
    assert len(drawn_west.geoms) == 1
    assert drawn_west.intersection(drawn_east).area == 0
    assert drawn_west.union(drawn_east).area == pytest.approx(2, abs=1e-5)


def test_a_region_of_islets_is_still_drawn() -> None:
    islets = shapely.MultiPolygon([shapely.box(0, 0, 0.01, 0.01), shapely.box(1, 1, 1.02, 1.02)])
    (drawn,) = simplify(np.array([islets], dtype=object), 0.001, 0.1)
    assert drawn.covers(shapely.Point(1.01, 1.01))
    assert not drawn.covers(shapely.Point(0.005, 0.005))


def test_labels_stand_inside() -> None:
    horseshoe = shapely.box(0, 0, 3, 3) - shapely.box(1, 1, 2, 3)
    shapes = np.array([shapely.MultiPolygon([horseshoe])] * 2, dtype=object)
    wished = shapely.points([(0.5, 0.5), (1.5, 2.5)])
    taken = label_points(shapes, wished)
    assert taken[0].equals(wished[0])
    assert horseshoe.contains(taken[1])


def test_a_file_that_is_not_the_pinned_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / sources.GEONAMES.file_name).write_bytes(b"something else")
    with pytest.raises(ImageoError, match="not the pinned"):
        sources.fetch(sources.GEONAMES, tmp_path)
