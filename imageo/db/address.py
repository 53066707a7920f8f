"""Addresses of databases (libpq URIs or key=value strings), shown and passed on without secrets."""

import re
from urllib.parse import quote, urlencode

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from imageo.errors import DatabaseError

SECRETS = ("password", "sslpassword")
HOST_NAME = re.compile(r"[\w.-]+")  # not a folder of sockets, a list of hosts or an IPv6 address


def parts(url: str) -> dict[str, str]:
    """The parameters of an address. Raises DatabaseError, which does not quote the address."""
    try:
        return {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    except ProgrammingError:
        raise DatabaseError(
            "IMAGEO_DATABASE_URL is no address that PostgreSQL understands; "
            "write postgresql://user:password@host:5432/database"
        ) from None


def masked(url: str) -> str:
    """The address as a URI, with *** for its secrets."""
    told = {name: "***" if name in SECRETS else value for name, value in parts(url).items()}
    login = quote(told.pop("user", ""), safe="")
    if "password" in told:
        login += f":{told.pop('password')}"
    place = ""
    if HOST_NAME.fullmatch(told.get("host", "")):
        place = ":".join(told.pop(name) for name in ("host", "port") if name in told)
    database = quote(told.pop("dbname", ""), safe="")
    rest = urlencode(told, safe="/*,:", quote_via=quote)
    return f"postgresql://{login}{'@' if login else ''}{place}/{database}{'?' if rest else ''}{rest}"


def for_program(url: str) -> tuple[str, dict[str, str]]:
    """The address without its password, fit for a command line, and the environment that carries it."""
    told = parts(url)
    password = told.pop("password", None)
    return make_conninfo("", **told), {"PGPASSWORD": password} if password else {}


def with_database(url: str, database: str) -> str:
    """The same server and user, another database."""
    return make_conninfo("", **{**parts(url), "dbname": database})
