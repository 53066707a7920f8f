"""The map of errors in a real browser: what is drawn where, what the filters leave, what is told."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from pyproj import Transformer

from imageo.errors import InputError
from imageo.render.maps.error_map import error_map
from tests.browser.conftest import Visit

EQUAL_EARTH = Transformer.from_crs("EPSG:4326", "EPSG:8857", always_xy=True)
# Is anything drawn within two pixels of a place? The first canvas is that of the lines; a copy is read.
PROBE = """([x, y]) => {
    const canvas = document.querySelector("canvas.lines");
    const box = canvas.getBoundingClientRect();
    const copy = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    copy.drawImage(canvas, box.left - x + 2, box.top - y + 2, box.width, box.height);
    return copy.getImageData(0, 0, 5, 5).data.some((value, at) => at % 4 === 3 && value > 0);
}"""


def vector(start: tuple[float, float], end: tuple[float, float], error_km: float, **columns: Any) -> dict[str, Any]:
    """A row of bi.error_vector; points are (longitude, latitude)."""
    return {
        "dataset": "synthetic",
        "run_label": "sim-a",
        "image_id": 1,
        "image_name": "photo 1",
        "confidence": 3,
        "error_km": error_km,
        "true_country": "Alphaland",
        "true_city": "Alpha City",
        "answered_country": "Betaland",
        "answered_state": None,
        "answered_city": "Beta Town",
        "place_country": "Betaland",
        "true_longitude": start[0],
        "true_latitude": start[1],
        "answered_longitude": end[0],
        "answered_latitude": end[1],
        **columns,
    }


# Great-circle lengths on the WGS84 ellipsoid, along the equator: 1 degree is 111.31949 km.
ROWS = [
    vector((-60, 0), (0, 0), 6679.17, image_id=1, image_name="photo 1", confidence=5),
    vector((20, 40), (25, 42), 470.0, image_id=2, image_name="photo 2", confidence=2, answered_city=None),
    vector((170, -20), (-170, -20), 2091.0, image_id=3, image_name="photo 3", confidence=None),
    vector((60, -30), (60.1, -30), 9.64, image_id=4, image_name="photo 4", place_country="Alphaland"),
    vector((-60, 0), (100, 50), 13000.0, run_label="sim-b", image_id=1, image_name="photo 1", confidence=5),
    vector((20, 40), (20, 40.224), 24.999, run_label="sim-b", image_id=2, image_name="photo 2", place_country=None),
]


@pytest.fixture
def world(visit: Callable) -> Callable[..., Visit]:
    return lambda rows=ROWS, **window: visit(error_map(pd.DataFrame(rows)), **window)


def place(visited: Visit, longitude: float, latitude: float) -> tuple[float, float]:
    """Where a point stands on the screen, by PROJ and the outline of the globe."""
    globe = visited.page.locator(".backdrop .area").bounding_box()
    right, _ = EQUAL_EARTH.transform(180, 0)
    _, top = EQUAL_EARTH.transform(0, 90)
    x, y = EQUAL_EARTH.transform(longitude, latitude)
    return (
        globe["x"] + globe["width"] * (x + right) / (2 * right),
        globe["y"] + globe["height"] * (top - y) / (2 * top),
    )


def is_drawn(visited: Visit, longitude: float, latitude: float) -> bool:
    return bool(visited.page.evaluate(PROBE, list(place(visited, longitude, latitude))))


def status(visited: Visit) -> str:
    return str(visited.page.locator("#status").inner_text()).replace("\u00a0", " ")


def slide(visited: Visit, name: str, steps: int) -> None:
    """Press an arrow key on a slider; the lines follow within a frame."""
    slider = visited.page.locator(f"input[name={name}]")
    for _ in range(abs(steps)):
        slider.press("ArrowRight" if steps > 0 else "ArrowLeft")
    visited.page.wait_for_timeout(60)


def rows_of(visited: Visit) -> list[list[str]]:
    lines = visited.page.locator(".rows tbody tr").all()
    return [[cell.replace("\u00a0", " ") for cell in line.locator("td").all_inner_texts()] for line in lines]


def test_page_loads_itself_alone_and_says_what_it_draws(world: Callable) -> None:
    visited = world()
    assert len(visited.requests) == 1
    assert visited.page.title() == "Where models put the photos, dataset synthetic"
    assert "6 answers of 2 model runs" in visited.page.locator(".subtitle").inner_text()
    assert status(visited) == "All 2 model runs: 4 of 6 answers with coordinates, 25 km or more away, any confidence."
    footer = visited.page.locator("footer").inner_text()
    assert "Equal Earth" in footer
    assert "not great circles" in footer
    assert "in two pieces" in footer


def test_lines_are_where_their_ends_are(world: Callable) -> None:
    visited = world()
    assert all(is_drawn(visited, longitude, 0) for longitude in (-40, -20, -5, 0))
    assert is_drawn(visited, 22.5, 41)
    assert not is_drawn(visited, -80, 0)
    assert not is_drawn(visited, 30, 0)
    assert not is_drawn(visited, 0, 30)


def test_line_across_180_degrees_goes_the_short_way(world: Callable) -> None:
    visited = world([ROWS[2]])
    assert is_drawn(visited, 175, -20)
    assert is_drawn(visited, -172, -20)
    assert not any(is_drawn(visited, longitude, -20) for longitude in range(-150, 160, 25))
    visited.page.mouse.move(*place(visited, -172, -20))
    assert visited.tooltip()["name"] == "photo 3"


def test_hover_shows_both_names(world: Callable) -> None:
    visited = world()
    visited.page.mouse.move(*place(visited, -20, 0))
    assert visited.tooltip() == {
        "name": "photo 1",
        "Taken in": "Alpha City, Alphaland",
        "Answered": "Beta Town, Betaland",
        "Its point lies in": "Betaland",
        "Distance": "6,679 km",
        "Stated confidence": "5 of 5",
        "Model run": "sim-a",
    }
    visited.page.mouse.move(*place(visited, 22.5, 41))
    assert (visited.tooltip()["Answered"], visited.tooltip()["Distance"]) == ("Betaland", "470 km")
    visited.page.mouse.move(*place(visited, 0, -60))
    assert visited.page.locator("#tooltip").is_hidden()


def test_filters_leave_what_they_say(world: Callable) -> None:
    visited = world()
    visited.choose("run", "sim-b")
    assert status(visited).startswith("sim-b: 1 of 2 answers")
    slide(visited, "from", -5)
    assert status(visited) == "sim-b: 2 of 2 answers with coordinates, any distance away, any confidence."
    visited.choose("run", "All 2 model runs")
    slide(visited, "to", -15)  # 24.999 km is less than 25 km
    assert status(visited).startswith("All 2 model runs: 2 of 6 answers with coordinates, less than 25 km away")
    assert not is_drawn(visited, -20, 0)
    slide(visited, "to", 15)
    for level in (5, 3):
        visited.page.locator(f"input[name=confidence-{level}]").uncheck()
    assert "2 of 6 answers" in status(visited)
    assert "confidence 1, 2, 4 or none stated" in status(visited)
    visited.page.locator("input[name=confidence-0]").uncheck()
    assert "1 of 6 answers" in status(visited)
    visited.page.locator("input[name=confidence-2]").uncheck()
    assert "Nothing is left to draw" in status(visited)
    assert rows_of(visited) == []


def test_class_of_a_distance_begins_at_its_edge(world: Callable) -> None:
    edges = [0.0, 24.99, 25.0, 199.99, 200.0, 749.99, 750.0, 2499.99, 2500.0, 20003.9]
    rows = [vector((0, i), (10, i), km, image_id=i) for i, km in enumerate(edges)]
    visited = world(rows)
    slide(visited, "from", -5)
    assert visited.page.locator(".classes .count").all_inner_texts() == ["2", "2", "2", "2", "2"]


def many(count: int, start: tuple[float, float], end: tuple[float, float], **columns: Any) -> list[dict[str, Any]]:
    first = columns.pop("first")
    return [
        vector(start, end, 100.0 + i, image_id=first + i, image_name=f"p{first + i}", **columns) for i in range(count)
    ]


@pytest.fixture
def crowd(world: Callable) -> Callable[..., Visit]:
    """3,003 vectors: 2,001 from Alphaland to Betaland (median 1,100 km), 1,000 back, two within Alphaland."""
    back = {"true_country": "Betaland", "place_country": "Alphaland"}
    rows = [
        *many(2001, (-60, 10), (20, 40), first=0),
        *many(1000, (20, 40), (-60, 10), first=3000, **back),
        *many(2, (-60, 10), (-62, 12), first=5000, place_country="Alphaland"),
    ]
    return lambda **window: world(rows, **window)


def test_many_vectors_are_summed_up_as_flows(crowd: Callable) -> None:
    visited = crowd()
    assert rows_of(visited) == [
        ["Alphaland → Betaland", "2,001", "1,100 km"],
        ["Betaland → Alphaland", "1,000", "599 km"],
        ["within Alphaland", "2", "100 km"],
    ]
    assert status(visited).endswith("Drawn: 3 flows within and between countries.")
    slide(visited, "least", 3)
    assert "Drawn: 2 flows within and between countries, of 5 answers or more each; they hold 3,001" in status(visited)
    visited.choose("group", "1,000 km squares")
    assert rows_of(visited)[0][1] == "2,001"
    visited.choose("show", "Single vectors")
    assert visited.page.locator(".rows caption").inner_text().replace("\u00a0", " ") == "Farthest 40 of 3,003 vectors"
    assert is_drawn(visited, -60, 10)


def test_flow_under_the_pointer_tells_its_numbers(crowd: Callable) -> None:
    visited = crowd()
    (x1, y1), (x2, y2) = place(visited, -60, 10), place(visited, 20, 40)
    # The arrows bend to their right by 7 % of their length at the middle.
    middle = ((x1 + x2) / 2 - (y2 - y1) * 0.07, (y1 + y2) / 2 + (x2 - x1) * 0.07)
    visited.page.mouse.move(*middle)
    assert visited.tooltip() == {
        "name": "Alphaland → Betaland",
        "Taken in": "Alphaland",
        "Answered point lies in": "Betaland",
        "Answers": "2,001 of 3,003 shown",
        "Median distance": "1,100 km",
    }


def test_keyboard_alone_walks_through_what_is_drawn(world: Callable) -> None:
    visited = world()
    for _ in range(25):
        visited.page.keyboard.press("Tab")
        if visited.page.evaluate("document.activeElement.className") == "row":
            break
    assert visited.tooltip()["Distance"] == "13,000 km"
    visited.page.keyboard.press("ArrowDown")
    assert visited.tooltip()["Distance"] == "6,679 km"
    visited.page.keyboard.press("End")
    assert visited.tooltip()["Distance"] == "470 km"
    visited.page.keyboard.press("Escape")
    assert visited.page.locator("#tooltip").is_hidden()
    assert visited.page.locator(".row[tabindex='0']").count() == 1


def test_link_leads_to_the_same_state(world: Callable) -> None:
    visited = world()
    visited.choose("run", "sim-b")
    visited.page.locator("input[name=confidence-1]").uncheck()
    visited.choose("show", "Both")
    slide(visited, "from", -5)
    told = status(visited)
    page, address = visited.page, visited.page.url
    assert "#run=sim-b&show=both&from=0&confidence=61" in address
    page.goto("about:blank")
    page.goto(address)
    page.locator("html[data-ready]").wait_for(state="attached")
    assert status(visited) == told
    page.goto("about:blank")
    page.goto(
        address.partition("#")[0] + "#run=none&show=%3Cb%3E&from=7&to=-1&confidence=999&least=1e9&group=constructor"
    )
    page.locator("html[data-ready]").wait_for(state="attached")
    assert status(visited).startswith("All 2 model runs: 4 of 6 answers")


@pytest.mark.parametrize("show", ["flows", "vectors", "both"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(world: Callable, show: str, scheme: str) -> None:
    visited = world(scheme=scheme)
    visited.page.locator("select[name=show]").select_option(value=show)
    visited.page.locator(".row").first.focus()
    found = Axe().run(visited.page).response["violations"]
    assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []


@pytest.mark.parametrize(("width", "height", "scheme"), [(1280, 800, "dark"), (390, 844, "light"), (390, 844, "dark")])
def test_page_fits_narrow_screens_and_dark_rooms(crowd: Callable, width: int, height: int, scheme: str) -> None:
    visited = crowd(width=width, height=height, scheme=scheme)
    assert visited.page.evaluate("document.documentElement.scrollWidth") <= width
    visited.page.locator(".row").first.focus()
    box = visited.page.locator("#tooltip").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    dark = visited.page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--class-4')")
    assert (dark.strip() == "#f0f921") is (scheme == "dark")


HOSTILE = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "<img src=x onerror=alert(3)>",
    "{{ 7*7 }}{% raw %}",
    "\"'`\\u003c${alert(4)}",
    "right \u202eto left\u2066",
    "x" * 10_000,
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_shown_as_text(world: Callable, text: str) -> None:
    fields = ("run_label", "image_name", "true_country", "true_city", "answered_country", "answered_city")
    evil = dict.fromkeys((*fields, "answered_state", "place_country", "dataset"), text)
    rows = [vector((-60, 0), (0, 0), 6679.17, **evil), vector((20, 40), (25, 42), 470.0, image_id=2, dataset=text)]
    visited = world(rows, width=390)
    shown = text.replace("\u202e", "").replace("\u2066", "")
    visited.page.mouse.move(*place(visited, -20, 0))
    told = visited.tooltip()
    for name, length in {"name": 80, "Taken in": 60, "Its point lies in": 40, "Model run": 80}.items():
        if len(shown) <= length:
            assert told[name].startswith(shown)
        else:
            assert told[name].startswith("x" * (length - 1) + "…")
    visited.page.locator("select[name=run]").select_option(index=1)
    visited.page.locator("select[name=show]").select_option(value="flows")
    visited.page.locator(".row").first.focus()
    assert visited.page.locator("img, b").count() == 0
    assert visited.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_backdrop_is_drawn_below(visit: Callable, shapes: Callable) -> None:
    visited = visit(error_map(pd.DataFrame(ROWS), shapes()))
    land = visited.page.locator("path.land")
    inside = "(path, [x, y]) => path.isPointInFill(new DOMPoint(x, y).matrixTransform(path.getScreenCTM().inverse()))"
    assert land.evaluate(inside, list(place(visited, -60, 30)))
    assert not land.evaluate(inside, list(place(visited, -60, -30)))
    assert is_drawn(visited, -20, 0)


def test_equal_input_in_any_order_gives_equal_bytes(shapes: Callable) -> None:
    frame = pd.DataFrame(ROWS)
    first = error_map(frame, shapes()).get_root().render()
    assert error_map(frame.iloc[::-1], shapes().iloc[::-1]).get_root().render() == first


def test_nothing_to_draw_is_said() -> None:
    frame = pd.DataFrame(ROWS)
    with pytest.raises(InputError, match="no answer with coordinates to draw"):
        error_map(frame.assign(answered_latitude=None))
    with pytest.raises(InputError, match="no column true_city, place_country; give rows of bi"):
        error_map(frame.drop(columns=["true_city", "place_country"]))
    many_rows = pd.DataFrame(ROWS[:1]).loc[[0] * 1_000_001]
    with pytest.raises(InputError, match="1,000,001 vectors are too many for a page"):
        error_map(many_rows)
    with pytest.raises(InputError, match="a, b are in this frame; give one dataset"):
        error_map(frame.assign(dataset=["a", "b", "a", "b", "a", "b"]))


def test_notebook_shows_the_map_in_a_frame(world: Callable) -> None:
    visited = world()
    visited.page.goto("about:blank")  # whose policy allows a frame
    visited.page.set_content(error_map(pd.DataFrame(ROWS))._repr_html_())
    frame = visited.page.frame_locator("iframe")
    frame.locator("html[data-ready]").wait_for(state="attached")
    frame.locator("select[name=run]").select_option(label="sim-b")
    assert frame.locator("#status").inner_text().startswith("sim-b: 1 of 2")


def test_window_that_grows_shows_the_whole_again(world: Callable) -> None:
    visited = world()
    before = visited.page.locator(".backdrop .area").bounding_box()["width"]
    visited.page.set_viewport_size({"width": 1900, "height": 1100})
    visited.page.wait_for_timeout(200)
    assert visited.page.locator(".backdrop .area").bounding_box()["width"] > before + 200
    assert is_drawn(visited, -20, 0)
    visited.page.get_by_role("button", name="Zoom in").click()
    visited.page.wait_for_timeout(200)
    assert is_drawn(visited, -20, 0)


def test_buttons_show_where_the_photos_were_taken_and_the_world(world: Callable) -> None:
    visited = world([ROWS[1], vector((24, 41), (100, 0), 9000.0, image_id=9)])
    whole = visited.page.locator(".backdrop .area").bounding_box()["width"]
    visited.page.get_by_role("button", name="Photos").click()
    visited.page.wait_for_timeout(100)
    assert visited.page.locator(".backdrop .area").bounding_box()["width"] > 4 * whole
    frame = visited.page.locator(".frame").bounding_box()
    for x, y in (place(visited, 20, 40), place(visited, 24, 41)):
        assert frame["x"] < x < frame["x"] + frame["width"]
        assert frame["y"] < y < frame["y"] + frame["height"]
    visited.page.get_by_role("button", name="World").click()
    assert visited.page.locator(".backdrop .area").bounding_box()["width"] == pytest.approx(whole, rel=0.02)


def test_row_that_is_chosen_comes_into_view(world: Callable) -> None:
    visited = world([ROWS[1], vector((24, 41), (100, -30), 9000.0, image_id=9)])
    visited.page.get_by_role("button", name="Photos").click()
    visited.page.wait_for_timeout(100)
    frame = visited.page.locator(".frame").bounding_box()
    row = visited.page.locator(".row").first
    row.hover()
    assert place(visited, 100, -30)[0] > frame["x"] + frame["width"]
    row.click()
    assert frame["x"] < place(visited, 100, -30)[0] < frame["x"] + frame["width"]
    assert visited.tooltip()["Distance"] == "9,000 km"


def test_dragging_keeps_lines_on_their_places(world: Callable) -> None:
    visited = world()
    visited.page.get_by_role("button", name="Zoom in").click()
    visited.page.wait_for_timeout(100)
    x, y = place(visited, -20, 0)
    visited.page.mouse.move(x, y + 100)
    visited.page.mouse.down()
    visited.page.mouse.move(x + 60, y + 130, steps=4)
    visited.page.mouse.up()
    visited.page.wait_for_timeout(400)
    assert is_drawn(visited, -20, 0)
    moved = place(visited, -20, 0)
    assert moved[0] > x + 20
    visited.page.mouse.move(*moved)
    assert visited.tooltip()["name"] == "photo 1"
