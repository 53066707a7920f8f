"""Whatever stands in a field that reaches the page is text: nothing runs, nothing is loaded, nothing is torn apart."""

from collections.abc import Callable

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from imageo.render.labels import clean_label
from imageo.render.maps.choropleth import choropleth
from tests.browser.conftest import Visit

HOSTILE = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "<!--<script>",
    "javascript:alert(1)",
    "right \u202eto left\u2066 and on",
    "nul \x00 and \x1b[31m",
    "lone \ud800 surrogate \udfff",
    "\"'`\\u003c${alert(1)}",
    "{{ 7*7 }}{% include 'x' %}",
    "&lt;b&gt;<b>bold</b>",
    "__proto__",
    "toString",
    "line\u2028separator\nand break",
    "x" * 10_000,
    "Ａ" + "\u0301" * 60,
)


def shown(text: str, length: int = 80) -> str:
    return clean_label(text, length)


@pytest.fixture
def everywhere(shapes: Callable, rate: Callable) -> Callable[[], object]:
    """A map with all of HOSTILE in every field that holds text, as objects: strings of pandas' own are UTF-8."""

    def build() -> object:
        regions = {
            f"{text[:30]}{index}".encode(errors="ignore").decode(): (
                text,
                shapely.box(20 * (index % 7), 30 * (index // 7), 20 * (index % 7) + 19, 30 * (index // 7) + 25),
            )
            for index, text in enumerate(HOSTILE)
        }
        rates = pd.DataFrame(
            [rate(code, 9 - place % 5, 10, run_label=run) for code in regions for place, run in enumerate(HOSTILE)],
            dtype=object,
        )
        fields = ("image_name", "true_city", "true_country_iso", "answered_city", "answered_state")
        fields += ("answered_country", "outcome", "reasoning")
        examples = pd.DataFrame(
            [
                {"run_label": run, "region_code": code, "image_id": index, "worst_rank": 1, "error_km": float("nan")}
                | dict.fromkeys(("true_latitude", "true_longitude", "answered_latitude", "answered_longitude"), 1.0)
                | {"confidence": float("inf")}
                | dict.fromkeys(fields, text)
                for index, (code, text) in enumerate(zip(regions, HOSTILE, strict=True))
                for run in HOSTILE[:3]
            ],
            dtype=object,
        )
        patterns = pd.DataFrame(
            [
                {"run_label": run, "measure": "country_match", "denominator": "all", "statistic": "local_moran"}
                | {"subject": code, "estimate": 1.0, "p_value": 0.001, "p_adjusted": 0.01, "note": text}
                for run in HOSTILE[:3]
                for code, text in zip(regions, HOSTILE, strict=True)
            ],
            dtype=object,
        )
        every = " ".join(HOSTILE)
        boxes = {str(index): ("", box) for index, (_, box) in enumerate(regions.values())}
        frame: gpd.GeoDataFrame = shapes(boxes).assign(
            region_code=pd.Series(list(regions), dtype=object), region_name=pd.Series(HOSTILE, dtype=object)
        )
        return choropleth(
            frame, rates, title=every, subtitle=every, provenance=every, examples=examples, patterns=patterns
        )

    return build


@pytest.fixture
def visited(visit_file: Callable, everywhere: Callable, tmp_path: object) -> Visit:
    # Written as the command writes it: strictly UTF-8.
    file = tmp_path / "map.html"  # type: ignore[operator]
    file.write_text(str(everywhere().get_root().render()), encoding="utf-8")
    opened: Visit = visit_file(file)
    return opened


def test_every_field_is_shown_as_text(visited: Visit) -> None:
    page = visited.page
    scripts = page.locator("script").count()
    for text in HOSTILE:
        index = visited.region(shown(text))
        assert page.locator(f"path[data-region='{index}']").get_attribute("aria-label").startswith(shown(text) + ": ")
        page.locator(".frame").evaluate("e => e.scrollIntoView()")  # below ten thousand characters of title
        visited.point_at(index)
        assert visited.tooltip()["name"] == shown(text)
        page.mouse.down()
        page.mouse.up()
        assert page.locator("#panel-name").text_content() == shown(text)
        run = page.locator("select[name=run] option").evaluate_all(
            "all => all.findIndex(o => o.text.startsWith('<scr'))"
        )
        page.locator("select[name=run]").select_option(index=run)
        card = page.locator(".example")
        assert card.locator(".said").text_content() == shown(text, 20_000)
        assert card.locator(".source bdi").text_content() == shown(text, 120)
        told = shown(text, 120)
        assert card.locator(".places bdi").all_text_contents() == [f"{told}, {told}", f"{told}, {told}, {told}"]
        assert shown(text, 200).casefold() in page.locator(".panel .note").first.text_content().casefold()
    assert page.locator("img, b, iframe, object, form form, [onload], [onerror]").count() == 0
    assert page.locator("script").count() == scripts
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_titles_and_notes_are_shown_as_text(visited: Visit) -> None:
    every = shown(" ".join(HOSTILE), 10_000)
    assert visited.page.locator("h1").text_content() == every
    assert visited.page.locator(".subtitle").text_content() == every
    assert visited.page.locator("footer").text_content().startswith(every)


def test_search_and_address_take_hostile_names(visited: Visit) -> None:
    for text in HOSTILE:
        visited.page.fill("#search", shown(text))
        assert shown(text) in visited.page.locator("#suggestions li").all_text_contents()
        visited.page.keyboard.press("Enter")
        assert visited.page.locator("#panel-name").text_content() == shown(text)
        visited.page.reload()
        visited.page.locator("html[data-ready]").wait_for(state="attached")
        assert visited.page.locator("#panel-name").text_content() == shown(text)


def test_ten_thousand_characters_break_no_phone(visit_file: Callable, everywhere: Callable, tmp_path: object) -> None:
    file = tmp_path / "map.html"  # type: ignore[operator]
    file.write_text(str(everywhere().get_root().render()), encoding="utf-8")
    visited: Visit = visit_file(file, width=390, height=844)
    visited.choose("run", HOSTILE[0])  # one of those that have answers
    visited.page.fill("#search", "xxxx")
    visited.page.keyboard.press("Enter")
    assert visited.page.evaluate("document.documentElement.scrollWidth") <= 390
    body = visited.page.locator(".panel-body")
    assert body.evaluate("e => e.scrollWidth <= e.clientWidth")
    said = visited.page.locator(".said").first
    assert said.evaluate("e => e.clientHeight < 250 && e.scrollHeight > 1000")
