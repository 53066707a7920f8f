"""Pages load nothing, and run only what they name."""

import base64
import hashlib
import re
from importlib import resources

import folium
import pytest
from branca.element import CssLink, Element, JavascriptLink
from folium.plugins import MarkerCluster

from imageo.errors import ImageoError
from imageo.render.page import OfflineMap, Page


@pytest.fixture
def drawn() -> OfflineMap:
    return OfflineMap(Page(title="Title", subtitle="A sentence.", provenance="Somewhere."), crs="Simple")


def render(drawn: OfflineMap) -> str:
    return str(drawn.get_root().render())


@pytest.mark.parametrize(
    ("name", "digest"),
    # The integrity values that leafletjs.com publishes for Leaflet 1.9.4.
    [
        ("leaflet/leaflet.js", "20nQCchB9co0qIjJZRGuk2/Z9VM+kNiyxNV1lvTlZBo="),
        ("leaflet/leaflet.css", "p4NxAoJBhIIN+hmNHrzRCf9tD/miZyoHS5obTRR9BMY="),
    ],
)
def test_vendored_leaflet_is_the_published_one(name: str, digest: str) -> None:
    vendored = resources.files("imageo.render").joinpath("assets", name).read_bytes()
    assert base64.b64encode(hashlib.sha256(vendored).digest()).decode() == digest


def test_page_loads_nothing_and_carries_the_licence_of_what_it_holds(drawn: OfflineMap) -> None:
    html = render(drawn)
    assert not re.search(r"<link|<script[^>]+src|@import|url\((?!#)|sourceMappingURL", html)
    assert "BSD 2-Clause License" in html
    assert "Leaflet 1.9.4" in html


def test_policy_names_the_hash_of_each_script_and_style_and_nothing_else(drawn: OfflineMap) -> None:
    html = render(drawn)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1]
    directives = dict(directive.split(" ", 1) for directive in policy.split("; "))
    assert directives["default-src"] == "'none'"
    assert set(directives) == {"default-src", "script-src", "style-src", "base-uri", "form-action"}
    for tag, directive in (("script", "script-src"), ("style", "style-src")):
        texts = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        hashes = {f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in texts}
        assert set(directives[directive].split()) == hashes


def test_folium_layers_work_on_it(drawn: OfflineMap) -> None:
    folium.CircleMarker([1, 2]).add_to(drawn)
    folium.GeoJson({"type": "Point", "coordinates": [0, 0]}).add_to(drawn)
    assert "L.circleMarker(" in render(drawn)


@pytest.mark.parametrize(
    "element",
    [
        MarkerCluster(),
        Element('<img src="https://example.org/x.png">'),
        Element("<a href='http://example.org'>x</a>"),
        Element("<p onclick='run()'>x</p>"),
        Element("<style>p { background: url(https://example.org/x.png) }</style>"),
        Element("<style>@import 'https://example.org/x.css';</style>"),
        Element("<object data=x.svg></object>"),
        Element("<script src='//example.org/x.js'></script>"),
    ],
)
def test_whatever_would_load_or_run_is_refused(drawn: OfflineMap, element: Element) -> None:
    if isinstance(element, folium.map.Layer):
        element.add_to(drawn)
    else:
        drawn.get_root().html.add_child(element)
    with pytest.raises(ImageoError, match="remove that element"):
        render(drawn)


@pytest.mark.parametrize("link", [JavascriptLink("https://example.org/x.js"), CssLink("https://example.org/x.css")])
def test_links_in_the_header_are_refused(drawn: OfflineMap, link: Element) -> None:
    drawn.get_root().header.add_child(link)
    with pytest.raises(ImageoError, match=r"https://example\.org"):
        render(drawn)


def test_other_folium_maps_are_left_as_they_were(drawn: OfflineMap) -> None:
    render(drawn)
    assert all(url.startswith("https://") for _, url in folium.Map.default_js)


def test_words_of_the_page_are_escaped() -> None:
    page = Page(title="</title><b>", subtitle="<i>", provenance="<u>", language='"><s>')
    html = str(OfflineMap(page, crs="Simple").get_root().render())
    assert not re.search(r"<[bius]>", html)
