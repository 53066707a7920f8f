"""The baselines: drawn as people live, the best constant, the tag of the file; and GeoCLIP's adapter."""

import asyncio
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imageo.errors import InputError
from imageo.query.answers.parse import Answer, parse_answer
from imageo.query.baseline_data import make_baseline, read_places
from imageo.query.images.prepare import ImageOptions, prepare
from imageo.query.providers import Provider
from imageo.query.providers.baseline import Centre, Exif, Places, Prior
from imageo.query.providers.geoclip import GeoClip, load_model
from imageo.query.questions import Question
from imageo.query.replies import CallFailed
from imageo.query.spherical_median import spherical_median
from tests.world import World

from .pictures import PLACE, exif, file_of, photo

N_DRAWS = 20_000


def answers(provider: Provider, questions: list[Question]) -> list[Answer]:
    """Through the same path as a model's: body, reply, parser."""

    async def ask_all() -> list[Answer]:
        return [parse_answer((await provider.ask(provider.encode(question))).text) for question in questions]

    return asyncio.run(ask_all())


def unseen(n: int) -> list[Question]:
    return [Question(image_id, None) for image_id in range(n)]


def towns(*population: int) -> Places:
    n = len(population)
    names = [f"town {i}" for i in range(n)]
    return Places(np.array(population), np.arange(n) + 0.5, np.arange(n) + 0.5, names, [None] * n, ["Land"] * n)


def test_prior_follows_the_worlds_population(region_connection: psycopg.Connection) -> None:
    """Of 20,000 draws every continent, and each of the 30 largest countries, gets its share: within 4.5 sigma.

    The shares come from SQL; by chance one such test in several thousand would fail, but the draws are always the same.
    """
    rows = region_connection.execute(
        """
        select country.parent_code, country.name, sum(place.population)::float
        from core.place as place
        inner join core.region as country on country.level = 'country' and country.code = place.country_code
        group by country.parent_code, country.name
        """
    ).fetchall()
    everybody = sum(population for _, _, population in rows)
    continent_of = {country: continent for continent, country, _ in rows}
    of_country = {country: population / everybody for _, country, population in rows}
    of_continent: Counter[str] = Counter()
    for continent, _, population in rows:
        of_continent[continent] += population / everybody
    drawn = answers(make_baseline("prior", region_connection, 0, seed=0, repeat=1), unseen(N_DRAWS))
    assert {answer.outcome for answer in drawn} == {"answered"}
    countries = Counter(answer.country for answer in drawn)
    continents = Counter(continent_of[answer.country or ""] for answer in drawn)
    largest = sorted(of_country, key=lambda country: -of_country[country])[:30]
    assert set(largest[:2]) == {"China", "India"}
    for share, n in (
        *((of_country[country], countries[country]) for country in largest),
        *((share, continents[continent]) for continent, share in of_continent.items()),
    ):
        assert abs(n - N_DRAWS * share) <= 4.5 * (N_DRAWS * share * (1 - share)) ** 0.5 + 1


def test_prior_names_the_place_that_it_draws(region_connection: psycopg.Connection) -> None:
    places = read_places(region_connection)
    known = set(zip(places.city, places.state, places.country, places.latitude, places.longitude, strict=True))
    assert len(known) > 10_000
    drawn = answers(Prior(places, seed=3, repeat=2), unseen(500))
    assert {(each.city, each.state, each.country, each.latitude, each.longitude) for each in drawn} <= known
    of_us = [answer for answer in drawn if answer.country == "United States"]
    assert of_us
    assert all(answer.state for answer in of_us)


def test_draws_depend_on_seed_repeat_and_image_alone() -> None:
    places = towns(*range(1, 200))
    first = answers(Prior(places, seed=1, repeat=1), unseen(50))
    assert answers(Prior(places, seed=1, repeat=1), unseen(50)[::-1])[::-1] == first
    assert answers(Prior(places, seed=1, repeat=2), unseen(50)) != first
    assert answers(Prior(places, seed=2, repeat=1), unseen(50)) != first
    assert len({answer.city for answer in first}) > 20


def test_a_draw_is_the_same_on_every_machine() -> None:
    """By hand: sha256("7/1/4") begins with 1776d65f, 0.0917 of 2^32: inhabitant 91 of 1,000, the second town's."""
    (answer,) = answers(Prior(towns(91, 1, 908), seed=7, repeat=1), [Question(4, None)])
    assert answer.city == "town 1"


def test_every_inhabitant_counts_and_nobody_else() -> None:
    drawn = Counter(answer.city for answer in answers(Prior(towns(0, 1, 0, 3, 0), seed=0, repeat=1), unseen(4000)))
    assert drawn.keys() == {"town 1", "town 3"}
    assert drawn["town 3"] == pytest.approx(3000, abs=4.5 * (4000 * 0.75 * 0.25) ** 0.5)


