"""Each rule by which a number becomes a sentence, on both sides of it."""

from collections.abc import Mapping
from typing import Any

import pytest

from imageo.analysis.corrections import false_discovery, p_of_interval
from imageo.render.report.findings.confidence import confidence_findings
from imageo.render.report.findings.finding import Finding, strongest_first
from imageo.render.report.findings.gaps import gap_findings, group_findings
from imageo.render.report.findings.limits import limits, thin_groups
from imageo.render.report.findings.places import attractor_findings, pattern_findings, silent_pattern, spot_findings
from imageo.render.report.findings.scenes import fit_note, scene_findings
from imageo.render.report.findings.standing import rate_findings, standing_findings

M = "accuracy_25km"
Row = dict[str, Any]


def row(
    statistic: str, estimate: float | None, low: float | None = None, high: float | None = None, **more: Any
) -> Row:
    """One row of bi.estimate; what is not given is missing."""
    empty = dict.fromkeys(
        ("run_label", "other_run_label", "grouping", "subject", "subject_name", "other_subject", "n", "k", "p_value")
    )
    fixed = {"p_adjusted": None, "note": None, "measure": M, "denominator": "all", "statistic": statistic}
    return empty | fixed | {"estimate": estimate, "low": low, "high": high} | more


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def only(findings: list[Finding]) -> Finding:
    assert len(findings) == 1, [finding.text for finding in findings]
    return findings[0]


def duel(estimate: float, low: float, high: float, p: float) -> list[Row]:
    """Two models on 500 photos; `estimate`: alpha less beta."""
    return [
        row("rate", 0.712, 0.66, 0.76, run_label="alpha", n=500),
        row("rate", 0.5, 0.45, 0.55, run_label="beta", n=500),
        row("difference", estimate, low, high, run_label="alpha", other_run_label="beta", n=500, p_adjusted=p),
    ]


# Standing


def test_a_model_is_ahead_where_p_and_interval_say_so() -> None:
    found = only(standing_findings(duel(0.012, 0.004, 0.02, 0.05), M))
    assert found.is_claim
    assert plain(found.text) == (
        "alpha places within 25 km 71.2 % of the photos (95 % interval 66.0 to 76.0 %, n = 500) and is ahead of every"
        " other model; of the next, beta, by 1.2 points, 95 % interval 0.4 to 2.0, n = 500, p = 0.050 corrected."
    )


@pytest.mark.parametrize(
    ("low", "high", "p", "words"),
    [
        (-0.008, 0.032, 0.31, "no difference that can be told from chance (1.2 points, 95 % interval -0.8 to 3.2"),
        (0.004, 0.02, 0.051, "the data show no difference that outlasts the correction for the number of tests"),
        (-0.001, 0.025, 0.04, "the data show no difference that can be told from chance ("),
    ],
)
def test_a_model_is_not_ahead_where_either_is_silent(low: float, high: float, p: float, words: str) -> None:
    found = only(standing_findings(duel(0.012, low, high, p), M))
    assert not found.is_claim
    assert words in plain(found.text)
    assert "ahead" not in found.text


def test_a_pair_is_read_in_both_directions() -> None:
    rows = duel(0.0, 0.0, 0.0, 1.0)[:2]
    rows.append(
        row("difference", -0.2, -0.25, -0.15, run_label="beta", other_run_label="alpha", n=500, p_adjusted=0.01)
    )
    assert "by 20.0 points, 95 % interval 15.0 to 25.0" in plain(only(standing_findings(rows, M)).text)


def test_the_first_may_be_level_with_some_and_ahead_of_others() -> None:
    rows = duel(0.01, -0.01, 0.03, 0.5)
    rows.append(row("rate", 0.2, 0.1, 0.3, run_label="gamma", n=500))
    for first in ("alpha", "beta"):
        rows.append(row("difference", 0.4, 0.3, 0.5, run_label=first, other_run_label="gamma", n=500, p_adjusted=0.001))
    lead, step = standing_findings(rows, M)
    assert "between it and beta the data show no difference" in lead.text
    assert lead.text.endswith("It is ahead of the other one.")
    assert step.is_claim
    assert step.text.startswith("beta is ahead of gamma (40.0 points")


def test_other_measures_and_denominators_do_not_count() -> None:
    rows = duel(0.2, 0.1, 0.3, 0.001)
    answered: list[Row] = [dict(each, denominator="answered") for each in rows]
    other: list[Row] = [dict(each, measure="city_match") for each in rows]
    assert standing_findings(answered + other, M) == []


