"""The reasons of models beside whether they were right."""

from psycopg.types.json import Jsonb

from tests.world import World

BERLIN, PARIS = (52.52, 13.405), (48.8566, 2.3522)


def test_reasons_beside_the_verdict(world: World) -> None:
    run = world.run("one")
    images = [world.image(f"i{i}", *BERLIN, country="Deutschland", city="Berlin") for i in range(4)]
    told = {"text_and_signage": "Schild <b>", "landmark_recognition": "Fernsehturm\u202e", "part": None}
    world.answer(run, images[0], *BERLIN, country="Germany", city="Berlin", reasoning=Jsonb(told))
    world.answer(run, images[1], *PARIS, country="France", reasoning=Jsonb({"text": "Eiffel"}))
    world.answer(run, images[2], *PARIS, country="France")
    world.answer(run, images[3], *PARIS, country="France", reasoning=Jsonb(["not", "an", "object"]))
    world.score(run)
    rows = world.connection.execute(
        "select image_id, is_country_match, round(error_km), true_country, true_country_name, true_city,"
        " answered_country, answered_country_name, reasoning from bi.prediction_reasoning where run_id = %s order by 1",
        [run],
    ).fetchall()
    # Parts come as jsonb keeps them, short names first, one without words is left out. Answers without reasons are
    # not there.
    assert rows == [
        (
            images[0], True, 0, "Deutschland", "Germany", "Berlin", "Germany", "Germany",
            "Schild <b>\nFernsehturm\u202e",
        ),
        (images[1], False, 880, "Deutschland", "Germany", "Berlin", "France", "France", "Eiffel"),
    ]  # fmt: skip
    keys = "select count(*), count(distinct reasoning_id) from bi.prediction_reasoning as r"
    matched = " inner join bi.prediction_detail as d on d.detail_id = r.reasoning_id and d.image_id = r.image_id"
    assert world.connection.execute((keys + matched).encode()).fetchone() == (2, 2)
