"""A choropleth of rates per region: every run, measure and denominator in one file, one geometry."""

import base64
import gzip
import json
from collections.abc import Mapping
from typing import Any

import folium
import geopandas as gpd
import pandas as pd
import shapely
from branca.element import MacroElement
from folium.template import Template

from imageo.errors import InputError
from imageo.render.labels import DENOMINATORS, LEVELS, MEASURES, clean_label, distinct_labels, listed, sorting_key
from imageo.render.maps import differences
from imageo.render.maps.classes import CIVIDIS
from imageo.render.maps.drawing import Drawing, draw
from imageo.render.maps.examples import region_examples, thumbnails_json
from imageo.render.maps.patterns import ERROR_MEASURE, pattern_spots
from imageo.render.maps.projection import projection_for
from imageo.render.maps.rates import RateColumns, rate_columns, without_repeats
from imageo.render.page import OfflineMap, Page

_METHOD = (
    "Intervals are Wilson's, 95 %. The shrunk rate draws rates of few images towards the mean of the run (empirical "
    "Bayes). A dot stands for a region too small to be seen."
)
_SCRIPTS = (
    "payload.js",
    "tooltip.js",
    *(
        f"choropleth/{name}.js"
        for name in (
            "words",
            "reading",
            "rate",
            "distance",
            "difference",
            "spots",
            "legend",
            "regions",
            "walk",
            "comparison",
            "examples",
            "panel",
            "search",
            "hash",
            "choices",
            "choropleth",
        )
    ),
)
# Antarctica is drawn, but the first view leaves it out.
_SOUTHERNMOST_IN_VIEW = -60.0


def choropleth(
    shapes: gpd.GeoDataFrame,
    rates: pd.DataFrame,
    *,
    title: str,
    subtitle: str,
    provenance: str,
    minimum_n: int = 10,
    measure: str = "country_match",
    denominator: str = "all",
    examples: pd.DataFrame | None = None,
    patterns: pd.DataFrame | None = None,
    thumbnails: Mapping[int, bytes] | None = None,
    backdrop: gpd.GeoDataFrame | None = None,
) -> folium.Map:
    """Colour regions by a rate, with a choice of run, measure and denominator in the page.

    `shapes`: rows of `bi.region_shape` of one level, geometry in EPSG:4326. `rates`: rows of `bi.region_rate` of one
    dataset and that level. `minimum_n`: regions with fewer images are hatched. `measure` and `denominator` ("all": no
    answer is wrong; "answered") are what the page shows first. `examples`: answers to show with their region, chosen
    by the caller. `patterns`: rows of `bi.estimate` of kind spatial. `thumbnails`: JPEG by `image_id`. `backdrop`:
    outlines to draw behind the regions, in EPSG:4326. Equal input gives equal bytes; the page loads nothing.
    Raises InputError when there is nothing to draw or an argument names nothing that exists.
    """
    level = _only_level(shapes)
    _check_choice(rates, measure, denominator)
    columns = rate_columns(rates, list(MEASURES), minimum_n)
    shown, drawing = _drawing(_by_name(shapes, level), level, backdrop)
    payload = _payload(shown, drawing, columns, level, minimum_n, (measure, denominator))
    measures = [each["key"] for each in payload["measures"]]
    payload["patterns"] = pattern_spots(patterns, columns.runs, measures, list(DENOMINATORS))
    payload["examples"] = region_examples(examples, columns.runs, payload["codes"])
    page = Page(
        title=title,
        subtitle=subtitle,
        provenance=" ".join(filter(None, (provenance, _undrawn(shown, columns), _METHOD))),
        scripts=_SCRIPTS,
        styles=("page.css", "choropleth/choropleth.css", "choropleth/panel.css"),
        pictures=bool(thumbnails),
    )
    plane = OfflineMap(page, crs="Simple", zoom_snap=0.05, zoom_delta=1, wheel_px_per_zoom_level=90, min_zoom=-9)
    plane.add_child(_Regions(payload, thumbnails_json(thumbnails or {}, payload["examples"])))
    return plane


