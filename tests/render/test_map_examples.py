"""Which answers a page carries, and what it says of the choice."""

import pandas as pd
import pytest

from imageo.render.reading.map_examples import (
    LONG_WORDS,
    MOST_CHARACTERS,
    SHORT_WORDS,
    choose_examples,
    regions_within_reach,
)


def answer(region: str, run: str, rank: int, **columns: object) -> dict[str, object]:
    return {
        "region_code": region,
        "run_label": run,
        "worst_rank": rank,
        "image_id": rank,
        "image_name": f"{region}{rank}",
        "true_city": "Paris",
        "answered_city": None,
        "answered_state": None,
        "answered_country": "Spain",
        "error_km": 100.0 / rank,
        "reasoning": "palm trees",
        **columns,
    }


def chosen(rows: pd.DataFrame) -> list[tuple[str, str, int]]:
    return list(rows[["region_code", "run_label", "worst_rank"]].itertuples(index=False, name=None))


def test_all_are_carried_where_they_fit() -> None:
    rows = pd.DataFrame([answer(region, run, rank) for rank in (3, 1, 2) for run in "ba" for region in ("ES", "FR")])
    told = choose_examples(rows, {"ES": 9, "FR": 5}, None, "country")
    assert chosen(told.rows) == [(region, run, rank) for region in ("ES", "FR") for run in "ab" for rank in (1, 2, 3)]
    assert told.sentence.startswith("Examples are the 3 largest errors of a run in a region")
    assert "room" not in told.sentence


def test_where_they_do_not_the_worst_of_large_regions_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = pd.DataFrame([answer(region, run, rank) for region in ("AA", "BB", "CC") for run in "ab" for rank in (1, 2)])
    # 60 for numbers, 3 + 5 + 5 + 10 letters: seven answers make 581.
    monkeypatch.setitem(MOST_CHARACTERS, "admin1", 600)
    told = choose_examples(rows, {"AA": 1, "BB": 30, "CC": 2, "DD": 1}, None, "admin1")
    assert chosen(told.rows) == [
        ("AA", "a", 1), ("AA", "b", 1), ("BB", "a", 1), ("BB", "a", 2), ("BB", "b", 1), ("CC", "a", 1), ("CC", "b", 1),
    ]  # fmt: skip
    assert "The page has room for 7 in 3 of 4 regions with images" in told.sentence
    everywhere = choose_examples(rows, {}, None, "country")
    assert len(everywhere.rows) == 12


def test_a_number_that_is_asked_for_is_given_whatever_the_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MOST_CHARACTERS, "admin1", 1)
    rows = pd.DataFrame([answer("AA", "a", rank) for rank in range(1, 6)])
    assert len(choose_examples(rows, {"AA": 5}, 4, "admin1").rows) == 4
    one = choose_examples(rows, {"AA": 5}, 1, "admin1")
    assert chosen(one.rows) == [("AA", "a", 1)]
    assert one.sentence == "The example of a run in a region is its largest error, else an answer without a place."
    none = choose_examples(rows, {"AA": 5}, 0, "admin1")
    assert (len(none.rows), none.sentence) == (0, "")
    assert choose_examples(rows, {"AA": 5}, None, "admin1").sentence == ""


@pytest.mark.parametrize(("each", "length"), [(None, SHORT_WORDS), (3, LONG_WORDS)])
def test_words_are_one_line_and_cut(each: int | None, length: int) -> None:
    words = "\u202eturned\n\nround\x00 " + "x" * 10_000
    rows = pd.DataFrame([answer("AA", "a", 1, reasoning=words), answer("AA", "a", 2, reasoning=None)])
    shown, nothing = choose_examples(rows, {"AA": 2}, each, "country").rows["reasoning"]
    assert shown.startswith("turned round x")
    assert (len(shown), shown[-1]) == (length, "…")
    assert nothing is None


def test_rows_in_any_order_give_the_same_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MOST_CHARACTERS, "admin1", 820)  # ten answers of 82
    rows = pd.DataFrame([answer(region, run, rank) for region in "ABCDEF" for run in "abc" for rank in (1, 2)])
    images = dict.fromkeys("ABCDEF", 7)
    first = choose_examples(rows, images, None, "admin1").rows
    again = choose_examples(rows.sample(frac=1, random_state=2), images, None, "admin1").rows
    pd.testing.assert_frame_equal(first, again)
    assert len(first) == 10


@pytest.mark.parametrize("most", [500, 2_000, 5_000, 100_000])
def test_what_is_not_read_would_not_have_been_chosen(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MOST_CHARACTERS, "admin1", most)
    regions = [f"R{number:02}" for number in range(40)]
    answered = {region: "abc" if int(region[1:]) % 3 else "a" for region in regions}
    rows = pd.DataFrame(
        [answer(region, run, rank) for region in regions for run in answered[region] for rank in (1, 2)]
    )
    rates = pd.DataFrame(
        [
            {"region_code": each, "run_id": run, "n_all": int(each[1:]) % 7 + 1}
            for each in regions
            for run in answered[each]
        ]
    )
    images = rates.groupby("region_code")["n_all"].max().to_dict()
    near = regions_within_reach(rates, "admin1")
    assert bool(near) is (most < 10_000)
    read = rows[rows["region_code"].isin(near)] if near else rows
    everything = choose_examples(rows, images, None, "admin1")
    pd.testing.assert_frame_equal(choose_examples(read, images, None, "admin1").rows, everything.rows)
    assert len(everything.rows) == min(most // 84, len(rows))


def test_no_answer_no_example() -> None:
    told = choose_examples(pd.DataFrame([answer("AA", "a", 1)]).iloc[:0], {"AA": 1}, None, "country")
    assert (len(told.rows), told.sentence) == (0, "")
