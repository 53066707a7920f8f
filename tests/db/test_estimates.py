"""What statistics found out, kept once, whoever finds it out."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg

from imageo.db.estimates import store_analysis
from tests.world import World


def test_two_commands_that_find_out_the_same_at_once_keep_it_once(database: str) -> None:
    with psycopg.connect(database) as connection:
        dataset_id = World.make(connection).dataset_id
    begin = Barrier(2)

    def store(estimate: float) -> None:
        with psycopg.connect(database) as connection:
            connection.execute("select 1")
            begin.wait()
            for seed in range(20):
                with connection.transaction():
                    found = {"statistic": "gini", "estimate": estimate}
                    store_analysis(connection, dataset_id, "gap", {"measure": "x", "models": []}, seed, [found] * 50)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(store, (1.0, 2.0)))
    with psycopg.connect(database) as connection:
        kept = connection.execute(
            "select count(*), count(distinct e.estimate) from data.analysis as a"
            " inner join data.estimate as e using (analysis_id) group by a.seed"
        ).fetchall()
    assert kept == [(50, 1)] * 20
