"""`imageo keys` as a user types it, with a keyring that is a file."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from imageo.query.keys import VARIABLES

KEY = "sk-planted-0123456789abcdef"
ROOT = Path(__file__).parent.parent.parent
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    names = {name for names in VARIABLES.values() for name in names}
    return {name: value for name, value in os.environ.items() if name not in names} | {
        "PYTHON_KEYRING_BACKEND": "tests.query.keyrings.FileKeyring",
        "TEST_KEYRING": str(tmp_path / "keyring.json"),
        "PYTHONPATH": str(ROOT),
        "IMAGEO_HOME": str(tmp_path / "home"),
    }


@pytest.fixture
def keys(tmp_path: Path, surroundings: dict[str, str]) -> Run:
    def run(*arguments: str, typed: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "imageo", "keys", *arguments],
            cwd=tmp_path,
            env=surroundings | variables,
            input=typed,
            capture_output=True,
            text=True,
        )

    return run


def test_set_list_remove(keys: Run, tmp_path: Path) -> None:
    assert "openai      no key; set OPENAI_API_KEY" in keys("list").stdout
    told = keys("set", "openai", typed=f"  {KEY}\r\n")
    assert (told.returncode, told.stdout) == (0, "Stored the key for openai in the keyring.\n")
    assert json.loads((tmp_path / "keyring.json").read_text()) == {"imageo/openai": KEY}
    told = keys("list", "--json", GOOGLE_API_KEY="g-1234567890")
    rows = {row["provider"]: row for row in json.loads(told.stdout)}
    assert rows["openai"]["place"] == "in the keyring"
    assert rows["gemini"]["place"] == "GOOGLE_API_KEY in the environment"
    assert (rows["together"]["place"], rows["together"]["variables"]) == (None, ["TOGETHER_API_KEY"])
    assert list(rows) == list(VARIABLES)
    plain = keys("list", GOOGLE_API_KEY="g-1234567890")
    for shown in (told.stdout + told.stderr, plain.stdout + plain.stderr):
        assert KEY[-4:] not in shown
        assert "7890" not in shown
    assert keys("remove", "openai").stdout == "Removed the key for openai from the keyring.\n"
    assert json.loads((tmp_path / "keyring.json").read_text()) == {}
    told = keys("remove", "openai")
    assert (told.returncode, told.stdout) == (2, "")
    assert "the keyring holds no key for openai" in told.stderr


def test_a_key_that_is_hidden_by_another_is_told(keys: Run) -> None:
    told = keys("set", "openai", typed=KEY, OPENAI_API_KEY="another")
    assert told.returncode == 0
    assert "OPENAI_API_KEY in the environment comes before it" in told.stderr


@pytest.mark.parametrize("typed", ["", "\n", f"{KEY} {KEY}", f'"{KEY}"'])
def test_what_is_no_key_is_not_stored_and_not_shown(keys: Run, tmp_path: Path, typed: str) -> None:
    told = keys("set", "openai", typed=typed)
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.count("\n") == 1
    assert KEY not in told.stderr
    assert not (tmp_path / "keyring.json").exists()


def test_a_key_is_never_an_argument(keys: Run) -> None:
    assert "unexpected extra argument" in keys("set", "openai", KEY).stderr
    assert "is not one of" in keys("set", "elsewhere", typed=KEY).stderr


@pytest.mark.parametrize("backend", ["keyring.backends.fail.Keyring", "no.such.Keyring"])
def test_without_a_keyring(keys: Run, tmp_path: Path, backend: str) -> None:
    told = keys("set", "anthropic", typed=KEY, PYTHON_KEYRING_BACKEND=backend)
    assert (told.returncode, told.stdout) == (2, "")
    assert "set ANTHROPIC_API_KEY in the environment or in .env instead" in told.stderr
    assert told.stderr.count("\n") == 1
    (tmp_path / ".env").write_text(f"ANTHROPIC_API_KEY={KEY}\n")
    told = keys("list", PYTHON_KEYRING_BACKEND=backend)
    assert told.returncode == 0
    assert "anthropic   ANTHROPIC_API_KEY in .env" in told.stdout
    assert told.stderr.startswith("imageo: ")


def test_at_a_terminal_the_key_is_typed_unseen(surroundings: dict[str, str], tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "imageo", "keys", "set", "openai"],
        cwd=tmp_path,
        env=surroundings,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        close_fds=True,
    )
    os.close(theirs)
    screen = os.read(ours, 1000)
    assert b"Key for openai (not shown)" in screen
    os.write(ours, KEY.encode() + b"\n")
    while process.poll() is None or b"Stored" not in screen:
        try:
            screen += os.read(ours, 1000)
        except OSError:  # the other side is closed
            break
    assert process.wait(10) == 0
    os.close(ours)
    assert KEY.encode() not in screen
    assert json.loads((tmp_path / "keyring.json").read_text()) == {"imageo/openai": KEY}
