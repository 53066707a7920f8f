"""The wheel alone, in an empty folder and an environment of its own, is enough for the demo."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
UV = Path(sys.executable).parent / "uv"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True)
    (built,) = folder.glob("imageo-*.whl")
    return built


@dataclass(frozen=True)
class Stranger:
    """Somebody who has the wheel and nothing of the checkout."""

    imageo: Path
    folder: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        # The server may run as another user: its folder is reached by everybody.
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "IMAGEO_HOME": str(self.folder / "home"),
            "LANG": "C.UTF-8",
        }
        return subprocess.run(
            [self.imageo, *arguments], cwd=self.folder, env=environment, capture_output=True, text=True
        )


def _indexes() -> dict[str, str]:
    """The indexes that pip was told, for uv: packages of one that is a folder are not in its cache."""
    pip = [sys.executable, "-m", "pip", "config", "get"]
    told = {
        "UV_DEFAULT_INDEX": subprocess.run([*pip, "global.index-url"], capture_output=True, text=True).stdout.strip(),
        "UV_INDEX": subprocess.run([*pip, "global.extra-index-url"], capture_output=True, text=True).stdout.strip(),
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }
    return {name: value for name, value in told.items() if value}


@pytest.fixture(scope="module")
def stranger(wheel: Path) -> Iterator[Stranger]:
    folder = Path(tempfile.mkdtemp(prefix="imageo-test-"))
    folder.chmod(0o755)
    python = folder / "venv" / "bin" / "python"
    subprocess.run([UV, "venv", "-q", "--python", sys.executable, python.parent.parent], check=True)
    # No test reaches the network: `make test` has downloaded these packages into uv's cache.
    install = [UV, "pip", "install", "-q", "--offline", "--python", python]
    known = {**os.environ, **_indexes()}
    subprocess.run([*install, "--require-hashes", "-r", ROOT / "locks" / "run.txt"], check=True, env=known)
    subprocess.run([*install, "--no-deps", wheel], check=True)
    someone = Stranger(python.parent / "imageo", folder)
    try:
        yield someone
    finally:
        someone.run("db", "down")
        shutil.rmtree(folder)


def test_the_wheel_carries_all_it_needs(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for source, target in (
        ("imageo", "imageo"),
        ("sql", "imageo/sql"),
        ("migrations", "imageo/migrations"),
        ("tests/sql/checks", "imageo/checks"),
    ):
        files = {path.relative_to(ROOT / source) for path in (ROOT / source).rglob("*") if path.is_file()}
        expected = {f"{target}/{path.as_posix()}" for path in files if "__pycache__" not in path.parts}
        assert expected
        assert expected <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert any(name.endswith("licenses/NOTICE") for name in names)
    assert not [name for name in names if name.startswith(("tests", "deploy", "locks"))]


def test_the_wheel_is_small(wheel: Path) -> None:
    assert wheel.stat().st_size < 30e6


@pytest.mark.slow
def test_demo_from_the_wheel_alone(stranger: Stranger) -> None:
    first = stranger.run("demo")
    assert first.returncode == 0, first.stderr
    assert "simulated-even" in first.stdout
    page = (stranger.folder / "imageo-demo" / "map.html").read_text()
    assert "simulated-even" in page

    board = json.loads(stranger.run("leaderboard", "--json").stdout)
    assert {run["model"] for run in board} >= {"simulated-even", "simulated-north", "simulated-shy"}
    assert stranger.run("db", "check").returncode == 0

    assert "GeoNames" in stranger.run("about").stdout
