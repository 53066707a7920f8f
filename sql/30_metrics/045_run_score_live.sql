create view metrics.run_score_live as
select
    run_match.run_id,
    run_match.n_images,
    (
        select count(*)
        from core.image as image
        inner join core.run as run on run.dataset_id = image.dataset_id
        where run.run_id = run_match.run_id
    ) - run_match.n_images as n_missing,
    run_match.n_answered,
    run_match.n_located,
    run_match.n_city,
    run_match.n_city_answered,
    run_match.city_match_strict_answered,
    run_match.city_match_answered,
    run_match.city_match_all,
    run_match.city_match_locality_all,
    run_match.n_state,
    run_match.n_state_answered,
    run_match.state_match_strict_answered,
    run_match.state_match_answered,
    run_match.state_match_all,
    run_match.state_match_place_answered,
    run_match.state_match_place_all,
    run_match.n_country,
    run_match.n_country_answered,
    run_match.country_match_strict_answered,
    run_match.country_match_answered,
    run_match.country_match_all,
    run_match.country_match_place_answered,
    run_match.country_match_place_all,
    run_match.contradiction_rate_answered,
    run_distance.accuracy_1km_answered,
    run_distance.accuracy_25km_answered,
    run_distance.accuracy_200km_answered,
    run_distance.accuracy_750km_answered,
    run_distance.accuracy_2500km_answered,
    run_distance.accuracy_1km_all,
    run_distance.accuracy_25km_all,
    run_distance.accuracy_200km_all,
    run_distance.accuracy_750km_all,
    run_distance.accuracy_2500km_all,
    run_distance.geoscore_mean_answered,
    run_distance.geoscore_mean_all,
    run_distance.error_km_mean_answered,
    run_distance.error_km_median_answered,
    run_distance.error_km_p90_answered,
    run_distance.error_km_mean_bounded,
    run_distance.error_km_median_bounded,
    run_distance.error_km_p90_bounded,
    run_distance.error_haversine_km_mean_answered,
    run_distance.error_haversine_km_median_answered,
    run_usage.input_tokens,
    run_usage.output_tokens,
    run_usage.tokens_total,
    run_usage.cost_usd,
    run_usage.n_unpriced_calls
from metrics.run_match as run_match
inner join metrics.run_distance as run_distance on run_distance.run_id = run_match.run_id
left join metrics.run_usage as run_usage on run_usage.run_id = run_match.run_id;

comment on view metrics.run_score_live is
    'Every measure of a run under its denominators: the definition of the cache that metrics.run_score reads. Grain: one run_id.';
comment on column metrics.run_score_live.n_missing is
    'Images of the dataset that the run was not asked about: they are in no denominator.';
