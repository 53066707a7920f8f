"""The panel of a region, the search box, and the address of what is on show."""

import io
from collections.abc import Callable
from urllib.parse import parse_qs

import pandas as pd
import pytest
from PIL import Image

from imageo.render.maps.choropleth import choropleth
from tests.browser.conftest import WORLD, Visit
from tests.browser.test_choropleth import WORDS, plain

ACTIVE = "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent"


@pytest.fixture
def world(visit: Callable, shapes: Callable, rates: pd.DataFrame, examples: pd.DataFrame) -> Callable:
    return lambda **window: visit(choropleth(shapes(), rates, **WORDS, examples=examples), **window)


def open_panel(visited: Visit, name: str) -> None:
    visited.point_at(visited.region(name))
    visited.page.mouse.down()
    visited.page.mouse.up()
    assert visited.page.locator("#panel-name").inner_text() == name


def table(visited: Visit) -> list[list[str]]:
    rows = visited.page.locator(".comparison tbody tr").all()
    return [[plain(cell).replace("\n", " ") for cell in row.locator("th, td").all_inner_texts()] for row in rows]


def address(visited: Visit) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(visited.page.evaluate("location.hash.slice(1)")).items()}


def test_click_pins_the_runs_side_by_side_the_best_first(world: Callable) -> None:
    visited = world()
    open_panel(visited, "Alphaland")
    assert table(visited) == [
        ["simulated-a on show", "80.0 %", "49.0 % to 94.3 %", "10", "1,234 km"],
        ["simulated-b", "20.0 %", "10.0 % to 90.0 %", "10", "34.0 km"],
    ]
    visited.choose("run", "simulated-b")
    assert [row[0] for row in table(visited)] == ["simulated-a", "simulated-b on show"]
    open_panel(visited, "Gammaland")
    assert [row[1:] for row in table(visited)] == [["no images"], ["no images"]]


def test_whisker_reaches_from_bound_to_bound(world: Callable) -> None:
    visited = world()
    open_panel(visited, "Alphaland")
    drawn = visited.page.locator(".comparison .whisker").first
    left, right = drawn.locator(".track").evaluate("e => { const b = e.getBBox(); return [b.x, b.x + b.width]; }")
    bar = drawn.locator(".bar").evaluate("e => { const b = e.getBBox(); return [b.x, b.x + b.width]; }")
    dot = float(drawn.locator(".dot").get_attribute("cx"))
    shares = [(x - left) / (right - left) for x in (*bar, dot)]
    assert shares == pytest.approx([0.490, 0.943, 0.8], abs=0.002)


def test_worst_answers_of_the_run_are_told(world: Callable) -> None:
    visited = world()
    open_panel(visited, "Alphaland")
    cards = [plain(text) for text in visited.page.locator(".example").all_inner_texts()]
    assert [card.split("\n")[0] for card in cards] == ["8,123 km off", "812 km off"]
    for words in (
        "confidence 4",
        "Alpha City, AA 30.5, -70.25",
        "Wien, Austria 48.2, 16.4",
        "Trams.",
        "seven.jpg (id 7)",
    ):
        assert words in cards[0]
    visited.choose("run", "simulated-b")
    assert ["Hills." in text for text in visited.page.locator(".example").all_inner_texts()] == [True]
    visited.choose("run", "simulated-a")
    open_panel(visited, "Betaland")
    refusal = visited.page.locator(".example").inner_text()
    assert refusal.startswith("Refused to answer")
    assert "nan" not in refusal.lower()
    assert "null" not in refusal
    open_panel(visited, "Edge")
    assert "No answer of this run was chosen" in visited.page.locator(".examples").inner_text()


def test_without_answers_there_is_no_section_for_them(visit: Callable, shapes: Callable, rates: pd.DataFrame) -> None:
    visited = visit(choropleth(shapes(), rates, **WORDS))
    open_panel(visited, "Alphaland")
    assert visited.page.locator(".examples").count() == 0


def test_dragging_the_map_pins_nothing(world: Callable) -> None:
    visited = world()
    visited.page.get_by_role("button", name="Zoom in").click()
    visited.page.wait_for_timeout(400)
    visited.point_at(visited.region("Betaland"))
    visited.page.mouse.down()
    box = visited.page.locator(".folium-map").bounding_box()
    visited.page.mouse.move(box["x"] + box["width"] / 2 + 60, box["y"] + box["height"] / 2 + 40, steps=6)
    visited.page.mouse.up()
    assert visited.page.locator("#panel").is_hidden()


def test_keyboard_alone_opens_and_closes_and_comes_back(world: Callable) -> None:
    visited = world()
    keyboard = visited.page.keyboard
    reached = []
    for _ in range(12):
        keyboard.press("Tab")
        reached.append(visited.page.evaluate("document.activeElement.name || document.activeElement.id"))
        if visited.page.evaluate("'region' in document.activeElement.dataset"):
            break
    assert reached[:5] == ["search", "run", "measure", "denominator", "other"]
    keyboard.press("ArrowRight")
    keyboard.press("Enter")
    assert visited.page.evaluate(ACTIVE) == "Betaland"
    assert visited.page.evaluate("document.activeElement.id") == "panel-name"
    keyboard.press("Tab")
    assert visited.page.evaluate(ACTIVE) == "Close panel"
    keyboard.press("Enter")
    assert visited.page.locator("#panel").is_hidden()
    assert visited.page.evaluate(ACTIVE).startswith("Betaland: ")
    keyboard.press("Enter")
    keyboard.press("Escape")
    assert visited.page.locator("#panel").is_hidden()
    assert visited.page.evaluate(ACTIVE).startswith("Betaland: ")


