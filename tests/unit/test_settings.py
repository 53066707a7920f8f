"""What is read from the environment and from `.env`."""

from pathlib import Path

import pytest

from imageo.settings import Settings, read_secret


def test_settings_from_an_environment(tmp_path: Path) -> None:
    settings = Settings.from_environment(
        {"IMAGEO_HOME": str(tmp_path), "IMAGEO_DATABASE_URL": "", "IMAGEO_BENCH_DIR": "x", "IMAGEO_DEBUG": "0"}
    )
    assert settings == Settings(tmp_path, None, Path("x").absolute(), False)


def test_the_password_of_a_database_is_not_shown() -> None:
    settings = Settings.from_environment({"IMAGEO_DATABASE_URL": "postgresql://u:geheim@h/d", "IMAGEO_HOME": "/h"})
    assert "geheim" in (settings.database_url or "")
    assert "geheim" not in repr(settings)


def test_a_secret_is_read_from_the_first_place_that_has_it(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=from-dotenv\nB=\nC='quoted # value'\n")
    for names, environ, value, place in [
        (["A"], {}, "from-dotenv", "A in .env"),
        (["A"], {"A": "x"}, "x", "A in the environment"),
        (["B", "A"], {"A": " x\n"}, "x", "A in the environment"),
        (["A", "B"], {"B": "y"}, "y", "B in the environment"),
        (["C"], {"C": " "}, "quoted # value", "C in .env"),
    ]:
        secret = read_secret(names, environ, tmp_path)
        assert secret is not None
        assert (secret.value.get_secret_value(), secret.place) == (value, place)
        assert value not in repr(secret).replace(place, "")
    assert read_secret(["B", "D"], {}, tmp_path) is None


@pytest.mark.parametrize("content", [None, "", "nonsense without an equals sign\n"])
def test_no_secret_anywhere(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / ".env").write_text(content)
    assert read_secret(["A"], {}, tmp_path) is None


def test_a_folder_called_dotenv_holds_no_secret(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    assert read_secret(["A"], {}, tmp_path) is None
