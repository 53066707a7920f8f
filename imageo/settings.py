"""The only reader of the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Where imageo keeps and finds things.

    `database_url`: a server of the user's own (libpq URI), or None for the embedded one.
    `home`: the folder of the embedded server and of everything else that imageo keeps.
    `bench_dir`: the folder that holds the IMAGEO-Bench files, or None.
    `debug`: show tracebacks.
    """

    home: Path
    database_url: str | None = None
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


def _default_home() -> Path:
    # PostgreSQL runs as user postgres when imageo runs as root, and cannot enter /root.
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/imageo")
    from platformdirs import user_data_path

    return user_data_path("imageo", appauthor=False)
