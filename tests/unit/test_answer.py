"""The answer parser on hand-made answers in every shape that real ones take."""

import dataclasses
import json
import time

import pytest

from imageo.query.answers.form import AnswerForm
from imageo.query.answers.ladder import Stage
from imageo.query.answers.parse import (
    PARSER_VERSION,
    Answer,
    mapped_answer,
    parse_answer,
    parser_version,
    published_answer,
    storable,
    was_cut,
)

REASONING = {
    "landmark_recognition": "A tower",
    "text_and_signage": "None visible",
    "cultural_indicators": "Palms",
    "spatial_context": "Downtown",
}


def answer_json(latitude: object = "33.7489", longitude: object = "-84.3879", **geocoding: object) -> dict[str, object]:
    return {
        "image_information": {"environment": "outdoor", "scene_type": "building", "setting": "urban"},
        "reasoning": dict(REASONING),
        "reverse_geocoding": {
            "confidence": "4",
            "address": {"street": "", "city": "Atlanta", "state": "GA", "country": "USA"},
            "coordinates": {"latitude": latitude, "longitude": longitude},
            **geocoding,
        },
    }


EXPECTED = Answer(
    outcome="answered",
    stage="strict",
    latitude=33.7489,
    longitude=-84.3879,
    country="USA",
    state="GA",
    city="Atlanta",
    street=None,
    confidence=4,
    environment="outdoor",
    scene_type="building",
    setting="urban",
    reasoning=REASONING,
)
TEXT = json.dumps(answer_json())
PRETTY = json.dumps(answer_json(), indent=2)
HALVES = [json.dumps({key: value}) for key, value in answer_json().items()]

MARKDOWN = """Here is what I see:

**Image Information**

* Environment: outdoor
* **Scene Type:** building
* Setting: urban

### Reasoning
1. Landmark Recognition: A tower
2. Text and Signage: None visible
3. Cultural Indicators: Palms
4. Spatial Context: Downtown

**Reverse Geocoding**
- Confidence: 4 (Moderately confident)
- Address:
\t+ Street:
\t+ City: Atlanta
\t+ State: GA
\t+ Country: USA
- **Coordinates**:
\t+ Latitude: 33.7489
\t+ Longitude: -84.3879

Note: the coordinates are approximate."""


@pytest.mark.parametrize(
    ("raw", "stage"),
    [
        (TEXT, "strict"),
        ("\ufeff" + PRETTY, "strict"),
        (json.dumps(TEXT), "strict"),
        (f"[{TEXT}]", "strict"),
        (f"```json\n{PRETTY}\n```", "fence"),
        (f"Sure!\n```\n{PRETTY}\n```\nAnything else?", "fence"),
        (f"Here it is: {PRETTY}\n\nI hope this helps {{really}}.", "object"),
        (f"Is it {{Rome or Paris?\n{PRETTY}", "object"),
        (f"{'I wonder. ' * 30_000}\n{PRETTY}", "object"),
        (f"{'I wonder. ' * 30_000}\n```json\n{PRETTY}\n```", "fence"),
        ("\n".join(HALVES), "object"),
        ("Scene: {}\nWhy: {}\nWhere: {}".format(*HALVES), "object"),
        (PRETTY.replace("\n", "\\n"), "object"),
        (PRETTY.replace("\n", "\\\n"), "object"),
        (PRETTY.replace('"A tower"', '"A\ttower"').replace("\t", " "), "strict"),
        (TEXT[:-1], "repair"),
        (TEXT.replace('"street": ""', '"street": None'), "repair"),
        (TEXT.replace("}, ", "}\n"), "repair"),
        (MARKDOWN, "prose"),
        ("\n\n".join(f"**{line.strip()}**" for line in PRETTY.splitlines()[:-1]), "prose"),
    ],
)
def test_every_rung_reads_the_same_answer(raw: str, stage: Stage) -> None:
    assert parse_answer(raw) == dataclasses.replace(EXPECTED, stage=stage)


