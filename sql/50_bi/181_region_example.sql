-- One run after the other, over narrow rows: a choice of runs and levels reaches the scores, a first page needs the
-- first run only, and places and words are looked up for the rows that are left.
create view bi.region_example as
select
    ranked.score_id * 4 + ranked.position as example_id,
    run.dataset,
    run.model,
    run.run_label,
    run.run_id,
    ranked.level,
    ranked.region_code,
    ranked.image_id,
    image.image_name,
    ranked.worst_rank,
    image.city_label as true_city,
    image.country_iso as true_country_iso,
    image.latitude as true_latitude,
    image.longitude as true_longitude,
    answer.answered_city,
    answer.answered_state,
    answer.answered_country,
    answer.answered_latitude,
    answer.answered_longitude,
    ranked.error_km,
    answer.outcome,
    answer.confidence,
    answer.reasoning
from core.run as run
cross join lateral (
    select
        score.score_id,
        score.run_id,
        score.image_id,
        score.error_km,
        region.position,
        region.level,
        region.code as region_code,
        row_number() over (
            partition by region.level, region.code
            order by score.error_km desc nulls last, score.image_id
        ) as worst_rank
    from metrics.prediction_score as score
    inner join core.image as place on place.image_id = score.image_id
    cross join lateral (
        values
        (0, 'continent', place.continent_code),
        (1, 'country', place.country_iso),
        (2, 'admin1', place.admin1_code),
        (3, 'us_state', place.state_code)
    ) as region (position, level, code)
    where score.run_id = run.run_id and region.code is not null
) as ranked
inner join core.image as image on image.image_id = ranked.image_id
-- `offset 0`: looked up by both halves of its key, and not by the image through the answers of all runs.
cross join lateral (
    select
        said.answered_city,
        said.answered_state,
        said.answered_country,
        said.answered_latitude,
        said.answered_longitude,
        said.outcome,
        said.confidence,
        said.reasoning
    from bi.answer as said
    where said.image_id = ranked.image_id and said.run_id = ranked.run_id
    offset 0  -- noqa: AM09
) as answer;

comment on view bi.region_example is
    'The answers of a run in a region, worst first, with truth and words: choose by worst_rank. Grain: one example_id, which is one (run_id, level, image_id).';
comment on column bi.region_example.example_id is 'Unique integer key.';
comment on column bi.region_example.level is 'continent, country, admin1 or us_state.';
comment on column bi.region_example.region_code is 'Code of the region, in its level, that the true point lies in.';
comment on column bi.region_example.worst_rank is
    '1: the worst answer of the run in the region, the one farthest off; answers without a point come after all that have one, since nothing is known of how far off they are.';
comment on column bi.region_example.true_city is 'True city as the truth file gives it.';
comment on column bi.region_example.true_country_iso is 'True country, ISO 3166-1 alpha-2.';
comment on column bi.region_example.true_latitude is 'True latitude, degrees, WGS84.';
comment on column bi.region_example.true_longitude is 'True longitude, degrees, WGS84.';
