"""A real Chromium, and small worlds that need no database."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import pandas as pd
import pytest
import shapely
from playwright.sync_api import Browser, Page, sync_playwright
from shapely.geometry.base import BaseGeometry

# Without the last four, Chromium itself asks the network for things.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass
class Visit:
    """An opened page and everything that went wrong or out while it was open."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def region(self, name: str) -> int:
        """Index of the region whose label starts with `name`."""
        labels = self.page.locator("path.region").evaluate_all("all => all.map(e => e.getAttribute('aria-label'))")
        return next(index for index, label in enumerate(labels) if label.startswith(name))

    def fill(self, index: int, tag: str = "path") -> str:
        """The colour that the browser gives to a region."""
        element = self.page.locator(f"{tag}.region[data-region='{index}']")
        return str(element.evaluate("e => getComputedStyle(e).fill"))

    def point_at(self, index: int) -> None:
        """Move the pointer to a spot where the region itself is on top, found by probing."""
        spot = self.page.evaluate(
            """(index) => {
                const holds = (x, y) => document.elementFromPoint(x, y)?.dataset.region === String(index);
                const symbol = document.querySelector(`circle[data-region='${index}']`);
                const place = new DOMPoint(symbol.getAttribute("cx"), symbol.getAttribute("cy"));
                const { x, y } = place.matrixTransform(symbol.ownerSVGElement.getScreenCTM());
                if (holds(x, y)) return [x, y];
                for (const e of document.querySelectorAll(`[data-region='${index}']`)) {
                    const box = e.getBoundingClientRect();
                    for (let i = 1; i < 40; i += 1) for (let j = 1; j < 40; j += 1) {
                        const x = box.left + box.width * i / 40, y = box.top + box.height * j / 40;
                        if (holds(x, y)) return [x, y];
                    }
                }
                return null;
            }""",
            index,
        )
        assert spot, f"region {index} is nowhere on top"
        self.page.mouse.move(spot[0] - 1, spot[1])
        self.page.mouse.move(*spot)

    def tooltip(self) -> dict[str, str]:
        """Label -> value of the visible tooltip; its heading under "name"."""
        assert self.page.locator("#tooltip").is_visible()
        shown: dict[str, str] = self.page.evaluate(
            """() => {
                const box = document.getElementById("tooltip");
                const pairs = [...box.querySelectorAll("dt")].map((dt) => [dt.textContent, dt.nextSibling.textContent]);
                return Object.fromEntries([["name", box.querySelector(".name").textContent], ...pairs]);
            }"""
        )
        return {label: value.replace("\u00a0", " ") for label, value in shown.items()}

    def choose(self, name: str, label: str) -> None:
        self.page.locator(f"select[name={name}]").select_option(label=label)


@pytest.fixture(scope="module")  # until it is closed, Playwright's event loop lets no other run in this thread
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        pytest.skip("no Chromium in PATH: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit_file(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Opens a file in a new window; at the end nothing may have gone wrong or out."""
    visits: list[Visit] = []

    def open_file(file: Path, width: int = 1280, height: int = 800, scheme: Any = "light") -> Visit:
        page = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme).new_page()
        opened = Visit(page)
        visits.append(opened)
        page.on("request", lambda request: opened.requests.append(request.url))
        page.on("console", lambda message: opened.complaints.append(message.text))
        page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (opened.complaints.append(dialog.message), dialog.dismiss()))
        page.goto(file.as_uri())
        page.locator("html[data-ready]").wait_for(state="attached")
        return opened

    yield open_file
    for opened in visits:
        assert opened.complaints == []
        assert [url for url in opened.requests if not url.startswith(("file:", "data:", "blob:"))] == []
        opened.page.context.close()


@pytest.fixture
def visit(visit_file: Callable[..., Visit], tmp_path: Path) -> Callable[..., Visit]:
    """Opens a map in a new window."""

    def open_map(drawn: folium.Map, **window: Any) -> Visit:
        file = tmp_path / "map.html"
        drawn.save(str(file))
        return visit_file(file, **window)

    return open_map


Regions = dict[str, tuple[str, BaseGeometry]]

WORLD: Regions = {
    "AA": ("Alphaland", shapely.box(-100, 10, -40, 50)),
    "BB": ("Betaland", shapely.box(-40, 10, 20, 50)),
    "CC": ("Gammaland", shapely.box(20, 10, 80, 50)),
    "DD": ("Deltaland", shapely.box(-40, -40, 20, 0)),
    "EE": ("Edge", shapely.box(160, -40, 200, -10)),
    "TT": ("Tiny Isle", shapely.box(100, -20, 100.1, -19.9)),
}


@pytest.fixture
def shapes() -> Callable[..., gpd.GeoDataFrame]:
    """Regions by code as the rows of bi.region_shape."""

    def build(regions: Regions = WORLD, level: str = "country") -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(
            {
                "shape_id": range(len(regions)),
                "level": level,
                "region_code": list(regions),
                "region_name": [name for name, _ in regions.values()],
                "parent_code": "ZZ",
            },
            geometry=[geometry for _, geometry in regions.values()],
            crs=4326,
        )

    return build


