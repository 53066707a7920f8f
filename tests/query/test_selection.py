"""Which images are asked: limits, samples, strata."""

import itertools

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imageo.errors import InputError
from imageo.query.selection import Candidate, Selection, allocate, read_candidates, select
from tests.world import World


def images(count: int, strata: int = 1) -> list[Candidate]:
    return [Candidate(number, f"image-{number:04}", f"s{number % strata}") for number in range(count)]


def test_hamiltons_method_by_hand() -> None:
    # One each first; the other 7 go by sizes less one, 52 : 29 : 16 of 97: quotas 3.75, 2.09, 1.15.
    assert allocate({"a": 53, "b": 30, "c": 17}, 10) == {"a": 5, "b": 3, "c": 2}
    assert allocate({"a": 53, "b": 30, "c": 17}, 2) == {"a": 1, "b": 1, "c": 0}
    assert allocate({"a": 3, "b": 1}, 9) == {"a": 3, "b": 1}
    assert allocate({}, 9) == {}


@given(st.dictionaries(st.text(max_size=3), st.integers(1, 500), max_size=30), st.integers(0, 5_000))
def test_shares_add_up_and_none_is_larger_than_its_stratum(sizes: dict[str, int], total: int) -> None:
    shares = allocate(sizes, total)
    assert sum(shares.values()) == min(total, sum(sizes.values()))
    assert all(0 <= shares[name] <= size for name, size in sizes.items())
    if total >= len(sizes):
        assert all(shares.values())


def test_a_limit_takes_the_first_by_name() -> None:
    assert [image.image_id for image in select(images(10), Selection(limit=3))] == [0, 1, 2]
    assert select(images(2), Selection(limit=3)) == images(2)


def test_a_sample_is_drawn_under_its_seed_and_grows() -> None:
    every = images(1_000)
    small, large = (select(every, Selection(sample=size, seed=7)) for size in (50, 100))
    assert large[:50] == small
    assert len({image.image_id for image in large}) == 100
    assert select(list(reversed(every)), Selection(sample=50, seed=7)) == small
    assert select(every, Selection(sample=50, seed=8)) != small
    # Drawn from everywhere: the mean of 50 places out of 1,000 lies within four standard errors (41) of 499.5.
    assert abs(sum(image.image_id for image in small) / 50 - 499.5) < 4 * 41


def test_strata_get_shares_of_a_sample() -> None:
    every = [Candidate(n, f"i{n}", "big" if n < 90 else "small") for n in range(100)]
    chosen = select(every, Selection(sample=10, stratify="country"))
    # One each, then 8 by 89 : 9 of 98: quotas 7.27 and 0.73; the one that is left goes to the small stratum.
    assert sorted(image.stratum for image in chosen) == ["big"] * 8 + ["small"] * 2


def test_strata_are_read_from_the_database(connection: psycopg.Connection) -> None:
    world = World.make(connection)
    for name, country in zip("abc", itertools.cycle(("Chad", "France")), strict=False):
        world.image(name, 10, 20, country=country)
    connection.execute("update data.image set attributes = jsonb_build_object('light', upper(image_name))")
    assert [image.name for image in read_candidates(connection, world.dataset_id, None)] == ["a", "b", "c"]
    assert [image.stratum for image in read_candidates(connection, world.dataset_id, "light")] == ["A", "B", "C"]
    with pytest.raises(InputError, match="--stratify colour: no such grouping; there are continent, country, state, l"):
        read_candidates(connection, world.dataset_id, "colour")
