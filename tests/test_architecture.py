"""The rules of the house that a program can check."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "imageo").rglob("*.py"))
SQL_FILES = sorted((ROOT / "sql").rglob("*.sql"))


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _uses(path: Path, name: str) -> bool:
    """Whether a module uses a dotted name; `{**os.environ}`, to hand everything on to a child, does not count."""
    tree = ast.parse(path.read_text())
    handed_on = {value for node in ast.walk(tree) if isinstance(node, ast.Dict) for value in node.values}
    return any(
        ast.unparse(node) == name
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node not in handed_on
    )


def test_imports_go_down_the_layers() -> None:
    linter = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert linter.returncode == 0, linter.stdout + linter.stderr
    assert "3 kept, 0 broken" in linter.stdout


def test_the_environment_is_read_in_settings_only() -> None:
    readers = {_name(path) for path in MODULES if _uses(path, "os.environ") or _uses(path, "os.getenv")}
    assert readers == {"imageo/settings.py"}


def test_connections_are_opened_in_db_only() -> None:
    openers = {path for path in MODULES if _uses(path, "psycopg.connect")}
    # The script that builds the region pack is run by its maintainer, against a server of theirs.
    outside = {_name(path) for path in openers if path.parent != ROOT / "imageo" / "db"}
    assert outside <= {"imageo/regions/build_pack.py"}
    assert ROOT / "imageo" / "db" / "engine.py" in openers


def test_no_module_is_called_utils() -> None:
    assert not {path.stem for path in MODULES} & {"utils", "util", "helpers", "helper", "common", "misc"}


@pytest.mark.parametrize("path", [path for path in MODULES if path.name != "schema.py"], ids=_name)
def test_a_module_is_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 320


@pytest.mark.parametrize("path", SQL_FILES, ids=_name)
def test_an_sql_file_says_one_thing(path: Path) -> None:
    statements = path.read_text().split("\ncomment on ", 1)[0]
    assert len(statements.splitlines()) <= 140
