"""Words of texts in any language: which there are, and which tell hits from misses."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LONGEST_TEXT = 10_000
"""Letters of a text that are read."""
_LENGTHS = range(2, 31)
# A word is letters with their marks (accents, vowel signs of Indic scripts) and apostrophes within.
_MARK = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963\u0980-\u0e4e\u0f00-\u0fbc\u1000-\u109f"
_WORD = re.compile(rf"[^\W\d_](?:[^\W\d_]|[{_MARK}])*(?:'(?:[^\W\d_]|[{_MARK}])+)*")
# A number and what clings to it, as in 19th, is no word.
_CLAUSE_END = re.compile(rf"[^\w\s'\-{_MARK}]+|\b\w*\d\w*|[\n\r]+")
# Soft hyphens, joiners, direction marks: they stand within words and are no part of them.
_INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True)
class Terms:
    """In how many texts each word and each pair of neighbouring words stands, of `n_texts` texts."""

    words: Counter[str]
    pairs: Counter[str]
    n_texts: int


@dataclass(frozen=True)
class Telling:
    """A term that stands in `n_hits` answers that are right and `n_misses` that are not.

    `log_odds`: above 0 it goes with hits. `z`: log_odds in standard errors.
    """

    term: str
    n_hits: int
    n_misses: int
    log_odds: float
    z: float


def clauses(text: str) -> list[list[str]]:
    """The words of a text in lower case, together where neither punctuation nor a number stands between them.

    Chinese, Japanese or Thai, which part no words, come in runs as long as a clause.
    """
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFC", text[:LONGEST_TEXT])).lower().replace("’", "'")
    found = [[word.removesuffix("'s") for word in _WORD.findall(part)] for part in _CLAUSE_END.split(plain)]
    return [part for part in found if part]


def terms_of(text: str, stop: Collection[str], names: Iterable[str | None] = ()) -> tuple[set[str], set[str]]:
    """The different words of a text, and its pairs of neighbours (`left hand`), without stop words.

    `names`: place names whose words do not count, alone or in a pair, in this text.
    """
    own = {word for name in names if isinstance(name, str) for part in clauses(name) for word in part}
    words, pairs = set(), set()
    for part in clauses(text):
        before = None
        for word in part:
            counts = len(word) in _LENGTHS and word not in stop and word not in own
            if counts:
                words.add(word)
                if before is not None and before != word:
                    pairs.add(f"{before} {word}")
            before = word if counts else None
    return words, pairs


def count_terms(found: Iterable[tuple[Collection[str], Collection[str]]]) -> Terms:
    """A term counts once a text, so that no text that repeats itself speaks for many. `found`: of `terms_of`."""
    words, pairs, n_texts = Counter[str](), Counter[str](), 0
    for some_words, some_pairs in found:
        words.update(some_words)
        pairs.update(some_pairs)
        n_texts += 1
    return Terms(words, pairs, n_texts)


def log_odds(first: Floats, second: Floats, prior: Floats) -> tuple[Floats, Floats]:
    """How much more one group uses each term than the other: log-odds ratio with a Dirichlet prior, and its variance.

    With y counts, n their sum, a the prior and a0 its sum, delta = ln((y1 + a) / (n1 + a0 - y1 - a)) less the same of
    the second group, and its variance is about 1 / (y1 + a) + 1 / (y2 + a).
    Source: Monroe, Colaresi and Quinn (2008), Fightin' Words, Political Analysis 16:372, formulas 16 and 20.
    """
    total = prior.sum()
    one, two = first + prior, second + prior
    delta = np.log(one / (first.sum() + total - one)) - np.log(two / (second.sum() + total - two))
    return delta, 1 / one + 1 / two


def telling_terms(
    groups: Sequence[tuple[Mapping[str, int], Mapping[str, int]]],
    images: Mapping[str, int],
    *,
    prior_size: float = 500,
    minimum: int = 5,
) -> list[Telling]:
    """Terms by z, those of hits first: Fightin' Words within each group, then together.

    `groups`: for every model the counts of hits and of misses. Terms are compared within a model, and the log-odds of
    all models are weighted by the inverse of their variance: else the words of a model that is right more often would
    pass for words of hits. The prior is as if `prior_size` terms had been read on either side, spread as those of the
    model are (the paper's informative prior). `images`: to how many images a term is said; one that is said to fewer
    than `minimum` is not given, since a photo that all models know would make a word of it.
    """
    weighted, weights = dict[str, float](), dict[str, float]()
    n_hits, n_misses = Counter[str](), Counter[str]()
    for hits, misses in groups:
        n_hits.update(hits)
        n_misses.update(misses)
        terms = sorted({*hits, *misses})
        if not hits or not misses or len(terms) < 2:
            continue  # a model that is always right, or never, tells nothing
        first = np.array([hits.get(term, 0) for term in terms], dtype=float)
        second = np.array([misses.get(term, 0) for term in terms], dtype=float)
        both = first + second
        delta, variance = log_odds(first, second, prior_size * both / both.sum())
        for term, one, spread in zip(terms, delta, variance, strict=True):
            weighted[term] = weighted.get(term, 0.0) + float(one / spread)
            weights[term] = weights.get(term, 0.0) + float(1 / spread)
    found = [
        Telling(term, n_hits[term], n_misses[term], weighted[term] / weight, weighted[term] / float(np.sqrt(weight)))
        for term, weight in weights.items()
        if images.get(term, 0) >= minimum
    ]
    return sorted(found, key=lambda each: (-each.z, each.term))
