"""US states, the District of Columbia and territories: US Census Bureau cartographic boundaries, 1:500,000."""

import json
from pathlib import Path

import geopandas as gpd

from imageo.regions.grid import to_grid

SOURCE = "US Census Bureau 2018, cartographic boundaries 1:500,000 (cb_2018_us_state_500k)"
FILE = "geostates/shapefiles/cb_2018_us_state_500k/cb_2018_us_state_500k.shp"


def read_us_states(package: Path) -> gpd.GeoDataFrame:
    return gpd.read_file(package / FILE, encoding="utf-8")


def build_us_states(source: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Rows of data.region (level us_state) with the exact boundary in `geometry`."""
    frame = gpd.GeoDataFrame(
        {
            "level": "us_state",
            "code": source["STUSPS"],
            "name": source["NAME"],
            "parent_code": "US",
            "attributes": [
                json.dumps({"fips": fips, "land_m2": int(land), "water_m2": int(water)})
                for fips, land, water in zip(source["STATEFP"], source["ALAND"], source["AWATER"], strict=True)
            ],
            "source": SOURCE,
        },
        # NAD83, which is within two metres of WGS84: the boundaries themselves are good to tens of metres.
        geometry=to_grid(source.geometry.to_numpy()),
        crs=4326,
    )
    return frame.sort_values("code", ignore_index=True)
