"""The only reader of the environment."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from imageo.errors import InputError

if TYPE_CHECKING:
    from pydantic import SecretStr


@dataclass(frozen=True)
class Settings:
    """Where imageo keeps and finds things.

    `database_url`: a server of the user's own (libpq URI), or None for the embedded one; it may hold a password.
    `home`: the folder of the embedded server and of everything else that imageo keeps.
    `bench_dir`: the folder that holds the IMAGEO-Bench files, or None.
    `debug`: show tracebacks.
    """

    home: Path
    database_url: str | None = field(default=None, repr=False)
    bench_dir: Path | None = None
    debug: bool = False

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read IMAGEO_HOME, IMAGEO_DATABASE_URL, IMAGEO_BENCH_DIR and IMAGEO_DEBUG; empty means unset."""
        bench_dir = environ.get("IMAGEO_BENCH_DIR")
        return cls(
            home=Path(environ.get("IMAGEO_HOME") or _default_home()).expanduser().absolute(),
            database_url=environ.get("IMAGEO_DATABASE_URL") or None,
            bench_dir=Path(bench_dir).expanduser().absolute() if bench_dir else None,
            debug=environ.get("IMAGEO_DEBUG", "") not in ("", "0"),
        )


class Secret(NamedTuple):
    """A secret, and the place that it comes from in words: "OPENAI_API_KEY in .env"."""

    value: "SecretStr"
    place: str


def read_secret(
    names: Sequence[str], environ: Mapping[str, str] = os.environ, folder: Path | None = None
) -> Secret | None:
    """The first of some variables that is set: in the environment, else in `.env` of `folder`, the working one.

    Read when it is asked for, and kept nowhere. Raises InputError where `.env` cannot be read.
    """
    from pydantic import SecretStr

    path = (folder or Path()) / ".env"
    for values, where in ((environ, "in the environment"), (_read_dotenv(path), "in .env")):
        for name in names:
            if value := (values.get(name) or "").strip():
                return Secret(SecretStr(value), f"{name} {where}")
    return None


def _read_dotenv(path: Path) -> Mapping[str, str | None]:
    from dotenv import dotenv_values

    if not path.exists():
        return {}
    try:
        return dotenv_values(path)
    except (OSError, UnicodeDecodeError) as problem:
        raise InputError(f"{path}: cannot be read ({type(problem).__name__}); it wants lines NAME=value") from None


def _default_home() -> Path:
    # PostgreSQL runs as user postgres when imageo runs as root, and cannot enter /root.
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/imageo")
    from platformdirs import user_data_path

    return user_data_path("imageo", appauthor=False)