def mean_km(latitude: float, longitude: float, points: np.ndarray) -> float:
    """By the haversine formula, unlike the code under test."""
    a, b = np.radians((latitude, longitude)), np.radians(points)
    half = np.sin((b[:, 0] - a[0]) / 2) ** 2 + np.cos(a[0]) * np.cos(b[:, 0]) * np.sin((b[:, 1] - a[1]) / 2) ** 2
    return float((2 * 6371 * np.arcsin(np.sqrt(half.clip(0, 1)))).mean())


def grid_search(points: np.ndarray) -> float:
    """The least mean distance of a grid of one degree, made finer around its ten best points to a thousandth."""
    coarse = [(lat, lon) for lat in np.arange(-90, 90.5, 1.0) for lon in np.arange(-180, 180, 1.0)]
    best = sorted((mean_km(lat, lon, points), lat, lon) for lat, lon in coarse)[:10]
    for width in (0.5, 0.1, 0.02, 0.004, 0.001):
        best = sorted(
            (mean_km(lat + i * width, lon + j * width, points), lat + i * width, lon + j * width)
            for _, lat, lon in best
            for i in range(-5, 6)
            for j in range(-5, 6)
        )[:3]
    return best[0][0]


WORLD = np.random.default_rng(5)
# fmt: off
SETS = {
    "a country": WORLD.normal((47, 2), (2, 3), (60, 2)),
    "two continents": np.vstack((WORLD.normal((40, -95), 6, (40, 2)), WORLD.normal((48, 10), 6, (30, 2)))),
    "across the date line": np.column_stack((WORLD.normal(-18, 3, 30), (WORLD.normal(180, 5, 30) + 180) % 360 - 180)),
    "all over the sphere": np.column_stack(
        (np.degrees(np.arcsin(WORLD.uniform(-1, 1, 50))), WORLD.uniform(-180, 180, 50))
    ),
    "three far apart": np.array([(0.0, 0.0), (0.0, 120.0), (0.0, -121.0)]),
    # From the best point of the grid the descent ends in the lesser of two valleys, 14 km worse.
    "two valleys": np.array([
        (-53.6, 145.1), (22.1, 160.6), (-4.5, -42.2), (16.7, 27.5),
        (19.5, 156.2), (-64.8, -163.7), (-9.8, 171.4), (21.5, -16.3),
    ]),
    "around the pole": np.column_stack((WORLD.normal(86, 2, 20).clip(-90, 90), WORLD.uniform(-180, 180, 20))),
}
# fmt: on


@pytest.mark.parametrize("name", SETS)
def test_no_point_of_a_fine_grid_is_better_than_the_median(name: str) -> None:
    points = SETS[name]
    median = spherical_median(points[:, 0], points[:, 1])
    assert mean_km(*median, points) <= grid_search(points) + 1e-3


@pytest.mark.parametrize(
    ("points", "median"),
    [
        ([(12.5, -7.0)], (12.5, -7.0)),
        ([(0, 0), (0, 10), (0, 100)], (0, 10)),  # on a line: the one in the middle
        ([(0, 0), (0, 0), (0, 0), (50, 50), (-70, 20)], (0, 0)),  # more than half of all in one place
        # The corners of an octant are alike: the middle of it, where all three coordinates are equal.
        ([(0, 0), (0, 90), (90, 0)], (np.degrees(np.arcsin(3**-0.5)), 45)),
        # Four corners of a "square": where the diagonals cross.
        ([(10, 20), (-10, 20), (10, 40), (-10, 40)], (0, 30)),
    ],
)
def test_medians_by_hand(points: list[tuple[float, float]], median: tuple[float, float]) -> None:
    latitude, longitude = np.array(points, dtype=float).T
    assert spherical_median(latitude, longitude) == pytest.approx(median, abs=1e-5)


def test_a_data_point_is_met_exactly() -> None:
    """Towards one of the points the descent would go on for ever."""
    latitude, longitude = np.array([(30, 20), (31, 20.1), (29, 20.1), (30, 21), (30, 18.7)], dtype=float).T
    assert spherical_median(latitude, longitude) == pytest.approx((30, 20), abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=1, max_size=12))
def test_no_truth_is_a_better_constant_than_the_median(points: list[tuple[float, float]]) -> None:
    array = np.array(points)
    median = spherical_median(array[:, 0], array[:, 1])
    least = min(mean_km(*point, array) for point in points)
    assert mean_km(*median, array) <= least + 1e-3


