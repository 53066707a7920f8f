"""Boundaries of the user's own: formats, coordinate systems, guesses, errors, what they replace."""

from pathlib import Path

import geopandas as gpd
import psycopg
import pytest
import shapely

from imageo.errors import InputError
from imageo.regions.boundaries import load_boundaries
from imageo.regions.boundary_file import read_boundaries

SQUARES = gpd.GeoDataFrame(
    {"GEOID": ["01", "02"], "NAMELSAD": ["One", "Two"], "name": ["Uno", "Dos"]},
    geometry=[shapely.box(10, 50, 11, 51), shapely.box(11, 50, 12.5, 51)],
    crs=4326,
)


def _at(connection: psycopg.Connection, level: str, longitude: float, latitude: float) -> str | None:
    row = connection.execute(
        "select core.region_at(%s, st_setsrid(st_makepoint(%s, %s), 4326))", [level, longitude, latitude]
    ).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "shp", "parquet"])
@pytest.mark.parametrize("crs", [4326, 3857, 32632])
def test_formats_and_coordinate_systems(connection: psycopg.Connection, tmp_path: Path, suffix: str, crs: int) -> None:
    file = tmp_path / f"squares.{suffix}"
    # GeoJSON is WGS84 by its specification.
    shapes = SQUARES.to_crs(4326 if suffix == "geojson" else crs)
    shapes.to_parquet(file) if suffix == "parquet" else shapes.to_file(file)
    loaded = load_boundaries(connection, file, "square")
    assert loaded.changed
    assert loaded.n_regions == {"square": 2}
    assert "codes from column 'GEOID', names from column 'name'" in loaded.notes
    assert _at(connection, "square", 10.5, 50.5) == "01"
    assert _at(connection, "square", 12.4, 50.5) == "02"
    assert _at(connection, "square", 20.0, 50.5) is None
    row = connection.execute(
        "select code, name, source, st_area(geometry), st_within(label_location, geometry)"
        " from core.region where level = 'square' and code = '01'"
    ).fetchone()
    assert row is not None
    assert row[:3] == ("01", "Uno", file.name)
    assert row[3] == pytest.approx(1, abs=0.01)
    assert row[4]


def test_the_same_file_again_changes_nothing(connection: psycopg.Connection, tmp_path: Path) -> None:
    file = tmp_path / "squares.gpkg"
    SQUARES.to_file(file)
    assert load_boundaries(connection, file, "square").changed
    before = connection.execute("select region_id from data.region order by 1").fetchall()
    assert not load_boundaries(connection, file, "square").changed
    assert connection.execute("select region_id from data.region order by 1").fetchall() == before
    assert load_boundaries(connection, file, "square", name_column="NAMELSAD").changed


def test_names_of_a_new_level_mean_its_regions(connection: psycopg.Connection, tmp_path: Path) -> None:
    file = tmp_path / "squares.gpkg"
    SQUARES.to_file(file)
    loaded = load_boundaries(connection, file, "square")
    names = connection.execute("select name_normalised, code from core.region_name where level = 'square'").fetchall()
    assert sorted(names) == [("01", "01"), ("02", "02"), ("dos", "02"), ("uno", "01")]
    assert loaded.n_names == 4


def test_countries_of_another_view_take_the_place_of_the_shipped_ones(
    region_connection: psycopg.Connection, tmp_path: Path
) -> None:
    connection = region_connection
    assert _at(connection, "country", 34.1, 44.95) == "UA"
    file = tmp_path / "view.geojson"
    gpd.GeoDataFrame(
        {"iso_a2": ["RU", "UA", "XZ"], "name": ["Russia", "Ukraine", "Zed"]},
        geometry=[shapely.box(33, 44, 60, 60), shapely.box(22, 46, 32.9, 52), shapely.box(0, 0, 1, 1)],
        crs=4326,
    ).to_file(file)
    loaded = load_boundaries(connection, file, "country", source="mine", point_of_view="elsewhere")
    assert _at(connection, "country", 34.1, 44.95) == "RU"
    assert _at(connection, "country", 2.35, 48.86) is None
    row = connection.execute(
        "select parent_code, sovereign_code, iso_a3, source, point_of_view, attributes ->> 'gdp_year'"
        " from core.region where level = 'country' and code = 'UA'"
    ).fetchone()
    assert row == ("EU", "UA", "UKR", "mine", "elsewhere", "2019")
    names = connection.execute(
        "select name_normalised, code from core.region_name"
        " where level = 'country' and name_normalised in ('ukrajina', 'france', 'zed')"
    ).fetchall()
    assert sorted(names) == [("ukrajina", "UA"), ("zed", "XZ")]
    assert any(
        "2 of the 250 regions of level country have new boundaries, 248 are gone" in note for note in loaded.notes
    )
    assert any("1 are new (XZ)" in note for note in loaded.notes)


