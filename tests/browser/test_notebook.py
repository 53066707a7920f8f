"""`imageo.maps`: what a notebook shows of a frame."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from playwright.sync_api import Browser

from imageo import maps
from imageo.errors import InputError


@pytest.fixture
def map_rows(shapes: Callable, rates: pd.DataFrame) -> gpd.GeoDataFrame:
    """Rows as bi.country_map gives them."""
    return shapes().drop(columns=["shape_id", "level"]).merge(rates.drop(columns="level"), on="region_code")


def test_a_frame_of_the_map_view_is_drawn_with_its_numbers(map_rows: gpd.GeoDataFrame, visit: Callable) -> None:
    visited = visit(maps.choropleth(map_rows))
    visited.point_at(visited.region("Alphaland"))
    shown = visited.tooltip()
    assert (shown["Rate"], shown["95 % interval"]) == ("80.0 %", "49.0 % to 94.3 %")
    assert "Dataset synthetic, 2 runs: simulated-a, simulated-b." in visited.page.locator("footer").inner_text()


def test_a_notebook_shows_it_in_a_frame_of_its_own(
    map_rows: gpd.GeoDataFrame, browser: Browser, tmp_path: Path
) -> None:
    cell = maps.choropleth(map_rows)._repr_html_()
    file = tmp_path / "notebook.html"
    file.write_text(f"<!doctype html><title>notebook</title>{cell}", encoding="utf-8")
    page = browser.new_page(viewport={"width": 900, "height": 800})
    complaints: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(file.as_uri())
    inside = page.frame_locator("iframe")
    inside.locator("html[data-ready]").wait_for(state="attached")
    alpha = inside.locator("path.region[aria-label^=Alphaland]")
    before = alpha.evaluate("e => getComputedStyle(e).fill")
    inside.locator("select[name=run]").select_option(label="simulated-b")
    assert alpha.evaluate("e => getComputedStyle(e).fill") != before
    alpha.press("Enter")
    assert inside.locator("body").evaluate("e => e.scrollWidth <= e.ownerDocument.defaultView.innerWidth")
    page.close()
    assert complaints == []
    assert [url for url in requests if not url.startswith(("file:", "about:", "data:"))] == []


def test_equal_frames_give_equal_bytes(map_rows: gpd.GeoDataFrame) -> None:
    first = maps.choropleth(map_rows).get_root().render()
    again = maps.choropleth(map_rows.sample(frac=1, random_state=3)).get_root().render()
    assert first == again


def counts(**columns: Any) -> gpd.GeoDataFrame:
    """Somebody's own regions in metres, with nothing but counts."""
    frame = gpd.GeoDataFrame(
        {"region_code": ["north", "south"], "n_all": [40, 20], "n_correct": [10, 20], **columns},
        geometry=[shapely.box(0, 5e6, 1e6, 6e6), shapely.box(0, 4e6, 1e6, 5e6)],
        crs=3857,
    )
    return frame.rename_geometry("shape") if "named" in columns else frame


def test_regions_of_ones_own_need_counts_only(visit: Callable) -> None:
    visited = visit(maps.choropleth(counts(), measure="city_match", title="Our districts", provenance="Made by hand."))
    assert visited.page.locator("h1").inner_text() == "Our districts"
    visited.point_at(visited.region("north"))
    shown = visited.tooltip()
    # 10 of 40: Wilson's interval is 0.1419 to 0.4019.
    assert (shown["Rate"], shown["95 % interval"]) == ("25.0 %", "14.2 % to 40.2 %")


def test_hexagons_of_answers(visit: Callable) -> None:
    spots = [(48.85, 2.35, "FR", True)] * 12 + [(-17.9, 179.99, "FJ", False)] * 11
    answers = pd.DataFrame(
        [
            {
                "dataset": "made", "provider": "test", "model": "one", "run_label": "one", "run_id": 1, "image_id": i,
                "true_country_iso": country, "true_latitude": latitude, "true_longitude": longitude,
                "answered_country": "x", "answered_state": None, "answered_city": None, "error_km": 1.5,
                "is_country_match": hit, "is_state_match": None, "is_city_match": None,
            }
            for i, (latitude, longitude, country, hit) in enumerate(spots)
        ]
    )  # fmt: skip
    visited = visit(maps.hexagons(answers, resolution=1))
    visited.point_at(visited.region("FR, "))
    shown = visited.tooltip()
    assert re.fullmatch(r"FR, \d+\.\d N \d+\.\d E", shown["name"])
    assert (shown["Rate"], shown["Images"]) == ("100.0 %", "12")
    visited.point_at(visited.region("FJ, "))
    assert visited.tooltip()["Rate"] == "0.0 %"
    # The cell lies on both edges of the map: its path has two rings.
    path = visited.page.locator("path.region[aria-label^=FJ]").first.get_attribute("d")
    assert path
    assert path.upper().count("M") == 2


@pytest.mark.parametrize(
    ("frame", "arguments", "words"),
    [
        (counts().drop(columns=["n_all"]), {}, "no column n_all; it needs region_code, n_all, n_correct, geometry"),
        (counts(), {}, "say what was counted with measure="),
        (counts().set_crs(None, allow_override=True), {"measure": "city_match"}, "no CRS"),
        (counts().iloc[:0], {"measure": "city_match"}, "no row"),
        (counts(dataset=["a", "b"]), {"measure": "city_match"}, "holds a, b; choose one"),
        (counts(n_answered=[5, 20]), {"measure": "city_match"}, "'north' has 10 right of 5 answers and 40 images"),
        (counts(), {"measure": "charm"}, "no rates to draw"),
        (counts(measure="city_match"), {"measure": "country_match"}, "no measure 'country_match' here"),
    ],
)
def test_what_cannot_be_drawn_is_said(frame: gpd.GeoDataFrame, arguments: dict[str, str], words: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        maps.choropleth(frame, **arguments)


def test_a_notebook_frame_holds_names_as_text(visit: Callable, map_rows: gpd.GeoDataFrame) -> None:
    evil = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"
    hostile = map_rows.assign(region_name=evil, run_label=evil + map_rows["run_label"])
    visited = visit(maps.choropleth(hostile))
    visited.point_at(0)
    assert visited.tooltip()["name"].startswith("<img src=x onerror=alert(1)>")
    assert "<script>alert(2)</script>" in visited.page.locator("footer").inner_text()
