"""Which version of tables and views stands in a database, and which this installation would deploy."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import psycopg

from imageo import __version__
from imageo.resources import migrations_folder, sql_folder

LAYERS = ("functions", "core", "match", "metrics", "bias", "bi")
"""Schemas of the views, lowest first; `data`, below them, holds the tables."""


@dataclass(frozen=True)
class Deployment:
    """`digest` is the SHA-256 over migrations/ and sql/."""

    version: str
    digest: str


def expected() -> Deployment:
    """What this installation deploys."""
    total = hashlib.sha256()
    for path in (*sorted(migrations_folder().rglob("*.py")), *sql_files()):
        total.update(f"{path.parent.name}/{path.name}\0".encode())
        total.update(path.read_bytes())
    return Deployment(__version__, total.hexdigest())


def standing(connection: psycopg.Connection) -> Deployment | None:
    """What stands in the database, as its reader may see too, or None where nothing does."""
    found = connection.execute("select to_regclass('core.deployment') is not null").fetchone()
    if not found or not found[0]:
        return None
    row = connection.execute("select version, digest from core.deployment").fetchone()
    return Deployment(*row) if row else None


def sql_files() -> list[Path]:
    """Functions and views in the order of their deployment."""
    return sorted(sql_folder().glob("*/*.sql"))
