"""The choropleth for everybody: axe-core's rules, the keyboard alone, colours, paper."""

from collections.abc import Callable

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe

from imageo.render.maps.choropleth import choropleth
from tests.browser.conftest import Visit
from tests.browser.test_choropleth import WORDS


def violations(visited: Visit) -> list[str]:
    """Serious and critical findings of axe-core as "rule: target"."""
    found = Axe().run(visited.page).response
    # It has looked at all: at colours, at roles, at the table.
    assert {"color-contrast", "aria-roles", "aria-command-name"} <= {rule["id"] for rule in found["passes"]}
    return [
        f"{rule['id']}: {node['target']}"
        for rule in found["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


@pytest.fixture
def page(
    visit: Callable, shapes: Callable, rates: pd.DataFrame, examples: pd.DataFrame, patterns: pd.DataFrame
) -> Callable:
    return lambda **window: visit(choropleth(shapes(), rates, **WORDS, examples=examples, patterns=patterns), **window)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_serious(page: Callable, scheme: str, width: int) -> None:
    visited = page(scheme=scheme, width=width)
    visited.page.fill("#search", "a")
    assert visited.page.locator("#suggestions").is_visible()
    assert violations(visited) == []
    visited.page.keyboard.press("Enter")
    assert visited.page.locator("#panel").is_visible()
    assert violations(visited) == []
    visited.choose("other", "simulated-b")
    visited.choose("measure", "Median error")
    assert violations(visited) == []


def test_a_button_without_a_name_would_be_found(page: Callable) -> None:
    visited = page()
    assert violations(visited) == []
    visited.page.evaluate("document.querySelector('path.region').setAttribute('aria-label', '')")
    found = Axe().run(visited.page).response["violations"]
    assert [rule["id"] for rule in found if rule["impact"] == "serious"] == ["aria-command-name"]


def test_high_contrast_keeps_the_colours_of_the_map(page: Callable) -> None:
    visited = page()
    alpha = visited.region("Alphaland")
    coloured = visited.fill(alpha)
    visited.page.emulate_media(forced_colors="active")
    assert visited.page.evaluate("matchMedia('(forced-colors: active)').matches")
    assert visited.fill(alpha) == coloured
    swatch = visited.page.locator(".classes .swatch rect").first
    assert swatch.evaluate("e => getComputedStyle(e).fill") == "rgb(8, 51, 112)"


def test_nothing_moves_for_who_asked_for_that(page: Callable) -> None:
    visited = page()
    moving = "getComputedStyle(document.querySelector('.leaflet-proxy')).transitionDuration"
    visited.page.evaluate("document.querySelector('.leaflet-map-pane').classList.add('leaflet-zoom-anim')")
    assert visited.page.evaluate(moving) == "0.25s"
    visited.page.emulate_media(reduced_motion="reduce")
    assert visited.page.evaluate(moving) == "0s"


def test_paper_holds_the_whole_map_whatever_the_screen_shows(page: Callable) -> None:
    visited = page()
    visited.page.fill("#search", "tiny")
    visited.page.keyboard.press("Enter")
    visited.page.emulate_media(media="print")
    visited.page.set_viewport_size({"width": 700, "height": 1000})
    drawn = visited.page.locator("svg.regions").bounding_box()
    assert drawn["x"] >= 0
    assert drawn["x"] + drawn["width"] <= 700
    assert drawn["width"] > 600
    assert visited.page.locator("#controls").is_hidden()
    assert visited.page.locator("#panel").bounding_box()["y"] > visited.page.locator("#legend").bounding_box()["y"]


def test_a_dark_room_has_a_dark_middle(page: Callable) -> None:
    visited = page()
    visited.choose("other", "simulated-b")
    middle = visited.page.locator(".classes .class-3 rect")
    light = middle.evaluate("e => getComputedStyle(e).fill")
    assert "orange is worse, purple is better" in visited.page.locator(".subtitle").inner_text()
    visited.page.emulate_media(color_scheme="dark")
    visited.page.locator(".subtitle", has_text="pink is worse, blue is better").wait_for()
    assert middle.evaluate("e => getComputedStyle(e).fill") != light
