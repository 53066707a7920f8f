"""The page in docs/ says what the catalogue says."""

import psycopg

from imageo.db.dictionary import data_dictionary
from tests.conftest import ROOT


def test_the_committed_page_is_current(connection: psycopg.Connection) -> None:
    committed = (ROOT / "docs" / "data-dictionary.md").read_text()
    assert committed == data_dictionary(connection), "run `make dictionary` and commit docs/data-dictionary.md"


def test_it_names_every_bi_view_with_a_meaning_for_each_column(connection: psycopg.Connection) -> None:
    page = data_dictionary(connection)
    assert "### bi.leaderboard" in page
    assert "|  |" not in page
