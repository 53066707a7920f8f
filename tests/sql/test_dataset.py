"""What a dataset is, and when it last changed."""

import psycopg

from tests.world import World


def test_a_dataset_counts_its_images_and_runs(connection: psycopg.Connection) -> None:
    world = World.make(connection)
    World.make(connection, "other").image("elsewhere", 1, 1)
    image = world.image("here", 10.0, 20.0)
    first, again = world.run("a"), world.run("a", repeat=2)
    world.answer(first, image, 10.0, 20.0)
    world.score(first, again)
    assert world.one("bi.dataset", "n_images, n_runs, n_models, licence", dataset="world") == (1, 2, 1, None)


def test_whatever_changes_the_numbers_is_a_change(connection: psycopg.Connection) -> None:
    world = World.make(connection)
    image, run = world.image("here", 10.0, 20.0), world.run("a")
    other = World.make(connection, "other")
    theirs, their_run = other.image("there", 1, 1), other.run("a")

    def last() -> object:
        return world.one("bi.dataset", "last_change_at", dataset="world")[0]

    def is_moved_by(query: str) -> bool:
        before = last()
        connection.execute(query.encode())
        return last() != before

    world.answer(run, image, 10.0, 20.0)
    other.answer(their_run, theirs, 1, 1)
    later = "set created_at = now() + interval"
    assert not is_moved_by(f"update data.prediction {later} '1 day' where run_id = {their_run}")
    assert is_moved_by(f"update data.prediction {later} '1 day' where run_id = {run}")
    ingest = (
        "insert into data.ingest (kind, file_name, file_digest, n_new, n_changed, n_unchanged, n_rejected, created_at)"
    )
    assert not is_moved_by(f"{ingest} values ('predictions', 'a', 'a', 1, 0, 0, 0, now() + interval '2 days')")
    assert not is_moved_by(f"{ingest} values ('truth', 'a', 'a', 0, 0, 9, 0, now() + interval '3 days')")
    assert is_moved_by(f"{ingest} values ('regions', 'b', 'b', 1, 0, 0, 0, now() + interval '4 days')")
    assert is_moved_by(f"update data.deployment {later} '5 days'")
