"""What is told while a run goes on, and what is summed up at its end."""

import io
import json
import re
from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest

from imageo.outcome import OUTCOMES
from imageo.query.answers.parse import Answer
from imageo.query.finished import BilledCall, Finished, Priced
from imageo.query.replies import Usage
from imageo.query.runner.model_returned import is_same_model
from imageo.query.runner.progress import Bar, Lines, Rate, State, duration
from imageo.query.runner.summary import Tally, sum_up

STATE = State(
    n_finished=1200,
    n_total=2000,
    in_flight=64,
    cost_usd=Decimal("1.23456"),
    n_unpriced=3,
    budget_left_usd=Decimal("18.76544"),
    retries={"rate_limited": 4, "timeout": 1},
    errors={"bad_request": 2},
)
HOSTILE = "[red]\x1b]0;owned\x07 [/nonsense] \x1b[2J"


def _finished(outcome: str, *costs: str | None) -> Finished:
    calls = tuple(
        BilledCall(uuid4(), Usage(100, 20, 5, 10), Priced(None if cost is None else Decimal(cost), None, None, "none"))
        for cost in costs
    )
    return Finished(1, uuid4(), Answer(outcome), calls=calls)  # type: ignore[arg-type]


def test_a_line_tells_all_there_is_to_know() -> None:
    file = io.StringIO()
    lines = Lines(file)
    lines.show(replace(STATE, n_finished=1000), 0.0)
    lines.show(STATE, 10.0)
    assert file.getvalue().splitlines()[1] == (
        "1,200/2,000 images, 20.0 images/s, $1.2346 and 3 calls of unknown price, $18.7654 left, 40 s to go,"
        " 64 in flight, 5 retries (4 rate limited, 1 timeout), errors: 2 bad request"
    )


def test_a_remark_stands_in_place_of_a_time_that_nobody_knows() -> None:
    file = io.StringIO()
    Lines(file).show(replace(STATE, remark="waiting for 3 images that another process asks about"), 0.0)
    assert file.getvalue().rstrip().endswith("waiting for 3 images that another process asks about")


def test_a_narrow_bar_keeps_the_count_and_what_matters_most() -> None:
    file = io.StringIO()
    bar = Bar(file, force_terminal=True, width=80)
    bar.show(replace(STATE, n_finished=1000, n_unpriced=0), 0.0)
    bar.show(replace(STATE, n_unpriced=0), 10.0)
    bar.close()
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", file.getvalue()).splitlines()[-1]
    assert "1,200/2,000 20.0 images/s, $1.2346, $18.7654 left, 40" in shown


def test_the_bar_is_one_line_that_tells_the_same() -> None:
    file = io.StringIO()
    bar = Bar(file, force_terminal=True, width=240)
    bar.show(replace(STATE, n_finished=1000), 0.0)
    bar.show(STATE, 10.0)
    bar.close()
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", file.getvalue())
    assert "1,200/2,000 20.0 images/s, $1.2346 and 3 calls" in shown
    assert "40 s to go" in shown
    # The bar itself ends but one line.
    assert file.getvalue().count("\n") == 1


@pytest.mark.parametrize("kind", ["lines", "bar"])
def test_hostile_text_is_shown_and_does_nothing(kind: str) -> None:
    file = io.StringIO()
    sink = Lines(file) if kind == "lines" else Bar(file, force_terminal=True, width=240)
    sink.say(HOSTILE)
    sink.show(replace(STATE, remark=HOSTILE), 0.0)
    sink.close()
    assert "[red]" in file.getvalue()
    assert "[/nonsense]" in file.getvalue()
    assert "\x1b]0;owned" not in file.getvalue()
    assert "\x07" not in file.getvalue()
    assert "\x1b[2J" not in file.getvalue()


def test_the_rate_is_that_of_the_last_half_minute() -> None:
    rate = Rate()
    assert (rate.per_second, rate.seconds_for(5)) == (0.0, None)
    for second in range(100):
        rate.add(float(second), second * 2 if second < 60 else 120 + (second - 60) * 10)
    assert rate.per_second == pytest.approx(10)
    assert rate.seconds_for(50) == pytest.approx(5)


@pytest.mark.parametrize(
    ("seconds", "told"), [(0.4, "0 s"), (99, "99 s"), (100, "2 min"), (5000, "83 min"), (12_000, "3 h 20 min")]
)
def test_durations_are_told_in_words(seconds: float, told: str) -> None:
    assert duration(seconds) == told


def test_every_outcome_has_a_count_and_every_token_a_kind() -> None:
    tally = Tally()
    tally.count(_finished("answered", "0.5", None))
    tally.count(_finished("refused", "0.25"))
    tally.count(_finished("provider_error"), "timeout")
    summary = sum_up(7, tally, "done", seconds=2.0, n_left=0)
    told = json.loads(json.dumps(summary.as_json()))
    assert told["outcomes"] == dict.fromkeys(OUTCOMES, 0) | {"answered": 1, "refused": 1, "provider_error": 1}
    assert (told["n_finished"], told["n_failed"], told["images_per_second"]) == (3, 1, 1.5)
    assert (told["cost_usd"], told["n_billed_calls"], told["n_unpriced_calls"]) == (0.75, 3, 1)
    assert (told["tokens"]["input_tokens"], told["tokens"]["reasoning_tokens"]) == (300, 15)
    assert told["failures"] == {"timeout": 1}


@pytest.mark.parametrize(
    ("outcomes", "ending", "code"),
    [
        ((), "done", 0),
        (("answered",), "done", 0),
        (("answered", "refused", "no_coordinates", "empty", "unparsable"), "done", 0),
        (("answered", "bad_image"), "done", 3),
        (("answered", "provider_error"), "done", 3),
        (("answered",), "budget", 4),
        (("provider_error",), "budget", 4),
        (("answered",), "interrupted", 130),
        (("answered",), "failed", 2),
    ],
)
def test_the_exit_code_tells_how_it_ended(outcomes: tuple[str, ...], ending: str, code: int) -> None:
    tally = Tally()
    for outcome in outcomes:
        tally.count(_finished(outcome))
    assert sum_up(1, tally, ending, seconds=1.0, n_left=0).exit_code == code  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("requested", "returned"),
    [
        ("o3", "o3-2025-04-16"),
        ("gpt-4o", "gpt-4o-2024-11-20"),
        ("claude-sonnet-4-5", "claude-sonnet-4-5-20250929"),
        ("claude-3-5-haiku-latest", "claude-3-5-haiku-20241022"),
        ("gemini-2.0-flash", "models/gemini-2.0-flash-001"),
        ("Qwen/Qwen2.5-VL-72B-Instruct", "qwen/qwen2.5-vl-72b-instruct"),
        ("gpt-4o-2024-05-13", "gpt-4o-2024-05-13"),
    ],
)
def test_a_date_makes_no_other_model(requested: str, returned: str) -> None:
    assert is_same_model(requested, returned)


@pytest.mark.parametrize(
    ("requested", "returned"),
    [
        ("gemini-2.5-pro", "gemini-3-pro"),
        ("gpt-4o", "gpt-4o-mini"),
        ("gpt-4o", "gpt-4o-mini-2024-07-18"),
        ("gpt-4o-2024-05-13", "gpt-4o-2024-08-06"),
        ("o3", "o3-pro-2025-06-10"),
        ("gpt-4.1", "gpt-4"),
    ],
)
def test_another_model_is_another_model(requested: str, returned: str) -> None:
    assert not is_same_model(requested, returned)
