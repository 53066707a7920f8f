"""Maps for notebooks: frames in, a folium map out, which a notebook shows and `.save("map.html")` writes.

Every function gives one page that loads nothing from the network; equal input gives equal bytes.

    import imageo
    from imageo import maps

    with imageo.open() as db:
        regions = db.frame("bi.country_map", dataset="demo")
    maps.choropleth(regions)
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from imageo.errors import InputError

if TYPE_CHECKING:
    import folium
    import pandas as pd
    from geopandas import GeoDataFrame

__all__ = [
    "choropleth",
    "error_map",
    "hexagons",
]

NEEDED = ("region_code", "n_all", "n_correct", "geometry")
"""Columns without which there is no choropleth; `measure` too, unless the argument says what was counted."""


def choropleth(
    frame: "GeoDataFrame",
    *,
    title: str | None = None,
    subtitle: str | None = None,
    provenance: str | None = None,
    level: str | None = None,
    measure: str | None = None,
    denominator: str = "all",
    minimum_n: int = 10,
    examples: "pd.DataFrame | None" = None,
    patterns: "pd.DataFrame | None" = None,
    thumbnails: Mapping[int, bytes] | None = None,
    backdrop: "GeoDataFrame | None" = None,
) -> "folium.Map":
    """Regions coloured by a rate, with a choice of run, measure and denominator in the page.

    `frame`: rows of `bi.country_map`, `bi.us_state_map` or `bi.admin1_map` of one dataset; or any GeoDataFrame, one
    row a region (and run, and measure), with

    - `region_code`, `geometry` (in any CRS that is told), `n_all` (images) and `n_correct` of them;
    - `measure` (country_match, city_match, accuracy_25km, ...), else the argument `measure` says what was counted;
    - if you like `run_label`, `region_name`, `parent_code`, `n_answered` (else all are), `error_km_median_answered`,
      `error_km_median_bounded`, `dataset`, `source`, `point_of_view`. Wilson intervals and empirical-Bayes rates are
      computed where they are missing.

    `level`: country, us_state (drawn in Albers with insets) or admin1; without it the codes tell. `measure` and
    `denominator` ("all", "answered") are what the page shows first; regions of fewer than `minimum_n` images are
    hatched. `examples`: rows of `bi.region_example` of that level, shown with their region. `patterns`: rows of
    `bi.estimate` of kind spatial and that level, outlined where they are beyond chance. `thumbnails`: JPEG bytes by
    image_id. `backdrop`: outlines behind the regions.
    Raises InputError where a column is missing, two datasets meet, or there is nothing to draw.
    """
    from imageo.render.maps.choropleth import choropleth as draw
    from imageo.render.maps.frames import first_measure, rates_of, shapes_of
    from imageo.render.maps.sources import boundary_sentence, data_sentence, version_sentence
    from imageo.render.maps.sources import subtitle as usual_subtitle
    from imageo.render.maps.sources import title as usual_title

    if missing := [name for name in NEEDED if name not in frame]:
        raise InputError(f"maps.choropleth: the frame has no column {', '.join(missing)}; it needs {', '.join(NEEDED)}")
    shapes = shapes_of(frame, level)
    rates = rates_of(frame, measure)
    shown = str(shapes["level"].iloc[0])
    dataset = str(rates["dataset"].iloc[0])
    runs = sorted(rates["run_label"].unique())
    footer = [data_sentence(dataset, runs), boundary_sentence(shapes), version_sentence(None, None)]
    return draw(
        shapes,
        rates,
        title=usual_title(dataset, shown) if title is None else title,
        subtitle=usual_subtitle(shown) if subtitle is None else subtitle,
        provenance=" ".join(filter(None, footer)) if provenance is None else provenance,
        minimum_n=minimum_n,
        measure=measure or first_measure(rates, shown),
        denominator=denominator,
        examples=examples,
        patterns=patterns,
        thumbnails=thumbnails,
        backdrop=backdrop,
    )


def hexagons(
    answers: "pd.DataFrame",
    *,
    resolution: int = 2,
    countries: "GeoDataFrame | None" = None,
    title: str | None = None,
    subtitle: str | None = None,
    provenance: str | None = None,
    measure: str = "country_match",
    denominator: str = "all",
    minimum_n: int = 10,
    patterns: "pd.DataFrame | None" = None,
) -> "folium.Map":
    """H3 hexagons coloured by a rate: what hangs on borders is gone.

    `answers`: rows of `bi.prediction_detail` of one dataset. `resolution`: 0 to 5; 2 is 87,000 km2 a cell. `countries`:
    rows of `bi.region_shape` of level country, for the outlines behind the hexagons and their names. The other
    arguments are those of `choropleth`. Raises InputError where there is nothing to draw.
    """
    from imageo.render.maps.frames import check_answers
    from imageo.render.maps.hexagons import hexagon_rates

    check_answers(answers, resolution)
    names = {} if countries is None else dict(zip(countries["region_code"], countries["region_name"], strict=True))
    shapes, rates, _ = hexagon_rates(answers, resolution, names)
    return choropleth(
        shapes.merge(rates.drop(columns=["level", "region_name"]), on="region_code"),
        title=title,
        subtitle=subtitle,
        provenance=provenance,
        measure=measure,
        denominator=denominator,
        minimum_n=minimum_n,
        patterns=patterns,
        backdrop=countries,
    )


def error_map(
    answers: "pd.DataFrame",
    *,
    countries: "GeoDataFrame | None" = None,
    title: str = "",
    subtitle: str = "",
    provenance: str = "",
) -> "folium.Map":
    """A line from where each photo was taken to where a model put it, and their sums as flows.

    `answers`: rows of `bi.error_vector` of one dataset. `countries`: rows of `bi.region_shape` of level country, for
    the outlines behind. Raises InputError where there is nothing to draw.
    """
    from imageo.render.maps.error_map import error_map as draw

    return draw(answers, countries, title=title, subtitle=subtitle, provenance=provenance)
