"""`imageo about`: versions and credits, without starting anything."""

import json
import platform
from pathlib import Path

from click.testing import CliRunner

import imageo
from imageo.cli.main import cli
from imageo.settings import Settings

ROOT = Path(__file__).parent.parent.parent


def _run(settings: Settings, *arguments: str) -> str:
    result = CliRunner().invoke(cli, ["about", *arguments], obj=settings)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_versions_and_credits_of_a_running_database(settings: Settings) -> None:
    told = json.loads(_run(settings, "--json"))
    assert told["imageo"] == imageo.__version__
    assert told["python"] == platform.python_version()
    assert int(told["postgresql"].split(".")[0]) >= 15
    assert told["postgis"].startswith("3.")
    assert "GeoNames" in told["credits"]
    assert "Natural Earth" in told["credits"]


def test_nothing_is_started(tmp_path: Path) -> None:
    printed = _run(Settings(home=tmp_path / "home"))
    assert "PostgreSQL is not running" in printed
    assert "GeoNames" in printed
    assert not (tmp_path / "home").exists()


def test_the_licence() -> None:
    assert _run(Settings(home=ROOT / "nowhere"), "--licence") == (ROOT / "LICENSE").read_text()


def test_a_password_is_not_shown(settings: Settings) -> None:
    server = Settings(settings.home, "postgresql://imageo:swordfish@127.0.0.1:1/imageo")
    assert "swordfish" not in _run(server) + _run(server, "--json")
