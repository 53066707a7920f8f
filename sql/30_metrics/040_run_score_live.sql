create view metrics.run_score_live as
with score as (
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
        avg(score.is_contradictory::int)::double precision as contradiction_rate_answered,
        avg((score.error_km <= 1)::int)::double precision as accuracy_1km_answered,
        avg((score.error_km <= 25)::int)::double precision as accuracy_25km_answered,
        avg((score.error_km <= 200)::int)::double precision as accuracy_200km_answered,
        avg((score.error_km <= 750)::int)::double precision as accuracy_750km_answered,
        avg((score.error_km <= 2500)::int)::double precision as accuracy_2500km_answered,
        avg(coalesce(score.error_km <= 1, false)::int)::double precision as accuracy_1km_all,
        avg(coalesce(score.error_km <= 25, false)::int)::double precision as accuracy_25km_all,
        avg(coalesce(score.error_km <= 200, false)::int)::double precision as accuracy_200km_all,
        avg(coalesce(score.error_km <= 750, false)::int)::double precision as accuracy_750km_all,
        avg(coalesce(score.error_km <= 2500, false)::int)::double precision as accuracy_2500km_all,
        avg(score.geoscore) as geoscore_mean_answered,
        avg(coalesce(score.geoscore, 0)) as geoscore_mean_all,
        avg(score.error_km) as error_km_mean_answered,
        percentile_cont(0.5) within group (order by score.error_km) as error_km_median_answered,
        percentile_cont(0.9) within group (order by score.error_km) as error_km_p90_answered,
        avg(coalesce(score.error_km, 20015)) as error_km_mean_bounded,
        percentile_cont(0.5) within group (order by coalesce(score.error_km, 20015)) as error_km_median_bounded,
        percentile_cont(0.9) within group (order by coalesce(score.error_km, 20015)) as error_km_p90_bounded,
        avg(score.error_haversine_km) as error_haversine_km_mean_answered,
        percentile_cont(0.5) within group (order by score.error_haversine_km) as error_haversine_km_median_answered
    from metrics.prediction_score as score
    group by score.run_id
),

dataset_size as (
    select
        run.run_id,
        (select count(*) from core.image as image where image.dataset_id = run.dataset_id) as n_images
    from core.run as run
),

usage as (
    select
        prediction.run_id,
        sum(prediction.input_tokens) as input_tokens,
        sum(prediction.output_tokens) as output_tokens,
        sum(coalesce(prediction.input_tokens, 0) + coalesce(prediction.output_tokens, 0))
            filter (where num_nonnulls(prediction.input_tokens, prediction.output_tokens) > 0) as tokens_total
    from core.prediction as prediction
    group by prediction.run_id
),

cost as (
    select
        cost.run_id,
        sum(cost.cost_usd) as cost_usd,
        sum(cost.calls - cost.priced_calls)::bigint as n_unpriced_calls
    from core.cost as cost
    group by cost.run_id
)

select
    score.run_id,
    score.n_images,
    dataset_size.n_images - score.n_images as n_missing,
    score.n_answered,
    score.n_located,
    score.n_city,
    score.n_city_answered,
    score.city_match_strict_answered,
    score.city_match_answered,
    score.city_match_all,
    score.city_match_locality_all,
    score.n_state,
    score.n_state_answered,
    score.state_match_strict_answered,
    score.state_match_answered,
    score.state_match_all,
    score.state_match_place_answered,
    score.state_match_place_all,
    score.n_country,
    score.n_country_answered,
    score.country_match_strict_answered,
    score.country_match_answered,
    score.country_match_all,
    score.country_match_place_answered,
    score.country_match_place_all,
    score.contradiction_rate_answered,
    score.accuracy_1km_answered,
    score.accuracy_25km_answered,
    score.accuracy_200km_answered,
    score.accuracy_750km_answered,
    score.accuracy_2500km_answered,
    score.accuracy_1km_all,
    score.accuracy_25km_all,
    score.accuracy_200km_all,
    score.accuracy_750km_all,
    score.accuracy_2500km_all,
    score.geoscore_mean_answered,
    score.geoscore_mean_all,
    score.error_km_mean_answered,
    score.error_km_median_answered,
    score.error_km_p90_answered,
    score.error_km_mean_bounded,
    score.error_km_median_bounded,
    score.error_km_p90_bounded,
    score.error_haversine_km_mean_answered,
    score.error_haversine_km_median_answered,
    usage.input_tokens,
    usage.output_tokens,
    usage.tokens_total,
    cost.cost_usd,
    cost.n_unpriced_calls
from score
inner join dataset_size on dataset_size.run_id = score.run_id
left join usage on usage.run_id = score.run_id
left join cost on cost.run_id = score.run_id;

comment on view metrics.run_score_live is
    'Every measure of a run under its denominators: the definition of the cache that metrics.run_score reads. Grain: one run_id.';
comment on column metrics.run_score_live.run_id is 'Key of the run.';
comment on column metrics.run_score_live.n_images is 'Images that the run was asked about.';
comment on column metrics.run_score_live.n_missing is
    'Images of the dataset that the run was not asked about: they are in no denominator.';
comment on column metrics.run_score_live.n_answered is
    'Images for which the model gave an answer, with or without coordinates.';
comment on column metrics.run_score_live.n_located is 'Images for which it gave usable coordinates.';
comment on column metrics.run_score_live.n_city is
    'Images whose true city is known: the denominator of city_match_all.';
comment on column metrics.run_score_live.n_city_answered is
    'Of these, images for which the answer names a city: the denominator of city_match_answered.';
comment on column metrics.run_score_live.city_match_strict_answered is
    'Share of equal names among images with both, by the rule of IMAGEO-Bench''s scripts.';