def test_centre_of_a_dataset(connection: psycopg.Connection) -> None:
    world, other = World.make(connection), World.make(connection, "other")
    for number, longitude in enumerate((0.0, 10.0, 100.0)):
        world.image(f"i{number}", 0.0, longitude)
    other.image("elsewhere", 80.0, 80.0)
    drawn = answers(make_baseline("centre", connection, world.dataset_id, seed=0, repeat=1), unseen(2))
    assert [(each.outcome, each.latitude, each.longitude) for each in drawn] == [
        ("answered", pytest.approx(0, abs=1e-6), pytest.approx(10, abs=1e-6))
    ] * 2
    empty = World.make(connection, "empty")
    with pytest.raises(InputError, match="no image"):
        make_baseline("centre", connection, empty.dataset_id, seed=0, repeat=1)


def test_exif_answers_the_tag_of_the_file() -> None:
    provider = Exif()
    assert provider.image_limits is not None
    tagged = file_of(photo(), "JPEG", exif=b"Exif\0\0" + exif(6))
    images = [prepare(data, provider.image_limits, ImageOptions()) for data in (tagged, file_of(photo(), "JPEG"))]
    with_tag, without = answers(provider, [Question(i, image) for i, image in enumerate(images)])
    assert (with_tag.outcome, with_tag.point) == ("answered", pytest.approx(PLACE, abs=1e-9))
    assert (without.outcome, without.point) == ("no_coordinates", None)


@pytest.mark.parametrize("make", [lambda: Prior(towns(5), 0, 1), lambda: Centre((1.0, 2.0)), Exif])
def test_baselines_use_nothing(make: Callable[[], Provider]) -> None:
    provider = make()
    reply = asyncio.run(provider.ask(provider.encode(Question(1, None))))
    assert provider.name == "baseline"
    assert (reply.usage.input_tokens, reply.usage.output_tokens) == (0, 0)
    assert parse_answer(reply.text).stage == "strict"


def test_no_such_baseline(connection: psycopg.Connection) -> None:
    with pytest.raises(InputError, match="baseline:prior, baseline:centre, baseline:exif"):
        make_baseline("median", connection, 0, seed=0, repeat=1)
    with pytest.raises(InputError, match="gazetteer is empty"):
        make_baseline("prior", connection, 0, seed=0, repeat=1)


STAND_IN = '''
"""Stands in for the package geoclip 1.3.0, which needs torch and weights from a hub: the same calls, a plain answer."""
import threading
from PIL import Image

busy = threading.Lock()
threads = set()

class GeoCLIP:
    def eval(self):
        self.is_ready = True
        return self

    def predict(self, image_path, top_k):
        assert self.is_ready and top_k == 1
        assert busy.acquire(blocking=False), "two images at a time"
        try:
            threads.add(threading.current_thread().name)
            with Image.open(image_path) as image:
                width, height = image.convert("RGB").size
            if width == 33:
                raise RuntimeError("out of memory\\nand more")
            return [[float(height), -float(width)]], [0.25]
        finally:
            busy.release()
'''


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "geoclip").mkdir()
    (tmp_path / "geoclip" / "__init__.py").write_text(STAND_IN)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "geoclip", raising=False)


@pytest.mark.usefixtures("stand_in")
def test_geoclip_adapter_over_a_stand_in() -> None:
    """Not GeoCLIP itself: that the adapter calls what the real package offers, one image at a time, off the loop."""
    provider = GeoClip(load_model())
    assert provider.image_limits is not None

    async def ask(*sizes: tuple[int, int]) -> list[Answer]:
        images = [prepare(file_of(photo(*size), "PNG"), provider.image_limits, ImageOptions()) for size in sizes]  # type: ignore[arg-type]
        replies = await asyncio.gather(*(provider.ask(provider.encode(Question(1, image))) for image in images))
        return [parse_answer(reply.text) for reply in replies]

    told = asyncio.run(ask((40, 30), (50, 20), (20, 10)))
    assert [answer.point for answer in told] == [(30.0, -40.0), (20.0, -50.0), (10.0, -20.0)]
    assert {answer.confidence for answer in told} == {None}
    assert len(sys.modules["geoclip"].threads) == 1
    with pytest.raises(CallFailed, match="out of memory and more"):
        asyncio.run(ask((33, 30)))
    asyncio.run(provider.aclose())
    sys.modules.pop("geoclip")


def test_geoclip_without_its_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "geoclip", None)
    with pytest.raises(InputError, match=r"pip install 'imageo\[geoclip\]'"):
        load_model()


def test_geoclip_without_its_weights_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "geoclip.py").write_text("def GeoCLIP():\n    raise OSError('cannot reach\\nthe hub')\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "geoclip", raising=False)
    with pytest.raises(InputError, match=r"cannot reach the hub.*huggingface"):
        load_model()
    sys.modules.pop("geoclip")
