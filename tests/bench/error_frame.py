"""Rows as those of bi.error_vector, as many as wanted, without a database: places of the shipped gazetteer."""

import uuid

import numpy as np
import pandas as pd
from pyproj import Geod

from imageo.regions.load import PACK


def error_frame(images: int, runs: int, *, seed: int = 1, as_uuid: bool = True) -> pd.DataFrame:
    """Answers of `runs` model runs to `images` photos of different places: 6 of 10 near, others at places far off.

    Every photo has a name of its own (a UUID as IMAGEO-Bench's street scenes have, or a short number), and true and
    answered places those of a gazetteer.
    """
    random = np.random.default_rng(seed)
    places = pd.read_parquet(PACK / "place.parquet")
    places = places.assign(longitude=places["longitude_e5"] / 1e5, latitude=places["latitude_e5"] / 1e5)
    places = places[places["name"].str.len() > 2].sort_values("population", ascending=False).head(20_000)
    regions = pd.read_parquet(PACK / "region.parquet", columns=["level", "code", "name"])
    country = regions[regions["level"] == "country"].set_index("code")["name"]
    frames = []
    taken = random.integers(0, len(places), images)
    away = random.normal(0, 0.05, (images, 2))
    names = [
        str(uuid.UUID(bytes=random.bytes(16), version=4)) if as_uuid else f"photo-{number}" for number in range(images)
    ]
    for run in range(runs):
        near = random.random(images) < 0.6
        answered = np.where(near, taken, random.integers(0, len(places), images))
        scatter = random.normal(0, 1, (images, 2)) * np.exp(random.normal(-2, 1.5, (images, 1)))
        true, answer = places.iloc[taken], places.iloc[answered]
        frames.append(
            pd.DataFrame(
                {
                    "run_label": f"model-{run}",
                    "image_id": np.arange(images),
                    "image_name": names,
                    "confidence": random.integers(1, 6, images),
                    "true_country": true["country_code"].map(country).to_numpy(),
                    "true_city": true["name"].to_numpy(),
                    "answered_country": answer["country_code"].map(country).to_numpy(),
                    "answered_state": None,
                    "answered_city": answer["name"].to_numpy(),
                    "place_country": answer["country_code"].map(country).to_numpy(),
                    "true_latitude": np.clip(true["latitude"].to_numpy() + away[:, 1], -89, 89),
                    "true_longitude": np.clip(true["longitude"].to_numpy() + away[:, 0], -180, 180),
                    "answered_latitude": np.clip(answer["latitude"].to_numpy() + scatter[:, 1], -89, 89),
                    "answered_longitude": np.clip(answer["longitude"].to_numpy() + scatter[:, 0], -180, 180),
                }
            )
        )
    frame = pd.concat(frames, ignore_index=True)
    ends = [frame[f"{end}_{axis}"] for end in ("true", "answered") for axis in ("longitude", "latitude")]
    _, _, metres = Geod(ellps="WGS84").inv(*ends)
    return frame.assign(error_km=metres / 1000)