def test_a_single_model_gets_its_rate() -> None:
    assert plain(only(rate_findings(duel(0, 0, 0, 1)[:1], M)).text) == (
        "alpha places within 25 km 71.2 % of the photos (95 % interval 66.0 to 76.0 %, n = 500)."
    )
    assert rate_findings([row("rate", None, run_label="alpha", n=0)], M) == []


# Gaps


def gap(run: str, p: float, low: float = 0.1, **more: Any) -> list[Row]:
    """Africa 30 % of 200, Europe 60 % of 300."""
    about = {"run_label": run, "grouping": "continent"}
    return [
        row("rate", 0.3, 0.24, 0.37, subject="AF", subject_name="Africa", n=200, k=60, **about),
        row("rate", 0.6, 0.54, 0.65, subject="EU", subject_name="Europe", n=300, k=180, **about),
        row("gap", 0.3, low, 0.5, subject="AF", other_subject="EU", n=500, p_value=p, **about | more),
    ]


def test_a_gap_is_told_with_both_rates_interval_n_and_correction() -> None:
    found = only(gap_findings(gap("alpha", 0.001), M))
    assert found.is_claim
    assert found.about == ("alpha", "Africa", "Europe")
    assert plain(found.text) == (
        "alpha places within 25 km 30.0 % of the photos from Africa (n = 200) and 60.0 % of those from Europe (n ="
        " 300), a gap of 30.0 points (95 % interval 10.0 to 50.0 over all pairs of 2 continents, p = 0.001"
        " corrected for 1 gap)."
    )


def test_gaps_are_corrected_for_all_of_the_report() -> None:
    three = gap("alpha", 0.02) + gap("beta", 0.5) + gap("gamma", 0.6)
    # Holm: 0.02 x 3 = 0.06.
    found = only(gap_findings(three, M))
    assert not found.is_claim
    assert "no gap that can be told from chance for any of the 3 models" in found.text
    two = gap("alpha", 0.02) + gap("beta", 0.5)
    claim, silent = gap_findings(two, M)
    assert claim.is_claim
    assert "p = 0.040 corrected for 2 gaps" in claim.text
    assert silent.about == ("beta",)


def test_an_interval_that_reaches_nought_is_no_gap() -> None:
    found = only(gap_findings(gap("alpha", 0.01, low=0.0), M))
    assert not found.is_claim
    assert "no bias" not in found.text.lower()


def test_gaps_over_answers_only_are_not_told() -> None:
    assert gap_findings([dict(each, denominator="answered") for each in gap("alpha", 0.001)], M) == []


def test_a_grouping_that_cannot_be_tested_says_why() -> None:
    nothing = row("gap", None, run_label="alpha", grouping="country", note="1 of 3 groups have 10 photos or more")
    assert "Gaps between countries, alpha: 1 of 3 groups" in only(gap_findings([nothing], M)).text


@pytest.mark.parametrize(
    ("adjusted", "words"),
    [
        ({"estimate": 0.28, "low": 0.08, "high": 0.48}, "Over the same mix of scenes the gap stays (28.0 points"),
        ({"estimate": 0.1, "low": -0.05, "high": 0.25}, "the gap may be none (10.0 points"),
        ({"estimate": 0.1, "low": None, "high": None}, "cannot be told: too few hits"),
        ({"estimate": None, "low": None, "high": None, "note": "adjusted for setting: only 3%; x"}, "told: only 3%."),
    ],
)
def test_what_scenes_explain_is_told_beside_a_gap(adjusted: Mapping[str, Any], words: str) -> None:
    more = row("adjusted_gap", None, run_label="alpha", grouping="continent", subject="AF", n=400) | dict(adjusted)
    found = only(gap_findings([*gap("alpha", 0.001), more], M))
    assert words in plain(found.scenes)
    assert found.whole == f"{found.text} {found.scenes}"


def apart(p: float, estimate: float = -0.3, low: float = -0.4, high: float = -0.2, **more: Any) -> list[Row]:
    about = {"run_label": "alpha", "grouping": "continent", "subject": "AF", "subject_name": "Africa", "n": 200} | more
    return [
        row("rate", 0.3, 0.24, 0.37, **about),
        row("difference", estimate, low, high, p_value=p, other_subject="rest", **about),
    ]