def test_damaged_areas_are_repaired(connection: psycopg.Connection, tmp_path: Path) -> None:
    file = tmp_path / "bow.geojson"
    bow_tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    gpd.GeoDataFrame({"code": ["b"], "name": ["Bow"]}, geometry=[bow_tie], crs=4326).to_file(file)
    assert "1 areas repaired (they crossed themselves)" in load_boundaries(connection, file, "shape").notes
    assert _at(connection, "shape", 0.9, 0.5) == "b"


def test_rows_of_one_code_are_one_region(tmp_path: Path) -> None:
    file = tmp_path / "parts.geojson"
    gpd.GeoDataFrame(
        {"id": [7.0, 7.0, 8.0], "name": ["a", "a", None]},
        geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(5, 5, 6, 6)],
        crs=4326,
    ).to_file(file)
    read = read_boundaries(file, "zone")
    assert read.frame["code"].tolist() == ["7", "8"]
    assert read.frame["name"].tolist() == ["a", "8"]
    assert [shape.area for shape in read.frame.geometry] == [2, 1]
    assert "3 areas put together into 2 by their codes" in read.notes


@pytest.mark.parametrize("west", [175, 178])
def test_beyond_the_antimeridian(connection: psycopg.Connection, tmp_path: Path, west: float) -> None:
    file = tmp_path / "fiji.geojson"
    shape = shapely.box(west, -18, 182, -16)
    gpd.GeoDataFrame({"code": ["fj"], "name": ["Fiji"]}, geometry=[shape], crs=4326).to_file(file)
    load_boundaries(connection, file, "sea")
    assert _at(connection, "sea", 179.5, -17) == "fj"
    assert _at(connection, "sea", -178.5, -17) == "fj"
    assert _at(connection, "sea", -177.5, -17) is None


@pytest.mark.parametrize(
    ("columns", "geometry", "message"),
    [
        ({"foo": ["x"], "name": ["y"]}, shapely.box(0, 0, 1, 1), "looks like a code; name one of foo, name"),
        ({"code": [""], "name": ["y"]}, shapely.box(0, 0, 1, 1), "row 1: no code in column 'code'"),
        ({"code": ["x"], "name": ["y"]}, shapely.Point(0, 0), "row 1: a Point, not an area"),
        ({"code": ["x"], "name": ["y"]}, shapely.box(0, 0, 500000, 500000), "which are no degrees"),
    ],
)  # fmt: skip
def test_unusable_files_are_refused_with_the_remedy(
    tmp_path: Path, columns: dict[str, list[str]], geometry: shapely.Geometry, message: str
) -> None:
    file = tmp_path / "bad.geojson"
    gpd.GeoDataFrame(columns, geometry=[geometry], crs=4326).to_file(file)
    with pytest.raises(InputError, match=message.replace("(", r"\(")) as problem:
        read_boundaries(file, "zone")
    assert "\n" not in str(problem.value)
    assert "bad.geojson" in str(problem.value)


def test_columns_are_named_where_they_are_missing(tmp_path: Path) -> None:
    file = tmp_path / "squares.gpkg"
    SQUARES.to_file(file)
    with pytest.raises(InputError, match="no column 'iso'; name one of GEOID, NAMELSAD, name with --code-column"):
        read_boundaries(file, "square", code_column="iso")


@pytest.mark.parametrize("content", [b"", b"not a map", b'{"type": "FeatureCollection", "features": []}'])
def test_files_that_are_no_boundaries(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "broken.geojson"
    file.write_bytes(content)
    with pytest.raises(InputError, match=r"broken\.geojson"):
        read_boundaries(file, "zone")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_boundaries(tmp_path / "nothing.gpkg", "zone")


@pytest.mark.parametrize("level", ["", "Upper", "a b", "x;drop"])
def test_levels_are_plain_words(connection: psycopg.Connection, tmp_path: Path, level: str) -> None:
    with pytest.raises(InputError, match="lower-case"):
        load_boundaries(connection, tmp_path / "any.gpkg", level)
