"""Where a file may be written: never in the place of a device, a pipe or a folder, never after minutes of work."""

import os
from pathlib import Path

import pytest

from imageo.errors import InputError
from imageo.render.figures.style import check_figure_path
from imageo.render.files import check_output
from imageo.render.maps.write import check_html_path
from imageo.render.report.write import format_of

CHECKS = {
    "map.html": check_html_path,
    "figure.svg": check_figure_path,
    "frame.csv": check_output,
    "report.html": lambda path: format_of(path, None),
}


@pytest.mark.parametrize("name", CHECKS)
def test_a_pipe_is_refused_before_a_rename_takes_its_place(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(InputError, match="is a device or a pipe; name a file"):
        CHECKS[name](tmp_path / name)


@pytest.mark.parametrize("name", CHECKS)
def test_a_folder_that_takes_no_files_is_told_at_once(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    CHECKS[name](tmp_path / name)
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write anywhere
    with pytest.raises(InputError, match="nothing can be written into the folder"):
        CHECKS[name](tmp_path / name)


@pytest.mark.parametrize("name", ["/dev/null", "map", "map.png", "map.txt"])
def test_a_map_is_a_web_page(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is a device|a map is \.html"):
        check_html_path(tmp_path / name)
