"""A report as GitHub flavoured Markdown; figures are files beside it."""

import re

from imageo.render.report.blocks import (
    Beside,
    Block,
    Commands,
    Figure,
    Heading,
    KeyNumbers,
    Note,
    Paragraph,
    Points,
    Report,
    Table,
)

# Every ASCII mark that can begin markup anywhere in a line. A backslash before punctuation stands for the mark itself.
_MARKS = re.compile(r"([\\`*_\[\]<>|~#&${}]|:(?=\S))")
# What GitHub makes links of without any mark, and marks that begin a list at the start of a line.
_WWW = re.compile(r"\b(www)\.", re.IGNORECASE)
_LIST = re.compile(r"^([-+]|\d+(?=[.)](?: |$)))")


def markdown_report(report: Report, folder: str) -> str:
    """The document; `folder` is where its figures stand, as seen from it."""
    parts = [f"# {escaped(report.title)}", escaped(report.subtitle)]
    parts.append("\n".join(f"- [{escaped(each.title)}](#{each.anchor})" for each in report.sections))
    for each in report.sections:
        # An anchor of our own: those that hosts make of titles differ.
        parts.append(f'<a id="{each.anchor}"></a>\n\n## {escaped(each.title)}')
        parts += [_block(block, folder) for block in each.blocks]
    parts.append(f"---\n\n{escaped(report.footer)}")
    return "\n\n".join(part for part in parts if part) + "\n"


def escaped(text: str) -> str:
    """Text that is nothing but text: no markup, link, mention, formula, entity or HTML comes of it."""
    line = " ".join(text.split())
    line = _MARKS.sub(r"\\\1", line)
    line = _WWW.sub(r"\1\\.", line)
    line = _LIST.sub(lambda found: found[1] + "\\" if found[1].isdigit() else "\\" + found[1], line)
    # An address or a mention is found in the finished text, whatever was escaped; a comment parts it.
    return line.replace("@", "<!-- -->@<!-- -->")


def _block(block: Block, folder: str) -> str:
    match block:
        case Paragraph(text):
            return escaped(text)
        case Note(text):
            return f"> {escaped(text)}"
        case Heading(text):
            return f"### {escaped(text)}"
        case Points(items):
            return "\n".join(f"- {escaped(item)}" for item in items)
        case Beside(first_title, first, second_title, second):
            return "\n\n".join(
                _block(part, folder)
                for part in (Heading(first_title), Points(first), Heading(second_title), Points(second))
            )
        case Commands(lines):
            return _fenced("\n".join(lines))
        case KeyNumbers(items):
            return "\n".join(f"- **{escaped(item.number)}** {escaped(item.meaning)}" for item in items)
        case Table():
            return _table(block)
        case Figure():
            return f"![{escaped(block.caption)}]({folder}/{block.file_name})\n\n{escaped(block.caption)}"


def _table(table: Table) -> str:
    lines = [
        " | ".join(escaped(column.heading) or " " for column in table.columns),
        " | ".join("---:" if column.is_number else ":---" for column in table.columns),
        *(" | ".join(escaped(cell) or " " for cell in row) for row in table.rows),
    ]
    parts = [f"**{escaped(table.caption)}**", "\n".join(f"| {line} |" for line in lines)]
    return "\n\n".join([*parts, escaped(table.note)] if table.note else parts)


def _fenced(text: str) -> str:
    """Lines as they are, in a fence longer than any run of backticks in them."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}sh\n{text}\n{fence}"
