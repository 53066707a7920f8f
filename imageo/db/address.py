"""Addresses of databases (libpq URIs or key=value strings), shown and passed on without secrets."""

from urllib.parse import quote, urlencode

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from imageo.errors import DatabaseError

SECRETS = ("password", "sslpassword")


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
    user, password = told.pop("user", ""), told.pop("password", "")
    host, port, database = told.pop("host", ""), told.pop("port", ""), told.pop("dbname", "")
    login = quote(user, safe="") + (f":{password}" if password else "")
    if "/" in host or "," in host:
        told["host"], host = host, ""
    return "".join(
        (
            "postgresql://",
            f"{login}@" if login else "",
            host,
            f":{port}" if port else "",
            f"/{quote(database, safe='')}" if database else "",
            f"?{urlencode(told, safe='/*', quote_via=quote)}" if told else "",
        )
    )


def for_program(url: str) -> tuple[str, dict[str, str]]:
    """The address without its secrets, fit for a command line, and the environment that carries them."""
    told = parts(url)
    password = told.pop("password", None)
    return make_conninfo("", **told), {"PGPASSWORD": password} if password else {}


def with_database(url: str, database: str) -> str:
    """The same server and user, another database."""
    return make_conninfo("", **{**parts(url), "dbname": database})
