"""The locks cover what pyproject.toml asks for, with hashes, and name no registry."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


def _group(name: str) -> list[Requirement]:
    found: list[Requirement] = []
    for entry in PROJECT["dependency-groups"][name]:
        found += _group(entry["include-group"]) if isinstance(entry, dict) else [Requirement(entry)]
    return found


RUN = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
WANTED = {
    "run": RUN,
    "test": RUN + _group("test"),
    "check": RUN + _group("dev"),
    "build": _group("build"),
    "install": _group("install"),
}


def _pins(lock: str) -> list[Requirement]:
    text = re.sub(r"\\\n", " ", (ROOT / "locks" / f"{lock}.txt").read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert all("--hash=sha256:" in line for line in lines)
    return [Requirement(line.partition(" --hash")[0]) for line in lines]


def _versions(lock: str, python: str) -> dict[str, str]:
    """What is installed on Linux under that Python."""
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.1",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    return {
        canonicalize_name(pin.name): str(pin.specifier).removeprefix("==")
        for pin in _pins(lock)
        if pin.marker is None or pin.marker.evaluate(environment)
    }


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("lock", WANTED)
def test_a_lock_holds_every_direct_dependency(lock: str, python: str) -> None:
    versions = _versions(lock, python)
    for wanted in WANTED[lock]:
        name = canonicalize_name(wanted.name)
        assert name in versions, f"{wanted} is not in locks/{lock}.txt: run `make lock`"
        assert wanted.specifier.contains(versions[name]), f"{wanted}, but {versions[name]} is locked: run `make lock`"


@pytest.mark.parametrize("python", PYTHONS)
def test_the_locks_agree(python: str) -> None:
    run, test, check, build = (_versions(lock, python) for lock in ("run", "test", "check", "build"))
    assert run.items() <= test.items() <= check.items()
    assert {name: build[name] for name in build.keys() & check.keys()}.items() <= check.items()


def test_the_locks_name_no_registry() -> None:
    for path in (ROOT / "locks").iterdir():
        assert not re.search(r"://|--(extra-)?index|--find-links", path.read_text()), path.name


def test_version_is_the_same_everywhere() -> None:
    import imageo

    assert PROJECT["project"]["version"] == imageo.__version__
