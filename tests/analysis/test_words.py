"""Words of texts, and which tell hits from misses: against a published example and sums by hand."""

import math
import time
from collections import Counter

import numpy as np
import pytest

from imageo.analysis.words import LONGEST_TEXT, clauses, count_terms, log_odds, telling_terms, terms_of


def test_log_odds_against_the_example_of_another_implementation() -> None:
    """Of jmhessel/FightingWords: two sentences, a prior of 0.05 for each word, z of each."""
    first = Counter("the quick brown fox jumps over the lazy pig".split())
    second = Counter("the lazy purple pig jumps over the lazier donkey".split())
    words = sorted(first | second)
    counts = [np.array([count[word] for word in words], float) for count in (first, second)]
    delta, variance = log_odds(*counts, np.full(len(words), 0.05))
    z = dict(zip(words, delta / np.sqrt(variance), strict=True))
    for word in ("donkey", "lazier", "purple"):
        assert z[word] == pytest.approx(-0.6894227886807968)
    for word in ("brown", "fox", "quick"):
        assert z[word] == pytest.approx(0.6894227886807968)
    for word in ("jumps", "lazy", "over", "pig", "the"):
        assert z[word] == 0.0


def test_log_odds_by_hand_with_an_informative_prior() -> None:
    # y1 = (8, 2), y2 = (1, 9), a = (3, 7): ln(11 / 9) - ln(4 / 16), and 1/11 + 1/4 (formulas 16 and 20).
    delta, variance = log_odds(np.array([8.0, 2.0]), np.array([1.0, 9.0]), np.array([3.0, 7.0]))
    assert delta[0] == pytest.approx(math.log(11 / 9) - math.log(4 / 16))
    assert variance[0] == pytest.approx(1 / 11 + 1 / 4)
    assert delta[1] == pytest.approx(-delta[0])


def test_telling_terms_is_the_formula_for_one_model() -> None:
    hits, misses = {"tower": 8, "tree": 2}, {"tower": 1, "tree": 9}
    images = {"tower": 9, "tree": 11}
    (first, last) = telling_terms([(hits, misses)], images, prior_size=40)
    # All counts together: 9 and 11 of 20, so the prior is 18 and 22.
    delta = math.log((8 + 18) / (2 + 22)) - math.log((1 + 18) / (9 + 22))
    z = delta / math.sqrt(1 / (8 + 18) + 1 / (1 + 18))
    assert (first.term, first.n_hits, first.n_misses) == ("tower", 8, 1)
    assert first.log_odds == pytest.approx(delta)
    assert first.z == pytest.approx(z)
    assert last.term == "tree"
    assert last.z < 0


def test_words_of_a_better_model_are_no_words_of_hits() -> None:
    """One model is right nine times in ten and says indeed, the other once and says perhaps: neither tells anything."""
    good = ({"indeed": 90, "tower": 45}, {"indeed": 10, "tower": 5})
    poor = ({"perhaps": 10, "tower": 5}, {"perhaps": 90, "tower": 45})
    pooled = (Counter(good[0]) + Counter(poor[0]), Counter(good[1]) + Counter(poor[1]))
    images = {"indeed": 50, "perhaps": 50, "tower": 50}
    naive = {each.term: each.z for each in telling_terms([pooled], images)}
    assert naive["indeed"] > 5
    assert naive["perhaps"] < -5
    within = {each.term: each.z for each in telling_terms([good, poor], images)}
    assert set(within) == {"indeed", "perhaps", "tower"}
    assert max(abs(z) for z in within.values()) < 1e-9


def test_models_are_weighted_by_the_inverse_of_the_variance() -> None:
    """Two models by hand: d = sum(d_m / v_m) / sum(1 / v_m), z = sum(d_m / v_m) / sqrt(sum(1 / v_m))."""
    groups = [
        ({"tower": 8, "tree": 2}, {"tower": 1, "tree": 9}),
        ({"tower": 30, "tree": 30}, {"tower": 20, "tree": 40}),
    ]
    parts = []
    for (hits, misses), prior in zip(groups, ((18, 22), (50 / 3, 70 / 3)), strict=True):
        one = (hits["tower"] + prior[0], hits["tree"] + prior[1])
        two = (misses["tower"] + prior[0], misses["tree"] + prior[1])
        parts.append((math.log(one[0] / one[1]) - math.log(two[0] / two[1]), 1 / one[0] + 1 / two[0]))
    weight = sum(1 / variance for _, variance in parts)
    tower = telling_terms(groups, {"tower": 9, "tree": 9}, prior_size=40)[0]
    assert tower.log_odds == pytest.approx(sum(delta / variance for delta, variance in parts) / weight)
    assert tower.z == pytest.approx(sum(delta / variance for delta, variance in parts) / math.sqrt(weight))
    assert (tower.n_hits, tower.n_misses) == (38, 21)


def test_rare_terms_and_models_without_a_miss_are_left_out() -> None:
    groups = [({"tower": 8, "tree": 2}, {"tower": 1, "tree": 9}), ({"tower": 5}, {})]
    assert [each.term for each in telling_terms(groups, {"tower": 9, "tree": 3}, minimum=4)] == ["tower"]
    assert telling_terms([({"tower": 5}, {})], {"tower": 5}) == []
    assert telling_terms([], {}) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Building's façade", [["the", "building", "façade"]]),
        ("Straßenschild, ÜBER allem!", [["straßenschild"], ["über", "allem"]]),
        ("19th century 1950s", [["century"]]),
        ("don’t stop", [["don't", "stop"]]),
        ("soft\u00adhyphen \u202eabc\u202c zero\u200bwidth", [["softhyphen", "abc", "zerowidth"]]),
        ("हिन्दी में लिखा", [["हिन्दी", "में", "लिखा"]]),
        ("لافتة بالعربية", [["لافتة", "بالعربية"]]),
        ("東京タワー", [["東京タワー"]]),
        ("cafe\u0301 noir", [["café", "noir"]]),
        ("$x_1$ <b>bold</b> 😀", [["b"], ["bold"], ["b"]]),
        ("\x00\x01\n\r\t ", []),
        ("", []),
    ],
)
def test_clauses_of_any_script(text: str, expected: list[list[str]]) -> None:
    assert clauses(text) == expected


def test_long_texts_are_read_so_far_and_no_further() -> None:
    assert clauses("word " * LONGEST_TEXT)[0] == ["word"] * (LONGEST_TEXT // 5)


def test_terms_leave_out_stop_words_own_names_and_what_stands_apart() -> None:
    words, pairs = terms_of(
        "The Berlin TV tower, red brick of New York. Brick tower", {"the", "of"}, ["Berlin", None, "New York"]
    )
    assert words == {"tv", "tower", "red", "brick"}
    assert pairs == {"tv tower", "red brick", "brick tower"}


def test_a_term_counts_once_a_text() -> None:
    found = count_terms(terms_of(text, set()) for text in ("tower tower tower", "tower house", ""))
    assert found.words == {"tower": 2, "house": 1}
    assert found.pairs == {"tower house": 1}
    assert found.n_texts == 3


@pytest.mark.parametrize("unit", ["a", "a1", "'", "a'", "\u0301", "1", "-", "\u202e", "_", "अ\u093f"])
def test_hostile_text_is_read_in_no_time(unit: str) -> None:
    """No pattern looks at a letter again and again: 10,000 of anything take a blink."""
    start = time.process_time()
    clauses(unit * LONGEST_TEXT)
    assert time.process_time() - start < 0.1
