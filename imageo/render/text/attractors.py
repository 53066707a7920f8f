"""Attractors, displacement and confusion as text."""

import pandas as pd

from imageo.analysis.attractor_survey import city_codes
from imageo.render.tables import table

SIGNIFICANT = 0.05


def attractors_text(frame: pd.DataFrame, confusion: pd.DataFrame, dataset: str, top: int) -> str:
    """All that is shown of one dataset: `frame` of `estimate_frame`, `confusion` of bi.country_confusion."""
    parts = [_attraction(frame, kind, dataset, top) for kind in ("country", "city")]
    parts += [_confusions(confusion, dataset, top), _displacement(frame, dataset), _entropy(frame, dataset)]
    told = "\n\n".join(part for part in parts if part)
    return (told or f"{dataset}: no answer gives a place, so that none can attract.") + "\n"


def place_names(shapes: pd.DataFrame, countries: pd.DataFrame, cities: pd.DataFrame) -> dict[tuple[str, str], str]:
    """(grouping, subject) -> name: of bi.region_shape, bi.country_attraction and bi.city_attraction."""
    keys = [*zip(shapes["level"], shapes["region_code"], strict=True)]
    names = dict(zip(keys, shapes["region_name"], strict=True))
    known = countries[countries["country"].notna()]
    names |= {("country", code): name for code, name in zip(known["country_iso"], known["country"], strict=True)}
    said = cities["city"].str.title() + ", " + cities["country"].fillna("country unknown")
    return names | {("city", code): name for code, name in zip(city_codes(cities), said, strict=True)}


def _attraction(frame: pd.DataFrame, grouping: str, dataset: str, top: int) -> str:
    rows = frame[(frame["statistic"] == "attraction") & (frame["grouping"] == grouping)]
    if rows.empty:
        return ""
    beyond = rows[rows["p_adjusted"] <= SIGNIFICANT]
    shown = beyond.assign(gain=(beyond["k"] - beyond["n"]).astype(float)).sort_values(
        ["gain", "p_adjusted", "subject"], ascending=[False, True, True]
    )
    said = f"{len(rows):,} tests, {len(beyond):,} beyond chance after correction for their number."
    if shown.empty:
        return f"{dataset}: no {grouping} is answered too often or too seldom beyond chance. {said}"
    if len(shown) > 2 * top:
        shown = pd.concat([shown.head(top), shown.tail(top)])
    columns = {
        "run_label": ("model", "text"),
        "subject_name": (grouping, "text"),
        "n": ("true", "count"),
        "k": ("answered", "count"),
        "estimate": ("ratio", "number"),
        "low": ("from", "number"),
        "high": ("to", "number"),
        "p_adjusted": ("p corrected", "number"),
    }
    names = {"country": "countries", "city": "cities"}
    title = f"{dataset}: {names[grouping]} answered too often, then too seldom"
    return table(_numbers(shown, columns), columns, title=title) + "\n" + said


def _displacement(frame: pd.DataFrame, dataset: str) -> str:
    rows = frame[frame["statistic"].str.startswith("displacement_")]
    lengths = rows[(rows["statistic"] == "displacement_km") & rows["estimate"].notna()]
    if lengths.empty:
        return ""
    others = {
        name: rows.loc[rows["statistic"] == f"displacement_{name}", ["run_id", "subject", "estimate"]].rename(
            columns={"estimate": name}
        )
        for name in ("bearing", "share")
    }
    for other in others.values():
        lengths = lengths.merge(other, on=["run_id", "subject"], how="left")
    columns = {
        "run_label": ("model", "text"),
        "subject_name": ("region", "text"),
        "n": ("n", "count"),
        "estimate": ("mean km", "km"),
        "low": ("from", "km"),
        "high": ("to", "km"),
        "towards": ("towards", "text"),
        "share": ("of all error %", "percent"),
        "p_corrected": ("p corrected", "number"),
    }
    shown = lengths.assign(towards=lengths["bearing"].map(_compass), p_corrected=lengths["p_adjusted"])
    title = f"{dataset}: mean displacement from the true to the answered points"
    return table(_numbers(shown, columns), columns, title=title)


def _entropy(frame: pd.DataFrame, dataset: str) -> str:
    rows = frame[frame["statistic"] == "conditional_entropy_bits"]
    columns = {
        "run_label": ("model", "text"),
        "n": ("n", "count"),
        "estimate": ("bits", "number"),
        "low": ("from", "number"),
        "high": ("to", "number"),
    }
    # Above the table and not its title: so narrow a table would break it.
    title = f"{dataset}: entropy of the answered country given the true one (0 is always the same answer)"
    return "" if rows.empty else f"{title}\n\n{table(_numbers(rows, columns), columns)}"


def _confusions(confusion: pd.DataFrame, dataset: str, top: int) -> str:
    wrong = confusion[
        confusion["predicted_country_iso"].notna()
        & (confusion["predicted_country_iso"] != confusion["true_country_iso"])
    ]
    shown = wrong.sort_values(
        ["n_images", "run_label", "true_country_iso", "predicted_country_iso"], ascending=[False, True, True, True]
    ).head(top)
    columns = {
        "run_label": ("model", "text"),
        "true_country": ("true", "text"),
        "predicted_country": ("answered", "text"),
        "n_images": ("images", "count"),
        "share": ("of the true %", "percent"),
    }
    title = f"{dataset}: countries most often taken for another (all of it: bi.country_confusion)"
    return "" if shown.empty else table(shown, columns, title=title)


def _compass(bearing: float) -> str:
    """Degrees with the nearest of eight winds: 300 -> 300 NW."""
    if bearing != bearing:
        return "-"
    names = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
    return f"{bearing:.0f} {names[round(bearing / 45) % 8]}"


def _numbers(frame: pd.DataFrame, columns: dict[str, tuple[str, str]]) -> pd.DataFrame:
    """Unitless numbers as text of two decimals, p values of three."""
    shown = frame.copy()
    for name, (heading, kind) in columns.items():
        if kind == "number":
            digits = 3 if heading.startswith("p") else 2
            shown[name] = [
                None if value != value or value is None else _rounded(value, digits) for value in frame[name]
            ]
    return shown


def _rounded(value: float, digits: int) -> str:
    return f"< {10**-digits}" if 0 < value < 0.5 * 10**-digits else f"{value:.{digits}f}"
