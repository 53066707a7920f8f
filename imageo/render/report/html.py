"""A report as one HTML file that runs nothing and loads nothing."""

import base64
import hashlib
import re
from dataclasses import fields
from typing import Any

from imageo.render.page import read_asset
from imageo.render.report.blocks import Block, Figure, Report

_STATISTICS = re.compile(r"(\([^()]*(?:\bn[ \u00a0]=|\binterval\b)[^()]*\))")
_UNIT = re.compile(r"\b([np]) ([=<]) (?=[\d.])")


def html_report(report: Report) -> str:
    """The document. Text is escaped; a drawing is an image of its own, so that nothing in it can run or clash.

    The policy allows the one style, by its hash, and images that the file itself holds: no script, no request.
    """
    from jinja2 import Environment

    style = read_asset("report/report.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    environment = Environment(autoescape=True, keep_trailing_newline=True)
    environment.filters["parted"] = parted
    template = environment.from_string(read_asset("report/report.html"))
    from markupsafe import Markup

    # The style is imageo's own text, and `>` in it must stay.
    return template.render(report=_shown(report), style=Markup(style), policy=policy)


def parted(text: str) -> list[tuple[str, bool]]:
    """A sentence in pieces, and whether each is a bracket of statistics, to be set back; numbers keep their unit."""
    bound = _UNIT.sub("\\1\u00a0\\2\u00a0", text)
    return [(piece, at % 2 == 1) for at, piece in enumerate(_STATISTICS.split(bound)) if piece]


def _shown(report: Report) -> dict[str, Any]:
    return {
        "title": report.title,
        "subtitle": report.subtitle,
        "footer": report.footer,
        "sections": [
            {"anchor": each.anchor, "title": each.title, "blocks": [_block(block) for block in each.blocks]}
            for each in report.sections
        ],
    }


def _block(block: Block) -> "_Shown":
    shown = {field.name: getattr(block, field.name) for field in fields(block)}
    if isinstance(block, Figure):
        media = {"svg": "image/svg+xml", "png": "image/png"}[block.kind]
        shown["source"] = f"data:{media};base64,{base64.b64encode(block.drawing).decode()}"
    return _Shown(**shown | {"kind": type(block).__name__})


class _Shown:
    """A block for the template: a dict has an `items` of its own."""

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)
