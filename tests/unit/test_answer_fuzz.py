"""Any text at all: the parser never raises, and never gives a number that the text does not hold."""

import json
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from imageo.outcome import OUTCOMES
from imageo.query.answer import Answer, parse_answer, published_answer
from imageo.query.coordinates import read_degrees, read_pair

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

noise = st.text(alphabet=st.characters(categories=("Cs", "Cc", "L", "N", "P", "Z", "S")), max_size=30)
json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | noise,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(noise, inner, max_size=3),
    max_leaves=8,
)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A real-shaped answer with pieces cut out, put in and repeated."""
    text = draw(st.sampled_from([ANSWER, MARKDOWN, f"```json\n{ANSWER}\n```", ANSWER + MARKDOWN]))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 40)))
        piece = draw(
            st.sampled_from(["", "}", '"', "{", ",", "\n", "**", "\\", "NaN", "0", text[start:end] * 2]) | noise
        )
        text = text[:start] + piece + text[end:]
    return text


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


def numbers(text: str) -> set[float]:
    digits = re.findall(r"\d+\.?\d*(?:[eE][+-]?\d{1,3})?|\.\d+", text.replace(",", "."))
    return {float(number) for number in digits} | {float(number) for number in re.findall(r"\d+\.?\d*", text)}


@settings(max_examples=500, deadline=None)
@given(noise | st.text())
def test_any_text(text: str) -> None:
    check(parse_answer(text))


@settings(max_examples=1500, deadline=None)
@given(damaged())
def test_damaged_answers_never_invent_a_coordinate(text: str) -> None:
    answer = parse_answer(text)
    check(answer)
    if answer.latitude is not None and answer.longitude is not None and "'" not in text:
        held = numbers(text)
        assert abs(answer.latitude) in held
        assert abs(answer.longitude) in held


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
