"""Cells as regions: outlines, names, the edge of the map."""

import h3
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from imageo.render.maps.hexagons import hexagon_rates, hexagon_shapes


@pytest.mark.parametrize("resolution", [0, 2, 4])
def test_an_outline_has_the_area_and_centre_of_its_cell(resolution: int) -> None:
    cell = h3.latlng_to_cell(48.85, 2.35, resolution)
    row = hexagon_shapes([cell], resolution, {}).iloc[0]
    drawn = shapely.segmentize(row["geometry"], 0.05)
    area, _ = Geod(ellps="sphere").geometry_area_perimeter(drawn)
    # H3 cells have great circles for edges, drawn ones straight lines in degrees.
    assert abs(area) / 1e6 == pytest.approx(h3.cell_area(cell, "km^2"), rel=0.05 if resolution else 0.2)
    assert row["geometry"].contains(shapely.Point(row["longitude"], row["latitude"]))


def test_a_cell_across_180_degrees_is_cut() -> None:
    cell = h3.latlng_to_cell(-17.0, 179.99, 2)
    (outline,) = hexagon_shapes([cell], 2, {}).geometry
    west, _, east, _ = outline.bounds
    assert (west, east) == (-180, 180)
    assert all(part.bounds[2] - part.bounds[0] < 5 for part in shapely.get_parts(outline))
    whole = h3.cell_area(cell, "km^2")
    area, _ = Geod(ellps="sphere").geometry_area_perimeter(outline)
    assert abs(area) / 1e6 == pytest.approx(whole, rel=0.02)


def test_the_cell_around_the_pole_is_led_over_it() -> None:
    cell = h3.latlng_to_cell(90, 0, 1)
    (outline,) = hexagon_shapes([cell], 1, {}).geometry
    assert outline.is_valid
    assert outline.contains(shapely.Point(10, 89.9))
    assert outline.contains(shapely.Point(-170, 89.9))


def test_names_are_the_commonest_country_and_the_centre() -> None:
    places = [(10.0, 20.0, "TD")] * 2 + [(10.01, 20.0, "CF")] * 3 + [(10.02, 20.0, None)] * 9 + [(-40.0, -30.0, None)]
    columns = {"dataset": "d", "provider": "p", "model": "m", "run_label": "m", "run_id": 1, "error_km": 1.0}
    verdicts = {f"is_{each}_match": None for each in ("country", "state", "city")}
    named = {f"answered_{each}": None for each in ("country", "state", "city")}
    answers = pd.DataFrame(
        [
            {"image_id": i, "true_latitude": y, "true_longitude": x, "true_country_iso": iso}
            for i, (y, x, iso) in enumerate(places)
        ]
    ).assign(**columns, **verdicts, **named)
    shapes, rates, cell = hexagon_rates(answers, 1, {"TD": "Chad", "CF": "Central African Republic"})
    land, sea = sorted(shapes["region_name"], reverse=True)[:2], sorted(shapes["region_name"])[0]
    assert land[0].startswith("Central African Republic, ")
    assert sea[0].isdigit()
    counted = rates[rates["measure"] == "accuracy_25km"].set_index("region_name")["n_all"]
    assert counted[land[0]] == 14
    assert cell.map(dict(zip(shapes["region_code"], shapes["region_name"], strict=True))).value_counts()[land[0]] == 14
    assert set(rates["measure"]) == {f"accuracy_{km}km" for km in (1, 25, 200, 750, 2500)}
