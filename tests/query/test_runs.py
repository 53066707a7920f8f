"""The same command finds the same run."""

import psycopg
import pytest

from imageo.errors import InputError
from imageo.query.prompt import load_prompt
from imageo.query.runs import RunKey, discard_run, find_run, open_run, parse_parameters
from tests.world import World


@pytest.fixture
def key(connection: psycopg.Connection) -> RunKey:
    world = World.make(connection)
    return RunKey(world.dataset_id, "openai", "o3", "", load_prompt(None), {"temperature": 0.5, "extra": {"a": [1]}})


def test_a_run_is_found_again_by_all_that_may_change_an_answer(connection: psycopg.Connection, key: RunKey) -> None:
    assert find_run(connection, key) is None
    first = open_run(connection, key)
    assert first.is_new
    again = open_run(connection, key)
    assert (again.run_id, again.is_new) == (first.run_id, False)
    others = [
        RunKey(key.dataset_id, "openai", "o3", "", key.prompt, {"temperature": 0.6, "extra": {"a": [1]}}),
        RunKey(key.dataset_id, "openai", "o3", "", key.prompt, key.parameters, repeat=2),
        RunKey(key.dataset_id, "openai", "o3", "mine", key.prompt, key.parameters),
        RunKey(key.dataset_id, "openai", "o3", "", None, key.parameters),
        RunKey(key.dataset_id, "compatible", "o3", "", key.prompt, key.parameters),
    ]
    assert len({open_run(connection, other).run_id for other in [key, *others]}) == 6
    stored = connection.execute("select prompt_text from data.run where run_id = %s", [first.run_id]).fetchone()
    assert key.prompt
    assert stored == (key.prompt.text,)


def test_a_run_without_an_answer_can_be_forgotten(connection: psycopg.Connection, key: RunKey) -> None:
    run = open_run(connection, key)
    assert discard_run(connection, run.run_id)
    for table in ("run", "model"):
        assert connection.execute(f"select count(*) from data.{table}".encode()).fetchone() == (0,)


def test_a_run_with_an_answer_stays(connection: psycopg.Connection, key: RunKey) -> None:
    run = open_run(connection, key)
    image = World(connection, key.dataset_id).image("a", 1, 2)
    World(connection, key.dataset_id).answer(run.run_id, image, 1, 2)
    assert not discard_run(connection, run.run_id)
    assert find_run(connection, key) == run.run_id


def test_parameters_are_json_where_they_can_be() -> None:
    given = ("top_p=0.5", "seed=7", "stop=null", 'response={"a": 1}', "name=plain text", "equals=a=b", "empty=")
    assert parse_parameters(given) == {
        "top_p": 0.5,
        "seed": 7,
        "stop": None,
        "response": {"a": 1},
        "name": "plain text",
        "equals": "a=b",
        "empty": "",
    }
    wrongs = {
        ("x",): "is not KEY=VALUE",
        ("=1",): "is not KEY",
        ("a=1", "a=2"): "given twice",
        ("k\udcff=1",): "no text",
    }
    for wrong, message in wrongs.items():
        with pytest.raises(InputError, match=message):
            parse_parameters(wrong)


@pytest.mark.parametrize("value", ["NaN", "1e999", "-Infinity", "9" * 25, '"\\u0000"', '"\\ud800"', "\udcff"])
def test_what_cannot_be_sent_is_said_before_anything_is_written(value: str) -> None:
    with pytest.raises(InputError, match="--param 'a': its value cannot be sent"):
        parse_parameters((f"a={value}",))
