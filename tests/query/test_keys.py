"""Where keys are found, in which order, and what is said where there is none."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from pydantic import SecretStr

from imageo.errors import InputError
from imageo.query.keys import VARIABLES, checked_key, find_key, redact, remove_key, standings, store_key
from imageo.settings import Secret
from tests.query.keyrings import EchoingKeyring, LockedKeyring, MemoryKeyring

KEY = "sk-proj-Planted_0123456789-abcdefXYZ"


@pytest.fixture(autouse=True)
def _clean_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for names in VARIABLES.values():
        for name in names:
            monkeypatch.delenv(name, raising=False)
    use(monkeypatch, fail.Keyring())


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[MemoryKeyring]:
    keyring = MemoryKeyring()
    use(monkeypatch, keyring)
    return keyring


def use(monkeypatch: pytest.MonkeyPatch, keyring: KeyringBackend) -> None:
    # What keyring.set_keyring sets, put back after the test.
    monkeypatch.setattr("keyring.core._keyring_backend", keyring)


def found(provider: str) -> str | None:
    key = find_key(provider)
    return key.get_secret_value() if key else None


def test_the_environment_comes_before_dotenv_and_dotenv_before_the_keyring(
    monkeypatch: pytest.MonkeyPatch, memory: MemoryKeyring
) -> None:
    store_key("openai", SecretStr("from-the-keyring"))
    assert memory.entries == {"imageo/openai": "from-the-keyring"}
    assert found("openai") == "from-the-keyring"
    Path(".env").write_text("# keys\nexport OPENAI_API_KEY='from-dotenv'\nTOGETHER_API_KEY=t\n")
    assert found("openai") == "from-dotenv"
    assert "OPENAI_API_KEY" not in os.environ
    monkeypatch.setenv("OPENAI_API_KEY", "from-the-environment\n")
    assert found("openai") == "from-the-environment"
    monkeypatch.setenv("OPENAI_API_KEY", "")
    assert found("openai") == "from-dotenv"
    places, silence = standings()
    assert [standing.place for standing in places] == [
        "OPENAI_API_KEY in .env", None, None, "TOGETHER_API_KEY in .env", None,
    ]  # fmt: skip
    assert silence is None


def test_gemini_has_two_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", "second")
    assert found("gemini") == "second"
    Path(".env").write_text("GEMINI_API_KEY=in-dotenv")
    assert found("gemini") == "second"
    monkeypatch.setenv("GEMINI_API_KEY", "first")
    assert found("gemini") == "first"


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize("provider", [name for name in VARIABLES if name != "compatible"])
def test_a_missing_key_names_the_variable_and_the_command(provider: str) -> None:
    with pytest.raises(InputError) as told:
        find_key(provider)
    assert VARIABLES[provider][0] in str(told.value)
    assert str(told.value).endswith(f"`imageo keys set {provider}`")


def test_a_server_of_ones_own_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_key("compatible") is None
    monkeypatch.setenv("IMAGEO_COMPATIBLE_API_KEY", "or-1")
    assert found("compatible") == "or-1"


@pytest.mark.parametrize(
    ("keyring", "why"),
    [
        (fail.Keyring, "(this machine has no keyring)"),
        (LockedKeyring, "(the keyring of this machine is locked)"),
    ],
)
def test_a_keyring_that_cannot_be_used_breaks_nothing(
    monkeypatch: pytest.MonkeyPatch, keyring: type[KeyringBackend], why: str
) -> None:
    use(monkeypatch, keyring())
    with pytest.raises(InputError) as told:
        find_key("openai")
    assert str(told.value).endswith(why)
    assert find_key("compatible") is None
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert found("openai") == KEY


@pytest.mark.parametrize("keyring", [fail.Keyring, null.Keyring, LockedKeyring, EchoingKeyring])
def test_a_key_that_cannot_be_kept_says_what_to_do_and_does_not_show_it(
    monkeypatch: pytest.MonkeyPatch, keyring: type[KeyringBackend]
) -> None:
    use(monkeypatch, keyring())
    with pytest.raises(InputError) as told:
        store_key("openai", SecretStr(KEY))
    assert str(told.value).endswith("set OPENAI_API_KEY in the environment or in .env instead")
    assert KEY not in str(told.value)
    assert told.value.__cause__ is None


def test_removing(memory: MemoryKeyring) -> None:
    assert not remove_key("openai")
    store_key("openai", SecretStr(KEY))
    assert remove_key("openai")
    assert memory.entries == {}


def test_removing_without_a_keyring() -> None:
    with pytest.raises(InputError, match="this machine has no keyring; nothing was removed"):
        remove_key("openai")


def greet_and_fall_silent(bus: socket.socket) -> None:
    """A D-Bus that lets everybody in and answers no call, as one does that waits for a password nobody types."""
    while True:
        try:
            client, _ = bus.accept()
            client.recv(1000)
            client.sendall(b"OK 1234\r\n")
            client.recv(1000)
            client.sendall(b"AGREE_UNIX_FD\r\n")
        except OSError:
            return


@pytest.mark.skipif(sys.platform != "linux", reason="D-Bus")
@pytest.mark.parametrize("kind", ["absent", "mute", "silent"])
def test_a_broken_dbus_does_not_hang(tmp_path: Path, kind: str) -> None:
    bus = socket.socket(socket.AF_UNIX)
    bus.bind(str(tmp_path / "bus"))
    if kind != "absent":
        bus.listen()
    if kind == "silent":
        threading.Thread(target=greet_and_fall_silent, args=(bus,), daemon=True).start()
    program = (
        "from imageo.query import keys\nkeys.ANSWERS_WITHIN_S = 3\n"
        "print(keys.standings()[1])\nprint(keys.find_key('compatible'))"
    )
    kept = {name: value for name, value in os.environ.items() if name != "PYTHON_KEYRING_BACKEND"}
    surroundings = kept | {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path / 'bus'}", "HOME": str(tmp_path)}
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", program], env=surroundings, capture_output=True, text=True, check=True, timeout=30
    )
    told = "the keyring of this machine does not answer (3 s)" if kind == "silent" else "this machine has no keyring"
    # On a busy machine the greeting itself may come too late.
    assert done.stdout in (f"{told}\nNone\n", "this machine has no keyring\nNone\n")
    assert time.monotonic() - start < 20
    bus.close()


@pytest.mark.parametrize(
    "text", ["", " \n", "two words", '"sk-quoted"', "sk-\u043a\u043b\u044e\u0447", "sk-\x1b[0m", "a\nb"]
)
def test_what_cannot_be_a_key_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(InputError) as told:
        checked_key(Secret(SecretStr(text), "in a test"))
    assert "in a test" in str(told.value)
    assert text.strip() == "" or text.strip() not in str(told.value)


def test_a_bad_key_is_told_by_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "two words")
    with pytest.raises(InputError, match="the key OPENAI_API_KEY in the environment holds blanks"):
        find_key("openai")
    standing = standings()[0][0]
    assert standing.place == "OPENAI_API_KEY in the environment"
    assert standing.problem is not None
    assert "two words" not in repr(standing)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00O", b"OPENAI_API_KEY=\xe9"])
def test_a_dotenv_that_is_no_text(content: bytes) -> None:
    Path(".env").write_bytes(content)
    with pytest.raises(InputError, match=r"\.env: cannot be read \(UnicodeDecodeError\)"):
        find_key("openai")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"Incorrect API key provided: {KEY}.", "Incorrect API key provided: ***."),
        (f"{KEY}{KEY}", "******"),
        (f"Bearer {KEY[:20]}", "Bearer ***"),  # a text that was cut
        (f"...{KEY[7:]} and {KEY[:9]}!", "...*** and ***!"),
        (f"{{'authorization': 'Bearer {KEY}'}}", "{'authorization': 'Bearer ***'}"),
        ("no key here", "no key here"),
        ("", ""),
    ],
)
def test_redact(text: str, shown: str) -> None:
    assert redact(text, SecretStr(KEY)) == shown
    assert redact(text, None) == text


def test_a_short_key_is_taken_out_where_it_stands_whole() -> None:
    assert redact("token abc, ab, abcabc", SecretStr("abc")) == "token ***, ab, ******"
    assert redact("text", SecretStr("")) == "text"


@given(st.text("abc", min_size=1, max_size=20), st.text("abc", max_size=60))
def test_no_piece_of_a_key_is_left(key: str, text: str) -> None:
    shown = redact(text, SecretStr(key))
    size = min(8, len(key))
    assert not any(key[start : start + size] in shown for start in range(len(key) - size + 1))
    if not any(key[start : start + size] in text for start in range(len(key) - size + 1)):
        assert shown == text
