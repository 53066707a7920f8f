"""Spatial statistics against esda's own documented values, against hand calculation, and under no bias at all."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from imageo.analysis.estimate import Estimate
from imageo.analysis.hexagons import cells, centre_names, hexagon_neighbours, hexagon_units
from imageo.analysis.spatial import (
    Question,
    correct_over_runs,
    corrected,
    global_moran,
    hot_spots,
    local_moran,
    spatial_pattern,
)
from imageo.analysis.spatial_draws import conditional_p, draw_distinct, total_p
from imageo.analysis.spatial_joins import join_counts, join_estimates
from imageo.analysis.spatial_rates import standardised_means, standardised_rates
from imageo.analysis.weights import Neighbours, adjacent, nearest, nearest_points, subset, symmetric_pairs, touching


def _from_pysal(w: Any) -> Neighbours:
    return adjacent({str(code): [str(other) for other in w.neighbors[code]] for code in w.id_order})


def _grid(rows: int, columns: int) -> Neighbours:
    """Rook contiguity of a lattice, cells numbered row by row."""
    return adjacent(
        {
            f"{r},{c}": [f"{r + i},{c + j}" for i, j in ((0, 1), (0, -1), (1, 0), (-1, 0))]
            for r in range(rows)
            for c in range(columns)
        }
    )


@pytest.fixture(scope="module")
def sids() -> tuple[np.ndarray, np.ndarray, Neighbours]:
    """Sudden infant deaths and births 1979 in the counties of North Carolina; they come with libpysal."""
    import libpysal

    table = libpysal.io.open(libpysal.examples.get_path("sids2.dbf"))
    w = libpysal.io.open(libpysal.examples.get_path("sids2.gal")).read()
    return np.array(table.by_col("SID79"), float), np.array(table.by_col("BIR79"), float), _from_pysal(w)


def test_global_moran_is_what_esda_documents(sids: tuple[np.ndarray, np.ndarray, Neighbours]) -> None:
    """The example in the docstring of esda.Moran_Rate: I = 0.1662; p against esda's own draws, both tails."""
    from esda.moran import Moran_Rate
    from esda.smoothing import assuncao_rate

    events, births, counties = sids
    found, p = global_moran(assuncao_rate(events, births), counties, 9999, seed=1)
    assert f"{found:6.4f}" == "0.1662"
    np.random.seed(12345)
    theirs = Moran_Rate(events, births, counties.pysal(), permutations=9999)
    assert p == pytest.approx(2 * theirs.p_sim, rel=0.35)


def test_binomial_and_poisson_standardisation_agree_on_rare_events(
    sids: tuple[np.ndarray, np.ndarray, Neighbours],
) -> None:
    """Deaths are 2 in 1,000 births, where p(1 - p) is p: the published values come out of our variance too."""
    from esda.smoothing import assuncao_rate

    events, births, counties = sids
    ours = standardised_rates(events, births)
    assert ours is not None
    np.testing.assert_allclose(ours, assuncao_rate(events, births), atol=0.02)
    assert global_moran(ours, counties, 99, seed=1)[0] == pytest.approx(0.1662, abs=0.0005)


def test_local_moran_is_what_esda_documents(sids: tuple[np.ndarray, np.ndarray, Neighbours]) -> None:
    """Quadrants in the docstring of esda.Moran_Local_Rate; p against esda's own permutations, made two-sided."""
    from esda.moran import Moran_Local
    from esda.smoothing import assuncao_rate

    events, births, counties = sids
    values = assuncao_rate(events, births)
    local, quadrants, p = local_moran(values, counties, seed=3)
    assert quadrants[:10].tolist() == [2, 4, 3, 1, 2, 1, 1, 4, 2, 4]
    theirs = Moran_Local(values, counties.pysal(), permutations=9999, seed=5)
    np.testing.assert_allclose(local, theirs.Is)
    np.testing.assert_allclose(p, np.minimum(1, 2 * theirs.p_sim), atol=0.03)
    assert np.corrcoef(p, theirs.p_sim)[0, 1] > 0.995


