"""Country and admin-1 of 1,000,000 points: the join by cell in SQL, against geopandas.sjoin on the same polygons.

sjoin is taken as it comes (predicate intersects, which finds points on borders too, as ours does) and with predicate
within, for which it turns the join round and prepares each polygon once. The points are gazetteer places moved by some
kilometres, with one in twenty anywhere on the globe, mostly at sea.
"""

import time
import warnings
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import psycopg
import shapely

from imageo.db.copy import copy_rows, point_bytes
from tests.bench.scale import scratch_database

POINTS = 1_000_000
ELSEWHERE = POINTS // 20
SAMPLE = 10
"""The slow ways get every tenth point, and their time times ten is printed."""
LEVELS = ("country", "admin1")

EXACT = """
    select
        point.point_id,
        min(piece.code) filter (where piece.level = 'country') as country_code,
        min(piece.code) filter (where piece.level = 'admin1') as admin1_code
    from data.bench_point as point
    inner join core.region_piece as piece
        on piece.cell = functions.degree_cell(point.location)
        and functions.is_inside(point.location, piece.geometry)
    where piece.level in ('country', 'admin1')
    group by point.point_id
"""
WITH_NEAREST = f"""
    select
        point.point_id,
        coalesce(exact.country_code, core.nearest_region('country', point.location)) as country_code,
        coalesce(exact.admin1_code, core.nearest_region('admin1', point.location)) as admin1_code
    from data.bench_point as point
    left join ({EXACT}) as exact on exact.point_id = point.point_id
"""
BY_GIST = """
    select point.point_id, min(piece.code) as country_code
    from data.bench_point as point
    inner join bench_piece as piece on piece.level = 'country' and st_intersects(piece.geometry, point.location)
    where point.point_id % 10 = 0
    group by point.point_id
"""


def main() -> None:
    warnings.simplefilter("ignore")
    with scratch_database() as connection:
        points = _points(connection)
        _store(connection, points)
        polygons = {level: _polygons(connection, level) for level in LEVELS}
        print(f"{POINTS:,} points; {len(polygons['country'])} countries, {len(polygons['admin1'])} admin-1 regions")
        # A hash of the pieces is visited in random order, which takes three times as long as the index.
        connection.execute("set enable_parallel_hash = off")
        by_cell = min(_time(lambda: _run(connection, EXACT)) for _ in range(2))
        _tell("SQL, by cell", by_cell, by_cell)
        matched = connection.execute("select point_id, country_code, admin1_code from matched").fetchall()
        _tell("SQL, by cell, then the nearest within 10 km", _time(lambda: _run(connection, WITH_NEAREST)), by_cell)
        connection.execute("set max_parallel_workers_per_gather = 0")
        _tell("SQL, by cell, one process", _time(lambda: _run(connection, EXACT)), by_cell)
        connection.execute("reset max_parallel_workers_per_gather")
        _index_pieces(connection)
        _tell("SQL, by GiST, country alone (from a tenth)", SAMPLE * _time(lambda: _run(connection, BY_GIST)), by_cell)

        joined: list[pd.DataFrame] = []
        within = _time(lambda: joined.append(_join(points, polygons, "within")))
        _require_agreement(joined[0], matched)
        _tell("geopandas.sjoin, predicate within", within, by_cell)
        sample = points[::SAMPLE]
        intersects = SAMPLE * _time(lambda: _join(sample, polygons, "intersects"))
        _tell("geopandas.sjoin as it comes (from a tenth)", intersects, by_cell)
    print(
        f"matching: {intersects / by_cell:.1f} times as fast as geopandas.sjoin (at least 2);"
        f" {within / by_cell:.1f} times where it is told that points lie within polygons"
    )


def _time(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _tell(what: str, seconds: float, baseline: float) -> None:
    print(f"{what:55} {seconds:7.1f} s  ratio {seconds / baseline:.1f}", flush=True)


def _points(connection: psycopg.Connection) -> gpd.GeoSeries:
    places = np.array(connection.execute("select st_x(location), st_y(location) from data.place").fetchall())
    random = np.random.default_rng(1)
    near = places[random.integers(0, len(places), POINTS - ELSEWHERE)] + random.normal(0, 0.05, (POINTS - ELSEWHERE, 2))
    anywhere = np.column_stack(
        [random.uniform(-180, 180, ELSEWHERE), np.degrees(np.arcsin(random.uniform(-1, 1, ELSEWHERE)))]
    )
    both = random.permutation(np.vstack([near, anywhere]))
    both[:, 0] = (both[:, 0] + 180) % 360 - 180
    return gpd.GeoSeries(shapely.points(both[:, 0], both[:, 1].clip(-90, 90)), crs=4326)


def _store(connection: psycopg.Connection, points: gpd.GeoSeries) -> None:
    connection.execute("create table data.bench_point (point_id integer primary key, location geometry(point, 4326))")
    rows = ((i, point_bytes(y, x)) for i, (x, y) in enumerate(zip(points.x, points.y, strict=True)))
    copy_rows(connection, "bench_point", {"point_id": "int4", "location": "bytea"}, rows)
    connection.execute("analyze data.bench_point")


def _polygons(connection: psycopg.Connection, level: str) -> gpd.GeoDataFrame:
    """The whole exact boundaries: the pieces put together again."""
    rows = connection.execute(
        "select code, st_asbinary(geometry) from core.region_piece where level = %s order by code, part_id", [level]
    ).fetchall()
    pieces = gpd.GeoSeries(shapely.from_wkb([wkb for _, wkb in rows]), crs=4326)
    whole = pieces.groupby([code for code, _ in rows]).apply(shapely.union_all)
    return gpd.GeoDataFrame({"code": whole.index}, geometry=whole.to_numpy(), crs=4326)


def _run(connection: psycopg.Connection, query: str) -> None:
    connection.execute("drop table if exists matched")
    connection.execute("create temporary table matched as " + query)


def _index_pieces(connection: psycopg.Connection) -> None:
    connection.execute("create temporary table bench_piece as select level, code, geometry from core.region_piece")
    connection.execute("create index on bench_piece using gist (geometry) where level = 'country'")
    connection.execute("analyze bench_piece")


def _join(points: gpd.GeoSeries, polygons: dict[str, gpd.GeoDataFrame], predicate: str) -> pd.DataFrame:
    frame = gpd.GeoDataFrame(geometry=points)
    joined = [gpd.sjoin(frame, polygons[level], predicate=predicate)["code"] for level in LEVELS]
    return pd.concat([codes[~codes.index.duplicated()] for codes in joined], axis=1, keys=LEVELS)


def _require_agreement(joined: pd.DataFrame, matched: list[tuple[int, str, str]]) -> None:
    ours = pd.DataFrame(matched, columns=["point_id", *LEVELS]).set_index("point_id")
    for level in LEVELS:
        both = pd.concat([joined[level], ours[level]], axis=1, keys=["theirs", "ours"])
        n_differing = int((both["theirs"].fillna("") != both["ours"].fillna("")).sum())
        if n_differing > POINTS / 10_000:
            raise SystemExit(f"{level}: {n_differing} points differ")


if __name__ == "__main__":
    main()
