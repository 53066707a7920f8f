"""A database with the shipped regions that tests only read, so that it is cloned once."""

from collections.abc import Callable, Iterator

import psycopg
import pytest

from tests.conftest import Server


@pytest.fixture(scope="session")
def regions(server: Server, region_template: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(server.create("regions_to_read", region_template), autocommit=True) as connection:
        connection.execute("set default_transaction_read_only = on")
        yield connection


@pytest.fixture(scope="session")
def region_at(regions: psycopg.Connection) -> Callable[[str, float, float], str | None]:
    """Code of the region of a level at a longitude and latitude."""

    def ask(level: str, longitude: float, latitude: float) -> str | None:
        row = regions.execute(
            "select core.region_at(%s, st_setsrid(st_makepoint(%s, %s), 4326))", [level, longitude, latitude]
        ).fetchone()
        assert row is not None
        return row[0]

    return ask
