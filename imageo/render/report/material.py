"""All that a report is written from, read once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from imageo import __version__
from imageo.analysis.comparison import entrants
from imageo.db.frames import read_view
from imageo.render.labels import clean_label
from imageo.render.reading.boards import read_leaderboard
from imageo.render.report.parts import Part, Standing, groupings, spatial_level, stored_parts, wanted_parts
from imageo.render.report.words import records
from imageo.render.text.audit import Finding as AuditFinding
from imageo.render.text.audit import read_audit

if TYPE_CHECKING:
    import pandas as pd
    import psycopg


# Of the statistics with many rows those that a report tells; all of them stand in bi.estimate.
_TOLD = {
    "gap": ("rate", "gap", "difference", "adjusted_gap", "adjusted_difference"),
    "attractor": ("attraction", "conditional_entropy_bits"),
}
_UNUSED = ["estimate_id", "dataset", "kind", "model", "run_id", "parameters", "created_at"]


@dataclass(frozen=True)
class ReportChoice:
    """What a report is of: images, what counts as right, and how many photos a group needs."""

    dataset: str
    measure: str = "accuracy_25km"
    minimum_n: int = 10


@dataclass(frozen=True)
class Survey:
    """The runs and images of one dataset, and which stored analyses serve its report."""

    choice: ReportChoice
    dataset: dict[str, Any]
    board: "pd.DataFrame"
    runs: "pd.DataFrame"
    images: "pd.DataFrame"
    standings: tuple[Standing, ...]

    @property
    def outdated(self) -> list[Part]:
        """Parts that are not stored, or older than the data."""
        return [standing.part for standing in self.standings if not standing.is_current]


@dataclass(frozen=True)
class Material:
    """A survey with its rows: estimates by part, costs, audit, names of countries, sources of boundaries."""

    survey: Survey
    estimates: dict[str, list[dict[str, Any]]]
    costs: "pd.DataFrame"
    audit: Sequence[AuditFinding]
    country_names: dict[str, str]
    boundaries: tuple[tuple[str, str], ...]
    files: tuple[dict[str, Any], ...]
    digest: str
    failed: Mapping[str, str]

    @property
    def choice(self) -> ReportChoice:
        """What the report is of."""
        return self.survey.choice

    def rows(self, key: str) -> list[dict[str, Any]]:
        """Estimates of one part; empty where it is not stored."""
        return self.estimates.get(key, [])

    def why(self, part: Part) -> str:
        """Why a part is not there, or not new."""
        return clean_label(self.failed.get(part.key, "not computed yet"), 300)

    def gap_rows(self) -> list[dict[str, Any]]:
        """Estimates of all groupings."""
        return [row for key, rows in self.estimates.items() if key.startswith("gap ") for row in rows]


def read_survey(connection: "psycopg.Connection", choice: ReportChoice) -> Survey:
    """Runs, images and stored analyses of one dataset. Raises InputError where there is no score of it."""
    board = read_leaderboard(connection, dataset=choice.dataset, sort=f"{choice.measure}_all")
    run_ids = sorted(board["run_id"].tolist())
    runs = read_view(connection, "core.run", {"run_id": run_ids}).sort_values("run_id", ignore_index=True)
    images = read_view(connection, "core.image", {"dataset": choice.dataset})
    countries = read_view(connection, "core.region", {"level": "country"})
    scenes = read_view(connection, "bias.prediction_scene", {"run_id": run_ids})
    told = scenes[["environment", "scene_type", "setting", "is_landmark_named"]].nunique() > 1
    parts = wanted_parts(
        choice.dataset,
        choice.measure,
        groupings(images, countries, choice.minimum_n),
        spatial_level(images),
        [entrant.run_id for entrant in entrants(runs, board)],
        run_ids,
        has_scenes=bool(told.any()),
        minimum_n=choice.minimum_n,
    )
    dataset = records(read_view(connection, "bi.dataset", {"dataset": choice.dataset}))[0]
    analyses = read_view(connection, "core.analysis", {"dataset": choice.dataset})
    standings = stored_parts(parts, analyses, dataset["last_change_at"], __version__)
    return Survey(choice, dataset, board, runs, images, tuple(standings))


def _is_told(found: "pd.DataFrame") -> "pd.Series[bool]":
    """Rows of bi.estimate that some section reads; of gaps those over all photos."""
    wanted = ~found["kind"].isin(list(_TOLD))
    for kind, statistics in _TOLD.items():
        wanted |= (found["kind"] == kind) & found["statistic"].isin(statistics)
    return wanted & ((found["kind"] != "gap") | (found["denominator"] == "all"))


def read_material(
    connection: "psycopg.Connection", survey: Survey, failed: Mapping[str, str] | None = None
) -> Material:
    """The numbers of a survey, those of analyses that are out of date too; `failed`: why parts were not computed."""
    dataset = survey.choice.dataset
    by_analysis = {one.analysis_id: one.part.key for one in survey.standings if one.analysis_id is not None}
    found = read_view(connection, "bi.estimate", {"analysis_id": list(by_analysis)}).sort_values("estimate_id")
    estimates: dict[str, list[dict[str, Any]]] = {key: [] for key in by_analysis.values()}
    for row in records(found[_is_told(found)].drop(columns=_UNUSED)):
        estimates[by_analysis[row["analysis_id"]]].append(row)
    shapes = read_view(connection, "core.region", {"level": ["country", "admin1", "us_state"]})
    ingested = read_view(connection, "core.ingest", {"dataset": dataset}).sort_values("ingest_id")
    deployment = read_view(connection, "core.deployment")
    countries = shapes[shapes["level"] == "country"]
    views = shapes[["source", "point_of_view"]].drop_duplicates().sort_values(["source", "point_of_view"])
    return Material(
        survey,
        estimates,
        read_view(connection, "bi.cost", {"dataset": dataset}).sort_values(
            ["cost_usd", "run_id"], ascending=[False, True]
        ),
        read_audit(connection, dataset=dataset),
        dict(zip(countries["code"], countries["name"], strict=True)),
        tuple((row["source"], row["point_of_view"] or "") for row in records(views)),
        tuple(records(ingested[["kind", "file_name", "file_digest", "n_new"]].drop_duplicates("file_digest"))),
        str(deployment["digest"].iloc[0]) if len(deployment) else "",
        dict(failed or {}),
    )
