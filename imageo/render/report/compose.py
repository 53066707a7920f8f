"""Material -> the whole report."""

from datetime import date

from imageo import __version__
from imageo.render.report.blocks import Report
from imageo.render.report.drawn import Drawn
from imageo.render.report.material import Material
from imageo.render.report.sections import accounts, answers, methods, overview, places, standing
from imageo.render.report.words import is_right, name, plural


def compose(material: Material, drawn: Drawn, drawn_on: date | None = None) -> Report:
    """All sections that the material can fill, in the order of a reader. Pure: the same in, the same out."""
    survey, choice = material.survey, material.choice
    sections = (
        overview.overview(material),
        overview.measured(material, drawn),
        standing.leaderboard(material, drawn),
        standing.comparison(material),
        places.gaps(material, drawn),
        places.maps(material, drawn),
        places.attractors(material),
        answers.calibration(material, drawn),
        answers.regression(material, drawn),
        answers.words(drawn),
        accounts.cost(material, drawn),
        accounts.audit(material),
        methods.methods(material),
        methods.reproduce(material),
    )
    dataset = name(choice.dataset)
    on = f", {drawn_on.isoformat()}" if drawn_on else ""
    return Report(
        f"How well models find the place of a photo: {dataset}",
        f"{plural(len(survey.board), 'model run')} over {plural(len(survey.images), 'photo')}; an answer is right where"
        f" it {is_right(choice.measure)}. Every number carries how many photos it rests on.",
        tuple(one for one in sections if one is not None),
        f"Dataset {dataset}. Written by imageo {__version__}{on}.",
    )
