"""Countries counted in Python as groups, against the view that counts them in SQL."""

import numpy as np
import pandas as pd
import psycopg
import pytest

from imageo.analysis.grouped_rates import RATE_COLUMNS, grouped_rates, with_intervals
from imageo.db.frames import read_view
from tests.world import World

CITIES = {
    "France": ("Paris", 48.8566, 2.3522), "Germany": ("Berlin", 52.52, 13.405), "Kenya": ("Nairobi", -1.286, 36.817),
    "Japan": ("Tokyo", 35.68, 139.69), "United States": ("Austin", 30.27, -97.74),
}  # fmt: skip


@pytest.fixture
def answered(region_connection: psycopg.Connection) -> psycopg.Connection:
    """Five countries of 2 to 30 images; right, wrong, unnamed, without a point, refused; one run answers nothing."""
    world = World.make(region_connection)
    rng = np.random.default_rng(4)
    runs = [world.run("one"), world.run("two"), world.run("mute")]
    for size, (country, (city, latitude, longitude)) in zip((2, 5, 9, 14, 30), CITIES.items(), strict=True):
        state = {"state": "Texas"} if country == "United States" else {}
        for number in range(size):
            image = world.image(f"{country}{number}", latitude, longitude, country=country, city=city, **state)
            for run in runs:
                luck = rng.random()
                if run == runs[2] or luck < 0.1:
                    world.answer(run, image, outcome="refused")
                elif luck < 0.2:
                    world.answer(run, image, country=country)
                else:
                    off = rng.choice([0.001, 0.1, 1.0, 20.0])
                    named = country if luck < 0.8 else "Peru"
                    world.answer(run, image, latitude + off, longitude, country=named, city=city if off < 1 else None)
    world.score(*runs)
    return region_connection


def test_countries_as_groups_are_the_view(answered: psycopg.Connection) -> None:
    answers = read_view(answered, "bi.prediction_detail")
    shuffled = answers.sample(frac=1, random_state=1)
    counted = grouped_rates(shuffled, shuffled["true_country_iso"])
    key = ["run_id", "region_code", "measure"]
    expected = read_view(answered, "bi.region_rate", {"level": "country"}).sort_values(key, ignore_index=True)
    columns = ["dataset", "provider", "model", "run_label", *key, *RATE_COLUMNS]
    assert len(expected) > 100
    assert expected["shrunk_rate_answered"].isna().any()
    assert (expected["shrunk_rate_all"] - expected["rate_all"]).abs().max() > 0.05
    pd.testing.assert_frame_equal(counted[columns], expected[columns], check_dtype=False, rtol=1e-9, atol=1e-12)


def test_images_of_no_group_are_in_none(answered: psycopg.Connection) -> None:
    answers = read_view(answered, "bi.prediction_detail")
    groups = answers["true_country_iso"].where(answers["true_country_iso"] == "FR")
    counted = grouped_rates(answers, groups)
    assert set(counted["region_code"]) == {"FR"}
    assert set(counted["n_all"]) == {2}


def test_interval_of_a_published_example() -> None:
    """81 of 263: 0.2553 to 0.3662 (Newcombe 1998, Statistics in Medicine 17, table I, method 3)."""
    counts = {
        "run_id": [1, 2],
        "measure": "city_match",
        "n_all": [263, 5],
        "n_answered": [263, 0],
        "n_correct": [81, 0],
    }
    published, mute = (row for _, row in with_intervals(pd.DataFrame(counts)).iterrows())
    assert (published["wilson_lower_all"], published["wilson_upper_all"]) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    unknown = ["rate_answered", "wilson_lower_answered", "wilson_upper_answered", "shrunk_rate_answered"]
    assert mute[unknown].isna().all()
    assert mute["rate_all"] == 0
