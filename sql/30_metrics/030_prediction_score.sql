create view metrics.prediction_score as
select
    score.score_id,
    score.image_id,
    score.run_id,
    score.version,
    score.is_answered,
    score.is_located,
    score.is_country_named,
    score.is_state_named,
    score.is_city_named,
    score.confidence,
    score.error_km,
    score.error_haversine_km,
    score.is_country_match_strict,
    score.is_country_match,
    score.is_country_match_place,
    score.is_state_match_strict,
    score.is_state_match,
    score.is_state_match_place,
    score.is_city_match_strict,
    score.is_city_match_normalised,
    score.is_city_match,
    score.is_city_match_locality,
    score.country_name_iso,
    score.country_place_iso,
    score.is_contradictory,
    functions.geoscore(score.error_km) as geoscore
from data.score as score;

comment on view metrics.prediction_score is
    'Every measure of one answer, from the cache. Grain: one (image_id, run_id).';
comment on column metrics.prediction_score.score_id is 'Unique integer key.';
comment on column metrics.prediction_score.geoscore is
    'GeoGuessr score, 0 to 5000 points; NULL without coordinates.';
