"""The containers: what can be said of them without an engine."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from psycopg.conninfo import conninfo_to_dict

from imageo.db.cluster import Cluster, open_cluster
from imageo.db.deploy import deploy

ROOT = Path(__file__).parent.parent.parent
PASSWORDS = {"IMAGEO_DB_PASSWORD": "of-the-owner", "IMAGEO_BI_PASSWORD": "o'f the $dashboards"}
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DASHBOARD: dict[str, Any] = json.loads((ROOT / "deploy/grafana/dashboards/leaderboard.json").read_text())


@pytest.fixture
def compose(tmp_path: Path) -> list[str]:
    """The command that reads the file, as somebody who has no .env."""
    nothing = tmp_path / "empty.env"
    nothing.touch()
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]) and subprocess.run([*command, "version"], capture_output=True).returncode == 0:
            return [*command, "--env-file", str(nothing), "--file", str(ROOT / "docker-compose.yml")]
    pytest.skip("no docker compose here; `make test` as root installs it from apt")


def _config(compose: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if name not in PASSWORDS}
    return subprocess.run(
        [*compose, "--profile", "bi", "config"],
        env=inherited | environment,
        cwd="/",
        capture_output=True,
        text=True,
    )


def test_compose_accepts_the_file(compose: list[str]) -> None:
    done = _config(compose, PASSWORDS)
    assert done.returncode == 0, done.stderr
    services = yaml.safe_load(done.stdout)["services"]
    assert set(services) == {"postgis", "imageo", "metabase", "grafana"}
    assert services["postgis"]["environment"]["POSTGRES_PASSWORD"] == PASSWORDS["IMAGEO_DB_PASSWORD"]
    # Compose writes $ as $$, so that its output can be read again.
    assert services["grafana"]["environment"]["IMAGEO_BI_PASSWORD"] == "o'f the $$dashboards"


@pytest.mark.parametrize("missing", PASSWORDS)
def test_compose_asks_for_every_password(compose: list[str], missing: str) -> None:
    done = _config(compose, {name: value for name, value in PASSWORDS.items() if name != missing})
    assert done.returncode != 0
    assert "choose a password and put it into .env" in done.stderr


def test_no_password_stands_in_the_file() -> None:
    secrets = {
        value
        for service in SERVICES.values()
        for name, value in service.get("environment", {}).items()
        if "PASS" in name
    }
    assert secrets == {f"${{{name}:?choose a password and put it into .env}}" for name in PASSWORDS}
    assert "@" not in SERVICES["imageo"]["environment"]["IMAGEO_DATABASE_URL"].partition("imageo@")[2]


def test_every_image_has_a_version() -> None:
    images = [service["image"] for service in SERVICES.values() if "build" not in service]
    bases = [line.split()[1] for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("FROM ")]
    for image in images + bases:
        assert image.partition(":")[2][:1].isdigit() or image.partition(":")[2].startswith("v"), image


def test_every_server_has_a_healthcheck_and_listens_on_this_machine_only() -> None:
    servers = {name: service for name, service in SERVICES.items() if "ports" in service}
    assert set(servers) == {"postgis", "metabase", "grafana"}
    for service in servers.values():
        assert service["healthcheck"]["test"][0] == "CMD"
        assert all(port.startswith("127.0.0.1:") for port in service["ports"])


def test_data_is_on_named_volumes_and_files_exist() -> None:
    for name in ("postgis", "metabase", "grafana"):
        sources = [volume.split(":")[0] for volume in SERVICES[name]["volumes"]]
        assert len([source for source in sources if source in COMPOSE["volumes"]]) == 1
        assert all((ROOT / source).exists() for source in sources if source.startswith("."))


def test_the_dashboards_come_with_the_profile_only() -> None:
    assert {name for name, service in SERVICES.items() if service.get("profiles") == ["bi"]} == {"metabase", "grafana"}


def test_the_image_holds_what_the_wheel_is_built_from() -> None:
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert {
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "NOTICE",
        "imageo",
        "sql",
        "migrations",
        "tests/sql/checks",
    } <= kept
    assert all((ROOT / path).exists() for path in kept)


@pytest.fixture(scope="module")
def container() -> Iterator[Cluster]:
    """A server as the container starts it: new, the role of the dashboards first, then the deployment."""
    # Not under pytest's own temporary folder: as root the server runs as another user, who may not enter it.
    home = Path(tempfile.mkdtemp(prefix="imageo-test-"))
    home.chmod(0o755)
    cluster = open_cluster(home, durable=False)
    try:
        cluster.up()
        _run_role_script(cluster)
        with psycopg.connect(cluster.url()) as owner:
            deploy(owner)
        yield cluster
    finally:
        cluster.down()
        shutil.rmtree(home, ignore_errors=True)


def _run_role_script(cluster: Cluster) -> None:
    where = conninfo_to_dict(cluster.url())
    psql = Path(cluster.binaries.program("psql"))
    subprocess.run(
        [ROOT / "deploy/postgres/bi-role.sh"],
        env={
            **os.environ,
            **cluster.binaries.environment,
            **PASSWORDS,
            "PATH": f"{psql.parent}:{os.environ['PATH']}",
            "PGHOST": str(where["host"]),
            "POSTGRES_USER": str(where["user"]),
            "POSTGRES_DB": str(where["dbname"]),
        },
        check=True,
    )


@pytest.fixture
def dashboards(container: Cluster) -> Iterator[psycopg.Connection]:
    """A session of the role that the dashboards log in as."""
    with psycopg.connect(container.url()) as connection:
        connection.execute("set session authorization imageo_bi")
        yield connection


def test_the_login_of_the_dashboards_is_read_only_and_has_a_password(container: Cluster) -> None:
    with psycopg.connect(container.url()) as owner:
        row = owner.execute(
            "select login.rolcanlogin, login.rolsuper, role.rolconfig, login.rolpassword from pg_authid as login"
            " inner join pg_roles as role on role.oid = login.oid where login.rolname = 'imageo_bi'"
        ).fetchone()
    assert row is not None
    assert row[:3] == (True, False, ["default_transaction_read_only=on"])
    assert row[3].startswith("SCRAM-SHA-256$")


def test_dashboards_read_bi_and_no_table(dashboards: psycopg.Connection) -> None:
    assert dashboards.execute("select count(*) from bi.leaderboard").fetchone() == (0,)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        dashboards.execute("select * from data.prediction")


@pytest.mark.parametrize("panel", DASHBOARD["panels"], ids=lambda panel: panel["title"])
def test_every_panel_runs(panel: dict[str, Any], dashboards: psycopg.Connection) -> None:
    assert panel["datasource"]["uid"] == "imageo"
    for target in panel["targets"]:
        dashboards.execute(target["rawSql"].replace("${dataset:sqlstring}", "'demo'").encode())


def test_the_dashboard_asks_for_a_dataset_that_is_there(dashboards: psycopg.Connection) -> None:
    (variable,) = DASHBOARD["templating"]["list"]
    assert variable["name"] == "dataset"
    dashboards.execute(variable["query"].encode())


def test_grafana_reads_as_the_dashboards_role() -> None:
    path = ROOT / "deploy/grafana/provisioning/datasources/imageo.yaml"
    (source,) = yaml.safe_load(path.read_text())["datasources"]
    assert (source["uid"], source["user"], source["url"]) == ("imageo", "imageo_bi", "postgis:5432")
    assert source["secureJsonData"] == {"password": "$IMAGEO_BI_PASSWORD"}