comment on column metrics.run_score_live.city_match_answered is
    'Share of right city names among the answers that name one.';
comment on column metrics.run_score_live.city_match_all is
    'Share of right city names among all images with a known city; a non-answer is wrong.';
comment on column metrics.run_score_live.city_match_locality_all is
    'As city_match_all, a named place within 10 km of the true point counts as right.';
comment on column metrics.run_score_live.n_state is
    'Images whose true state is known: the denominator of state_match_all.';
comment on column metrics.run_score_live.n_state_answered is
    'Of these, images for which the answer names a state: the denominator of state_match_answered.';
comment on column metrics.run_score_live.state_match_strict_answered is
    'Share of equal names among images with both, by the rule of IMAGEO-Bench''s scripts.';
comment on column metrics.run_score_live.state_match_answered is
    'Share of right state names among the answers that name one.';
comment on column metrics.run_score_live.state_match_all is
    'Share of right state names among all images with a known state; a non-answer is wrong.';
comment on column metrics.run_score_live.state_match_place_answered is
    'Share of points in the true state among the answers with coordinates.';
comment on column metrics.run_score_live.state_match_place_all is
    'Share of points in the true state among all images with a known state; a non-answer is wrong.';
comment on column metrics.run_score_live.n_country is
    'Images whose true country is known: the denominator of country_match_all.';
comment on column metrics.run_score_live.n_country_answered is
    'Of these, images for which the answer names a country: the denominator of country_match_answered.';
comment on column metrics.run_score_live.country_match_strict_answered is
    'Share of equal names among images with both, by the rule of IMAGEO-Bench''s scripts.';
comment on column metrics.run_score_live.country_match_answered is
    'Share of right country names among the answers that name one.';
comment on column metrics.run_score_live.country_match_all is
    'Share of right country names among all images with a known country; a non-answer is wrong.';
comment on column metrics.run_score_live.country_match_place_answered is
    'Share of points in the true country among the answers with coordinates.';
comment on column metrics.run_score_live.country_match_place_all is
    'Share of points in the true country among all images with a known country; a non-answer is wrong.';
comment on column metrics.run_score_live.contradiction_rate_answered is
    'Share of answers whose written country and point disagree, among those with both.';
comment on column metrics.run_score_live.accuracy_1km_answered is
    'Share within 1 km of the true point, among answers with coordinates.';
comment on column metrics.run_score_live.accuracy_25km_answered is
    'Share within 25 km of the true point, among answers with coordinates.';
comment on column metrics.run_score_live.accuracy_200km_answered is
    'Share within 200 km of the true point, among answers with coordinates.';
comment on column metrics.run_score_live.accuracy_750km_answered is
    'Share within 750 km of the true point, among answers with coordinates.';
comment on column metrics.run_score_live.accuracy_2500km_answered is
    'Share within 2500 km of the true point, among answers with coordinates.';
comment on column metrics.run_score_live.accuracy_1km_all is
    'Share within 1 km of the true point, among all images; a non-answer is wrong.';
comment on column metrics.run_score_live.accuracy_25km_all is
    'Share within 25 km of the true point, among all images; a non-answer is wrong.';
comment on column metrics.run_score_live.accuracy_200km_all is
    'Share within 200 km of the true point, among all images; a non-answer is wrong.';
comment on column metrics.run_score_live.accuracy_750km_all is
    'Share within 750 km of the true point, among all images; a non-answer is wrong.';
comment on column metrics.run_score_live.accuracy_2500km_all is
    'Share within 2500 km of the true point, among all images; a non-answer is wrong.';
comment on column metrics.run_score_live.geoscore_mean_answered is
    'Mean GeoGuessr score, 0 to 5000 points, of answers with coordinates.';
comment on column metrics.run_score_live.geoscore_mean_all is
    'Mean GeoGuessr score, 0 to 5000 points, over all images; a non-answer scores 0.';
comment on column metrics.run_score_live.error_km_mean_answered is
    'Mean geodesic error, kilometres, of answers with coordinates.';
comment on column metrics.run_score_live.error_km_median_answered is
    'Median geodesic error, kilometres, of answers with coordinates.';
comment on column metrics.run_score_live.error_km_p90_answered is
    '90th percentile of the geodesic error, kilometres, of answers with coordinates.';
comment on column metrics.run_score_live.error_km_mean_bounded is
    'Mean geodesic error, kilometres, over all images; a non-answer counts as 20,015 km.';
comment on column metrics.run_score_live.error_km_median_bounded is
    'Median geodesic error, kilometres, over all images; a non-answer counts as 20,015 km.';
comment on column metrics.run_score_live.error_km_p90_bounded is
    '90th percentile of the geodesic error, kilometres, over all images; a non-answer counts as 20,015 km.';
comment on column metrics.run_score_live.error_haversine_km_mean_answered is
    'Mean great-circle error on a 6,371 km sphere, kilometres, of answers with coordinates: comparable with published tables.';
comment on column metrics.run_score_live.error_haversine_km_median_answered is
    'Median great-circle error on a 6,371 km sphere, kilometres, of answers with coordinates: comparable with published tables.';
comment on column metrics.run_score_live.input_tokens is 'Tokens sent; NULL where no answer tells.';
comment on column metrics.run_score_live.output_tokens is
    'Tokens received, reasoning included; NULL where no answer tells.';
comment on column metrics.run_score_live.tokens_total is
    'Tokens sent and received; NULL where no answer tells.';
comment on column metrics.run_score_live.cost_usd is
    'US dollars of the calls whose price is known; NULL where none is.';
comment on column metrics.run_score_live.n_unpriced_calls is
    'Billed calls without a known price: they are not in cost_usd.';
