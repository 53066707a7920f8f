"""The bias map beside plain folium, ten models each: size of the file, time until all regions stand on the screen."""

import json
import random
import re
import shutil
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

import folium
import geopandas as gpd
import pandas as pd
import psycopg
from playwright.sync_api import Browser, Page, Route, sync_playwright

from imageo.analysis.hexagons import cells
from imageo.db.estimates import store_analysis
from imageo.db.frames import read_view
from imageo.db.refresh import refresh_runs
from imageo.render.maps.write import write_map
from imageo.render.page import read_asset
from tests.bench.scale import add_images, add_run, scratch_database
from tests.browser.conftest import FLAGS

ROOT = Path(__file__).parent.parent.parent
IMAGES = 10_000
MODELS = 10
REPEATS = 5
SETTLED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))"
SWITCH = """async () => {
    const select = document.querySelector("select[name=run]");
    const start = performance.now();
    select.value = (Number(select.value) + 1) % select.options.length;
    select.dispatchEvent(new Event("change"));
    return performance.now() - start;
}"""


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print("bench_map: no Chromium in PATH: apt-get install chromium")
        return
    with scratch_database() as connection, tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        dataset_id = add_images(connection, IMAGES)
        runs = [add_run(connection, dataset_id, number) for number in range(MODELS)]
        refresh_runs(connection, runs)
        _add_words(connection)
        _add_patterns(connection, dataset_id, runs)
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        print(f"{MODELS} models, {IMAGES:,} images; median of {REPEATS}")
        print(f"{'map':24} {'written s':>10} {'size MB':>8} {'ready s':>8} {'switch ms':>10}")
        measure = partial(_report, browser, Path(folder) / "map.html")
        for level in ("country", "us_state", "admin1", "hex"):
            measure(f"imageo {level}", partial(write_map, connection, level=level))
        for level in ("country", "admin1"):
            measure(f"{level}, no examples", partial(write_map, connection, level=level, examples=0))
        measure("country, all examples", partial(write_map, connection, level="country", examples=3))
        shapes = read_view(connection, "bi.region_shape", {"level": "country"})
        rates = read_view(connection, "bi.region_rate", {"level": "country", "measure": "country_match"})
        measure("plain folium country", partial(_plain_folium, shapes, rates))
        browser.close()


def _add_words(connection: psycopg.Connection) -> None:
    """Reasons of the usual length to every answer: words of a real text, in the frequency that they have there."""
    draw = random.Random(0)
    words = re.findall(r"[A-Za-z]{2,}", (ROOT / "README.md").read_text())
    connection.execute("create temporary table said (image_id bigint, run_id integer, reasoning jsonb)")
    keys = connection.execute("select image_id, run_id from data.prediction").fetchall()
    with connection.cursor().copy("copy said from stdin") as copy:
        for image_id, run_id in keys:
            reasons = {part: " ".join(draw.choices(words, k=25)) for part in ("spatial_context", "text_and_signage")}
            copy.write_row([image_id, run_id, json.dumps(reasons)])
    connection.execute(
        "update data.prediction as answer set reasoning = said.reasoning from said"
        " where said.image_id = answer.image_id and said.run_id = answer.run_id"
    )


def _add_patterns(connection: psycopg.Connection, dataset_id: int, runs: list[int]) -> None:
    """Local statistics of every region and run; 2 % are beyond chance, as in the demo's world."""
    draw = random.Random(0)
    places = connection.execute("select latitude, longitude from core.image").fetchall()
    groups = {"hexagon": sorted(set(cells(*zip(*places, strict=True), 2)))}
    for level in ("country", "us_state", "admin1"):
        codes = connection.execute("select distinct region_code from bi.region_rate where level = %s", [level])
        groups[level] = sorted(code for (code,) in codes)
    of_rates = {"statistic": "local_moran", "measure": "country_match", "denominator": "all", "note": "Low among low"}
    of_errors = {"statistic": "getis_ord_z", "measure": "log_error", "denominator": "bounded", "note": "Large errors"}
    found = [
        form | {"run_id": run, "grouping": grouping, "subject": code, "estimate": 1.0, "p_adjusted": p}
        for grouping, codes in groups.items()
        for run in runs
        for form in (of_rates, of_errors)
        for code in codes
        for p in [0.02 if draw.random() < 0.02 else 0.7]
    ]
    chosen = {"measure": "country_match", "denominator": "all", "weights": "contiguity", "minimum_n": 5}
    store_analysis(connection, dataset_id, "spatial", chosen | {"resolution": 2}, 0, found)


def _plain_folium(shapes: gpd.GeoDataFrame, rates: pd.DataFrame, file: Path) -> None:
    """One choropleth a model with a tooltip and a control, as folium's documentation has it; one measure only."""
    drawn = folium.Map([20, 0], zoom_start=2, tiles=None)
    for label, rows in rates.groupby("run_label"):
        joined = shapes.merge(rows[["region_code", "rate_all", "n_all"]], on="region_code", how="left")
        layer = folium.Choropleth(
            joined[["region_code", "region_name", "n_all", "rate_all", "geometry"]],
            data=rows,
            columns=["region_code", "rate_all"],
            key_on="feature.properties.region_code",
            name=label,
        )
        # Its legend needs d3, which is not here to be served.
        for name in [name for name in layer._children if name.startswith("color_map")]:
            del layer._children[name]
        folium.GeoJsonTooltip(["region_name", "n_all", "rate_all"]).add_to(layer.geojson)
        layer.add_to(drawn)
    folium.LayerControl().add_to(drawn)
    drawn.save(str(file))


def _report(browser: Browser, file: Path, name: str, write: Callable[[Path], object]) -> None:
    start = time.perf_counter()
    write(file)
    written = time.perf_counter() - start
    ready, switch = [], []
    for _ in range(REPEATS):
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.route(re.compile("^https:"), _serve)
        page.goto(file.as_uri())
        if page.locator("#regions-data").count():
            page.locator("html[data-ready]").wait_for(state="attached")
            ready.append(page.evaluate(SETTLED))
            switch.append(_switch(page))
        else:
            ready.append(page.evaluate(SETTLED))
            assert page.locator("path.leaflet-interactive").count() > MODELS
        page.close()
    switched = f"{median(switch):10.0f}" if switch else ""
    size = file.stat().st_size / 1e6
    print(f"{name:24} {written:10.1f} {size:8.2f} {median(ready) / 1000:8.2f} {switched}", flush=True)


def _switch(page: Page) -> float:
    return float(median(page.evaluate(SWITCH) for _ in range(5)))


def _serve(route: Route) -> None:
    """Leaflet from the disk, so that the network has no part in the times; everything else is empty."""
    asset = next((name for name in ("leaflet.js", "leaflet.css") if route.request.url.endswith(f"/{name}")), None)
    route.fulfill(body=read_asset(f"leaflet/{asset}") if asset else "")


if __name__ == "__main__":
    main()
