"""Regressions as text."""

from collections.abc import Sequence

from imageo.analysis.paper_recipe import Weight
from imageo.analysis.regression import Regression
from imageo.render.tables import table


def regression_table(fit: Regression, title: str) -> str:
    """A fit as text: its levels, its fields, how it does on unseen images, and what a reader must know."""
    import pandas as pd

    if not fit.terms:
        return "\n".join([title, *(f"  {note}" for note in fit.notes)])
    is_hit = fit.outcome.is_hit
    terms = pd.DataFrame(
        {
            "field": term.field,
            "level": term.level,
            "n": term.n,
            "rate": None if term.k is None else term.k / term.n,
            "ratio": _ratio(term.effect),
            "low": _ratio(term.low),
            "high": _ratio(term.high),
            "p": _p(term.p_value),
            "p_adjusted": _p(term.p_adjusted),
        }
        for term in fit.terms
    )
    columns = {"field": ("field", "text"), "level": ("level", "text"), "n": ("answers", "count")}
    columns |= {"rate": ("hits %", "percent")} if is_hit else {}
    columns |= {
        "ratio": ("odds ratio" if is_hit else "error ratio", "text"),
        "low": ("from", "text"),
        "high": ("to", "text"),
        "p": ("p", "text"),
        "p_adjusted": ("p Holm", "text"),
    }
    fields = pd.DataFrame(
        {
            "field": field.field,
            "df": field.df,
            "gvif": f"{field.gvif:.2f}",
            "scaled": f"{field.gvif ** (1 / (2 * field.df)):.2f}",
            "p": _p(field.p_value),
        }
        for field in fit.fields
    )
    field_columns = {
        "field": ("field", "text"),
        "df": ("df", "count"),
        "gvif": ("GVIF", "text"),
        "scaled": ("GVIF^(1/2df)", "text"),
        "p": ("p (Wald)", "text"),
    }
    about = (
        f"{fit.method} of {fit.n:,} answers to {fit.n_images:,} images"
        + (f" by {fit.n_models} models, standard errors by image" if fit.n_models > 1 else "")
        + "; each level against the mean of its field's levels"
    )
    return "\n\n".join(
        [
            table(terms, columns, title=title),
            table(fields, field_columns),
            "\n".join([about, _held_out(fit), *fit.notes]),
        ]
    )


def paper_table(weights: Sequence[Weight], title: str) -> str:
    """The recipe of IMAGEO-Bench as text."""
    import pandas as pd

    frame = pd.DataFrame(
        {
            "field": weight.field,
            "level": weight.level,
            "n": weight.n,
            "coefficient": f"{weight.coefficient:+.3f}",
        }
        for weight in weights
    )
    columns = {
        "field": ("field", "text"),
        "level": ("level", "text"),
        "n": ("answers", "count"),
        "coefficient": ("coefficient", "text"),
    }
    return table(frame, columns, title=title)


def _held_out(fit: Regression) -> str:
    if fit.held_out is None:
        return "too few images to hold some out"
    name = "AUC" if fit.outcome.is_hit else "R2"
    return f"{name} on images that were held out: {fit.held_out:.3f}"


def _ratio(effect: float) -> str:
    from math import exp

    value = exp(min(effect, 700))
    return f"{value:.2f}" if 0.1 <= value < 1000 else f"{value:.2g}"


def _p(value: float) -> str:
    return "<0.001" if value < 0.001 else f"{value:.3f}"
