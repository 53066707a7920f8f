"""Names and columns: pure, without a database."""

from pathlib import Path

import pytest

from imageo.errors import InputError
from imageo.ingest.columns import PREDICTION_FIELDS, TRUTH_FIELDS, choose_columns, parse_map
from imageo.ingest.names import image_key, provider_name
from imageo.ingest.rows import shown
from imageo.ingest.truth_formats import known_format, mend_from_us_address


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("a.jpg", "a"),
        ("a.JPEG", "a"),
        ("a.jpg.jpg", "a"),
        ("a.png.Jpg.webp", "a"),
        ("img/4/a.heic", "a"),
        ("C:\\photos\\a.gif", "a"),
        (" a.jpg ", "a"),
        ("a.v2.final", "a.v2.final"),
        ("0x88:0x9a", "0x88:0x9a"),
        ("jpg", "jpg"),
        (".jpg", ""),
        ("folder/", ""),
        ("", ""),
    ],
)
def test_images_match_without_folder_and_suffix(name: str, key: str) -> None:
    assert image_key(name) == key


@pytest.mark.parametrize(
    ("provider", "model", "name"),
    [
        ("togetherai", "x", "together"),
        ("TogetherAI", "x", "together"),
        ("Google", "x", "gemini"),
        ("my-lab", "gpt-4", "my-lab"),
        ("", "gpt-4.1-mini", "openai"),
        ("", "o3", "openai"),
        ("", "claude-9", "anthropic"),
        ("", "gemini-2.5-pro", "gemini"),
        ("", "meta-llama/Llama-3.2", "together"),
        ("", "mine", "unknown"),
    ],
)
def test_provider_names(provider: str, model: str, name: str) -> None:
    assert provider_name(provider, model) == name


def test_a_map_is_pairs_of_known_fields() -> None:
    assert parse_map(" image_id = my photo ,latitude=y", TRUTH_FIELDS) == {"image_id": "my photo", "latitude": "y"}
    assert parse_map(None, TRUTH_FIELDS) == {}
    with pytest.raises(InputError, match="is not FIELD=COLUMN"):
        parse_map("image_id", TRUTH_FIELDS)
    with pytest.raises(InputError, match="no field 'altitude'; the fields are image_id, latitude"):
        parse_map("altitude=z", TRUTH_FIELDS)


def test_columns_are_guessed_by_name_and_the_given_ones_win() -> None:
    header = ["Photo", "Lat", "LNG", "Country Name", "true city", "region", "state"]
    chosen = choose_columns(Path("f"), header, {"city": "true city"}, TRUTH_FIELDS, ["image_id"])
    assert chosen == {
        "city": "true city",
        "image_id": "Photo",
        "latitude": "Lat",
        "longitude": "LNG",
        "country": "Country Name",
        "state": "state",
    }


def test_a_missing_column_is_told_with_the_remedy() -> None:
    with pytest.raises(InputError, match=r"no column for latitude and longitude; name it with --map latitude=COLUMN"):
        choose_columns(Path("f.csv"), ["image", "where"], {}, TRUTH_FIELDS, ["image_id", "latitude", "longitude"])
    with pytest.raises(InputError, match=r"f.csv: no column 'pic' for image_id; its columns are image, where"):
        choose_columns(Path("f.csv"), ["image", "where"], {"image_id": "pic"}, PREDICTION_FIELDS, [])


@pytest.mark.parametrize(
    ("city", "state", "address", "mended"),
    [
        ("AL 35203", None, "Park, 500 17th St N, Birmingham, AL 35203, United States", ("Birmingham", "AL")),
        ("ME 04092", None, "Crossing, Westbrook, ME 04092-1234, United States", ("Westbrook", "ME")),
        (None, "AR", "Ravenden, AR 72459", ("Ravenden", "AR")),
        ("Dexter", "AL", "36 Ave, Montgomery, AL 36104", ("Dexter", "AL")),
        ("AL 35203", None, "nothing to be read here", ("AL 35203", None)),
        (None, None, None, (None, None)),
    ],
)
def test_city_and_state_from_an_address(
    city: str | None, state: str | None, address: str | None, mended: tuple[str | None, str | None]
) -> None:
    fields = {"city": city, "state": state}
    mend_from_us_address(fields, {"address": address})
    assert (fields["city"], fields["state"]) == mended


def test_formats_are_known_by_their_columns() -> None:
    upc = ["image_id", "gmap_id", "address", "street", "city", "state", "latitude", "longitude"]
    known = known_format(upc)
    assert known is not None
    assert "UPC" in known.title
    assert known_format(["image_id", "latitude", "longitude", "city"]) is None


def test_a_rejected_row_is_shown_as_far_as_it_is_text() -> None:
    unreadable = b"caf\xe9\x00".decode("utf-8", "surrogateescape")
    assert shown(unreadable + "\r\n") == "caf\\xe9\\x00"
    assert shown("\ud83d") == "\ufffd"
    assert len(shown("x" * 20_000)) == 10_000
