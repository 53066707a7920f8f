"""Frames of made-up numbers as figures read them: as many models as wanted, with names that break layouts."""

from typing import Any

import numpy as np
import pandas as pd

from imageo.measures import MEASURES

HOSTILE = (
    "$\\alpha_{x}$ & 100% #1",
    "模型模型模型模型模型模型模型模型模型模型模型模型",
    "\u202eنموذج\u202c عربي",
    "🦙🦙 llama_😀",
    "x" * 300,
    "<script>alert(1)</script>",
    "org/name\nwith\x00lines\t",
)
START = pd.Timestamp("2026-01-01", tz="UTC")


def model_names(count: int) -> list[str]:
    return [HOSTILE[i] if i < len(HOSTILE) and count > 2 else f"provider/model-{i:02d}-of-many" for i in range(count)]


def board(count: int, n_images: int = 200) -> pd.DataFrame:
    """bi.leaderboard of `count` runs: run i hits a little less often, and every third answers half of the images."""
    rows = []
    for i, name in enumerate(model_names(count)):
        located = n_images // 2 if i % 3 == 2 else n_images
        hits = max(5, located - 10 - 7 * i)
        row: dict[str, Any] = {"run_id": i + 1, "dataset": "made", "model": name, "run_label": name}
        row |= {"n_images": n_images, "n_located": located}
        for part in ("country", "state", "city"):
            row |= {f"n_{part}": n_images, f"n_{part}_answered": located}
        for measure in MEASURES:
            row |= {f"{measure}_all": hits / n_images, f"{measure}_answered": hits / located}
        row["cost_usd_per_image"] = (np.nan, 0.0, 0.004, 0.0001)[i % 4] if count > 1 else 0.001
        rows.append(row)
    return pd.DataFrame(rows)


def region_rates(count: int, regions: int = 60) -> pd.DataFrame:
    """bi.region_rate of one level and measure: region 0 is far too low, region 1 far too high, the others alike."""
    rows = []
    for run_id in range(1, count + 1):
        for region in range(regions):
            n = 1 + region * 3
            k = n // 2
            if region == 0:
                n, k = 90, 5
            elif region == 1:
                n, k = 90, 85
            name = HOSTILE[region] if region < 5 else f"Region {region}"
            rows.append((run_id, f"R{region}", name, n, n, k))
    columns = ["run_id", "region_code", "region_name", "n_all", "n_answered", "n_correct"]
    return pd.DataFrame(rows, columns=columns)


def _estimates(rows: list[dict[str, Any]]) -> pd.DataFrame:
    empty = {
        "run_id": None, "measure": "accuracy_25km", "denominator": "all", "grouping": None, "subject": None,
        "subject_name": None, "other_subject": None, "statistic": None, "n": None, "k": None, "estimate": None,
        "low": None, "high": None, "p_adjusted": None, "analysis_id": 1, "parameters": {}, "created_at": START,
    }  # fmt: skip
    frame = pd.DataFrame([{**empty, "estimate_id": i, **row} for i, row in enumerate(rows)])
    frame["run_id"] = frame["run_id"].astype("Int64")
    return frame.astype({"estimate": float, "low": float, "high": float, "p_adjusted": float})


def comparison(count: int) -> pd.DataFrame:
    return _estimates(
        [
            {"run_id": i + 1, "statistic": "rank", "estimate": i + 1, "low": max(1, i), "high": min(count, i + 2)}
            for i in range(count)
        ]
    )


def regressions(count: int) -> pd.DataFrame:
    """A fit a model and one of all together; of the first model the last level has no upper end."""
    terms = [("scene_type", "street"), ("scene_type", HOSTILE[4]), ("landmark", "named: a_$b$"), ("landmark", "none")]
    rows = []
    for analysis, run_id in enumerate([*range(1, count + 1), None], start=1):
        about = {"fields": "model", "min_count": 20, "run_ids": [run_id] if run_id else list(range(1, count + 1))}
        for i, (field, level) in enumerate(terms):
            middle = 0.4 * (i + 1)
            high = None if run_id == 1 and i == 3 else middle * 2
            rows.append(
                {"run_id": run_id, "analysis_id": analysis, "statistic": "odds_ratio", "grouping": "term", "n": 50}
                | {"subject": f"{field}: {level}", "estimate": middle, "low": middle / 2, "high": high}
                | {"parameters": about}
            )
    return _estimates(rows)


def gaps(count: int) -> pd.DataFrame:
    rows = []
    for run_id in range(1, count + 1):
        about = {"run_id": run_id, "grouping": "country", "parameters": {"minimum_n": 10}}
        rows.append(about | {"statistic": "gap", "subject": "AA", "other_subject": "BB"} | _around(0.4, 0.0, 0.7))
        for code, name, rate in (("AA", HOSTILE[4], 0.2), ("BB", HOSTILE[2], 0.6)):
            rate_row = {"statistic": "rate", "subject": code, "subject_name": name}
            rows.append(about | rate_row | _around(rate, rate - 0.1, rate + 0.1))
    return _estimates(rows)


def _around(estimate: float, low: float, high: float) -> dict[str, Any]:
    return {"estimate": estimate, "low": low, "high": high}


def attraction(count: int) -> pd.DataFrame:
    rows = []
    for run_id in range(1, count + 1):
        for i in range(24):
            k = 10 + (i - 12) // 2 + run_id % 3
            rows.append(
                {"run_id": run_id, "statistic": "attraction", "grouping": "country", "subject": f"C{i}", "n": 10}
                | {"measure": "country_name"}
                | {"k": k, "estimate": k / 10, "low": k / 20, "high": k / 5, "p_adjusted": 0.5 if i else 0.01}
                | {"subject_name": HOSTILE[i] if i < 5 else f"Country {i}"}
            )
    return _estimates(rows)


SENTENCES = {
    True: "A famous tower and clear street signs; the skyline of 東京 is visible. Ein bekannter Turm, straße.",
    False: "Only deciduous trees and a suburban road. Ничего не видно, niets zien: $x_1$ <b>unclear</b> rtl \u202eabc",
}


def reasons(count: int, images: int = 20) -> pd.DataFrame:
    """bi.prediction_reasoning: of hits and of misses different sentences, with the name of the true place in each."""
    rows = []
    for run_id in range(1, count + 1):
        for image in range(images):
            is_hit = (image + run_id) % 2 == 0
            text = f"{SENTENCES[is_hit]} This is Berlin. Palm{image % 3}"
            rows.append(
                {"run_id": run_id, "image_id": image, "is_located": True, "error_km": 1.0 if is_hit else 900.0}
                | {f"is_{part}_match": is_hit for part in ("country", "state", "city")}
                | {f"is_{part}_named": True for part in ("country", "state", "city")}
                | {f"{whose}_{part}": None for whose in ("true", "answered") for part in ("country", "state")}
                | {f"{name}_name": None for name in ("true_country", "true_state", "answered_country")}
                | {"true_city": "Berlin", "answered_city": None, "reasoning": text}
            )
    return pd.DataFrame(rows)


def frames(name: str, count: int) -> dict[str, pd.DataFrame]:
    """What the figure `name` reads, of `count` models."""
    found = {"bi.leaderboard": board(count)}
    if name == "funnel":
        found["bi.region_rate"] = region_rates(count)
    if name in ("words", "hits-misses"):
        found["bi.prediction_reasoning"] = reasons(count)
    made = {"ranks": comparison, "regression": regressions, "gaps": gaps, "attractors": attraction}
    if name in made:
        found["bi.estimate"] = made[name](count)
    return found