@pytest.fixture
def rate() -> Callable[..., dict[str, object]]:
    """One row of bi.region_rate; `k` of `answered` of `n` images, bounds as given."""

    def build(code: str, k: int, n: int, answered: int | None = None, **columns: object) -> dict[str, object]:
        answered = n if answered is None else answered
        return {
            "dataset": "synthetic",
            "model": "simulated-a",
            "run_label": "simulated-a",
            "level": "country",
            "region_code": code,
            "measure": "country_match",
            "n_all": n,
            "n_answered": answered,
            "n_correct": k,
            "wilson_lower_all": 0.1,
            "wilson_upper_all": 0.9,
            "shrunk_rate_all": 0.5,
            "wilson_lower_answered": 0.1,
            "wilson_upper_answered": 0.9,
            "shrunk_rate_answered": 0.5,
            "error_km_median_answered": 12.0,
            "error_km_median_bounded": 34.0,
            **columns,
        }

    return build


@pytest.fixture
def rates(rate: Callable[..., dict[str, object]]) -> pd.DataFrame:
    """Two runs, two measures over WORLD; Deltaland has too few images, Gammaland none."""
    # 8 of 10: Wilson's interval is 0.4902 to 0.9433 (Brown, Cai and DasGupta 2001 tabulate the method).
    eight_of_ten = {"wilson_lower_all": 0.4902, "wilson_upper_all": 0.9433, "shrunk_rate_all": 0.777}
    rows = [
        rate("AA", 8, 10, answered=9, error_km_median_bounded=1234.4, **eight_of_ten),
        rate("BB", 20, 100),
        rate("DD", 1, 2),
        rate("EE", 50, 50),
        rate("TT", 30, 60),
        rate("AA", 2, 10, run_label="simulated-b"),
        rate("BB", 20, 100, run_label="simulated-b"),
        rate("EE", 10, 50, run_label="simulated-b"),
        rate("AA", 0, 10, measure="accuracy_1km"),
        rate("BB", 4, 100, measure="accuracy_1km"),
        rate("EE", 3, 50, measure="accuracy_1km"),
    ]
    return pd.DataFrame(rows)


@pytest.fixture
def examples() -> pd.DataFrame:
    """Two answers for Alphaland of simulated-a, one of simulated-b, a refusal for Betaland."""
    columns = ["run_label", "region_code", "image_id", "image_name", "worst_rank", "true_city", "true_country_iso"]
    columns += ["true_latitude", "true_longitude", "answered_city", "answered_state", "answered_country"]
    columns += ["answered_latitude", "answered_longitude", "error_km", "outcome", "confidence", "reasoning"]
    alpha, beta = ("Alpha City", "AA", 30.5, -70.25), ("Betaville", "BB", 20.0, 0.0)
    rows = [
        (
            "simulated-a",
            "AA",
            7,
            "seven.jpg",
            1,
            *alpha,
            "Wien",
            None,
            "Austria",
            48.2,
            16.4,
            8123.4,
            "answered",
            4,
            "Trams.",
        ),
        (
            "simulated-a",
            "AA",
            8,
            "eight.jpg",
            2,
            *alpha,
            "Graz",
            "Styria",
            "Austria",
            47.1,
            15.4,
            812.0,
            "answered",
            None,
            None,
        ),
        (
            "simulated-b",
            "AA",
            7,
            "seven.jpg",
            1,
            *alpha,
            None,
            None,
            "Chile",
            -33.4,
            -70.7,
            7654.0,
            "answered",
            1,
            "Hills.",
        ),
        ("simulated-a", "BB", 9, "9", 1, *beta, None, None, None, None, None, float("nan"), "refused", None, None),
    ]
    return pd.DataFrame(rows, columns=columns)


@pytest.fixture
def patterns() -> pd.DataFrame:
    """Local statistics of simulated-a: Alphaland high, Betaland low, Edge no more than chance; errors large in Edge."""
    tested = {"run_label": "simulated-a", "measure": "country_match", "denominator": "all", "statistic": "local_moran"}
    of_errors = tested | {"measure": "log_error", "denominator": "bounded", "statistic": "getis_ord_z"}
    rows = [
        tested | {"subject": "AA", "estimate": 1.5, "p_adjusted": 0.01, "note": "High among high."},
        tested | {"subject": "BB", "estimate": 1.1, "p_adjusted": 0.0001, "note": "Low among low."},
        tested | {"subject": "EE", "estimate": 0.1, "p_adjusted": 0.7, "note": "No more than chance (high among low)."},
        tested | {"subject": None, "estimate": 0.4, "p_adjusted": None, "statistic": "moran_i", "note": None},
        of_errors | {"subject": "EE", "estimate": 3.2, "p_adjusted": 0.002, "note": "Hot spot: large errors."},
    ]
    return pd.DataFrame(rows).assign(p_value=0.001)