def test_hot_spots_are_what_esda_documents() -> None:
    """The example in the docstring of esda.G_Local, binary weights with the unit itself."""
    points = [(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)]
    near = {
        str(i): [str(j) for j, b in enumerate(points) if i != j and np.hypot(a[0] - b[0], a[1] - b[1]) <= 15]
        for i, a in enumerate(points)
    }
    values = np.array([2, 3, 3.2, 5, 8, 7])
    z, _ = hot_spots(values, adjacent(near), seed=0, draws=99)
    documented = [-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331]
    np.testing.assert_allclose(z, documented, rtol=1e-6)
    np.testing.assert_allclose(hot_spots(values - 100, adjacent(near), seed=0, draws=99)[0], documented, rtol=1e-6)


def test_join_counts_are_what_esda_documents() -> None:
    """The example in the docstring of esda.Join_Counts: 4 x 4 lattice, lower half black; esda drew a mean of 5.547."""
    matrix = _grid(4, 4).matrix.tocoo()
    pairs = np.column_stack(matrix.coords)
    pairs = pairs[pairs[:, 0] < pairs[:, 1]]
    is_black = np.arange(16) >= 8
    found = {one.kind: one for one in join_counts(is_black, pairs, 9999, seed=4)}
    assert [found[kind].observed for kind in ("hit_hit", "hit_miss", "miss_miss")] == [10, 4, 10]
    assert found["hit_hit"].expected == pytest.approx(24 * 8 * 7 / (16 * 15))  # 5.6
    assert found["hit_miss"].expected == pytest.approx(12.8)
    assert found["hit_hit"].p_value == pytest.approx(2 * 0.003, abs=0.004)
    assert found["hit_miss"].p_value < 0.01


def test_three_by_three_by_hand() -> None:
    """A centre of 9 in a field of 0: I = -1/6, z of the centre's Gi* (5 of 9 cells) by the formula of Ord & Getis."""
    grid = _grid(3, 3)
    values = np.zeros(9)
    values[4] = 9
    # z = x - 1: centre 8, others -1. Each row of W sums to 1, so S0 = n and I = sum z_i lag_i / sum z_i^2 with
    # lag: corner -1, edge (two corners and the centre) 6/3 = 2, centre -1; (4*1 + 4*(-2) - 8) / (64 + 8) = -1/6.
    assert global_moran(values, grid, 99, seed=0)[0] == pytest.approx(-12 / 72)
    z, _ = hot_spots(values, grid, seed=0, draws=99)
    # mean 1, S^2 = 81/9 - 1 = 8; centre: (9 - 5) / (sqrt(8) sqrt((9*5 - 25)/8)); corner: 0 of 3 cells.
    assert z[4] == pytest.approx(4 / np.sqrt(8 * 20 / 8))
    assert z[0] == pytest.approx(-3 / np.sqrt(8 * 18 / 8))


def test_draws_of_all_units_at_once_are_those_of_one_at_a_time() -> None:
    """The shared draws give each unit exactly the counts that a loop over units and draws would."""
    rng = np.random.default_rng(8)
    units = nearest([str(i) for i in range(30)], rng.uniform(-60, 60, 30), rng.uniform(-180, 180, 30), 4)
    units = subset(units, np.arange(30) != 7)
    values = rng.normal(size=29).round(1)
    draws = draw_distinct(29, 5, 400, rng)
    p = conditional_p(values, units.matrix, draws)
    star = total_p(values, units.matrix, draws)
    for unit in range(29):
        neighbours = units.matrix[[unit]].indices
        sums = np.array([sum(values[[d for d in row if d != unit][: len(neighbours)]]) for row in draws])
        seen = values[neighbours].sum()
        tails = (np.sum(sums >= seen - 1e-9), np.sum(sums <= seen + 1e-9))
        assert p[unit] == pytest.approx(min(1, 2 * (min(tails) + 1) / 401))
        sums = np.array([values[row[: len(neighbours) + 1]].sum() for row in draws])
        seen += values[unit]
        tails = (np.sum(sums >= seen - 1e-9), np.sum(sums <= seen + 1e-9))
        assert star[unit] == pytest.approx(min(1, 2 * (min(tails) + 1) / 401))


