"""Frames as `bi.*` gives them, of a small made world, for figures without a database."""

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from imageo.measures import ACCURACY_KM, MEASURES
from imageo.render.figures.catalogue import Choice

CHOICE = Choice("made")
HOSTILE = [
    "$x_1$ and \\alpha",
    "a_b^c{d}%#&~",
    "模型-视觉-大-预览版-二〇二六年十一月",
    "مودل رؤية كبير",
    "😀😀 emoji",
    "M" * 300,
    "<script>alert(1)</script>",
    "line\nbreak\ttab\x00\u202eback",
]


def detail(errors: Sequence[Sequence[float]], confidence: Sequence[Sequence[float]] | None = None) -> pd.DataFrame:
    """`bi.prediction_detail`: a list of errors (km, NaN for a non-answer) a run; answers lie due east of the truth."""
    rows = []
    for run, distances in enumerate(errors):
        for image, error in enumerate(distances):
            stated = confidence[run][image] if confidence is not None else 1 + image % 5
            latitude, longitude = -40.0 + (image * 7) % 80, -100.0 + (image * 13) % 200
            rows.append(
                {
                    "detail_id": len(rows),
                    "run_id": run,
                    "image_id": image,
                    "confidence": stated,
                    "error_km": error,
                    "true_latitude": latitude,
                    "true_longitude": longitude,
                    "answered_latitude": np.nan if np.isnan(error) else latitude,
                    "answered_longitude": np.nan if np.isnan(error) else min(longitude + error / 111, 180.0),
                }
            )
    frame = pd.DataFrame(rows)
    return frame.assign(confidence=frame["confidence"].astype("Int64"))


def board(details: pd.DataFrame, labels: Sequence[str]) -> pd.DataFrame:
    """`bi.leaderboard`, counted from `detail`."""
    rows: list[dict[str, Any]] = []
    for run, label in enumerate(labels):
        errors = details.loc[details["run_id"] == run, "error_km"].to_numpy(dtype=float)
        located = errors[~np.isnan(errors)]
        row: dict[str, Any] = {"run_id": run, "run_label": label, "model": label, "dataset": "made"}
        row |= {"n_images": len(errors), "n_located": len(located)}
        row["error_km_median_answered"] = np.median(located) if len(located) else np.nan
        for km in ACCURACY_KM:
            row[f"accuracy_{km}km_all"] = (located <= km).sum() / len(errors)
            row[f"accuracy_{km}km_answered"] = (located <= km).mean() if len(located) else np.nan
        rows.append(row | {f"{m}_{d}": 0.5 for m in MEASURES if "km" not in m for d in ("all", "answered")})
    return pd.DataFrame(rows)


def reliability(details: pd.DataFrame) -> pd.DataFrame:
    """`bi.reliability`, counted from `detail`; every image is answered."""
    rows = []
    for (run, level), group in details.groupby(["run_id", details["confidence"].fillna(0)]):
        located = group["error_km"].notna().sum()
        right = (group["error_km"] <= 25).sum()
        rows.append(
            {"reliability_id": len(rows), "run_id": run, "confidence": int(level), "n_answered": len(group),
             "n_located": located, "n_correct_25km": right, "n_country": len(group), "n_correct_country": right}
        )  # fmt: skip
    return pd.DataFrame(rows)


def rate(run: int, code: str, correct: int, images: int, answered: int | None = None) -> dict[str, Any]:
    """A row of `bi.region_rate`."""
    return {
        "run_id": run, "region_code": code, "level": "country", "measure": "accuracy_25km",
        "n_all": images, "n_answered": images if answered is None else answered, "n_correct": correct,
    }  # fmt: skip


def shapes() -> gpd.GeoDataFrame:
    """`bi.region_shape`: four boxes and a speck."""
    boxes = {
        "AA": shapely.box(-100, 20, -60, 50),
        "BB": shapely.box(-60, -30, -40, 10),
        "CC": shapely.box(0, 0, 40, 30),
        "DD": shapely.box(60, 20, 120, 60),
        "TV": shapely.box(179.0, -8.5, 179.05, -8.45),
    }
    return gpd.GeoDataFrame(
        {"shape_id": range(5), "level": "country", "region_code": list(boxes), "region_name": list(boxes)},
        geometry=list(boxes.values()),
        crs=4326,
    )


def images(number: int, **columns: Any) -> pd.DataFrame:
    """`bi.image_detail`."""
    places = np.arange(number)
    frame = pd.DataFrame(
        {
            "image_id": places,
            "latitude": -40.0 + (places * 7) % 80,
            "longitude": -100.0 + (places * 13) % 200,
            "continent_name": np.where(places % 3 == 0, "Africa", "Asia"),
            "country_iso": "AA",
            "country_name": [f"Country {place % 14}" for place in places],
            "state_code": None,
            "state_name": None,
        }
    )
    return frame.assign(**columns)


def panel(number: int, models: int = 1, **columns: Any) -> pd.DataFrame:
    """`bi.regression_panel`, so far as it tells what is seen: every model the same."""
    places = np.tile(np.arange(number), models)
    frame = pd.DataFrame(
        {
            "panel_id": np.arange(number * models),
            "provider": "made",
            "model": np.repeat([f"model-{one}" for one in range(models)], number),
            "image_id": places,
            "environment": "outdoor",
            "scene_type": np.where(places % 2 == 0, "street", "building"),
            "setting": None,
        }
    )
    return frame.assign(**columns)


def made(labels: Sequence[str], answers: int = 40) -> dict[str, pd.DataFrame]:
    """Every view, of so many runs; errors are drawn once and for all, every ninth image has no answer."""
    random = np.random.default_rng(7)
    errors = 10 ** random.uniform(-2, 4, size=(len(labels), answers))
    errors[:, ::9] = np.nan
    errors[:, 1] = 0.0
    details = detail(errors.tolist())
    rates = [
        rate(run, code, (3 + 5 * run + 7 * place) % 21, 20)
        for run in range(len(labels))
        for place, code in enumerate(("AA", "BB", "CC", "TV"))
    ]
    return {
        "bi.leaderboard": board(details, labels),
        "bi.prediction_detail": details,
        "bi.reliability": reliability(details),
        "bi.region_rate": pd.DataFrame([*rates, rate(0, "DD", 1, 3)]),
        "bi.region_shape": shapes(),
        "bi.image_detail": images(answers),
        "bi.regression_panel": panel(answers, len(labels)),
    }


def without_duplicates(labels: Sequence[str], number: int) -> list[str]:
    """So many labels, the given ones first."""
    return [*labels, *(f"model-{rest}" for rest in range(number))][:number]
