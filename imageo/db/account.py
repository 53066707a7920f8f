"""The account of the operating system under which the embedded server runs."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imageo.errors import DatabaseError


@dataclass(frozen=True)
class Account:
    """PostgreSQL refuses to run as root, who lends it another account; anybody else runs it as oneself."""

    name: str
    uid: int
    gid: int

    @property
    def options(self) -> dict[str, Any]:
        """The arguments of subprocess.run that start a program under this account."""
        if os.geteuid() == self.uid:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def make_folder(self, folder: Path) -> None:
        """Make `folder` for this account alone. Raises DatabaseError when it is there and somebody else's."""
        try:
            folder.mkdir(mode=0o700)
            if os.geteuid() != self.uid:
                os.chown(folder, self.uid, self.gid)
        except FileExistsError:
            found = folder.lstat()
            if found.st_uid != self.uid or found.st_mode & 0o170777 != 0o040700:
                raise DatabaseError(
                    f"{folder} is not a folder of user {self.name} alone (mode 700): remove it, "
                    "or set IMAGEO_HOME to another folder"
                ) from None

    def require_entrance(self, folder: Path) -> None:
        """Raise DatabaseError when this account cannot enter `folder`."""
        if subprocess.run(["test", "-x", folder], cwd="/", **self.options).returncode != 0:
            raise DatabaseError(
                f"{folder}: PostgreSQL runs as user {self.name}, who cannot enter this folder; "
                "set IMAGEO_HOME to a folder that everybody can enter, such as /var/lib/imageo"
            )


def server_account() -> Account:
    """`postgres` for root, oneself for anybody else. Raises DatabaseError when there is no such user."""
    import pwd

    uid = os.geteuid()
    try:
        found = pwd.getpwnam("postgres") if uid == 0 else pwd.getpwuid(uid)
    except KeyError:
        raise DatabaseError(
            "root needs a system user named postgres to run PostgreSQL: create one, or use another account"
            if uid == 0
            else f"user id {uid} has no entry in /etc/passwd, and PostgreSQL wants one: "
            "run as a named user, or set IMAGEO_DATABASE_URL"
        ) from None
    return Account(found.pw_name, found.pw_uid, found.pw_gid)
