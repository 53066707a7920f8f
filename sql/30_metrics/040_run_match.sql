create view metrics.run_match as
select
    score.run_id,
    count(*) as n_images,
    count(*) filter (where score.is_answered) as n_answered,
    count(*) filter (where score.is_located) as n_located,
    count(score.is_city_match) as n_city,
    count(score.is_city_match) filter (where score.is_city_named) as n_city_answered,
    avg(score.is_city_match_strict::int)::double precision as city_match_strict_answered,
    (avg(score.is_city_match::int) filter (where score.is_city_named))::double precision as city_match_answered,
    avg(score.is_city_match::int)::double precision as city_match_all,
    avg(score.is_city_match_locality::int)::double precision as city_match_locality_all,
    count(score.is_state_match) as n_state,
    count(score.is_state_match) filter (where score.is_state_named) as n_state_answered,
    avg(score.is_state_match_strict::int)::double precision as state_match_strict_answered,
    (avg(score.is_state_match::int) filter (where score.is_state_named))::double precision as state_match_answered,
    avg(score.is_state_match::int)::double precision as state_match_all,
    (avg(score.is_state_match_place::int) filter (where score.is_located))::double precision
        as state_match_place_answered,
    avg(score.is_state_match_place::int)::double precision as state_match_place_all,
    count(score.is_country_match) as n_country,
    count(score.is_country_match) filter (where score.is_country_named) as n_country_answered,
    avg(score.is_country_match_strict::int)::double precision as country_match_strict_answered,
    (avg(score.is_country_match::int) filter (where score.is_country_named))::double precision
        as country_match_answered,
    avg(score.is_country_match::int)::double precision as country_match_all,
    (avg(score.is_country_match_place::int) filter (where score.is_located))::double precision
        as country_match_place_answered,
    avg(score.is_country_match_place::int)::double precision as country_match_place_all,
    avg(score.is_contradictory::int)::double precision as contradiction_rate_answered
from metrics.prediction_score as score
group by score.run_id;

comment on view metrics.run_match is
    'Whether a run answers, and whether the country, state and city are right, under each denominator. Grain: one run_id.';
comment on column metrics.run_match.run_id is 'Key of the run.';
comment on column metrics.run_match.n_images is 'Images that the run was asked about.';
comment on column metrics.run_match.n_answered is
    'Images for which the model gave an answer, with or without coordinates.';
comment on column metrics.run_match.n_located is 'Images for which it gave usable coordinates.';
comment on column metrics.run_match.n_city is
    'Images whose true city is known: the denominator of city_match_all.';
comment on column metrics.run_match.n_city_answered is
    'Of these, images for which the answer names a city: the denominator of city_match_answered.';
comment on column metrics.run_match.city_match_strict_answered is
    'Share of equal names among images with both, by the rule of IMAGEO-Bench''s scripts.';
comment on column metrics.run_match.city_match_answered is
    'Share of right city names among the answers that name one.';
comment on column metrics.run_match.city_match_all is
    'Share of right city names among all images with a known city; a non-answer is wrong.';
comment on column metrics.run_match.city_match_locality_all is
    'As city_match_all, a named place within 10 km of the true point counts as right.';
comment on column metrics.run_match.n_state is
    'Images whose true state is known: the denominator of state_match_all.';
comment on column metrics.run_match.n_state_answered is
    'Of these, images for which the answer names a state: the denominator of state_match_answered.';
comment on column metrics.run_match.state_match_strict_answered is
    'Share of equal names among images with both, by the rule of IMAGEO-Bench''s scripts.';
comment on column metrics.run_match.state_match_answered is
    'Share of right state names among the answers that name one.';
comment on column metrics.run_match.state_match_all is
    'Share of right state names among all images with a known state; a non-answer is wrong.';
comment on column metrics.run_match.state_match_place_answered is
    'Share of points in the true state among the answers with coordinates.';
comment on column metrics.run_match.state_match_place_all is
    'Share of points in the true state among all images with a known state; a non-answer is wrong.';
comment on column metrics.run_match.n_country is
    'Images whose true country is known: the denominator of country_match_all.';
comment on column metrics.run_match.n_country_answered is
    'Of these, images for which the answer names a country: the denominator of country_match_answered.';
comment on column metrics.run_match.country_match_strict_answered is
    'Share of equal names among images with both, by the rule of IMAGEO-Bench''s scripts.';
comment on column metrics.run_match.country_match_answered is
    'Share of right country names among the answers that name one.';
comment on column metrics.run_match.country_match_all is
    'Share of right country names among all images with a known country; a non-answer is wrong.';
comment on column metrics.run_match.country_match_place_answered is
    'Share of points in the true country among the answers with coordinates.';
comment on column metrics.run_match.country_match_place_all is
    'Share of points in the true country among all images with a known country; a non-answer is wrong.';
comment on column metrics.run_match.contradiction_rate_answered is
    'Share of answers whose written country and point disagree, among those with both.';
