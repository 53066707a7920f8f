"""What can go wrong in a way that a user can put right: caught once, in the command line."""


class ImageoError(Exception):
    """One line of text: what went wrong, where, and the remedy. Exit code 2."""


class InputError(ImageoError):
    """A file, an option or a value that was given cannot be used."""


class DatabaseError(ImageoError):
    """The database cannot be found, started, reached or deployed."""
