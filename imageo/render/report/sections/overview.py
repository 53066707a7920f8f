"""In short, and what was measured."""

from collections import Counter

from imageo.measures import DENOMINATORS
from imageo.render.report.blocks import Beside, KeyNumber, KeyNumbers, Note, Paragraph, Section, section
from imageo.render.report.drawn import Drawn
from imageo.render.report.findings.confidence import confidence_findings
from imageo.render.report.findings.finding import Finding, strongest_first
from imageo.render.report.findings.gaps import gap_findings, group_findings
from imageo.render.report.findings.limits import limits
from imageo.render.report.findings.places import attractor_findings, spot_findings
from imageo.render.report.findings.scenes import scene_findings
from imageo.render.report.findings.standing import rate_findings, standing_findings
from imageo.render.report.material import Material
from imageo.render.report.sections.standing import board_rate
from imageo.render.report.words import count, frame_table, hit, is_right, name, percent, plural, records

_GAPS = 3
_GROUPS = 2
_OTHERS = 1


def overview(material: Material) -> Section:
    """Key numbers, what limits the data, and what the data show: the first page."""
    missing = [
        f"{one.part.title} ({material.why(one.part)})" for one in material.survey.standings if one.analysis_id is None
    ]
    old = [one.part.title for one in material.survey.standings if one.analysis_id is not None and not one.is_current]
    return section(
        "in-short",
        "In short",
        KeyNumbers(_key_numbers(material)),
        Beside(
            "What the data show",
            tuple(_in_short(finding) for finding in headlines(material)),
            "What limits it",
            tuple(_limits(material)),
        ),
        Note(f"Not in this report: {'; '.join(missing)}.") if missing else None,
        Note(f"Answers, regions or imageo have changed since these were computed: {', '.join(old)}.") if old else None,
    )


def headlines(material: Material) -> list[Finding]:
    """The strongest statements of each kind, one a model and kind, and what cannot be told."""
    measure = material.choice.measure
    gaps = strongest_first(gap_findings(material.gap_rows(), measure))
    kinds = [
        _standing(material)[:1],
        _one_a_run([one for one in gaps if one.is_claim])[:_GAPS],
        _one_a_run(strongest_first(group_findings(material.gap_rows(), measure)))[:_GROUPS],
        [one for one in gaps if not one.is_claim][:_GAPS],
        *(
            _one_a_run(strongest_first(one for one in found if one.is_claim))[:_OTHERS]
            for found in (
                [
                    one
                    for one in confidence_findings(material.rows("calibration"), measure)
                    if one.topic == "confidence"
                ],
                spot_findings(material.rows("spatial")),
                attractor_findings(material.rows("attractor")),
                scene_findings(material.rows("regression")),
            )
        ),
    ]
    return [finding for kind in kinds for finding in kind]


def measured(material: Material, drawn: Drawn) -> Section:
    """The images, who was asked, and who counts."""
    dataset, images, board = material.survey.dataset, material.survey.images, material.survey.board
    continents = Counter(code for code in images["continent_code"] if isinstance(code, str))
    title = f", {name(dataset['title'])}" if dataset["title"] else ""
    about = [
        f"Dataset {name(dataset['dataset'])}{title}: {plural(len(images), 'photo')} with a known place in"
        f" {plural(dataset['n_countries'], 'country', 'countries')} and {plural(len(continents), 'continent')}.",
        f"Licence: {name(dataset['licence'])}." if dataset["licence"] else "Its licence is not known to imageo.",
        f"Source: {name(dataset['source'])}." if dataset["source"] else "",
    ]
    columns = {
        "run_label": ("model", "text"),
        "provider": ("provider", "text"),
        "n_images": ("photos asked", "count"),
        "n_missing": ("not asked", "count"),
        "n_answered": ("answered", "count"),
        "n_located": ("with coordinates", "count"),
        "n_country_answered": ("name a country", "count"),
        "n_city_answered": ("name a city", "count"),
    }
    measure = material.choice.measure
    return section(
        "measured",
        "What was measured",
        Paragraph(" ".join(part for part in about if part)),
        Paragraph(
            f"An answer is counted as right in this report where it {is_right(measure)}"
            + (", along the geodesic." if measure.startswith("accuracy") else ", in whatever language or spelling.")
            + f" Unless a table says otherwise rates are {DENOMINATORS['all']}."
        ),
        frame_table(board, columns, "Who was asked, and who answered"),
        drawn.blocks("dataset"),
    )


def _standing(material: Material) -> list[Finding]:
    """The first and whether it is ahead; of a single model its rate."""
    measure = material.choice.measure
    if rows := material.rows("comparison"):
        return standing_findings(rows, measure)
    return rate_findings([board_rate(run, measure, "all") for run in records(material.survey.board)], measure)


def _in_short(finding: Finding) -> str:
    """What is left over the same scenes belongs to a headline; that it cannot be told can wait."""
    return finding.text if finding.scenes.startswith("Whether") else finding.whole


def _key_numbers(material: Material) -> tuple[KeyNumber, ...]:
    board, measure = material.survey.board, material.choice.measure
    first = records(board)[0]
    numbers = [
        KeyNumber(count(len(material.survey.images)), "photos"),
        KeyNumber(count(material.survey.dataset["n_countries"]), "countries"),
        KeyNumber(count(len(board)), "model runs" if len(board) > 1 else "model run"),
    ]
    if (rate := first[f"{measure}_all"]) is not None:
        numbers.append(KeyNumber(percent(rate), f"best rate, {hit(measure)}"))
    return tuple(numbers)


def _limits(material: Material) -> list[str]:
    measure, names = material.choice.measure, material.country_names
    codes = [code for code in material.survey.images["country_iso"] if isinstance(code, str)]
    counts = Counter(names.get(code, code) for code in codes)
    told = limits(
        records(material.survey.board), counts, material.rows("comparison"), measure, material.choice.minimum_n
    )
    if n := sum(len(found.rows) for found in material.audit):
        checks = sum(len(found.rows) > 0 for found in material.audit)
        told.append(
            f"The audit of the data found {plural(n, 'row')} to look at, in {plural(checks, 'check')}: see Audit."
        )
    return told


def _one_a_run(findings: list[Finding]) -> list[Finding]:
    """The first of each run: its strongest."""
    seen: set[str] = set()
    return [one for one in findings if not (one.about[0] in seen or seen.add(one.about[0]))]  # type: ignore[func-returns-value]
