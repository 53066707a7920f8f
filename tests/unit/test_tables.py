"""Tables for people: no number is ever broken to fit."""

import pandas as pd
import pytest

from imageo.render.tables import table

FRAME = pd.DataFrame({"model": ["a-model-with-a-long-name", "b"], "n": [12_345, None], "rate": [0.123, 1.0]})
COLUMNS = {"model": ("model", "text"), "n": ("images", "count"), "rate": ("25 km %", "percent")}


def _printed(width: int, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(width))
    return table(FRAME, COLUMNS).splitlines()


def test_everything_where_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line.split() for line in _printed(80, monkeypatch)]
    assert lines[0] == ["model", "images", "25", "km", "%"]
    assert lines[2:] == [["a-model-with-a-long-name", "12,345", "12.3"], ["b", "-", "100.0"]]


def test_the_last_columns_give_way_in_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    *lines, note = _printed(40, monkeypatch)
    assert [line.split() for line in lines][2:] == [["a-model-with-a-long-name", "12,345"], ["b", "-"]]
    assert note == "no room here for 25 km %: widen the terminal, or --json"
    assert all(len(line) <= 40 for line in lines)


def test_a_name_is_folded_when_nothing_else_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    *lines, note = _printed(10, monkeypatch)
    assert "".join(line.strip() for line in lines[2:-1]) == "a-model-with-a-long-name"
    assert "images, 25 km %" in note
