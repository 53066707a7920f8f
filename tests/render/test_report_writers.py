"""A report as HTML and as Markdown: hostile text stays text, and the same blocks give the same bytes."""

import base64
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from imageo.errors import InputError
from imageo.render.report.blocks import (
    Beside,
    Block,
    Column,
    Commands,
    Figure,
    Heading,
    KeyNumber,
    KeyNumbers,
    Note,
    Paragraph,
    Points,
    Report,
    Section,
    Table,
)
from imageo.render.report.html import html_report, parted
from imageo.render.report.markdown import escaped, markdown_report
from imageo.render.report.write import _write_markdown, format_of

SVG = b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><rect width='9' height='9'/></svg>"

HOSTILE = (
    "<script>alert(1)</script>",
    "</script></style></pre></td><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "{{ 7 * 7 }}{% raw %}{# x #}",
    "[link](javascript:alert(1)) ![image](http://evil.example/x.png)",
    "<http://evil.example> http://evil.example www.evil.example ftp://evil.example",
    "mail me@evil.example or @everyone #1 GH-2",
    "a | b | c\n| d | e |\n|---|---|",
    "# heading\n- list\n1. one\n+ plus\n> quote\n    code\n---\n===",
    "`code` ``` fence *bold* _it_ ~~gone~~ **b** $x$ <!-- c --> &lt;b&gt; &#60;",
    "[ref]: http://evil.example\n[^1]: note",
    "back\\slash \\` \\[",
    "\u202etxt.exe\u202c \u2066rtl\u2069",
    "x" * 10_000,
)


def everywhere(text: str) -> Report:
    """A report with one text in every place."""
    blocks: tuple[Block, ...] = (
        Paragraph(text),
        Note(text),
        Heading(text),
        Points((text, text)),
        Beside(text, (text,), text, (text,)),
        Commands((text,)),
        KeyNumbers((KeyNumber(text, text),)),
        Table(text, (Column(text, False), Column(text)), ((text, text), ("", text)), text),
        Figure("world", text, SVG),
    )
    return Report(text, text, (Section("one", text, blocks),), text)


class Seen(HTMLParser):
    """Tags, attributes, and text outside the style."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self._style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._style = tag == "style"
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        self._style = self._style and tag != "style"

    def handle_data(self, data: str) -> None:
        if not self._style:
            self.text += data


def seen(html: str) -> Seen:
    reader = Seen()
    reader.feed(html)
    reader.close()
    return reader


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
def test_hostile_text_is_text_in_html(text: str) -> None:
    harmless, hostile = seen(html_report(everywhere("harmless"))), seen(html_report(everywhere(text)))
    # Statistics in brackets may be set back, so spans are none of these.
    assert [tag for tag in hostile.tags if tag != "span"] == [tag for tag in harmless.tags if tag != "span"]
    assert {name for name, _ in hostile.attributes} == {name for name, _ in harmless.attributes} | set()
    assert not any(name.startswith("on") for name, _ in hostile.attributes)
    urls = [value for name, value in hostile.attributes if name in ("src", "href", "srcset")]
    assert all(url.startswith(("#", "data:image/")) for url in urls)
    assert text.replace("\r", "") in hostile.text


def test_a_page_runs_nothing_and_loads_nothing() -> None:
    html = html_report(everywhere("harmless"))
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)
    assert policy
    told = policy[1].replace("&#39;", "'")
    assert "default-src 'none'" in told
    assert "script-src" not in told
    assert "unsafe" not in told
    assert "<script" not in html
    assert base64.b64encode(SVG).decode() in html


def test_statistics_are_set_back_and_names_in_brackets_are_not() -> None:
    text = "gpt-5 (low) is ahead (95 % interval 1.0 to 2.0, n = 270, p = 0.010 corrected) of b (n = 3)."
    assert parted(text) == [
        ("gpt-5 (low) is ahead ", False),
        ("(95 % interval 1.0 to 2.0, n\u00a0=\u00a0270, p\u00a0=\u00a00.010 corrected)", True),
        (" of b ", False),
        ("(n\u00a0=\u00a03)", True),
        (".", False),
    ]


def tokens(markdown: str) -> list[str]:
    """What a Markdown reader makes of it, inline parts included."""
    parsed = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(markdown)
    return [kind.type for token in parsed for kind in (token, *(token.children or []))]


def structure(markdown: str) -> list[str]:
    """Without text, and without the comments that part addresses."""
    return [kind for kind in tokens(markdown) if kind not in ("text", "text_special", "html_inline")]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
def test_hostile_text_is_text_in_markdown(text: str) -> None:
    harmless = markdown_report(everywhere("harmless"), "x_files")
    hostile = markdown_report(everywhere(text), "x_files")
    assert structure(hostile) == structure(harmless)
    inline = re.findall(r"<[^>]*>", re.sub(r"```+.*?```+\n", "", re.sub(r"\\.", "", hostile), flags=re.S))
    assert set(inline) <= {'<a id="one">', "</a>", "<!-- -->"}


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
def test_escaped_text_reads_as_it_was(text: str) -> None:
    html = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(escaped(text))
    read = seen(html)
    assert read.tags == ["p"]
    assert " ".join(read.text.split()) == " ".join(text.split())


def test_no_link_is_made_of_plain_addresses() -> None:
    # GitHub makes links of these three forms wherever they stand in the text of the source.
    told = escaped("http://evil.example www.evil.example me@evil.example @everyone")
    assert not re.search(r"https?:|www\.|\w@\w|@\w", told)


def test_lines_to_type_cannot_leave_their_fence() -> None:
    told = markdown_report(everywhere("a ```\n# b"), "x_files")
    assert "````sh\na ```\n# b\n````" in told


def test_the_same_blocks_give_the_same_bytes() -> None:
    one, other = everywhere("harmless"), everywhere("harmless")
    assert html_report(one) == html_report(other)
    assert markdown_report(one, "x") == markdown_report(other, "x")


@pytest.mark.parametrize(
    ("name", "given", "complaint"),
    [
        ("report.pdf", None, "a report is .html or .md, not .pdf"),
        ("report", None, "not a file without suffix"),
        ("report.html", "md", "--format md does not go with .html"),
        ("nowhere/report.md", None, "there is no folder"),
    ],
)
def test_a_path_that_cannot_be_written(tmp_path: Path, name: str, given: str | None, complaint: str) -> None:
    with pytest.raises(InputError, match=re.escape(complaint)):
        format_of(tmp_path / name, given)  # type: ignore[arg-type]


def test_a_suffix_tells_the_format(tmp_path: Path) -> None:
    assert format_of(tmp_path / "report.md", None) == "md"
    assert format_of(tmp_path / "report.HTML", None) == "html"
    folder = tmp_path / "folder.html"
    folder.mkdir()
    with pytest.raises(InputError, match="is a folder; name a file such as"):
        format_of(folder, None)


def test_markdown_is_written_with_its_figures_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, beside = tmp_path / "report.md", tmp_path / "report_files"
    _write_markdown(path, everywhere("first"))
    assert (beside / "world.svg").read_bytes() == SVG
    assert "![first](report_files/world.svg)" in path.read_text()
    monkeypatch.setattr("imageo.render.report.write.markdown_report", lambda *_: (_ for _ in ()).throw(OSError("full")))
    (beside / "world.svg").write_bytes(b"<svg/>")
    with pytest.raises(OSError, match="full"):
        _write_markdown(path, everywhere("second"))
    assert "first" in path.read_text()
    assert (beside / "world.svg").read_bytes() == b"<svg/>"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["report.md", "report_files"]


@pytest.mark.parametrize("file", ["thesis.docx", "holiday.png"])
def test_a_folder_of_somebody_else_is_left_alone(file: str, tmp_path: Path) -> None:
    beside = tmp_path / "report_files"
    beside.mkdir()
    (beside / "world.svg").touch()
    (beside / file).touch()
    with pytest.raises(InputError, match=f"holds {file}, which is no figure of a report"):
        _write_markdown(tmp_path / "report.md", everywhere("first"))
    assert not (tmp_path / "report.md").exists()
