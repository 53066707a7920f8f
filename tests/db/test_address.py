"""Addresses are shown and passed on without their secrets, and mean the same."""

import pytest
from psycopg.conninfo import conninfo_to_dict

from imageo.db.address import for_program, masked, with_database
from imageo.errors import DatabaseError

SECRET = "s3cret/:@?"
URLS = [
    "postgresql://user:s3cret%2F%3A%40%3F@db.example.org:5433/maps",
    "postgresql://user@db.example.org/maps?password=s3cret%2F%3A%40%3F&sslmode=require",
    "host=db.example.org user=user password='s3cret/:@?' dbname=maps",
    "postgresql://user:s3cret%2F%3A%40%3F@/maps?host=/run/sockets",
    "postgresql://us%20er:s3cret%2F%3A%40%3F@[2001:db8::1]:5432/m%20aps?sslmode=require&sslpassword=s3cret%2F%3A%40%3F",
    "postgresql://user:s3cret%2F%3A%40%3F@one.example.org:5432,two.example.org:5433/maps?target_session_attrs=any",
]


@pytest.mark.parametrize("url", URLS)
def test_a_masked_address_is_the_same_but_for_its_secrets(url: str) -> None:
    shown = masked(url)
    assert "s3cret" not in shown
    assert shown.startswith("postgresql://")
    expected = {name: "***" if "password" in name else value for name, value in conninfo_to_dict(url).items()}
    assert conninfo_to_dict(shown) == expected


@pytest.mark.parametrize("url", [url for url in URLS if "sslpassword" not in url])
def test_a_program_gets_its_password_by_the_environment(url: str) -> None:
    argument, environment = for_program(url)
    assert "s3cret" not in argument
    assert environment["PGPASSWORD"] == SECRET


def test_without_a_password_there_is_nothing_to_hide() -> None:
    url = "postgresql://imageo@/imageo?host=/var/lib/imageo/socket&port=5432"
    assert for_program(url)[1] == {}
    assert conninfo_to_dict(masked(url)) == conninfo_to_dict(url)
    assert conninfo_to_dict(with_database(url, "other")) == {**conninfo_to_dict(url), "dbname": "other"}


@pytest.mark.parametrize("url", ["mysql://user:s3cret@host/db", "postgresql://user:s3cret@[host", "s3cret"])
def test_an_address_that_is_none_is_not_quoted(url: str) -> None:
    with pytest.raises(DatabaseError, match="IMAGEO_DATABASE_URL is no address that PostgreSQL understands") as told:
        masked(url)
    assert "s3cret" not in str(told.value)
    assert told.value.__suppress_context__