def test_search_folds_accents_zooms_and_gives_the_focus_back(
    visit: Callable, shapes: Callable, rates: pd.DataFrame
) -> None:
    named = WORLD | {"TT": ("Île d’Été", WORLD["TT"][1])}
    visited = visit(choropleth(shapes(named), rates, **WORDS))
    box = visited.page.locator("#search")
    box.fill("ete")
    assert box.get_attribute("aria-expanded") == "true"
    assert visited.page.locator("#suggestions li").all_inner_texts() == ["Île d’Été"]
    box.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == "suggestion-0"
    assert visited.page.locator("#suggestions li").get_attribute("aria-selected") == "true"
    tiny = visited.page.locator(f"path[data-region='{visited.region('Île')}']")
    before = tiny.bounding_box()["width"]
    box.press("Enter")
    assert visited.page.locator("#panel-name").inner_text() == "Île d’Été"
    assert box.get_attribute("aria-expanded") == "false"
    assert tiny.bounding_box()["width"] > 8 * before
    visited.page.keyboard.press("Escape")
    assert visited.page.evaluate("document.activeElement.id") == "search"
    box.fill("land")
    assert visited.page.locator("#suggestions li").count() == 4
    box.fill("nowhere")
    assert visited.page.locator("#suggestions li").all_inner_texts() == ["nothing of that name"]
    box.press("Enter")
    assert visited.page.locator("#panel").is_hidden()


def test_address_tells_what_is_on_show_and_brings_it_back(world: Callable) -> None:
    visited = world()
    visited.choose("run", "simulated-b")
    visited.choose("measure", "Median error")
    visited.choose("denominator", "Answered images only")
    visited.choose("other", "simulated-a")
    open_panel(visited, "Edge")
    told = {"run": "simulated-b", "measure": "error_km_median", "denominator": "answered", "other": "simulated-a"}
    assert address(visited) == told | {"region": "EE"}
    status, fill = visited.page.locator("#status").inner_text(), visited.fill(visited.region("Edge"))
    link = visited.page.url
    history = visited.page.evaluate("history.length")
    again = visited.page.context.new_page()
    again.goto(link)
    again.locator("html[data-ready]").wait_for(state="attached")
    opened = Visit(again)
    assert again.locator("#status").inner_text() == status
    assert opened.fill(opened.region("Edge")) == fill
    assert again.locator("#panel-name").inner_text() == "Edge"
    assert again.locator("select[name=other]").input_value() == "0"
    visited.page.locator(".close").click()
    assert address(visited) == told
    assert visited.page.evaluate("history.length") == history


@pytest.mark.parametrize(
    "fragment",
    [
        "#run=<script>alert(1)</script>&measure=__proto__&denominator=constructor&other=%00&region=zz",
        "#run=0&measure=1&other=-1&region=../../etc",
        "#" + "x" * 20_000,
        "#%E0%A4%A&run=%ff&region=%",
        "#run&measure&denominator&other&region",
        "#region=toString&run=simulated-a&other=simulated-a",
    ],
)
def test_hostile_addresses_are_passed_over(world: Callable, fragment: str) -> None:
    visited = world()
    status = visited.page.locator("#status").inner_text()
    visited.page.goto(visited.page.url.split("#")[0] + fragment)
    visited.page.reload()
    visited.page.locator("html[data-ready]").wait_for(state="attached")
    assert visited.page.locator("#status").inner_text() == status
    assert visited.page.locator("#panel").is_hidden()
    visited.choose("run", "simulated-b")
    assert address(visited)["run"] == "simulated-b"


def test_pictures_are_shown_where_they_were_given(
    visit: Callable, shapes: Callable, rates: pd.DataFrame, examples: pd.DataFrame
) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(picture, "JPEG")
    drawn = choropleth(shapes(), rates, **WORDS, examples=examples, thumbnails={7: picture.getvalue(), 999: b"unused"})
    visited = visit(drawn)
    policy = visited.page.locator("meta[http-equiv]").get_attribute("content")
    assert "img-src data:;" in policy
    open_panel(visited, "Alphaland")
    shown = visited.page.locator("img.thumbnail")
    assert shown.count() == 1
    visited.page.wait_for_function("document.querySelector('img.thumbnail').naturalWidth === 40")
    assert shown.get_attribute("alt") == "Photo seven.jpg"
    assert "img-src" not in str(choropleth(shapes(), rates, **WORDS, examples=examples).get_root().render())


def test_sheet_of_a_phone_leaves_the_map_in_sight(world: Callable) -> None:
    visited = world(width=390, height=844)
    visited.page.fill("#search", "alpha")
    visited.page.keyboard.press("Enter")
    sheet = visited.page.locator("#panel").bounding_box()
    assert (sheet["x"], sheet["width"]) == (0, 390)
    assert sheet["y"] + sheet["height"] == 844
    plane = visited.page.locator(".folium-map").bounding_box()
    assert plane["y"] >= 0
    assert min(plane["y"] + plane["height"], sheet["y"]) - plane["y"] > 150
    assert visited.page.evaluate("document.documentElement.scrollWidth") <= 390
