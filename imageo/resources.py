"""Where the files beside the code stand: in the wheel inside the package, in a checkout beside it."""

from importlib import metadata
from pathlib import Path

_PACKAGE = Path(__file__).parent


def sql_folder() -> Path:
    """The views and functions, one a file; the sub-folder is the layer."""
    return _find("sql", "sql")


def migrations_folder() -> Path:
    """The Alembic migrations."""
    return _find("migrations", "migrations")


def checks_folder() -> Path:
    """Queries that return no row over sound data."""
    return _find("checks", "tests/sql/checks")


def document(name: str) -> str:
    """The text of LICENSE or NOTICE."""
    in_checkout = _PACKAGE.parent / name
    if in_checkout.is_file():
        return in_checkout.read_text()
    return metadata.distribution("imageo").read_text(f"licenses/{name}") or ""


def _find(in_wheel: str, in_checkout: str) -> Path:
    packaged = _PACKAGE / in_wheel
    return packaged if packaged.is_dir() else _PACKAGE.parent / in_checkout
