"""The whole question of attractors for the runs of one dataset."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from imageo.analysis.attractors import attraction_estimates
from imageo.analysis.confusion import entropy_estimates
from imageo.analysis.displacement import displacement_estimates
from imageo.analysis.estimate import Estimate

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class AttractorOptions:
    """What was chosen; all of it is stored beside the results.

    `evidence`: the answered country by name or by place; `level`: regions of the displacement; `minimum_n`: answers
    that a country needs for an entropy; `replicates`: of the bootstrap.
    """

    evidence: str = "name"
    level: str = "continent"
    minimum_n: int = 10
    replicates: int = 999
    seed: int = 0

    def parameters(self, run_ids: list[int]) -> dict[str, object]:
        """As they are stored: all but the seed, which has a column of its own."""
        chosen = {name: value for name, value in asdict(self).items() if name != "seed"}
        return chosen | {"run_ids": run_ids, "correction": "Benjamini-Hochberg"}


def survey_attractors(
    countries: "pd.DataFrame",
    cities: "pd.DataFrame",
    confusion: "pd.DataFrame",
    answers: "pd.DataFrame",
    regions: "pd.Series",
    options: AttractorOptions,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Estimate]:
    """Every estimate of the runs of one dataset: those of `answers`.

    `countries`, `cities`: bi.country_attraction and bi.city_attraction; `confusion`: bi.country_confusion, both of one
    evidence; `answers`: bi.prediction_detail; `regions`: image_id -> region of the displacement.
    """
    found: list[Estimate] = []
    answers = answers.sort_values("image_id")
    for key, mine in answers.groupby("run_id", sort=True):
        run_id = int(str(key))
        progress(f"attractors of {mine['run_label'].iloc[0]}")
        of_countries = countries[countries["run_id"] == run_id].rename(columns={"country_iso": "code"})
        of_cities = cities[cities["run_id"] == run_id]
        of_cities = of_cities.assign(code=city_codes(of_cities))
        found += attraction_estimates(
            of_countries.sort_values("code"), run_id=run_id, grouping="country", measure=f"country_{options.evidence}"
        )
        found += attraction_estimates(
            of_cities.sort_values("code"), run_id=run_id, grouping="city", measure="city_name"
        )
        found += displacement_estimates(
            mine,
            mine["image_id"].map(regions),
            run_id=run_id,
            grouping=options.level,
            seed=options.seed,
            replicates=options.replicates,
        )
        found += entropy_estimates(
            confusion[confusion["run_id"] == run_id],
            run_id=run_id,
            measure=f"country_{options.evidence}",
            minimum_n=options.minimum_n,
        )
    return found


def city_codes(cities: "pd.DataFrame") -> "pd.Series":
    """`springfield, US`: what tells cities of one name apart."""
    return cities["city"] + ", " + cities["country_iso"].fillna("?")