def test_a_group_that_is_behind_is_named_with_positive_ends() -> None:
    found = only(group_findings(apart(0.001), M))
    assert (found.is_claim, found.about) == (True, ("alpha", "Africa"))
    assert "30.0 points fewer than of all others (95 % interval 20.0 to 40.0" in plain(found.text)
    ahead = only(group_findings(apart(0.001, 0.3, 0.2, 0.4), M))
    assert "30.0 points more than of all others (95 % interval 20.0 to 40.0" in plain(ahead.text)


def test_a_group_is_not_named_without_proof() -> None:
    assert group_findings(apart(0.06), M) == []
    assert group_findings(apart(0.001, low=-0.4, high=0.0), M) == []
    # Of ten groups of p = 0.006 none survives Holm's 0.06.
    assert group_findings([each for i in range(10) for each in apart(0.006, subject=f"G{i}")], M) == []


def test_groups_of_other_kinds_are_put_in_words() -> None:
    income = only(group_findings(apart(0.001, grouping="income_group", subject="Low income", subject_name=None), M))
    assert income.text.startswith("Photos from countries of the income group “Low income”: alpha")
    weather = only(group_findings(apart(0.001, grouping="weather", subject="fog", subject_name=None), M))
    assert weather.text.startswith("Photos with weather “fog”: alpha")


# Places


def spot(subject: str, p: float, estimate: float = 3.0, **more: Any) -> Row:
    about = {"run_label": "alpha", "grouping": "country", "measure": "log_error", "denominator": "bounded"}
    return row("getis_ord_z", estimate, subject=subject, subject_name=subject, n=12, p_value=p, **about | more)


def test_hot_spots_are_told_after_correction_over_the_report() -> None:
    noise = [spot(f"N{i}", 0.5) for i in range(8)]
    found = only(spot_findings([spot("Chad", 0.001), spot("Niger", 0.002), *noise]))
    assert found.about == ("alpha", "Chad", "Niger")
    assert "2 countries and what surrounds them are hot spots" in found.text
    assert "n = 24 photos" in found.text
    # Benjamini and Hochberg: 0.02 x 10 / 2 = 0.1.
    assert spot_findings([spot("Chad", 0.02), spot("Niger", 0.02), *noise]) == []


def test_a_cold_spot_is_not_a_hot_one() -> None:
    found = only(spot_findings([spot("Chad", 0.001, -3.0)]))
    assert found.text.startswith("For alpha, one region and what surrounds it are cold spots, with smaller errors")


@pytest.mark.parametrize(("estimate", "p", "n_claims"), [(0.35, 0.05, 1), (0.35, 0.051, 0), (-0.35, 0.01, 0)])
def test_hits_lie_together_where_moran_says_so(estimate: float, p: float, n_claims: int) -> None:
    rows = [row("moran_i", estimate, run_label="alpha", grouping="country", n=270, p_adjusted=p)]
    assert len(pattern_findings(rows)) == n_claims


def test_no_pattern_is_said_of_what_was_tested_only() -> None:
    about: Row = {"run_label": "alpha", "grouping": "hexagon", "n": 270}
    few = row("moran_i", None, **about, note="4 units with a neighbour: fewer than 10 show no pattern.")
    assert silent_pattern([few]) == (
        "No pattern on the map could be tested: 4 units with a neighbour: fewer than 10 show no pattern."
    )
    tested = row("moran_i", 0.1, **about, p_adjusted=0.4)
    assert "Moran's I over equal hexagons, n = 270 photos" in silent_pattern([few, tested])
    assert silent_pattern([]) == ""


def attraction(p: float, low: float | None, high: float | None, **more: Any) -> Row:
    about: Row = {"run_label": "alpha", "grouping": "country", "subject": "US", "subject_name": "United States"}
    counts = {"n": 510, "k": 581, "p_value": p}
    return row("attraction", None if low is None else 1.14, low, high, **about | counts | more)


def test_places_answered_too_often() -> None:
    found = only(attractor_findings([attraction(0.001, 1.1, 1.18)]))
    assert "answers United States too often: 581 times where n = 510 photos" in found.text
    assert attractor_findings([attraction(0.001, 0.99, 1.3)]) == []
    assert attractor_findings([attraction(0.06, 1.1, 1.18)]) == []
    never = only(
        attractor_findings(
            [attraction(0.001, None, None, n=0, k=9, grouping="city", subject="bath, GB", subject_name=None)]
        )
    )
    assert "Bath, GB too often: 9 times where n = 0 photos" in never.text


