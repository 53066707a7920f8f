"""A map of errors: a line from where each photo was taken to where a model put it, and their sums as flows."""

import base64
from typing import Any

import folium
import numpy as np
import pandas as pd
import shapely
from branca.element import MacroElement
from folium.template import Template

from imageo.errors import InputError
from imageo.render.labels import clean_label, listed
from imageo.render.maps.drawing import Drawing, draw
from imageo.render.maps.error_columns import GRID_CELLS, PlaneGrid, error_columns, pack
from imageo.render.maps.projection import Coordinates, EqualEarth
from imageo.render.page import OfflineMap, Page

_NEEDED = [
    *("run_label", "image_id", "image_name", "confidence", "error_km", "true_country", "true_city"),
    *("answered_country", "answered_state", "answered_city", "place_country"),
    *("true_latitude", "true_longitude", "answered_latitude", "answered_longitude"),
]
_METHOD = (
    "Projection: Equal Earth, which keeps areas; points are drawn to 0.5 km. Lines are straight on this plane, not "
    "great circles; those shorter across 180° are drawn in two pieces, one at each edge. Distances are WGS84 "
    "geodesics, cut to whole kilometres from 100 km on. Country flows run between the median points of each country, "
    "from the country of the photo to the one that the answered point lies in, whatever the model wrote."
)
_PARTS = (
    *("words", "columns", "plane", "select", "flows", "state", "backdrop"),
    *("canvas", "density", "pen", "flow_pen", "pick", "controls", "table", "legend", "errors"),
)
# Borders are a faint backdrop: a coarser line does.
_TOLERANCE_CELLS = 5.0
_MOST_VECTORS = 1_000_000
_SOUTHERNMOST_IN_VIEW = -60.0


def error_map(
    frame: pd.DataFrame,
    shapes: pd.DataFrame | None = None,
    *,
    title: str = "",
    subtitle: str = "",
    provenance: str = "",
) -> folium.Map:
    """Draw every error of `frame` as a vector, with filters by run, confidence and distance, and a layer of flows.

    `frame`: rows of `bi.error_vector` of one dataset; a geometry column is not read. `shapes`: rows of
    `bi.region_shape` of one level for the backdrop; without them a graticule alone. Equal input gives equal bytes;
    the page loads nothing. Raises InputError when there is nothing to draw.
    """
    vectors = _drawable(frame)
    drawing, grid = _backdrop(shapes)
    plane = EqualEarth()
    columns = error_columns(
        vectors,
        *(
            grid.cells(plane.project_points(*(vectors[f"{end}_{axis}"].to_numpy(float) for axis in _AXES)))
            for end in ("true", "answered")
        ),
    )
    page = Page(
        title=title or f"Where models put the photos{_of_dataset(vectors)}",
        subtitle=subtitle or error_sentence(len(vectors), vectors["run_label"].nunique()),
        provenance=" ".join(filter(None, (provenance, _METHOD))),
        scripts=("payload.js", "tooltip.js", *(f"errors/{part}.js" for part in _PARTS)),
        styles=("page.css", "errors/errors.css"),
    )
    drawn = OfflineMap(
        page, crs="Simple", zoom_snap=0.05, zoom_delta=1, wheel_px_per_zoom_level=90, min_zoom=-9, zoom_animation=False
    )
    drawn.add_child(_Errors(pack(_header(drawing, grid), columns)))
    return drawn


_AXES = ("longitude", "latitude")


def error_sentence(vectors: int, runs: int) -> str:
    """What the lines are, in a sentence."""
    answers = f"{vectors:,} answer{'' if vectors == 1 else 's'} of {runs} model run{'' if runs == 1 else 's'}"
    return f"Each line leads from where a photo was taken to where a model put it: {answers}."


class _Errors(MacroElement):
    """The vectors, compressed, and the call that draws them on their map."""

    _template = Template(
        """
        {% macro html(this, kwargs) %}
            <script type="text/plain" id="errors-data">{{ this.data }}</script>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            imageo.start({{ this._parent.get_name() }}, "errors-data", imageo.errorMap, imageo.readColumns);
        {% endmacro %}
        """
    )

    def __init__(self, packed: bytes) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Errors"
        self._id = "imageo"
        self.data = base64.b64encode(packed).decode()


def _drawable(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows with a distance and both points, in an order that does not depend on the given one."""
    if missing := [name for name in _NEEDED if name not in frame.columns]:
        raise InputError(f"error map: the frame has no column {listed(missing)}; give rows of bi.error_vector")
    ends = [f"{end}_{axis}" for end in ("true", "answered") for axis in _AXES]
    rows = pd.DataFrame(frame[_NEEDED + [name for name in ("dataset",) if name in frame.columns]])
    rows = rows[rows[[*ends, "error_km"]].notna().all(axis=1)]
    if rows.empty:
        raise InputError("error map: there is no answer with coordinates to draw; see `imageo leaderboard`")
    if len(rows) > _MOST_VECTORS:
        raise InputError(f"error map: {len(rows):,} vectors are too many for a page; choose runs or distances")
    if "dataset" in rows and rows["dataset"].nunique() > 1:
        raise InputError(f"error map: {listed(sorted(rows['dataset'].unique()))} are in this frame; give one dataset")
    return rows.sort_values(["image_id", "run_label", "error_km", *ends], ignore_index=True)


def _of_dataset(vectors: pd.DataFrame) -> str:
    return f", dataset {clean_label(vectors['dataset'].iloc[0])}" if "dataset" in vectors else ""


def _backdrop(shapes: pd.DataFrame | None) -> tuple[Drawing, PlaneGrid]:
    """Outlines of regions, or the globe alone, and the grid that vectors stand on: four of its cells make one."""
    plane = EqualEarth()
    behind = plane.backdrop([])
    left, _, right, top = shapely.total_bounds(list(behind.globe))
    grid = PlaneGrid(left, top, (right - left) / GRID_CELLS)
    if shapes is None:
        return draw(np.array(behind.globe, dtype=object), behind, np.array([True])), grid
    geometries: Any = shapes.sort_values("region_code")["geometry"].to_numpy()
    geometries = geometries[shapely.area(geometries) > 0]
    regions = plane.project([], geometries)
    in_view = shapely.bounds(geometries)[:, 3] > _SOUTHERNMOST_IN_VIEW
    return draw(regions, behind, in_view if in_view.any() else ~in_view, _TOLERANCE_CELLS), grid


def _header(drawing: Drawing, grid: PlaneGrid) -> dict[str, Any]:
    return {
        "size": drawing.size,
        "view": drawing.view,
        "areas": drawing.areas,
        "lines": drawing.lines,
        "land": "".join(drawing.paths) if len(drawing.paths) > 1 else "",
        "edge": _edge(grid),
    }


def _edge(grid: PlaneGrid) -> list[list[int]]:
    """Half the width of the globe by cells from its northern end, for cutting lines at 180 degrees."""
    latitude: Coordinates = np.linspace(90, -90, 361)
    cells = grid.cells(EqualEarth().project_points(np.full(len(latitude), 180.0), latitude))
    return [cells[:, 1].tolist(), (cells[:, 0] - GRID_CELLS // 2).tolist()]
