"""Which PostgreSQL is taken, and how Debian's packages become one. The packages here are real, small and local."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from imageo.db import apt
from imageo.db.binaries import CLIENT_PROGRAMS, SERVER_PROGRAMS, find_client, find_or_install, find_server
from imageo.db.cluster import open_cluster
from imageo.errors import DatabaseError

needs_apt = pytest.mark.skipif(
    not (shutil.which("apt-get") and shutil.which("dpkg-deb")), reason="Debian's package tools"
)


def install(
    root: Path, version: str, *, programs: Sequence[str] = SERVER_PROGRAMS, postgis: str = "control library"
) -> Path:
    """A folder of programs as a PostgreSQL of this version has it; they tell where they are."""
    major = version.split(".")[0]
    folder = root / "usr/lib/postgresql" / major / "bin"
    extensions = root / "usr/share/postgresql" / major / "extension"
    library = root / "usr/lib/postgresql" / major / "lib"
    for made in (folder, extensions, library):
        made.mkdir(parents=True)
    for name in programs:
        (folder / name).write_text(f"#!/bin/sh\necho 'PostgreSQL {version} (Debian {version}-1)'\n")
        (folder / name).chmod(0o755)
    if "pg_config" in programs:
        told = f"echo 'PostgreSQL {version}'; echo '{extensions.parent}'; echo '{library}'"
        (folder / "pg_config").write_text(f"#!/bin/sh\n{told}\n")
    (extensions / "unaccent.control").touch()
    if "control" in postgis:
        (extensions / "postgis.control").touch()
    if "library" in postgis:
        (library / "postgis-3.so").touch()
    return folder


def pattern(root: Path) -> tuple[str, ...]:
    return (f"{root}/usr/lib/postgresql/*/bin",)


def test_the_newest_is_taken(tmp_path: Path) -> None:
    install(tmp_path, "9.6.24")
    install(tmp_path, "15.18")
    install(tmp_path, "16.2")
    found = find_server(pattern(tmp_path))
    assert found
    assert (found.version, found.major, found.environment) == ("16.2", 16, {})


def test_the_one_that_made_the_data_is_taken_before_a_newer_one(tmp_path: Path) -> None:
    folder = install(tmp_path, "15.18")
    install(tmp_path, "16.2")
    found = find_server(pattern(tmp_path), major=15)
    assert found
    assert found.program("initdb") == f"{folder}/initdb"


@pytest.mark.parametrize("postgis", ["", "control", "library"])
def test_a_server_without_all_of_postgis_is_none(tmp_path: Path, postgis: str) -> None:
    install(tmp_path, "16.2", postgis=postgis)
    assert find_server(pattern(tmp_path)) is None


def test_client_programs_are_no_server(tmp_path: Path) -> None:
    install(tmp_path, "16.2", programs=CLIENT_PROGRAMS)
    assert find_server(pattern(tmp_path)) is None
    client = find_client(pattern(tmp_path))
    assert client
    assert client.version == "16.2"


def test_programs_that_do_not_run_are_passed_over(tmp_path: Path) -> None:
    install(tmp_path, "15.18")
    folder = install(tmp_path, "16.2")
    (folder / "pg_config").write_text("#!/bin/sh\nexit 127\n")
    found = find_server(pattern(tmp_path))
    assert found
    assert found.major == 15


def test_where_nothing_can_be_installed_the_remedies_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DatabaseError, match=r"brew install postgis.*docker compose up.*IMAGEO_DATABASE_URL") as told:
        open_cluster(tmp_path / "home", folders=())
    assert "\n" not in str(told.value)


def package(
    repository: Path, name: str, depends: str = "", files: Path | None = None, architecture: str = "all"
) -> None:
    tree = repository / name
    if files:
        shutil.copytree(files, tree)
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN/control").write_text(
        f"Package: {name}\nVersion: 1\nArchitecture: {architecture}\nMaintainer: Nobody <nobody@example.org>\n"
        f"Description: Geographic objects support\n" + (f"Depends: {depends}\n" if depends else "")
    )
    subprocess.run(["dpkg-deb", "--build", "-Znone", tree, repository / f"{name}.deb"], check=True, capture_output=True)


def index(repository: Path) -> None:
    entries = []
    for file in sorted(repository.glob("*.deb")):
        control = subprocess.run(["dpkg-deb", "--field", file], check=True, capture_output=True, text=True).stdout
        digest = subprocess.run(["sha256sum", file], check=True, capture_output=True, text=True).stdout.split()[0]
        entries.append(f"{control}Filename: ./{file.name}\nSize: {file.stat().st_size}\nSHA256: {digest}\n")
    (repository / "Packages").write_text("\n".join(entries))


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of Debian packages that apt knows instead of the network's."""
    repository = tmp_path / "repository"
    repository.mkdir()
    server, postgis, library = tmp_path / "server", tmp_path / "postgis", tmp_path / "library"
    folder = install(server, "99.1", postgis="")
    (folder / "pg_config").write_text(
        '#!/bin/sh\nroot=$(dirname "$0")/../../../../..\n'
        "echo 'PostgreSQL 99.1'; echo $root/usr/share/postgresql/99; echo $root/usr/lib/postgresql/99/lib\n"
    )
    (postgis / "usr/share/postgresql/99/extension").mkdir(parents=True)
    (postgis / "usr/share/postgresql/99/extension/postgis-3.control").touch()
    (postgis / "usr/lib/postgresql/99/lib").mkdir(parents=True)
    (postgis / "usr/lib/postgresql/99/lib/postgis-3.so").touch()
    (library / "usr/lib/x86_64-linux-gnu").mkdir(parents=True)
    (library / "usr/lib/x86_64-linux-gnu/libimageotest.so.1").touch()
    package(repository, "libimageotest1", files=library)
    package(repository, "libgdal99")
    package(repository, "postgresql-98-postgis-3", "postgresql-98")
    package(repository, "postgresql-99", "postgresql-client-99, libllvm99, libimageotest1", server)
    package(repository, "postgresql-client-99", "postgresql-client-common")
    package(repository, "postgresql-99-postgis-3", "postgresql-99, postgresql-99-postgis-3-scripts, libgdal99", postgis)
    package(repository, "postgresql-99-postgis-3-scripts")
    index(repository)
    sources, configuration = tmp_path / "sources.list", tmp_path / "apt.conf"
    sources.write_text(f"deb [trusted=yes] file:{repository} ./\n")
    configuration.write_text(
        f'Dir::Etc::SourceList "{sources}";\nDir::Etc::SourceParts "-";\nDir::State::Lists "{tmp_path}/lists";\n'
        'APT::Sandbox::User "root";\n'
    )
    monkeypatch.setenv("APT_CONFIG", str(configuration))
    return repository


