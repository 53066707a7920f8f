"""H3 hexagons as regions of a map: outlines, names, and rates of the images in them."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from imageo.analysis.grouped_rates import grouped_rates
from imageo.analysis.hexagons import cells, centre_names
from imageo.render.maps.projection import cut_at_antimeridian

LEVEL = "hex"
MOST_RESOLUTION = 5
"""Finer cells are below a pixel on a map of the world."""


class HexagonRates(NamedTuple):
    """Cells with images as rows of bi.region_shape, their rates as rows of bi.region_rate, the cell of each answer."""

    shapes: gpd.GeoDataFrame
    rates: pd.DataFrame
    cell: pd.Series


def hexagon_rates(answers: pd.DataFrame, resolution: int, countries: Mapping[str, str] | None = None) -> HexagonRates:
    """Count the answers by the H3 cell of the true point.

    `answers`: rows of bi.prediction_detail. `countries`: code -> name; a cell is named after the country that most of
    its images are of, beside its centre.
    """
    cell = _cells(answers, resolution)
    known = {code: (countries or {}).get(country, country) for code, country in _main_country(answers, cell).items()}
    shapes = hexagon_shapes(cell.unique(), resolution, known)
    names = dict(zip(shapes["region_code"], shapes["region_name"], strict=True))
    rates = grouped_rates(answers, cell)
    return HexagonRates(shapes, rates.assign(level=LEVEL, region_name=rates["region_code"].map(names)), cell)


def hexagon_shapes(codes: Iterable[str], resolution: int, countries: Mapping[str, str]) -> gpd.GeoDataFrame:
    """Cells as rows of bi.region_shape, in the order of their codes; cut where they cross 180 degrees."""
    import h3

    named = [(code, f"{countries[code]}, {at}" if code in countries else at) for code, at in centre_names(codes)]
    centres = np.array([h3.cell_to_latlng(code) for code, _ in named]).reshape(-1, 2)
    outlines = [shapely.Polygon([(x, y) for y, x in h3.cell_to_boundary(code)]) for code, _ in named]
    area = h3.average_hexagon_area(resolution, unit="km^2")
    return gpd.GeoDataFrame(
        {
            "shape_id": range(1, len(named) + 1),
            "level": LEVEL,
            "region_code": [code for code, _ in named],
            "region_name": [name for _, name in named],
            "parent_code": None,
            "source": f"H3 hexagons of resolution {resolution}, {area:,.0f} km² each on average (h3geo.org)",
            "point_of_view": None,
            "latitude": centres[:, 0],
            "longitude": centres[:, 1],
        },
        geometry=[cut_at_antimeridian(outline) for outline in outlines],
        crs=4326,
    )


def _cells(answers: pd.DataFrame, resolution: int) -> pd.Series:
    """The H3 cell of each answer's true point; every image is looked up once."""
    images = answers.drop_duplicates("image_id")
    found = cells(images["true_latitude"], images["true_longitude"], resolution)
    return answers["image_id"].map(dict(zip(images["image_id"], found, strict=True)))


def _main_country(answers: pd.DataFrame, cell: pd.Series) -> dict[str, str]:
    """The country of most images of a cell; of two with as many, the first by code."""
    images = pd.DataFrame({"image": answers["image_id"], "cell": cell, "country": answers["true_country_iso"]})
    counts = images.drop_duplicates("image").groupby(["cell", "country"]).size().rename("n").reset_index()
    first = counts.sort_values(["cell", "n", "country"], ascending=[True, False, True]).drop_duplicates("cell")
    return dict(zip(first["cell"], first["country"], strict=True))
