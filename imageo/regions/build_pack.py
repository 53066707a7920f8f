"""Build the shipped region pack: `python -m imageo.regions.build_pack OUTPUT_DIR`.

Needs the dependency group `pack` (`pip install --group pack`), npm, the network, and a PostgreSQL server in which
`functions.normalise_name` is deployed (IMAGEO_DATABASE_URL): names are normalised by the very function that later
compares them.
"""

import sys
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import psycopg
import shapely

from imageo.errors import ImageoError
from imageo.regions.cut import cut
from imageo.regions.drawing import label_points, simplify
from imageo.regions.grid import to_grid
from imageo.regions.pack_build import (
    admin1,
    aliases,
    borders,
    continents,
    countries,
    gazetteer,
    overrides,
    sources,
    us_states,
)
from imageo.regions.pack_build.names import normalise
from imageo.regions.pack_build.write import write_frame, write_geometry
from imageo.settings import Settings

DRAWN_DETAIL = {"country": 0.04, "admin1": 0.03, "us_state": 0.02}
"""Degrees; gives 0.9, 2.6 and 0.2 MB of TopoJSON."""
DRAWN_ISLET = 0.0004
"""Square degrees, about 5 km2 at the equator."""

REGION_COLUMNS = [
    "level", "code", "name", "parent_code", "sovereign_code", "iso_a3", "subregion", "income_group", "population",
    "attributes", "source", "point_of_view", "label_location", "geometry",
]  # fmt: skip


def build(output: Path, downloads: Path, connection: psycopg.Connection) -> None:
    """Download the sources into `downloads` and write the pack's files into `output`."""
    natural_earth = countries.read_countries(sources.fetch(sources.NATURAL_EARTH_COUNTRIES, downloads))
    natural_earth_admin1 = admin1.read_admin1(sources.fetch(sources.NATURAL_EARTH_ADMIN1, downloads))
    census = us_states.read_us_states(sources.fetch(sources.CENSUS_STATES, downloads))
    places, place_names = gazetteer.read_places(sources.fetch(sources.GEONAMES, downloads))
    country_names = sources.fetch(sources.COUNTRY_NAMES, downloads)

    country = countries.build_countries(natural_earth, natural_earth_admin1)
    unit = admin1.build_admin1(natural_earth_admin1)
    state = us_states.build_us_states(census)
    # Drawn as the sources have them, since corrected neighbours no longer share every vertex.
    drawn = [with_outlines(level) for level in (country, unit, state)]
    moves = [*borders.find_moves(country, places, overrides.UNCORRECTED), *borders.census_moves(country, state)]
    print(f"{len(moves)} corrections of borders", file=sys.stderr)
    exact = [
        borders.apply_moves(drawn[0], "code", moves),
        borders.apply_moves(drawn[1], "parent_code", moves),
        drawn[2],
    ]

    output.mkdir(parents=True, exist_ok=True)
    write_pieces(exact, output)
    write_regions(exact, output)

    collected = pd.DataFrame(
        [
            *aliases.country_aliases(country, country_names),
            *aliases.us_state_aliases(state, natural_earth_admin1),
            *aliases.admin1_aliases(unit, natural_earth_admin1),
        ],
        columns=aliases.Alias._fields,
    )
    write_names(collected, places, place_names, connection, output)


def write_pieces(frames: list[gpd.GeoDataFrame], output: Path) -> None:
    """The exact boundaries, cut; all levels together by cell, since their common lines then lie close and pack well."""
    rows = [
        (region.level, region.code, piece.cell, piece.geometry)
        for frame in frames
        for region in frame.itertuples()
        for piece in cut(region.geometry)
    ]
    pieces = gpd.GeoDataFrame(rows, columns=["level", "code", "cell", "geometry"], geometry="geometry", crs=4326)
    pieces["cell"] = pieces["cell"].astype("int32")
    pieces = pieces.set_geometry(to_grid(pieces.geometry.to_numpy()), crs=4326).explode(ignore_index=True)
    pieces = pieces.sort_values(["cell", "level", "code"], kind="stable", ignore_index=True)
    half = len(pieces) // 2
    write_geometry(pieces.iloc[:half], output / "piece_south.parquet")
    write_geometry(pieces.iloc[half:], output / "piece_north.parquet")


def with_outlines(regions: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The regions of one level with column `drawn`."""
    detail = DRAWN_DETAIL[regions["level"].iloc[0]]
    return regions.assign(drawn=simplify(regions.geometry.to_numpy(), detail, DRAWN_ISLET))


def write_regions(levels: list[gpd.GeoDataFrame], output: Path) -> None:
    """The regions themselves, continents too, with what is drawn of them."""
    labelled = [continents.build_continents(levels[0])]
    for regions in levels:
        wished = shapely.points(regions["label_x"], regions["label_y"]) if "label_x" in regions else None
        labels = label_points(regions.geometry.to_numpy(), wished)
        labelled.append(regions.drop(columns="geometry").assign(label_location=labels))
    region = (
        pd.concat(labelled, ignore_index=True).rename(columns={"drawn": "geometry"}).reindex(columns=REGION_COLUMNS)
    )
    region["label_location"] = shapely.to_wkb(np.array(region["label_location"], dtype=object))
    region["population"] = region["population"].astype("Int64")
    write_geometry(gpd.GeoDataFrame(region, geometry="geometry", crs=4326), output / "region.parquet")


def write_names(
    collected: pd.DataFrame,
    places: gpd.GeoDataFrame,
    place_names: pd.DataFrame,
    connection: psycopg.Connection,
    output: Path,
) -> None:
    """Aliases of regions and places, normalised, each once; the places."""
    collected["name_normalised"] = normalise(connection, collected["name"])
    resolved = aliases.resolve(collected.dropna(subset="name_normalised"))
    write_frame(resolved, output / "region_alias.parquet")

    place_names["name_normalised"] = normalise(connection, place_names["name"])
    place_alias = place_names[["name_normalised", "place_id"]].dropna().drop_duplicates()
    place_alias = place_alias.astype({"place_id": "int32"}).sort_values(["name_normalised", "place_id"])
    write_frame(place_alias, output / "place_alias.parquet", sorted_column="name_normalised")

    # GeoNames gives five decimals.
    x, y = places.geometry.x, places.geometry.y
    flat = pd.DataFrame(places.drop(columns="geometry"))
    flat["longitude_e5"] = np.round(x * 1e5).astype("int32")
    flat["latitude_e5"] = np.round(y * 1e5).astype("int32")
    write_frame(flat.astype({"place_id": "int32", "population": "int32"}), output / "place.parquet")


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: python -m imageo.regions.build_pack OUTPUT_DIR")
    settings = Settings.from_environment()
    if settings.database_url is None:
        sys.exit("set IMAGEO_DATABASE_URL to a deployed imageo database: names are normalised there")
    try:
        with psycopg.connect(settings.database_url) as connection, tempfile.TemporaryDirectory() as downloads:
            build(Path(sys.argv[1]), Path(downloads), connection)
    except ImageoError as error:
        sys.exit(f"build_pack: {error}")


if __name__ == "__main__":
    main()