@needs_apt
@pytest.mark.usefixtures("repository")
def test_packages_are_unpacked_into_a_private_folder(tmp_path: Path) -> None:
    prefix = tmp_path / "home/postgresql"
    prefix.parent.mkdir()
    apt.install_private(prefix, None, lambda _: None)
    assert [folder.name for folder in prefix.parent.iterdir()] == ["postgresql"]
    control = prefix / "usr/share/postgresql/99/extension/postgis.control"
    assert control.readlink() == Path("postgis-3.control")
    found = find_server((), prefix=prefix)
    assert found
    assert found.version == "99.1"
    assert found.environment["LD_LIBRARY_PATH"] == f"{prefix}/usr/lib/x86_64-linux-gnu"
    assert found.environment["PROJ_DATA"] == f"{prefix}/usr/share/proj"
    assert (prefix / "usr/lib/x86_64-linux-gnu/libimageotest.so.1").exists()


@needs_apt
@pytest.mark.usefixtures("repository")
def test_the_version_of_the_data_is_unpacked_or_nothing(tmp_path: Path) -> None:
    with pytest.raises(apt.AptError, match=r"apt-.* failed: .*postgresql-(client-)?98"):
        apt.install_private(tmp_path / "postgresql", 98, lambda _: None)
    assert not (tmp_path / "postgresql").exists()
    assert list(tmp_path.glob("unpacking-*")) == []


@needs_apt
def test_what_apt_says_is_told_with_the_remedies(
    tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    shutil.rmtree(repository)
    with pytest.raises(
        DatabaseError, match=r"no PostgreSQL with PostGIS on this machine, and apt.*; install it"
    ) as told:
        find_or_install((), prefix=tmp_path / "postgresql", major=None, progress=lambda _: None)
    assert "\n" not in str(told.value)


def test_root_installs_without_a_server_beside_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Stand-ins for apt: the real ones would change this machine. As in a bare container, nothing is known at first.
    drop_ins, log, updated = tmp_path / "createcluster.d", tmp_path / "log", tmp_path / "updated"
    (tmp_path / "apt-cache").write_text(f"#!/bin/sh\n[ -e {updated} ] && echo 'postgresql-99-postgis-3 - Geo'\ntrue\n")
    (tmp_path / "apt-get").write_text(
        f'#!/bin/sh\ncase "$*" in *update*) touch {updated};; *) echo "$*" > {log}; cat {drop_ins}/* >> {log};; esac\n'
    )
    for program in ("apt-cache", "apt-get"):
        (tmp_path / program).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.defpath}")
    monkeypatch.setattr(apt, "CREATECLUSTER_FOLDER", drop_ins)
    apt.install_system(None, lambda _: None)
    command, setting = log.read_text().splitlines()
    assert command.endswith("install -y -q --no-install-recommends postgresql-99-postgis-3")
    assert setting == "create_main_cluster = false"
    assert not drop_ins.exists()
