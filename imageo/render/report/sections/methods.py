"""How every number was made, and how to make it again."""

import json
from collections.abc import Sequence
from pathlib import PurePath

from imageo import __version__
from imageo.measures import DENOMINATORS
from imageo.render.labels import clean_label
from imageo.render.report.blocks import Commands, Heading, Note, Paragraph, Points, Section, Table, section
from imageo.render.report.material import Material
from imageo.render.report.parts import typed
from imageo.render.report.sections.sources import MEASURES, STATISTICS
from imageo.render.report.words import count, name, records, text_table

_PARAMETERS_LENGTH = 200


def methods(material: Material) -> Section:
    """Each measure and statistic with its source, who counts, whose borders."""
    kinds = {standing.part.kind for standing in material.survey.standings if standing.analysis_id is not None}
    told = [*MEASURES, *(row for kind, rows in STATISTICS.items() if kind in kinds for row in rows)]
    columns = [("what", False), ("how", False), ("source", False)]
    boundaries = [
        f"{clean_label(source, 160)}" + (f"; disputed borders: {clean_label(view, 160)}" if view else "") + "."
        for source, view in _widest_sources(material.boundaries)
    ]
    return section(
        "methods",
        "How it was measured",
        text_table("Measures and statistics", columns, told),
        Heading("Who counts"),
        Points(
            (
                f"all: {DENOMINATORS['all']}.",
                f"answered: {DENOMINATORS['answered']}; a match wants a name, a distance coordinates.",
                "bounded: a distance over all photos; a non-answer is 20,015 km away, half the Earth's circumference.",
                "An answer of exactly (0, 0) is no answer.",
                "Photos that a model was never asked about are in no denominator.",
            )
        ),
        Heading("Boundaries"),
        Points(tuple(boundaries)),
        Paragraph(
            "A photo belongs to the region that its true point lies in. No border drawn here is a statement about whose"
            " land it is."
        ),
    )


def reproduce(material: Material) -> Section:
    """Versions, data, runs, commands and queries."""
    dataset, choice = material.survey.dataset, material.choice
    stored = [standing for standing in material.survey.standings if standing.analysis_id is not None]
    of = typed(choice.dataset)
    least = f" --min-n {choice.minimum_n}" if choice.minimum_n != 10 else ""
    return section(
        "reproduce",
        "How to reproduce it",
        Paragraph(
            f"imageo {__version__}, definitions of the views {material.digest[:16] or 'unknown'}."
            f" Dataset {name(dataset['dataset'])}, {count(len(material.survey.images))} photos."
        ),
        _files(material),
        _runs(material),
        Paragraph(
            "The same seed and version give the same numbers. All that this report needs is computed by the first line;"
            " the others compute a part each, with every number under --json:"
        ),
        Commands(
            (
                f"imageo report --dataset {of} --measure {choice.measure}{least} -o report.html",
                f"imageo leaderboard --dataset {of}",
                *(standing.part.command for standing in stored),
                f"imageo costs --dataset {of}",
                f"imageo audit --dataset {of}",
            )
        ),
        _seeds(material),
        Paragraph("The numbers stand in views, for psql, dashboards and imageo sql:"),
        Commands(
            (
                _query("bi.leaderboard", dataset=_sql(choice.dataset)),
                *(
                    f"{_query('bi.estimate', analysis_id=str(standing.analysis_id))}  -- {standing.part.title}"
                    for standing in stored
                ),
                _query("bi.region_rate", dataset=_sql(choice.dataset), measure=_sql(choice.measure)),
                _query("bi.cost", dataset=_sql(choice.dataset)),
            )
        ),
        Note("bi.estimate keeps n, interval, p value, seed, version and every parameter beside each number."),
    )


def _widest_sources(boundaries: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Sources without those that only say what was split off."""
    return [one for one in boundaries if "; split from " not in one[0]] or list(boundaries)


def _files(material: Material) -> Table | None:
    cells = [
        (name(PurePath(row["file_name"]).name), row["kind"], row["file_digest"] or "-", count(row["n_new"]))
        for row in material.files
    ]
    columns = [("file", False), ("holds", False), ("SHA-256", False), ("rows", True)]
    return text_table("Files that were read", columns, cells) if cells else None


def _runs(material: Material) -> Table:
    cells = [
        (
            name(row["run_label"]),
            name(row["provider"]),
            (row["prompt_hash"] or "-")[:16],
            clean_label(json.dumps(row["parameters"], sort_keys=True, ensure_ascii=False), _PARAMETERS_LENGTH)
            if row["parameters"]
            else "-",
            count(row["repeat"]),
        )
        for row in records(material.survey.runs)
    ]
    columns = [("run", False), ("provider", False), ("prompt, SHA-256", False), ("parameters", False), ("repeat", True)]
    return text_table("Runs", columns, cells, "A dash: the answers were read from a file, and nobody told.")


def _seeds(material: Material) -> Table | None:
    found = {}
    for standing in material.survey.standings:
        rows = material.rows(standing.part.key)
        if rows:
            found[standing.part.title] = (str(rows[0]["seed"]), name(rows[0]["version"]))
    columns = [("analysis", False), ("seed", True), ("imageo", False)]
    return text_table("Seeds", columns, [(title, *cells) for title, cells in found.items()]) if found else None


def _query(view: str, **where: str) -> str:
    """A query to be typed; nothing runs it here."""
    conditions = " and ".join(f"{column} = {value}" for column, value in where.items())
    return " ".join(("select * from", view, "where", conditions)) + ";"


def _sql(text: str) -> str:
    """A literal of SQL; one line, so that no name can end a comment or a command."""
    return "'" + clean_label(text, 200).replace("'", "''") + "'"
