"""A report in a real browser: it opens, runs nothing, asks for nothing, and everybody can read it."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from imageo.render.report.blocks import Report, Section
from imageo.render.report.html import html_report
from tests.render.test_report_writers import HOSTILE, everywhere


@pytest.fixture
def visit_report(visit_file: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    def open_report(report: Report, **window: Any) -> Any:
        file = tmp_path / "report.html"
        file.write_text(html_report(report), encoding="utf-8")
        return visit_file(file, **window)

    return open_report


def all_hostile() -> Report:
    sections = tuple(
        Section(f"part-{number}", text[:60], everywhere(text).sections[0].blocks)
        for number, text in enumerate((*HOSTILE, "a (95 % interval 1 to 2, n = 3)" * 20))
    )
    return Report("Hostile <b>words</b>", "{{ 7 * 7 }}", sections, "<script>alert(1)</script>")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_hostile_words_run_nothing_and_everybody_can_read(visit_report: Callable[..., Any], scheme: str) -> None:
    # The fixture asserts: no request, no word on the console, no dialog.
    page = visit_report(all_hostile(), scheme=scheme).page
    assert page.title() == "Hostile <b>words</b>"
    assert page.locator("script, b, iframe, form").count() == 0
    assert page.locator("img").count() == len(HOSTILE) + 1
    assert page.locator("img").evaluate_all("all => all.every(one => one.complete && one.naturalWidth > 0)")
    assert "{{ 7 * 7 }}" in page.locator(".subtitle").inner_text()
    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []


def test_a_phone_scrolls_tables_and_not_the_page(visit_report: Callable[..., Any]) -> None:
    page = visit_report(all_hostile(), width=390, height=844).page
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.locator(".scroll[tabindex='0'][role=region]").count() == page.locator(".scroll").count() > 0


def test_contents_lead_by_keyboard_and_headings_stand_in_order(visit_report: Callable[..., Any]) -> None:
    page = visit_report(all_hostile()).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the content"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#part-0"
    levels = page.locator("h1, h2, h3").evaluate_all("all => all.map(one => Number(one.tagName[1]))")
    assert levels[:3] == [1, 2, 2]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.locator("html[lang=en]").count() == page.locator("main").count() == page.locator("nav").count() == 1


def test_print_is_black_on_white_and_repeats_headings(visit_report: Callable[..., Any]) -> None:
    page = visit_report(all_hostile(), scheme="dark").page
    page.emulate_media(media="print", color_scheme="dark")
    style = page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor,"
        " getComputedStyle(document.querySelector('thead')).display]"
    )
    assert style == ["rgb(0, 0, 0)", "rgb(255, 255, 255)", "table-header-group"]
    pdf = page.pdf(prefer_css_page_size=True)
    assert pdf.startswith(b"%PDF")
