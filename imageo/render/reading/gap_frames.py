"""What gaps are computed from, read from the views, and their results as frames for tables and JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from imageo.analysis.gaps_report import GapOptions, number_blocks
from imageo.analysis.groups import SCENE_FIELDS, label_rows, strata, verdicts
from imageo.db.frames import read_view
from imageo.errors import InputError
from imageo.measures import LEVELS

if TYPE_CHECKING:
    import pandas as pd
    import psycopg


@dataclass(frozen=True)
class Photos:
    """One dataset: `images` of core.image, `answers` of bi.prediction_detail (all runs), `runs` of core.run."""

    dataset: str
    dataset_id: int
    images: "pd.DataFrame"
    answers: "pd.DataFrame"
    countries: "pd.DataFrame"
    runs: "pd.DataFrame"


def read_photos(
    connection: "psycopg.Connection", *, dataset: str | None = None, models: Sequence[str] = ()
) -> list[Photos]:
    """Every dataset with a scored run, or the one named; `models` chooses runs by model or label.

    Raises InputError where there is nothing of that name.
    """
    runs = read_view(connection, "core.run")
    runs = runs[runs["run_id"].isin(read_view(connection, "bi.leaderboard")["run_id"])]
    if runs.empty:
        raise InputError("no run has been scored yet: `imageo demo` shows an example, `imageo ingest` reads your files")
    known = sorted(set(runs["dataset"]))
    if dataset is not None and dataset not in known:
        raise InputError(f"there is no dataset {dataset!r} here; there is {', '.join(known)}")
    words = set(runs["model"]) | set(runs["run_label"])
    for model in models:
        if model not in words:
            raise InputError(f"there is no model {model!r} here; there is {', '.join(sorted(words))}")
    countries = read_view(connection, "core.region", {"level": "country"})
    found = []
    for name, of_dataset in runs.groupby("dataset", sort=True):
        chosen = of_dataset
        if models:
            chosen = of_dataset[of_dataset["model"].isin(models) | of_dataset["run_label"].isin(models)]
        if (dataset is not None and name != dataset) or chosen.empty:
            continue
        images = read_view(connection, "core.image", {"dataset": name})
        answers = _answers(connection, of_dataset["run_id"].tolist())
        dataset_id = int(of_dataset["dataset_id"].iloc[0])
        found.append(Photos(str(name), dataset_id, images, answers, countries, chosen))
    return found


def _answers(connection: "psycopg.Connection", run_ids: list[int]) -> "pd.DataFrame":
    """`bi.prediction_detail` of some runs, its scene fields brought to a few words."""
    answers = read_view(connection, "bi.prediction_detail", {"run_id": run_ids})
    scenes = read_view(connection, "bias.prediction_scene", {"run_id": run_ids})
    named = scenes.pop("is_landmark_named").map({True: "landmark named", False: "no landmark named"})
    told = answers.drop(columns=["environment", "scene_type", "setting"])
    return told.merge(scenes.assign(landmark=named), how="left", on=["run_id", "image_id"])


def with_against(photos: Photos, options: GapOptions, model: str | None) -> GapOptions:
    """The options with the run that the others are compared with, by its label."""
    if model is None:
        return options
    runs = photos.runs[photos.runs["run_label"] == model]
    if runs.empty:
        known = ", ".join(sorted(photos.runs["run_label"]))
        raise InputError(f"--against {model}: {photos.dataset} has no such run; there is {known}")
    return replace(options, against=int(runs["run_id"].iloc[0]))


def gap_rows(photos: Photos, options: GapOptions) -> "pd.DataFrame":
    """One row a (run, photo) of the chosen runs: is_hit, is_answered, group, block and, where adjusted, stratum."""
    rows = verdicts(photos.answers, options.measure)
    rows = rows[rows["run_id"].isin(photos.runs["run_id"])].reset_index(drop=True)

    def label(name: str) -> "pd.Series":
        return label_rows(rows, name, photos.images, photos.answers, photos.countries, options.fields)

    rows["group"] = label(options.grouping)
    if options.grouping in options.adjust:
        raise InputError(f"--adjust {options.grouping}: photos are grouped by it; adjust for something else")
    if options.adjust:
        rows["stratum"] = strata([label(name) for name in options.adjust])
    images = photos.images
    block = number_blocks(images["latitude"].to_numpy(), images["longitude"].to_numpy(), options.degrees)
    rows["block"] = rows["image_id"].map(dict(zip(images["image_id"], block, strict=True)))
    return rows


def spelt_out(photos: Sequence[Photos], options: GapOptions, names: Mapping[str, str]) -> GapOptions:
    """The options with `scene` as the scene fields that there are, and the reference as a code."""
    scene = [name for name in SCENE_FIELDS if all(name in each.answers.columns for each in photos)]
    fields = [
        name
        for given in options.adjust
        for name in ([field for field in scene if field != options.grouping] if given == "scene" else [given])
    ]
    codes = {name: code for code, name in names.items()}
    reference = None if options.reference is None else codes.get(options.reference, options.reference)
    return replace(options, adjust=tuple(dict.fromkeys(fields)), reference=reference)


def group_names(connection: "psycopg.Connection", options: GapOptions) -> dict[str, str]:
    """Code -> name of the regions of a level; empty where the grouping is no level."""
    if options.grouping not in LEVELS:
        return {}
    rates = read_view(connection, "bi.region_rate", {"level": options.grouping, "measure": options.measure})
    return dict(zip(rates["region_code"], rates["region_name"], strict=True))
