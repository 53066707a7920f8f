"""Differences between runs, median errors, and outlines of what is beyond chance."""

from collections.abc import Callable

import pandas as pd
import pytest

from imageo.errors import InputError
from imageo.render.maps.choropleth import choropleth
from tests.browser.test_choropleth import WORDS, plain


@pytest.fixture
def world(visit: Callable, shapes: Callable, rates: pd.DataFrame, patterns: pd.DataFrame) -> Callable:
    return lambda **window: visit(choropleth(shapes(), rates, patterns=patterns, **WORDS), **window)


def test_difference_shows_both_rates_and_no_interval_of_its_own(world: Callable) -> None:
    visited = world()
    visited.choose("other", "simulated-b")
    visited.point_at(visited.region("Alphaland"))
    shown = visited.tooltip()
    assert shown == {
        "name": "Alphaland",
        "simulated-a": "80.0 % (49.0 % to 94.3 %)",
        "simulated-b": "20.0 % (10.0 % to 90.0 %)",
        "Difference": "+60.0 points",
        "Images": "10",
    }
    assert "the same photos" in visited.page.locator(".legend .remark").inner_text()


def test_sentences_of_a_difference_are_true(world: Callable) -> None:
    visited = world()
    first = visited.page.locator(".subtitle").inner_text()
    visited.choose("run", "simulated-b")
    visited.choose("other", "simulated-a")
    assert plain(visited.page.locator("#status").inner_text()) == (
        "simulated-b against simulated-a: how much more often the model names the country in which the photo was "
        "taken, in percentage points. In 3 countries where both have at least 10 images: "
        "from −80.0 points (Edge) to 0.0 points (Betaland)."
    )
    assert visited.page.locator(".subtitle").inner_text() == (
        "Each country is coloured by how much more or less often one run is right than another; "
        "orange is worse, purple is better."
    )
    visited.choose("other", "none")
    assert visited.page.locator(".subtitle").inner_text() == first == WORDS["subtitle"]


def test_colours_of_a_difference_are_symmetric_and_hatch_needs_both_runs(world: Callable) -> None:
    visited = world()
    visited.choose("other", "simulated-b")
    colour = {name: visited.fill(visited.region(name)) for name in ("Alpha", "Beta", "Edge", "Tiny", "Delta", "Gamma")}
    assert colour["Alpha"] == colour["Edge"] == "rgb(63, 18, 104)"  # 60 and 80 points better
    assert colour["Beta"] == "rgb(246, 246, 247)"
    assert colour["Tiny"] == colour["Delta"] == 'url("#hatch")'  # simulated-b has no image there
    assert visited.page.locator(".classes .count").all_inner_texts() == ["0", "0", "0", "1", "0", "0", "2"]
    visited.choose("run", "simulated-b")  # which is compared with itself, so with none
    assert visited.page.locator("select[name=other]").input_value() == ""
    visited.choose("other", "simulated-a")
    assert visited.fill(visited.region("Alpha")) == "rgb(151, 73, 7)"
    assert visited.page.locator("select[name=other] option[disabled]").inner_text() == "simulated-b"


@pytest.mark.parametrize(
    ("k", "place"),
    [
        (30, 6),
        (29, 5),
        (15, 5),
        (14, 4),
        (5, 4),
        (4, 3),
        (0, 3),
        (-4, 3),
        (-5, 2),
        (-14, 2),
        (-15, 1),
        (-29, 1),
        (-30, 0),
    ],
)
def test_boundaries_of_a_difference_are_as_the_legend_says(
    visit: Callable, shapes: Callable, rate: Callable, k: int, place: int
) -> None:
    # 50 + k of 100 against 50: the floating point difference of 0.55 and 0.5 is above 0.05, that of 0.65 and 0.5 below.
    rows = [rate("AA", 50 + k, 100), rate("AA", 50, 100, run_label="simulated-b")]
    visited = visit(choropleth(shapes(), pd.DataFrame(rows), **WORDS))
    visited.choose("other", "simulated-b")
    classes = visited.page.locator("path.region").first.get_attribute("class")
    assert classes == f"region class-{place}"