# Confidence


def over(run: str, estimate: float, low: float, high: float, **more: Any) -> Row:
    return row("overconfidence", estimate, low, high, run_label=run, n=300, denominator="answered", **more)


def test_the_highest_confidence_is_a_share_of_the_answers_that_state_one() -> None:
    """30 of the 40 answers with a confidence, whatever the number of all answers."""
    share = row("top_share", 0.75, 0.6, 0.86, run_label="alpha", n=40, k=30)
    right = row("rate", 0.5, 0.33, 0.67, run_label="alpha", n=30, k=15, grouping="confidence", subject="5")
    found = only(confidence_findings([share, right], M))
    assert plain(found.text).startswith(
        "alpha states the highest confidence for 75.0 % of the 40 answers that state one; of those, 50.0 % are right,"
    )


def test_overconfidence_is_told_after_correction() -> None:
    rows = [over("alpha", 0.2, 0.15, 0.25), over("beta", -0.02, -0.06, 0.02)]
    found = only(confidence_findings(rows, M))
    assert found.is_claim
    assert "alpha is surer than it is right: its answers are right 20.0 points less often" in found.text
    # An interval from 0.1 to 9.9 points says p = 0.046; of two, Holm makes it 0.09.
    assert confidence_findings([over("alpha", 0.05, 0.001, 0.099), over("beta", 0.0, -0.05, 0.05)], M) == []


def test_the_only_model_is_not_measured_by_itself() -> None:
    assert confidence_findings([over("alpha", 0.2, 0.15, 0.25)], M) == []


def test_a_region_is_told_only_where_it_is_unlike_the_whole() -> None:
    rows = [over("alpha", 0.2, 0.15, 0.25), over("beta", 0.0, -0.05, 0.05)]
    alike = over("alpha", 0.22, 0.12, 0.32, grouping="continent", subject="AF", subject_name="Africa")
    other = over("beta", 0.4, 0.3, 0.5, grouping="continent", subject="AF", subject_name="Africa")
    told = [finding.about for finding in confidence_findings([*rows, alike, other], M)]
    assert told == [("alpha",), ("beta", "Africa")]


@pytest.mark.parametrize(("low", "is_told"), [(0.51, False), (0.5, True), (None, True)])
def test_a_confidence_that_tells_nothing(low: float | None, is_told: bool) -> None:
    rows = [row("auroc", 0.55, low, None if low is None else 0.6, run_label="alpha", n=300, denominator="answered")]
    assert bool(confidence_findings(rows, M)) is is_told


@pytest.mark.parametrize(("high", "is_turned"), [(0.49, True), (0.5, False)])
def test_a_confidence_that_tells_the_wrong_way_round(high: float, is_turned: bool) -> None:
    found = only(confidence_findings([row("auroc", 0.42, 0.35, high, run_label="alpha", n=300)], M))
    assert ("is higher for wrong answers than for right ones" in found.text) is is_turned
    assert ("beyond chance" in found.text) is not is_turned


# Scenes


def term(p: float, low: float = 1.5, high: float = 2.1, **more: Any) -> Row:
    return row("odds_ratio", 1.8, low, high, grouping="term", subject="setting: urban", n=1234, p_adjusted=p, **more)


def test_scenes_beyond_chance() -> None:
    found = only(scene_findings([term(0.01)]))
    assert "Photos with setting “urban” are easier to place: the odds of a hit are 1.80 times" in found.text
    assert scene_findings([term(0.051)]) == []
    assert scene_findings([term(0.01, low=0.9)]) == []
    assert scene_findings([term(0.01) | {"subject": "model: alpha"}]) == []
    harder = only(scene_findings([term(0.01) | {"statistic": "error_ratio"}]))
    assert "are harder to place: the errors are 1.80 times" in harder.text


def test_why_there_is_no_regression() -> None:
    note = "none of 0 answers to 0 images; too little data: no field varies; 9 answers are left out; setting: left out"
    told = fit_note([row("odds_ratio", None, note=note, grouping="term")])
    assert told == "There is no regression: too little data: no field varies; 9 answers are left out."


# Limits


BOARD = {"run_label": "alpha", "n_images": 100, "n_located": 98, "n_missing": 0}


