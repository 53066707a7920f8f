"""A backup brings everything back; a bad one takes nothing away."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from imageo.db.backup import back_up, restore
from imageo.db.binaries import Binaries
from imageo.db.deploy import check
from imageo.errors import DatabaseError, InputError

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def programs(server) -> Binaries:  # type: ignore[no-untyped-def]
    return server.cluster.binaries


@pytest.fixture
def filled(database: str) -> str:
    """A database with one dataset."""
    with psycopg.connect(database) as connection:
        connection.execute("insert into data.dataset (name) values ('before')")
    return database


def names(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [name for (name,) in connection.execute("select name from data.dataset order by name")]


def databases(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        return {name for (name,) in connection.execute("select datname from pg_database")}


def catalogue(url: str) -> list[tuple[object, ...]]:
    """Every relation outside the system with its kind, rights and comment, and the rights of those to come."""
    with psycopg.connect(url) as connection:
        relations = connection.execute(
            "select relnamespace::regnamespace::text, relname, relkind, relacl::text, obj_description(oid, 'pg_class')"
            " from pg_class where relnamespace::regnamespace::text !~ '^(pg_|information_schema|public)' order by 1, 2"
        ).fetchall()
        rights = connection.execute(
            "select defaclrole::regrole::text, defaclnamespace::regnamespace::text, defaclacl::text"
            " from pg_default_acl order by 2, 3"
        ).fetchall()
        return relations + rights


def change(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("update data.dataset set name = 'after'")


def test_a_backup_brings_everything_back(filled: str, tmp_path: Path, programs: Binaries) -> None:
    expected, others = catalogue(filled), databases(filled)
    assert len(expected) > 50
    size = back_up(filled, tmp_path / "b.dump", programs)
    assert size == (tmp_path / "b.dump").stat().st_size
    assert [file.name for file in tmp_path.iterdir()] == ["b.dump"]
    change(filled)
    restore(filled, tmp_path / "b.dump", programs)
    assert names(filled) == ["before"]
    assert catalogue(filled) == expected
    assert databases(filled) == others
    with psycopg.connect(filled) as connection:
        assert check(connection) == []


def test_a_backup_is_restored_by_another_owner(filled: str, tmp_path: Path, programs: Binaries) -> None:
    back_up(filled, tmp_path / "b.dump", programs)
    with psycopg.connect(filled, autocommit=True) as connection:
        connection.execute("drop role if exists somebody")
        connection.execute("create role somebody superuser login")
    target = filled.replace("imageo@", "somebody@").replace("/clone_", "/other_")
    try:
        restore(target, tmp_path / "b.dump", programs)
        assert names(target) == ["before"]
        owners = {row[0] for row in catalogue(target)[-3:]}
        assert owners == {"somebody"}
    finally:
        with psycopg.connect(filled, autocommit=True) as connection:
            name = psycopg.conninfo.conninfo_to_dict(target)["dbname"]
            connection.execute(psycopg.sql.SQL("drop database {}").format(psycopg.sql.Identifier(str(name))))
            connection.execute("drop owned by somebody")
            connection.execute("drop role somebody")


@pytest.fixture(params=["noise", "empty", "cut", "folder", "absent", "plain"])
def bad_file(request: pytest.FixtureRequest, filled: str, tmp_path: Path, programs: Binaries) -> Path:
    good, bad = tmp_path / "good.dump", tmp_path / "bad.dump"
    back_up(filled, good, programs)
    if request.param == "noise":
        bad.write_bytes(bytes(range(256)) * 40)
    elif request.param == "empty":
        bad.touch()
    elif request.param == "cut":
        bad.write_bytes(good.read_bytes()[: good.stat().st_size * 3 // 4])
    elif request.param == "folder":
        bad.mkdir()
    elif request.param == "plain":
        bad.write_text("-- PostgreSQL database dump\n\ndrop schema data cascade;\n")
    return bad


def test_a_bad_backup_leaves_the_database_as_it_was(bad_file: Path, filled: str, programs: Binaries) -> None:
    expected, others = catalogue(filled), databases(filled)
    change(filled)
    with pytest.raises((InputError, DatabaseError)) as told:
        restore(filled, bad_file, programs)
    assert "\n" not in str(told.value)
    assert names(filled) == ["after"]
    assert catalogue(filled) == expected
    assert databases(filled) == others


def test_a_backup_of_another_database_is_refused(filled: str, tmp_path: Path, programs: Binaries) -> None:
    back_up(filled.split("/clone_")[0] + "/postgres?" + filled.split("?")[1], tmp_path / "b.dump", programs)
    with pytest.raises(InputError, match="a backup of another kind of database"):
        restore(filled, tmp_path / "b.dump", programs)
    assert names(filled) == ["before"]


@pytest.fixture
def somebody_else(filled: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(filled, application_name="QGIS", autocommit=True) as connection:
        yield connection
        connection.close()


def test_a_database_in_use_is_not_replaced(
    filled: str, tmp_path: Path, programs: Binaries, somebody_else: psycopg.Connection
) -> None:
    back_up(filled, tmp_path / "b.dump", programs)
    somebody_else.execute("update data.dataset set name = 'after'")
    with pytest.raises(DatabaseError, match="is in use by QGIS; close these sessions, or pass --force"):
        restore(filled, tmp_path / "b.dump", programs)
    assert names(filled) == ["after"]
    restore(filled, tmp_path / "b.dump", programs, force=True)
    assert names(filled) == ["before"]
    with pytest.raises(psycopg.OperationalError):
        somebody_else.execute("select 1")


def test_a_file_is_overwritten_when_asked_only(filled: str, tmp_path: Path, programs: Binaries) -> None:
    file = tmp_path / "b.dump"
    file.write_text("precious")
    with pytest.raises(InputError, match="is there already; name another file, or pass --force"):
        back_up(filled, file, programs)
    assert file.read_text() == "precious"
    back_up(filled, file, programs, force=True)
    assert file.read_bytes()[:5] == b"PGDMP"


def test_a_backup_that_fails_leaves_the_old_one(filled: str, tmp_path: Path, programs: Binaries) -> None:
    file = tmp_path / "b.dump"
    file.write_text("precious")
    with pytest.raises(DatabaseError, match=r"pg_dump: .*does not exist") as told:
        back_up(filled.replace("/clone_", "/absent_"), file, programs, force=True)
    assert "\n" not in str(told.value)
    assert file.read_text() == "precious"
    assert [one.name for one in tmp_path.iterdir()] == ["b.dump"]


def test_a_backup_into_no_folder(filled: str, tmp_path: Path, programs: Binaries) -> None:
    with pytest.raises(InputError, match="absent is not a folder"):
        back_up(filled, tmp_path / "absent" / "b.dump", programs)
