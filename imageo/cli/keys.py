"""`imageo keys`."""

import json
import sys
from typing import TYPE_CHECKING

import click

from imageo.errors import InputError
from imageo.query.keys import VARIABLES

if TYPE_CHECKING:
    from imageo.settings import Secret

_provider = click.argument("provider", type=click.Choice(list(VARIABLES)))


@click.group()
def command() -> None:
    """Keep the providers' keys in the system's keyring.

    A key is looked for in the environment (OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY or GOOGLE_API_KEY,
    TOGETHER_API_KEY, IMAGEO_COMPATIBLE_API_KEY), then in .env of the working folder, then in the keyring.
    """


@command.command("set")
@_provider
def set_command(provider: str) -> None:
    """Store a key: typed without echo, or from standard input, never as an argument."""
    from imageo.query.keys import checked_key, standings, store_key

    key = checked_key(_typed(provider))
    store_key(provider, key)
    click.echo(f"Stored the key for {provider} in the keyring.")
    place = next(standing.place for standing in standings()[0] if standing.provider == provider)
    if place != "in the keyring":
        click.echo(f"imageo: {place} comes before it and is used as long as it is set", err=True)


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="A list of objects.")
def list_command(as_json: bool) -> None:
    """Show which provider has a key and where it stands; never the key."""
    import dataclasses

    from imageo.query.keys import standings

    found, silence = standings()
    if as_json:
        rows = [{**dataclasses.asdict(standing), "variables": VARIABLES[standing.provider]} for standing in found]
        click.echo(json.dumps(rows, indent=2))
    else:
        for standing in found:
            missing = f"no key; set {' or '.join(VARIABLES[standing.provider])}"
            click.echo(f"{standing.provider:<11} {standing.problem or standing.place or missing}")
    if silence:
        click.echo(f"imageo: {silence}", err=True)


@command.command("remove")
@_provider
def remove_command(provider: str) -> None:
    """Take a key out of the keyring."""
    from imageo.query.keys import remove_key

    if not remove_key(provider):
        raise InputError(f"the keyring holds no key for {provider}; `imageo keys list` shows where keys stand")
    click.echo(f"Removed the key for {provider} from the keyring.")


def _typed(provider: str) -> "Secret":
    from pydantic import SecretStr

    from imageo.settings import Secret

    if sys.stdin.isatty():
        text = click.prompt(f"Key for {provider} (not shown)", hide_input=True, default="", show_default=False)
        return Secret(SecretStr(text), f"typed for {provider}")
    try:
        return Secret(SecretStr(sys.stdin.read(10_000)), f"for {provider} on standard input")
    except UnicodeDecodeError:
        raise InputError("standard input is no text; give the key on one line") from None