def test_limits_say_what_the_data_cannot() -> None:
    countries = {"Chad": 50, "Peru": 30, "Fiji": 12, "Oman": 8}
    shy = BOARD | {"run_label": "shy", "n_located": 60, "n_missing": 7}
    flip = row("rank_flip", 3.0, run_label="shy", n=100, note="Rank 4 when non-answers count, 1 over answers only.")
    told = [plain(text) for text in limits([BOARD, shy], countries, [flip], M, 10)]
    assert told == [
        "92.0 % of the n = 100 photos are from Chad, Peru and Fiji.",
        "1 of 4 countries has fewer than 10 photos, together n = 8: it counts in the whole, and no gap of it is told.",
        "Without coordinates: shy 40.0 % of the photos (n = 100). These count as wrong unless a table says “answers”.",
        "Not asked: shy about 7 of the photos. Comparisons are over the photos that all runs share.",
        "Who is counted decides ranks: 1 run of those compared stands elsewhere over answers only; most of all shy:"
        " rank 4 when non-answers count, 1 over answers only (n = 100).",
    ]


def test_limits_of_several_thin_countries() -> None:
    told = limits([BOARD], {"Chad": 50, "Peru": 30, "Fiji": 7, "Oman": 8}, [], M, 10)
    assert plain(told[1]) == (
        "2 of 4 countries have fewer than 10 photos, together n = 15: they count in the whole, and no gap of"
        " them is told."
    )


def test_limits_of_even_data_are_few() -> None:
    told = limits([BOARD], dict.fromkeys("ABCDEF", 20), [], M, 10)
    assert [plain(text) for text in told] == [
        "50.0 % of the n = 120 photos are from A, B and C.",
        "Every run gave coordinates for at least 98.0 % of its photos (n = 100).",
    ]
    assert limits([BOARD | {"n_located": 100}], {"A": 9}, [], M, 10)[-1] == (
        "Every run gave coordinates for every photo (n = 100)."
    )
    almost = BOARD | {"n_images": 2796, "n_located": 2795}
    assert "for at least 99.9 % of its photos" in plain(limits([almost], {"A": 9}, [], M, 10)[-1])
    long = [BOARD | {"run_label": "x" * 80 + end, "n_located": n} for end, n in (("a", 60), ("b", 50))]
    assert limits(long, {"A": 9}, [], M, 10)[-1].count("x…") == 2
    assert limits([], {}, [], M, 10) == ["No photo lies in a known country: nothing can be said by place."]


def test_thin_groups_are_counted_once() -> None:
    rows = [
        row("rate", 0.5, run_label=run, grouping="country", subject=code, n=n)
        for run in ("alpha", "beta")
        for code, n in (("DE", 20), ("PE", 3), ("OM", 4))
    ]
    assert thin_groups(rows, 10) == "2 of 3 countries have fewer than 10 photos (n = 7 in all) and are not compared."
    assert thin_groups(rows, 3) == ""
    assert thin_groups(rows, 4) == "1 of 3 countries has fewer than 4 photos (n = 3 in all) and is not compared."


# Order and correction


def test_claims_come_first_the_best_supported_before_the_largest() -> None:
    # 30 points that may be 10 to 50, and 10 points that may be 9 to 11.
    wide, sharp = apart(0.001, -0.3, -0.5, -0.1), apart(0.001, -0.1, -0.11, -0.09, subject="EU", subject_name="Europe")
    order = [finding.about[1] for finding in strongest_first(group_findings([*wide, *sharp], M))]
    assert order == ["Europe", "Africa"]
    silent = Finding("gap", "nothing", is_claim=False, strength=99)
    assert strongest_first([silent, *group_findings(wide, M)])[-1] is silent


def test_p_of_an_interval() -> None:
    # By hand: (10.5 - 0.5) / 3.92 = 2.551, 5.5 / 2.551 = 2.156, and 2 (1 - Phi(2.156)) = 0.031.
    assert p_of_interval(-5.5, -10.5, -0.5) == pytest.approx(0.031, abs=0.0005)
    assert p_of_interval(0.2, 0.0, 0.4) == pytest.approx(0.05, abs=1e-6)


def test_false_discovery_is_that_of_benjamini_and_hochberg() -> None:
    # Their table of 15 p values (1995, section 4.1): the four smallest are rejected at 0.05.
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1,
    ]
    assert sum(adjusted <= 0.05 for adjusted in false_discovery(p)) == 4
