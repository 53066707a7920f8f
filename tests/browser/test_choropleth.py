"""The choropleth in a real browser."""

from collections.abc import Callable

import pandas as pd
import pytest
import shapely

from imageo.errors import InputError
from imageo.render.maps.choropleth import choropleth
from tests.browser.conftest import WORLD

WORDS = {
    "title": "Where models know the country",
    "subtitle": "Each country is coloured by how often the model is right.",
    "provenance": "Dataset synthetic, 2 runs.",
}


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.fixture
def world(visit: Callable, shapes: Callable, rates: pd.DataFrame) -> Callable:
    return lambda **window: visit(choropleth(shapes(), rates, **WORDS), **window)


def test_page_loads_itself_alone_and_draws_every_region(world: Callable) -> None:
    visited = world()
    assert len(visited.requests) == 1
    assert visited.page.locator("path.region").count() == 6
    assert visited.page.title() == WORDS["title"]
    assert visited.page.locator("html").get_attribute("lang") == "en"
    viewport = visited.page.locator("meta[name=viewport]").get_attribute("content")
    assert viewport == "width=device-width, initial-scale=1"
    assert WORDS["provenance"] in visited.page.locator("footer").inner_text()


def test_policy_stops_what_the_page_does_not_know(world: Callable) -> None:
    visited = world()
    visited.page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.ran = true";
            const image = document.createElement("img");
            image.src = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=";
            document.body.append(script, image);
        }"""
    )
    visited.page.wait_for_timeout(50)
    assert visited.page.evaluate("window.ran") is None
    assert len(visited.complaints) == 2
    assert all("Content Security Policy" in complaint for complaint in visited.complaints)
    visited.complaints.clear()


def test_tooltip_tells_the_numbers_of_the_region(world: Callable) -> None:
    visited = world()
    visited.point_at(visited.region("Alphaland"))
    assert visited.tooltip() == {
        "name": "Alphaland",
        "Rate": "80.0 %",
        "95 % interval": "49.0 % to 94.3 %",
        "Correct": "8",
        "Images": "10",
        "Shrunk rate": "77.7 %",
        "Median error": "1,234 km",
        # Edge has 100 %, Tiny Isle 50 %, Betaland 20 %.
        "Rank, best first": "2 of 4",
    }
    visited.point_at(visited.region("Tiny Isle"))
    shown = visited.tooltip()
    assert (shown["Shrunk rate"], shown["Median error"]) == ("50.0 %", "34.0 km")
    visited.choose("denominator", "Answered images only")
    visited.point_at(visited.region("Alphaland"))
    shown = visited.tooltip()
    assert shown["Rate"] == "88.9 %"
    assert shown["Answered images"] == "9 of 10"
    assert shown["Median error of answers"] == "12.0 km"


def test_another_run_changes_the_fill_and_not_the_classes(world: Callable) -> None:
    visited = world()
    alpha, beta = visited.region("Alphaland"), visited.region("Betaland")
    before, unchanged = visited.fill(alpha), visited.fill(beta)
    legend = visited.page.locator(".classes .label").all_inner_texts()
    visited.choose("run", "simulated-b")
    assert visited.fill(alpha) != before
    assert visited.fill(beta) == unchanged == visited.fill(alpha)
    assert visited.page.locator(".classes .label").all_inner_texts() == legend
    assert "simulated-b" in visited.page.locator("#status").inner_text()


def test_another_measure_has_classes_and_a_legend_of_its_own(world: Callable) -> None:
    visited = world()
    assert plain(visited.page.locator(".classes .label").first.inner_text()) == "below 10 %"
    visited.choose("measure", "Within 1 km")
    assert plain(visited.page.locator(".classes .label").first.inner_text()) == "below 5 %"
    assert visited.page.locator(".classes .count").all_inner_texts() == ["2", "1", "0", "0", "0", "0"]


def test_status_says_what_is_shown_in_a_sentence(world: Callable) -> None:
    assert plain(world().page.locator("#status").inner_text()) == (
        "simulated-a: how often the model names the country in which the photo was taken. "
        "In 4 countries with at least 10 images: from 20.0 % (Betaland) to 100.0 % (Edge)."
    )


def test_few_images_are_hatched_and_none_is_something_else(world: Callable) -> None:
    visited = world()
    thin, none = visited.region("Deltaland"), visited.region("Gammaland")
    assert visited.fill(thin) == 'url("#hatch")'
    assert visited.fill(none).startswith("rgb(")
    assert visited.fill(none) not in {visited.fill(visited.region(name)) for name in ("Alpha", "Beta", "Edge")}
    others = visited.page.locator(".others .label").all_inner_texts()
    assert list(map(plain, others)) == ["too few images (n < 10)", "no images"]
    assert visited.page.locator(".others .count").all_inner_texts() == ["1", "1"]
    visited.point_at(thin)
    assert visited.tooltip()["Rate"] == "50.0 %"
    assert "n < 10" in visited.page.locator("#tooltip .note").inner_text()
    visited.point_at(none)
    assert visited.tooltip() == {"name": "Gammaland", "Images": "none"}


def test_minimum_is_the_callers(visit: Callable, shapes: Callable, rates: pd.DataFrame) -> None:
    visited = visit(choropleth(shapes(), rates, minimum_n=2, **WORDS))
    assert visited.fill(visited.region("Deltaland")).startswith("rgb(")


def test_keyboard_alone_reaches_regions_and_shows_their_values(world: Callable) -> None:
    visited = world()
    active = "document.activeElement.getAttribute('aria-label') || ''"
    for _ in range(8):
        visited.page.keyboard.press("Tab")
        if visited.page.evaluate("'region' in document.activeElement.dataset"):
            break
    assert plain(visited.page.evaluate(active)) == (
        "Alphaland: 80.0 %, 8 of 10 images, 95 percent interval 49.0 % to 94.3 %"
    )
    assert visited.tooltip()["name"] == "Alphaland"
    visited.page.keyboard.press("ArrowRight")
    assert visited.tooltip()["name"] == "Betaland"
    visited.page.keyboard.press("e")
    assert visited.tooltip()["name"] == "Edge"
    visited.page.keyboard.press("End")
    assert visited.tooltip()["name"] == "Tiny Isle"
    visited.page.keyboard.press("ArrowDown")
    assert visited.tooltip()["name"] == "Alphaland"
    visited.page.keyboard.press("Escape")
    assert visited.page.locator("#tooltip").is_hidden()
    assert visited.page.locator("[data-region][tabindex='0']").count() == 1


def test_tiny_region_is_a_symbol_until_it_can_be_seen(world: Callable) -> None:
    visited = world()
    tiny = visited.region("Tiny Isle")
    symbol = visited.page.locator(f"circle[data-region='{tiny}']")
    assert symbol.is_visible()
    assert symbol.bounding_box()["width"] == pytest.approx(9, abs=2)
    assert visited.fill(tiny, "circle") == visited.fill(tiny)
    assert visited.page.locator(f"circle[data-region='{visited.region('Alphaland')}']").is_hidden()
    visited.point_at(tiny)
    assert visited.tooltip()["name"] == "Tiny Isle"


def test_keyboard_follows_from_symbol_to_outline(visit: Callable, shapes: Callable, rate: Callable) -> None:
    islet = {"AA": ("Islet", shapely.box(0, 0, 0.2, 0.2)), "BB": ("Main", shapely.box(-60, -40, 60, -5))}
    rows = [rate("AA", 9, 10), rate("BB", 9, 10), rate("BB", 9, 10, run_label="simulated-b")]
    visited = visit(choropleth(shapes(islet), pd.DataFrame(rows), **WORDS))
    stop = "document.querySelector('[tabindex=\"0\"][data-region]').tagName"
    assert visited.page.evaluate(stop) == "circle"
    visited.choose("run", "simulated-b")
    assert visited.page.locator("circle[data-needed]").count() == 0
    assert visited.page.evaluate(stop) == "path"


def test_symbol_gives_way_to_the_outline_when_the_map_is_enlarged(
    visit: Callable, shapes: Callable, rates: pd.DataFrame
) -> None:
    islet = {"AA": ("Islet", shapely.box(0, 0, 0.2, 0.2)), "BB": ("Main", shapely.box(-60, -40, 60, -5))}
    visited = visit(choropleth(shapes(islet), rates, **WORDS))
    symbol = visited.page.locator(f"circle[data-region='{visited.region('Islet')}']")
    assert symbol.is_visible()
    for _ in range(4):
        visited.page.get_by_role("button", name="Zoom in").click()
        visited.page.wait_for_timeout(400)
    assert symbol.is_hidden()


def test_region_across_180_degrees_is_at_both_edges_and_nowhere_between(world: Callable) -> None:
    visited = world()
    inside = visited.page.locator(f"path[data-region='{visited.region('Edge')}']").evaluate(
        """(path) => {
            const { x, y, width, height } = path.getBBox();
            const point = (share) => new DOMPoint(x + share * width, y + height / 2);
            return [0.02, 0.25, 0.5, 0.75, 0.98].map((share) => path.isPointInFill(point(share)));
        }"""
    )
    assert inside == [True, False, False, False, True]


def test_us_states_stand_in_their_frames(visit: Callable, shapes: Callable, rate: Callable) -> None:
    states = {
        "TX": ("Texas", shapely.box(-104, 28, -96, 35)),
        "US-AK": ("Alaska", shapely.union_all([shapely.box(-165, 58, -141, 70), shapely.box(172, 52, 174, 53)])),
        "HI": ("Hawaii", shapely.box(-156, 19, -155, 20)),
    }
    rates = pd.DataFrame([rate(code, 9, 10, level="us_state", measure="state_match") for code in states])
    visited = visit(choropleth(shapes(states, level="us_state"), rates, measure="state_match", **WORDS))
    middle = "e => { const b = e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; }"
    (alaska_x, alaska_y), (hawaii_x, hawaii_y), (texas_x, texas_y) = (
        visited.page.locator(f"path[data-region='{visited.region(name)}']").evaluate(middle)
        for name in ("Alaska", "Hawaii", "Texas")
    )
    assert alaska_x < hawaii_x < texas_x
    assert min(alaska_y, hawaii_y) > texas_y
    assert visited.page.locator("path.line").count() == 2
    assert "states" in visited.page.locator(".legend .heading").inner_text()


def test_names_of_subdivisions_say_whose_they_are(visit: Callable, shapes: Callable, rate: Callable) -> None:
    provinces = {
        "AO-1": ("Central", shapely.box(10, -20, 20, -10)),
        "ZM-1": ("Central", shapely.box(20, -20, 30, -10)),
    }
    frame = shapes(provinces, level="admin1").assign(parent_code=["AO", "ZM"])
    visited = visit(choropleth(frame, pd.DataFrame([rate("AO-1", 9, 10)]), **WORDS))
    visited.point_at(1)
    assert visited.tooltip()["name"] == "Central, ZM"


@pytest.mark.parametrize(("width", "height", "scheme"), [(1280, 800, "dark"), (390, 844, "light"), (390, 844, "dark")])
def test_page_fits_narrow_screens_and_dark_rooms(world: Callable, width: int, height: int, scheme: str) -> None:
    visited = world(width=width, height=height, scheme=scheme)
    assert visited.page.evaluate("document.documentElement.scrollWidth") <= width
    paper = visited.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (paper == "rgb(255, 255, 255)") is (scheme == "light")
    visited.point_at(visited.region("Alphaland"))
    box = visited.page.locator("#tooltip").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] + box["height"] <= height


def test_endless_and_turning_names_do_not_break_the_page(visit: Callable, shapes: Callable, rate: Callable) -> None:
    regions = {
        "AA": ("x" * 10_000, shapely.box(0, 0, 20, 30)),
        "BB": ("right \u202eto left\u2066", shapely.box(20, 0, 40, 30)),
    }
    rates = pd.DataFrame([rate(code, 9, 10, run_label="r" * 10_000) for code in regions])
    visited = visit(choropleth(shapes(regions), rates, **WORDS), width=390)
    assert visited.page.evaluate("document.documentElement.scrollWidth") <= 390
    visited.point_at(visited.region("right"))
    assert visited.tooltip()["name"] == "right to left"


def test_regions_without_a_boundary_are_named(visit: Callable, shapes: Callable, rate: Callable) -> None:
    rates = pd.DataFrame([rate("AA", 9, 10), rate("XX", 9, 10), rate("YY", 9, 10)])
    frame = shapes(WORLD | {"YY": ("Nowhere", None)})
    footer = visit(choropleth(frame, rates, **WORDS)).page.locator("footer").inner_text()
    assert "Not drawn, for want of a boundary: XX, YY." in footer


def test_equal_input_in_any_order_gives_equal_bytes(
    shapes: Callable, rates: pd.DataFrame, examples: pd.DataFrame, patterns: pd.DataFrame
) -> None:
    def html(step: int) -> str:
        more = {"examples": examples.iloc[::step], "patterns": patterns.iloc[::step]}
        pictures = dict(list({7: b"seven", 8: b"eight"}.items())[::step])
        drawn = choropleth(shapes().iloc[::step], rates.iloc[::step], **WORDS, **more, thumbnails=pictures)
        return str(drawn.get_root().render())

    first = html(1)
    assert html(1) == first
    assert html(-1) == first
    drawn = choropleth(shapes(), rates, **WORDS).get_root()
    assert drawn.render() == drawn.render()


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"measure": "charm"}, "no measure 'charm' here; choose one of country_match, accuracy_1km"),
        ({"denominator": "some"}, "no denominator 'some'; choose one of all, answered"),
    ],
)
def test_choices_that_do_not_exist_are_named(
    shapes: Callable, rates: pd.DataFrame, choice: dict[str, str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        choropleth(shapes(), rates, **WORDS, **choice)


def test_nothing_to_draw_is_said(shapes: Callable, rates: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="no rates to draw"):
        choropleth(shapes(), rates.iloc[:0], **WORDS)
    with pytest.raises(InputError, match="got no region"):
        choropleth(shapes().iloc[:0], rates, **WORDS)
    with pytest.raises(InputError, match="got admin1, country"):
        choropleth(pd.concat([shapes(), shapes(level="admin1")]), rates, **WORDS)
