"""Each data check finds what it is for, and nothing in a sound database."""

import psycopg
import pytest

from imageo.db.deploy import check
from imageo.resources import checks_folder
from tests.world import World

PARIS = (48.8566, 2.3522)

# What breaks the rule of each check.
BREAKAGES = {
    "duplicate_image": "insert into data.image (dataset_id, image_name, location, row_digest)"
    " select dataset_id, image_name, location, 0 from data.image",
    "answer_of_another_dataset": "with other as (insert into data.dataset (name) values ('other') returning dataset_id)"
    " update data.image set dataset_id = (select dataset_id from other)",
    "image_without_place": "delete from data.image_place",
    "answer_without_score": "update data.score set version = 7",
    "run_without_score": "update data.run_score set n_images = 99",
    "alias_of_no_region": "insert into data.region_alias (level, name_normalised, code)"
    " values ('country', 'atlantis', 'QQ')",
    "region_without_boundary": "delete from data.region_part where level = 'us_state'",
    "invalid_boundary": "update data.region_part set geometry = 'srid=4326;polygon((0 0,1 1,1 0,0 1,0 0))'"
    " where part_id = (select min(part_id) from data.region_part)",
    "truth_out_of_range": "update data.image set location = 'srid=4326;point(200 10)'",
}


@pytest.fixture
def sound(world: World) -> psycopg.Connection:
    run = world.run("m")
    world.answer(run, world.image("a", *PARIS), *PARIS)
    world.score(run)
    assert check(world.connection) == []
    return world.connection


def test_every_check_has_a_breakage() -> None:
    assert {path.stem for path in checks_folder().glob("*.sql")} == set(BREAKAGES)


@pytest.mark.parametrize("name", sorted(BREAKAGES))
def test_a_check_finds_what_it_is_for(sound: psycopg.Connection, name: str) -> None:
    sound.execute(BREAKAGES[name].encode())
    assert name in {finding.check for finding in check(sound)}
