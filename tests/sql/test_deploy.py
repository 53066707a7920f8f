"""One transaction: all of a version, or the database as it was."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import psycopg
import pytest

from imageo.db import deploy as module
from imageo.db import digest
from imageo.db.deploy import check, deploy
from imageo.db.digest import expected, standing
from imageo.errors import DatabaseError
from tests.conftest import Server


@pytest.fixture
def sql_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of sql/ that a test may change."""
    copy = tmp_path / "sql"
    copytree(digest.sql_folder(), copy)
    monkeypatch.setattr(digest, "sql_folder", lambda: copy)
    return copy


@pytest.fixture
def empty(server: Server) -> Iterator[psycopg.Connection]:
    with psycopg.connect(server.create("empty")) as opened:
        yield opened
    server.drop("empty")


def test_it_records_version_and_digest(connection: psycopg.Connection) -> None:
    assert standing(connection) == expected()
    assert check(connection) == []


def test_a_second_time_changes_nothing(connection: psycopg.Connection) -> None:
    before = connection.execute("select max(oid), count(*) from pg_class").fetchone()
    connection.rollback()
    deploy(connection)
    assert connection.execute("select max(oid), count(*) from pg_class").fetchone() == before


def test_tables_in_the_database_are_those_of_the_schema(connection: psycopg.Connection) -> None:
    """Migrations and imageo.db.schema say the same: Alembic finds no difference."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    import imageo.db.asking
    import imageo.db.caches
    import imageo.db.results  # noqa: F401
    from imageo.db.schema import metadata

    with module._borrowed(connection) as borrowed:
        context = MigrationContext.configure(
            borrowed,
            opts={
                "include_schemas": True,
                "include_name": lambda name, kind, _: name == "data" if kind == "schema" else True,
                "include_object": lambda _o, name, kind, _r, _c: not (kind == "table" and name == "alembic_version"),
                "compare_type": True,
            },
        )
        assert compare_metadata(context, metadata) == []


def test_a_broken_view_names_its_file_and_line_and_leaves_the_database(
    connection: psycopg.Connection, sql_copy: Path
) -> None:
    before = standing(connection)
    connection.rollback()
    broken = sql_copy / "50_bi" / "990_broken.sql"
    broken.write_text("create view bi.broken as\nselect nothing_of_the_kind\nfrom core.image;\n")
    with pytest.raises(DatabaseError, match=r"sql/50_bi/990_broken\.sql line 2: .*nothing_of_the_kind"):
        deploy(connection)
    assert standing(connection) == before
    assert connection.execute("select count(*) from bi.leaderboard").fetchone() == (0,)


def test_a_removed_view_goes(connection: psycopg.Connection, sql_copy: Path) -> None:
    (sql_copy / "50_bi" / "110_cost.sql").unlink()
    deploy(connection)
    assert connection.execute("select to_regclass('bi.cost')").fetchone() == (None,)


def test_a_percent_sign_and_a_colon_mean_what_they_mean_in_psql(connection: psycopg.Connection, sql_copy: Path) -> None:
    (sql_copy / "50_bi" / "980_odd.sql").write_text("create view bi.odd as select '100 %s :x' as odd;")
    deploy(connection)
    assert connection.execute("select odd from bi.odd").fetchone() == ("100 %s :x",)


def test_a_view_of_the_users_own_stands_in_the_way_kindly(connection: psycopg.Connection, sql_copy: Path) -> None:
    connection.execute("create view bi.mine as select model from bi.leaderboard")
    connection.commit()
    (sql_copy / "50_bi" / "980_new.sql").write_text("create view bi.new as select 1 as one;")
    with pytest.raises(DatabaseError, match=r"view bi\.mine depends on view bi\.leaderboard"):
        deploy(connection)
    assert connection.execute("select count(*) from bi.mine").fetchone() == (0,)


def test_an_independent_view_of_the_users_own_stays(connection: psycopg.Connection, sql_copy: Path) -> None:
    connection.execute("create view bi.mine as select 1 as one")
    connection.commit()
    (sql_copy / "50_bi" / "980_new.sql").write_text("create view bi.new as select 1 as one;")
    deploy(connection)
    assert connection.execute("select one from bi.mine").fetchone() == (1,)


def test_check_sees_an_older_version_and_a_missing_view(connection: psycopg.Connection, sql_copy: Path) -> None:
    connection.execute("drop view bi.cost")
    assert [str(finding) for finding in check(connection)] == [
        "deployment: view bi.cost is missing: run `imageo db upgrade`"
    ]
    (sql_copy / "50_bi" / "980_new.sql").write_text("create view bi.new as select 1 as one;")
    assert "run `imageo db upgrade`" in str(check(connection)[0])


def test_nothing_deployed_is_said(empty: psycopg.Connection) -> None:
    assert "nothing is deployed" in str(check(empty)[0])
