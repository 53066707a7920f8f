"""Continents, for drawing: a point's continent is that of its country."""

import geopandas as gpd
import shapely

from imageo.regions.drawing import label_points
from imageo.regions.grid import CELLS_PER_DEGREE, to_multipolygons
from imageo.regions.pack_build import overrides


def build_continents(countries: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Rows of data.region (level continent): the drawn countries (parent_code, drawn, source) put together."""
    names = {code: name for name, code in overrides.CONTINENTS.items()}
    rows = [
        {
            "level": "continent",
            "code": code,
            "name": names[code],
            "attributes": "{}",
            "source": "countries put together by their continent in " + group["source"].iloc[0],
            "drawn": shapely.union_all(group["drawn"].to_numpy(), grid_size=1 / CELLS_PER_DEGREE),
        }
        for code, group in countries.groupby("parent_code")
    ]
    frame = gpd.GeoDataFrame(rows, geometry="drawn", crs=4326)
    frame["drawn"] = to_multipolygons(frame["drawn"].to_numpy())
    frame["label_location"] = label_points(frame["drawn"].to_numpy())
    return frame
