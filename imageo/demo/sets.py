"""What the demo shows: files of simulated models that it writes, or the real ones of IMAGEO-Bench."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import psycopg

from imageo.demo.reasons import draw_reasons, draw_scenes
from imageo.demo.simulation import (
    HIT_KM,
    MODELS,
    PLACES_PER_REGION,
    SEED,
    choose_places,
    haversine_km,
    prediction_lines,
    simulate,
    truth_table,
)
from imageo.errors import InputError
from imageo.ingest.store_predictions import PredictionOptions, ingest_predictions
from imageo.ingest.store_truth import TruthOptions, ingest_truth

_BESIDE_THE_CHECKOUT = Path(__file__).parents[3] / "shared" / "imageo-bench"

_GAZETTEER = """
    select
        place.place_id,
        place.name as city,
        state.name as state,
        state.code as state_code,
        country.name as country,
        country.code as country_code,
        country.parent_code as continent,
        st_y(place.location) as latitude,
        st_x(place.location) as longitude,
        place.population
    from core.place as place
    inner join core.region as country on country.level = 'country' and country.code = place.country_code
    left join core.region as state
        on state.level = 'us_state' and country.code = 'US' and state.code = place.admin1_code
"""


@dataclass(frozen=True)
class DemoSet:
    """Files of one dataset, as `imageo ingest` takes them."""

    dataset: TruthOptions
    truth: Path
    predictions: tuple[Path, ...]


def make_folder(folder: Path) -> None:
    """Make the folder where there is none; raises InputError where that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise InputError(f"{folder} cannot be made ({problem.strerror}); choose another folder with -o") from problem


def simulated_set(connection: psycopg.Connection, folder: Path) -> DemoSet:
    """Simulate the models over places of the gazetteer and write their files; the same files every time.

    Raises InputError where they cannot be written.
    """
    places = choose_places(read_gazetteer(connection), PLACES_PER_REGION, np.random.default_rng(SEED))
    truth = truth_table(places)
    scenes = draw_scenes(len(places), np.random.default_rng([SEED, len(MODELS)]))
    files = {folder / "truth.csv": truth.to_csv(index=False)}
    for number, model in enumerate(MODELS):
        rng = np.random.default_rng([SEED, number])
        answers = simulate(model, places, rng)
        points = (frame[axis].to_numpy() for frame in (places, answers) for axis in ("latitude", "longitude"))
        reasons = draw_reasons(haversine_km(*points) <= HIT_KM, rng)
        answers = pd.concat([answers, scenes], axis=1).assign(reasons=reasons)
        lines = prediction_lines(model, truth, answers)
        files[folder / f"{model.name}.jsonl"] = "".join(f"{line}\n" for line in lines)
    try:
        for path, text in files.items():
            path.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise InputError(f"{folder} cannot be written ({problem.strerror}); choose another folder with -o") from problem
    dataset = TruthOptions(
        "demo",
        title="Simulated demo",
        licence="CC BY 4.0, from GeoNames",
        source="Places of the gazetteer; no photos, and no model was asked",
    )
    return DemoSet(dataset, folder / "truth.csv", tuple(folder / f"{model.name}.jsonl" for model in MODELS))


def real_set(bench_dir: Path | None) -> DemoSet:
    """The PCW photos of IMAGEO-Bench with the results of its authors; raises InputError where they are not there."""
    folder = bench_dir or _BESIDE_THE_CHECKOUT
    truth = folder / "dataset3_info.csv"
    predictions = tuple(sorted((folder / "results").glob("dataset3_*.jsonl")))
    if not truth.is_file() or not predictions:
        where = f"{bench_dir} does not hold" if bench_dir else "--real needs"
        raise InputError(
            f"{where} IMAGEO-Bench's dataset3_info.csv and results/dataset3_*.jsonl; "
            "set IMAGEO_BENCH_DIR to the folder that holds them, or leave out --real"
        )
    return DemoSet(TruthOptions("pcw"), truth, predictions)


def ingest(connection: psycopg.Connection, demo: DemoSet) -> None:
    """Read the files by the same functions as `imageo ingest`."""
    ingest_truth(connection, demo.truth, demo.dataset)
    for path in demo.predictions:
        ingest_predictions(connection, path, PredictionOptions(dataset=demo.dataset.dataset))


def read_gazetteer(connection: psycopg.Connection) -> pd.DataFrame:
    """All places as `choose_places` takes them."""
    cursor = connection.execute(_GAZETTEER)
    return pd.DataFrame(cursor.fetchall(), columns=[column.name for column in cursor.description or ()])
