"""How the database does, told without starting or installing anything."""

from dataclasses import asdict
from typing import Any

import psycopg

from imageo.db.address import masked
from imageo.db.cluster import cluster_status
from imageo.db.engine import resolve_url
from imageo.settings import Settings


def database_status(settings: Settings) -> dict[str, Any]:
    """Of the embedded server, or of the one that IMAGEO_DATABASE_URL names; sizes in bytes, no password."""
    if settings.database_url is None:
        told = asdict(cluster_status(settings.home))
        return {"embedded": True} | {name: _plain(value) for name, value in told.items()}
    url = resolve_url(settings)
    status: dict[str, Any] = {
        "embedded": False,
        "running": False,
        "version": None,
        "url": masked(url),
        "size_bytes": None,
    }
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            found = connection.execute("select current_setting('server_version'), pg_database_size(current_database())")
            version, size = found.fetchone() or (None, None)
    except psycopg.Error:
        return status
    return status | {"running": True, "version": version, "size_bytes": size}


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, bool | int | str) else str(value)
