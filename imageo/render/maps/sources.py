"""The words around a map: title, subtitle, and what the footer tells of data, runs, boundaries and versions."""

from collections.abc import Sequence
from datetime import date

import geopandas as gpd
import pandas as pd
import psycopg

from imageo import __version__
from imageo.db.frames import read_view
from imageo.render.labels import LEVELS, clean_label, listed

COUNTED = (
    "A rate is over all images, where a non-answer is wrong, or over the answers only: those that name a country, "
    "state or city, or those with coordinates."
)
_NAMES = "Names of places are matched by GeoNames (CC BY 4.0)."


def title(dataset: str, level: str) -> str:
    """The heading of a choropleth."""
    _, plural = LEVELS.get(level, ("", level))
    return f"Where models know the place of a photo: {plural}, dataset {clean_label(dataset)}"


def subtitle(level: str) -> str:
    """What the colours mean, in one sentence."""
    singular, _ = LEVELS.get(level, (level, ""))
    return f"Each {singular} is coloured by how often a model places the photos taken there correctly; darker is worse."


def data_sentence(dataset: str, runs: Sequence[str]) -> str:
    """Whose answers are drawn."""
    named = listed([clean_label(run) for run in runs])
    return f"Dataset {clean_label(dataset)}, {len(runs)} run{'s' if len(runs) > 1 else ''}: {named}."


def boundary_sentence(shapes: gpd.GeoDataFrame) -> str:
    """Source and point of view of the boundaries; most regions of a level share them."""
    if "source" not in shapes or shapes["source"].isna().all():
        return ""
    # What stands behind a semicolon is of single regions: which country a territory was split from.
    origins = shapes["source"].dropna().str.partition(";")[0]
    source = listed([clean_label(text, 160) for text in origins.value_counts().index], most=3)
    views = shapes["point_of_view"].dropna().value_counts().index
    view = listed([clean_label(text, 160) for text in views], most=1)
    if (shapes["level"] == "hex").all():
        return f"Regions: {source}."
    disputed = f"; disputed borders: {view}" if view else ""
    return f"Boundaries: {source}, simplified for drawing{disputed}."


def names_sentence(rates: pd.DataFrame) -> str:
    """Credit for the gazetteer, where a measure rests on it."""
    return _NAMES if rates["measure"].isin(["country_match", "state_match", "city_match"]).any() else ""


def version_sentence(connection: psycopg.Connection | None, drawn_on: date | None) -> str:
    """Which imageo drew it, by which definitions, and when."""
    stands = read_view(connection, "bi.deployment") if connection else pd.DataFrame()
    digest = "" if stands.empty else f", definitions {stands['digest'].iloc[0][:12]} of {stands['version'].iloc[0]}"
    drawn = f", {drawn_on.isoformat()}" if drawn_on else ""
    return f"Drawn by imageo {__version__}{digest}{drawn}."
