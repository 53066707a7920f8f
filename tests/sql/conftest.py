"""A world in a database with the shipped regions."""

import psycopg
import pytest

from tests.world import World


@pytest.fixture
def world(region_connection: psycopg.Connection) -> World:
    return World.make(region_connection)
