"""Alembic runs inside imageo's own deployment: on its connection, in its transaction."""

from typing import Any

from alembic import context
from sqlalchemy import text

import imageo.db.asking
import imageo.db.caches
import imageo.db.results  # noqa: F401
from imageo.db.schema import metadata


def _is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    return name == "data" if kind == "schema" else True


def _run() -> None:
    connection = context.config.attributes["connection"]
    connection.execute(text("create schema if not exists data"))
    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table_schema="data",
        include_schemas=True,
        include_name=_is_ours,
    )
    context.run_migrations()


_run()
