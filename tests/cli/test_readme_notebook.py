"""The lines that the README gives for a notebook, run one after the other."""

import ast
import re

import folium
import psycopg
import pytest

from imageo.settings import Settings
from tests.conftest import ROOT
from tests.world import World


def test_the_notebook_of_the_readme_runs(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.database_url
    with psycopg.connect(settings.database_url) as connection:
        world = World.make(connection, "pcw")
        run = world.run("one")
        for number in range(12):
            image = world.image(f"austin{number}", 30.3, -97.7, country="USA", state="Texas", city="Austin")
            world.answer(run, image, 30.3, -97.7 + number, country="USA", state="TX")
        world.score(run)
    monkeypatch.setenv("IMAGEO_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("IMAGEO_HOME", str(settings.home))
    (code,) = re.findall(r"## In a notebook\n+```python\n(.*?)```", (ROOT / "README.md").read_text(), re.S)
    names: dict[str, object] = {}
    shown = []
    for statement in ast.parse(code).body:
        if isinstance(statement, ast.Expr):
            shown.append(eval(compile(ast.Expression(statement.value), "README.md", "eval"), names))
        else:
            exec(compile(ast.Module([statement], []), "README.md", "exec"), names)
    assert all(isinstance(each, folium.Map) for each in shown)
    first, second, third = (each._repr_html_() for each in shown)
    assert "dataset pcw" in first
    assert "hexagons, dataset pcw" in second
    assert "Where models put the photos, dataset pcw" in third
    assert len(names["worst"]) == 3  # type: ignore[arg-type]
