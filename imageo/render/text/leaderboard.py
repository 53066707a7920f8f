"""The leaderboard and the bias table as text."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from imageo.analysis.ranks import RankFlip
from imageo.measures import DENOMINATORS, MEASURES
from imageo.render.tables import table

if TYPE_CHECKING:
    import pandas as pd


def leaderboard_table(frame: "pd.DataFrame", denominator: str = "all") -> str:
    """`bi.leaderboard` of one dataset as text, rates in percent under one denominator."""
    d = denominator
    # A non-answer has no distance: over all images it counts as half the Earth's circumference.
    bounded = "answered" if d == "answered" else "bounded"
    columns = {
        "run_label": ("model", "text"),
        "n_images": ("images", "count"),
        "n_located": ("located", "count"),
        f"country_match_{d}": ("country %", "percent"),
        f"state_match_{d}": ("state %", "percent"),
        f"city_match_{d}": ("city %", "percent"),
        f"accuracy_25km_{d}": ("25 km %", "percent"),
        f"error_km_median_{bounded}": ("median km", "km"),
        f"geoscore_mean_{d}": ("GeoScore", "score"),
        "cost_usd": ("US$", "usd"),
        f"accuracy_1km_{d}": ("1 km %", "percent"),
        f"accuracy_200km_{d}": ("200 km %", "percent"),
        f"accuracy_750km_{d}": ("750 km %", "percent"),
    }
    dataset = frame["dataset"].iloc[0]
    text = table(frame, columns, title=f"{dataset}: rates {DENOMINATORS[d]}")
    if (frame["n_missing"] > 0).any():
        asked = frame.loc[frame["n_missing"] > 0, ["run_label", "n_missing"]]
        text += "\n" + "\n".join(
            f"{label} was not asked about {missing:,} images of the dataset"
            for label, missing in asked.itertuples(index=False)
        )
    return text


def flip_table(flips: Sequence[RankFlip]) -> str:
    """Runs by measure: rank over all images, then over answers only, where the two differ; empty without flips."""
    import pandas as pd

    if not flips:
        return ""
    cells: dict[str, dict[str, str]] = {}
    for flip in flips:
        cells.setdefault(flip.run, {})[flip.measure] = f"{flip.rank_all} > {flip.rank_answered}"
    frame = pd.DataFrame([{"run": run} | found for run, found in cells.items()])
    columns: dict[str, tuple[str, str]] = {"run": ("model", "text")}
    columns |= {measure: (heading(measure), "text") for measure in (*MEASURES, "error_km") if measure in frame}
    return table(frame, columns, title="Ranks that depend on who is counted: over all images > over answers only")


def heading(measure: str) -> str:
    """`country_match` -> country, `accuracy_25km` -> 25 km, `error_km` -> error."""
    if measure == "error_km":
        return "error"
    return measure.removesuffix("_match").removeprefix("accuracy_").replace("km", " km")


def region_table(frame: "pd.DataFrame", denominator: str, title: str) -> str:
    """`bi.region_rate` of one run, level and measure as text, in the order given."""
    d = denominator
    columns = {
        "region_name": ("region", "text"),
        f"n_{d}": ("n", "count"),
        "n_correct": ("correct", "count"),
        f"rate_{d}": ("rate %", "percent"),
        f"wilson_lower_{d}": ("from %", "percent"),
        f"wilson_upper_{d}": ("to %", "percent"),
        f"shrunk_rate_{d}": ("shrunk %", "percent"),
        "error_km_median_answered": ("median km", "km"),
    }
    return table(frame, columns, title=title)


def gap_table(frame: "pd.DataFrame", title: str) -> str:
    """`bi.region_gap` of one level and measure as text: best against worst region of every run."""
    columns = {
        "run_label": ("model", "text"),
        "n_regions": ("regions", "count"),
        "best_region": ("best", "text"),
        "best_rate_all": ("rate %", "percent"),
        "best_n": ("n", "count"),
        "worst_region": ("worst", "text"),
        "worst_rate_all": ("rate % ", "percent"),
        "worst_n": ("n ", "count"),
        "gap_all": ("gap", "percent"),
        "gap_shrunk_all": ("gap shrunk", "percent"),
    }
    return table(frame, columns, title=title)
