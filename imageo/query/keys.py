"""The providers' keys: from the environment, `.env` of the working folder, or the system's keyring, in this order.

A key is a SecretStr from here to the provider; it goes into no log, no error, no database and no argument.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from pydantic import SecretStr

from imageo.errors import InputError
from imageo.settings import Secret, read_secret

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")

VARIABLES = {
    "openai": ("OPENAI_API_KEY",),
    "anthropic": ("ANTHROPIC_API_KEY",),
    "gemini": ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    "together": ("TOGETHER_API_KEY",),
    "compatible": ("IMAGEO_COMPATIBLE_API_KEY",),
}
"""Who has a key, and the variables that may hold it, the first one first."""

OPTIONAL = frozenset(("compatible",))
"""A server of one's own (vLLM, Ollama) wants no key."""

SERVICE = "imageo"
"""Name of our entries in the keyring; the user name of an entry is the provider."""

ANSWERS_WITHIN_S = 30.0
"""How long the keyring may take: to unlock it somebody types a password. A D-Bus without a listener never answers."""

SHORTEST_PIECE = 8
"""Characters of a key that betray something: so many in a row are taken out of a text."""


class KeyringUnusable(Exception):
    """There is no keyring here, it is locked, or it does not answer; the message says which."""


@dataclass(frozen=True)
class Standing:
    """Where the key of a provider stands; `place` is None where there is none, `problem` says why it is unfit."""

    provider: str
    place: str | None
    problem: str | None


def find_key(provider: str) -> SecretStr | None:
    """The key of a provider, or None where it needs none and has none.

    Raises InputError naming the variable to set, without the key, where it is missing or cannot be one.
    """
    secrets, silence = _locate((provider,))
    if provider in secrets:
        return checked_key(secrets[provider])
    if provider in OPTIONAL:
        return None
    raise InputError(
        f"no key for {provider}: set {' or '.join(VARIABLES[provider])} (in the environment or in .env), or run "
        f"`imageo keys set {provider}`" + (f" ({silence})" if silence else "")
    )


def standings() -> tuple[list[Standing], str | None]:
    """Where the key of each provider stands, and why the keyring could not be asked, or None. Holds no key."""
    secrets, silence = _locate(tuple(VARIABLES))
    return [_standing(provider, secrets.get(provider)) for provider in VARIABLES], silence


def store_key(provider: str, key: SecretStr) -> None:
    """Keep a key in the system's keyring. Raises InputError with the remedy where that cannot be done."""
    text = key.get_secret_value()
    try:
        _ask(lambda keyring: keyring.set_password(SERVICE, provider, text))
        # The null backend takes everything and keeps nothing.
        is_kept = _ask(lambda keyring: keyring.get_password(SERVICE, provider)) == text
    except KeyringUnusable as problem:
        raise InputError(f"{redact(str(problem), key)}; {_remedy(provider)}") from None
    if not is_kept:
        raise InputError(f"the keyring of this machine keeps nothing; {_remedy(provider)}")


def remove_key(provider: str) -> bool:
    """Take a key out of the keyring; whether it was there. Raises InputError where the keyring cannot be used."""
    try:
        if _ask(lambda keyring: keyring.get_password(SERVICE, provider)) is None:
            return False
        _ask(lambda keyring: keyring.delete_password(SERVICE, provider))
    except KeyringUnusable as problem:
        raise InputError(f"{problem}; nothing was removed") from None
    return True


def checked_key(secret: Secret) -> SecretStr:
    """The key without the line end that comes with pasting. Raises InputError, without the key, if it cannot be one."""
    key = secret.value.get_secret_value().strip()
    if not key:
        raise InputError(f"the key {secret.place} is empty")
    # Anything else breaks the header that it is sent in, and the error would show it.
    if not (key.isascii() and key.isprintable()) or any(character in " \"'" for character in key):
        raise InputError(f"the key {secret.place} holds blanks, quotes or letters that no key has; copy it again")
    return SecretStr(key)


def redact(text: str, secret: SecretStr | None) -> str:
    """The text without the key, and without any piece of it of 8 characters or more: servers echo keys, and cut texts.

    A shorter key is taken out where it stands whole.
    """
    key = secret.get_secret_value() if secret else ""
    if not key:
        return text
    size = min(SHORTEST_PIECE, len(key))
    pieces = {key[start : start + size] for start in range(len(key) - size + 1)}
    kept: list[str] = []
    start = 0
    while start < len(text):
        if text[start : start + size] not in pieces:
            kept.append(text[start])
            start += 1
            continue
        while text[start : start + size] in pieces:
            start += 1
        start += size - 1
        kept.append("***")
    return "".join(kept)


def _locate(providers: Sequence[str]) -> tuple[dict[str, Secret], str | None]:
    # The keyring is asked once, and only for what stands nowhere else.
    read = {provider: read_secret(VARIABLES[provider]) for provider in providers}
    secrets = {provider: secret for provider, secret in read.items() if secret}
    missing = [provider for provider in providers if provider not in secrets]
    if not missing:
        return secrets, None
    try:
        stored = _ask(lambda keyring: {provider: keyring.get_password(SERVICE, provider) for provider in missing})
    except KeyringUnusable as problem:
        return secrets, str(problem)
    kept = {provider: Secret(SecretStr(key), "in the keyring") for provider, key in stored.items() if key}
    return secrets | kept, None


def _standing(provider: str, secret: Secret | None) -> Standing:
    if secret is None:
        return Standing(provider, None, None)
    try:
        checked_key(secret)
    except InputError as problem:
        return Standing(provider, secret.place, str(problem))
    return Standing(provider, secret.place, None)


def _ask(question: Callable[["KeyringBackend"], T]) -> T:
    """What the keyring says, within `ANSWERS_WITHIN_S`. Raises KeyringUnusable, whatever the backend raises."""
    answers: list[T] = []
    problems: list[Exception] = []

    def ask() -> None:
        try:
            import keyring

            answers.append(question(keyring.get_keyring()))
        except Exception as problem:
            problems.append(problem)

    # A daemon: a process does not wait for it at its end.
    thread = threading.Thread(target=ask, name="keyring", daemon=True)
    thread.start()
    thread.join(ANSWERS_WITHIN_S)
    if answers:
        return answers[0]
    if not problems:
        raise KeyringUnusable(f"the keyring of this machine does not answer ({ANSWERS_WITHIN_S:.0f} s)")
    raise KeyringUnusable(_told(problems[0]))


def _told(problem: Exception) -> str:
    from keyring.errors import KeyringLocked, NoKeyringError

    if isinstance(problem, NoKeyringError):
        return "this machine has no keyring"
    if isinstance(problem, KeyringLocked):
        return "the keyring of this machine is locked"
    return f"the keyring of this machine cannot be used ({type(problem).__name__}: {problem})".partition("\n")[0]


def _remedy(provider: str) -> str:
    return f"set {VARIABLES[provider][0]} in the environment or in .env instead"