@pytest.mark.parametrize(("n", "size"), [(5, 5), (40, 6), (500, 8)])
def test_a_draw_repeats_nobody_and_favours_nobody(n: int, size: int) -> None:
    draws = draw_distinct(n, size, 20_000, np.random.default_rng(1))
    assert all(len(set(row)) == size for row in draws[:500].tolist())
    counts = np.bincount(draws[:, -1], minlength=n)
    assert counts.min() > 0
    assert ((counts - 20_000 / n) ** 2 / (20_000 / n)).sum() < n + 5 * np.sqrt(2 * n)


def test_standardised_means_by_hand() -> None:
    """Three regions of 2 images: means 1, 2, 6; pooled variance 2; A = (28 - 4) / (6 - 2) ... with m = 3."""
    values = standardised_means(np.array([1.0, 2.0, 6.0]), np.array([2.0, 2.0, 2.0]), np.array([2.0, 2.0, 2.0]))
    # squares = 2 (4 + 1 + 9) = 28; A = (28 - 2*2) / (6 - 12/6) = 6; each mean has variance 6 + 2/2 = 7.
    np.testing.assert_allclose(values, np.array([-2, -1, 3]) / np.sqrt(7))  # type: ignore[arg-type]
    assert standardised_means(np.ones(3), np.zeros(3), np.full(3, 4.0)) is None
    assert standardised_rates(np.array([3.0, 5.0]), np.array([3.0, 5.0])) is None


def test_correction_against_statsmodels() -> None:
    from statsmodels.stats.multitest import multipletests

    p = np.random.default_rng(2).uniform(size=50) ** 3
    np.testing.assert_allclose(corrected(p), multipletests(p, method="fdr_bh")[1])


def test_neighbours_across_the_date_line_and_islands() -> None:
    """Fiji's nearest is Samoa, across the date line; squares that touch at a corner are neighbours."""
    codes = ["fiji", "samoa", "chile", "spain"]
    found = nearest(codes, np.array([-17.7, -13.8, -33.0, 40.0]), np.array([178.0, -172.0, -71.0, -4.0]), 1)
    assert codes[found.matrix[[0]].indices[0]] == "samoa"
    import geopandas as gpd
    from shapely import box

    squares = gpd.GeoSeries([box(0, 0, 1, 1), box(1, 1, 2, 2), box(5, 5, 6, 6)])
    drawn = touching(["a", "b", "far"], squares)
    assert (drawn.codes, drawn.islands) == (("a", "b"), ("far",))
    assert len(nearest(["only"], np.zeros(1), np.zeros(1), 3).codes) == 0


def test_points_at_one_place_are_not_their_own_neighbours() -> None:
    found = nearest_points(np.zeros(6), np.zeros(6), 2)
    assert not (found == np.arange(6)[:, None]).any()
    assert len(symmetric_pairs(np.array([[1], [0], [1]]))) == 2


def _units(rng: np.random.Generator, n: np.ndarray, rate: np.ndarray, error: np.ndarray) -> pd.DataFrame:
    """Regions of n images each, hits and log errors drawn around a rate and a mean of their own."""
    logs = [rng.gamma(2, mean / 2, images) for images, mean in zip(n, error, strict=True)]
    return pd.DataFrame(
        {
            "code": [str(i) for i in range(len(n))],
            "n": n,
            "k": rng.binomial(n, rate),
            "n_error": n,
            "log_error_mean": [values.mean() for values in logs],
            "log_error_variance": [values.var(ddof=1) if len(values) > 1 else np.nan for values in logs],
        }
    )


def _lattice(side: int) -> Neighbours:
    grid = _grid(side, side)
    return Neighbours(tuple(str(i) for i in range(side * side)), (), grid.kind, None, grid.matrix)