@pytest.mark.parametrize(
    ("latitude", "longitude", "point"),
    [
        (40.5, -75, (40.5, -75.0)),
        ("40.5", " -75.25 ", (40.5, -75.25)),
        ("40,5123", "-75,25", (40.5123, -75.25)),
        ("\u221240.5", "+75.25", (-40.5, 75.25)),
        ("approximately 40.0", "about -90", (40.0, -90.0)),
        ("40.5\u00b0 N", "75.25\u00b0W", (40.5, -75.25)),
        ("40.5 S", "E 75.25", (-40.5, 75.25)),
        ("40\u00b026'46\"N", "79\u00b058\u203256\u2033 W", (40.446111, -79.982222)),
        ("33.9 degrees south", "18.4 degrees east", (-33.9, 18.4)),
        ("-33.9 S", "18.4 E", (-33.9, 18.4)),
        (90, -180, (90.0, -180.0)),
        ("Unknown", "Unknown", None),
        ("N/A", "", None),
        (None, 0.0, None),
        (None, None, None),
        ("40-41", "-75", None),
        ("route 66", "-75", None),
        ("NaN", "Infinity", None),
        (90.0001, 10, None),
        (10, 180.0001, None),
        ("-122.42", "37.77", None),
        ("75 W", "40 N", None),
        ("40 N", "-75 E", None),
        (True, False, None),
        (10**400, 1, None),
        ("1_0", "2_0", None),
        ([40], {"deg": 75}, None),
    ],
)
def test_coordinates(latitude: object, longitude: object, point: tuple[float, float] | None) -> None:
    answer = parse_answer(json.dumps(answer_json(latitude, longitude)))
    if point is None:
        assert (answer.outcome, answer.latitude, answer.longitude) == ("no_coordinates", None, None)
    else:
        assert answer.outcome == "answered"
        assert (answer.latitude, answer.longitude) == pytest.approx(point, abs=1e-6)


@pytest.mark.parametrize(
    ("written", "latitude"),
    [
        ("43.50", 43.5), ('"43.5', 43.5), ("'43.5 S'", -43.5), ("43,5", 43.5), ("+43.5", 43.5), (".5", 0.5),
        ("43.5 S", -43.5), ("43.5S", -43.5), ("43.5\u00b0 S", -43.5), ("20\u00b030'00\"S", -20.5), ("S 43.5", -43.5),
        ("\u221243.5", -43.5), ("~43.5", 43.5), ("about 43.5", 43.5),
        ("4 3.5", None), ("43.5 to 44", None), ("43.5-44", None), ("43x.5", None), ("43.5.2", None), ("1_0", None),
        ("-43\u0663\u0663.\u0667.5", None), ("43.5 /* S */", None), ('"43.5" S', None), ("43\u00b05", None),
        ("[43.5]", None), ("NaN", None), ("0x1F", None),
    ],
)  # fmt: skip
def test_mending_json_loses_neither_sign_nor_digit(written: str, latitude: float | None) -> None:
    """json-repair takes 43.5 for `43.5 S`, 20 for `20\u00b030'`, 4 for `4 3.5`."""
    raw = TEXT.replace('"33.7489"', written)[:-1]
    answer = parse_answer(raw)
    assert answer.stage in ("repair", "prose")
    assert (answer.latitude, answer.city) == (latitude, "Atlanta")


@pytest.mark.parametrize("zero", [0, 0.0, -0.0, "0", "0.0000", "0\u00b0"])
def test_null_island_is_no_answer_but_flagged(zero: object) -> None:
    answer = parse_answer(json.dumps(answer_json(zero, zero)))
    assert (answer.outcome, answer.is_placeholder, answer.latitude) == ("no_coordinates", True, None)
    assert parse_answer(json.dumps(answer_json(0, 0.5))).outcome == "answered"


