"""`import imageo` and `imageo --help` stay quick: they load nothing heavy."""

import subprocess
import sys

import pytest

QUICK = {"imageo", "click", "platformdirs", "typing_extensions", "colorama"}
"""Whatever else is loaded from outside the standard library is too much."""


def _loaded_by(code: str) -> set[str]:
    program = f"import sys\nbefore = set(sys.modules)\n{code}\nprint(*set(sys.modules) - before, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stderr.split()}


def _foreign(modules: set[str]) -> set[str]:
    return {name for name in modules - sys.stdlib_module_names if not name.startswith("_")}


@pytest.mark.parametrize(
    "code",
    ["import imageo", "from imageo.cli.main import cli\ncli(['--help'], standalone_mode=False)"],
    ids=["import", "help"],
)
def test_nothing_heavy_is_loaded(code: str) -> None:
    assert _foreign(_loaded_by(code)) <= QUICK


def test_a_heavy_module_would_be_seen() -> None:
    assert "pandas" in _foreign(_loaded_by("import pandas"))