class _Regions(MacroElement):
    """The data of a choropleth, compressed, its pictures, and the call that draws it on its map."""

    _template = Template(
        """
        {% macro html(this, kwargs) %}
            <script type="text/plain" id="regions-data">{{ this.data }}</script>
            <script type="text/plain" id="thumbnails">{{ this.thumbnails }}</script>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            imageo.start({{ this._parent.get_name() }}, "regions-data", imageo.choropleth);
        {% endmacro %}
        """
    )

    def __init__(self, payload: dict[str, Any], thumbnails: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Regions"
        self._id = "imageo"
        self.thumbnails = thumbnails
        text = json.dumps(payload, separators=(",", ":"), allow_nan=False)
        self.data = base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()


def _only_level(shapes: gpd.GeoDataFrame) -> str:
    levels = sorted(shapes["level"].unique())
    if len(levels) != 1:
        found = ", ".join(levels) or "no region"
        raise InputError(f"map: one level of regions can be drawn at a time, got {found}; choose one level")
    return str(levels[0])


def _check_choice(rates: pd.DataFrame, measure: str, denominator: str) -> None:
    present = [name for name in MEASURES if (rates["measure"] == name).any()]
    if not present:
        raise InputError("map: there are no rates to draw; ingest predictions first, or choose another level")
    present.append(ERROR_MEASURE)
    if measure not in present:
        raise InputError(f"map: there is no measure {measure!r} here; choose one of {', '.join(present)}")
    if denominator not in DENOMINATORS:
        raise InputError(f"map: there is no denominator {denominator!r}; choose one of {', '.join(DENOMINATORS)}")


def _by_name(shapes: gpd.GeoDataFrame, level: str) -> gpd.GeoDataFrame:
    """Regions under the names that readers see, in the order in which the keyboard walks through them."""
    names = [clean_label(name) for name in shapes["region_name"]]
    if level == "admin1":
        # Many countries have a Central Province.
        names = [f"{name}, {parent}" for name, parent in zip(names, shapes["parent_code"], strict=True)]
    ordered = shapes.assign(region_name=names, folded=[sorting_key(name) for name in names])
    return ordered.sort_values(["folded", "region_code"]).reset_index(drop=True)


def _drawing(shapes: gpd.GeoDataFrame, level: str, land: gpd.GeoDataFrame | None) -> tuple[gpd.GeoDataFrame, Drawing]:
    """The shapes of which the projection shows something, and what it shows; `land` lies behind."""
    projection = projection_for(level)
    bounded = shapes[shapely.area(shapes.geometry.to_numpy()) > 0]
    regions = projection.project(bounded["region_code"].tolist(), bounded.geometry.to_numpy())
    # An inset of the United States leaves out what lies outside its window.
    seen = shapely.area(regions) > 0
    if not seen.any():
        raise InputError(f"map: no boundary of level {level} has an area; load them with `imageo ingest regions`")
    shown = bounded[seen].reset_index(drop=True)
    in_view = shapely.bounds(shown.geometry.to_numpy())[:, 3] > _SOUTHERNMOST_IN_VIEW
    backdrop = projection.backdrop(shown["region_code"].tolist())
    if land is not None:
        outlines = land.geometry.to_numpy()[shapely.area(land.geometry.to_numpy()) > 0]
        backdrop = backdrop._replace(land=list(projection.project([""] * len(outlines), outlines)))
    return shown, draw(regions[seen], backdrop, in_view if in_view.any() else ~in_view)


def _payload(
    shapes: gpd.GeoDataFrame,
    drawing: Drawing,
    columns: RateColumns,
    level: str,
    minimum_n: int,
    choice: tuple[str, str],
) -> dict[str, Any]:
    rated = {code: index for index, code in enumerate(columns.regions)}
    measure, denominator = choice
    measures = _measures(columns)
    return {
        "level": LEVELS.get(level, ("region", "regions")),
        "size": drawing.size,
        "view": drawing.view,
        "areas": drawing.areas,
        "land": drawing.land,
        "lines": drawing.lines,
        "codes": shapes["region_code"].tolist(),
        "names": shapes["region_name"].tolist(),
        "paths": drawing.paths,
        "symbols": drawing.symbols,
        "reach": drawing.reach,
        "rated": [rated.get(code) for code in shapes["region_code"]],
        "runs": distinct_labels(columns.runs),
        "measures": measures,
        "denominators": [{"key": key, "label": label} for key, label in DENOMINATORS.items()],
        "first": {
            "run": 0,
            "measure": [each["key"] for each in measures].index(measure),
            "denominator": list(DENOMINATORS).index(denominator),
        },
        "minimum": minimum_n,
        "colours": {"sequential": CIVIDIS, "light": differences.LIGHT, "dark": differences.DARK},
        "steps": {"rate": differences.RATE_STEPS, "distance": differences.DISTANCE_STEPS},
        "intervals": columns.intervals,
        "values": without_repeats(columns.values),
    }


def _measures(columns: RateColumns) -> list[dict[str, Any]]:
    """What can be chosen: `source` is the place of the measure whose values are read, among the columns."""
    rates = [
        {"key": name, "kind": "rate", "source": place, "breaks": breaks, **MEASURES[name]._asdict()}
        for place, (name, breaks) in enumerate(zip(columns.measures, columns.breaks, strict=True))
    ]
    error = {"key": ERROR_MEASURE, "kind": "distance", "label": "Median error", "meaning": ""}
    return [*rates, error | {"source": columns.distance_measure, "breaks": columns.distance_breaks}]


def _undrawn(shapes: gpd.GeoDataFrame, columns: RateColumns) -> str:
    """A sentence on the regions that have rates and no boundary; nothing goes missing silently."""
    missing = sorted(set(columns.regions) - set(shapes["region_code"]))
    if not missing:
        return ""
    return f"Not drawn, for want of a boundary: {listed([clean_label(code) for code in missing])}."