def _found(estimates: list[Any], statistic: str) -> set[str]:
    return {e.subject for e in estimates if e.statistic == statistic and e.subject and (e.p_adjusted or 1) <= 0.05}


def test_a_planted_corner_is_found() -> None:
    rng = np.random.default_rng(11)
    is_bad = (np.arange(144) // 12 < 4) & (np.arange(144) % 12 < 4)
    n = rng.integers(5, 60, 144)
    units = _units(rng, n, np.where(is_bad, 0.3, 0.8), np.where(is_bad, 6.0, 3.0))
    estimates = spatial_pattern(units, _lattice(12), Question(1, "accuracy_200km", "all", "country", seed=1))
    spots = _found(estimates, "getis_ord_z")
    inside = {str(i) for i in np.flatnonzero(is_bad)}
    assert len(spots & inside) >= 10
    assert all("Hot spot" in str(e.note) for e in estimates if e.statistic == "getis_ord_z" and e.subject in spots)
    assert len(_found(estimates, "local_moran") & inside) >= 6
    overall = [e for e in estimates if e.subject is None]
    assert [(e.statistic, e.measure) for e in overall] == [("moran_i", "accuracy_200km"), ("moran_i", "log_error")]
    assert all(e.p_value is not None and e.p_value <= 0.01 and e.estimate and e.estimate > 0.2 for e in overall)
    again = spatial_pattern(units, _lattice(12), Question(1, "accuracy_200km", "all", "country", seed=1))
    other = spatial_pattern(units, _lattice(12), Question(1, "accuracy_200km", "all", "country", seed=2))
    assert again == estimates
    assert other != estimates


@pytest.mark.slow
@pytest.mark.parametrize(("rate", "side", "is_clustered"), [(0.5, 10, False), (0.95, 13, True)])
def test_no_bias_no_hot_spots(rate: float, side: int, is_clustered: bool) -> None:
    """200 worlds without bias: corrected spots appear in at most 5 % of them.

    Regions of 1 to 300 images strewn at random; then of 5 to 300, thin ones in the west, at a rate that makes the
    distribution lopsided.

    Uncorrected p values are what they say: over 1,000 such worlds 5.0 % of them were at most 0.05, 0.1 % at most 0.001.
    """
    rng = np.random.default_rng(1)
    worlds = {"getis_ord_z": 0, "local_moran": 0}
    raw: list[float] = []
    for world in range(200):
        west_to_east = np.arange(side * side) % side / side
        size = rng.lognormal(0.3 + 4.2 * west_to_east, 0.6) if is_clustered else rng.lognormal(2.5, 1.2, side * side)
        n = size.astype(int).clip(5 if is_clustered else 1, 300)
        units = _units(rng, n, np.full(side * side, rate), np.full(side * side, 4.0))
        estimates = spatial_pattern(
            units, _lattice(side), Question(1, "m", "all", "x", seed=world, permutations=19, local_draws=9_999)
        )
        for statistic in worlds:
            worlds[statistic] += bool(_found(estimates, statistic))
        raw += [e.p_value for e in estimates if e.subject and e.p_value is not None]
    assert worlds["getis_ord_z"] <= 10, worlds
    assert worlds["local_moran"] <= 10, worlds
    assert np.mean(np.array(raw) <= 0.05) == pytest.approx(0.05, abs=0.004)


def test_hexagons_count_as_the_views_do() -> None:
    """Two cells: one with a hit, a miss and a non-answer, one whose only image has no known country."""
    answers = pd.DataFrame(
        {
            "error_km": [10.0, 1000.0, None, 30.0],
            "is_country_match": [True, False, False, None],
            "answered_country": ["Japan", "China", None, "Peru"],
        }
    )
    cell = pd.Series(["a", "a", "a", "b"])
    units = hexagon_units(answers, cell, "accuracy_200km", "all").set_index("code")
    assert units[["n", "k", "n_error"]].to_numpy().tolist() == [[3, 1, 3], [1, 1, 1]]
    assert units.loc["a", "log_error_mean"] == pytest.approx(np.log([11, 1001, 20016]).mean())
    units = hexagon_units(answers, cell, "accuracy_200km", "answered").set_index("code")
    assert units[["n", "k", "n_error"]].to_numpy().tolist() == [[2, 1, 2], [1, 1, 1]]
    assert units.loc["a", "log_error_variance"] == pytest.approx(np.log([11, 1001]).var(ddof=1))
    units = hexagon_units(answers, cell, "country_match", "all").set_index("code")
    assert units[["n", "k"]].to_numpy().tolist() == [[3, 1], [0, 0]]
    units = hexagon_units(answers, cell, "country_match", "answered").set_index("code")
    assert units[["n", "k"]].to_numpy().tolist() == [[2, 1], [0, 0]]


def test_hexagons_are_neighbours_across_the_date_line() -> None:
    here = cells([0.0, 0.0, 50.0], [179.0, -178.5, 10.0], 2)
    found = hexagon_neighbours(here, "contiguity", 0)
    assert (set(found.codes), found.islands) == (set(here[:2]), (here[2],))
    assert len(hexagon_neighbours(here, "nearest", 1).codes) == 3
    assert dict(centre_names(here))[here[2]].endswith("E")


def test_too_little_is_said_in_words() -> None:
    units = _units(np.random.default_rng(1), np.full(9, 5), np.full(9, 0.5), np.full(9, 3.0))
    few = spatial_pattern(units, _lattice(3), Question(1, "m", "all", "country"))
    assert [(e.estimate, e.note) for e in few] == [(None, "9 units with a neighbour: fewer than 10 show no pattern.")]
    same = _units(np.random.default_rng(1), np.full(16, 5), np.ones(16), np.full(16, 3.0)).assign(n_error=0)
    notes = [e.note for e in spatial_pattern(same, _lattice(4), Question(1, "m", "answered", "country"))]
    assert notes == [
        "Every region has the same rate: there is nothing to map.",
        "0 units with a distance and a neighbour: fewer than 10 show no pattern.",
    ]
    where = {"run_id": 1, "measure": "m", "denominator": "all", "permutations": 99, "seed": 0}
    for is_hit, said in ((np.ones(30, bool), "same verdict"), (np.ones(3, bool), "3 images")):
        (only,) = join_estimates(is_hit, np.array([[0, 1]]), **where)  # type: ignore[arg-type]
        assert only.estimate is None
        assert said in str(only.note)


def test_islands_are_named_and_take_part_in_nothing() -> None:
    rng = np.random.default_rng(4)
    units = _units(rng, np.full(17, 9), np.full(17, 0.5), np.full(17, 3.0))
    grid = _lattice(4)
    with_island = Neighbours(grid.codes, ("16",), grid.kind, None, grid.matrix)
    estimates = spatial_pattern(units, with_island, Question(1, "m", "all", "country"))
    alone = [e for e in estimates if e.subject == "16"]
    assert [(e.statistic, e.estimate, e.p_value) for e in alone] == [
        ("local_moran", None, None),
        ("getis_ord_z", None, None),
    ]
    assert all("island" in str(e.note) for e in alone)
    without = spatial_pattern(units[:16], grid, Question(1, "m", "all", "country"))
    assert [e for e in estimates if e.subject != "16"] == without


def test_runs_are_corrected_together() -> None:
    runs = [Estimate("moran_i", 0.1, p_value=p, run_id=i, measure="m", grouping="g") for i, p in enumerate((0.01, 0.5))]
    other = Estimate("moran_i", 0.1, p_value=0.04, run_id=1, measure="log_error", grouping="g")
    local = Estimate("local_moran", 0.1, p_value=0.04, subject="DE", run_id=1, measure="m", grouping="g")
    assert [e.p_adjusted for e in correct_over_runs([*runs, other, local])] == [0.02, 0.5, 0.04, None]
