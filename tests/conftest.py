"""A real PostGIS, deployed by the production code: one server a session, one template, a clone for each test."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from imageo.db.cluster import Cluster, open_cluster
from imageo.settings import Settings

ROOT = Path(__file__).parent.parent
_numbers = itertools.count()


@dataclass(frozen=True)
class Server:
    """The test server; its databases are clones of templates."""

    cluster: Cluster

    def create(self, name: str, template: str | None = None) -> str:
        """A new database, its libpq URI."""
        with psycopg.connect(self.cluster.url("postgres"), autocommit=True) as connection:
            source = sql.SQL(" template {}").format(sql.Identifier(template)) if template else sql.SQL("")
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)) + source)
        return self.cluster.url(name)

    def drop(self, name: str) -> None:
        with psycopg.connect(self.cluster.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    # Not under pytest's own temporary folder: as root the server runs as another user, who may not enter it.
    home = Path(tempfile.mkdtemp(prefix="imageo-test-"))
    home.chmod(0o755)
    cluster = open_cluster(home, durable=False, progress=lambda _: None)
    try:
        cluster.up()
        yield Server(cluster)
    finally:
        cluster.down()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def template(server: Server) -> str:
    """Name of a database at this version, without regions."""
    from imageo.db.deploy import deploy

    with psycopg.connect(server.create("deployed")) as connection:
        deploy(connection)
    return "deployed"


@pytest.fixture(scope="session")
def region_template(server: Server, template: str) -> str:
    """Name of a database at this version with the shipped regions."""
    from imageo.regions.load import load_pack

    with psycopg.connect(server.create("with_regions", template)) as connection:
        load_pack(connection, lambda _: None)
    return "with_regions"


def _clone(server: Server, template: str) -> Iterator[str]:
    name = f"clone_{next(_numbers)}"
    yield server.create(name, template)
    server.drop(name)


@pytest.fixture
def database(server: Server, template: str) -> Iterator[str]:
    """The libpq URI of a fresh database without regions."""
    yield from _clone(server, template)


@pytest.fixture
def region_database(server: Server, region_template: str) -> Iterator[str]:
    """The libpq URI of a fresh database with the shipped regions."""
    yield from _clone(server, region_template)


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database) as opened:
        yield opened


@pytest.fixture(scope="session")
def _shared_region_database(server: Server, region_template: str) -> str:
    return server.create("shared", region_template)


@pytest.fixture
def region_connection(_shared_region_database: str) -> Iterator[psycopg.Connection]:
    """A connection to a database with the shipped regions, shared by tests that commit nothing: it is rolled back.

    A test that commits takes `region_database`.
    """
    with psycopg.connect(_shared_region_database) as opened:
        opened.execute("select 1")  # begins: a `with connection.transaction()` inside is then a savepoint
        yield opened
        opened.rollback()
        row = opened.execute("select count(*) from data.dataset").fetchone()
        assert row == (0,), "this test commits: give it region_database"


@pytest.fixture
def settings(region_database: str, tmp_path: Path) -> Settings:
    """Settings of a user whose own server holds a fresh database with the shipped regions."""
    return Settings(home=tmp_path / "home", database_url=region_database)


@pytest.fixture(scope="session")
def bench_dir() -> Path:
    """The real IMAGEO-Bench files, which are not part of the project."""
    folder = Path(os.environ.get("IMAGEO_BENCH_DIR") or ROOT.parent / "shared" / "imageo-bench")
    if not (folder / "dataset3_info.csv").is_file():
        pytest.skip(f"no IMAGEO-Bench files in {folder.name}: set IMAGEO_BENCH_DIR to read them")
    return folder
