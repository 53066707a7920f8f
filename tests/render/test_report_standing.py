"""The tables of the leaderboard in a report."""

from imageo.render.report.sections.standing import _rates


def test_runs_of_one_rate_share_a_rank() -> None:
    rates = {"a": 0.5, "b": 0.5, "c": 0.25, "d": None}
    board = [
        {"run_label": run, "accuracy_25km_all": rate, "accuracy_25km_answered": rate, "n_images": 4, "n_located": 4}
        for run, rate in rates.items()
    ]
    rows = _rates(board, "accuracy_25km").rows
    assert [(row[0], row[1]) for row in rows] == [("1", "a"), ("1", "b"), ("3", "c"), ("-", "d")]
