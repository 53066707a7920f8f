create view metrics.prediction_score_live as
select
    verdict.image_id,
    verdict.run_id,
    verdict.version,
    verdict.is_answered,
    verdict.is_located,
    verdict.country is not null as is_country_named,
    verdict.state is not null as is_state_named,
    verdict.city is not null as is_city_named,
    verdict.confidence,
    functions.geodesic_km(verdict.true_location, verdict.answered_location) as error_km,
    functions.haversine_km(verdict.true_location, verdict.answered_location) as error_haversine_km,
    verdict.is_country_match_strict,
    verdict.is_country_match,
    verdict.is_country_match_place,
    verdict.is_state_match_strict,
    verdict.is_state_match,
    verdict.is_state_match_place,
    verdict.is_city_match_strict,
    verdict.is_city_match_normalised,
    verdict.is_city_match,
    verdict.is_city_match_locality,
    verdict.country_name_iso,
    verdict.country_place_iso,
    verdict.is_contradictory
from match.prediction_match as verdict;

comment on view metrics.prediction_score_live is
    'Every measure of one answer: the definition of the cache that metrics.prediction_score reads. Grain: one (image_id, run_id).';
comment on column metrics.prediction_score_live.is_country_named is 'The answer names a country.';
comment on column metrics.prediction_score_live.is_state_named is 'The answer names a state.';
comment on column metrics.prediction_score_live.is_city_named is 'The answer names a city.';
comment on column metrics.prediction_score_live.error_km is
    'WGS84 geodesic distance to the true point, kilometres; NULL without coordinates.';
comment on column metrics.prediction_score_live.error_haversine_km is
    'Great-circle distance on a sphere of 6,371 km, kilometres, for comparison with published tables; NULL without coordinates.';
