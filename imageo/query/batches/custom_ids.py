"""The name of a request within a batch: it comes back with the result and tells the batch and the image."""

from uuid import UUID, uuid5


def custom_id(token: UUID, image_id: int) -> str:
    """Token and image: 34 to 52 characters of 0-9, a-f and a hyphen; Anthropic takes 64 of letters, digits, - and _."""
    return f"{token.hex}-{image_id}"


def image_of(token: UUID, text: str | None) -> int | None:
    """The image that a custom id of this batch is about; None for any other text."""
    prefix, hyphen, number = (text or "").partition("-")
    if prefix != token.hex or not hyphen or not (number.isascii() and number.isdigit()) or len(number) > 19:
        return None
    return int(number)


def answer_key(token: UUID, text: str) -> UUID:
    """The key under which a result is stored: the same each time it is read."""
    return uuid5(token, text)


def call_key(token: UUID, text: str) -> UUID:
    """The key under which its cost is stored."""
    return uuid5(token, f"call {text}")