@pytest.mark.parametrize(
    ("coordinates", "point"),
    [
        ("36.1629, -86.7774", (36.1629, -86.7774)),
        ("36.1629; 86.7774 (approximate location of the 5th gate)", (36.1629, 86.7774)),
        ("Latitude: 37.427022, Longitude: -122.174001", (37.427022, -122.174001)),
        ("41.8781\u00b0 N, 87.6298\u00b0 W", (41.8781, -87.6298)),
        ("87.6298\u00b0 W, 41.8781\u00b0 N", (41.8781, -87.6298)),
        ("40\u00b026\u203246\u2033N 79\u00b058\u203256\u2033W", (40.446111, -79.982222)),
        ("23'08.8\"S 43\u00b030'11\"W", None),  # 2\u00b03'08.8" or 23'08.8": the degree sign is lost
        ("4026'46\"N 79\u00b058'56\"W", None),
        ("40 26'46\"N 79 58'56\"W", (40.446111, -79.982222)),
        ([36.5, "-86.5"], (36.5, -86.5)),
        ({"lat": 36.5, "lng": -86.5}, (36.5, -86.5)),
        ({"Latitude": 36.5, "Longitude": -86.5}, (36.5, -86.5)),
        ("Not specified", None),
        ("36.5", None),
        ("120.5, 36.5", None),
        ("36.5, -86.5, 12 m", None),
        ([1, 2, 3], None),
        ([], None),
    ],
)
def test_coordinates_as_one_value(coordinates: object, point: tuple[float, float] | None) -> None:
    answer = parse_answer(json.dumps(answer_json(coordinates=coordinates)))
    assert (answer.outcome == "answered") == (point is not None)
    if point is not None:
        assert (answer.latitude, answer.longitude) == pytest.approx(point, abs=1e-6)


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("450 Serra Mall, Stanford, CA 94305, USA", ("450 Serra Mall", "Stanford", "CA", "USA")),
        ("123 Oak St, Anytown, USA", ("123 Oak St", "Anytown", None, "USA")),
        ("Honolulu, Hawaii, USA", (None, "Honolulu", "Hawaii", "USA")),
        ("Kyoto, Japan (near Gion, Higashiyama)", (None, "Kyoto", None, "Japan")),
        ("Arlington, VA", (None, "Arlington", "VA", None)),
        ("Portugal", (None, None, None, "Portugal")),
        ("Not applicable (no place, at all)", (None, None, None, None)),
        ({"City": "Kyoto", "country": "null", "state": None}, (None, "Kyoto", None, None)),
        ({"city": "Unknown", "country": " Hoa K\u1ef3"}, (None, "Unknown", None, "Hoa K\u1ef3")),
        ({"city": ["a", "b"], "country": 7, "street": {"x": 1}}, (None, "a, b", None, "7")),
    ],
)
def test_addresses(address: object, parts: tuple[str | None, ...]) -> None:
    answer = parse_answer(json.dumps(answer_json(address=address)))
    assert (answer.street, answer.city, answer.state, answer.country) == parts


@pytest.mark.parametrize(
    ("value", "confidence"),
    [
        ("5", 5), (4, 4), (3.0, 3), ("4 (Moderately Confident)", 4), ("5 - high", 5), ("4/5", 4), ("3 out of 5", 3),
        ("0", None), (6, None), ("45", None), ("1-5", None), ("80%", None), (0.8, None), ("4/10", None),
        ("3.5", None), ("high", None), (None, None), (True, None), ("", None), ([5], None),
    ],
)  # fmt: skip
def test_confidence(value: object, confidence: int | None) -> None:
    assert parse_answer(json.dumps(answer_json(confidence=value))).confidence == confidence


def test_a_flat_answer_is_an_answer() -> None:
    answer = parse_answer('{"lat": 1.5, "lon": 2.5, "country": "Benin", "confidence": 3, "reasoning": "Red soil."}')
    assert answer == Answer(
        "answered", "strict", 1.5, 2.5, country="Benin", confidence=3, reasoning={"text": "Red soil."}
    )


@pytest.mark.parametrize(
    ("raw", "outcome"),
    [
        (None, "empty"),
        ("", "empty"),
        (" \n\t\x00\ufeff", "empty"),
        ("I'm sorry, but I can't help with identifying where this photo was taken.", "refused"),
        ("I\u2019m unable to determine the location of this image.", "refused"),
        ("I cannot identify people or private homes.", "refused"),
        ('{"error": "I am sorry, this violates our policy."}', "refused"),
        ("The image shows an airport on a cloudy day.\n\n*Answer*: Not Applicable", "unparsable"),
        ("{}", "unparsable"),
        ("[]", "unparsable"),
        ("42", "unparsable"),
        ('{"image_inf', "unparsable"),
        ("<html><body>502 Bad Gateway</body></html>", "unparsable"),
        ('{"reverse_geocoding": {}}', "no_coordinates"),
        ("Country: France", "no_coordinates"),
        ("Sorry, I cannot be sure.\nCountry: France\nCoordinates: 48.8584, 2.2945", "answered"),
    ],
)
def test_outcomes_without_a_full_answer(raw: str | None, outcome: str) -> None:
    assert parse_answer(raw).outcome == outcome


