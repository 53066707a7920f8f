"""A folium map as one file that asks the network for nothing.

`OfflineMap` is a `folium.Map` and takes any folium child; its figure is a `Page`, which inlines every
script and style it knows, refuses everything that it would have to load, and names the hash of each
script in a Content-Security-Policy, so that nothing else can run.
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from html.parser import HTMLParser
from importlib import resources
from typing import Any

import folium
from branca.element import CssLink, Element, Figure, JavascriptLink, Link
from folium.template import Template

from imageo.errors import ImageoError
from imageo.render.labels import clean_label

LEAFLET_JS = "leaflet/leaflet.js"
LEAFLET_CSS = "leaflet/leaflet.css"
_LOADING_ATTRIBUTES = frozenset({"src", "srcset", "href", "xlink:href", "data", "poster", "action", "background"})
_POLICY_PLACE = "{content-security-policy}"
_LONGEST = 10_000  # characters of a title, subtitle or provenance


def read_asset(name: str) -> str:
    """The text of a file below `imageo/render/assets`, such as `page.css` or `leaflet/leaflet.js`."""
    return resources.files("imageo.render").joinpath("assets", *name.split("/")).read_text(encoding="utf-8")


class Page(Figure):
    """A figure that renders to one document without a URL: title, subtitle, map, legend, provenance.

    `title`, `subtitle` and `provenance` are text, never HTML. `scripts` and `styles` are names of assets,
    inlined in this order after Leaflet's own. With `pictures` the page may show images that it holds itself.
    """

    def __init__(
        self,
        *,
        title: str,
        subtitle: str,
        provenance: str,
        scripts: Iterable[str] = (),
        styles: Iterable[str] = (),
        language: str = "en",
        pictures: bool = False,
    ) -> None:
        title, subtitle, provenance = (clean_label(text, _LONGEST) for text in (title, subtitle, provenance))
        # In a notebook the page stands in a frame of this shape, in percent of its width.
        super().__init__(title=title, ratio="80%")
        # page.html has the meta tags.
        self.header.add_child(Element(""), name="meta_http")
        self.subtitle = subtitle
        self.provenance = provenance
        self.language = language
        self.pictures = pictures
        self.scripts = [read_asset(name) for name in scripts]
        self.styles = [read_asset(name) for name in styles]
        self.policy_place = _POLICY_PLACE

    def render(self, **kwargs: Any) -> str:
        """Render the page.

        Raises ImageoError when an element would load something, or run a script from an attribute.
        """
        for child in self._children.values():
            child.render(**kwargs)
        for name, element in list(self.header._children.items()):
            if isinstance(element, Link):
                self.header.add_child(_inlined(element), name=name)
        html: str = Template(read_asset("page.html")).render(this=self, kwargs=kwargs)
        return html.replace(_POLICY_PLACE, _content_security_policy(html, self.pictures), 1)


class OfflineMap(folium.Map):
    """A folium map without tiles whose figure is `page`; ids are fixed, so that equal input gives equal bytes."""

    # Folium's own header forbids zooming by viewport and styles the map for a page of its own.
    _template = Template(
        """
        {% macro html(this, kwargs) %}<div class="folium-map" id="{{ this.get_name() }}"></div>{% endmacro %}
        {% macro script(this, kwargs) %}
            const {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {
                center: {{ this.location|tojson }},
                crs: L.CRS.{{ this.crs }},
                ...{{ this.options|tojavascript }}
            });
        {% endmacro %}
        """
    )

    def __init__(self, page: Page, **options: Any) -> None:
        super().__init__(tiles=None, attribution_control=False, **options)
        # Of this map alone: the lists that folium keeps belong to all maps.
        self.default_js = [("leaflet", LEAFLET_JS)]
        self.default_css = [("leaflet_css", LEAFLET_CSS)]
        self._id = "imageo"
        page.add_child(self)


def _inlined(link: Link) -> Element:
    """The element that holds the text of a vendored script or style in place of the link to it."""
    if link.url not in (LEAFLET_JS, LEAFLET_CSS):
        raise ImageoError(
            f"page: an element of the map loads {link.url}, and a page must work offline; remove that element"
        )
    text = read_asset(link.url)
    if isinstance(link, CssLink):
        # Rules with images are for controls and markers that these pages do not have.
        text = re.sub(r"[^{}]*\{[^{}]*url\([^{}]*\}", "", text)
        return _Raw(f"<style>{text}</style>")
    assert isinstance(link, JavascriptLink)
    licence = read_asset(link.url.rpartition("/")[0] + "/LICENSE.txt")
    return _Raw(f"<script>/*\n{licence}*/\n{re.sub(r'//# sourceMappingURL=.*', '', text)}</script>")


class _Raw(Element):
    """Text that is put in as it is: an Element would read it as a template."""

    _template = Template("{{ this.text }}")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class _Reader(HTMLParser):
    """Collects the inline scripts and styles of a document; raises on anything that loads or runs otherwise."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self._into: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name.startswith("on"):
                raise ImageoError(f"page: <{tag}> runs a script from its attribute {name}; remove that element")
            if name in _LOADING_ATTRIBUTES and not (value or "").startswith("#"):
                raise ImageoError(f"page: <{tag} {name}={value!r}> would load a URL; remove that element")
        if tag == "script" and "type" not in dict(attrs):
            self._into = self.scripts
        elif tag == "style":
            self._into = self.styles
        if self._into is not None:
            self._into.append("")

    def handle_data(self, data: str) -> None:
        if self._into is not None:
            self._into[-1] += data

    def handle_endtag(self, tag: str) -> None:
        del tag
        self._into = None


def _content_security_policy(html: str, pictures: bool) -> str:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    for style in reader.styles:
        if loaded := re.search(r"@import|url\((?!['\"]?#)[^)]*\)", style):
            raise ImageoError(f"page: a style would load {loaded.group()!r}; remove that element")
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {_hashes(reader.scripts)}",
            f"style-src {_hashes(reader.styles)}",
            *(["img-src data:"] if pictures else []),
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hashes(texts: Iterable[str]) -> str:
    digests = dict.fromkeys(hashlib.sha256(text.encode()).digest() for text in texts)
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests) or "'none'"
