"""imageo: how well vision language models find the place of a photo, and for whom on Earth they fail."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imageo.notebook import Database
    from imageo.settings import Settings

__version__ = "0.1.0"


def open(settings: "Settings | None" = None) -> "Database":
    """The database that the environment names, or the embedded one, for a notebook: `imageo.open().frame(...)`."""
    from imageo.notebook import Database

    return Database.open(settings)