def test_prose_takes_the_last_word_and_only_an_unambiguous_pair() -> None:
    revised = "Latitude: 10.5\nLongitude: 20.5\nOn reflection:\nLatitude: 11.5\nLongitude: 21.5\nCity: Not specified"
    assert (parse_answer(revised).latitude, parse_answer(revised).longitude) == (11.5, 21.5)
    assert parse_answer("This is Paris (48.8584, 2.2945).").longitude == 2.2945
    assert parse_answer("Either 48.8584, 2.2945 or 40.6892, -74.0445.").outcome == "unparsable"
    assert parse_answer("Version 1.234, 5.678, 9.123 of the tool").outcome == "unparsable"


def test_a_cut_answer_never_gives_a_cut_number() -> None:
    whole = json.dumps(answer_json())
    for end in range(len(whole)):
        answer = parse_answer(whole[:end])
        assert answer.longitude in (None, -84.3879), whole[:end]
        assert answer.latitude in (None, 33.7489), whole[:end]


@pytest.mark.parametrize(
    "whole",
    [
        '{"latitude": 33.7489, "longitude": -84.3879}',
        '{"latitude": "33.7489", "longitude": "-84.3879", "country": "USA"}',
        '{"reverse_geocoding": {"coordinates": {"latitude": 33.7489, "longitude": -84.3879}}}',
        '{"reverse_geocoding": {"coordinates": "33.7489, -84.3879", "address": {"country": "USA"}}}',
        '```json\n{\n "coordinates": [33.7489, -84.3879],\n "country": "USA"\n}\n```',
        json.dumps(answer_json(33.7489, -84.3879), indent=1),
    ],
    ids=range(6),
)
def test_json_without_its_end_never_gives_a_cut_number(whole: str) -> None:
    points = {parse_answer(whole[:end]).point for end in range(len(whole) + 1)}
    assert points <= {None, (33.7489, -84.3879)}
    assert parse_answer(whole).outcome == "answered"


@pytest.mark.parametrize("end", [0, 3, 6])
def test_prose_that_the_model_was_stopped_in_loses_its_last_line(end: int) -> None:
    lines = "City: Atlanta\nLatitude: 33.7489\nLongitude: -84.3879"
    text = lines[: len(lines) - end]
    assert parse_answer(text).outcome == "answered"  # who can tell?
    answer = parse_answer(text, is_cut=True)
    assert (answer.outcome, answer.stage, answer.city) == ("no_coordinates", "prose", "Atlanta")
    assert parse_answer(f"{lines}\nA", is_cut=True).point == (33.7489, -84.3879)
    assert parse_answer("Paris (48.8584, 2.29", is_cut=True).outcome == "unparsable"


def test_what_json_closes_is_whole_though_the_model_was_stopped() -> None:
    assert parse_answer(f"{TEXT} And fur", is_cut=True) == dataclasses.replace(EXPECTED, stage="object")
    assert parse_answer(TEXT[:-1], is_cut=True) == dataclasses.replace(EXPECTED, stage="repair")
    stopped = parse_answer(TEXT[: TEXT.index('"coordinates"') + 30], is_cut=True)
    assert (stopped.outcome, stopped.stage, stopped.city, stopped.country) == (
        "no_coordinates", "repair", "Atlanta", "USA",
    )  # fmt: skip


@pytest.mark.parametrize("reason", ["length", "max_tokens", "MAX_TOKENS", "content_filter", "SAFETY"])
def test_reasons_to_stop_amid_an_answer(reason: str) -> None:
    assert was_cut(reason)


@pytest.mark.parametrize("reason", [None, "stop", "STOP", "end_turn", "stop_sequence", "eos"])
def test_reasons_of_an_answer_that_is_whole(reason: str | None) -> None:
    assert not was_cut(reason)


def test_the_form_that_models_are_held_to_is_read_strictly() -> None:
    form = AnswerForm.model_validate(answer_json(33.7489, -84.3879, confidence=4))
    assert parse_answer(form.model_dump_json()) == EXPECTED
    unknown = {"street": None, "city": None, "state": None, "country": None}
    form = AnswerForm.model_validate(answer_json(None, None, confidence=1, address=unknown))
    answer = parse_answer(form.model_dump_json())
    assert answer == dataclasses.replace(
        EXPECTED, outcome="no_coordinates", latitude=None, longitude=None, country=None, state=None, city=None,
        confidence=1,
    )  # fmt: skip


