"""A map of 100,000 errors beside plain folium lines, which stop at a few thousand: size, time to ready, one filter."""

import re
import shutil
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

import folium
import pandas as pd
from playwright.sync_api import Browser, Route, sync_playwright

from imageo.db.frames import read_view
from imageo.render.maps.error_map import error_map
from imageo.render.page import read_asset
from tests.bench.error_frame import error_frame
from tests.bench.scale import scratch_database
from tests.browser.conftest import FLAGS

FOLIUM_LINES = 5_000
REPEATS = 5
SETTLED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))"
FILTER = """async () => {
    const run = document.querySelector("select[name=run]");
    const start = performance.now();
    run.value = run.value === "-1" ? "0" : "-1";
    run.dispatchEvent(new Event("change"));
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    return performance.now() - start;
}"""


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print("bench_errors: no Chromium in PATH: apt-get install chromium")
        return
    with scratch_database() as connection:
        shapes = read_view(connection, "bi.region_shape", {"level": "country"})
    ten, one = error_frame(10_000, 10), error_frame(100_000, 1, as_uuid=False)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        print(f"median of {REPEATS}; ready: two frames after the last line; filter: another run, until it is drawn")
        print(f"{'map':44} {'vectors':>8} {'written s':>10} {'size MB':>8} {'ready s':>8} {'filter ms':>10}")
        measure = partial(_report, browser, Path(folder) / "errors.html")
        for name, frame in {"10 runs, 10,000 photos": ten, "1 run, 100,000 photos": one}.items():
            draw = partial(_imageo, frame, shapes)
            measure(f"imageo, flows, {name}", len(frame), draw)
            size, ready = measure(f"imageo, all vectors, {name}", len(frame), draw, "#show=vectors&from=0")
        plain = partial(_plain_folium, ten.head(FOLIUM_LINES))
        plain_size, plain_ready = measure("plain folium PolyLine", FOLIUM_LINES, plain)
        times = len(one) // FOLIUM_LINES
        print(
            f"{times} times the vectors in {size / plain_size:.2f} of the size, {ready / plain_ready:.2f} of the time"
        )
        browser.close()


def _imageo(frame: pd.DataFrame, shapes: pd.DataFrame, file: Path) -> None:
    file.write_text(error_map(frame, shapes).get_root().render(), encoding="utf-8")


def _plain_folium(frame: pd.DataFrame, file: Path) -> None:
    """A line with a tooltip a vector, on a canvas, as folium's documentation has it; no filter, no names of images."""
    drawn = folium.Map([20, 0], zoom_start=2, tiles=None, prefer_canvas=True)
    for row in frame.itertuples():
        folium.PolyLine(
            [(row.true_latitude, row.true_longitude), (row.answered_latitude, row.answered_longitude)],
            weight=1,
            tooltip=f"{row.true_city} to {row.answered_city}, {row.error_km:.0f} km",
        ).add_to(drawn)
    drawn.save(str(file))


def _report(
    browser: Browser, file: Path, name: str, vectors: int, write: Callable[[Path], None], state: str = ""
) -> tuple[float, float]:
    """Print a line of the table; size in MB and seconds to ready."""
    start = time.perf_counter()
    write(file)
    written = time.perf_counter() - start
    ready, filtered = [], []
    for _ in range(REPEATS):
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.route(re.compile("^https:"), _serve)
        page.goto(file.as_uri() + state)
        if page.locator("#errors-data").count():
            page.locator("html[data-ready]").wait_for(state="attached")
            ready.append(page.evaluate(SETTLED))
            filtered.append(median(page.evaluate(FILTER) for _ in range(4)))
        else:
            ready.append(page.evaluate(SETTLED))
            assert page.locator("canvas").count() == 1
        page.close()
    told = f"{median(filtered):10.0f}" if filtered else ""
    size = file.stat().st_size / 1e6
    print(f"{name:44} {vectors:8,} {written:10.1f} {size:8.2f} {median(ready) / 1000:8.2f} {told}", flush=True)
    return size, median(ready)


def _serve(route: Route) -> None:
    """Leaflet from the disk, so that the network has no part in the times; everything else is empty."""
    asset = next((name for name in ("leaflet.js", "leaflet.css") if route.request.url.endswith(f"/{name}")), None)
    route.fulfill(body=read_asset(f"leaflet/{asset}") if asset else "")


if __name__ == "__main__":
    main()
