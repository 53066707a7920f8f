"""Keyrings for tests, chosen by PYTHON_KEYRING_BACKEND or `keyring.set_keyring`, as any other backend."""

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError, PasswordSetError


class MemoryKeyring(KeyringBackend):
    """Keeps entries as long as it lives."""

    priority = 0.1

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[str, str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[f"{service}/{username}"] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.entries.pop(f"{service}/{username}", None) is None:
            raise PasswordDeleteError("No such password!")


class FileKeyring(MemoryKeyring):
    """Keeps entries in the file that TEST_KEYRING names: for programs of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.path = Path(os.environ["TEST_KEYRING"])
        self.entries = json.loads(self.path.read_text()) if self.path.exists() else {}

    def set_password(self, service: str, username: str, password: str) -> None:
        super().set_password(service, username, password)
        self.path.write_text(json.dumps(self.entries))

    def delete_password(self, service: str, username: str) -> None:
        super().delete_password(service, username)
        self.path.write_text(json.dumps(self.entries))


class LockedKeyring(MemoryKeyring):
    """Nobody types the password that unlocks it."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("Failed to unlock the collection!")


class EchoingKeyring(MemoryKeyring):
    """Fails to store, and says what."""

    def set_password(self, service: str, username: str, password: str) -> None:
        raise PasswordSetError(f"cannot store {password!r}")
