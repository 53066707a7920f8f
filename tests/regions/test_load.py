"""Loading the pack: once, again, by force, beside boundaries of the user's own."""

from pathlib import Path

import geopandas as gpd
import psycopg
import pytest
import shapely

from imageo.errors import ImageoError
from imageo.regions.boundaries import load_boundaries
from imageo.regions.load import load_pack, pack_digest

TABLES = ("region", "region_part", "region_alias", "place", "place_alias")


def _n_rows(connection: psycopg.Connection) -> dict[str, int]:
    return {table: connection.execute(f"select count(*) from data.{table}").fetchone()[0] for table in TABLES}  # type: ignore[index]


def _definitions(connection: psycopg.Connection) -> set[str]:
    rows = connection.execute(
        """
        select conname || ' ' || pg_get_constraintdef(oid) from pg_constraint
        where connamespace = 'data'::regnamespace
        union all
        select indexdef from pg_indexes where schemaname = 'data'
        """
    )
    return {definition for (definition,) in rows}


def test_the_pack_is_loaded_once(region_connection: psycopg.Connection) -> None:
    before = _n_rows(region_connection)
    told: list[str] = []
    assert not load_pack(region_connection, told.append).changed
    assert told == []
    assert _n_rows(region_connection) == before
    assert min(before.values()) > 4000


def test_force_loads_again_and_leaves_keys_and_indexes_as_they_were(region_connection: psycopg.Connection) -> None:
    rows, definitions = _n_rows(region_connection), _definitions(region_connection)
    loaded = load_pack(region_connection, force=True)
    assert loaded.changed
    assert _n_rows(region_connection) == rows
    assert _definitions(region_connection) == definitions
    assert loaded.n_pieces == rows["region_part"]
    assert loaded.n_places == rows["place"]
    assert loaded.n_names == rows["region_alias"] + rows["place_alias"]
    assert sum(loaded.n_regions.values()) == rows["region"]


def test_a_new_pack_keeps_boundaries_of_the_users_own(region_connection: psycopg.Connection, tmp_path: Path) -> None:
    connection = region_connection
    file = tmp_path / "mine.geojson"
    shapes = gpd.GeoDataFrame(
        {"code": ["FR", "ZZ"], "name": ["France", "Elsewhere"]},
        geometry=[shapely.box(0, 40, 5, 50), shapely.box(10, 40, 15, 50)],
        crs=4326,
    )
    shapes.to_file(file)
    load_boundaries(connection, file, "country")
    load_boundaries(connection, file, "district")
    connection.execute("update data.ingest set file_digest = 'an older pack' where kind = 'regions'")

    def by_level() -> dict[str, int]:
        return dict(connection.execute("select level, count(*) from data.region group by level").fetchall())

    assert load_pack(connection).changed
    assert by_level() == {"continent": 7, "country": 2, "admin1": 4595, "us_state": 56, "district": 2}
    assert load_pack(connection, force=True).changed
    assert by_level() == {"continent": 7, "country": 250, "admin1": 4595, "us_state": 56, "district": 2}


def test_the_reading_is_noted(region_connection: psycopg.Connection) -> None:
    rows = region_connection.execute(
        "select file_name, file_digest, n_new from data.ingest where kind = 'regions'"
    ).fetchall()
    assert rows == [("shipped region pack", pack_digest(), 4908)]


def test_a_missing_pack_says_what_to_do(connection: psycopg.Connection, tmp_path: Path) -> None:
    with pytest.raises(ImageoError, match="install imageo again"):
        load_pack(connection, folder=tmp_path)


def test_a_failure_leaves_everything_as_it_was(region_connection: psycopg.Connection, tmp_path: Path) -> None:
    rows, definitions = _n_rows(region_connection), _definitions(region_connection)
    for file in Path(__file__).parents[2].joinpath("imageo/regions/pack").glob("*.parquet"):
        if file.stem != "place_alias":
            (tmp_path / file.name).symlink_to(file)
    (tmp_path / "place_alias.parquet").write_bytes(b"no parquet")
    with pytest.raises(Exception, match="Parquet"), region_connection.transaction():
        load_pack(region_connection, folder=tmp_path)
    assert _n_rows(region_connection) == rows
    assert _definitions(region_connection) == definitions