def test_the_version_of_the_parser_goes_with_what_it_read() -> None:
    for raw in (TEXT, MARKDOWN, "I'm sorry, but I can't help with that.", "?"):
        assert parser_version(parse_answer(raw), raw) == PARSER_VERSION
    assert parser_version(parse_answer(None), None) is None
    assert parser_version(published_answer(answer_json(), None), TEXT) is None
    assert parser_version(mapped_answer({"latitude": "1", "longitude": "2"}), TEXT) is None
    assert parser_version(Answer("provider_error"), TEXT) is None


@pytest.mark.parametrize(
    "raw", ["\x00", "\ud800", "\ufeff\x00 ", "\x00\ufeff", "\ufeff{}", "a\x00b\udfff", f"\ufeff\ufeff{TEXT}"]
)
def test_a_stored_text_is_read_as_it_was_when_it_came(raw: str) -> None:
    assert parse_answer(storable(raw)) == parse_answer(raw)


def test_what_postgresql_cannot_store_is_replaced() -> None:
    raw = json.dumps(answer_json(address={"city": "A\x00B", "country": "\ud800!"}))
    answer = parse_answer(raw)
    assert (answer.city, answer.country) == ("A\ufffdB", "\ufffd!")
    assert parse_answer("Country: A\x00B").country == "A\ufffdB"
    reasoned = answer_json()
    reasoned["reasoning"] = {"a\x00": "b\x00"}
    assert parse_answer(json.dumps(reasoned)).reasoning == {"a\ufffd": "b\ufffd"}


@pytest.mark.parametrize(
    "raw",
    [
        "x" * 10_000_000,
        '{"a": "' + "x" * 10_000_000 + '"}',
        "{" * 1_000_000,
        '{"a":' * 200_000,
        "[" * 1_000_000,
        "{'" * 100_000,
        '{"reverse_geocoding":' * 900 + "1" + "}" * 900,
        "{} " * 500_000,
        "```{" * 200_000,
        "* " * 500_000,
        "City:\n" * 200_000,
        "1.234, " * 200_000,
        " " * 1_000_000 + "x",
        '{"latitude": "' + "1 " * 1_000_000 + '"}',
    ],
    ids=range(14),
)
def test_hostile_texts_take_no_time(raw: str) -> None:
    start = time.process_time()
    parse_answer(raw)
    assert time.process_time() - start < 10  # quadratic ones took minutes


def test_a_published_answer_is_kept_as_it_is() -> None:
    info = answer_json("33.7489", "-84.3879", address={"street": "", "city": "", "state": None, "country": " US"})
    answer = published_answer(info, None)
    assert (answer.street, answer.city, answer.state, answer.country) == ("", "", None, " US")
    assert (answer.outcome, answer.stage, answer.latitude) == ("answered", "published", 33.7489)
    zero = published_answer(answer_json(0, "0.0"), None)
    assert (zero.outcome, zero.is_placeholder, zero.latitude) == ("answered", True, 0.0)
    assert published_answer(answer_json("approximately 40.0", "-90"), None).outcome == "no_coordinates"
    assert published_answer(answer_json("nan", 1), None).outcome == "no_coordinates"
    assert published_answer(answer_json("91", 1), None).outcome == "no_coordinates"


@pytest.mark.parametrize(
    ("info", "error", "outcome"),
    [
        ({"address": "Parse Failed", "reasoning": "Could not parse output."}, None, "unparsable"),
        ({"address": "x"}, "Error code: 500", "provider_error"),
        (None, None, "empty"),
        ([1], None, "unparsable"),
        ({"reverse_geocoding": {"address": "Not specified", "coordinates": "x"}}, None, "no_coordinates"),
        ({"reverse_geocoding": {"coordinates": {"latitude": [1], "longitude": {}}}}, None, "no_coordinates"),
        ({"reverse_geocoding": {}, "reasoning": [1, {}]}, None, "no_coordinates"),
    ],
)
def test_published_answers_of_other_shapes(info: object, error: str | None, outcome: str) -> None:
    assert published_answer(info, error).outcome == outcome


def test_an_answer_from_columns() -> None:
    row = {"latitude": "40.5", "longitude": "-75.5", "country": "USA", "state": "", "confidence": "4"}
    assert mapped_answer(row) == Answer("answered", "mapped", 40.5, -75.5, country="USA", confidence=4)
    assert mapped_answer({"latitude": "912", "longitude": "1"}).outcome == "no_coordinates"
    assert mapped_answer({"latitude": "", "longitude": None, "country": " "}).outcome == "empty"
