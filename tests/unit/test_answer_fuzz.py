"""Any text at all: the parser never raises, and never gives a number that the text does not hold."""

import json
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imageo.outcome import OUTCOMES
from imageo.query.answers.coordinates import read_degrees, read_pair
from imageo.query.answers.parse import Answer, parse_answer, published_answer, storable

ANSWER = json.dumps(
    {
        "image_information": {"environment": "outdoor", "scene_type": "street", "setting": "rural"},
        "reasoning": {"landmark_recognition": 'A sign says "Route 66", 12.5 km', "spatial_context": "None"},
        "reverse_geocoding": {
            "confidence": "4",
            "address": {"street": "Rua 9", "city": "Ouro Preto", "state": "MG", "country": "Brazil"},
            "coordinates": {"latitude": "-20.38579", "longitude": -43.50312},
        },
    },
    indent=1,
)
MARKDOWN = "**Where**\n* City: Ouro Preto\n* Country: Brazil\n* Coordinates: -20.38579, -43.50312\n* Confidence: 4\n"

COMPACT = json.dumps({"lat": "20.38579 S", "lon": "43,50312 W", "country": "Brazil", "confidence": 5})
DEGREES = json.dumps({"coordinates": "20\u00b023'08.8\"S 43\u00b030'11\"W", "city": "Ouro Preto"}, ensure_ascii=False)

noise = st.text(alphabet=st.characters(categories=("Cs", "Cc", "L", "N", "P", "Z", "S")), max_size=30)
json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | noise,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(noise, inner, max_size=3),
    max_leaves=8,
)


HOSTILE = [
    "}", '"', "{", "[", ",", "\n", "**", "\\", "```", "\\n", "\ufeff", "\x00", "\ud83d", "\udfff",
    "\u200f", "\u202e", "\u2066", "\u0663\u0663.\u0667", "\u00b2",
    "NaN", "-Infinity", "Infinity", "null", "true", "0", "-0.0", "1e309", "-1e400", "1e-400", "9" * 400,
    "0." + "3" * 400,
    "[" * 2_000, '{"a":' * 2_000, "{" * 2_000, '{"latitude": 1, "latitude": 2, "longitude": 3}',
    '"coordinates": [1, 2], "coordinates": {"lat": "4\u00b0 5\' 6\" S"}',
    "48\u00b051\u203224\u2033N 2\u00b021\u203203\u2033E",
    "Latitude: 12.5 N", "Longitude: -7,25", "(1.234, 5.678)", "40.5", "-", "E", " S",
    "\u00b0", "\u2212", "/*", "_", "x",
]  # fmt: skip
"""Pieces that break parsers: nesting, numbers beyond all bounds, what is no character, marks that turn text round."""


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A real-shaped answer with pieces cut out, put in and repeated, and perhaps its end cut off."""
    text = draw(st.sampled_from([ANSWER, MARKDOWN, f"```json\n{ANSWER}\n```", ANSWER + MARKDOWN, COMPACT, DEGREES]))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 40)))
        piece = draw(st.sampled_from(["", *HOSTILE, text[start:end] * 2]) | noise)
        text = text[:start] + piece + text[end:]
    return text[: draw(st.integers(0, len(text)))] if draw(st.booleans()) else text


def check(answer: Answer) -> None:
    assert answer.outcome in OUTCOMES
    assert (answer.outcome == "answered") == (answer.latitude is not None) == (answer.longitude is not None)
    if answer.latitude is not None and answer.longitude is not None:
        assert -90 <= answer.latitude <= 90
        assert -180 <= answer.longitude <= 180
    assert answer.confidence in (None, 1, 2, 3, 4, 5)
    texts = [
        answer.country,
        answer.state,
        answer.city,
        answer.street,
        answer.environment,
        *(answer.reasoning or {}).values(),
    ]
    for text in texts:
        assert text is None or (text.encode() and "\x00" not in text)


def holds(text: str, degrees: float) -> bool:
    """Whether a text has a number, its sign aside: as such, or as degrees, minutes and seconds that stand in it."""
    # A decimal comma is one only between digits, and "1, 2" are two numbers.
    tokens = set(re.findall(r"\d+\.?\d*(?:[eE][+-]?\d{1,3})?|\.\d+(?:[eE][+-]?\d{1,3})?|\d+\.?\d*", text))
    tokens |= {f"{whole}.{part}" for whole, part in re.findall(r"(\d+),(\d+)", text)}
    tokens |= set(re.findall(r"\d+\.?\d*", text))
    held = {float(token) for token in tokens}
    if abs(degrees) in held:
        return True
    whole, fraction = divmod(abs(degrees), 1)
    parts = [number for number in held if number < 60]
    return whole in held and any(
        abs(minutes / 60 + seconds / 3600 - fraction) < 1e-9 for minutes in parts for seconds in (0.0, *parts)
    )


def test_what_holds_a_number() -> None:
    assert holds("a -20.5 b", 20.5)
    assert holds("20,5", -20.5)
    assert holds("20\u00b030'", -20.5)
    assert holds("33\u00b048'09\"", 33.8025)
    assert not holds("20\u00b030'", 20.25)
    assert not holds("-120.5", 20.5)
    assert not holds("20.51", 20.5)


@settings(max_examples=500, deadline=None)
@given(noise | st.text(), st.booleans())
def test_any_text(text: str, is_cut: bool) -> None:
    answer = parse_answer(text, is_cut=is_cut)
    check(answer)
    assert parse_answer(storable(text), is_cut=is_cut) == answer


@settings(max_examples=2000, deadline=None)
@given(damaged(), st.booleans())
def test_damaged_answers_never_invent_a_coordinate(text: str, is_cut: bool) -> None:
    start = time.process_time()
    answer = parse_answer(text, is_cut=is_cut)
    assert time.process_time() - start < 2
    check(answer)
    if answer.latitude is not None and answer.longitude is not None:
        assert holds(text, answer.latitude), answer
        assert holds(text, answer.longitude), answer


@pytest.mark.parametrize("depth", [999, 1_000, 1_023, 1_025, 5_000, 100_000])
@pytest.mark.parametrize(
    ("opening", "closing"),
    [("[", "]"), ("{", "}"), ('{"a":', "}"), ('{"reverse_geocoding":', "}"), ('[{"coordinates":', "}]"), ('"{', '}"')],
)
def test_nesting_of_any_depth(opening: str, closing: str, depth: int) -> None:
    start = time.process_time()
    for text in (
        opening * depth,
        opening * depth + "1" + closing * depth,
        ANSWER + opening * depth,
        opening * depth + ANSWER,
    ):
        check(parse_answer(text))
    assert time.process_time() - start < 10


@settings(max_examples=300, deadline=None)
@given(json_values)
def test_any_json(value: object) -> None:
    check(
        parse_answer(json.dumps({"reverse_geocoding": {"coordinates": value, "address": value, "confidence": value}}))
    )
    check(parse_answer(json.dumps(value)))
    published = {"reverse_geocoding": {"coordinates": {"latitude": value, "longitude": value}, "address": value}}
    answer = published_answer(published, None)
    assert (answer.outcome == "answered") == (answer.latitude is not None)


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet="0123456789.,-+°'\" NSEWnsewlatonabout()", max_size=60))
def test_coordinate_texts(text: str) -> None:
    read_degrees(text, "latitude")
    point = read_pair(text)
    assert point is None or (abs(point.latitude) <= 90 and abs(point.longitude) <= 180)