def test_median_error_is_a_measure_darker_where_worse(world: Callable) -> None:
    visited = world()
    visited.choose("measure", "Median error")
    assert plain(visited.page.locator("#status").inner_text()).startswith(
        "simulated-a: median distance from the answer to the true place; no answer counts as 20,015 km."
    )
    visited.point_at(visited.region("Edge"))
    assert visited.tooltip() == {
        "name": "Edge",
        "Median error": "34.0 km",
        "Images": "50",
        "Rank, best first": "1 of 3, shared by 3",
    }
    labels = [plain(text) for text in visited.page.locator(".classes .label").all_inner_texts()]
    assert labels[0].endswith("km or more")
    assert labels[-1].startswith("below")
    visited.choose("denominator", "Answered images only")
    visited.point_at(visited.region("Edge"))
    assert visited.tooltip()["Median error of answers"] == "12.0 km"


def test_median_errors_differ_by_a_factor(visit: Callable, shapes: Callable, rate: Callable) -> None:
    def row(code: str, run: str, distance: float) -> dict[str, object]:
        return rate(code, 5, 10, run_label=run, measure="accuracy_25km", error_km_median_bounded=distance)

    errors = {"AA": (100, 400), "BB": (400, 100), "CC": (100, 100), "DD": (0, 0), "EE": (130, 100)}
    rows = [row(code, run, each[place]) for place, run in enumerate("ab") for code, each in errors.items()]
    drawn = choropleth(shapes(), pd.DataFrame(rows), measure="error_km_median", **WORDS)
    visited = visit(drawn)
    visited.choose("other", "b")
    names = ("Alpha", "Beta", "Gamma", "Delta", "Edge")
    found = [
        visited.page.locator(f"path[data-region='{visited.region(name)}']").get_attribute("class") for name in names
    ]
    # 1/4, 4, 1, both without any error, 1.3 times; a class holds its lower boundary.
    assert [each.split("-")[1] for each in found] == ["5", "0", "3", "3", "2"]
    visited.point_at(visited.region("Beta"))
    assert visited.tooltip()["Ratio"] == "4 times"


def test_outlines_tell_high_from_low_without_colour(world: Callable) -> None:
    visited = world()
    outlines = visited.page.locator(".spots path:not(.casing)")
    assert sorted(outlines.evaluate_all("all => all.map(e => e.getAttribute('class'))")) == ["spot-high", "spot-low"]
    dashes = outlines.evaluate_all("all => all.map(e => getComputedStyle(e).strokeDasharray)")
    assert sorted(each == "none" for each in dashes) == [False, True]
    legend = visited.page.locator(".legend .others")
    counts = [legend.locator(f".{kind} .count").inner_text() for kind in ("spot-high", "spot-low")]
    assert counts == ["1", "1"]
    visited.point_at(visited.region("Betaland"))
    note = visited.page.locator("#tooltip .note").inner_text()
    assert note == "Beyond chance: low among low (corrected p below 0.001)."
    visited.choose("measure", "Median error")
    assert outlines.count() == 1
    assert "large errors beyond chance" in legend.inner_text()


def test_legend_says_where_no_statistics_are_stored(
    visit: Callable, world: Callable, shapes: Callable, rates: pd.DataFrame
) -> None:
    visited = world()
    remark = visited.page.locator(".legend .remark")
    assert remark.count() == 0
    for name, label in (("run", "simulated-b"), ("denominator", "Answered images only"), ("measure", "Within 1 km")):
        visited.choose(name, label)
        assert "No local statistics are stored" in remark.inner_text()
        assert visited.page.locator(".spots path").count() == 0
    # A page that was made without any says nothing of them.
    assert visit(choropleth(shapes(), rates, **WORDS)).page.locator(".legend .remark").count() == 0


def test_one_run_has_nothing_to_be_compared_with(visit: Callable, shapes: Callable, rate: Callable) -> None:
    visited = visit(choropleth(shapes(), pd.DataFrame([rate("AA", 8, 10)]), **WORDS))
    assert visited.page.locator("select[name=other]").count() == 0


def test_land_lies_behind_and_is_not_touched(visit: Callable, shapes: Callable, rates: pd.DataFrame) -> None:
    land = shapes({"XX": ("Land", shapes().geometry.iloc[0].buffer(5))})
    visited = visit(choropleth(shapes(), rates, backdrop=land, **WORDS))
    assert visited.page.locator("path.land").count() == 1
    assert visited.page.locator("path.region").count() == 6
    assert visited.page.locator("path.land").evaluate("e => getComputedStyle(e).pointerEvents") == "none"


def test_measures_that_do_not_exist_are_named(shapes: Callable, rates: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="choose one of country_match, accuracy_1km, error_km_median"):
        choropleth(shapes(), rates, measure="charm", **WORDS)
