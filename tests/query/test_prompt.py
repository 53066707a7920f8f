"""The prompt of the package, and files that are none."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from imageo.errors import InputError
from imageo.query.answers.parse import parse_answer
from imageo.query.prompt import DEFAULT, LARGEST, list_prompts, load_prompt

RELEASED = {"locate-1": "033d83ac5eecfb3dba86d3d029f86cf72e520b66f8261f8321cfff768fffc51f"}
"""A released prompt never changes."""


def shape(text: str) -> str:
    """The JSON that the prompt shows."""
    return text[text.index("{") : text.rindex("}") + 1]


def test_released_prompts_do_not_change() -> None:
    assert {prompt.name: prompt.sha256 for prompt in list_prompts()} == RELEASED
    assert load_prompt().name == DEFAULT


def test_asks_for_the_keys_of_the_published_answers(bench_dir: Path) -> None:
    """What a model of the benchmark answered is what the prompt asks for."""
    with (bench_dir / "results" / "dataset3_o3.jsonl").open() as lines:
        published = json.loads(json.loads(next(lines))["raw_response"])
    asked = json.loads(shape(load_prompt().text))
    assert asked.keys() == published.keys()
    for part, fields in asked.items():
        assert fields.keys() == published[part].keys()
    for part, fields in asked["reverse_geocoding"].items():
        if isinstance(fields, dict):
            assert fields.keys() == published["reverse_geocoding"][part].keys()


@pytest.mark.parametrize("prompt", list_prompts(), ids=lambda prompt: prompt.name)
def test_holds_nothing_to_parrot(prompt: object) -> None:
    """No place and no number that a model could repeat: the shown JSON, sent back, is no answer."""
    text = load_prompt().text if prompt is None else prompt.text  # type: ignore[attr-defined]
    assert re.findall(r"\d+", text) == ["1", "5"], "the ends of the scale of confidence"
    for echoed in (text, shape(text)):
        answer = parse_answer(echoed)
        assert answer.outcome in ("no_coordinates", "unparsable")
        assert answer.confidence is None


@pytest.mark.parametrize(
    "saved",
    [b"Where?\nTell me.", b"Where?\r\nTell me.\r\n", b"Where?\rTell me.\r", b"\xef\xbb\xbf\n\nWhere?\nTell me.\n \n"],
)
def test_one_text_has_one_hash(tmp_path: Path, saved: bytes) -> None:
    path = tmp_path / "mine.txt"
    path.write_bytes(saved)
    prompt = load_prompt(path)
    assert (prompt.name, prompt.text) == ("mine", "Where?\nTell me.")
    assert prompt.sha256 == hashlib.sha256(b"Where?\nTell me.").hexdigest()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b" \r\n\t\n", "is empty"),
        (b"Where\nis it\xff?", "line 2: the prompt is not UTF-8"),
        ("Wo wär das?".encode("latin-1"), "line 1: the prompt is not UTF-8"),
        ("Where?".encode("utf-16"), "not UTF-8"),
        (b"Where?\n\n\0", "line 3: the prompt holds a NUL"),
        (b"x" * (LARGEST + 1), "more than 100,000 bytes"),
    ],
)
def test_what_is_no_prompt(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "prompt.md"
    path.write_bytes(content)
    with pytest.raises(InputError, match=told) as problem:
        load_prompt(path)
    assert str(problem.value).startswith(str(path))
    assert "\n" not in str(problem.value)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        load_prompt(tmp_path / "missing.md")
    with pytest.raises(InputError, match="Is a directory"):
        load_prompt(tmp_path)
